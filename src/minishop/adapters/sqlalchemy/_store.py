"""The stores over an engine."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from minishop.adapters._sql import AsyncSqlStore, SqlStore
from minishop.adapters.sqlalchemy._database import AsyncSqlAlchemyDatabase, SqlAlchemyDatabase

__all__ = ["AsyncSqlAlchemyStore", "SqlAlchemyStore"]


class SqlAlchemyStore(SqlStore):
    """A :class:`~minishop.storage.Store` in PostgreSQL or MariaDB (10.6 or later).

    Every batch is one transaction at READ COMMITTED, whatever the engine's own level is. The tables must be there: see
    :func:`create_all`. Pool, timeouts and forks are the engine's affair; a ``lock_timeout`` (PostgreSQL) or
    ``innodb_lock_wait_timeout`` of a few seconds lets a batch that waits too long be tried again.

    Args:
        engine: The app's.

    Raises:
        InvalidInput: ``engine``, ``unknown_database``.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(SqlAlchemyDatabase(engine))


class AsyncSqlAlchemyStore(AsyncSqlStore):
    """An :class:`~minishop.storage.AsyncStore` in PostgreSQL or MariaDB: :class:`SqlAlchemyStore` over an async engine.

    Args:
        engine: The app's.

    Raises:
        InvalidInput: ``engine``, ``unknown_database``.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(AsyncSqlAlchemyDatabase(engine))
