"""Stores in the app's PostgreSQL or MariaDB, over SQLAlchemy Core; needs ``minishop[sqlalchemy]``."""

from minishop.adapters.sqlalchemy._shared import (
    AsyncSqlAlchemyClaimStore,
    AsyncSqlAlchemyNonceStore,
    AsyncSqlAlchemyTokenStore,
    SqlAlchemyClaimStore,
    SqlAlchemyNonceStore,
    SqlAlchemyTokenStore,
)
from minishop.adapters.sqlalchemy._store import AsyncSqlAlchemyStore, SqlAlchemyStore
from minishop.adapters.sqlalchemy._tables import create_all, metadata

__all__ = [
    "AsyncSqlAlchemyClaimStore",
    "AsyncSqlAlchemyNonceStore",
    "AsyncSqlAlchemyStore",
    "AsyncSqlAlchemyTokenStore",
    "SqlAlchemyClaimStore",
    "SqlAlchemyNonceStore",
    "SqlAlchemyStore",
    "SqlAlchemyTokenStore",
    "create_all",
    "metadata",
]
