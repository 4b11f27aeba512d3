"""Refunds: asking for one, looking at it, rescuing one that could not be paid out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from minishop.testing.wechatpay._books import book_refund, unbook_refund
from minishop.testing.wechatpay._checks import anything, choice, integer, listed, notify_url, number, shape, text
from minishop.testing.wechatpay._fields import open_fields
from minishop.testing.wechatpay._ledger import Call, Ledger, Order, Refund
from minishop.testing.wechatpay._money import fee_share, payer_share
from minishop.testing.wechatpay._orders import check_sub_merchant
from minishop.testing.wechatpay._refusal import Refusal, bad_field
from minishop.testing.wechatpay._views import refund_notice, refund_view

__all__ = ["apply_abnormal", "ask", "find_refund", "finish", "query", "revoke"]

_MOST = 50
_YEAR = timedelta(days=365)
_NUMBER = number(64, 1, extra="@")

_BODY = shape(
    {
        "out_refund_no": _NUMBER,
        "amount": shape(
            {"refund": integer(), "total": integer(), "currency": choice("CNY")},
            {"from": listed(shape({"account": choice("AVAILABLE", "UNAVAILABLE"), "amount": integer()}), 1, 2)},
        ),
    },
    {
        "transaction_id": text(32),
        "out_trade_no": number(32, 6),
        "sub_mchid": text(32),
        "reason": text(80),
        "notify_url": notify_url,
        "funds_account": choice("AVAILABLE", "UNSETTLED"),
        "goods_detail": listed(anything, 1, 100),
    },
)
_ABNORMAL = shape(
    {"out_refund_no": _NUMBER, "type": choice("USER_BANK_CARD", "MERCHANT_BANK_CARD")},
    {"sub_mchid": text(32), "bank_type": text(16), "bank_account": text(1024), "real_name": text(1024)},
)


def ask(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Takes a refund. The same request again gives its state of now."""
    body = call.body
    _BODY(body, "/body")
    order = _order(ledger, body)
    known = ledger.refunds.get(body["out_refund_no"])
    if known is not None:
        if known.order is not order or _essence(known.request) != _essence(body):
            raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=body["out_refund_no"])
        return refund_view(known)
    _check(ledger, order, body)
    refund = ledger.refunds[body["out_refund_no"]] = _new(ledger, order, body)
    if ledger.rules.refunds_settle_at_once:
        finish(ledger, refund, "SUCCESS")
    return refund_view(refund)


def _order(ledger: Ledger, body: Mapping[str, Any]) -> Order:
    """The order that the body names by either number, and that belongs to the one who asks."""
    if ("transaction_id" in body) == ("out_trade_no" in body):
        raise Refusal(400, "PARAM_ERROR", "one_number")
    owner = ledger.credentials.mchid
    if "sub_mchid" in body:
        check_sub_merchant(ledger, body["sub_mchid"])
        owner = body["sub_mchid"]
    if "transaction_id" in body:
        order = ledger.transactions.get(body["transaction_id"])
    else:
        order = ledger.orders.get((owner, body["out_trade_no"]))
    if order is None or order.owner != owner:
        number = body.get("transaction_id") or body["out_trade_no"]
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "order_not_exist", number=number)
    return order


