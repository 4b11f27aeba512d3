"""When a call may be sent again by itself: a table of kinds of calls.

Every call carries numbers that the shop has chosen, and is sent again with exactly these. Even so, a call that moves
money is not repeated when nobody knows whether it was carried out: then the caller has to ask first.
"""

from __future__ import annotations

from attrs import frozen

__all__ = ["CLOSE", "MONEY", "ONCE", "PREPARE", "READ", "STREAM", "Policy"]


@frozen(kw_only=True)
class Policy:
    """What may be repeated.

    Attributes:
        changes: Whether the call may change anything. If not, its outcome is never unknown.
        after_unknown: Again if it may have been carried out: no answer, or the gateway broke down.
        when_busy: Again if it was refused because of too many calls.
        after_probe: Again if the answer was a probe, which means that it was carried out.
    """

    changes: bool = True
    after_unknown: bool = False
    when_busy: bool = False
    after_probe: bool = False


READ = Policy(changes=False, after_unknown=True, when_busy=True, after_probe=True)
"""Queries."""
STREAM = Policy(changes=False, when_busy=True)
"""Queries whose answer goes into a sink, which cannot begin anew."""
PREPARE = Policy(after_unknown=True, when_busy=True, after_probe=True)
"""What moves no money and is one thing under its number: making an order."""
CLOSE = Policy(after_unknown=True, after_probe=True)
"""Closing: may be repeated, but "too many calls" can mean that the shopper is paying just now."""
MONEY = Policy(after_probe=True)
"""Refunds, transfers, profit sharing."""
ONCE = Policy()
"""A call of which the library knows nothing."""
