"""What a shipping report says, checked by the platform's rules before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import Attribute, field, frozen

from minishop.errors import InvalidInput
from minishop.quotes.checks import as_tuple, aware, each, flag, instance_of, optional, text, text_or_empty
from minishop.wechat.shipping._masking import mask_phone

__all__ = [
    "CombinedReport",
    "DeliveryKind",
    "OrderKey",
    "OrderShipping",
    "Parcel",
    "ShippingReport",
    "describe_goods",
]

_LONGEST_NUMBER = 128  # bytes
_LONGEST_DESCRIPTION = 120  # characters
_MOST_PARCELS = 15
_MOST_ORDERS = 50
_NEEDS_PHONE = frozenset({"SF"})


class DeliveryKind(StrEnum):
    """How the goods reach the shopper (logistics_type)."""

    EXPRESS = "express"
    SAME_CITY = "same-city"
    VIRTUAL = "virtual"
    PICKUP = "pickup"


def _limited(longest: int) -> Any:
    def check(instance: object, attribute: Attribute[str], value: str) -> None:
        text_or_empty(instance, attribute, value)
        if len(value.encode()) > longest:
            raise InvalidInput(attribute.name, "too_long", f"must have at most {longest} bytes of UTF-8")

    return check


def _consignor(phone: str) -> str:
    return mask_phone(phone, field="consignor_phone") if phone != "" else ""


def _receiver(phone: str) -> str:
    return mask_phone(phone, field="receiver_phone") if phone != "" else ""


@frozen(kw_only=True)
class OrderKey:
    """Names a payment; by the platform's number, which is the better choice, or by merchant and shop number.

    Attributes:
        transaction_id: The number that WeChat Pay gave the payment.
        mchid: The merchant that took the payment. For a service provider that is the number the payment was made
            under, not the sub-merchant's.
        out_trade_no: The number that the shop gave the payment.
        sub_mchid: The sub-merchant, only to look an order up.
    """

    transaction_id: str = field(default="", validator=_limited(_LONGEST_NUMBER))
    mchid: str = field(default="", validator=_limited(_LONGEST_NUMBER))
    out_trade_no: str = field(default="", validator=_limited(_LONGEST_NUMBER))
    sub_mchid: str = field(default="", validator=_limited(_LONGEST_NUMBER))

    def __attrs_post_init__(self) -> None:
        if self.transaction_id:
            if self.mchid or self.out_trade_no:
                raise InvalidInput("transaction_id", "not_allowed", "stands alone, or give mchid and out_trade_no")
            return
        for name in ("mchid", "out_trade_no"):
            if not getattr(self, name):
                what = "transaction_id" if not (self.mchid or self.out_trade_no) else name
                raise InvalidInput(what, "empty", "name the payment by transaction_id, or by mchid and out_trade_no")
        if not re.fullmatch(r"[0-9A-Za-z_*-]+", self.out_trade_no):
            raise InvalidInput("out_trade_no", "malformed", "must consist of 0-9A-Za-z_-*")

    @property
    def is_transaction(self) -> bool:
        """Whether it goes by the platform's number."""
        return bool(self.transaction_id)


@frozen(kw_only=True)
class Parcel:
    """One parcel (an element of shipping_list), or what stands in its place where nothing is sent.

    Attributes:
        description: What is in it, for people: 1 to 120 characters.
        tracking_no: Its number; at most 128 bytes. Only for express.
        company: Who carries it: an id of :meth:`MiniProgram.list_delivery_companies`. Only for express.
        consignor_phone: The sender's number; masked when it is given (see :func:`mask_phone`), so the whole one is
            neither kept nor sent. SF needs it, or the receiver's.
        receiver_phone: The receiver's number; likewise.
    """

    description: str = field(validator=text)
    tracking_no: str = field(default="", validator=_limited(_LONGEST_NUMBER))
    company: str = field(default="", validator=_limited(_LONGEST_NUMBER))
    consignor_phone: str = field(default="", converter=_consignor)
    receiver_phone: str = field(default="", converter=_receiver)

    @description.validator
    def _check_description(self, attribute: Attribute[str], value: str) -> None:
        if not value.strip():
            raise InvalidInput(attribute.name, "empty", "must not be blank")
        if len(value) > _LONGEST_DESCRIPTION:
            raise InvalidInput(attribute.name, "too_long", f"must have at most {_LONGEST_DESCRIPTION} characters")


