"""A ladder of steps, of which the highest reached counts: 阶梯满减."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Cutter, OrderBenefit
from minishop.promotions.fields import COUNT, MONEY, PERCENT, Field, list_of
from minishop.quotes.checks import as_tuple, at_least, each, optional

__all__ = ["Step", "Tiers"]


@frozen(kw_only=True)
class Step:
    """One step: reached at ``amount`` fen or ``quantity`` units, worth ``off`` fen or ``percent`` basis points."""

    fields: ClassVar[tuple[Field, ...]] = (
        Field("amount", MONEY, default=None),
        Field("quantity", COUNT, default=None),
        Field("off", MONEY, default=None),
        Field("percent", PERCENT, default=None),
    )

    amount: int | None = field(default=None, validator=optional(at_least(1)))
    quantity: int | None = field(default=None, validator=optional(at_least(1)))
    off: int | None = field(default=None, validator=optional(at_least(1)))
    percent: int | None = field(default=None, validator=optional(at_least(1, 10000)))

    def cut(self, base: int) -> int:
        """What the step takes off ``base`` fen."""
        if self.percent is not None:
            return (base * self.percent + 5000) // 10000
        assert self.off is not None
        return min(self.off, base)


@frozen
class Tiers(OrderBenefit):
    """The cut of the highest step reached.

    Attributes:
        steps: Ascending, all by amount or all by quantity; at each step it gives at least what the step below gives
            there.
    """

    kind: ClassVar[str] = "tiers"
    layers: ClassVar[frozenset[str]] = frozenset({"order", "shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (Field("steps", list_of(Step)),)

    steps: tuple[Step, ...] = field(converter=as_tuple, validator=each(Step))

    def cutter(self) -> Cutter:
        """See :class:`OrderBenefit`."""
        by_amount = self.steps[0].amount is not None
        ladder = tuple(
            (step.amount if by_amount else step.quantity, step.off, step.percent) for step in reversed(self.steps)
        )

        def climb(base: int, quantity: int, times: int) -> int:
            measure = base if by_amount else quantity
            for reach, off, percent in ladder:
                if measure >= reach:  # type: ignore[operator]
                    if off is None:
                        return (base * percent + 5000) // 10000  # type: ignore[operator]
                    return off
            return 0

        return climb
