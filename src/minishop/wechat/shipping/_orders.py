"""What the platform knows of an order's shipping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.wechat._json import as_instant, as_int, as_list, as_mapping, as_text
from minishop.wechat.shipping._values import DeliveryKind
from minishop.wechat.shipping._wire import KIND_NUMBERS

__all__ = [
    "OrderPage",
    "OrderState",
    "ReportedParcel",
    "ReportedShipping",
    "ShippingOrder",
    "read_order",
    "read_page",
    "state_number",
]


class OrderState(StrEnum):
    """How far an order is (order_state). A number we do not know is ``UNKNOWN``; it is kept beside it."""

    AWAITING_SHIPMENT = "awaiting-shipment"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    AWAITING_SETTLEMENT = "awaiting-settlement"
    UNKNOWN = "unknown"


_STATES = {number: state for number, state in enumerate(OrderState, start=1) if state is not OrderState.UNKNOWN}
_KINDS = {number: kind for kind, number in KIND_NUMBERS.items()}


def state_number(state: OrderState) -> int | None:
    """The platform's number of a state; ``None`` for ``UNKNOWN``."""
    return next((number for number, known in _STATES.items() if known is state), None)


@frozen(kw_only=True)
class ReportedParcel:
    """A parcel that was reported.

    Attributes:
        tracking_no: Its number.
        company: Who carries it.
        description: What is in it.
        uploaded_at: When it was reported.
    """

    tracking_no: str = ""
    company: str = ""
    description: str = ""
    uploaded_at: datetime | None = None


@frozen(kw_only=True)
class ReportedShipping:
    """What was reported of an order.

    Attributes:
        kind: How it is delivered; ``None`` if the number is unknown to us.
        is_split: Whether in several parcels.
        is_finished: Whether everything has left.
        finish_count: How often everything was reported to have left: 0, 1, or 2 after the one re-report.
        parcels: What was sent.
    """

    kind: DeliveryKind | None
    is_split: bool
    is_finished: bool
    finish_count: int
    parcels: tuple[ReportedParcel, ...] = ()


@frozen(kw_only=True)
class ShippingOrder:
    """An order as the platform's shipping service has it.

    Attributes:
        transaction_id: WeChat Pay's number of the payment.
        merchant_id: The merchant that took it.
        sub_merchant_id: Its sub-merchant, or empty.
        merchant_trade_no: The shop's number.
        state: How far it is.
        raw_state: The platform's number of that; ``None`` if it gave none.
        paid_amount: What was paid, fen; ``None`` if it does not say.
        openid: Who paid.
        created_at: When the payment was begun.
        paid_at: When it was paid.
        in_complaint: Whether the shopper has complained.
        description: What was bought, as reported.
        shipping: What was reported; ``None`` if nothing yet.
        raw: Everything it said.
    """

    transaction_id: str
    merchant_id: str
    sub_merchant_id: str
    merchant_trade_no: str
    state: OrderState
    raw_state: int | None
    paid_amount: int | None
    openid: str = field(repr=False)
    created_at: datetime | None
    paid_at: datetime | None
    in_complaint: bool
    description: str = field(default="", repr=False)
    shipping: ReportedShipping | None = None
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)


@frozen(kw_only=True)
class OrderPage:
    """Some orders, and where the next begin.

    Attributes:
        orders: As the platform sorts them.
        next_index: What to ask for the next page with; empty if this is the last.
    """

    orders: tuple[ShippingOrder, ...]
    next_index: str = ""


def read_page(fields: Mapping[str, Any]) -> OrderPage:
    """The page in an answer."""
    orders = tuple(read_order(as_mapping(order)) for order in as_list(fields.get("order_list")))
    return OrderPage(
        orders=orders, next_index=as_text(fields.get("last_index")) if fields.get("has_more") is True else ""
    )


def read_order(order: Mapping[str, Any]) -> ShippingOrder:
    """The order in an answer; what is missing or odd is empty."""
    raw_state = as_int(order.get("order_state"))
    return ShippingOrder(
        transaction_id=as_text(order.get("transaction_id")),
        merchant_id=as_text(order.get("merchant_id")),
        sub_merchant_id=as_text(order.get("sub_merchant_id")),
        merchant_trade_no=as_text(order.get("merchant_trade_no")),
        state=OrderState.UNKNOWN if raw_state is None else _STATES.get(raw_state, OrderState.UNKNOWN),
        raw_state=raw_state,
        paid_amount=as_int(order.get("paid_amount")),
        openid=as_text(order.get("openid")),
        created_at=as_instant(order.get("trade_create_time")),
        paid_at=as_instant(order.get("pay_time")),
        in_complaint=order.get("in_complaint") is True,
        description=as_text(order.get("description")),
        shipping=_shipping(as_mapping(order.get("shipping"))),
        raw=dict(order),
    )


def _shipping(shipping: Mapping[str, Any]) -> ReportedShipping | None:
    """What was reported: the platform writes an empty object for nothing."""
    parcels = tuple(_parcel(as_mapping(parcel)) for parcel in as_list(shipping.get("shipping_list")))
    count = as_int(shipping.get("finish_shipping_count")) or 0
    number = as_int(shipping.get("logistics_type"))
    if not parcels and not count and number is None:
        return None
    return ReportedShipping(
        kind=None if number is None else _KINDS.get(number),
        is_split=as_int(shipping.get("delivery_mode")) == 2,
        is_finished=shipping.get("finish_shipping") is True,
        finish_count=count,
        parcels=parcels,
    )


def _parcel(parcel: Mapping[str, Any]) -> ReportedParcel:
    return ReportedParcel(
        tracking_no=as_text(parcel.get("tracking_no")),
        company=as_text(parcel.get("express_company")),
        description=as_text(parcel.get("goods_desc") or parcel.get("item_desc")),
        uploaded_at=as_instant(parcel.get("upload_time")),
    )
