"""Reports as the platform reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from minishop.wechat._force import SHANGHAI
from minishop.wechat.shipping._values import (
    CombinedReport,
    DeliveryKind,
    OrderKey,
    OrderShipping,
    Parcel,
    ShippingReport,
)

__all__ = ["KIND_NUMBERS", "combined_payload", "look_up_payload", "report_payload"]

KIND_NUMBERS = {
    DeliveryKind.EXPRESS: 1,
    DeliveryKind.SAME_CITY: 2,
    DeliveryKind.VIRTUAL: 3,
    DeliveryKind.PICKUP: 4,
}
"""logistics_type."""


def report_payload(report: ShippingReport) -> dict[str, Any]:
    """Body of upload_shipping_info."""
    return {**_shipping(report), "upload_time": _time(report.uploaded_at), "payer": {"openid": report.payer}}


def combined_payload(report: CombinedReport) -> dict[str, Any]:
    """Body of upload_combined_shipping_info."""
    return {
        "order_key": _key(report.order),
        "sub_orders": [_shipping(part) for part in report.orders],
        "upload_time": _time(report.uploaded_at),
        "payer": {"openid": report.payer},
    }


def look_up_payload(order: OrderKey) -> dict[str, Any]:
    """What get_order and its neighbours name an order by; the names are other ones than in a report."""
    if order.is_transaction:
        named = {"transaction_id": order.transaction_id}
    else:
        named = {"merchant_id": order.mchid, "merchant_trade_no": order.out_trade_no}
    return {**named, **({"sub_merchant_id": order.sub_mchid} if order.sub_mchid else {})}


def _shipping(shipping: OrderShipping) -> dict[str, Any]:
    payload = {
        "order_key": _key(shipping.order),
        "logistics_type": KIND_NUMBERS[shipping.kind],
        "delivery_mode": 2 if shipping.is_split else 1,
        "shipping_list": [_parcel(parcel) for parcel in shipping.parcels],
    }
    if shipping.is_split:
        payload["is_all_delivered"] = shipping.is_all_delivered
    return payload


def _key(order: OrderKey) -> dict[str, Any]:
    if order.is_transaction:
        return {"order_number_type": 2, "transaction_id": order.transaction_id}
    return {"order_number_type": 1, "mchid": order.mchid, "out_trade_no": order.out_trade_no}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    contact = {"consignor_contact": parcel.consignor_phone, "receiver_contact": parcel.receiver_phone}
    contact = {name: phone for name, phone in contact.items() if phone}
    fields = {"tracking_no": parcel.tracking_no, "express_company": parcel.company, "item_desc": parcel.description}
    return {**{name: value for name, value in fields.items() if value}, **({"contact": contact} if contact else {})}


def _time(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
