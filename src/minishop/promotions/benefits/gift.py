"""Something beside: 满赠."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from minishop.promotions.benefits._base import Benefit
from minishop.promotions.fields import COUNT, TEXT, Field
from minishop.quotes.checks import at_least, text

__all__ = ["Gift"]


@frozen
class Gift(Benefit):
    """``quantity`` units of ``sku`` at 0, once per order, if the cart's ``gift_stock`` does not say it is short."""

    kind: ClassVar[str] = "gift"
    layers: ClassVar[frozenset[str]] = frozenset({"order", "shop-coupon", "platform-coupon"})
    fields: ClassVar[tuple[Field, ...]] = (Field("sku", TEXT), Field("quantity", COUNT, default=1))

    sku: str = field(validator=text)
    quantity: int = field(default=1, validator=at_least(1))
