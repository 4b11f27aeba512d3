"""A fixed amount off: 满减, 每满减, 立减."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Cutter, ItemBenefit, OrderBenefit, PriceBenefit, Share, Units
from minishop.promotions.fields import FLAG, MONEY, Field
from minishop.quotes.checks import at_least, flag, optional

__all__ = ["AmountOff"]


@frozen
class AmountOff(PriceBenefit, ItemBenefit, OrderBenefit):
    """``amount`` fen off: per unit in ``price``, once per line in ``item``, once per rule elsewhere.

    Attributes:
        amount: Fen.
        every: Once for each time the threshold fits into what it measures (每满); not in ``price`` and ``item``.
        cap: The most the rule takes off an order, fen; not in ``price``.
    """

    kind: ClassVar[str] = "amount-off"
    layers: ClassVar[frozenset[str]] = frozenset({"price", "item", "order", "shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (
        Field("amount", MONEY),
        Field("every", FLAG, default=False),
        Field("cap", MONEY, default=None),
    )

    amount: int = field(validator=at_least(1))
    every: bool = field(default=False, kw_only=True, validator=flag)
    cap: int | None = field(default=None, kw_only=True, validator=optional(at_least(1)))

    @property
    def face(self) -> int:
        """One step, fen."""
        return self.amount

    def sale_price(self, list_price: int) -> int:
        """The list price less the amount, at least 0."""
        return max(0, list_price - self.amount)

    def shares(self, units: Units) -> list[Share]:
        """The amount off each line."""
        return [Share(self.amount, {place: line}) for place, line in enumerate(units)]

    def cutter(self) -> Cutter:
        """See :class:`OrderBenefit`."""
        amount, cap = self.amount, self.cap
        if not self.every:
            flat = amount if cap is None else min(amount, cap)
            return lambda base, quantity, times: flat

        def each_time(base: int, quantity: int, times: int) -> int:
            cut = amount * times
            return cut if cap is None or cut < cap else cap

        return each_time
