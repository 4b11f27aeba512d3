"""The ports, each method a function that is run in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from minishop.adapters._sql import _outbox, _queries, _records, _stock
from minishop.adapters._sql._commit import apply, find_conflict
from minishop.adapters._sql._refused import Refused
from minishop.adapters._sql._session import Database
from minishop.adapters._sql._values import check_texts, micros
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

__all__ = ["SqlStore"]


class SqlStore:
    """A :class:`~minishop.storage.Store` over any database of this package.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit(self, batch: Batch) -> CommitResult:
        """See :class:`~minishop.storage.UnitOfWork`."""
        check_texts(batch)
        try:
            return self._database.write(partial(apply, batch=batch))
        except Refused as refused:
            if not refused.may_be_outranked:
                return refused.answer
            answer = refused.answer
        return self._database.read(partial(find_conflict, batch=batch)) or answer

    def load(self, kind: str, record_id: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        return self._database.read(partial(_records.load, kind=kind, record_id=record_id))

    def load_many(self, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
        """See :class:`~minishop.storage.Records`."""
        return self._database.read(partial(_records.load_many, kind=kind, ids=ids))

    def find_unique(self, key: str) -> Stored | None:
        """See :class:`~minishop.storage.Records`."""
        return self._database.read(partial(_records.find_unique, key=key))

    def history(self, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
        """See :class:`~minishop.storage.Records`."""
        return self._database.read(partial(_records.history, kind=kind, record_id=record_id))

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
        return self._database.read(
            partial(
                _records.list_records, kind=kind, shop=shop, shopper=shopper, label=label, cursor=cursor, limit=limit
            )
        )

    def erase_personal(self, shopper: str) -> int:
        """See :class:`~minishop.storage.Records`."""
        return self._database.write(partial(_records.erase_personal, shopper=shopper))

    def due(self, now: datetime, limit: int, kinds: Sequence[str] | None = None) -> tuple[DueTimer, ...]:
        """See :class:`~minishop.storage.Timers`."""
        return self._database.read(partial(_queries.due, now=micros(now), limit=limit, kinds=kinds))

    def defer(self, timer: DueTimer, until: datetime) -> bool:
        """See :class:`~minishop.storage.Timers`."""
        return self._database.write(partial(_queries.defer, timer=timer, until=micros(until)))

    def find_receipt(self, key: ReceiptKey, now: datetime) -> Receipt | None:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        return self._database.read(partial(_queries.find_receipt, key=key, now=micros(now)))

    def drop_receipts(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.IdempotencyStore`."""
        return self._database.write(partial(_queries.drop_receipts, now=micros(now), limit=limit))

    def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """See :class:`~minishop.storage.StockStore`."""
        return self._database.read(partial(_stock.levels, keys=keys, now=micros(now)))

    def drop_holds(self, now: datetime, limit: int) -> int:
        """See :class:`~minishop.storage.StockStore`."""
        return self._database.write(partial(_stock.drop_holds, now=micros(now), limit=limit))

    def balance(self, account: str) -> int:
        """See :class:`~minishop.storage.LedgerStore`."""
        return self._database.read(partial(_queries.balance, account=account))

    def entries(self, account: str, *, after: str | None = None, limit: int = 100) -> tuple[tuple[str, int, str], ...]:
        """See :class:`~minishop.storage.LedgerStore`."""
        return self._database.read(partial(_queries.entries, account=account, after=after, limit=limit))

    def taken(self, keys: Sequence[str]) -> dict[str, int]:
        """See :class:`~minishop.storage.LimitStore`."""
        return self._database.read(partial(_queries.taken, keys=keys))

    def holders(self, key: str) -> tuple[str, ...]:
        """See :class:`~minishop.storage.LimitStore`."""
        return self._database.read(partial(_queries.holders, key=key))

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.write(
            partial(_outbox.claim, now=micros(now), lease_until=micros(lease_until), limit=limit)
        )

    def ack(self, row: OutboxRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.write(partial(_outbox.ack, row=row))

    def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.write(partial(_outbox.fail, row=row, retry_at=micros(retry_at), park_after=park_after))

    def parked(self, limit: int) -> tuple[ParkedRow, ...]:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.read(partial(_outbox.parked, limit=limit))

    def requeue(self, row: ParkedRow, now: datetime) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.write(partial(_outbox.requeue, row=row, now=micros(now)))

    def skip(self, row: ParkedRow) -> bool:
        """See :class:`~minishop.storage.Outbox`."""
        return self._database.write(partial(_outbox.skip, row=row))
