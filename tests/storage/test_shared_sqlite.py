"""What is particular to claims, tokens and nonces in a file."""

import asyncio
from datetime import UTC, datetime, timedelta
from zlib import crc32

from minishop.adapters.sqlite import AsyncSqliteTokenStore, SqliteClaimStore, SqliteNonceStore, SqliteStore
from minishop.flows import StoredToken

NOW = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)


def test_old_nonces_are_thrown_away_now_and_then(tmp_path):
    keys = [f"n{number}" for number in range(300)]
    tidying = next(key for key in (f"tidy{number}" for number in range(1000)) if crc32(key.encode()) % 64 == 0)
    with SqliteNonceStore(tmp_path / "shop.db") as nonces:
        for key in keys:
            nonces.remember(key, NOW, NOW + timedelta(minutes=1))
        assert nonces.remember(tidying, NOW + timedelta(days=2), NOW + timedelta(days=3))
        (left,) = nonces._file.read(lambda session: session.rows("SELECT COUNT(*) FROM minishop_nonces", {})[0])
        assert left == 1
        assert nonces.remember("n1", NOW + timedelta(days=2), NOW + timedelta(days=3))


def test_all_stores_can_be_in_one_file(tmp_path):
    path = tmp_path / "shop.db"
    with SqliteStore(path) as store, SqliteClaimStore(path) as claims:
        claims.open_activity("sale", 3, None)
        assert store.load("order", "o1") is None
        assert claims.unclaimed("sale") == 3

    async def set_and_get():
        async with AsyncSqliteTokenStore(path) as tokens:
            await tokens.set_token("t", StoredToken("x", NOW, 1))
            return await tokens.get_token("t")

    assert asyncio.run(set_and_get()) == StoredToken("x", NOW, 1)