@frozen(kw_only=True)
class OrderShipping:
    """What became of one payment's goods.

    Attributes:
        order: The payment.
        parcels: Exactly one; 1 to 15 if split.
        kind: How they are delivered.
        is_split: They leave in several parcels (delivery_mode 2); express only. Report again as further ones leave.
        is_all_delivered: Of a split delivery: whether these are the last. ``None`` if it is not split.
    """

    order: OrderKey = field(validator=instance_of(OrderKey))
    parcels: tuple[Parcel, ...] = field(converter=as_tuple, validator=each(Parcel))
    kind: DeliveryKind = field(default=DeliveryKind.EXPRESS, validator=instance_of(DeliveryKind))
    is_split: bool = field(default=False, validator=flag)
    is_all_delivered: bool | None = field(default=None, validator=optional(flag))

    def __attrs_post_init__(self) -> None:
        _check_mode(self)
        for index, parcel in enumerate(self.parcels):
            _check_parcel(self.kind, parcel, f"parcels[{index}]")
        numbers = [parcel.tracking_no for parcel in self.parcels]
        if len(set(numbers)) < len(numbers):
            raise InvalidInput("parcels", "duplicate_id", "two parcels have the same number")


def _check_mode(shipping: OrderShipping) -> None:
    if not shipping.is_split:
        if len(shipping.parcels) != 1:
            raise InvalidInput("parcels", "one_parcel", "must be exactly one, or the delivery is split")
        if shipping.is_all_delivered is not None:
            raise InvalidInput("is_all_delivered", "not_allowed", "has a meaning only if the delivery is split")
        return
    if shipping.kind is not DeliveryKind.EXPRESS:
        raise InvalidInput("is_split", "split_needs_express", "only express parcels can be split")
    if shipping.is_all_delivered is None:
        raise InvalidInput("is_all_delivered", "missing_key", "a split delivery must say whether these are the last")
    if not 1 <= len(shipping.parcels) <= _MOST_PARCELS:
        raise InvalidInput("parcels", "out_of_range", f"must be 1 to {_MOST_PARCELS} parcels")


def _check_parcel(kind: DeliveryKind, parcel: Parcel, where: str) -> None:
    for name in ("tracking_no", "company"):
        given = bool(getattr(parcel, name).strip())
        if kind is DeliveryKind.EXPRESS and not given:
            raise InvalidInput(f"{where}.{name}", "empty", "an express parcel needs it")
        if kind is not DeliveryKind.EXPRESS and getattr(parcel, name):
            raise InvalidInput(f"{where}.{name}", "not_allowed", "must be left out unless it is express")
    if parcel.company in _NEEDS_PHONE and not (parcel.consignor_phone or parcel.receiver_phone):
        raise InvalidInput(f"{where}.receiver_phone", "phone_required", f"{parcel.company} needs a telephone number")


@frozen(kw_only=True)
class ShippingReport(OrderShipping):
    """Tells the platform that a payment's goods have left (upload_shipping_info).

    The same report may be sent again until it has been answered: keep it as it is, with its time.

    Attributes:
        payer: Who paid: the openid under this app.
        uploaded_at: Orders reports that compete: a correction needs a later time. Sent to the millisecond.
    """

    payer: str = field(validator=[text, _limited(_LONGEST_NUMBER)], repr=False)
    uploaded_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class CombinedReport:
    """Tells the platform that the goods of a combined payment (合单) have left (upload_combined_shipping_info).

    Attributes:
        order: The combined payment.
        orders: Its parts; 1 to 50, which is known from a single source only.
        payer: Who paid: the openid under this app.
        uploaded_at: Orders reports that compete.
    """

    order: OrderKey = field(validator=instance_of(OrderKey))
    orders: tuple[OrderShipping, ...] = field(converter=as_tuple, validator=each(OrderShipping))
    payer: str = field(validator=[text, _limited(_LONGEST_NUMBER)], repr=False)
    uploaded_at: datetime = field(validator=aware)

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.orders) <= _MOST_ORDERS:
            raise InvalidInput("orders", "out_of_range", f"must be 1 to {_MOST_ORDERS} orders")
        keys = [part.order for part in self.orders]
        if any(key.is_transaction is not self.order.is_transaction for key in keys):
            raise InvalidInput("orders", "mixed_keys", "all orders of a report must be named in the same way")
        if len(set(keys)) < len(keys):
            raise InvalidInput("orders", "duplicate_id", "an order stands in there twice")


def describe_goods(goods: Iterable[tuple[str, int]]) -> str:
    """What goes into :attr:`Parcel.description`: ``茶杯*2；茶*1``, cut at 120 characters.

    Args:
        goods: Names and numbers.
    """
    full = "；".join(f"{name}*{number}" for name, number in goods)
    return full if len(full) <= _LONGEST_DESCRIPTION else full[: _LONGEST_DESCRIPTION - 1] + "…"
