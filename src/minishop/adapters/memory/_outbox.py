"""The outbox of a memory store: of each record only the first row that is still there can be claimed."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from minishop.adapters.memory._tables import Queued, Tables
from minishop.storage import OutboxRow, ParkedRow

__all__ = ["ack", "claim", "fail", "parked", "requeue", "skip"]

_LEASES = count(1)


def claim(tables: Tables, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
    """See :class:`~minishop.storage.Outbox`."""
    heads = sorted((rows[0] for rows in tables.outbox.values()), key=lambda row: row.serial)
    free = [row for row in heads if _is_free(row, now)][:limit]
    for row in free:
        row.lease = f"lease-{next(_LEASES)}"
        row.leased_until = lease_until
    return tuple(_leased(row) for row in free)


def _is_free(row: Queued, now: datetime) -> bool:
    is_leased = row.leased_until is not None and row.leased_until > now
    is_waiting = row.ready_at is not None and row.ready_at > now
    return not (row.is_parked or is_leased or is_waiting)


def _leased(row: Queued) -> OutboxRow:
    event = row.event
    return OutboxRow(
        event.kind,
        event.id,
        row.version,
        event.index,
        event.topic,
        event.payload,
        row.lease or "",
        row.failures,
    )


def ack(tables: Tables, row: OutboxRow) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    queued = _find(tables, row)
    if queued is None or queued.lease != row.lease:
        return False
    _remove_first(tables, row)
    return True


def fail(tables: Tables, row: OutboxRow, retry_at: datetime, park_after: int) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    queued = _find(tables, row)
    if queued is None or queued.lease != row.lease:
        return False
    queued.failures += 1
    queued.is_parked = queued.failures >= park_after
    queued.ready_at, queued.lease, queued.leased_until = retry_at, None, None
    return True


def parked(tables: Tables, limit: int) -> tuple[ParkedRow, ...]:
    """See :class:`~minishop.storage.Outbox`."""
    heads = [tables.outbox[key][0] for key in sorted(tables.outbox)]
    return tuple(
        ParkedRow(row.event.kind, row.event.id, row.version, row.event.index, row.event.topic, row.failures)
        for row in heads
        if row.is_parked
    )[:limit]


def requeue(tables: Tables, row: ParkedRow, now: datetime) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    queued = _find(tables, row)
    if queued is None or not queued.is_parked:
        return False
    queued.is_parked, queued.failures, queued.ready_at = False, 0, now
    return True


def skip(tables: Tables, row: ParkedRow) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    queued = _find(tables, row)
    if queued is None or not queued.is_parked:
        return False
    _remove_first(tables, row)
    return True


def _find(tables: Tables, row: OutboxRow | ParkedRow) -> Queued | None:
    """The row itself: whatever is leased or parked is the first of its record."""
    rows = tables.outbox.get((row.kind, row.id))
    if not rows or (rows[0].version, rows[0].event.index) != (row.version, row.index):
        return None
    return rows[0]


def _remove_first(tables: Tables, row: OutboxRow | ParkedRow) -> None:
    rows = tables.outbox[row.kind, row.id]
    del rows[0]
    if not rows:
        del tables.outbox[row.kind, row.id]
