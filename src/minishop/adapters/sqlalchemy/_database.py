"""Transactions on an engine, and what its errors mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

from attrs import frozen
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from minishop.adapters._sql import Busy, Dialect, Session, retry, retry_async
from minishop.errors import InvalidInput, OutcomeUnknown
from minishop.storage import StoreBusy

__all__ = ["AsyncSqlAlchemyDatabase", "SqlAlchemyDatabase"]

_Result = TypeVar("_Result")

POSTGRESQL = Dialect()
MARIADB = Dialect(insert="INSERT IGNORE INTO", or_leave="", begin="SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
SQLITE = Dialect(locked="", unlocked="", begin="BEGIN IMMEDIATE")
_DIALECTS = {"postgresql": POSTGRESQL, "mysql": MARIADB, "mariadb": MARIADB, "sqlite": SQLITE}

#: Serialisation failure, deadlock, lock timeout: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING_STATES = frozenset({"40001", "40P01", "55P03"})
#: Lock timeout, deadlock, record changed since it was read: https://mariadb.com/kb/en/mariadb-error-code-reference/
_PASSING_NUMBERS = frozenset({1205, 1213, 1020})


@frozen
class _Engines:
    """One engine as it is used for reading and for writing, with the words of its database."""

    dialect: Dialect
    reading: Mapping[str, str]
    writing: Mapping[str, str]


def _engines(name: str) -> _Engines:
    if name not in _DIALECTS:
        raise InvalidInput(
            "engine",
            "unknown_database",
            f"there is no store for {name}",
            params={"got": name, "known": sorted(_DIALECTS)},
            next_step="Take PostgreSQL or MariaDB, or implement the ports for your database.",
        )
    if name == "postgresql":  # its drivers set the isolation without asking the server; what reads needs no BEGIN
        return _Engines(POSTGRESQL, {"isolation_level": "AUTOCOMMIT"}, {"isolation_level": "READ COMMITTED"})
    return _Engines(_DIALECTS[name], {}, {})


@frozen
class _Session:
    dialect: Dialect
    connection: Connection

    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        return self.connection.execute(_prepared(statement), values).fetchall()

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        return self.connection.execute(_prepared(statement), values).rowcount


@lru_cache(maxsize=1024)
def _prepared(statement: str) -> TextClause:
    return text(statement)


class SqlAlchemyDatabase:
    """An engine of the app's, for any number of threads.

    Args:
        engine: For PostgreSQL or MariaDB.

    Raises:
        InvalidInput: ``engine``, ``unknown_database``.
    """

    def __init__(self, engine: Engine) -> None:
        self._of = _engines(engine.dialect.name)
        self._reading = engine.execution_options(**self._of.reading)
        self._writing = engine.execution_options(**self._of.writing)

    def read(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.Database`."""
        return retry(lambda: self._once(self._reading, partial(_look, self._of.dialect, work)))

    def write(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.Database`."""
        return retry(lambda: self._once(self._writing, partial(_change, self._of.dialect, work)))

    def _once(self, engine: Engine, call: Callable[[Connection], _Result]) -> _Result:
        try:
            with engine.connect() as connection:
                return call(connection)
        except (DBAPIError, PoolTimeout) as error:
            raise _translated(error) from error


class AsyncSqlAlchemyDatabase:
    """An async engine of the app's; it runs the synchronous work through ``run_sync``.

    Args:
        engine: For PostgreSQL or MariaDB.

    Raises:
        InvalidInput: ``engine``, ``unknown_database``.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._of = _engines(engine.dialect.name)
        self._reading = engine.execution_options(**self._of.reading)
        self._writing = engine.execution_options(**self._of.writing)

    async def read(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.AsyncDatabase`."""
        return await retry_async(lambda: self._once(self._reading, partial(_look, self._of.dialect, work)))

    async def write(self, work: Callable[[Session], _Result]) -> _Result:
        """See :class:`~minishop.adapters._sql.AsyncDatabase`."""
        return await retry_async(lambda: self._once(self._writing, partial(_change, self._of.dialect, work)))

    async def _once(self, engine: AsyncEngine, call: Callable[[Connection], _Result]) -> _Result:
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(call)
        except (DBAPIError, PoolTimeout) as error:
            raise _translated(error) from error


def _look(dialect: Dialect, work: Callable[[Session], _Result], connection: Connection) -> _Result:
    return work(_Session(dialect, connection))


def _change(dialect: Dialect, work: Callable[[Session], _Result], connection: Connection) -> _Result:
    transaction = connection.begin()
    if dialect.begin is not None:
        connection.exec_driver_sql(dialect.begin)
    result = work(_Session(dialect, connection))
    try:
        transaction.commit()
    except DBAPIError as error:
        connection.invalidate(error)  # nobody knows what state it is in
        if _is_passing(error):
            raise
        raise OutcomeUnknown(
            f"the connection broke while committing: {error.orig}",
            next_step="Ask for the receipt, or commit the same batch again: its versions protect it.",
        ) from error
    return result


def _translated(error: DBAPIError | PoolTimeout) -> Exception:
    if isinstance(error, PoolTimeout):
        return StoreBusy(f"no connection became free: {error}")
    if _is_passing(error) or error.connection_invalidated or _is_unreachable(error):
        return Busy(str(error.orig))
    return error


def _is_passing(error: DBAPIError) -> bool:
    """Whether the database gave up on a transaction that may succeed the next time."""
    orig: Any = error.orig
    number = orig.args[0] if orig is not None and orig.args else None
    return (
        getattr(orig, "sqlstate", None) in _PASSING_STATES
        or number in _PASSING_NUMBERS
        or getattr(orig, "sqlite_errorcode", 0) & 0xFF in (5, 6)
    )


def _is_unreachable(error: DBAPIError) -> bool:
    """Whether there was no connection to begin with."""
    return isinstance(error, OperationalError | InterfaceError) and error.statement is None
