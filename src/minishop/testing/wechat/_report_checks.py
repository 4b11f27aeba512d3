"""What the fake's shipping service refuses at first sight: the shape and the rules of a report.

Written from the platform's description; shares nothing with the client's own checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from minishop.testing.wechat._wire import Refusal

__all__ = ["as_object", "as_string", "check_shipping", "check_time", "key_type"]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)")


def as_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(47001, "data format error")
    return value


def as_string(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Refusal(47001, f"data format error, {name} must be a string")
    return value


def key_type(key: Any) -> int:
    fields = as_object(key)
    kind = fields.get("order_number_type")
    if kind not in (1, 2) or isinstance(kind, bool):
        raise Refusal(268485194, "order_number_type invalid")
    if kind == 2 and not fields.get("transaction_id"):
        raise Refusal(268485195, "transaction_id empty")
    if kind == 1 and not fields.get("mchid"):
        raise Refusal(268485196, "mchid empty")
    if kind == 1 and not fields.get("out_trade_no"):
        raise Refusal(268485197, "out_trade_no empty")
    return int(kind)


def check_time(value: Any) -> None:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise Refusal(268485216, "upload_time invalid")


def check_shipping(fields: Mapping[str, Any]) -> None:
    key_type(fields.get("order_key"))
    kind, mode, parcels = fields.get("logistics_type"), fields.get("delivery_mode"), fields.get("shipping_list")
    if kind not in (1, 2, 3, 4) or isinstance(kind, bool):
        raise Refusal(10060005, "logistics_type invalid")
    if mode not in (1, 2) or isinstance(mode, bool):
        raise Refusal(268485224, "delivery_mode invalid")
    if not isinstance(parcels, list):
        raise Refusal(47001, "data format error, shipping_list must be a list")
    if mode == 2 and kind != 1:
        raise Refusal(10060006, "split needs express")
    if mode == 2 and not isinstance(fields.get("is_all_delivered"), bool):
        raise Refusal(10060007, "is_all_delivered missing")
    if mode == 1 and len(parcels) != 1:
        raise Refusal(268485228, "shipping_list must have one element")
    if not parcels or len(parcels) > 15:
        raise Refusal(10060024, "shipping_list too long")
    for parcel in parcels:
        _check_parcel(kind, as_object(parcel))


def _check_parcel(kind: int, parcel: Mapping[str, Any]) -> None:
    number, company, goods = (parcel.get(name) for name in ("tracking_no", "express_company", "item_desc"))
    if not goods:
        raise Refusal(10060008, "item_desc empty")
    if not isinstance(goods, str) or len(goods) > 120:
        raise Refusal(10060009, "item_desc too long")
    if kind == 1 and not number:
        raise Refusal(268485226, "tracking_no empty")
    if kind == 1 and not company:
        raise Refusal(268485227, "express_company empty")
    if len(str(company or "").encode()) > 128:
        raise Refusal(10060025, "express_company too long")
    if len(str(number or "").encode()) > 128:
        raise Refusal(10060026, "tracking_no too long")
    contact = as_object(parcel.get("contact", {}))
    if company == "SF" and not (contact.get("consignor_contact") or contact.get("receiver_contact")):
        raise Refusal(10060014, "contact is needed for SF")
    for phone in contact.values():
        if "*" not in str(phone) or not re.search(r"\d{4}$", str(phone)) or len(str(phone)) > 1024:
            raise Refusal(10060014, "contact must be masked")
