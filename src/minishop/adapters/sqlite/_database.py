"""Connections and transactions on one file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet, finalize

from minishop.adapters._sql import Busy, Dialect, Session, retry
from minishop.adapters.sqlite._files import network_file_system
from minishop.adapters.sqlite._schema import migrate
from minishop.errors import InvalidInput, OutcomeUnknown

__all__ = ["SQLITE", "AsyncSqliteDatabase", "SqliteDatabase"]

_Result = TypeVar("_Result")

SQLITE = Dialect(locked="", unlocked="", begin="BEGIN IMMEDIATE")

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_THREADS = 4

_inherited: list[sqlite3.Connection] = []
"""Connections of the parent process. Closing one here would drop locks and files that the parent relies on, so they
are kept: https://www.sqlite.org/howtocorrupt.html, section 2.6."""


class _Own:
    """A connection, and its session, of one thread in one process. Closed when the thread is gone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.pid = os.getpid()
        self.close = finalize(self, _close, connection, self.pid)

    dialect = SQLITE

    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        """See :class:`Session`."""
        return self.connection.execute(statement, values).fetchall()

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        """See :class:`Session`."""
        return self.connection.execute(statement, values).rowcount


def _close(connection: sqlite3.Connection, pid: int) -> None:
    if pid == os.getpid():
        connection.close()
    else:
        _inherited.append(connection)


class SqliteDatabase:
    """One file, for any number of threads and processes of one machine. Every thread has a connection of its own.

    Args:
        path: The file; made if it is not there.
        busy_timeout: Seconds to wait for another writer, before each of up to five repetitions.

    Raises:
        InvalidInput: ``path``: ``not_a_file`` (``:memory:``), ``no_directory``, ``network_file_system``.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout: float = 5.0) -> None:
        self._path = _checked(path)
        self._busy_timeout = busy_timeout
        self._threads = threading.local()
        self._open: WeakSet[_Own] = WeakSet()
        self._migrating = threading.Lock()
        self._is_migrated = False

    def read(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.Database`. All that the work reads is of one moment."""
        return retry(lambda: self._once("BEGIN", work))

    def write(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.Database`."""
        return retry(lambda: self._once("BEGIN IMMEDIATE", work))

    def open(self) -> None:
        """Makes the file and its tables now rather than with the first transaction."""
        retry(self._opened)

    def close(self) -> None:
        """Closes the connections of all threads; no thread may be using one."""
        for own in list(self._open):
            own.close()
        self._threads = threading.local()

    def _once(self, begin: str, work: Callable[[Session], _Result]) -> _Result:
        with _reading_errors():
            own = self._own()
            own.connection.execute(begin)
            try:
                result = work(own)
            except BaseException:
                own.connection.rollback()
                raise
            _commit(own.connection)
            return result

    def _opened(self) -> None:
        with _reading_errors():
            self._own()

    def _own(self) -> _Own:
        own: _Own | None = getattr(self._threads, "own", None)
        if own is None or own.pid != os.getpid():
            own = _Own(self._connect())
            self._threads.own = own
            self._open.add(own)
        return own

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._busy_timeout,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")
            with self._migrating:
                if not self._is_migrated:
                    migrate(connection)
                    self._is_migrated = True
        except BaseException:
            connection.close()
            raise
        return connection


def _checked(path: str | os.PathLike[str]) -> Path:
    text = os.fspath(path)
    if not text or text.startswith((":", "file:")):
        raise InvalidInput(
            "path",
            "not_a_file",
            f"every thread opens the file for itself, so it must be one, not {text!r}",
            next_step="Pass the path of a file, or take minishop.adapters.memory.MemoryStore.",
        )
    absolute = Path(text).absolute()
    if not absolute.parent.is_dir():
        raise InvalidInput("path", "no_directory", f"there is no directory {absolute.parent}", params={"path": text})
    kind = network_file_system(absolute.parent.resolve() / absolute.name)
    if kind is not None:
        raise InvalidInput(
            "path",
            "network_file_system",
            f"SQLite cannot share a file safely on {kind}",
            params={"file_system": kind},
            next_step="Put the file on a local disk, or use PostgreSQL or MariaDB.",
        )
    return absolute


@contextmanager
def _reading_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise Busy(str(error)) from error
        raise


def _commit(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:  # it says what was wrong, and nothing was done
            connection.rollback()
            raise
        raise OutcomeUnknown(f"the disk failed while committing: {error}") from error


class AsyncSqliteDatabase:
    """The same in worker threads, so that a loop never waits for the disk.

    Args:
        database: Does the work.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._workers: ThreadPoolExecutor | None = None
        self._pid = 0

    async def read(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.AsyncDatabase`."""
        return await self._run(self._database.read, work)

    async def write(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.AsyncDatabase`. Cancelling does not stop what has begun."""
        return await self._run(self._database.write, work)

    async def close(self) -> None:
        """Waits for the workers, and closes their connections."""
        workers, self._workers = self._workers, None
        if workers is not None:
            await asyncio.to_thread(workers.shutdown)
        self._database.close()

    async def _run(
        self, run: Callable[[Callable[[Session], _Result]], _Result], work: Callable[[Session], _Result]
    ) -> _Result:
        if self._workers is None or self._pid != os.getpid():  # threads do not survive a fork
            self._workers, self._pid = ThreadPoolExecutor(_THREADS, "minishop-sqlite"), os.getpid()
        return await asyncio.get_running_loop().run_in_executor(self._workers, run, work)
