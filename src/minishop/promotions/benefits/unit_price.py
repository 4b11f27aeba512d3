"""A fixed price for a unit: 一口价, 特价."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import ItemBenefit, PriceBenefit, Share, Units
from minishop.promotions.fields import AMOUNT, Field
from minishop.quotes.checks import fen

__all__ = ["UnitPrice"]


@frozen
class UnitPrice(PriceBenefit, ItemBenefit):
    """Each unit costs ``price`` fen, if it costs more now."""

    kind: ClassVar[str] = "unit-price"
    layers: ClassVar[frozenset[str]] = frozenset({"price", "item"})
    fields: ClassVar[tuple[Field, ...]] = (Field("price", AMOUNT),)

    price: int = field(validator=fen)

    def sale_price(self, list_price: int) -> int:
        """The fixed price, never above the list price."""
        return min(list_price, self.price)

    def shares(self, units: Units) -> list[Share]:
        """What each unit costs above the price."""
        result = []
        for place, line in enumerate(units):
            above = [max(0, unit - self.price) for unit in line]
            result.append(Share(sum(above), {place: above}))
        return result
