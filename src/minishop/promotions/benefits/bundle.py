"""Any n units for one price: 任选 3 件 99 元."""

from __future__ import annotations

from itertools import accumulate
from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import ItemBenefit, Share, Units
from minishop.promotions.benefits._units import dearest_first, weights_of
from minishop.promotions.fields import AMOUNT, COUNT, FLAG, Field
from minishop.quotes.checks import at_least, fen, flag

__all__ = ["Bundle"]


@frozen
class Bundle(ItemBenefit):
    """Any ``quantity`` units of the scope for ``price``, as often as it saves most.

    With m bundles the dearest m x quantity units cost m x price; m is the one that saves most, the smallest of equals.

    Attributes:
        price: Fen for one bundle.
        repeat: Whether there may be more than one bundle.
    """

    kind: ClassVar[str] = "bundle"
    layers: ClassVar[frozenset[str]] = frozenset({"item"})
    fields: ClassVar[tuple[Field, ...]] = (
        Field("quantity", COUNT),
        Field("price", AMOUNT),
        Field("repeat", FLAG, default=True),
    )

    quantity: int = field(validator=at_least(1))
    price: int = field(validator=fen)
    repeat: bool = field(default=True, kw_only=True, validator=flag)

    def shares(self, units: Units) -> list[Share]:
        """One share over the bundled units, or none if no bundle saves anything."""
        row = dearest_first(units)
        sums = (0, *accumulate(-unit.negative for unit in row))
        most = len(row) // self.quantity
        if not self.repeat:
            most = min(most, 1)
        saving, bundles = 0, 0
        for count in range(1, most + 1):
            saved = sums[count * self.quantity] - count * self.price
            if saved > saving:
                saving, bundles = saved, count
        if not bundles:
            return []
        return [Share(saving, weights_of(row[: bundles * self.quantity], units))]
