"""What a store may lack, and what becomes weaker without it."""

from __future__ import annotations

from enum import Enum

__all__ = ["Capability"]


class Capability(Enum):
    """A part of the ports, or a way to test them. Each value says which promise is weaker without it."""

    HISTORY = "nobody can see later what happened to an order"
    LISTS = "shoppers and staff cannot page through orders"
    PERSONAL = "a shopper's personal data cannot be erased"
    TIMERS = "unpaid orders are not closed, parcels not confirmed by themselves"
    RECEIPTS = "a repeated request is not recognised by its idempotency key"
    STOCK = "more can be sold than there is"
    HOLDS = "stock cannot be reserved before an order is placed"
    LIMITS = "a coupon may be used, a limit passed, more often than it says"
    LEDGER = "points may be spent twice"
    OUTBOX = "messages to other systems may be lost in a crash"
    THREADS = "nothing is known about calls at the same time"
    PROCESSES = "nothing is known about several processes on one database (offer `reopen`)"
    HOOKS = "a fault or a rival within a commit was not tried, only faults that the data cause (offer `set_hook`)"
    HYPOTHESIS = "random sequences were not compared with the reference (install minishop[testing])"
