"""A coupon in somebody's wallet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.quotes import Coupon

__all__ = ["HeldCoupon"]


@frozen(kw_only=True)
class HeldCoupon:
    """The right to use a coupon rule once.

    Attributes:
        id: Unique among coupons.
        rule: The rule that it is for.
        buyer: Whose it is.
        claimed_at: Aware.
        valid_from: First instant of validity; ``None``: at once.
        valid_until: First instant after validity; ``None``: no end but the rule's.
    """

    id: str
    rule: str
    buyer: str
    claimed_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    def to_coupon(self) -> Coupon:
        """As it is priced."""
        return Coupon(
            id=self.id,
            rule=self.rule,
            claimed_at=self.claimed_at,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )
