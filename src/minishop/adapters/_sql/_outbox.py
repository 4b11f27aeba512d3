"""The outbox: rows wait in a queue of their own and leave it when they are delivered; the history keeps the events.

``seq`` counts the rows as they are inserted. A record's versions follow one another under its row lock, so within a
record ``seq`` has the order of (version, index), and a row is first if no smaller one of its record is there.
"""

from __future__ import annotations

from uuid import uuid4

from minishop.adapters._sql._session import Session, matches
from minishop.storage import OutboxRow, ParkedRow

__all__ = ["ack", "claim", "fail", "parked", "requeue", "skip"]

_IS_FIRST = (
    "NOT EXISTS (SELECT 1 FROM minishop_outbox e"
    " WHERE e.record_kind = q.record_kind AND e.record_id = q.record_id AND e.seq < q.seq)"
)
_WITH_EVENT = (
    "FROM minishop_outbox q JOIN minishop_history h ON h.record_kind = q.record_kind AND h.record_id = q.record_id"
    " AND h.version = q.version AND h.idx = q.idx"
)
_ROW = "record_kind = :record_kind AND record_id = :record_id AND version = :version AND idx = :idx"


def claim(session: Session, now: int, lease_until: int, limit: int) -> tuple[OutboxRow, ...]:
    """See :class:`~minishop.storage.Outbox`."""
    free = session.rows(
        "SELECT q.seq FROM minishop_outbox q WHERE q.seq > 0 AND q.is_parked = 0 AND q.ready_at <= :now"
        f" AND {_IS_FIRST} ORDER BY q.seq LIMIT :limit{session.dialect.unlocked}",
        {"now": now, "limit": limit},
    )
    # A locking read may be newer than its own sub-select (InnoDB), so whether a row is first is asked again.
    found = [
        row
        for condition, values in matches("q.seq", [row[0] for row in free])
        for row in session.rows(
            "SELECT q.seq, q.record_kind, q.record_id, q.version, q.idx, h.topic, h.payload, q.failures"
            f" {_WITH_EVENT} WHERE {condition} AND {_IS_FIRST}",
            values,
        )
    ]
    found.sort(key=lambda row: int(row[0]))
    lease = uuid4().hex
    for condition, values in matches("seq", [row[0] for row in found]):
        session.run(
            f"UPDATE minishop_outbox SET lease = :lease, ready_at = :lease_until WHERE {condition}",
            {"lease": lease, "lease_until": lease_until, **values},
        )
    return tuple(OutboxRow(row[1], row[2], row[3], row[4], row[5], row[6], lease, row[7]) for row in found)


def _key(row: OutboxRow | ParkedRow) -> dict[str, object]:
    return {"record_kind": row.kind, "record_id": row.id, "version": row.version, "idx": row.index}


def ack(session: Session, row: OutboxRow) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    statement = f"DELETE FROM minishop_outbox WHERE {_ROW} AND lease = :lease"
    return session.run(statement, {**_key(row), "lease": row.lease}) == 1


def fail(session: Session, row: OutboxRow, retry_at: int, park_after: int) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    # ``is_parked`` first: MariaDB assigns from left to right and would count the failure twice.
    statement = (
        "UPDATE minishop_outbox SET is_parked = CASE WHEN failures + 1 >= :park_after THEN 1 ELSE 0 END,"
        f" failures = failures + 1, ready_at = :retry_at, lease = NULL WHERE {_ROW} AND lease = :lease"
    )
    values = {**_key(row), "lease": row.lease, "retry_at": retry_at, "park_after": park_after}
    return session.run(statement, values) == 1


def parked(session: Session, limit: int) -> tuple[ParkedRow, ...]:
    """See :class:`~minishop.storage.Outbox`."""
    found = session.rows(
        f"SELECT q.record_kind, q.record_id, q.version, q.idx, h.topic, q.failures {_WITH_EVENT}"
        " WHERE q.is_parked = 1 ORDER BY q.record_kind, q.record_id LIMIT :limit",
        {"limit": limit},
    )
    return tuple(ParkedRow(*row) for row in found)


def requeue(session: Session, row: ParkedRow, now: int) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    statement = (
        f"UPDATE minishop_outbox SET is_parked = 0, failures = 0, ready_at = :now WHERE {_ROW} AND is_parked = 1"
    )
    return session.run(statement, {**_key(row), "now": now}) == 1


def skip(session: Session, row: ParkedRow) -> bool:
    """See :class:`~minishop.storage.Outbox`."""
    return session.run(f"DELETE FROM minishop_outbox WHERE {_ROW} AND is_parked = 1", _key(row)) == 1
