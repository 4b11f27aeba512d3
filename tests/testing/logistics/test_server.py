"""The fakes on a real socket, through the real transports."""

import asyncio
import contextlib

import pytest

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.adapters.machine import async_machine_handlers, machine_handlers
from minishop.adapters.memory import AsyncMemoryNonceStore, MemoryNonceStore
from minishop.errors import OutcomeUnknown
from minishop.flows import HttpRequest
from minishop.logistics import ErrorKind, ProviderError, ShipmentStatus, SubscribeRequest, TrackRequest
from minishop.logistics.kdniao import Kdniao
from minishop.logistics.kuaidi100 import AsyncKuaidi100, Kuaidi100
from minishop.logistics.sf import Sf
from minishop.testing.logistics import CallbackTransport, FakeServer, Fault
from tests.testing.logistics.test_fakes import Shop

pytestmark = pytest.mark.oracle

YTO = TrackRequest(number="YT0000000000001", carrier="yto")
SF = TrackRequest(number="SF1000000000001", carrier="sf", phone="8000")


def arrange(fake, number, carrier, code):
    fake.add_parcel(number, carrier)
    fake.scan(number, code, "快件 甲市~*'")


def test_questions_over_http(fake_kuaidi100, fake_kdniao, fake_sf):
    arrange(fake_kuaidi100, YTO.number, "yuantong", "103")
    arrange(fake_kdniao, YTO.number, "YTO", "1")
    arrange(fake_sf, SF.number, "sf", "50")
    pairs = [(Kuaidi100, fake_kuaidi100, YTO), (Kdniao, fake_kdniao, YTO), (Sf, fake_sf, SF)]
    for maker, fake, parcel in pairs:
        with FakeServer(fake) as server, HttpxTransport() as transport:
            provider = maker(fake.account(server.url), transport, machine=machine_handlers(), pace=MemoryNonceStore())
            assert provider.query(parcel).status is ShipmentStatus.PICKED_UP


def test_a_dropped_reply_over_http(fake_kuaidi100):
    with FakeServer(fake_kuaidi100) as server, HttpxTransport() as transport:
        account = fake_kuaidi100.account(server.url)
        provider = Kuaidi100(account, transport, machine=machine_handlers(), pace=MemoryNonceStore())
        fake_kuaidi100.fail_next(Fault.DROP_REPLY, Fault.HTML)
        kinds = []
        for _ in range(2):
            with pytest.raises(ProviderError) as error:
                provider.subscribe(SubscribeRequest(parcel=YTO))
            kinds.append(error.value.kind)
        assert kinds == [ErrorKind.UNAVAILABLE, ErrorKind.PROTOCOL]
        too_long = HttpRequest(method="POST", url=f"{server.url}/poll", body=b"x" * (5 * 1024 * 1024))
        with contextlib.suppress(OutcomeUnknown):  # the server may close the door before everything was sent
            assert transport.send(too_long).status == 413


def test_async_over_http(fake_kuaidi100):
    arrange(fake_kuaidi100, YTO.number, "yuantong", "103")

    async def ask(url):
        async with AsyncHttpxTransport() as transport:
            provider = AsyncKuaidi100(
                fake_kuaidi100.account(url), transport, machine=async_machine_handlers(), pace=AsyncMemoryNonceStore()
            )
            await provider.subscribe(SubscribeRequest(parcel=YTO))
            return await provider.query(YTO)

    with FakeServer(fake_kuaidi100) as server:
        assert asyncio.run(ask(server.url)).status is ShipmentStatus.PICKED_UP


def test_a_push_over_http(fake_kuaidi100, parcel_clock):
    """The shop's side is a server too: here the same small server, with the shop behind it."""
    arrange(fake_kuaidi100, YTO.number, "yuantong", "501")
    provider = Kuaidi100(
        fake_kuaidi100.account(), fake_kuaidi100.transport, machine=machine_handlers(), pace=MemoryNonceStore()
    )
    shop = Shop(provider, parcel_clock)

    class Behind:
        handle = staticmethod(shop.receive)

    with FakeServer(Behind()) as server, HttpxTransport() as transport:
        provider.subscribe(SubscribeRequest(parcel=YTO, callback_url=f"{server.url}/kuaidi100"))
        parcel_clock.advance(minutes=15)
        (delivery,) = fake_kuaidi100.deliver_due(transport)
    assert delivery.is_acknowledged
    assert shop.parcel.status is ShipmentStatus.READY_FOR_PICKUP


def test_a_shop_that_is_not_there(fake_kuaidi100, parcel_clock):
    arrange(fake_kuaidi100, YTO.number, "yuantong", "501")
    provider = Kuaidi100(
        fake_kuaidi100.account(), fake_kuaidi100.transport, machine=machine_handlers(), pace=MemoryNonceStore()
    )
    provider.subscribe(SubscribeRequest(parcel=YTO))
    parcel_clock.advance(minutes=15)

    def nobody(request):
        raise OutcomeUnknown("no answer")

    (delivery,) = fake_kuaidi100.deliver_due(CallbackTransport(nobody))
    assert (delivery.status, delivery.is_acknowledged) == (0, False)
