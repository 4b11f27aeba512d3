"""Shares of an order's money: the coupon's, and the fee's."""

from __future__ import annotations

from minishop.testing.wechatpay._ledger import Order

__all__ = ["RATE", "fee_of", "fee_share", "payer_share"]

#: The gateway's fee, in basis points of what is settled.
RATE = 60


def fee_of(order: Order) -> int:
    """The fee for a payment, rounded half up to a fen."""
    return (order.payer_total * RATE + 5_000) // 10_000


def payer_share(order: Order, refund: int) -> int:
    """What of a refund goes back to the payer; the coupon's part goes to whoever gave it."""
    given_back = sum(one.payer_amount for one in order.refunds if one.status != "CLOSED")
    return _share(order, refund, order.payer_total, given_back)


def fee_share(order: Order, refund: int) -> int:
    """What of the fee comes back to the merchant with a refund."""
    given_back = sum(one.fee for one in order.refunds if one.status != "CLOSED")
    return _share(order, refund, fee_of(order), given_back)


def _share(order: Order, refund: int, whole: int, given_back: int) -> int:
    # Of the running total, so that refunds of all the money give back exactly the whole.
    return max(0, (order.refunded + refund) * whole // order.total - given_back)
