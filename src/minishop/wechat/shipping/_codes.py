"""The numbers of the shipping report, in their classes."""

from __future__ import annotations

from collections.abc import Mapping

from minishop.wechat._codes import Code

__all__ = ["SHIPPING_CODES", "UNCHANGED"]

UNCHANGED = frozenset({10060023, 268440065})
"""Success in disguise: nothing changed; shipped already (the second is known from a community thread only)."""

_LOOK_UP = "Look the order up at the platform and decide by its state."
_UNKNOWN_PAYMENT = (
    "Right after a payment, repeat as `report_retries` says. Later: the identifiers are wrong, for example the number "
    "of a sub-merchant instead of the merchant that took the payment."
)


def _wrong(name: str, field: str, text: str) -> Code:
    return Code(name, "invalid_request", text, field=field)


SHIPPING_CODES: Mapping[int, Code] = {
    10060001: Code(
        "payment_unknown", "not_found_yet", "the shipping service does not know the payment", _UNKNOWN_PAYMENT
    ),
    10060002: Code("already_completed", "state", "everything of this order has been shipped", _LOOK_UP),
    10060003: Code("re_report_used", "state", "the one re-report of this order is used up", "Nothing can be changed."),
    10060004: Code("not_shippable", "state", "the order cannot be shipped: refunded or closed", _LOOK_UP),
    10060005: _wrong("unknown_value", "logistics_type", "no such way of delivery"),
    10060006: _wrong("split_needs_express", "delivery_mode", "only express parcels can be split"),
    10060007: _wrong("missing_key", "is_all_delivered", "a split delivery must say whether it is complete"),
    10060008: _wrong("empty", "item_desc", "the goods must be described"),
    10060009: _wrong("too_long", "item_desc", "the description of the goods is too long"),
    10060011: _wrong("malformed", "last_index", "the cursor is not one of the platform's"),
    10060012: Code("platform_busy", "busy", "the platform is busy"),
    10060013: _wrong("duplicate_id", "sub_orders", "an order stands in there twice"),
    10060014: _wrong("invalid_argument", "body", "an argument is missing or wrong"),
    10060019: Code("platform_busy", "busy", "the platform is busy"),
    10060020: _wrong("empty", "item_desc", "an order without any description of its goods cannot be completed"),
    10060024: _wrong("too_many", "shipping_list", "there are more than 15 parcels"),
    10060025: _wrong("too_long", "express_company", "the id of the company is too long"),
    10060026: _wrong("too_long", "tracking_no", "the number of the parcel is too long"),
    10060028: Code("not_shipped", "state", "the order is not in the state shipped", _LOOK_UP),
    10060029: _wrong("out_of_range", "received_time", "the receipt must be later than the shipping"),
    10060030: Code("reminder_used", "state", "the one reminder of this order is used up", "Nothing more can be sent."),
    10060031: _wrong("not_the_payer", "openid", "the payment is not this shopper's"),
    10060032: _wrong("express_only", "logistics_type", "only receipts of express parcels can be reminded of"),
    268485194: _wrong("unknown_value", "order_number_type", "no such way to name an order"),
    268485195: _wrong("empty", "transaction_id", "the transaction must be named"),
    268485196: _wrong("empty", "mchid", "the merchant must be named"),
    268485197: _wrong("empty", "out_trade_no", "the shop's number must be named"),
    268485216: _wrong("malformed", "upload_time", "the time must be of RFC 3339, with milliseconds and offset"),
    268485224: _wrong("unknown_value", "delivery_mode", "no such mode"),
    268485226: _wrong("empty", "tracking_no", "an express parcel must have a number"),
    268485227: _wrong("empty", "express_company", "an express parcel must have a company"),
    268485228: _wrong("one_parcel", "shipping_list", "a unified delivery has exactly one element"),
    268485253: _wrong("mixed_keys", "order_key", "all orders of a report must be named in the same way"),
    268546000: _wrong("unknown_value", "type", "no such special order"),
    268546001: _wrong("out_of_range", "delay_to", "the date is not allowed"),
    268546002: Code("not_awaiting_shipment", "state", "there is no such order that waits for shipment", _LOOK_UP),
}
"""What the calls of ``/wxa/sec/order`` answer besides the numbers of any call."""