def _essence(body: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same in a repetition; by which number the order is named does not matter."""
    return {name: value for name, value in body.items() if name not in ("transaction_id", "out_trade_no")}


def _check(ledger: Ledger, order: Order, body: Mapping[str, Any]) -> None:
    amount, now = body["amount"], ledger.clock()
    if order.paid_at is None or order.state != "SUCCESS":
        raise Refusal(400, "INVALID_REQUEST", "not_paid", number=order.out_trade_no)
    if amount["total"] != order.total:
        raise bad_field("/body/amount/total", amount["total"], "other_total", given=amount["total"], total=order.total)
    if "from" in amount and sum(one["amount"] for one in amount["from"]) != amount["refund"]:
        raise bad_field("/body/amount/from", None, "wrong_sources")
    left = order.total - order.refunded
    if amount["refund"] > left:
        raise Refusal(400, "INVALID_REQUEST", "too_much", refund=amount["refund"], left=left)
    if now - order.paid_at > _YEAR:
        raise Refusal(403, "RULE_LIMIT", "refund_too_late")
    if len(order.refunds) >= _MOST:
        raise Refusal(403, "RULE_LIMIT", "too_many_refunds")
    if order.refunds and now - order.refunds[-1].created_at < ledger.rules.refund_interval:
        raise Refusal(429, "FREQUENCY_LIMITED", "refund_too_often")


def _new(ledger: Ledger, order: Order, body: Mapping[str, Any]) -> Refund:
    asked = body["amount"]["refund"]
    refund = Refund(
        order=order,
        out_refund_no=body["out_refund_no"],
        refund_id=ledger.number("5030", 29),
        amount=asked,
        payer_amount=payer_share(order, asked),
        fee=fee_share(order, asked),
        request=dict(body),
        notify_url=body.get("notify_url"),
        created_at=ledger.clock(),
    )
    order.refunds.append(refund)
    book_refund(ledger, refund)
    return refund


def revoke(ledger: Ledger, order: Order) -> None:
    """A code payment is undone: what was paid goes back at once, without a number of the merchant's."""
    left = order.total - order.refunded
    if order.transaction_id and left:
        amount = {"refund": left, "total": order.total, "currency": "CNY"}
        refund = _new(ledger, order, {"out_refund_no": order.out_trade_no, "amount": amount})
        refund.status, refund.success_at = "SUCCESS", ledger.clock()
    order.state = "REVOKED"


def find_refund(ledger: Ledger, out_refund_no: str) -> Refund:
    """The refund with the merchant's number."""
    refund = ledger.refunds.get(out_refund_no)
    if refund is None:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "refund_not_exist", number=out_refund_no)
    return refund


def query(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells the state of a refund."""
    refund = find_refund(ledger, call.path["out_refund_no"])
    if refund.order.owner != call.query.get("sub_mchid", ledger.credentials.mchid):
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "refund_not_exist", number=refund.out_refund_no)
    return refund_view(refund)


def apply_abnormal(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Pays an abnormal refund out to a bank card of the user or to the merchant."""
    body = call.body
    _ABNORMAL(body, "/body")
    refund = find_refund(ledger, body["out_refund_no"])
    if refund.refund_id != call.path["refund_id"]:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "refund_not_exist", number=call.path["refund_id"])
    if body["type"] == "USER_BANK_CARD":
        for name in ("bank_type", "bank_account", "real_name"):
            if name not in body:
                raise bad_field(f"/body/{name}", None, "missing")
        open_fields(ledger, call, "bank_account", "real_name")
    if refund.status != "ABNORMAL":
        raise Refusal(400, "INVALID_REQUEST", "not_abnormal", number=refund.out_refund_no)
    refund.status = "PROCESSING"
    refund.channel = "OTHER_BANKCARD" if body["type"] == "USER_BANK_CARD" else "OTHER_BALANCE"
    return refund_view(refund)


_ENDINGS = {
    "SUCCESS": ("REFUND.SUCCESS", "退款成功"),
    "ABNORMAL": ("REFUND.ABNORMAL", "退款异常"),
    "CLOSED": ("REFUND.CLOSED", "退款关闭"),
}


def finish(ledger: Ledger, refund: Refund, status: str) -> None:
    """The refund has come to an end, of which the merchant is told."""
    if status == "CLOSED":
        unbook_refund(ledger, refund)
    refund.status = status
    if status == "SUCCESS":
        refund.success_at = ledger.clock()
    event, summary = _ENDINGS[status]
    ledger.outbox.tell(refund.notify_url, event, "refund", summary, refund_notice(refund))
