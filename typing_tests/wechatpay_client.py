"""Never run, only type-checked: the methods made from flows have real types, and the gateways are the shop's port."""

from datetime import date
from typing import assert_type

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.adapters.wechatpay import connect, connect_async
from minishop.flows import AsyncTransport, Transport
from minishop.payments import AsyncGateway, Gateway
from minishop.payments.wechatpay import Merchant, PlatformKeys, Refund, Transaction
from minishop.payments.wechatpay.client import (
    AsyncWechatPayGateway,
    Bill,
    PaymentOrder,
    Prepared,
    TradeRow,
    TradeSummary,
    WechatPay,
    WechatPayGateway,
)


def blocking(merchant: Merchant, keys: PlatformKeys, order: PaymentOrder) -> None:
    transport: Transport = HttpxTransport()
    pay = connect(merchant, keys=keys, transport=transport, appid="wx1")
    connect(merchant, keys=keys, transport=transport, colour="red")  # type: ignore[call-arg]
    assert_type(pay, WechatPay)
    assert_type(pay.create_native(order), Prepared)
    assert_type(pay.query_payment("order-1"), Transaction)
    assert_type(pay.refund(out_refund_no="R1", refund=1, total=1, out_trade_no="order-1"), Refund)
    pay.create_jsapi(order)  # type: ignore[call-arg]
    assert_type(pay.acting_for("1900000109"), WechatPay)
    bill = pay.trade_bill(date(2026, 6, 1))
    assert_type(bill, Bill[TradeRow, TradeSummary])
    for row in bill:
        assert_type(row.total, int)
    assert_type(bill.summary.trades, int)
    gateway: Gateway = WechatPayGateway(pay)
    assert_type(gateway.name, str)


async def awaited(merchant: Merchant, keys: PlatformKeys, order: PaymentOrder) -> None:
    transport: AsyncTransport = AsyncHttpxTransport()
    pay = connect_async(merchant, keys=keys, transport=transport)
    assert_type(await pay.create_native(order), Prepared)
    assert_type(await pay.query_payment("order-1"), Transaction)
    gateway: AsyncGateway = AsyncWechatPayGateway(pay)
    assert_type(gateway.merchant, str)
