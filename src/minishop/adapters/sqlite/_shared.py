"""Claims, tokens and nonces in one file."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from minishop.adapters._sql import (
    AsyncDatabase,
    AsyncSqlClaimStore,
    AsyncSqlNonceStore,
    AsyncSqlTokenStore,
    Database,
    SqlClaimStore,
    SqlNonceStore,
    SqlTokenStore,
)
from minishop.adapters.sqlite._database import AsyncSqliteDatabase, SqliteDatabase

__all__ = [
    "AsyncSqliteClaimStore",
    "AsyncSqliteNonceStore",
    "AsyncSqliteTokenStore",
    "SqliteClaimStore",
    "SqliteNonceStore",
    "SqliteTokenStore",
]


class _OnFile:
    """A store with a file of its own. Its ``__init__`` stands in for that of the SQL store, which keeps a database."""

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        self._file = SqliteDatabase(path, busy_timeout=busy_timeout)
        self._file.open()
        self._database: Database = self._file

    def close(self) -> None:
        """Closes the connections of all threads of this process; no thread may be using the store."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _OnFileAsync:
    """The same with worker threads; the file is opened with the first call."""

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        self._file = AsyncSqliteDatabase(SqliteDatabase(path, busy_timeout=busy_timeout))
        self._database: AsyncDatabase = self._file

    async def close(self) -> None:
        """Waits for what is going on, and closes the file."""
        await self._file.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class SqliteClaimStore(_OnFile, SqlClaimStore):
    """A :class:`~minishop.inventory.ClaimStore` in one file, which may be that of a ``SqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.SqliteStore` does.
    """


class SqliteTokenStore(_OnFile, SqlTokenStore):
    """A :class:`~minishop.flows.TokenStore` in one file, which may be that of a ``SqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.SqliteStore` does.
    """


class SqliteNonceStore(_OnFile, SqlNonceStore):
    """A :class:`~minishop.flows.NonceStore` in one file, which may be that of a ``SqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.SqliteStore` does.
    """


class AsyncSqliteClaimStore(_OnFileAsync, AsyncSqlClaimStore):
    """An :class:`~minishop.inventory.AsyncClaimStore` in one file, which may be that of an ``AsyncSqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.AsyncSqliteStore` does.
    """


class AsyncSqliteTokenStore(_OnFileAsync, AsyncSqlTokenStore):
    """An :class:`~minishop.flows.AsyncTokenStore` in one file, which may be that of an ``AsyncSqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.AsyncSqliteStore` does.
    """


class AsyncSqliteNonceStore(_OnFileAsync, AsyncSqlNonceStore):
    """An :class:`~minishop.flows.AsyncNonceStore` in one file, which may be that of an ``AsyncSqliteStore``.

    Takes, and raises, what :class:`~minishop.adapters.sqlite.AsyncSqliteStore` does.
    """
