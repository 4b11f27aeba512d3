"""What is particular to the stores in Redis. What every store must do is in their contracts."""

import asyncio
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,  # noqa: A004
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,  # noqa: A004
)
from redis.retry import Retry

from minishop.adapters.redis import AsyncRedisTokenStore, RedisClaimStore, RedisNonceStore, RedisTokenStore
from minishop.adapters.redis import _scripts as scripts
from minishop.adapters.redis._errors import translated
from minishop.errors import InvalidInput, OutcomeUnknown
from minishop.flows import StoredToken
from minishop.inventory import Claim, SoldOut
from minishop.storage import StoreBusy

NOW = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DAY = 86_400


@pytest.fixture
def client(redis_url):
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def prefix(client):
    prefix = f"minishop-test:{uuid4().hex}"
    yield prefix
    for key in client.scan_iter(f"{prefix}:*", count=1000):
        client.delete(key)


@pytest.fixture
def claims(client, prefix):
    claims = RedisClaimStore(client, prefix=prefix)
    claims.open_activity("sale", 10, None)
    claims.rebuild_activity("sale", ())
    return claims


def test_keys_of_an_activity_are_in_one_slot(claims, client, prefix):
    claims.claim("sale", "u", 1, "t", NOW, LATER)
    keys = sorted(client.keys(f"{prefix}:*"))
    assert keys == [f"{prefix}:activities", f"{prefix}:claims:{{sale}}", f"{prefix}:ends:{{sale}}"]


def test_keys_expire_only_as_garbage(claims, client, prefix):
    claims.claim("sale", "u", 1, "t", NOW, LATER)
    assert client.ttl(f"{prefix}:claims:{{sale}}") > 399 * DAY
    assert client.ttl(f"{prefix}:ends:{{sale}}") > 399 * DAY
    short = RedisClaimStore(client, prefix=prefix, keep=timedelta(days=1))
    short.open_activity("sale", 10, None)
    assert client.ttl(f"{prefix}:claims:{{sale}}") > 399 * DAY
    short.rebuild_activity("sale", ())
    short.claim("sale", "u", 1, "t2", NOW, NOW + timedelta(days=2))
    assert client.ttl(f"{prefix}:claims:{{sale}}") > 3 * DAY - 5
    with pytest.raises(InvalidInput, match="day"):
        RedisClaimStore(client, keep=timedelta(hours=1))

    tokens = RedisTokenStore(client, prefix=prefix)
    tokens.set_token("old", StoredToken("x", NOW - timedelta(days=9999), 1))
    assert client.ttl(f"{prefix}:token:old") >= DAY - 2
    tokens.set_token("new", StoredToken("x", datetime.now(UTC) + timedelta(days=3), 1))
    assert client.ttl(f"{prefix}:token:new") >= 4 * DAY - 3
    tokens.try_lock("l", "a", NOW, LATER)
    assert DAY < client.ttl(f"{prefix}:lease:l") <= DAY + 300
    RedisNonceStore(client, prefix=prefix).remember("n", NOW, NOW - timedelta(days=5))
    assert DAY - 2 < client.ttl(f"{prefix}:nonce:n") <= DAY


def test_an_activity_that_was_collected_is_forgotten(claims, client, prefix):
    client.delete(f"{prefix}:claims:{{sale}}", f"{prefix}:ends:{{sale}}")
    assert claims.expired_claims(LATER, 9) == ()
    assert client.smembers(f"{prefix}:activities") == set()


def test_an_activity_that_is_opened_meanwhile_is_not_forgotten(claims, client, prefix, monkeypatch):
    client.delete(f"{prefix}:claims:{{sale}}")
    run, rival = claims._scripts._eval, RedisClaimStore(client, prefix=prefix)

    def with_rival(ask):
        if ask.script is scripts.FORGET:
            rival.open_activity("sale", 5, None)
        return run(ask)

    monkeypatch.setattr(claims._scripts, "_handlers", {type(ask): with_rival for ask in [_an_ask()]})
    claims.expired_claims(LATER, 9)
    assert client.smembers(f"{prefix}:activities") == {"sale"}


def _an_ask():
    from minishop.adapters.redis._flows import Eval

    return Eval("", ())


