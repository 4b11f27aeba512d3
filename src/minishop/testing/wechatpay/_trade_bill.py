"""The bill of trades of a day: payments by the day of payment, refunds by the day on which they were asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from attrs import frozen

from minishop.testing.wechatpay._bill_text import bill_text, count, fee, local_time, one_line, yuan
from minishop.testing.wechatpay._ledger import Ledger, Order, Refund
from minishop.testing.wechatpay._money import RATE, fee_of
from minishop.testing.wechatpay._views import BANK
from minishop.testing.wechatpay._wire import SHANGHAI

__all__ = ["BILL_TYPES", "trade_bill"]

BILL_TYPES = ("ALL", "SUCCESS", "REFUND")

_START = (
    "交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型",
    "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额",
)  # fmt: skip
_TIMES = ("退款申请时间", "退款成功时间")
_BACK = ("微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态")
_GOODS = ("商品名称", "商户数据包", "手续费", "费率", "订单金额")
_COLUMNS = {
    "ALL": (*_START, *_BACK, *_GOODS, "申请退款金额", "费率备注"),
    "SUCCESS": (*_START, *_GOODS, "费率备注"),
    "REFUND": (*_START, *_TIMES, *_BACK, *_GOODS, "申请退款金额", "费率备注"),
}
_STATES = {"SUCCESS": "SUCCESS", "PROCESSING": "PROCESSING", "ABNORMAL": "FAIL"}


@frozen
class _Line:
    """One line, and what it adds to the summary, fen."""

    at: datetime
    cells: dict[str, str]
    settled: int = 0
    ordered: int = 0
    refunded: int = 0
    asked: int = 0
    fee: int = 0


def trade_bill(ledger: Ledger, day: date, kind: str, sub_mchid: str | None) -> bytes | None:
    """The text; ``None`` if nothing happened."""
    lines: list[_Line] = []
    for order in ledger.orders.values():
        if sub_mchid not in (None, order.sub_mchid):
            continue
        if kind != "REFUND" and _is_on(order.paid_at, day):
            lines.append(_payment(order))
        if kind != "SUCCESS":
            lines += [
                _refund(one, kind) for one in order.refunds if one.status in _STATES and _is_on(one.created_at, day)
            ]
    if not lines:
        return None
    lines.sort(key=lambda line: line.at)
    return bill_text(_COLUMNS[kind], [line.cells for line in lines], _totals(lines, kind))


def _is_on(at: datetime | None, day: date) -> bool:
    return at is not None and at.astimezone(SHANGHAI).date() == day


def _common(order: Order) -> dict[str, str]:
    return {
        "公众账号ID": order.appid,
        "商户号": order.mchid,
        "特约商户号": order.sub_mchid or "0",
        "设备号": (order.request.get("scene_info") or {}).get("device_id", ""),
        "微信订单号": order.transaction_id,
        "商户订单号": order.out_trade_no,
        "用户标识": next(iter(order.payer.values()), ""),
        "交易类型": order.trade_type,
        "付款银行": BANK,
        "货币种类": "CNY",
        "商品名称": one_line(order.description),
        "商户数据包": one_line(order.attach or ""),
        "费率": f"{RATE // 100}.{RATE % 100:02d}%",
        "费率备注": "",
    }


def _payment(order: Order) -> _Line:
    assert order.paid_at is not None  # only paid orders are listed
    cells = _common(order) | {
        "交易时间": local_time(order.paid_at),
        "交易状态": "SUCCESS",
        "应结订单金额": yuan(order.payer_total),
        "代金券金额": yuan(order.coupon),
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": yuan(0),
        "充值券退款金额": yuan(0),
        "退款类型": "",
        "退款状态": "",
        "手续费": fee(fee_of(order)),
        "订单金额": yuan(order.total),
        "申请退款金额": yuan(0),
    }
    return _Line(order.paid_at, cells, settled=order.payer_total, ordered=order.total, fee=fee_of(order))


def _refund(refund: Refund, kind: str) -> _Line:
    order = refund.order
    cells = _common(order) | {
        "交易时间": local_time(order.paid_at if kind == "REFUND" else refund.created_at),
        "交易状态": "REVOKED" if order.state == "REVOKED" else "REFUND",
        "应结订单金额": yuan(0),
        "代金券金额": yuan(0),
        "退款申请时间": local_time(refund.created_at),
        "退款成功时间": local_time(refund.success_at),
        "微信退款单号": refund.refund_id,
        "商户退款单号": refund.out_refund_no,
        "退款金额": yuan(refund.payer_amount),
        "充值券退款金额": yuan(0),
        "退款类型": refund.channel,
        "退款状态": _STATES[refund.status],
        "手续费": fee(-refund.fee),
        "订单金额": yuan(0),
        "申请退款金额": yuan(refund.amount),
    }
    return _Line(refund.created_at, cells, refunded=refund.payer_amount, asked=refund.amount, fee=-refund.fee)


def _totals(lines: Iterable[_Line], kind: str) -> dict[str, str]:
    listed = list(lines)

    def total(name: str) -> int:
        amounts: list[Any] = [getattr(line, name) for line in listed]
        return sum(amounts)

    totals = {
        "总交易单数": count(len(listed)),
        "应结订单总金额": yuan(total("settled")),
        "退款总金额": yuan(total("refunded")),
        "充值券退款总金额": yuan(0),
        "手续费总金额": fee(total("fee")),
        "订单总金额": yuan(total("ordered")),
        "申请退款总金额": yuan(total("asked")),
    }
    if kind == "SUCCESS":
        del totals["退款总金额"], totals["充值券退款总金额"], totals["申请退款总金额"]
    return totals
