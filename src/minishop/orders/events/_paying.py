"""Placed, paid, repriced, closed."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.orders._facts import Attempt, Obligation, Payment
from minishop.orders._terms import Terms
from minishop.orders.events._base import Event

__all__ = [
    "AttemptClosed",
    "AttemptFailed",
    "AttemptLost",
    "AttemptReady",
    "Closed",
    "ExcessPaymentOwed",
    "HoldFailed",
    "HoldReleased",
    "LatePaymentOwed",
    "MismatchedPaymentOwed",
    "MoneyOwed",
    "Paid",
    "PaidWithoutStock",
    "PartlyPaid",
    "PaymentConflicted",
    "PaymentStarted",
    "Placed",
    "Repriced",
]


@frozen(kw_only=True)
class Placed(Event):
    """The order exists: its units take stock, coupons are locked, points are frozen, the clock for paying runs.

    Attributes:
        pay_until: First instant at which no payment may be started; ``None`` if there is nothing to pay.
    """

    terms: Terms
    hold: str = "none"
    pay_until: datetime | None = None


@frozen(kw_only=True)
class PaymentStarted(Event):
    """There is a new payment attempt."""

    attempt: Attempt


@frozen(kw_only=True)
class AttemptReady(Event):
    """The shopper can pay it."""

    attempt: str
    parameters: str = ""


@frozen(kw_only=True)
class AttemptClosed(Event):
    """Nobody can pay it any more."""

    attempt: str


@frozen(kw_only=True)
class AttemptFailed(Event):
    """The gateway did not make it."""

    attempt: str
    reason: str = ""


@frozen(kw_only=True)
class AttemptLost(Event):
    """Whether it is at the gateway is not known."""

    attempt: str


@frozen(kw_only=True)
class PartlyPaid(Event):
    """One part is paid, others are not."""

    payment: Payment


@frozen(kw_only=True)
class Paid(Event):
    """The last part is paid; the clock for paying stops.

    Attributes:
        payment: ``None`` if there was nothing to pay.
        amount: All captures that count, fen.
    """

    payment: Payment | None
    amount: int


@frozen(kw_only=True)
class PaidWithoutStock(Event):
    """The money came and the goods are gone; the order closes."""

    payment: str


@frozen(kw_only=True)
class LatePaymentOwed(Event):
    """Money came for a closed order: the order stays closed, the money goes back."""

    payment: Payment
    obligation: Obligation


@frozen(kw_only=True)
class ExcessPaymentOwed(Event):
    """Money came for what was paid already; all of it goes back."""

    payment: Payment
    obligation: Obligation


@frozen(kw_only=True)
class MismatchedPaymentOwed(Event):
    """Money came that does not match its attempt; all of it goes back.

    Attributes:
        what: ``attempt``, ``order``, ``currency`` or ``amount``.
    """

    payment: Payment
    obligation: Obligation
    what: str


@frozen(kw_only=True)
class PaymentConflicted(Event):
    """An alert: the gateway tells a known transaction differently; the first record stands.

    Attributes:
        payment: Id of the recorded payment.
        attempt: As it is told now.
        amount: As it is told now.
    """

    payment: str
    attempt: str
    amount: int
    currency: str


@frozen(kw_only=True)
class Repriced(Event):
    """The seller changed the price.

    Attributes:
        payable_before: Fen.
        terms: With the new vectors, freight and payable.
    """

    payable_before: int
    terms: Terms


@frozen(kw_only=True)
class Closed(Event):
    """The order has ended without being completed; all its clocks stop.

    Attributes:
        units: Whose stock is free again: unshipped and not free before.
        pledged: Units whose money goes back with the order's; they are reversed when it has.
    """

    reason: str
    units: tuple[str, ...] = ()
    pledged: tuple[str, ...] = ()


@frozen(kw_only=True)
class MoneyOwed(Event):
    """A capture of a closed order goes back."""

    obligation: Obligation


@frozen(kw_only=True)
class HoldReleased(Event):
    """The order may be shipped."""

    hold: str


@frozen(kw_only=True)
class HoldFailed(Event):
    """What the order waited for did not come about; it closes."""

    hold: str
