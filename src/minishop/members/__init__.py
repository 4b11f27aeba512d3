"""What a member holds. So far: coupons."""

from minishop.members._coupons import HeldCoupon

__all__ = ["HeldCoupon"]
