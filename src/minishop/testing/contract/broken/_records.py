"""Stores that are wrong about records and about batches as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from minishop.adapters.memory._checks import find_refusal
from minishop.adapters.memory._writes import write
from minishop.storage import (
    Batch,
    CommitResult,
    Conflict,
    Insufficient,
    KeyReused,
    OutboxRow,
    Page,
    Put,
    Replayed,
    Stored,
)
from minishop.testing.contract.broken._base import BrokenStore, HookedStore

__all__ = [
    "AcceptsReusedKeys",
    "ChecksOutsideItsLock",
    "ChecksStockFirst",
    "FoldsCase",
    "ForgetsHistory",
    "HalfWrites",
    "IgnoresExpectations",
    "IgnoresVersions",
    "KeepsReceiptsOfRefusals",
    "LosesMicroseconds",
    "SharesMappings",
    "SkipsEqualInstants",
    "UndoesErasure",
    "UniquePerKind",
    "WritesUpToTheFault",
]


def _with_puts(batch: Batch, puts: list[Put]) -> Batch:
    return evolve(batch, puts=tuple(puts))


class IgnoresVersions(BrokenStore):
    """Writes over whatever is there."""

    caught_by = "replaces_only_what_was_read"

    def commit(self, batch: Batch) -> CommitResult:
        """Takes the stored versions for the expected ones."""
        puts = []
        for put in batch.puts:
            record = self._tables.records.get((put.kind, put.id))
            puts.append(evolve(put, expected=record.version if record else 0))
        return super().commit(_with_puts(batch, puts))


class IgnoresExpectations(BrokenStore):
    """Does not look at records that were only read."""

    caught_by = "expects_without_changing"

    def commit(self, batch: Batch) -> CommitResult:
        """Drops the expectations."""
        return super().commit(evolve(batch, expects=()))


class HalfWrites(BrokenStore):
    """Writes the records of a batch before it finds out that something is short, and leaves them."""

    caught_by = "does_all_or_nothing"

    def commit(self, batch: Batch) -> CommitResult:
        """Writes the records in any case."""
        answer = super().commit(batch)
        if isinstance(answer, Insufficient):
            super().commit(Batch(now=batch.now, puts=batch.puts))
        return answer


class WritesUpToTheFault(HookedStore, BrokenStore):
    """Has no way back when something breaks within a commit."""

    caught_by = "leaves_nothing_after_a_fault_within"

    def commit(self, batch: Batch) -> CommitResult:
        """Writes, and does not undo."""
        with self._lock:
            plan = self._plan(batch)
            refusal = find_refusal(self._tables, batch, plan)
            if refusal is not None:
                return refusal
            self.point("checked")
            answer = write(self._tables, batch, plan)
            self.point("written")
            return answer


class ChecksOutsideItsLock(HookedStore, BrokenStore):
    """Checks first, locks then: somebody else fits in between."""

    caught_by = "lets_no_rival_between_check_and_write"

    def commit(self, batch: Batch) -> CommitResult:
        """Locks only to write."""
        plan = self._plan(batch)
        refusal = find_refusal(self._tables, batch, plan)
        if refusal is not None:
            return refusal
        self.point("checked")
        with self._lock:
            return write(self._tables, batch, plan)


class ChecksStockFirst(BrokenStore):
    """Tells a stock shortage before a conflict, so that callers give up where they should read again."""

    caught_by = "tells_the_first_reason"

    def commit(self, batch: Batch) -> CommitResult:
        """Tries the stock alone first."""
        alone = Batch(now=batch.now, stock=batch.stock)
        refusal = find_refusal(self._tables, alone, self._plan(alone))
        return refusal if isinstance(refusal, Insufficient) else super().commit(batch)


class AcceptsReusedKeys(BrokenStore):
    """Answers another request with the receipt of the first that had its key."""

    caught_by = "refuses_a_reused_key"

    def commit(self, batch: Batch) -> CommitResult:
        """Replays without a look at the fingerprint."""
        answer = super().commit(batch)
        return Replayed(self._tables.receipts[answer.key]) if isinstance(answer, KeyReused) else answer


class KeepsReceiptsOfRefusals(BrokenStore):
    """Writes the receipt although the batch is refused: the repetition is told that all is done."""

    caught_by = "keeps_no_receipt_of_a_refusal"

    def commit(self, batch: Batch) -> CommitResult:
        """Writes the receipt in any case."""
        answer = super().commit(batch)
        if isinstance(answer, Conflict):
            super().commit(Batch(now=batch.now, receipt=batch.receipt))
        return answer


class UniquePerKind(BrokenStore):
    """Lets records of different kinds have the same unique key."""

    caught_by = "keeps_unique_keys"

    def commit(self, batch: Batch) -> CommitResult:
        """Writes the kind before each key."""
        puts = [evolve(put, unique=tuple(f"{put.kind}/{key}" for key in put.unique)) for put in batch.puts]
        answer = super().commit(_with_puts(batch, puts))
        if isinstance(answer, Conflict) and answer.what == "unique":
            return evolve(answer, which=answer.which.partition("/")[2] or answer.which)
        return answer

    def find_unique(self, key: str) -> Stored | None:
        """Looks in all kinds."""
        kinds = {kind for kind, _ in self._tables.records}
        found = (super(UniquePerKind, self).find_unique(f"{kind}/{key}") for kind in sorted(kinds))
        return next((record for record in found if record is not None), None)


class FoldsCase(BrokenStore):
    """Takes ids that differ in case for the same, as some collations do."""

    caught_by = "tells_names_apart"

    def commit(self, batch: Batch) -> CommitResult:
        """Folds the ids."""
        puts = {put.id.casefold(): evolve(put, id=put.id.casefold()) for put in batch.puts}
        events = tuple(evolve(event, id=event.id.casefold()) for event in batch.events)
        return super().commit(evolve(batch, puts=tuple(puts.values()), events=events))

    def load(self, kind: str, record_id: str) -> Stored | None:
        """Folds the id."""
        return super().load(kind, record_id.casefold())


class LosesMicroseconds(BrokenStore):
    """Keeps instants to the second, as some column types do."""

    caught_by = "keeps_instants_exactly"

    def commit(self, batch: Batch) -> CommitResult:
        """Cuts the instants."""
        return super().commit(
            _with_puts(batch, [evolve(put, created_at=put.created_at.replace(microsecond=0)) for put in batch.puts])
        )


class SharesMappings(BrokenStore):
    """Keeps the caller's own mapping instead of a copy."""

    caught_by = "keeps_its_own_copies"

    def __init__(self) -> None:
        super().__init__()
        self._facets: dict[tuple[str, str], Mapping[str, str]] = {}

    def commit(self, batch: Batch) -> CommitResult:
        """Remembers the mappings."""
        self._facets |= {(put.kind, put.id): put.facets for put in batch.puts}
        return super().commit(batch)

    def load(self, kind: str, record_id: str) -> Stored | None:
        """Hands out the caller's mapping."""
        record = super().load(kind, record_id)
        return None if record is None else evolve(record, facets=self._facets[kind, record_id])


