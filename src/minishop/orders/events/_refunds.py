"""Refunds, what follows from them, and clocks."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.orders._enums import TimerKind
from minishop.orders._facts import Due, Leg, Refund
from minishop.orders._terms import ClaimTaken, PointsLot
from minishop.orders.events._base import Event

__all__ = [
    "CouponsReturned",
    "OverRefunded",
    "OwedGranted",
    "PointsClawedBack",
    "PointsEarned",
    "PointsReturned",
    "RefundAmountDiffered",
    "RefundCancelled",
    "RefundFailed",
    "RefundGranted",
    "RefundLost",
    "RefundRetried",
    "RefundSettled",
    "RefundSubmitted",
    "StrayRefund",
    "TimerArmed",
    "TimerDisarmed",
    "UnitPoints",
    "UnitsReversed",
]


@frozen(kw_only=True)
class RefundGranted(Event):
    """A refund is fixed and has its capacity.

    Attributes:
        legs: What to ask of the gateway; none if there is no cash to pay.
        units: Whose stock is free again: they will not be shipped.
    """

    refund: Refund
    legs: tuple[Leg, ...]
    units: tuple[str, ...] = ()


@frozen(kw_only=True)
class OwedGranted(Event):
    """An obligation has its leg."""

    obligation: str
    leg: Leg


@frozen(kw_only=True)
class RefundSubmitted(Event):
    """The gateway has accepted it."""

    leg: str


@frozen(kw_only=True)
class RefundSettled(Event):
    """The money has gone back.

    Attributes:
        settled_at: The gateway's time.
        is_offline: It was paid outside the gateway.
    """

    leg: str
    settled_at: datetime
    reference: str = ""
    is_offline: bool = False


@frozen(kw_only=True)
class RefundFailed(Event):
    """The gateway has refused; the capacity is free, the units stay pledged."""

    leg: str
    reason: str = ""
    is_final: bool = False


@frozen(kw_only=True)
class RefundLost(Event):
    """Whether it was paid is not known; it keeps its capacity."""

    leg: str


@frozen(kw_only=True)
class RefundRetried(Event):
    """It is to be sent again: under the same number, or under that of ``new_leg``."""

    leg: str
    new_leg: Leg | None = None


@frozen(kw_only=True)
class RefundCancelled(Event):
    """The refund is taken back.

    Attributes:
        units: Which need stock again, because they may be shipped again.
    """

    refund: str
    units: tuple[str, ...] = ()


@frozen(kw_only=True)
class RefundAmountDiffered(Event):
    """An alert: the gateway reports another amount than was granted, fen."""

    leg: str
    amount: int


@frozen(kw_only=True)
class StrayRefund(Event):
    """An alert: the gateway reports a refund that this order does not know, fen."""

    leg: str
    amount: int


@frozen(kw_only=True)
class OverRefunded(Event):
    """An alert: a refund has settled that was given up, or that was paid by hand; ``amount`` fen too much went back."""

    leg: str
    amount: int


@frozen(kw_only=True)
class UnitsReversed(Event):
    """The refund of these units is settled. ``source`` is the refund, or ``close``."""

    source: str
    units: tuple[str, ...]


@frozen
class UnitPoints:
    """Points of one unit."""

    unit: str
    points: int


@frozen(kw_only=True)
class PointsReturned(Event):
    """Points that were spent go back.

    Attributes:
        source: The after-sale, or ``close``; ledger entries are ``refund:<source>:<unit>``.
        lots: Where they go, refilled from the end; empty if the order does not know lots.
    """

    source: str
    units: tuple[UnitPoints, ...]
    lots: tuple[PointsLot, ...]
    points: int


@frozen(kw_only=True)
class PointsEarned(Event):
    """The order is completed and earns points."""

    units: tuple[UnitPoints, ...]
    points: int


@frozen(kw_only=True)
class PointsClawedBack(Event):
    """Points that were earned are taken back; the account may go into debt."""

    source: str
    units: tuple[UnitPoints, ...]
    points: int


@frozen(kw_only=True)
class CouponsReturned(Event):
    """Coupons can be used again, and uses of limited rules are given back.

    Attributes:
        extend_days: Days to add to the coupons' validity.
    """

    coupons: tuple[str, ...]
    claims: tuple[ClaimTaken, ...]
    extend_days: int = 0


@frozen(kw_only=True)
class TimerArmed(Event):
    """A clock runs; it replaces an armed one of the same kind and subject.

    Clocks that other events start or stop by themselves (as their descriptions say) have no event of their own.
    """

    due: Due


@frozen(kw_only=True)
class TimerDisarmed(Event):
    """A clock has stopped, or has done its work."""

    kind: TimerKind
    subject: str = ""
