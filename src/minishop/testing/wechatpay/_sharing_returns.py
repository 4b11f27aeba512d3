"""Money that comes back from somebody with whom a payment was shared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import define

from minishop.testing.wechatpay._books import book
from minishop.testing.wechatpay._checks import integer, shape, text
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._sharing import SHARING_NO, Sharing, find_sharing
from minishop.testing.wechatpay._wire import moment

__all__ = ["Return", "query_return", "return_money"]

_RETURN = shape(
    {"out_return_no": SHARING_NO, "return_mchid": text(32), "amount": integer(), "description": text(80)},
    {"order_id": text(64), "out_order_no": SHARING_NO, "sub_mchid": text(32)},
)


@define(kw_only=True)
class Return:
    """Money that comes back from a receiver."""

    sharing: Sharing
    out_return_no: str
    return_id: str
    request: Mapping[str, Any]
    created_at: datetime


def return_money(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Takes back a part of what a merchant has received."""
    body = call.body
    _RETURN(body, "/body")
    known = ledger.returns.get(body["out_return_no"])
    if known is not None:
        if dict(known.request) != dict(body):
            raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=body["out_return_no"])
        return _return_view(known)
    sharing = _shared_out(ledger, body)
    received = sum(one["amount"] for one in sharing.receivers if one["account"] == body["return_mchid"])
    returned = sum(
        one.request["amount"]
        for one in ledger.returns.values()
        if one.sharing is sharing and one.request["return_mchid"] == body["return_mchid"]
    )
    if body["amount"] > received - returned:
        left = received - returned
        raise Refusal(403, "NOT_ENOUGH", "return_too_much", amount=body["amount"], left=left)
    made = Return(
        sharing=sharing,
        out_return_no=body["out_return_no"],
        return_id=ledger.number("3008", 28),
        request=dict(body),
        created_at=ledger.clock(),
    )
    ledger.returns[made.out_return_no] = made
    book(ledger, "BASIC", made.return_id, "分账回退", body["amount"], made.out_return_no)
    return _return_view(made)


def _shared_out(ledger: Ledger, body: Mapping[str, Any]) -> Sharing:
    if ("order_id" in body) == ("out_order_no" in body):
        raise Refusal(400, "PARAM_ERROR", "one_sharing_number")
    if "out_order_no" in body:
        return find_sharing(ledger, body["out_order_no"])
    for one in ledger.sharings.values():
        if one.order_id == body["order_id"]:
            return one
    raise Refusal(404, "RESOURCE_NOT_EXISTS", "sharing_not_exist", number=body["order_id"])


def _return_view(one: Return) -> dict[str, Any]:
    return {
        "order_id": one.sharing.order_id,
        "out_order_no": one.sharing.out_order_no,
        "out_return_no": one.out_return_no,
        "return_id": one.return_id,
        "return_mchid": one.request["return_mchid"],
        "amount": one.request["amount"],
        "description": one.request["description"],
        "result": "SUCCESS",
        "create_time": moment(one.created_at),
        "finish_time": moment(one.created_at),
    }


def query_return(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells what became of a return."""
    one = ledger.returns.get(call.path["out_return_no"])
    if one is None or call.query.get("out_order_no") != one.sharing.out_order_no:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "return_not_exist", number=call.path["out_return_no"])
    return _return_view(one)
