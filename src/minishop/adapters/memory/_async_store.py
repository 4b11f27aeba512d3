"""The reference store for async apps: the same store, called directly, since it never waits for anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minishop.adapters.memory._store import MemoryStore
from minishop.inventory import StockKey, StockLevel
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
)

__all__ = ["AsyncMemoryStore"]


class AsyncMemoryStore:
    """An :class:`~minishop.storage.AsyncStore` in memory; see :class:`MemoryStore`.

    Args:
        store: The store to share with synchronous code; a new one by default.
    """

    def __init__(self, store: MemoryStore | None = None) -> None:
        self._store = store if store is not None else MemoryStore()

    async def commit(self, batch: Batch) -> CommitResult:
        """See :class:`~minishop.storage.UnitOfWork`."""
        return self._store.commit(batch)

    async def load(self, kind: str, record_id: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        return self._store.load(kind, record_id)

    async def load_many(self, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
        """See :class:`~minishop.storage.Records`."""
        return self._store.load_many(kind, ids)

    async def find_unique(self, key: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        return self._store.find_unique(key)

    async def history(self, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
        """See :class:`~minishop.storage.Records`."""
        return self._store.history(kind, record_id)

    async def list_records(
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
        return self._store.list_records(kind, shop=shop, shopper=shopper, label=label, cursor=cursor, limit=limit)

    async def erase_personal(self, shopper: str) -> int:
        """See :class:`~minishop.storage.Records`."""
        return self._store.erase_personal(shopper)

    async def due(self, now: datetime, limit: int, kinds: Sequence[str] | None = None) -> tuple[DueTimer, ...]:
        """See :class:`~minishop.storage.Timers`."""
        return self._store.due(now, limit, kinds)

    async def defer(self, timer: DueTimer, until: datetime) -> bool:
        """See :class:`~minishop.storage.Timers`."""
        return self._store.defer(timer, until)

    async def find_receipt(self, key: ReceiptKey, now: datetime) -> Receipt | None:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        return self._store.find_receipt(key, now)

    async def drop_receipts(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        return self._store.drop_receipts(now, limit)

    async def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """See :class:`~minishop.storage.StockStore`."""
        return self._store.stock(keys, now)

    async def drop_holds(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.StockStore`."""
        return self._store.drop_holds(now, limit)

    async def balance(self, account: str) -> int:
        """See :class:`~minishop.storage.LedgerStore`."""
        return self._store.balance(account)

    async def entries(
        self, account: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[tuple[str, int, str], ...]:
        """See :class:`~minishop.storage.LedgerStore`."""
        return self._store.entries(account, after=after, limit=limit)

    async def taken(self, keys: Sequence[str]) -> dict[str, int]:
        """See :class:`~minishop.storage.LimitStore`."""
        return self._store.taken(keys)

    async def holders(self, key: str) -> tuple[str, ...]:
        """See :class:`~minishop.storage.LimitStore`."""
        return self._store.holders(key)

    async def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.claim(now, lease_until, limit)

    async def ack(self, row: OutboxRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.ack(row)

    async def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.fail(row, retry_at, park_after)

    async def parked(self, limit: int) -> tuple[ParkedRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.parked(limit)

    async def requeue(self, row: ParkedRow, now: datetime) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.requeue(row, now)

    async def skip(self, row: ParkedRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._store.skip(row)
