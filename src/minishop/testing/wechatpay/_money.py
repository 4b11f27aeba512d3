"""Fen in bodies, and how a coupon's share is given back."""

from __future__ import annotations

from minishop.testing.wechatpay._ledger import Order

__all__ = ["payer_share"]


def payer_share(order: Order, refund: int) -> int:
    """What of a refund goes back to the payer; the coupon's part goes to whoever gave it.

    Shares are taken of the running total, so that all refunds together give back exactly what the payer paid.
    """
    before = order.refunded
    return (before + refund) * order.payer_total // order.total - before * order.payer_total // order.total
