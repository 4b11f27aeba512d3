"""The logistics plugin: a waybill that the platform shows to the shopper by itself.

It tells one status and no events, so it does not replace a tracking provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput, RemoteError
from minishop.flows import Flow
from minishop.quotes.checks import as_tuple, each, text, text_or_empty
from minishop.wechat._call import send
from minishop.wechat._exchange import Message
from minishop.wechat._json import as_int, as_list, as_mapping, as_text
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal

__all__ = [
    "DeliveryCompany",
    "Waybill",
    "WaybillGoods",
    "WaybillState",
    "WaybillStatus",
    "list_delivery_companies",
    "query_waybill",
    "trace_waybill",
]

_EXPRESS = "/cgi-bin/express/delivery/open_msg/"


class WaybillState(StrEnum):
    """How far a waybill is. A number we do not know is ``UNKNOWN``; it is kept beside it."""

    PENDING = "pending"
    PICKED_UP = "picked-up"
    IN_TRANSIT = "in-transit"
    OUT_FOR_DELIVERY = "out-for-delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    DELIVERED_BY_PROXY = "delivered-by-proxy"
    UNKNOWN = "unknown"


#: 0 is a state like the others: the waybill has no movement yet.
_STATES = {number: state for number, state in enumerate(WaybillState) if state is not WaybillState.UNKNOWN}


@frozen(kw_only=True)
class DeliveryCompany:
    """A company that can be reported.

    Attributes:
        id: What goes into :attr:`~minishop.wechat.shipping.Parcel.company`.
        name: For people, in Chinese.
    """

    id: str
    name: str


@frozen(kw_only=True)
class WaybillGoods:
    """What is shown as the content of a parcel.

    Attributes:
        name: For people.
        image: Address of a picture.
    """

    name: str = field(validator=text)
    image: str = field(validator=text)


@frozen(kw_only=True)
class Waybill:
    """A parcel to follow.

    Attributes:
        number: Of the waybill.
        openid: Who may look at it.
        receiver_phone: The receiver's whole number; the platform compares it with the carrier's.
        transaction_id: WeChat Pay's number of the payment.
        goods: What is in it; at least one.
        company: Who carries it; empty lets the platform find out.
        sender_phone: The sender's whole number, where the carrier asks for it.
    """

    number: str = field(validator=text)
    openid: str = field(validator=text, repr=False)
    receiver_phone: str = field(validator=text, repr=False)
    transaction_id: str = field(validator=text)
    goods: tuple[WaybillGoods, ...] = field(converter=as_tuple, validator=each(WaybillGoods))
    company: str = field(default="", validator=text_or_empty)
    sender_phone: str = field(default="", validator=text_or_empty, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.goods:
            raise InvalidInput("goods", "empty", "must name at least one thing")


@frozen(kw_only=True)
class WaybillStatus:
    """How far a waybill is.

    Attributes:
        state: In our words.
        raw_state: The platform's number, 0 to 6; ``None`` if it gave none.
        number: Of the waybill.
        company: Who carries it.
    """

    state: WaybillState
    raw_state: int | None
    number: str
    company: str = ""


def list_delivery_companies(program: Program) -> Flow[tuple[DeliveryCompany, ...]]:
    """The companies that the platform knows (get_delivery_list). Keep the list for a day; it rarely changes."""
    fields = yield from _ask(program, "get_delivery_list", {}, is_repeatable=True)
    companies = [as_mapping(company) for company in as_list(fields.get("delivery_list"))]
    return tuple(
        DeliveryCompany(id=as_text(company.get("delivery_id")), name=as_text(company.get("delivery_name")))
        for company in companies
    )


def trace_waybill(program: Program, waybill: Waybill) -> Flow[str]:
    """Hands a waybill to the platform (trace_waybill); the token goes to the plugin in the mini-program.

    100 a day for each shopper, 100 000 for the app.

    Returns:
        str: The waybill token.
    """
    goods = [{"goods_name": thing.name, "goods_img_url": thing.image} for thing in waybill.goods]
    payload = {
        "openid": waybill.openid,
        "receiver_phone": waybill.receiver_phone,
        "waybill_id": waybill.number,
        "trans_id": waybill.transaction_id,
        "goods_info": {"detail_list": goods},
        **({"delivery_id": waybill.company} if waybill.company else {}),
        **({"sender_phone": waybill.sender_phone} if waybill.sender_phone else {}),
    }
    fields = yield from _ask(program, "trace_waybill", payload, is_repeatable=False)
    token = as_text(fields.get("waybill_token"))
    if not token:
        raise RemoteError("the platform's answer holds no waybill token", code="unreadable_answer")
    return token


def query_waybill(program: Program, token: str, *, openid: str) -> Flow[WaybillStatus]:
    """How far a waybill is (query_trace).

    Args:
        program: The app.
        token: From :func:`trace_waybill`.
        openid: The shopper it was handed in for.

    Raises:
        PlatformUnavailable: ``waybill_unknown``.
        InvalidRequest: ``waybill_token_invalid``, ``openid_mismatch``.
    """
    payload = {"waybill_token": token, "openid": openid}
    fields = yield from _ask(program, "query_trace", payload, is_repeatable=True)
    info, delivery = as_mapping(fields.get("waybill_info")), as_mapping(fields.get("delivery_info"))
    number = as_int(info.get("status"))
    return WaybillStatus(
        state=WaybillState.UNKNOWN if number is None else _STATES.get(number, WaybillState.UNKNOWN),
        raw_state=number,
        number=as_text(info.get("waybill_id")),
        company=as_text(delivery.get("delivery_id")),
    )


def _ask(program: Program, name: str, payload: Mapping[str, Any], *, is_repeatable: bool) -> Flow[Mapping[str, Any]]:
    answer = yield from send(program, Message(path=_EXPRESS + name, payload=payload, is_repeatable=is_repeatable))
    if answer.errcode:
        raise (yield from refusal(answer))
    return answer.fields
