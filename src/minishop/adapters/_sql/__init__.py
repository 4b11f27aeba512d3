"""What the SQL stores share: the statements and their order, written once for every database and driver.

A statement is text with ``:name`` parameters, the same for SQLite, PostgreSQL and MariaDB but for the few words in
:class:`Dialect`. It goes through a :class:`Session`, which an adapter makes of its connection. An adapter adds
connections, transactions and the reading of its errors: a :class:`Database`, which runs a function in a transaction
and runs it again when the database was busy.
"""

from minishop.adapters._sql._async_shared import AsyncSqlClaimStore, AsyncSqlNonceStore, AsyncSqlTokenStore
from minishop.adapters._sql._async_store import AsyncSqlStore
from minishop.adapters._sql._retry import Busy, retry, retry_async
from minishop.adapters._sql._session import AsyncDatabase, Database, Dialect, Session, insert_new, matches, pairs
from minishop.adapters._sql._shared import SqlClaimStore, SqlNonceStore, SqlTokenStore
from minishop.adapters._sql._store import SqlStore
from minishop.adapters._sql._values import instant, micros

__all__ = [
    "AsyncDatabase",
    "AsyncSqlClaimStore",
    "AsyncSqlNonceStore",
    "AsyncSqlStore",
    "AsyncSqlTokenStore",
    "Busy",
    "Database",
    "Dialect",
    "Session",
    "SqlClaimStore",
    "SqlNonceStore",
    "SqlStore",
    "SqlTokenStore",
    "insert_new",
    "instant",
    "matches",
    "micros",
    "pairs",
    "retry",
    "retry_async",
]
