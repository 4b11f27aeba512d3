"""The stores of claims, tokens and nonces on sqlite, PostgreSQL, MariaDB and Redis keep their contracts."""

from functools import partial
from uuid import uuid4

import pytest
import redis
import redis.asyncio

from minishop.adapters import redis as on_redis
from minishop.adapters import sqlalchemy as on_sqlalchemy
from minishop.adapters import sqlite as on_sqlite
from minishop.testing.contract.shared import (
    Ability,
    AsyncClaimContract,
    AsyncNonceContract,
    AsyncTokenContract,
    ClaimContract,
    NonceContract,
    TokenContract,
)
from tests.storage.shared_servers import open_redis, open_sql
from tests.storage.sql_servers import empty

# --- sqlite ----------------------------------------------------------------------------------------------------


class _OnFile:
    @pytest.fixture(autouse=True)
    def _path(self, tmp_path):
        self.path = str(tmp_path / "shop.db")

    def make_store(self):
        return self.kind(self.path)

    def drop_store(self, store):
        store.close()

    def reopen(self, store):
        return partial(self.kind, self.path)


class _OnFileAsync(_OnFile):
    async def make_store(self):
        return self.kind(self.path)

    async def drop_store(self, store):
        await store.close()


class TestSqliteClaims(_OnFile, ClaimContract):
    kind = on_sqlite.SqliteClaimStore


class TestSqliteTokens(_OnFile, TokenContract):
    kind = on_sqlite.SqliteTokenStore


class TestSqliteNonces(_OnFile, NonceContract):
    kind = on_sqlite.SqliteNonceStore


class TestAsyncSqliteClaims(_OnFileAsync, AsyncClaimContract):
    kind = on_sqlite.AsyncSqliteClaimStore


class TestAsyncSqliteTokens(_OnFileAsync, AsyncTokenContract):
    kind = on_sqlite.AsyncSqliteTokenStore


class TestAsyncSqliteNonces(_OnFileAsync, AsyncNonceContract):
    kind = on_sqlite.AsyncSqliteNonceStore


# --- PostgreSQL and MariaDB ------------------------------------------------------------------------------------


@pytest.mark.oracle
@pytest.mark.xdist_group("postgres")
class _OnPostgres:
    @pytest.fixture(autouse=True)
    def _corner(self, postgres):
        self.corner = postgres

    def make_store(self):
        self.engine = self.corner.engine()
        empty(self.engine)
        return self.kind(self.engine)

    def drop_store(self, store):
        self.engine.dispose()

    def reopen(self, store):
        return partial(open_sql, self.kind, self.corner.url().render_as_string(hide_password=False))


@pytest.mark.oracle
@pytest.mark.xdist_group("mariadb")
class _OnMariaDb(_OnPostgres):
    @pytest.fixture(autouse=True)
    def _corner(self, mariadb):
        self.corner = mariadb


class _Async:
    missing = frozenset({Ability.PROCESSES})  # they are raced by the synchronous ones, over the same statements

    async def make_store(self):
        engine = self.corner.engine()
        empty(engine)
        engine.dispose()
        self.engine = self.corner.async_engine()
        return self.kind(self.engine)

    async def drop_store(self, store):
        await self.engine.dispose()


class TestPostgresClaims(_OnPostgres, ClaimContract):
    kind = on_sqlalchemy.SqlAlchemyClaimStore


class TestPostgresTokens(_OnPostgres, TokenContract):
    kind = on_sqlalchemy.SqlAlchemyTokenStore


class TestPostgresNonces(_OnPostgres, NonceContract):
    kind = on_sqlalchemy.SqlAlchemyNonceStore


class TestAsyncPostgresClaims(_Async, _OnPostgres, AsyncClaimContract):
    kind = on_sqlalchemy.AsyncSqlAlchemyClaimStore


class TestAsyncPostgresTokens(_Async, _OnPostgres, AsyncTokenContract):
    kind = on_sqlalchemy.AsyncSqlAlchemyTokenStore


class TestAsyncPostgresNonces(_Async, _OnPostgres, AsyncNonceContract):
    kind = on_sqlalchemy.AsyncSqlAlchemyNonceStore


class TestMariaDbClaims(_OnMariaDb, ClaimContract):
    kind = on_sqlalchemy.SqlAlchemyClaimStore


class TestMariaDbTokens(_OnMariaDb, TokenContract):
    kind = on_sqlalchemy.SqlAlchemyTokenStore


class TestMariaDbNonces(_OnMariaDb, NonceContract):
    kind = on_sqlalchemy.SqlAlchemyNonceStore


class TestAsyncMariaDbClaims(_Async, _OnMariaDb, AsyncClaimContract):
    kind = on_sqlalchemy.AsyncSqlAlchemyClaimStore


# --- Redis -----------------------------------------------------------------------------------------------------


@pytest.fixture
def prefix(redis_url):
    """A prefix of the test's own, whose keys are gone afterwards."""
    prefix = f"minishop-test:{uuid4().hex}"
    yield prefix
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{prefix}:*", count=1000):
            client.delete(key)


class _OnRedis:
    @pytest.fixture(autouse=True)
    def _server(self, redis_url, prefix):
        self.url, self.prefix = redis_url, prefix

    def make_store(self):
        self.client = redis.Redis.from_url(self.url)
        return self.kind(self.client, prefix=self.prefix)

    def drop_store(self, store):
        self.client.close()

    def reopen(self, store):
        return partial(open_redis, self.kind, self.url, self.prefix)


class _ForgetsAll:
    """The server has lost everything."""

    def lose_memory(self, store):
        with redis.Redis.from_url(self.url) as client:
            for key in client.scan_iter(f"{self.prefix}:*", count=1000):
                client.delete(key)


class _ForgetsSome:
    """The server has started again with what it had on disk: in the shoes of another process."""

    def lose_memory(self, store):
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            for key in client.scan_iter(f"{self.prefix}:claims:*", count=1000):
                client.hset(key, "run", "0" * 40)


class _OnRedisAsync(_OnRedis):
    missing = frozenset({Ability.PROCESSES})

    async def make_store(self):
        self.client = redis.asyncio.Redis.from_url(self.url, decode_responses=True)
        return self.kind(self.client, prefix=self.prefix)

    async def drop_store(self, store):
        await self.client.aclose()


class TestRedisClaims(_ForgetsAll, _OnRedis, ClaimContract):
    kind = on_redis.RedisClaimStore


class TestRedisTokens(_OnRedis, TokenContract):
    kind = on_redis.RedisTokenStore


class TestRedisNonces(_OnRedis, NonceContract):
    kind = on_redis.RedisNonceStore


class TestAsyncRedisClaims(_ForgetsSome, _OnRedisAsync, AsyncClaimContract):
    kind = on_redis.AsyncRedisClaimStore


class TestAsyncRedisTokens(_OnRedisAsync, AsyncTokenContract):
    kind = on_redis.AsyncRedisTokenStore


class TestAsyncRedisNonces(_OnRedisAsync, AsyncNonceContract):
    kind = on_redis.AsyncRedisNonceStore
