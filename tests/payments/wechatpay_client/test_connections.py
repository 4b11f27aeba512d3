"""The client over real sockets: one connection for many calls, on httpx and on httpx2."""

import asyncio

import httpx
import httpx2
import pytest

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.adapters.wechatpay import connect, connect_async
from minishop.errors import OutcomeUnknown, RemoteError
from minishop.payments.wechatpay import Merchant, PlatformKeys
from minishop.testing.wechatpay import SimulatorServer, WechatPaySimulator
from tests.payments.wechatpay_client import lab

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def server():
    server = SimulatorServer(WechatPaySimulator()).start()
    yield server
    server.stop()


def known(server, **settings):
    given = server.simulator.credentials
    merchant = Merchant.load(
        mchid=given.mchid, serial=given.serial, private_key=given.private_key, api_v3_key=given.api_v3_key
    )
    keys = PlatformKeys.of(public_keys={given.public_key_id: given.public_key})
    return (merchant,), {
        "keys": keys,
        "appid": given.appid,
        "notify_url": lab.NOTIFY,
        "hosts": (server.url,),
    } | settings


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_calls_take_one_connection_whatever_is_answered(server, library):
    before = server.connections
    with HttpxTransport(library=library) as transport:
        who, settings = known(server, transport=transport)
        pay = connect(*who, **settings)
        for number in range(5):
            pay.create_native(lab.order(f"{library.__name__}-{number}"))
        with pytest.raises(RemoteError):
            pay.query_payment("nothing-1")
    assert server.connections == before + 1


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_the_same_awaited(server, library):
    before = server.connections

    async def calls():
        async with AsyncHttpxTransport(library=library) as transport:
            who, settings = known(server, transport=transport)
            pay = connect_async(*who, **settings)
            for number in range(5):
                made = await pay.create_native(lab.order(f"async-{library.__name__}-{number}"))
                assert made.client["code_url"]

    asyncio.run(calls())
    assert server.connections == before + 1


def test_the_second_host_takes_over_when_the_first_is_gone(server):
    with HttpxTransport() as transport:
        who, settings = known(server, transport=transport, hosts=("http://127.0.0.1:1", server.url))
        assert connect(*who, **settings).create_native(lab.order("second-1")).client["code_url"]
        who, settings = known(server, transport=transport, hosts=("http://127.0.0.1:1",), tries=1)
        with pytest.raises(RemoteError) as failed:
            connect(*who, **settings).create_native(lab.order("second-2"))
    assert failed.value.code == "unreachable"
    assert not isinstance(failed.value, OutcomeUnknown)


def test_a_bill_goes_into_a_temporary_file(tmp_path, monkeypatch):
    from datetime import UTC, date, datetime

    from minishop.testing.clock import FakeClock

    clock = FakeClock(datetime(2026, 6, 1, 4, 0, tzinfo=UTC))
    server = SimulatorServer(WechatPaySimulator(clock=clock)).start()
    try:
        with HttpxTransport() as transport:
            who, settings = known(server, transport=transport, clock=clock)
            pay = connect(*who, **settings)
            pay.create_native(lab.order())
            server.simulator.pay("A20260601-000001")
            clock.advance(days=1)
            with pay.trade_bill(date(2026, 6, 1)) as bill:
                assert [row.total for row in bill] == [12800]
    finally:
        server.stop()
