"""The tables, as a list of migrations: what is released is never edited, a change is one more migration.

``minishop_schema`` says how many have been applied. Text compares and sorts by its bytes, which is the order of code
points. Instants are microseconds since 1970, truth values 0 and 1.
"""

from __future__ import annotations

import sqlite3

from minishop.adapters.sqlite._shared_schema import SHARED
from minishop.errors import CallerError

__all__ = ["MIGRATIONS", "migrate"]

_STORE = (
    """CREATE TABLE minishop_records (
        record_kind TEXT NOT NULL, record_id TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL,
        personal TEXT, is_erased INTEGER NOT NULL DEFAULT 0, shop TEXT NOT NULL, shopper TEXT NOT NULL,
        label TEXT NOT NULL, facets TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (record_kind, record_id)
    )""",
    "CREATE INDEX minishop_records_list ON minishop_records (record_kind, created_at, record_id)",
    "CREATE INDEX minishop_records_label ON minishop_records (record_kind, label, created_at, record_id)",
    "CREATE INDEX minishop_records_shop ON minishop_records (record_kind, shop, created_at, record_id)",
    "CREATE INDEX minishop_records_shop_label ON minishop_records (record_kind, shop, label, created_at, record_id)",
    "CREATE INDEX minishop_records_shopper ON minishop_records (shopper, record_kind, created_at, record_id)",
    """CREATE TABLE minishop_uniques (
        unique_key TEXT NOT NULL PRIMARY KEY, record_kind TEXT NOT NULL, record_id TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE minishop_timers (
        record_kind TEXT NOT NULL, record_id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        due_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (record_kind, record_id, kind, subject)
    ) WITHOUT ROWID""",
    "CREATE INDEX minishop_timers_due ON minishop_timers (due_at, record_kind, record_id, kind, subject)",
    """CREATE TABLE minishop_history (
        record_kind TEXT NOT NULL, record_id TEXT NOT NULL, version INTEGER NOT NULL, idx INTEGER NOT NULL,
        topic TEXT NOT NULL, payload TEXT NOT NULL, happened_at INTEGER NOT NULL,
        PRIMARY KEY (record_kind, record_id, version, idx)
    )""",
    """CREATE TABLE minishop_outbox (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, record_kind TEXT NOT NULL, record_id TEXT NOT NULL,
        version INTEGER NOT NULL, idx INTEGER NOT NULL, ready_at INTEGER NOT NULL DEFAULT 0, lease TEXT,
        failures INTEGER NOT NULL DEFAULT 0, is_parked INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX minishop_outbox_record ON minishop_outbox (record_kind, record_id, seq)",
    "CREATE INDEX minishop_outbox_parked ON minishop_outbox (is_parked, record_kind, record_id) WHERE is_parked = 1",
    """CREATE TABLE minishop_receipts (
        receipt_key TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, outcome TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    )""",
    "CREATE INDEX minishop_receipts_expiry ON minishop_receipts (expires_at)",
    "CREATE TABLE minishop_limits (limit_key TEXT NOT NULL PRIMARY KEY, taken INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE minishop_takes (
        limit_key TEXT NOT NULL, token TEXT NOT NULL, taken INTEGER NOT NULL, PRIMARY KEY (limit_key, token)
    ) WITHOUT ROWID""",
    """CREATE TABLE minishop_stock (
        sku TEXT NOT NULL, location TEXT NOT NULL, on_hand INTEGER NOT NULL, allocated INTEGER NOT NULL,
        held_until INTEGER NOT NULL, PRIMARY KEY (sku, location)
    ) WITHOUT ROWID""",
    """CREATE TABLE minishop_holds (
        hold TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, wanted TEXT NOT NULL, ends_at INTEGER NOT NULL
    )""",
    "CREATE INDEX minishop_holds_end ON minishop_holds (state, ends_at, hold)",
    """CREATE TABLE minishop_held (
        hold TEXT NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, quantity INTEGER NOT NULL,
        ends_at INTEGER NOT NULL, PRIMARY KEY (hold, sku, location)
    ) WITHOUT ROWID""",
    "CREATE INDEX minishop_held_key ON minishop_held (sku, location, ends_at, quantity)",
    """CREATE TABLE minishop_movements (
        entry TEXT NOT NULL PRIMARY KEY, sku TEXT NOT NULL, location TEXT NOT NULL, kind TEXT NOT NULL,
        quantity INTEGER NOT NULL, moved_at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE minishop_accounts (account TEXT NOT NULL PRIMARY KEY, balance INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE minishop_entries (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
        amount INTEGER NOT NULL, note TEXT NOT NULL
    )""",
    "CREATE INDEX minishop_entries_account ON minishop_entries (account, seq)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_STORE, SHARED)
"""The statements that lead from each version of the schema to the next."""


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a file to the newest schema, under a lock that keeps other processes out meanwhile.

    Raises:
        CallerError: ``newer_schema``: a newer minishop wrote the file.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise _newer(version)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute("CREATE TABLE IF NOT EXISTS minishop_schema (version INTEGER NOT NULL)")
        connection.execute("DELETE FROM minishop_schema")
        connection.execute("INSERT INTO minishop_schema VALUES (?)", [len(MIGRATIONS)])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    exists = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'minishop_schema'").fetchone()
    if not exists:
        return 0
    (version,) = connection.execute("SELECT version FROM minishop_schema").fetchone()
    return int(version)


def _newer(version: int) -> CallerError:
    return CallerError(
        f"this file has schema {version}, and this minishop knows only {len(MIGRATIONS)}",
        code="newer_schema",
        params={"schema": version, "known": len(MIGRATIONS)},
        next_step="Update minishop on this machine.",
    )
