"""Buy some, get some: 买二送一."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.money import half_up
from minishop.promotions.benefits._base import ItemBenefit, Share, Units
from minishop.promotions.benefits._units import dearest_first, weights_of
from minishop.promotions.fields import COUNT, PERCENT, Field
from minishop.quotes.checks import at_least

__all__ = ["BuyGet"]


@frozen
class BuyGet(ItemBenefit):
    """Units by amount descending, in full blocks of ``buy + get``: the last ``get`` of each block are cut.

    Attributes:
        percent: Basis points off those units; 10000 makes them free.
    """

    kind: ClassVar[str] = "buy-get"
    layers: ClassVar[frozenset[str]] = frozenset({"item"})
    fields: ClassVar[tuple[Field, ...]] = (
        Field("buy", COUNT),
        Field("get", COUNT),
        Field("percent", PERCENT, default=10000),
    )

    buy: int = field(validator=at_least(1))
    get: int = field(validator=at_least(1))
    percent: int = field(default=10000, kw_only=True, validator=at_least(1, 10000))

    def shares(self, units: Units) -> list[Share]:
        """One share per line that has a unit to cut."""
        row = dearest_first(units)
        block = self.buy + self.get
        full = len(row) - len(row) % block
        chosen = weights_of((unit for place, unit in enumerate(row[:full]) if place % block >= self.buy), units)
        return [Share(half_up(sum(weights) * self.percent, 10000), {line: weights}) for line, weights in chosen.items()]

    def most(self, units: Units) -> int:
        """The cut now, plus a fen per line: units may move between lines, and with them the rounding."""
        return sum(share.cut for share in self.shares(units)) + len(units)
