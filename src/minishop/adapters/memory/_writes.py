"""Carries out a batch that has passed all checks. Nothing in here can fail, so it needs no way back."""

from __future__ import annotations

from attrs import evolve

from minishop.adapters._counts import plan_limits
from minishop.adapters._stock import StockPlan
from minishop.adapters.memory._tables import Queued, Record, Tables
from minishop.inventory import StockLevel
from minishop.storage import Batch, Committed, HistoryRow, Put

__all__ = ["write"]


def write(tables: Tables, batch: Batch, plan: StockPlan) -> Committed:
    """Writes all of it, in the order of the checks."""
    if batch.receipt is not None:
        tables.receipts[batch.receipt.key] = batch.receipt
    for put in batch.puts:
        _put(tables, put)
    tables.taken |= {key: dict(tokens) for key, tokens in plan_limits(batch.limits, tables.taken).taken.items()}
    _write_stock(tables, plan)
    for entry in batch.ledger:
        tables.ledger[entry.id] = entry
        tables.accounts.setdefault(entry.account, []).append(entry)
    _write_events(tables, batch)
    return Committed({(put.kind, put.id): put.expected + 1 for put in batch.puts})


def _put(tables: Tables, put: Put) -> None:
    key = put.kind, put.id
    record = tables.records.setdefault(key, Record(put, 0))
    record.put = evolve(put, facets=dict(put.facets), personal=None)  # personal data stand where they can be erased
    record.version = put.expected + 1
    if put.personal is not None and not record.is_erased:
        record.personal = put.personal
    record.timers = dict.fromkeys(put.timers, 0)
    tables.unique |= dict.fromkeys(put.unique, key)


def _write_stock(tables: Tables, plan: StockPlan) -> None:
    for key, delta in plan.deltas.items():
        level = tables.levels.get(key, StockLevel())
        tables.levels[key] = StockLevel(level.on_hand + delta.on_hand, level.allocated + delta.allocated)
    tables.holds |= plan.holds
    tables.moves |= {move.entry for move in plan.moves}


def _write_events(tables: Tables, batch: Batch) -> None:
    for event in sorted(batch.events, key=lambda event: event.index):
        key = event.kind, event.id
        record = tables.records[key]
        record.history.append(HistoryRow(record.version, event.index, event.topic, event.payload, batch.now))
        tables.serial += 1
        tables.outbox.setdefault(key, []).append(Queued(tables.serial, record.version, event))
