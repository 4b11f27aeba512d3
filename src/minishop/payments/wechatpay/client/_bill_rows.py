"""The rows of the known bills, and their summaries. Amounts are fen, times are Shanghai's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from minishop.payments.wechatpay.client._bill_cells import Cell, Row, count, fen, maybe_time, percent, time, yuan

__all__ = ["FREE_TEXT", "FlowRow", "FlowSummary", "TradeRow", "TradeSummary"]

#: Columns with text of the shop's own, in which the separator of cells may stand.
FREE_TEXT = ("商品名称", "商户数据包", "备注")


class TradeRow(Row):
    """One payment or refund of a trade bill. Which columns there are depends on the kind of bill."""

    __slots__ = ()

    traded_at = Cell[datetime]("交易时间", time)
    appid = Cell[str]("公众账号ID")
    mchid = Cell[str]("商户号")
    sub_mchid = Cell[str]("特约商户号")
    device_id = Cell[str]("设备号")
    transaction_id = Cell[str]("微信订单号")
    out_trade_no = Cell[str]("商户订单号")
    openid = Cell[str]("用户标识")
    trade_type = Cell[str]("交易类型")
    trade_state = Cell[str]("交易状态", doc="``SUCCESS``, ``REFUND``, ``REVOKED``, or a newer word.")
    bank_type = Cell[str]("付款银行")
    currency = Cell[str]("货币种类")
    settlement_total = Cell[int]("应结订单金额", fen)
    coupon_total = Cell[int]("代金券金额", fen)
    refund_requested_at = Cell[datetime | None]("退款申请时间", maybe_time, doc="Only in a bill of refunds.")
    refund_succeeded_at = Cell[datetime | None]("退款成功时间", maybe_time, doc="Only in a bill of refunds.")
    refund_id = Cell[str]("微信退款单号")
    out_refund_no = Cell[str]("商户退款单号")
    settlement_refund = Cell[int]("退款金额", fen)
    coupon_refund = Cell[int]("充值券退款金额", fen)
    refund_channel = Cell[str]("退款类型")
    refund_status = Cell[str]("退款状态")
    description = Cell[str]("商品名称")
    attach = Cell[str]("商户数据包")
    fee = Cell[Decimal]("手续费", yuan, doc="In yuan, with five decimals; negative if it is given back.")
    rate = Cell[Decimal]("费率", percent, doc="In percent.")
    total = Cell[int]("订单金额", fen)
    refund = Cell[int]("申请退款金额", fen)
    rate_note = Cell[str]("费率备注")


class TradeSummary(Row):
    """The last line of a trade bill."""

    __slots__ = ()

    trades = Cell[int]("总交易单数", count)
    settlement_total = Cell[int]("应结订单总金额", fen)
    settlement_refund = Cell[int]("退款总金额", fen)
    coupon_refund = Cell[int]("充值券退款总金额", fen)
    fee = Cell[Decimal]("手续费总金额", yuan, doc="In yuan, with five decimals.")
    total = Cell[int]("订单总金额", fen)
    refund = Cell[int]("申请退款总金额", fen)


class FlowRow(Row):
    """One movement of a fund-flow bill."""

    __slots__ = ()

    booked_at = Cell[datetime]("记账时间", time)
    business_id = Cell[str]("微信支付业务单号")
    flow_id = Cell[str]("资金流水单号")
    business = Cell[str]("业务名称")
    kind = Cell[str]("业务类型")
    direction = Cell[str]("收支类型", doc="``收入`` or ``支出``.")
    amount = Cell[int]("收支金额(元)", fen)
    balance = Cell[int]("账户结余(元)", fen)
    applicant = Cell[str]("资金变更提交申请人")
    note = Cell[str]("备注")
    voucher = Cell[str]("业务凭证号")


class FlowSummary(Row):
    """The last line of a fund-flow bill."""

    __slots__ = ()

    movements = Cell[int]("资金流水总笔数", count)
    incomes = Cell[int]("收入笔数", count)
    income = Cell[int]("收入金额", fen)
    expenses = Cell[int]("支出笔数", count)
    expense = Cell[int]("支出金额", fen)
