"""Transfers from the merchant to people (商家转账, the new kind, which the receiver confirms)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import define

from minishop.testing.wechatpay._books import book
from minishop.testing.wechatpay._checks import integer, listed, notify_url, shape, text
from minishop.testing.wechatpay._fields import open_fields
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._wire import moment

__all__ = ["Transfer", "ask", "cancel", "find_transfer", "finish", "query_by_bill", "query_by_number"]

_NAME_NEEDED = 200_000
_NAME_ALLOWED = 30

_BODY = shape(
    {
        "appid": text(32),
        "out_bill_no": text(32, 1, "[0-9A-Za-z]+"),
        "transfer_scene_id": text(36),
        "openid": text(64),
        "transfer_amount": integer(),
        "transfer_remark": text(32),
        "transfer_scene_report_infos": listed(shape({"info_type": text(15), "info_content": text(32)}), 1, 10),
    },
    {"user_name": text(1024), "notify_url": notify_url, "user_recv_perception": text(32)},
)


@define(kw_only=True)
class Transfer:
    """Money on its way to a person.

    Attributes:
        name: The receiver's, decrypted.
        state: ``WAIT_USER_CONFIRM`` until the receiver acts.
    """

    out_bill_no: str
    transfer_bill_no: str
    request: Mapping[str, Any]
    name: str | None
    package: str
    created_at: datetime
    updated_at: datetime
    state: str = "WAIT_USER_CONFIRM"
    fail_reason: str = ""


def ask(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Takes a transfer. The same request again gives its state of now."""
    body = call.body
    _BODY(body, "/body")
    if body["appid"] not in ledger.rules.appids:
        raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid_mismatch", appid=body["appid"])
    name = open_fields(ledger, call, "user_name").get("user_name")
    if name is None and body["transfer_amount"] >= _NAME_NEEDED:
        raise Refusal(400, "PARAM_ERROR", "name_needed")
    if name is not None and body["transfer_amount"] < _NAME_ALLOWED:
        raise Refusal(400, "PARAM_ERROR", "name_not_allowed")
    known = ledger.transfers.get(body["out_bill_no"])
    if known is None:
        known = _new(ledger, body, name)
    elif _essence(known.request, known.name) != _essence(body, name):
        raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=body["out_bill_no"])
    view = {
        "out_bill_no": known.out_bill_no,
        "transfer_bill_no": known.transfer_bill_no,
        "create_time": moment(known.created_at),
        "state": known.state,
    }
    return view | ({"package_info": known.package} if known.state == "WAIT_USER_CONFIRM" else {})


def _essence(body: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    # A name that is encrypted again gives another text.
    return {**body, "user_name": name}


def _new(ledger: Ledger, body: Mapping[str, Any], name: str | None) -> Transfer:
    now = ledger.clock()
    made = Transfer(
        out_bill_no=body["out_bill_no"],
        transfer_bill_no=ledger.number("1330", 32),
        request=dict(body),
        name=name,
        package=f"simulated{ledger.token()}",
        created_at=now,
        updated_at=now,
    )
    ledger.transfers[made.out_bill_no] = made
    book(ledger, "OPERATION", made.transfer_bill_no, "商家转账", -body["transfer_amount"], made.out_bill_no)
    return made


def find_transfer(ledger: Ledger, out_bill_no: str) -> Transfer:
    """The transfer with the merchant's number."""
    transfer = ledger.transfers.get(out_bill_no)
    if transfer is None:
        raise Refusal(404, "NOT_FOUND", "transfer_not_exist", number=out_bill_no)
    return transfer


def query_by_number(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells the state of a transfer by the merchant's number."""
    return _view(ledger, find_transfer(ledger, call.path["out_bill_no"]))


def query_by_bill(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells the state of a transfer by the gateway's number."""
    number = call.path["transfer_bill_no"]
    for transfer in ledger.transfers.values():
        if transfer.transfer_bill_no == number:
            return _view(ledger, transfer)
    raise Refusal(404, "NOT_FOUND", "transfer_not_exist", number=number)


def _view(ledger: Ledger, one: Transfer) -> dict[str, Any]:
    view = {
        "mch_id": ledger.credentials.mchid,
        "out_bill_no": one.out_bill_no,
        "transfer_bill_no": one.transfer_bill_no,
        "appid": one.request["appid"],
        "state": one.state,
        "transfer_amount": one.request["transfer_amount"],
        "transfer_remark": one.request["transfer_remark"],
        "openid": one.request["openid"],
        "create_time": moment(one.created_at),
        "update_time": moment(one.updated_at),
    }
    return view | ({"fail_reason": one.fail_reason} if one.fail_reason else {})


def cancel(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Takes back what the receiver has not confirmed; it is cancelled when the gateway says so."""
    one = find_transfer(ledger, call.path["out_bill_no"])
    if one.state not in ("WAIT_USER_CONFIRM", "CANCELING"):
        raise Refusal(400, "INVALID_REQUEST", "not_cancellable", number=one.out_bill_no, state=one.state)
    one.state, one.updated_at = "CANCELING", ledger.clock()
    return {
        "out_bill_no": one.out_bill_no,
        "transfer_bill_no": one.transfer_bill_no,
        "state": one.state,
        "update_time": moment(one.updated_at),
    }


def finish(ledger: Ledger, one: Transfer, state: str, fail_reason: str = "") -> None:
    """The transfer has come to an end, of which the merchant is told."""
    one.state, one.updated_at, one.fail_reason = state, ledger.clock(), fail_reason
    if state != "SUCCESS":
        amount = one.request["transfer_amount"]
        book(ledger, "OPERATION", one.transfer_bill_no, "商家转账退回", amount, one.out_bill_no)
    resource = _view(ledger, one)
    for name in ("appid", "transfer_remark"):
        del resource[name]
    ledger.outbox.tell(
        one.request.get("notify_url"), "MCHTRANSFER.BILL.FINISHED", "mch_payment", "商家转账单据终态通知", resource
    )
