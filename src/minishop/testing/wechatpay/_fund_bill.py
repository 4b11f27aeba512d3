"""The bill of movements on one of the merchant's accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import accumulate

from minishop.testing.wechatpay._bill_text import bill_text, count, local_time, yuan
from minishop.testing.wechatpay._books import Entry
from minishop.testing.wechatpay._ledger import Ledger
from minishop.testing.wechatpay._wire import SHANGHAI

__all__ = ["ACCOUNTS", "fund_bill"]

ACCOUNTS = ("BASIC", "OPERATION", "FEES")
_COLUMNS = (
    "记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)", "账户结余(元)",
    "资金变更提交申请人", "备注", "业务凭证号",
)  # fmt: skip


def fund_bill(ledger: Ledger, day: date, account: str) -> bytes | None:
    """The text; ``None`` if nothing moved."""
    entries = [one for one in ledger.entries if one.account == account]
    balances = accumulate(one.amount for one in entries)
    of_day = [
        (one, balance)
        for one, balance in zip(entries, balances, strict=True)
        if one.at.astimezone(SHANGHAI).date() == day
    ]
    if not of_day:
        return None
    rows = [_row(one, balance) for one, balance in of_day]
    return bill_text(_COLUMNS, rows, _totals([one for one, _ in of_day]))


def _row(entry: Entry, balance: int) -> dict[str, str]:
    return {
        "记账时间": local_time(entry.at),
        "微信支付业务单号": entry.business,
        "资金流水单号": entry.flow,
        "业务名称": entry.name,
        "业务类型": entry.name,
        "收支类型": "收入" if entry.amount > 0 else "支出",
        "收支金额(元)": yuan(abs(entry.amount)),
        "账户结余(元)": yuan(balance),
        "资金变更提交申请人": "system",
        "备注": "",
        "业务凭证号": entry.voucher,
    }


def _totals(entries: Iterable[Entry]) -> dict[str, str]:
    amounts = [one.amount for one in entries]
    came = [amount for amount in amounts if amount > 0]
    went = [-amount for amount in amounts if amount < 0]
    return {
        "资金流水总笔数": count(len(amounts)),
        "收入笔数": count(len(came)),
        "收入金额": yuan(sum(came)),
        "支出笔数": count(len(went)),
        "支出金额": yuan(sum(went)),
    }
