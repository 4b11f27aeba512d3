"""Profit sharing (分账): a part of a payment goes to others, the rest is released to the merchant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define

from minishop.testing.wechatpay._books import book
from minishop.testing.wechatpay._checks import choice, flag, integer, listed, number, shape, text
from minishop.testing.wechatpay._fields import open_text
from minishop.testing.wechatpay._ledger import Call, Ledger, Order
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._wire import moment

__all__ = ["RECEIVER_TYPE", "SHARING_NO", "Sharing", "amounts", "ask", "find_sharing", "query", "unfreeze"]

_LARGEST_PART = 30
_FROM = timedelta(minutes=1)
_UNTIL = timedelta(days=30)
_MOST = 50

RECEIVER_TYPE = choice("MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID")
SHARING_NO = number(64, 1, extra="@")
_RECEIVER = shape(
    {"type": RECEIVER_TYPE, "account": text(64), "amount": integer(), "description": text(80)}, {"name": text(10240)}
)
_ASK = shape(
    {
        "appid": text(32),
        "transaction_id": text(32),
        "out_order_no": SHARING_NO,
        "receivers": listed(_RECEIVER, 1, 50),
        "unfreeze_unsplit": flag,
    },
    {"sub_mchid": text(32), "sub_appid": text(32)},
)
_UNFREEZE = shape(
    {"transaction_id": text(32), "out_order_no": SHARING_NO, "description": text(80)}, {"sub_mchid": text(32)}
)


@define(kw_only=True)
class Sharing:
    """One sharing out of a payment, done as soon as it is asked for."""

    order: Order
    out_order_no: str
    order_id: str
    request: Mapping[str, Any]
    receivers: list[dict[str, Any]]
    created_at: datetime
    releases_rest: bool


def ask(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Shares a payment out. The same request again gives the same answer."""
    body = call.body
    _ASK(body, "/body")
    essence = {**body, "receivers": [_plain_receiver(ledger, call, body, n) for n in range(len(body["receivers"]))]}
    known = _known(ledger, body["out_order_no"], essence)
    if known is not None:
        return _view(known)
    order = _order(ledger, body["transaction_id"])
    amount = sum(one["amount"] for one in body["receivers"])
    _check(ledger, order, amount)
    for one in body["receivers"]:
        if (one["type"], one["account"]) not in ledger.receivers:
            raise Refusal(400, "INVALID_REQUEST", "unknown_receiver", account=one["account"])
    return _view(_new(ledger, order, essence, essence["receivers"], releases_rest=body["unfreeze_unsplit"]))


def _plain_receiver(ledger: Ledger, call: Call, body: Mapping[str, Any], place: int) -> dict[str, Any]:
    """A receiver with its name in plain text: encrypted again it would be another text."""
    one = dict(body["receivers"][place])
    if "name" in one:
        one["name"] = open_text(ledger, call, one["name"], f"/body/receivers/{place}/name")
    return one


def _known(ledger: Ledger, out_order_no: str, essence: Mapping[str, Any]) -> Sharing | None:
    known = ledger.sharings.get(out_order_no)
    if known is not None and dict(known.request) != dict(essence):
        raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=out_order_no)
    return known


def _order(ledger: Ledger, transaction_id: str) -> Order:
    order = ledger.transactions.get(transaction_id)
    if order is None:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "order_not_exist", number=transaction_id)
    return order


def _check(ledger: Ledger, order: Order, amount: int) -> None:
    now, paid_at = ledger.clock(), order.paid_at or ledger.clock()
    if not order.for_sharing:
        raise Refusal(400, "INVALID_REQUEST", "not_for_sharing")
    if now - paid_at < _FROM:
        raise Refusal(403, "RULE_LIMIT", "sharing_too_soon")
    if now - paid_at > _UNTIL:
        raise Refusal(403, "RULE_LIMIT", "sharing_too_late")
    before = [one for one in ledger.sharings.values() if one.order is order]
    if any(one.releases_rest for one in before):
        raise Refusal(400, "INVALID_REQUEST", "sharing_finished")
    if len(before) >= _MOST:
        raise Refusal(403, "RULE_LIMIT", "too_many_calls")
    left = _unsplit(ledger, order)
    if amount > left:
        raise Refusal(403, "NOT_ENOUGH", "too_much_sharing", amount=amount, left=left)
    if (_shared(ledger, order) + amount) * 100 > order.payer_total * _LARGEST_PART:
        raise Refusal(403, "RULE_LIMIT", "over_ratio")


def _shared(ledger: Ledger, order: Order) -> int:
    return sum(
        receiver["amount"] for one in ledger.sharings.values() if one.order is order for receiver in one.receivers
    )


def _unsplit(ledger: Ledger, order: Order) -> int:
    """What is still frozen, fen."""
    if not order.for_sharing or any(one.releases_rest for one in ledger.sharings.values() if one.order is order):
        return 0
    return max(0, order.payer_total - order.refunded - _shared(ledger, order))


def _new(
    ledger: Ledger, order: Order, request: Mapping[str, Any], receivers: list[dict[str, Any]], *, releases_rest: bool
) -> Sharing:
    now = ledger.clock()
    made = Sharing(
        order=order,
        out_order_no=request["out_order_no"],
        order_id=ledger.number("3000", 28),
        request=dict(request),
        receivers=[
            {name: value for name, value in one.items() if name != "name"}
            | {
                "result": "SUCCESS",
                "detail_id": ledger.number("3601", 28),
                "create_time": moment(now),
                "finish_time": moment(now),
            }
            for one in receivers
        ],
        created_at=now,
        releases_rest=releases_rest,
    )
    ledger.sharings[made.out_order_no] = made
    for one in made.receivers:
        if one["account"] != order.owner:
            book(ledger, "BASIC", made.order_id, "分账", -one["amount"], made.out_order_no)
    return made


def _view(one: Sharing) -> dict[str, Any]:
    return {
        "transaction_id": one.order.transaction_id,
        "out_order_no": one.out_order_no,
        "order_id": one.order_id,
        "state": "FINISHED",
        "receivers": one.receivers,
    }


def query(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells how a payment was shared out."""
    one = find_sharing(ledger, call.path["out_order_no"])
    if call.query.get("transaction_id") != one.order.transaction_id:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "sharing_not_exist", number=one.out_order_no)
    return _view(one)


def find_sharing(ledger: Ledger, out_order_no: str) -> Sharing:
    """The sharing with the merchant's number."""
    one = ledger.sharings.get(out_order_no)
    if one is None:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "sharing_not_exist", number=out_order_no)
    return one


def unfreeze(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Releases the rest of a payment to the merchant."""
    body = call.body
    _UNFREEZE(body, "/body")
    known = _known(ledger, body["out_order_no"], body)
    if known is not None:
        return _view(known)
    order = _order(ledger, body["transaction_id"])
    if not order.for_sharing:
        raise Refusal(400, "INVALID_REQUEST", "not_for_sharing")
    rest = {
        "type": "MERCHANT_ID",
        "account": order.owner,
        "amount": _unsplit(ledger, order),
        "description": body["description"],
    }
    return _view(_new(ledger, order, body, [rest], releases_rest=True))


def amounts(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells what is left to share of a payment."""
    order = _order(ledger, call.path["transaction_id"])
    return {"transaction_id": order.transaction_id, "unsplit_amount": _unsplit(ledger, order)}
