"""The reference store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from attrs import evolve

from minishop.adapters._stock import StockPlan, plan_stock
from minishop.adapters.memory import _outbox, _queries
from minishop.adapters.memory._checks import find_refusal
from minishop.adapters.memory._tables import Tables, stored
from minishop.adapters.memory._writes import write
from minishop.inventory import HoldState, StockKey, StockLevel
from minishop.storage import (
    Batch,
    CommitResult,
    DueTimer,
    HistoryRow,
    OutboxRow,
    Page,
    ParkedRow,
    Receipt,
    ReceiptKey,
    Stored,
    Timer,
)

__all__ = ["MemoryStore"]


class MemoryStore:
    """A :class:`~minishop.storage.Store` in memory, for tests and trials: safe between threads, gone with the process.

    What it answers is the specification. It is written to be read; lists and due timers look at every record.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._tables = Tables()

    def commit(self, batch: Batch) -> CommitResult:
        """See :class:`~minishop.storage.UnitOfWork`."""
        with self._lock:
            plan = self._plan(batch)
            return find_refusal(self._tables, batch, plan) or write(self._tables, batch, plan)

    def _plan(self, batch: Batch) -> StockPlan:
        return plan_stock(batch.stock, self._tables.holds, batch.now)

    def load(self, kind: str, record_id: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            record = self._tables.records.get((kind, record_id))
            return None if record is None else stored(record)

    def load_many(self, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            found = (self._tables.records.get((kind, id_)) for id_ in ids)
            return tuple(stored(record) for record in found if record is not None)

    def find_unique(self, key: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            owner = self._tables.unique.get(key)
            return None if owner is None else stored(self._tables.records[owner])

    def history(self, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            record = self._tables.records.get((kind, record_id))
            return () if record is None else tuple(record.history)

    def list_records(
        self,
        kind: str,
        *,
        shop: str | None = None,
        shopper: str | None = None,
        label: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            return _queries.list_records(self._tables, kind, shop, shopper, label, cursor, limit)

    def erase_personal(self, shopper: str) -> int:
        """See :class:`~minishop.storage.Records`."""
        with self._lock:
            found = [
                record
                for record in self._tables.records.values()
                if shopper and record.put.shopper == shopper and record.personal is not None
            ]
            for record in found:
                record.personal, record.is_erased = None, True
            return len(found)

    def due(self, now: datetime, limit: int, kinds: Sequence[str] | None = None) -> tuple[DueTimer, ...]:
        """See :class:`~minishop.storage.Timers`."""
        with self._lock:
            return _queries.due(self._tables, now, limit, kinds)

    def defer(self, timer: DueTimer, until: datetime) -> bool:
        """See :class:`~minishop.storage.Timers`."""
        with self._lock:
            record = self._tables.records.get((timer.record_kind, timer.record_id))
            clock = Timer(timer.kind, timer.subject, timer.at)
            if record is None or clock not in record.timers:
                return False
            failures = record.timers.pop(clock)
            record.timers[evolve(clock, at=until)] = failures + 1
            return True

    def find_receipt(self, key: ReceiptKey, now: datetime) -> Receipt | None:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        with self._lock:
            receipt = self._tables.receipts.get(key)
            return None if receipt is None or receipt.expires_at <= now else receipt

    def drop_receipts(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        with self._lock:
            receipts = self._tables.receipts
            expired = [key for key, receipt in receipts.items() if receipt.expires_at <= now][:limit]
            for key in expired:
                del receipts[key]
            return len(expired)

    def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """See :class:`~minishop.storage.StockStore`."""
        with self._lock:
            return {key: self._tables.level(key, now) for key in keys}

    def drop_holds(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.StockStore`."""
        with self._lock:
            holds = self._tables.holds.values()
            expired = [hold for hold in holds if hold.state is HoldState.LIVE and not hold.is_live(now)][:limit]
            self._tables.holds |= {hold.id: evolve(hold, state=HoldState.EXPIRED) for hold in expired}
            return len(expired)

    def balance(self, account: str) -> int:
        """See :class:`~minishop.storage.LedgerStore`."""
        with self._lock:
            return self._tables.balance(account)

    def entries(self, account: str, *, after: str | None = None, limit: int = 100) -> tuple[tuple[str, int, str], ...]:
        """See :class:`~minishop.storage.LedgerStore`."""
        with self._lock:
            rows = [(entry.id, entry.amount, entry.note) for entry in self._tables.accounts.get(account, ())]
        ids = [id_ for id_, _, _ in rows]
        if after is not None:
            rows = rows[ids.index(after) + 1 :] if after in ids else []
        return tuple(rows[:limit])

    def taken(self, keys: Sequence[str]) -> dict[str, int]:
        """See :class:`~minishop.storage.LimitStore`."""
        with self._lock:
            return {key: sum(self._tables.taken.get(key, {}).values()) for key in keys}

    def holders(self, key: str) -> tuple[str, ...]:
        """See :class:`~minishop.storage.LimitStore`."""
        with self._lock:
            return tuple(sorted(self._tables.taken.get(key, ())))

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.claim(self._tables, now, lease_until, limit)

    def ack(self, row: OutboxRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.ack(self._tables, row)

    def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.fail(self._tables, row, retry_at, park_after)

    def parked(self, limit: int) -> tuple[ParkedRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.parked(self._tables, limit)

    def requeue(self, row: ParkedRow, now: datetime) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.requeue(self._tables, row, now)

    def skip(self, row: ParkedRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        with self._lock:
            return _outbox.skip(self._tables, row)
