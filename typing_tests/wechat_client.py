"""Never run, only type-checked: the methods made from flows have real types, and the fakes are the ports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_type

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.adapters.memory import AsyncMemoryTokenStore, MemoryTokenStore
from minishop.flows import AsyncTokenStore, AsyncTransport, TokenStore, Transport
from minishop.testing.wechat import AsyncFakeTransport, FakePlatform, FakeTransport
from minishop.wechat import AsyncMiniProgram, MiniProgram, NoConsent, Sent, Session, SubscribeMessage, Verdict
from minishop.wechat.push import PushRequest, ReceivedPush, Verification
from minishop.wechat.shipping import OrderKey, Reported, ShippingOrder, ShippingReport, next_report_at


def blocking(app: MiniProgram, report: ShippingReport, message: SubscribeMessage, push: PushRequest) -> None:
    assert_type(app.access_token(), str)
    assert_type(app.call("/x", {}, is_repeatable=True), Mapping[str, Any])
    assert_type(app.log_in("code"), Session)
    assert_type(app.report_shipping(report, replace=True), Reported)
    assert_type(app.find_shipping_order(OrderKey(transaction_id="42")), ShippingOrder)
    assert_type(app.send_subscribe_message(message), Sent | NoConsent)
    assert_type(app.check_text("x", openid="o"), Verdict)
    assert_type(app.receive_push(push), Verification | ReceivedPush)
    app.report_shipping(report, force=True)  # type: ignore[call-arg]
    app.check_text("x", openid="o", scene="market")  # type: ignore[arg-type]


async def waiting(app: AsyncMiniProgram, report: ShippingReport) -> None:
    assert_type(await app.access_token(), str)
    assert_type(await app.report_shipping(report), Reported)


def ports(platform: FakePlatform) -> None:
    transports: list[Transport] = [FakeTransport(platform), HttpxTransport()]
    others: list[AsyncTransport] = [AsyncFakeTransport(platform), AsyncHttpxTransport()]
    assert transports
    assert others
    stores: list[TokenStore] = [MemoryTokenStore()]
    async_stores: list[AsyncTokenStore] = [AsyncMemoryTokenStore()]
    assert stores
    assert async_stores


def clock(error: Exception, now: datetime) -> None:
    next_report_at(error, attempts=1, first_at=now, now=now)  # type: ignore[arg-type]
