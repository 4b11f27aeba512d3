"""A unit for nothing: 兑换券."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Benefit
from minishop.promotions.fields import COUNT, Field
from minishop.quotes.checks import at_least

__all__ = ["Exchange"]


@frozen
class Exchange(Benefit):
    """The ``quantity`` dearest units in scope that no other exchange has freed cost nothing."""

    kind: ClassVar[str] = "exchange"
    layers: ClassVar[frozenset[str]] = frozenset({"shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (Field("quantity", COUNT, default=1),)

    quantity: int = field(default=1, validator=at_least(1))
