"""Calls of the shipping service that look up, remind and set up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.wechat._call import send
from minishop.wechat._exchange import Message
from minishop.wechat._json import as_mapping, as_text
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal
from minishop.wechat.shipping._codes import SHIPPING_CODES
from minishop.wechat.shipping._orders import OrderPage, OrderState, ShippingOrder, read_order, read_page, state_number
from minishop.wechat.shipping._values import OrderKey
from minishop.wechat.shipping._wire import look_up_payload

__all__ = [
    "TradeHealth",
    "ask_orders",
    "check_trade",
    "find_shipping_order",
    "list_shipping_orders",
    "mark_test_order",
    "order_detail_path",
    "register_presale",
    "remind_receipt",
    "set_message_path",
    "set_order_detail_path",
]

_SOONEST_PRESALE = timedelta(days=15)
_LATEST_PRESALE = timedelta(days=330)


@frozen(kw_only=True)
class TradeHealth:
    """Whether the app's orders have to be, and can be, reported.

    Attributes:
        is_managed: The shipping service is switched on (is_trade_managed).
        is_confirmed: All merchant numbers of the app have granted it, or were unbound
            (is_trade_management_confirmation_completed).
    """

    is_managed: bool
    is_confirmed: bool

    @property
    def is_ok(self) -> bool:
        """Whether reports reach every order of the app."""
        return self.is_managed and self.is_confirmed


def ask_orders(name: str) -> str:
    """The path of a call of the shipping service."""
    return f"/wxa/sec/order/{name}"


def _ask(program: Program, name: str, payload: Mapping[str, Any], *, is_repeatable: bool) -> Flow[Mapping[str, Any]]:
    answer = yield from send(program, Message(path=ask_orders(name), payload=payload, is_repeatable=is_repeatable))
    if answer.errcode:
        raise (yield from refusal(answer, more=SHIPPING_CODES))
    return answer.fields


def find_shipping_order(program: Program, order: OrderKey) -> Flow[ShippingOrder]:
    """What the platform knows of an order (get_order).

    Raises:
        PlatformUnavailable: ``payment_unknown``: not known, or not yet.
    """
    fields = yield from _ask(program, "get_order", look_up_payload(order), is_repeatable=True)
    return read_order(as_mapping(fields.get("order")))


def list_shipping_orders(
    program: Program,
    *,
    paid_from: datetime | None = None,
    paid_until: datetime | None = None,
    state: OrderState | None = None,
    openid: str = "",
    index: str = "",
    size: int = 100,
) -> Flow[OrderPage]:
    """Orders, page by page (get_order_list).

    Args:
        program: The app.
        paid_from: Paid then or later.
        paid_until: Paid then or earlier.
        state: In this state.
        openid: Of this shopper.
        index: ``next_index`` of the page before; empty for the first.
        size: At most so many, 1 to 100.

    Raises:
        InvalidRequest: ``malformed`` of ``last_index``: the cursor is not one of the platform's.
    """
    if type(size) is not int or not 1 <= size <= 100:
        raise InvalidInput("size", "out_of_range", "must be 1 to 100")
    number = None if state is None else state_number(state)
    if state is not None and number is None:
        raise InvalidInput("state", "unknown_value", "must be a state that the platform has a number for")
    paid = {"begin_time": _seconds("paid_from", paid_from), "end_time": _seconds("paid_until", paid_until)}
    paid = {name: moment for name, moment in paid.items() if moment is not None}
    wanted = {"pay_time_range": paid, "order_state": number, "openid": openid, "last_index": index, "page_size": size}
    payload = {name: value for name, value in wanted.items() if value}
    return read_page((yield from _ask(program, "get_order_list", payload, is_repeatable=True)))


def remind_receipt(program: Program, order: OrderKey, *, received_at: datetime) -> Flow[None]:
    """Asks the shopper to confirm that an express parcel has arrived (notify_confirm_receive); once for each order.

    Args:
        program: The app.
        order: The order.
        received_at: When the parcel was handed over; later than its shipping.

    Raises:
        ShippingStateError: ``reminder_used``, ``not_shipped``.
        InvalidRequest: ``express_only``, ``out_of_range`` of ``received_time``.
        OutcomeUnknown: No answer; the reminder may be out.
    """
    received = int(_moment("received_at", received_at).timestamp())
    payload = {**look_up_payload(order), "received_time": received}
    yield from _ask(program, "notify_confirm_receive", payload, is_repeatable=False)


def set_message_path(program: Program, path: str) -> Flow[None]:
    """Sets the page that the platform's notices to shoppers open (set_msg_jump_path); empty: the platform's own."""
    yield from _ask(program, "set_msg_jump_path", {"path": _path(path)}, is_repeatable=True)


def set_order_detail_path(program: Program, path: str) -> Flow[None]:
    """Sets the page of an order, with the platform's placeholder in it (update_order_detail_path).

    Known from another SDK only.
    """
    yield from _ask(program, "update_order_detail_path", {"path": _path(path)}, is_repeatable=True)


def order_detail_path(program: Program) -> Flow[str]:
    """The page of an order (get_order_detail_path). Known from another SDK only."""
    return as_text((yield from _ask(program, "get_order_detail_path", {}, is_repeatable=True)).get("path"))


def register_presale(program: Program, order_id: str, *, paid_at: datetime, ships_at: datetime) -> Flow[None]:
    """Registers that goods leave later than 15 days after the payment (opspecialorder, type 1).

    Args:
        program: The app.
        order_id: WeChat Pay's number of the payment, or the shop's.
        paid_at: When it was paid.
        ships_at: When the goods will leave: more than 15 and at most 330 days later.
    """
    if not _SOONEST_PRESALE < _moment("ships_at", ships_at) - _moment("paid_at", paid_at) <= _LATEST_PRESALE:
        raise InvalidInput("ships_at", "out_of_range", "must be more than 15 and at most 330 days after the payment")
    payload = {"order_id": _order_id(order_id), "type": 1, "delay_to": _seconds("ships_at", ships_at)}
    yield from _ask(program, "opspecialorder", payload, is_repeatable=True)


def mark_test_order(program: Program, order_id: str) -> Flow[None]:
    """Registers that an order is a test and nothing will be shipped (opspecialorder, type 2)."""
    yield from _ask(program, "opspecialorder", {"order_id": _order_id(order_id), "type": 2}, is_repeatable=True)


def check_trade(program: Program) -> Flow[TradeHealth]:
    """Whether orders have to be reported and can be: for a health check at start-up."""
    asked = {"appid": program.appid}
    managed = yield from _ask(program, "is_trade_managed", asked, is_repeatable=True)
    name = "is_trade_management_confirmation_completed"
    confirmed = yield from _ask(program, name, asked, is_repeatable=True)
    return TradeHealth(
        is_managed=managed.get("is_trade_managed") is True, is_confirmed=confirmed.get("completed") is True
    )


def _moment(name: str, moment: datetime) -> datetime:
    if not isinstance(moment, datetime):
        raise InvalidInput(name, "wrong_type", "must be a datetime")
    if moment.utcoffset() is None:
        raise InvalidInput(name, "naive_time", "must have a UTC offset, for example +08:00")
    return moment


def _seconds(name: str, moment: datetime | None) -> int | None:
    return None if moment is None else int(_moment(name, moment).timestamp())


def _path(path: str) -> str:
    if not isinstance(path, str) or any(character.isspace() or not character.isprintable() for character in path):
        raise InvalidInput("path", "malformed", "must be a page of the mini-program, such as pages/order/detail")
    return path


def _order_id(order_id: str) -> str:
    if not isinstance(order_id, str) or not order_id.strip():
        raise InvalidInput("order_id", "empty", "must be the number of the payment")
    return order_id
