"""After-sales: opened, answered, sent back, received."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.orders._enums import AfterSaleKind, AfterSaleState, Fault
from minishop.orders._facts import AfterSale, ReturnUnit, Unit
from minishop.orders.events._base import Event

__all__ = [
    "AfterSaleApproved",
    "AfterSaleKindChanged",
    "AfterSaleOpened",
    "AfterSaleOverdue",
    "AfterSaleRefused",
    "AfterSaleSettled",
    "AfterSaleWithdrawn",
    "ReplacementsAllocated",
    "ReplacementsCancelled",
    "ReturnDelivered",
    "ReturnReceived",
    "ReturnSent",
]


@frozen(kw_only=True)
class AfterSaleOpened(Event):
    """An application was made."""

    after_sale: AfterSale


@frozen(kw_only=True)
class AfterSaleKindChanged(Event):
    """It asks for something else now."""

    after_sale: str
    kind: AfterSaleKind
    gifts: tuple[ReturnUnit, ...] = ()


@frozen(kw_only=True)
class AfterSaleApproved(Event):
    """The answer is yes; ``state`` says what it waits for."""

    after_sale: str
    state: AfterSaleState
    fault: Fault


@frozen(kw_only=True)
class AfterSaleRefused(Event):
    """The answer is no, or nothing came back."""

    after_sale: str
    reason: str


@frozen(kw_only=True)
class AfterSaleWithdrawn(Event):
    """It was taken back, or lapsed (``not_sent_back``, ``order_closed``)."""

    after_sale: str
    reason: str


@frozen(kw_only=True)
class ReturnSent(Event):
    """The goods are on their way back."""

    after_sale: str
    carrier: str
    tracking: str


@frozen(kw_only=True)
class ReturnDelivered(Event):
    """They have arrived at the seller's."""

    after_sale: str
    delivered_at: datetime


@frozen(kw_only=True)
class ReturnReceived(Event):
    """The seller has looked at them.

    Attributes:
        units: What came back of each unit.
        gifts: And of each gift.
        sellable: Units that go back on the shelf.
        damaged: Units that came back and cannot be sold.
    """

    after_sale: str
    units: tuple[ReturnUnit, ...]
    gifts: tuple[ReturnUnit, ...] = ()
    sellable: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


@frozen(kw_only=True)
class ReplacementsAllocated(Event):
    """Units are set aside to be sent instead: they take stock."""

    after_sale: str
    units: tuple[Unit, ...]


@frozen(kw_only=True)
class ReplacementsCancelled(Event):
    """They are not needed: their stock is free again."""

    after_sale: str
    units: tuple[str, ...]


@frozen(kw_only=True)
class AfterSaleSettled(Event):
    """Everything in it has happened."""

    after_sale: str


@frozen(kw_only=True)
class AfterSaleOverdue(Event):
    """An alert: the seller has not answered (``answer``) or not looked at the goods (``receive-return``) in time."""

    after_sale: str
    what: str
