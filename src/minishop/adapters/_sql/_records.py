"""Records as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from minishop.adapters._cursor import read_cursor, write_cursor
from minishop.adapters._sql._session import Session, matches
from minishop.adapters._sql._values import facets_value, instant, micros
from minishop.storage import HistoryRow, Page, Stored

__all__ = ["erase_personal", "find_unique", "history", "list_records", "load", "load_many"]

_COLUMNS = (
    "r.record_kind, r.record_id, r.version, r.document, r.personal, r.shop, r.shopper, r.label, r.facets, r.created_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM minishop_records r"


def _stored(row: Sequence[Any]) -> Stored:
    return Stored(
        kind=row[0],
        id=row[1],
        version=row[2],
        document=row[3],
        personal=row[4],
        shop=row[5],
        shopper=row[6],
        label=row[7],
        facets=facets_value(row[8]),
        created_at=instant(row[9]),
    )


def load(session: Session, kind: str, record_id: str) -> Stored | None:
    """See :class:`~minishop.storage.Records`."""
    found = session.rows(
        f"{_SELECT} WHERE r.record_kind = :record_kind AND r.record_id = :record_id",
        {"record_kind": kind, "record_id": record_id},
    )
    return _stored(found[0]) if found else None


def load_many(session: Session, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
    """See :class:`~minishop.storage.Records`."""
    found: dict[str, Stored] = {}
    for condition, values in matches("r.record_id", [*dict.fromkeys(ids)]):
        rows = session.rows(
            f"{_SELECT} WHERE r.record_kind = :record_kind AND {condition}", {"record_kind": kind, **values}
        )
        found |= {row[1]: _stored(row) for row in rows}
    return tuple(found[id_] for id_ in ids if id_ in found)


def find_unique(session: Session, key: str) -> Stored | None:
    """See :class:`~minishop.storage.Records`."""
    found = session.rows(
        f"SELECT {_COLUMNS} FROM minishop_uniques u JOIN minishop_records r"
        " ON r.record_kind = u.record_kind AND r.record_id = u.record_id WHERE u.unique_key = :unique_key",
        {"unique_key": key},
    )
    return _stored(found[0]) if found else None


def history(session: Session, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
    """See :class:`~minishop.storage.Records`."""
    found = session.rows(
        "SELECT version, idx, topic, payload, happened_at FROM minishop_history"
        " WHERE record_kind = :record_kind AND record_id = :record_id ORDER BY version, idx",
        {"record_kind": kind, "record_id": record_id},
    )
    return tuple(HistoryRow(row[0], row[1], row[2], row[3], instant(row[4])) for row in found)


def list_records(
    session: Session,
    kind: str,
    shop: str | None,
    shopper: str | None,
    label: str | None,
    cursor: str | None,
    limit: int,
) -> Page:
    """See :class:`~minishop.storage.Records`."""
    filters = {"shop": shop, "shopper": shopper, "label": label}
    values: dict[str, object] = {name: value for name, value in filters.items() if value is not None}
    statement = _list_statement(tuple(values), cursor is not None)
    if cursor is not None:
        created_at, record_id = read_cursor(cursor)
        values |= {"before": micros(created_at), "before_id": record_id}
    rows = session.rows(statement, {**values, "record_kind": kind, "limit": limit + 1})
    page = tuple(_stored(row) for row in rows[:limit])
    return Page(page, write_cursor(page[-1].created_at, page[-1].id) if len(rows) > limit else None)


@cache
def _list_statement(filters: tuple[str, ...], is_continued: bool) -> str:
    conditions = ["r.record_kind = :record_kind", *(f"r.{name} = :{name}" for name in filters)]
    if is_continued:
        # Two conditions instead of (created_at, record_id) < (…): MariaDB finds no range in a comparison of tuples.
        conditions += ["r.created_at <= :before", "(r.created_at < :before OR r.record_id < :before_id)"]
    return f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY r.created_at DESC, r.record_id DESC LIMIT :limit"


def erase_personal(session: Session, shopper: str) -> int:
    """See :class:`~minishop.storage.Records`."""
    return session.run(
        "UPDATE minishop_records SET personal = NULL, is_erased = 1"
        " WHERE shopper = :shopper AND shopper <> '' AND personal IS NOT NULL",
        {"shopper": shopper},
    )
