"""More points earned: 多倍积分."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Benefit
from minishop.promotions.fields import TIMES, Field
from minishop.quotes.checks import at_least

__all__ = ["PointsMultiplier"]


@frozen
class PointsMultiplier(Benefit):
    """The scope's lines earn ``times`` as many points; of several rules the highest counts for a line.

    Attributes:
        times: Hundredths: 200 is twice (``times = "2"`` in a document).
    """

    kind: ClassVar[str] = "points-multiplier"
    layers: ClassVar[frozenset[str]] = frozenset({"order", "shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (Field("times", TIMES),)

    times: int = field(validator=at_least(1, 10**6))
