"""The questions to a memory store that take more than a look-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minishop.adapters._cursor import read_cursor, write_cursor
from minishop.adapters.memory._tables import Tables, stored
from minishop.storage import DueTimer, Page

__all__ = ["due", "list_records"]


def list_records(
    tables: Tables,
    kind: str,
    shop: str | None,
    shopper: str | None,
    label: str | None,
    cursor: str | None,
    limit: int,
) -> Page:
    """See :class:`~minishop.storage.Records`."""
    before = None if cursor is None else read_cursor(cursor)
    found = [
        record
        for (of, _), record in tables.records.items()
        if of == kind
        and (shop is None or record.put.shop == shop)
        and (shopper is None or record.put.shopper == shopper)
        and (label is None or record.put.label == label)
        and (before is None or (record.put.created_at, record.put.id) < before)
    ]
    found.sort(key=lambda record: (record.put.created_at, record.put.id), reverse=True)
    page = tuple(stored(record) for record in found[:limit])
    return Page(page, write_cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None)


def due(tables: Tables, now: datetime, limit: int, kinds: Sequence[str] | None) -> tuple[DueTimer, ...]:
    """See :class:`~minishop.storage.Timers`."""
    found = [
        DueTimer(record_kind, record_id, timer.kind, timer.subject, timer.at, failures)
        for (record_kind, record_id), record in tables.records.items()
        for timer, failures in record.timers.items()
        if timer.at <= now and (kinds is None or timer.kind in kinds)
    ]
    found.sort(key=lambda timer: (timer.at, timer.record_kind, timer.record_id, timer.kind, timer.subject))
    return tuple(found[:limit])
