"""The ports an app implements, by concern; :class:`Store` is all of them together.

Every method that depends on time is told ``now`` (aware). Besides the answers of each method a store may raise
:class:`~minishop.storage.StoreBusy` (nothing was done, try again), :class:`~minishop.errors.OutcomeUnknown` (the
connection broke while committing) and :class:`~minishop.storage.NewerDocument`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from minishop.inventory import StockKey, StockLevel
from minishop.storage._batch import Batch, CommitResult, Receipt, ReceiptKey
from minishop.storage._rows import DueTimer, HistoryRow, OutboxRow, Page, ParkedRow, Stored

__all__ = [
    "IdempotencyStore",
    "LedgerStore",
    "LimitStore",
    "Outbox",
    "Records",
    "StockStore",
    "Store",
    "Timers",
    "UnitOfWork",
]


class UnitOfWork(Protocol):
    """The only way in."""

    def commit(self, batch: Batch) -> CommitResult:
        """Makes all of a batch true, or nothing; see :class:`Batch` for what is checked."""


class Records(Protocol):
    """Aggregates at rest."""

    def load(self, kind: str, record_id: str) -> Stored | None:
        """One record."""

    def load_many(self, kind: str, ids: Sequence[str]) -> tuple[Stored, ...]:
        """Those of the records that exist, in the order of ``ids``; one named twice comes twice."""

    def find_unique(self, key: str) -> Stored | None:
        """The record that has a unique key."""

    def history(self, kind: str, record_id: str) -> tuple[HistoryRow, ...]:
        """All that happened to a record, by (version, index)."""

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
        """Records by (created_at, id) descending; a filter that is ``None`` lets all through.

        A record that arrives while somebody pages is seen or not; none that was there is skipped or repeated.
        ``next`` is ``None`` exactly if no more follow.

        Raises:
            InvalidInput: ``cursor``, ``malformed``: no store of this kind made it.
        """

    def erase_personal(self, shopper: str) -> int:
        """Erases the personal data of a shopper's records, for good; returns how many records had some.

        A record once erased takes no personal data any more, so a use case that had read it before cannot bring it
        back. Versions stay. The records of nobody (``""``) are not erased.
        """


class Timers(Protocol):
    """Clocks of records."""

    def due(self, now: datetime, limit: int, kinds: Sequence[str] | None = None) -> tuple[DueTimer, ...]:
        """Clocks with ``at <= now``, by (at, record kind, record id, kind, subject); ``kinds`` are timer kinds."""

    def defer(self, timer: DueTimer, until: datetime) -> bool:
        """Moves a clock that could not be acted on and counts a failure; the next put of the record forgets both.

        ``False``, and nothing is done, if the clock is gone or its ``at`` is no longer that of ``timer``.
        """


class IdempotencyStore(Protocol):
    """Receipts of commands."""

    def find_receipt(self, key: ReceiptKey, now: datetime) -> Receipt | None:
        """The receipt, unless it has expired; an expired one no longer counts in a commit either."""

    def drop_receipts(self, now: datetime, limit: int) -> int:
        """Forgets expired receipts; returns how many."""


class StockStore(Protocol):
    """Stock as it is."""

    def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """The level of each key; one that was never received is all zero."""

    def drop_holds(self, now: datetime, limit: int) -> int:
        """Marks live holds that have expired as such; returns how many. Only tidies: it changes no answer."""


class LedgerStore(Protocol):
    """Accounts, for example of points."""

    def balance(self, account: str) -> int:
        """The sum of the account's entries."""

    def entries(self, account: str, *, after: str | None = None, limit: int = 100) -> tuple[tuple[str, int, str], ...]:
        """(id, amount, note) of the account in the order of booking, those that follow the entry ``after``.

        Nothing follows an ``after`` that is no entry of the account.
        """


class LimitStore(Protocol):
    """Limits as they are used up."""

    def taken(self, keys: Sequence[str]) -> dict[str, int]:
        """How much of each key all tokens together have taken; 0 for one never taken."""

    def holders(self, key: str) -> tuple[str, ...]:
        """The tokens that have taken of a key, sorted."""


class Outbox(Protocol):
    """Events on their way out: at least once each, in order per record.

    A row can be claimed only if no earlier row of its record is still there: leased, failing or parked. So one claim
    leases at most one row of each record.
    """

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """Leases rows nobody has a running lease on (``lease_until > now``) and whose back-off is over.

        Those that were committed first come first, so that none waits for ever.
        """

    def ack(self, row: OutboxRow) -> bool:
        """Removes a delivered row; ``False`` if its lease is no longer the row's.

        A lease that has run out is still the row's until somebody else claims it.
        """

    def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """Gives a row back until ``retry_at``; after ``park_after`` failures parks it. ``False`` as for ``ack``."""

    def parked(self, limit: int) -> tuple[ParkedRow, ...]:
        """Parked rows by (kind, id)."""

    def requeue(self, row: ParkedRow, now: datetime) -> bool:
        """Lets a parked row be claimed again from ``now`` on, its failures forgotten; ``False`` if it is not parked."""

    def skip(self, row: ParkedRow) -> bool:
        """Removes a parked row undelivered; it stays in the history. ``False`` if it is not parked."""


class Store(UnitOfWork, Records, Timers, IdempotencyStore, StockStore, LedgerStore, LimitStore, Outbox, Protocol):
    """Everything that checkout needs of a database."""
