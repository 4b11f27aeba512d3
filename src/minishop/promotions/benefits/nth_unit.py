"""Every nth unit at a discount: 第二件半价."""

from __future__ import annotations

from typing import ClassVar, Literal

from attrs import field, frozen

from minishop.money import half_up
from minishop.promotions.benefits._base import ItemBenefit, Share, Units
from minishop.promotions.benefits._units import dearest_first, weights_of
from minishop.promotions.fields import COUNT, PERCENT, Field, choice_of
from minishop.quotes.checks import at_least, one_of

__all__ = ["NthUnit"]


@frozen
class NthUnit(ItemBenefit):
    """The scope's units in a row by amount; every ``n``-th gets ``percent`` off, rounded once per line.

    Attributes:
        n: At least 2.
        percent: Basis points off.
        order: ``"descending"``, so that the cheaper of each pair is cut; or ``"ascending"``, which breaks the
            monotonicity promise (a dearer unit may lower the cut) and is bounded apart.
    """

    kind: ClassVar[str] = "nth-unit"
    layers: ClassVar[frozenset[str]] = frozenset({"item"})
    fields: ClassVar[tuple[Field, ...]] = (
        Field("n", COUNT),
        Field("percent", PERCENT),
        Field("order", choice_of("descending", "ascending"), default="descending"),
    )

    n: int = field(validator=at_least(2))
    percent: int = field(validator=at_least(1, 10000))
    order: Literal["descending", "ascending"] = field(
        default="descending", kw_only=True, validator=one_of("descending", "ascending")
    )

    def shares(self, units: Units) -> list[Share]:
        """One share per line that has an nth unit."""
        row = dearest_first(units)
        if self.order == "ascending":
            row.sort(key=lambda unit: (-unit.negative, unit.line, unit.at))
        chosen = weights_of(row[self.n - 1 :: self.n], units)
        return [Share(half_up(sum(weights) * self.percent, 10000), {line: weights}) for line, weights in chosen.items()]

    def most(self, units: Units) -> int:
        """At most as many units as are cut now, and they the dearest if the order is ascending."""
        row = dearest_first(units)
        count = len(row) // self.n
        chosen = row[self.n - 1 :: self.n] if self.order == "descending" else row[:count]
        return half_up(sum(-unit.negative for unit in chosen) * self.percent, 10000) + len(units)
