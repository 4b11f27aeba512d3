"""Stores in one file of a local disk, with nothing but the standard library: the embedded default."""

from minishop.adapters.sqlite._shared import (
    AsyncSqliteClaimStore,
    AsyncSqliteNonceStore,
    AsyncSqliteTokenStore,
    SqliteClaimStore,
    SqliteNonceStore,
    SqliteTokenStore,
)
from minishop.adapters.sqlite._store import AsyncSqliteStore, SqliteStore

__all__ = [
    "AsyncSqliteClaimStore",
    "AsyncSqliteNonceStore",
    "AsyncSqliteStore",
    "AsyncSqliteTokenStore",
    "SqliteClaimStore",
    "SqliteNonceStore",
    "SqliteStore",
    "SqliteTokenStore",
]
