"""The ports for async apps: the same names, parameters and meaning as in :mod:`minishop.storage._ports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from minishop.inventory import StockKey, StockLevel
from minishop.storage._batch import Batch, CommitResult, Receipt, ReceiptKey
from minishop.storage._rows import DueTimer, HistoryRow, OutboxRow, Page, ParkedRow, Stored

__all__ = [
    "AsyncIdempotencyStore",
    "AsyncLedgerStore",
    "AsyncLimitStore",
    "AsyncOutbox",
    "AsyncRecords",
    "AsyncStockStore",
    "AsyncStore",
    "AsyncTimers",
    "AsyncUnitOfWork",
]


class AsyncUnitOfWork(Protocol):
    """See :class:`UnitOfWork`."""

    async def commit(self, batch: Batch) -> CommitResult:
        """See :class:`UnitOfWork`."""


class AsyncRecords(Protocol):
    """See :class:`Records`."""

    async def load(self, kind: str, record_id: str) -> Stored | None:
        """See :class:`Records`."""

    async def load_many(self, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
        """See :class:`Records`."""

    async def find_unique(self, key: str) -> Stored | None:
        """See :class:`Records`."""

    async def history(self, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
        """See :class:`Records`."""

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
        """See :class:`Records`."""

    async def erase_personal(self, shopper: str) -> int:
        """See :class:`Records`."""


class AsyncTimers(Protocol):
    """See :class:`Timers`."""

    async def due(self, now: datetime, limit: int, kinds: Sequence[str] | None = None) -> tuple[DueTimer, ...]:
        """See :class:`Timers`."""

    async def defer(self, timer: DueTimer, until: datetime) -> bool:
        """See :class:`Timers`."""


class AsyncIdempotencyStore(Protocol):
    """See :class:`IdempotencyStore`."""

    async def find_receipt(self, key: ReceiptKey, now: datetime) -> Receipt | None:
        """See :class:`IdempotencyStore`."""

    async def drop_receipts(self, now: datetime, limit: int) -> int:
        """See :class:`IdempotencyStore`."""


class AsyncStockStore(Protocol):
    """See :class:`StockStore`."""

    async def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """See :class:`StockStore`."""

    async def drop_holds(self, now: datetime, limit: int) -> int:
        """See :class:`StockStore`."""


class AsyncLedgerStore(Protocol):
    """See :class:`LedgerStore`."""

    async def balance(self, account: str) -> int:
        """See :class:`LedgerStore`."""

    async def entries(
        self, account: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[tuple[str, int, str], ...]:
        """See :class:`LedgerStore`."""


class AsyncLimitStore(Protocol):
    """See :class:`LimitStore`."""

    async def taken(self, keys: Sequence[str]) -> dict[str, int]:
        """See :class:`LimitStore`."""

    async def holders(self, key: str) -> tuple[str, ...]:
        """See :class:`LimitStore`."""


class AsyncOutbox(Protocol):
    """See :class:`Outbox`."""

    async def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """See :class:`Outbox`."""

    async def ack(self, row: OutboxRow) -> bool:
        """See :class:`Outbox`."""

    async def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """See :class:`Outbox`."""

    async def parked(self, limit: int) -> tuple[ParkedRow, ...]:
        """See :class:`Outbox`."""

    async def requeue(self, row: ParkedRow, now: datetime) -> bool:
        """See :class:`Outbox`."""

    async def skip(self, row: ParkedRow) -> bool:
        """See :class:`Outbox`."""


class AsyncStore(
    AsyncUnitOfWork,
    AsyncRecords,
    AsyncTimers,
    AsyncIdempotencyStore,
    AsyncStockStore,
    AsyncLedgerStore,
    AsyncLimitStore,
    AsyncOutbox,
    Protocol,
):
    """See :class:`Store`."""
