"""Records and what hangs on them: unique keys, clocks, history, outbox."""

from __future__ import annotations

from collections.abc import Sequence

from minishop.adapters._sql._refused import Refused
from minishop.adapters._sql._session import Session, insert_new, matches
from minishop.adapters._sql._values import facets_text, micros
from minishop.storage import Batch, Conflict, Expect, Put

__all__ = ["claim_keys", "put_events", "put_records", "put_timers"]

_RECORD = (
    "record_kind",
    "record_id",
    "version",
    "document",
    "personal",
    "shop",
    "shopper",
    "label",
    "facets",
    "created_at",
)
_UPDATE = (
    "UPDATE minishop_records SET version = :version, document = :document,"
    " personal = CASE WHEN is_erased = 1 THEN NULL ELSE COALESCE(:personal, personal) END, shop = :shop,"
    " shopper = :shopper, label = :label, facets = :facets, created_at = :created_at"
    " WHERE record_kind = :record_kind AND record_id = :record_id AND version = :expected"
)
_UNIQUE = ("unique_key", "record_kind", "record_id")
_TIMER = ("record_kind", "record_id", "kind", "subject", "due_at")
_EVENT = ("record_kind", "record_id", "version", "idx")


def put_records(session: Session, batch: Batch) -> None:
    """Inserts and replaces records, each only in the version that was read; by (kind, id)."""
    read: list[Put | Expect] = [*batch.puts, *batch.expects]
    for one in sorted(read, key=lambda one: (one.kind, one.id)):
        is_as_read = _expect(session, one) if isinstance(one, Expect) else _put(session, one)
        if not is_as_read:
            raise Refused(Conflict("version", f"{one.kind}:{one.id}"))


def _put(session: Session, put: Put) -> bool:
    values = (
        put.kind,
        put.id,
        put.expected + 1,
        put.document,
        put.personal,
        put.shop,
        put.shopper,
        put.label,
        facets_text(put.facets),
        micros(put.created_at),
    )
    if put.expected == 0:
        return insert_new(session, "minishop_records", _RECORD, [values]) == 1
    return session.run(_UPDATE, dict(zip(_RECORD, values, strict=True)) | {"expected": put.expected}) == 1


def _expect(session: Session, expect: Expect) -> bool:
    key = {"record_kind": expect.kind, "record_id": expect.id}
    if expect.version == 0:
        # A row that is not there cannot be locked, so for the time of the transaction there is one.
        is_absent = insert_new(session, "minishop_records", _RECORD, [(*key.values(), 0, "", None, "", "", "", "", 0)])
        if is_absent:
            session.run("DELETE FROM minishop_records WHERE record_kind = :record_kind AND record_id = :record_id", key)
        return is_absent == 1
    found = session.rows(
        "SELECT version FROM minishop_records WHERE record_kind = :record_kind AND record_id = :record_id"
        + session.dialect.locked,
        key,
    )
    return [row[0] for row in found] == [expect.version]


def claim_keys(session: Session, puts: Sequence[Put]) -> None:
    """Gives each unique key that is new to its record. What a record has already is left alone."""
    owners = {key: (put.kind, put.id) for put in puts for key in put.unique}
    rows = [(key, *owners[key]) for key in sorted(owners)]
    if insert_new(session, "minishop_uniques", _UNIQUE, rows) == len(rows):
        return
    for condition, values in matches("unique_key", [*owners]):
        found = session.rows(
            f"SELECT unique_key, record_kind, record_id FROM minishop_uniques WHERE {condition}", values
        )
        for key, *owner in found:
            if owners[key] != tuple(owner):
                raise Refused(Conflict("unique", key))


def put_timers(session: Session, puts: Sequence[Put]) -> None:
    """Replaces the clocks of each record."""
    for put in puts:
        if put.expected > 0:
            session.run(
                "DELETE FROM minishop_timers WHERE record_kind = :record_kind AND record_id = :record_id",
                {"record_kind": put.kind, "record_id": put.id},
            )
    rows = [(put.kind, put.id, timer.kind, timer.subject, micros(timer.at)) for put in puts for timer in put.timers]
    insert_new(session, "minishop_timers", _TIMER, rows)


def put_events(session: Session, batch: Batch, now: int) -> None:
    """Appends to the history, and queues for the outbox."""
    versions = {(put.kind, put.id): put.expected + 1 for put in batch.puts}
    events = sorted(batch.events, key=lambda event: event.index)
    keys = [(event.kind, event.id, versions[event.kind, event.id], event.index) for event in events]
    rows = [(*key, event.topic, event.payload, now) for key, event in zip(keys, events, strict=True)]
    insert_new(session, "minishop_history", (*_EVENT, "topic", "payload", "happened_at"), rows)
    insert_new(session, "minishop_outbox", _EVENT, keys)
