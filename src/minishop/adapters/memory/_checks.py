"""The six checks of a batch, in the order that :mod:`minishop.storage._batch` sets. They only read."""

from __future__ import annotations

from minishop.adapters._counts import find_overdrawn, plan_limits
from minishop.adapters._stock import StockPlan, is_short
from minishop.adapters.memory._tables import Tables
from minishop.storage import Batch, CommitResult, Conflict, Insufficient, KeyReused, Replayed

__all__ = ["find_refusal"]


def find_refusal(tables: Tables, batch: Batch, plan: StockPlan) -> CommitResult | None:
    """Why a batch cannot be carried out, or ``None``."""
    return (
        _check_receipt(tables, batch)
        or _check_versions(tables, batch)
        or _check_unique(tables, batch, plan)
        or _check_limits(tables, batch)
        or _check_stock(tables, batch, plan)
        or _check_ledger(tables, batch)
    )


def _check_receipt(tables: Tables, batch: Batch) -> CommitResult | None:
    if batch.receipt is None:
        return None
    known = tables.receipts.get(batch.receipt.key)
    if known is None or known.expires_at <= batch.now:
        return None
    return Replayed(known) if known.fingerprint == batch.receipt.fingerprint else KeyReused(known.key)


def _check_versions(tables: Tables, batch: Batch) -> CommitResult | None:
    read = {(put.kind, put.id): put.expected for put in batch.puts}
    read |= {(expect.kind, expect.id): expect.version for expect in batch.expects}
    for key in sorted(read):
        record = tables.records.get(key)
        if read[key] != (0 if record is None else record.version):
            return Conflict("version", ":".join(key))
    return None


def _check_unique(tables: Tables, batch: Batch, plan: StockPlan) -> CommitResult | None:
    known = [
        key
        for put in batch.puts
        for key in put.unique
        if tables.unique.get(key, (put.kind, put.id)) != (put.kind, put.id)
    ]
    known += [entry.id for entry in batch.ledger if entry.id in tables.ledger]
    known += [move.entry for move in plan.moves if move.entry in tables.moves]
    known += [f"hold:{id_}" for id_ in plan.committed]
    return Conflict("unique", min(known)) if known else None


def _check_limits(tables: Tables, batch: Batch) -> CommitResult | None:
    over = plan_limits(batch.limits, tables.taken).over
    return Insufficient("limit", over[0]) if over else None


def _check_stock(tables: Tables, batch: Batch, plan: StockPlan) -> CommitResult | None:
    if plan.gone:
        return Insufficient("stock", f"hold:{plan.gone[0]}")
    for key, delta in plan.deltas.items():
        if is_short(tables.level(key, batch.now), delta):
            return Insufficient("stock", str(key))
    return None


def _check_ledger(tables: Tables, batch: Batch) -> CommitResult | None:
    balances = {entry.account: tables.balance(entry.account) for entry in batch.ledger}
    overdrawn = find_overdrawn(batch.ledger, balances)
    return None if overdrawn is None else Insufficient("ledger", overdrawn)
