"""The tables, for ``create_all`` and for the app's own Alembic.

Names and keys compare by code point on every database: PostgreSQL's ``C``, MariaDB's ``utf8mb4_nopad_bin`` (the older
``utf8mb4_bin`` takes ``"a"`` and ``"a "`` for the same key). Their lengths fit InnoDB's 3072 bytes of an index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text, text
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.engine import Connection, Engine

__all__ = ["create_all", "metadata", "table"]

metadata = MetaData()
"""All tables of minishop: pass it to Alembic beside the app's own, ``target_metadata = [mine, metadata]``."""


def _text(length: int) -> String:
    return (
        String(length)
        .with_variant(String(length, collation="C"), "postgresql")
        .with_variant(String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


SHORT = _text(64)
LONG = _text(255)
LARGE = Text().with_variant(LONGTEXT(collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
SERIAL = BigInteger().with_variant(Integer, "sqlite")


def column(name: str, kind: Any, **options: Any) -> Column[Any]:
    """A column that is never null, unless the options say so."""
    return Column(name, kind, **{"nullable": False} | options)


def zero(name: str, kind: Any) -> Column[Any]:
    """A column that starts at 0."""
    return column(name, kind, server_default=text("0"))


def table(name: str, *parts: Column[Any] | Index) -> Table:
    """A table of :data:`metadata`."""
    return Table(
        name,
        metadata,
        *parts,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate="utf8mb4_nopad_bin",
        sqlite_autoincrement=any(isinstance(part, Column) and part.name == "seq" for part in parts),
    )


table(
    "minishop_records",
    column("record_kind", SHORT, primary_key=True),
    column("record_id", LONG, primary_key=True),
    column("version", BigInteger),
    column("document", LARGE),
    column("personal", LARGE, nullable=True),
    zero("is_erased", SmallInteger),
    column("shop", LONG),
    column("shopper", LONG),
    column("label", SHORT),
    column("facets", LARGE),
    column("created_at", BigInteger),
    Index("minishop_records_list", "record_kind", "created_at", "record_id"),
    Index("minishop_records_label", "record_kind", "label", "created_at", "record_id"),
    Index("minishop_records_shop", "record_kind", "shop", "created_at", "record_id"),
    Index("minishop_records_shop_label", "record_kind", "shop", "label", "created_at", "record_id"),
    Index("minishop_records_shopper", "shopper", "record_kind", "created_at", "record_id"),
)
table(
    "minishop_uniques",
    column("unique_key", LONG, primary_key=True),
    column("record_kind", SHORT),
    column("record_id", LONG),
)
table(
    "minishop_timers",
    column("record_kind", SHORT, primary_key=True),
    column("record_id", LONG, primary_key=True),
    column("kind", SHORT, primary_key=True),
    column("subject", LONG, primary_key=True),
    column("due_at", BigInteger),
    zero("failures", Integer),
    Index("minishop_timers_due", "due_at", "record_kind", "record_id", "kind", "subject"),
)
table(
    "minishop_history",
    column("record_kind", SHORT, primary_key=True),
    column("record_id", LONG, primary_key=True),
    column("version", BigInteger, primary_key=True, autoincrement=False),
    column("idx", Integer, primary_key=True, autoincrement=False),
    column("topic", LONG),
    column("payload", LARGE),
    column("happened_at", BigInteger),
)
table(
    "minishop_outbox",
    column("seq", SERIAL, primary_key=True, autoincrement=True),
    column("record_kind", SHORT),
    column("record_id", LONG),
    column("version", BigInteger),
    column("idx", Integer),
    zero("ready_at", BigInteger),
    column("lease", SHORT, nullable=True),
    zero("failures", Integer),
    zero("is_parked", SmallInteger),
    Index("minishop_outbox_record", "record_kind", "record_id", "seq"),
    Index(
        "minishop_outbox_parked",
        "is_parked",
        "record_kind",
        "record_id",
        postgresql_where=text("is_parked = 1"),
        sqlite_where=text("is_parked = 1"),
    ),
)
table(
    "minishop_receipts",
    column("receipt_key", SHORT, primary_key=True),
    column("fingerprint", LONG),
    column("outcome", LARGE),
    column("expires_at", BigInteger),
    Index("minishop_receipts_expiry", "expires_at"),
)
table("minishop_limits", column("limit_key", LONG, primary_key=True), column("taken", BigInteger))
table(
    "minishop_takes",
    column("limit_key", LONG, primary_key=True),
    column("token", LONG, primary_key=True),
    column("taken", BigInteger),
)
table(
    "minishop_stock",
    column("sku", LONG, primary_key=True),
    column("location", LONG, primary_key=True),
    column("on_hand", BigInteger),
    column("allocated", BigInteger),
    column("held_until", BigInteger),
)
table(
    "minishop_holds",
    column("hold", LONG, primary_key=True),
    column("state", SHORT),
    column("wanted", LARGE),
    column("ends_at", BigInteger),
    Index("minishop_holds_end", "state", "ends_at", "hold"),
)
table(
    "minishop_held",
    column("hold", LONG, primary_key=True),
    column("sku", LONG, primary_key=True),
    column("location", LONG, primary_key=True),
    column("quantity", BigInteger),
    column("ends_at", BigInteger),
    Index("minishop_held_key", "sku", "location", "ends_at", "quantity"),
)
table(
    "minishop_movements",
    column("entry", LONG, primary_key=True),
    column("sku", LONG),
    column("location", LONG),
    column("kind", SHORT),
    column("quantity", BigInteger),
    column("moved_at", BigInteger),
)
table("minishop_accounts", column("account", LONG, primary_key=True), column("balance", BigInteger))
table(
    "minishop_entries",
    column("seq", SERIAL, primary_key=True, autoincrement=True),
    column("entry", LONG, unique=True),
    column("account", LONG),
    column("amount", BigInteger),
    column("note", LARGE),
    Index("minishop_entries_account", "account", "seq"),
)


def create_all(bind: Engine | Connection) -> None:
    """Makes the tables that are not there yet; async: ``await connection.run_sync(create_all)``.

    For an app without migrations of its own; others let Alembic compare with :data:`metadata`.
    """
    metadata.create_all(bind)