class ForgetsHistory(BrokenStore):
    """Keeps events only until they are delivered."""

    caught_by = "keeps_history"

    def ack(self, row: OutboxRow) -> bool:
        """Removes the row of the history as well."""
        is_acked = super().ack(row)
        if is_acked:
            del self._tables.records[row.kind, row.id].history[0]
        return is_acked


class UndoesErasure(BrokenStore):
    """Lets a late put bring back personal data that were erased."""

    caught_by = "erases_for_good"

    def erase_personal(self, shopper: str) -> int:
        """Erases, and forgets that it has."""
        count = super().erase_personal(shopper)
        for record in self._tables.records.values():
            record.is_erased = False
        return count


class SkipsEqualInstants(BrokenStore):
    """Goes on after the instant of the last record, so that others of the same instant are never seen."""

    caught_by = "pages_without_gaps"

    def __init__(self) -> None:
        super().__init__()
        self._ends: dict[str | None, datetime] = {}

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
        """Leaves out records as old as the last one."""
        page = super().list_records(kind, shop=shop, shopper=shopper, label=label, cursor=cursor, limit=limit)
        if page.records:
            self._ends[page.next] = page.records[-1].created_at
        last = None if cursor is None else self._ends.get(cursor)
        return evolve(page, records=tuple(record for record in page.records if record.created_at != last))
