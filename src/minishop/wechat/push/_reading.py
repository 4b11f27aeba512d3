"""From the fields of a push to its type.

The platform writes the same thing in several ways: a number as a number or as text; a list as a list, as one object, or
as an element that stands once; ``WayBillId`` or ``WaybillId``; ``errcode`` or ``errCode``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import frozen

from minishop.wechat._content import Suggestion, Verdict, read_verdict
from minishop.wechat._json import as_instant, as_int, as_list, as_mapping, as_text
from minishop.wechat.push._events import (
    ExpressAction,
    ExpressPathAdded,
    MediaChecked,
    MessageDelivery,
    PushEvent,
    SubscribeAnswered,
    SubscribeChanged,
    SubscribeChoice,
    SubscribeDelivered,
    UnknownPush,
)
from minishop.wechat.push._trade_events import (
    ConfirmedBy,
    OrderSettled,
    ReportingRequired,
    SettlementExpected,
    ShippingOverdue,
    TradeControlled,
)

__all__ = ["read_event"]

_Common: TypeAlias = dict[str, Any]


@frozen
class _Fields:
    """Fields by name, whatever the case of its letters; the exact name comes first."""

    raw: Mapping[str, Any]

    def get(self, name: str) -> Any:
        if name in self.raw:
            return self.raw[name]
        return next((value for key, value in self.raw.items() if str(key).lower() == name.lower()), None)

    def text(self, name: str) -> str:
        return as_text(self.get(name))

    def number(self, name: str) -> int | None:
        return as_int(self.get(name))

    def moment(self, name: str) -> datetime | None:
        return as_instant(self.get(name))

    def part(self, name: str) -> _Fields:
        return _Fields(as_mapping(self.get(name)))

    def parts(self, name: str) -> tuple[_Fields, ...]:
        return tuple(_Fields(as_mapping(item)) for item in as_list(self.get(name)))


def read_event(raw: Mapping[str, Any]) -> PushEvent:
    """The typed event; :class:`UnknownPush` if there is no type, or if what the type needs is not there."""
    fields = _Fields(raw)
    name = fields.text("Event") or fields.text("MsgType")
    common: _Common = {
        "name": name,
        "openid": fields.text("FromUserName"),
        "created_at": fields.moment("CreateTime"),
        "raw": dict(raw),
    }
    reader = _READERS.get(name)
    event = reader(fields, common) if reader is not None else None
    return event or UnknownPush(**common)


def _trade(fields: _Fields) -> _Common:
    return {
        "transaction_id": fields.text("transaction_id"),
        "merchant_id": fields.text("merchant_id"),
        "sub_merchant_id": fields.text("sub_merchant_id"),
        "merchant_trade_no": fields.text("merchant_trade_no"),
        "paid_at": fields.moment("pay_time"),
    }


def _access(fields: _Fields, common: _Common) -> PushEvent:
    return ReportingRequired(**common, message=fields.text("msg"))


def _controlled(fields: _Fields, common: _Common) -> PushEvent:
    return TradeControlled(**common, message=fields.text("msg"))


def _overdue(fields: _Fields, common: _Common) -> PushEvent | None:
    trade = _trade(fields)
    return ShippingOverdue(**common, **trade, message=fields.text("msg")) if trade["transaction_id"] else None


def _settlement(fields: _Fields, common: _Common) -> PushEvent | None:
    """The platform gives two things one name; only the later one says who has confirmed, and when."""
    trade = _trade(fields)
    if not trade["transaction_id"]:
        return None
    shipped_at = fields.moment("shipped_time")
    method = fields.number("confirm_receive_method")
    confirmed_at, settled_at = fields.moment("confirm_receive_time"), fields.moment("settlement_time")
    if not method and confirmed_at is None and settled_at is None:
        estimated_at = fields.moment("estimated_settlement_time")
        return SettlementExpected(**common, **trade, shipped_at=shipped_at, estimated_at=estimated_at)
    return OrderSettled(
        **common,
        **trade,
        confirmed_by={1: ConfirmedBy.TIME, 2: ConfirmedBy.SHOPPER}.get(method or 0, ConfirmedBy.UNKNOWN),
        raw_confirmed_by=method,
        confirmed_at=confirmed_at,
        settled_at=settled_at,
        shipped_at=shipped_at,
    )


def _media(fields: _Fields, common: _Common) -> PushEvent | None:
    trace_id = fields.text("trace_id")
    if not trace_id:
        return None
    errcode = fields.number("errcode") or 0
    verdict = read_verdict(fields.part("result").raw, trace_id)
    if errcode:
        verdict = Verdict(suggestion=Suggestion.REVIEW, label="unknown", raw_label=None, trace_id=trace_id)
    return MediaChecked(**common, trace_id=trace_id, verdict=verdict, errcode=errcode)


def _express(fields: _Fields, common: _Common) -> PushEvent | None:
    waybill = fields.text("WayBillId")
    if not waybill:
        return None
    actions = [
        ExpressAction(at=one.moment("ActionTime"), type=one.number("ActionType"), message=one.text("ActionMsg"))
        for one in fields.parts("Actions")
    ]
    return ExpressPathAdded(
        **common,
        company=fields.text("DeliveryID"),
        waybill=waybill,
        order_id=fields.text("OrderId"),
        version=fields.number("Version"),
        actions=tuple(sorted(actions, key=lambda action: (action.at is None, action.at))),
    )


def _list(fields: _Fields, wrapper: str) -> tuple[_Fields, ...]:
    """XML has the list inside an element of its own, JSON often without it."""
    return fields.part(wrapper).parts("List") or fields.parts("List")


def _choices(fields: _Fields, wrapper: str) -> tuple[SubscribeChoice, ...]:
    words = [(one.text("TemplateId"), one.text("SubscribeStatusString")) for one in _list(fields, wrapper)]
    return tuple(SubscribeChoice(template_id=name, is_accepted=word == "accept", raw=word) for name, word in words)


def _answered(fields: _Fields, common: _Common) -> PushEvent:
    return SubscribeAnswered(**common, choices=_choices(fields, "SubscribeMsgPopupEvent"))


def _changed(fields: _Fields, common: _Common) -> PushEvent:
    return SubscribeChanged(**common, choices=_choices(fields, "SubscribeMsgChangeEvent"))


def _delivered(fields: _Fields, common: _Common) -> PushEvent:
    deliveries = tuple(
        MessageDelivery(
            template_id=one.text("TemplateId"),
            message_id=one.text("MsgID"),
            errcode=one.number("ErrorCode"),
            status=one.text("ErrorStatus"),
        )
        for one in _list(fields, "SubscribeMsgSentEvent")
    )
    return SubscribeDelivered(**common, deliveries=deliveries)


_READERS: Mapping[str, Callable[[_Fields, _Common], PushEvent | None]] = {
    "add_express_path": _express,
    "subscribe_msg_change_event": _changed,
    "subscribe_msg_popup_event": _answered,
    "subscribe_msg_sent_event": _delivered,
    "trade_manage_order_settlement": _settlement,
    "trade_manage_remind_access_api": _access,
    "trade_manage_remind_shipping": _overdue,
    "wxa_media_check": _media,
    "wxa_trade_controlled": _controlled,
}
