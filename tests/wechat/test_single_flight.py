"""52 callers in 4 processes that all need a token at once: one fetch."""

import asyncio
from uuid import uuid4

import pytest
import redis

from minishop.adapters.machine import new_nonce, utc_now
from minishop.adapters.memory import AsyncMemoryTokenStore
from minishop.testing.wechat import AsyncFakeTransport, FakePlatform, FakePlatformServer
from minishop.wechat import AsyncMiniProgram
from tests.apart import Apart

SECRET = "storm-secret"


@pytest.fixture(scope="module")
def apart():
    with Apart() as process:
        yield process


@pytest.fixture
def server():
    with FakePlatformServer(FakePlatform(secret=SECRET, clock=utc_now)) as running:
        yield running


@pytest.fixture
def prefix(redis_url):
    prefix = f"minishop-test:{uuid4().hex}"
    yield prefix
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{prefix}:*", count=1000):
            client.delete(key)


def storm(apart, server, store, place):
    return apart.call(
        "tests.wechat.flight:storm",
        timeout=60,
        store=store,
        place=place,
        host=server.url,
        secret=SECRET,
        processes=4,
        threads=13,
    )


@pytest.mark.oracle
def test_one_fetch_on_sqlite(apart, server, tmp_path):
    tokens = storm(apart, server, "sqlite", str(tmp_path / "tokens.db"))
    assert len(tokens) == 52
    assert len(set(tokens)) == 1
    assert server.platform.credentials.fetches == [("stable", False)]


@pytest.mark.oracle
def test_one_fetch_on_redis(apart, server, redis_url, prefix):
    tokens = storm(apart, server, "redis", [redis_url, prefix])
    assert len(tokens) == 52
    assert len(set(tokens)) == 1
    assert server.platform.credentials.fetches == [("stable", False)]


def test_one_fetch_of_50_tasks():
    """While the one fetches, the others come and look."""
    platform = FakePlatform(secret=SECRET)
    inner = AsyncFakeTransport(platform)
    looks = []

    class Slow:
        async def send(self, request):
            while len(looks) < 200:
                await asyncio.sleep(0)
            return await inner.send(request)

    async def look(seconds):
        looks.append(seconds)
        await asyncio.sleep(0)

    async def main():
        app = AsyncMiniProgram(
            appid=platform.appid,
            secret=SECRET,
            transport=Slow(),
            tokens=AsyncMemoryTokenStore(),
            clock=platform.clock,
            nonce=new_nonce,
            sleep=look,
        )
        return await asyncio.gather(*(app.access_token() for _ in range(50)))

    tokens = asyncio.run(main())
    assert len(set(tokens)) == 1
    assert platform.token_fetches == 1
