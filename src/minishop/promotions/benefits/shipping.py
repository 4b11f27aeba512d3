"""Less freight: 包邮, 运费券."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Benefit
from minishop.promotions.fields import MONEY, Field
from minishop.quotes.checks import at_least

__all__ = ["FreeShipping", "ShippingOff"]

_LAYERS = frozenset({"shop-coupon", "platform-coupon", "freight"})


@frozen
class FreeShipping(Benefit):
    """The scope's lines drop out of their freight templates."""

    kind: ClassVar[str] = "free-shipping"
    layers: ClassVar[frozenset[str]] = _LAYERS
    fields: ClassVar[tuple[Field, ...]] = ()


@frozen
class ShippingOff(Benefit):
    """``amount`` fen off the freight of the scope's lines, never below 0."""

    kind: ClassVar[str] = "shipping-off"
    layers: ClassVar[frozenset[str]] = _LAYERS
    fields: ClassVar[tuple[Field, ...]] = (Field("amount", MONEY),)

    amount: int = field(validator=at_least(1))
