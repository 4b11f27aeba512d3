"""A batch, carried out: checked by the very statements that write it, in the order of :mod:`minishop.storage._batch`.

The first statement that finds something amiss raises :class:`Refused`, and the transaction is rolled back. Only then,
in :func:`find_conflict`, is asked whether a check that comes earlier would have failed too: keys of ledger entries and
stock movements are checked before limits and stock, but written after them, because that is the order of the locks.
"""

from __future__ import annotations

from minishop.adapters._sql._counters import book, change_limits
from minishop.adapters._sql._refused import Refused
from minishop.adapters._sql._retry import Busy
from minishop.adapters._sql._session import Session, insert_new, matches
from minishop.adapters._sql._stock import change_stock, find_holds
from minishop.adapters._sql._values import instant, micros, receipt_digest
from minishop.adapters._sql._writes import claim_keys, put_events, put_records, put_timers
from minishop.adapters._stock import plan_stock
from minishop.storage import Batch, Committed, Conflict, KeyReused, Receipt, Replayed

__all__ = ["apply", "find_conflict"]

_RECEIPT = ("receipt_key", "fingerprint", "outcome", "expires_at")


def apply(session: Session, batch: Batch) -> Committed:
    """Writes all of a batch.

    Raises:
        Refused: With the answer; the transaction must be rolled back.
    """
    now = micros(batch.now)
    if batch.receipt is not None:
        _put_receipt(session, batch.receipt, now)
    put_records(session, batch)
    claim_keys(session, batch.puts)
    put_timers(session, batch.puts)
    change_limits(session, batch.limits)
    change_stock(session, batch)
    book(session, batch.ledger)
    put_events(session, batch, now)
    return Committed({(put.kind, put.id): put.expected + 1 for put in batch.puts})


def _put_receipt(session: Session, receipt: Receipt, now: int) -> None:
    values = (receipt_digest(receipt.key), receipt.fingerprint, receipt.outcome, micros(receipt.expires_at))
    if insert_new(session, "minishop_receipts", _RECEIPT, [values]):
        return
    found = session.rows(
        "SELECT fingerprint, outcome, expires_at FROM minishop_receipts WHERE receipt_key = :receipt_key"
        + session.dialect.locked,
        {"receipt_key": values[0]},
    )
    if not found:
        raise Busy("a receipt was forgotten just now")
    fingerprint, outcome, expires_at = found[0]
    if expires_at > now:
        known = Receipt(receipt.key, fingerprint, outcome, instant(expires_at))
        raise Refused(Replayed(known) if fingerprint == receipt.fingerprint else KeyReused(receipt.key))
    session.run(
        "UPDATE minishop_receipts SET fingerprint = :fingerprint, outcome = :outcome, expires_at = :expires_at"
        " WHERE receipt_key = :receipt_key",
        dict(zip(_RECEIPT, values, strict=True)),
    )


def find_conflict(session: Session, batch: Batch) -> Conflict | None:
    """What of a batch must be unique and is there already: the first in sorted order."""
    owners = {key: (put.kind, put.id) for put in batch.puts for key in put.unique}
    known: list[str] = []
    for condition, values in matches("unique_key", [*owners]):
        found = session.rows(
            f"SELECT unique_key, record_kind, record_id FROM minishop_uniques WHERE {condition}", values
        )
        known += [key for key, kind, record_id in found if owners[key] != (kind, record_id)]
    plan = plan_stock(batch.stock, find_holds(session, batch.stock), batch.now)
    known += [f"hold:{hold}" for hold in plan.committed]
    for table, column, ids in (
        ("minishop_movements", "entry", [move.entry for move in plan.moves]),
        ("minishop_entries", "entry", [entry.id for entry in batch.ledger]),
    ):
        for condition, values in matches(column, ids):
            known += [row[0] for row in session.rows(f"SELECT {column} FROM {table} WHERE {condition}", values)]
    return Conflict("unique", min(known)) if known else None