def test_a_server_that_does_not_tell_its_run_id_is_refused_and_loses_nothing(claims, client, prefix, monkeypatch):
    claim = claims.claim("sale", "u", 1, "t", NOW, LATER)
    mute = scripts.REBUILD.replace("run_id:", "no such field:")
    monkeypatch.setattr(scripts, "REBUILD", mute)
    with pytest.raises(ResponseError, match="run_id"):
        claims.rebuild_activity("sale", ())
    assert claims.find_claim("sale", "t") == claim
    monkeypatch.setattr(scripts, "CLAIM", scripts.CLAIM.replace("run_id:", "no such field:"))
    assert claims.claim("sale", "u", 1, "t2", NOW, LATER) == SoldOut("sale", 0)


def test_many_claims_are_rebuilt_at_once(claims):
    many = tuple(Claim("sale", f"u{n % 7}", 1, f"t{n}", LATER, n % 2 == 0) for n in range(20_000))
    claims.open_activity("sale", 20_001, None)
    claims.rebuild_activity("sale", many)
    assert claims.unclaimed("sale") == 1
    assert claims.find_claim("sale", "t19999") == many[-1]
    assert len(claims.expired_claims(LATER, 100_000)) == 10_000


def test_a_call_that_the_client_repeats_is_the_same_call(client, prefix, monkeypatch):
    nonces = RedisNonceStore(client, prefix=prefix)
    run = nonces._scripts._eval

    def twice(ask):
        run(ask)
        return run(ask)

    monkeypatch.setattr(nonces._scripts, "_handlers", {type(_an_ask()): twice})
    assert nonces.remember("n", NOW, LATER)
    assert not nonces.remember("n", NOW, LATER)


def test_instants_must_be_aware(client, prefix):
    with pytest.raises(InvalidInput):
        RedisNonceStore(client, prefix=prefix).remember("n", NOW.replace(tzinfo=None), LATER)


@pytest.mark.parametrize("error", [BusyLoadingError("loading"), OutOfMemoryError("OOM"), ReadOnlyError("replica")])
def test_what_redis_refused_is_busy(error):
    with pytest.raises(StoreBusy) as caught, translated():
        raise error
    assert caught.value.retryable


@pytest.mark.parametrize("error", [ConnectionError("gone"), TimeoutError("slow")])
def test_no_answer_is_an_unknown_outcome(error):
    with pytest.raises(OutcomeUnknown), translated():
        raise error


def test_a_server_that_is_not_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at_once = Retry(NoBackoff(), 0)
    with redis.Redis(port=port, retry=at_once) as client, pytest.raises(OutcomeUnknown):
        RedisTokenStore(client).get_token("t")

    async def ask():
        async with redis.asyncio.Redis(port=port, retry=AsyncRetry(NoBackoff(), 0)) as client:
            await AsyncRedisTokenStore(client).get_token("t")

    with pytest.raises(OutcomeUnknown):
        asyncio.run(ask())


class Server:
    """A server of the test's own, that can be killed and started again on the same files."""

    def __init__(self, directory):
        self.directory = directory
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def start(self):
        options = {"port": self.port, "dir": self.directory, "appendonly": "yes", "appendfsync": "always", "save": ""}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port)
        for _ in range(200):
            try:
                client.ping()
                return client
            except (ConnectionError, BusyLoadingError):
                time.sleep(0.05)
        raise AssertionError("redis-server does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not on the path")
def test_after_a_real_restart_nothing_is_sold_until_it_is_rebuilt(tmp_path):
    server = Server(tmp_path)
    try:
        claims = RedisClaimStore(server.start())
        claims.open_activity("sale", 2, 1)
        claims.rebuild_activity("sale", ())
        kept = claims.claim("sale", "u1", 1, "t1", NOW, LATER)
        assert isinstance(kept, Claim)
        server.kill()

        claims = RedisClaimStore(server.start())
        assert claims.find_claim("sale", "t1") == kept
        assert claims.claim("sale", "u2", 1, "t2", NOW, LATER) == SoldOut("sale", 0)
        claims.open_activity("sale", 2, 1)
        assert claims.claim("sale", "u2", 1, "t2", NOW, LATER) == SoldOut("sale", 0)
        claims.rebuild_activity("sale", (kept,))
        assert claims.unclaimed("sale") == 1
        assert isinstance(claims.claim("sale", "u2", 1, "t2", NOW, LATER), Claim)
    finally:
        server.kill()
