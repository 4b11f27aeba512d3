"""One line of a quote: what came off it, and what each unit's share of that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from attrs import field, frozen

from minishop.quotes._cart import CartLine

__all__ = ["Adjustment", "QuoteLine", "Source", "StoredSplit", "UnitShare", "UnitSplit"]


class UnitSplit(Protocol):
    """Splits what sources took off lines over the units of each line."""

    def rows(self, place: int) -> Mapping[Source, tuple[int, ...]]:
        """For each source, the fen that each unit of the line at ``place`` gets of its adjustment."""


class Source(NamedTuple):
    """What an adjustment comes from; one object shared by all its lines."""

    rule: str
    coupon: str | None
    layer: str


class Adjustment:
    """What one rule or coupon took off one line: fen, never negative.

    Read-only. Equal to another by rule, coupon, layer, amount and units. A quote makes one for every rule on every
    line, so this is a plain class without ``__init__``, whose maker fills it in: a call of one takes as long as the
    rest of the making. Use :meth:`of` where that does not matter.
    """

    __slots__ = ("_place", "_split", "amount", "source")

    #: Fen that the line got.
    amount: int
    #: Where it comes from.
    source: Source

    # The split, not the line: a quote must not hold cycles, or it outlives its use until the collector comes.
    _split: UnitSplit
    _place: int

    @classmethod
    def of(cls, source: Source, amount: int, split: UnitSplit, place: int = 0) -> Adjustment:
        """An adjustment of ``amount`` fen, the units of which are those that ``split`` knows of ``place``."""
        made = cls()
        made.source, made.amount, made._split, made._place = source, amount, split, place
        return made

    @property
    def rule(self) -> str:
        """Id of the rule, or ``member-price``, ``activity-price``, ``points``, which are reserved."""
        return self.source.rule

    @property
    def coupon(self) -> str | None:
        """Id of the coupon, if one was used."""
        return self.source.coupon

    @property
    def layer(self) -> str:
        """``price``, ``item``, ``order``, ``shop-coupon``, ``platform-coupon`` or ``points``."""
        return self.source.layer

    @property
    def units(self) -> tuple[int, ...]:
        """The amount over the line's units, which is what a refund of one unit reads."""
        return self._split.rows(self._place)[self.source]

    def to_dict(self) -> dict[str, Any]:
        """The adjustment as it stands in the JSON of a quote."""
        rule, coupon, layer = self.source
        return {"rule": rule, "coupon": coupon, "layer": layer, "amount": self.amount, "units": list(self.units)}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Adjustment):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.source, self.amount))

    def __repr__(self) -> str:
        return f"Adjustment(rule={self.rule!r}, coupon={self.coupon!r}, layer={self.layer!r}, amount={self.amount})"


@frozen
class UnitShare:
    """What one unit's list price became: the components add up to it. Fen.

    ``cash`` is what was paid for the unit in money; ``points`` what points paid for it.
    """

    price: int
    item: int
    order: int
    coupon: int
    points: int
    cash: int

    @property
    def list_price(self) -> int:
        """The unit's list price."""
        return self.price + self.item + self.order + self.coupon + self.points + self.cash


_COMPONENT = {
    "price": "price",
    "item": "item",
    "order": "order",
    "shop-coupon": "coupon",
    "platform-coupon": "coupon",
    "points": "points",
}


class QuoteLine:
    """One priced line. Read-only; equal to another by cart line, payable and adjustments.

    Without ``__init__`` for the reason that :class:`Adjustment` has none.

    Attributes:
        line: What was priced.
        payable: Cash for the line after discounts and points, fen.
        adjustments: In the order in which they were applied; zero ones are left out.
    """

    __slots__ = ("adjustments", "line", "payable")

    line: CartLine
    payable: int
    adjustments: tuple[Adjustment, ...]

    @classmethod
    def of(cls, line: CartLine, payable: int, adjustments: tuple[Adjustment, ...]) -> QuoteLine:
        """A line of its parts."""
        made = cls()
        made.line, made.payable, made.adjustments = line, payable, adjustments
        return made

    @property
    def id(self) -> str:
        """The cart line's id."""
        return self.line.id

    @property
    def quantity(self) -> int:
        """Units."""
        return self.line.quantity

    @property
    def list_total(self) -> int:
        """Units times list price, fen."""
        return self.line.quantity * self.line.unit_price

    @property
    def units(self) -> tuple[UnitShare, ...]:
        """The frozen components of each unit, for an order to keep and a refund to read."""
        quantity = self.line.quantity
        taken = [dict.fromkeys(("price", "item", "order", "coupon", "points"), 0) for _ in range(quantity)]
        for adjustment in self.adjustments:
            component = _COMPONENT[adjustment.layer]
            for unit, amount in zip(taken, adjustment.units, strict=True):
                unit[component] += amount
        price = self.line.unit_price
        return tuple(UnitShare(**unit, cash=price - sum(unit.values())) for unit in taken)

    def to_dict(self) -> dict[str, Any]:
        """The line as it stands in the JSON of a quote."""
        return {
            "id": self.id,
            "quantity": self.quantity,
            "list_total": self.list_total,
            "payable": self.payable,
            "adjustments": [adjustment.to_dict() for adjustment in self.adjustments],
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QuoteLine):
            return NotImplemented
        return (self.line, self.payable, self.adjustments) == (other.line, other.payable, other.adjustments)

    def __hash__(self) -> int:
        return hash((self.line.id, self.payable))

    def __repr__(self) -> str:
        return f"QuoteLine(id={self.id!r}, payable={self.payable}, adjustments={list(self.adjustments)})"

    def at_rest(self) -> QuoteLine:
        """The same line with its units computed and no engine behind it."""
        split = StoredSplit({adjustment.source: adjustment.units for adjustment in self.adjustments})
        adjustments = [Adjustment.of(adjustment.source, adjustment.amount, split) for adjustment in self.adjustments]
        return QuoteLine.of(self.line, self.payable, tuple(adjustments))


@frozen
class StoredSplit:
    """The unit splits of one line at rest."""

    _rows: Mapping[Source, tuple[int, ...]] = field(hash=False)

    def rows(self, place: int) -> Mapping[Source, tuple[int, ...]]:
        return self._rows
