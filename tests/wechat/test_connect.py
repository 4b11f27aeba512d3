"""With everything filled in, on the machine's own clock and chance."""

import asyncio

import pytest

from minishop.adapters.machine import utc_now
from minishop.adapters.memory import AsyncMemoryTokenStore, MemoryNonceStore, MemoryTokenStore
from minishop.adapters.wechat import connect, connect_async
from minishop.errors import InvalidInput
from minishop.testing.wechat import AsyncFakeTransport, FakePlatform, FakeTransport
from minishop.wechat import PushSettings
from minishop.wechat.push import PushRequest


@pytest.fixture
def platform():
    return FakePlatform(clock=utc_now)


def test_a_blocking_one(platform):
    app = connect(
        appid=platform.appid, secret=platform.secret, transport=FakeTransport(platform), tokens=MemoryTokenStore()
    )
    assert app.check_trade().is_ok
    assert repr(app) == "<MiniProgram wx0000000000000001>"


def test_an_async_one(platform):
    async def main():
        app = connect_async(
            appid=platform.appid,
            secret=platform.secret,
            transport=AsyncFakeTransport(platform),
            tokens=AsyncMemoryTokenStore(),
            mode="legacy",
        )
        return await app.check_trade()

    assert asyncio.run(main()).is_ok
    assert platform.credentials.fetches == [("legacy", False)]


def test_pushes_need_a_store_of_nonces(platform):
    settings = {
        "appid": platform.appid,
        "secret": platform.secret,
        "transport": FakeTransport(platform),
        "tokens": MemoryTokenStore(),
        "push": PushSettings(token=platform.sender.token),
    }
    with pytest.raises(InvalidInput) as refused:
        connect(**settings)
    assert refused.value.field == "nonces"
    push = platform.push("e", {})
    received = connect(**settings, nonces=MemoryNonceStore()).receive_push(
        PushRequest(method="POST", query=push.query, body=push.body)
    )
    assert received.event.name == "e"
