"""The stores on one file."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from minishop.adapters._sql import AsyncSqlStore, SqlStore
from minishop.adapters.sqlite._database import AsyncSqliteDatabase, SqliteDatabase

__all__ = ["AsyncSqliteStore", "SqliteStore"]


class SqliteStore(SqlStore):
    """A :class:`~minishop.storage.Store` in one file of a local disk, safe with many threads and processes.

    The file is made, and its tables brought up to date, when the store is. After a fork a process opens it anew by
    itself. Use as a context manager, or call :meth:`close`, to let go of it.

    Args:
        path: The file. SQLite keeps two more beside it (``-wal``, ``-shm``).
        busy_timeout: Seconds to wait for another writer, before each of up to five repetitions.

    Raises:
        InvalidInput: ``path``: ``not_a_file`` (``:memory:``), ``no_directory``, ``network_file_system``.
        CallerError: ``newer_schema``: a newer minishop wrote the file.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        self._file = SqliteDatabase(path, busy_timeout=busy_timeout)
        super().__init__(self._file)
        self._file.open()

    def close(self) -> None:
        """Closes the connections of all threads of this process; no thread may be using the store."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncSqliteStore(AsyncSqlStore):
    """An :class:`~minishop.storage.AsyncStore` in one file: :class:`SqliteStore` in worker threads of its own.

    The file is opened with the first call. Cancelling a task does not stop what its worker has begun.

    Args:
        path: See :class:`SqliteStore`.
        busy_timeout: See :class:`SqliteStore`.

    Raises:
        InvalidInput: See :class:`SqliteStore`.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        self._file = AsyncSqliteDatabase(SqliteDatabase(path, busy_timeout=busy_timeout))
        super().__init__(self._file)

    async def close(self) -> None:
        """Waits for what is going on, and closes the file."""
        await self._file.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
