"""Asking for a bill and downloading it."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta
from hashlib import sha1
from typing import Any

from attrs import frozen

from minishop.testing.wechatpay._fund_bill import ACCOUNTS, fund_bill
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._orders import check_sub_merchant
from minishop.testing.wechatpay._refusal import Refusal, bad_field
from minishop.testing.wechatpay._trade_bill import BILL_TYPES, trade_bill
from minishop.testing.wechatpay._wire import SHANGHAI, Reply

__all__ = ["StoredBill", "ask_for_funds", "ask_for_trades", "file"]

_READY_AT = 10
_OLDEST = timedelta(days=92)


@frozen
class StoredBill:
    """A bill that waits to be fetched."""

    data: bytes
    until: datetime


def ask_for_trades(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Makes the trade bill of a day."""
    day = _day(ledger, call)
    kind = _choice(call, "bill_type", BILL_TYPES)
    sub_mchid = call.query.get("sub_mchid")
    if sub_mchid is not None:
        check_sub_merchant(ledger, sub_mchid)
    return _stored(ledger, call, day, trade_bill(ledger, day, kind, sub_mchid))


def ask_for_funds(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Makes the fund-flow bill of a day."""
    day = _day(ledger, call)
    account = _choice(call, "account_type", ACCOUNTS)
    return _stored(ledger, call, day, fund_bill(ledger, day, account))


def _choice(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    """A word of the query; the first one is taken if there is none."""
    value = call.query.get(name, allowed[0])
    if value not in allowed:
        raise bad_field(name, value, "not_choice", location="query", allowed=", ".join(allowed))
    return value


def _day(ledger: Ledger, call: Call) -> date:
    """The day, if its bill can be had by now."""
    text = call.query.get("bill_date")
    if text is None:
        raise bad_field("bill_date", None, "missing", location="query")
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day of the gateway's)
    except ValueError:
        raise bad_field("bill_date", text, "not_date", location="query") from None
    now = ledger.clock().astimezone(SHANGHAI)
    if not now.date() - _OLDEST <= day < now.date():
        raise Refusal(400, "INVALID_REQUEST", "bill_out_of_range", date=text)
    if day == now.date() - timedelta(days=1) and now.hour < _READY_AT:
        raise Refusal(400, "STATEMENT_CREATING", "statement_creating", date=text)
    return day


def _stored(ledger: Ledger, call: Call, day: date, text: bytes | None) -> dict[str, Any]:
    """Keeps a bill for its download; the hash is that of the text, also of a packed one."""
    is_packed = _choice(call, "tar_type", ("", "GZIP")) == "GZIP"
    if text is None:
        raise Refusal(400, "NO_STATEMENT_EXIST", "no_statement", date=day.isoformat())
    token = ledger.token()
    data = gzip.compress(text, mtime=0) if is_packed else text
    ledger.bills[token] = StoredBill(data, ledger.clock() + ledger.rules.bill_token_life)
    return {
        "hash_type": "SHA1",
        "hash_value": sha1(text, usedforsecurity=False).hexdigest(),
        "download_url": f"{ledger.base_url}/v3/billdownload/file?token={token}",
    }


def file(ledger: Ledger, call: Call) -> Reply:
    """The bill itself, which the gateway does not sign."""
    stored = ledger.bills.get(call.query.get("token", ""))
    if stored is None or ledger.clock() >= stored.until:
        raise Refusal(400, "INVALID_REQUEST", "bad_token")
    return Reply(status=200, headers=(("Content-Type", "application/octet-stream"),), body=stored.data, is_proven=False)
