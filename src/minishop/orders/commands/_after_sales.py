"""After-sales of the three kinds, up to the money."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from minishop.orders._enums import AfterSaleKind, Fault, Outcome
from minishop.orders._facts import Replacement
from minishop.orders.commands._base import Command, Fact, Pick
from minishop.quotes.checks import aware, fen

__all__ = [
    "Approve",
    "ChangeKind",
    "DeliverReturn",
    "OpenAfterSale",
    "ReceiveReturn",
    "Refuse",
    "SendBack",
    "UnitOutcome",
    "Withdraw",
]


@frozen(kw_only=True)
class OpenAfterSale(Command):
    """Applies for an after-sale.

    Attributes:
        after_sale: Its id.
        units: Unit ids, or counts of a line (see the policy's ``pick``); none if only ``goodwill`` is asked for.
        goodwill: Money asked for without giving back a unit, fen; ``refund-only`` alone.
        replacement: What to send instead, if not the same sku.
    """

    after_sale: str
    kind: AfterSaleKind = field(converter=AfterSaleKind)
    units: tuple[str | Pick, ...] = ()
    reason: str = ""
    goodwill: int = field(default=0, validator=fen)
    fault: Fault = field(default=Fault.BUYER, converter=Fault)
    replacement: Replacement | None = None


@frozen(kw_only=True)
class ChangeKind(Command):
    """Changes what is asked for before it is answered."""

    after_sale: str
    kind: AfterSaleKind = field(converter=AfterSaleKind)


@frozen(kw_only=True)
class Approve(Command):
    """Says yes: goods are awaited, or a refund may be granted; an exchange sets its replacements aside.

    Attributes:
        fault: Whose fault it is; ``None``: as applied for.
    """

    after_sale: str
    fault: Fault | None = None


@frozen(kw_only=True)
class Refuse(Command):
    """Says no."""

    after_sale: str
    reason: str


@frozen(kw_only=True)
class Withdraw(Command):
    """The buyer takes the application back."""

    after_sale: str
    reason: str = ""


@frozen(kw_only=True)
class SendBack(Command):
    """The buyer has sent the goods."""

    after_sale: str
    tracking: str
    carrier: str = ""


@frozen(kw_only=True)
class DeliverReturn(Fact):
    """The returned parcel was delivered to the seller."""

    after_sale: str
    delivered_at: datetime = field(validator=aware)


@frozen
class UnitOutcome:
    """What came back of one unit."""

    unit: str
    outcome: Outcome = field(converter=Outcome)


@frozen(kw_only=True)
class ReceiveReturn(Command):
    """The seller has looked at what came back.

    Attributes:
        outcomes: One for each unit of the after-sale; a gift that is not named is missing.
    """

    after_sale: str
    outcomes: tuple[UnitOutcome, ...]
