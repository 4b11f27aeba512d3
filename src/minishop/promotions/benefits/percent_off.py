"""A share of the amount off: 满折, 打折."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.money import half_up
from minishop.promotions.benefits._base import Cutter, ItemBenefit, OrderBenefit, PriceBenefit, Share, Units
from minishop.promotions.fields import MONEY, PERCENT, Field
from minishop.quotes.checks import at_least, optional

__all__ = ["PercentOff"]


@frozen
class PercentOff(PriceBenefit, ItemBenefit, OrderBenefit):
    """``percent`` off: per unit in ``price``, per line in ``item``, once over the scope elsewhere.

    The cut is rounded half-up to a fen; in ``price`` it is the price that is.

    Attributes:
        percent: Basis points off, 1 to 10000 (八折 is 2000).
        cap: The most the rule takes off an order, fen; not in ``price``.
    """

    kind: ClassVar[str] = "percent-off"
    layers: ClassVar[frozenset[str]] = frozenset({"price", "item", "order", "shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (Field("percent", PERCENT), Field("cap", MONEY, default=None))

    percent: int = field(validator=at_least(1, 10000))
    cap: int | None = field(default=None, kw_only=True, validator=optional(at_least(1)))

    def sale_price(self, list_price: int) -> int:
        """The list price times what is left of 100 %, half-up."""
        return half_up(list_price * (10000 - self.percent), 10000)

    def shares(self, units: Units) -> list[Share]:
        """The percentage of each line."""
        percent = self.percent
        return [Share(half_up(sum(line) * percent, 10000), {place: line}) for place, line in enumerate(units)]

    def cutter(self) -> Cutter:
        """See :class:`OrderBenefit`."""
        percent, cap = self.percent, self.cap
        if cap is None:
            return lambda base, quantity, times: (base * percent + 5000) // 10000

        def capped(base: int, quantity: int, times: int) -> int:
            cut = (base * percent + 5000) // 10000
            return cut if cut < cap else cap

        return capped
