"""Claims, tokens and nonces over an engine. The tables must be there: see ``create_all``."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from minishop.adapters._sql import (
    AsyncSqlClaimStore,
    AsyncSqlNonceStore,
    AsyncSqlTokenStore,
    SqlClaimStore,
    SqlNonceStore,
    SqlTokenStore,
)
from minishop.adapters.sqlalchemy import _shared_tables as _shared_tables
from minishop.adapters.sqlalchemy._database import AsyncSqlAlchemyDatabase, SqlAlchemyDatabase

__all__ = [
    "AsyncSqlAlchemyClaimStore",
    "AsyncSqlAlchemyNonceStore",
    "AsyncSqlAlchemyTokenStore",
    "SqlAlchemyClaimStore",
    "SqlAlchemyNonceStore",
    "SqlAlchemyTokenStore",
]


class SqlAlchemyClaimStore(SqlClaimStore):
    """A :class:`~minishop.inventory.ClaimStore` in PostgreSQL or MariaDB.

    Claims of one activity are decided one after the other, each in a transaction of its own: some hundreds a second.
    For a rush, take :class:`~minishop.adapters.redis.RedisClaimStore`.

    Args:
        engine: The app's; see :class:`~minishop.adapters.sqlalchemy.SqlAlchemyStore`.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(SqlAlchemyDatabase(engine))


class SqlAlchemyTokenStore(SqlTokenStore):
    """A :class:`~minishop.flows.TokenStore` in PostgreSQL or MariaDB.

    Args:
        engine: The app's; see :class:`~minishop.adapters.sqlalchemy.SqlAlchemyStore`.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(SqlAlchemyDatabase(engine))


class SqlAlchemyNonceStore(SqlNonceStore):
    """A :class:`~minishop.flows.NonceStore` in PostgreSQL or MariaDB.

    Args:
        engine: The app's; see :class:`~minishop.adapters.sqlalchemy.SqlAlchemyStore`.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(SqlAlchemyDatabase(engine))


class AsyncSqlAlchemyClaimStore(AsyncSqlClaimStore):
    """An :class:`~minishop.inventory.AsyncClaimStore`: :class:`SqlAlchemyClaimStore` over an async engine.

    Args:
        engine: The app's.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(AsyncSqlAlchemyDatabase(engine))


class AsyncSqlAlchemyTokenStore(AsyncSqlTokenStore):
    """An :class:`~minishop.flows.AsyncTokenStore`: :class:`SqlAlchemyTokenStore` over an async engine.

    Args:
        engine: The app's.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(AsyncSqlAlchemyDatabase(engine))


class AsyncSqlAlchemyNonceStore(AsyncSqlNonceStore):
    """An :class:`~minishop.flows.AsyncNonceStore`: :class:`SqlAlchemyNonceStore` over an async engine.

    Args:
        engine: The app's.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(AsyncSqlAlchemyDatabase(engine))
