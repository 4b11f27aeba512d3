"""Stores that are wrong about timers and the outbox."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from minishop.storage import Batch, CommitResult, Committed, Conflict, DueTimer, OutboxRow, Timer
from minishop.testing.contract.broken._base import BrokenStore

__all__ = [
    "AcceptsStaleTokens",
    "DefersWhatWasArmedAnew",
    "ForgetsTheOutboxOnConflict",
    "IgnoresLeases",
    "KeepsOldTimers",
    "LetsRowsOvertake",
    "LosesTheOrder",
    "NeverParks",
    "QueuesRefusedEvents",
]


class ForgetsTheOutboxOnConflict(BrokenStore):
    """Loses the events of a batch when it is repeated after a conflict: nobody is told of what then happens."""

    caught_by = "forgets_no_event_after_a_conflict"

    def __init__(self) -> None:
        super().__init__()
        self._lost: set[tuple[str, str]] = set()

    def commit(self, batch: Batch) -> CommitResult:
        """Remembers who had a conflict, and writes no outbox rows the next time."""
        answer = super().commit(batch)
        of = {(event.kind, event.id) for event in batch.events}
        if isinstance(answer, Conflict):
            self._lost |= of
        elif isinstance(answer, Committed):
            for key in of & self._lost:
                version = answer.versions[key]
                self._tables.outbox[key] = [row for row in self._tables.outbox[key] if row.version != version]
                if not self._tables.outbox[key]:
                    del self._tables.outbox[key]
        return answer


class QueuesRefusedEvents(BrokenStore):
    """Sends the events of a batch whether or not it was committed."""

    caught_by = "offers_only_committed_events"

    def commit(self, batch: Batch) -> CommitResult:
        """Commits the events of refused batches one by one."""
        answer = super().commit(batch)
        if isinstance(answer, Conflict):
            for event in batch.events:
                record = self._tables.records.get((event.kind, event.id))
                if record is not None:
                    put = evolve(record.put, expected=record.version)
                    super().commit(Batch(now=batch.now, puts=(put,), events=(evolve(event, index=0),)))
        return answer


class LosesTheOrder(BrokenStore):
    """Offers the newest row of a record first."""

    caught_by = "keeps_the_order_of_a_record"

    def commit(self, batch: Batch) -> CommitResult:
        """Turns the rows round."""
        answer = super().commit(batch)
        for rows in self._tables.outbox.values():
            rows.sort(key=lambda row: (row.version, row.event.index), reverse=True)
        return answer


class LetsRowsOvertake(BrokenStore):
    """Goes on with the next row of a record while an earlier one fails."""

    caught_by = "keeps_the_order_of_a_record"

    def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """Puts a failed row to the end."""
        is_done = super().fail(row, retry_at, park_after)
        rows = self._tables.outbox[row.kind, row.id]
        rows.append(rows.pop(0))
        return is_done


class IgnoresLeases(BrokenStore):
    """Offers a row to every relay that asks."""

    caught_by = "leases_to_one_relay"

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """Forgets all leases first."""
        for rows in self._tables.outbox.values():
            rows[0].leased_until = None
        return super().claim(now, lease_until, limit)


class AcceptsStaleTokens(BrokenStore):
    """Lets a relay ack a row that another one has by now."""

    caught_by = "leases_to_one_relay"

    def ack(self, row: OutboxRow) -> bool:
        """Looks at the row only."""
        rows = self._tables.outbox.get((row.kind, row.id))
        return super().ack(evolve(row, lease=(rows[0].lease or "") if rows else ""))


class NeverParks(BrokenStore):
    """Tries a poisoned row for ever."""

    caught_by = "parks_poison"

    def fail(self, row: OutboxRow, retry_at: datetime, park_after: int = 20) -> bool:
        """Takes no notice of ``park_after``."""
        return super().fail(row, retry_at, 10**9)


class KeepsOldTimers(BrokenStore):
    """Adds timers, and never takes one away: a paid order is closed as unpaid."""

    caught_by = "replaces_timers"

    def commit(self, batch: Batch) -> CommitResult:
        """Keeps the timers that a put does not name."""
        puts = []
        for put in batch.puts:
            record = self._tables.records.get((put.kind, put.id))
            named = {(timer.kind, timer.subject) for timer in put.timers}
            old = [timer for timer in record.timers if (timer.kind, timer.subject) not in named] if record else []
            puts.append(evolve(put, timers=(*put.timers, *old)))
        return super().commit(evolve(batch, puts=tuple(puts)))


class DefersWhatWasArmedAnew(BrokenStore):
    """Defers a timer by its name alone, so that a stale sweep moves a clock that was set in the meantime."""

    caught_by = "defers_only_what_it_was_told"

    def defer(self, timer: DueTimer, until: datetime) -> bool:
        """Looks for the timer's present instant itself."""
        record = self._tables.records.get((timer.record_kind, timer.record_id))
        for armed in record.timers if record else ():
            if armed == Timer(timer.kind, timer.subject, armed.at):
                return super().defer(evolve(timer, at=armed.at), until)
        return False
