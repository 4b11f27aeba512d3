"""A payment of the fake's, and how the platform describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import define, field

from minishop.testing.wechat._wire import seconds

__all__ = [
    "AWAITING",
    "COMPLETED",
    "RECEIVED",
    "REFUNDED",
    "SETTLING",
    "SHIPPED",
    "Payment",
    "described",
    "named_fields",
]

AWAITING, SHIPPED, RECEIVED, COMPLETED, REFUNDED, SETTLING = range(1, 7)


@define(kw_only=True)
class Payment:
    """A payment that the fake knows of.

    Attributes:
        known_at: Until then the shipping service says that it does not exist.
        state: 1 to 6, as the platform counts.
    """

    transaction_id: str
    openid: str
    amount: int
    mchid: str
    out_trade_no: str
    sub_mchid: str
    description: str
    paid_at: datetime
    known_at: datetime
    state: int = AWAITING
    in_complaint: bool = False
    logistics_type: int = 0
    delivery_mode: int = 0
    is_finished: bool = False
    finish_count: int = 0
    parcels: list[dict[str, Any]] = field(factory=list)
    upload_time: str = ""
    is_re_reported: bool = False
    is_reminded: bool = False
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    presale_until: int | None = None
    is_test: bool = False


def named_fields(payment: Payment) -> dict[str, Any]:
    return {
        "transaction_id": payment.transaction_id,
        "merchant_id": payment.mchid,
        "sub_merchant_id": payment.sub_mchid,
        "merchant_trade_no": payment.out_trade_no,
        "pay_time": seconds(payment.paid_at),
    }


def described(payment: Payment) -> dict[str, Any]:
    shipping: dict[str, Any] = {}
    if payment.parcels:
        shipping = {
            "delivery_mode": payment.delivery_mode,
            "logistics_type": payment.logistics_type,
            "finish_shipping": payment.is_finished,
            "finish_shipping_count": payment.finish_count,
            "goods_desc": payment.description,
            "shipping_list": [_parcel(parcel) for parcel in payment.parcels],
        }
    return {
        **named_fields(payment),
        "description": payment.description,
        "paid_amount": payment.amount,
        "openid": payment.openid,
        "trade_create_time": seconds(payment.paid_at),
        "order_state": payment.state,
        "in_complaint": payment.in_complaint,
        "shipping": shipping,
    }


def _parcel(parcel: Mapping[str, Any]) -> dict[str, Any]:
    return {("goods_desc" if name == "item_desc" else name): value for name, value in parcel.items()}
