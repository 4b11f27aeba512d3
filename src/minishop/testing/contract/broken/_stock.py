"""Stores that are wrong about stock, holds, limits and points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import evolve

from minishop.adapters.memory._checks import find_refusal
from minishop.adapters.memory._tables import Tables
from minishop.inventory import HoldState, ReleaseHold, Reserve, StockKey, StockLevel, StockMove
from minishop.storage import Batch, CommitResult, Committed, Insufficient, Receipt, Replayed, Take
from minishop.testing.contract.broken._base import BrokenStore

__all__ = [
    "ChecksFloorsOneByOne",
    "CountsExpiredHolds",
    "CountsExpiredReceipts",
    "GivesBackAfterTaking",
    "LosesReplacedHolds",
    "MovesTwice",
    "NamesTheLastShortKey",
    "OversellsByOne",
    "ReadsItsOwnClock",
    "ReleasesCommittedHolds",
    "SweepReleasesHolds",
    "TakesAgain",
]


class _OneMore(Tables):
    def level(self, key: StockKey, now: datetime) -> StockLevel:
        level = super().level(key, now)
        return evolve(level, on_hand=level.on_hand + 1)


class OversellsByOne(BrokenStore):
    """Sells one unit more than there is."""

    caught_by = "never_oversells"

    def __init__(self) -> None:
        super().__init__()
        self._tables = _OneMore()

    def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """Shows the true numbers."""
        levels = super().stock(keys, now)
        return {key: evolve(level, on_hand=level.on_hand - 1) for key, level in levels.items()}


class _AllHolds(Tables):
    def level(self, key: StockKey, now: datetime) -> StockLevel:
        return super().level(key, datetime.min.replace(tzinfo=UTC))


class CountsExpiredHolds(BrokenStore):
    """Counts holds until somebody sweeps them."""

    caught_by = "lets_holds_expire"

    def __init__(self) -> None:
        super().__init__()
        self._tables = _AllHolds()


class ReadsItsOwnClock(BrokenStore):
    """Decides by the machine's clock which holds have expired."""

    caught_by = "goes_by_the_time_it_is_told"

    def stock(self, keys: Sequence[StockKey], now: datetime) -> dict[StockKey, StockLevel]:
        """Asks the machine for the time."""
        return super().stock(keys, datetime.now(UTC))


class SweepReleasesHolds(BrokenStore):
    """Takes a swept hold for one that its owner gave back, so a late payment finds no stock where there is some."""

    caught_by = "sweeps_without_effect"

    def drop_holds(self, now: datetime, limit: int) -> int:
        """Marks the holds as released."""
        count = super().drop_holds(now, limit)
        for hold in list(self._tables.holds.values()):
            if hold.state is HoldState.EXPIRED:
                self._tables.holds[hold.id] = evolve(hold, state=HoldState.RELEASED)
        return count


class LosesReplacedHolds(BrokenStore):
    """Gives the old hold back before it knows whether the new one can be had."""

    caught_by = "keeps_the_old_hold_if_replacing_fails"

    def commit(self, batch: Batch) -> CommitResult:
        """Releases what a refused batch would have replaced."""
        answer = super().commit(batch)
        if isinstance(answer, Insufficient):
            holds = tuple(ReleaseHold(change.hold) for change in batch.stock if isinstance(change, Reserve))
            super().commit(Batch(now=batch.now, stock=holds))
        return answer


class ReleasesCommittedHolds(BrokenStore):
    """Gives back the stock of a committed hold, which belongs to an order."""

    caught_by = "ignores_release_after_commit"

    def commit(self, batch: Batch) -> CommitResult:
        """Releases committed holds too."""
        before = dict(self._tables.holds)
        answer = super().commit(batch)
        for change in batch.stock if isinstance(answer, Committed) else ():
            hold = before.get(change.hold) if isinstance(change, ReleaseHold) else None
            if hold is not None and hold.state is HoldState.COMMITTED:
                for key, units in hold.wanted:
                    level = self._tables.levels[key]
                    self._tables.levels[key] = evolve(level, allocated=level.allocated - units)
        return answer


class MovesTwice(BrokenStore):
    """Does not know its movements again: a repeated step moves stock twice."""

    caught_by = "moves_only_once"

    def commit(self, batch: Batch) -> CommitResult:
        """Gives every movement an id of its own."""
        stock = tuple(
            evolve(change, entry=f"{change.entry}#{len(self._tables.moves)}")
            if isinstance(change, StockMove)
            else change
            for change in batch.stock
        )
        return super().commit(evolve(batch, stock=stock))


class NamesTheLastShortKey(BrokenStore):
    """Names whichever key it happens to find short."""

    caught_by = "names_the_first_short_key"

    def commit(self, batch: Batch) -> CommitResult:
        """Looks from the end."""
        answer = super().commit(batch)
        if isinstance(answer, Insufficient) and answer.what == "stock" and not answer.which.startswith("hold:"):
            for key in reversed(list(self._plan(batch).deltas)):
                stock = tuple(one for one in batch.stock if isinstance(one, StockMove) and one.key == key)
                alone = Batch(now=batch.now, stock=stock)
                if find_refusal(self._tables, alone, self._plan(alone)):
                    return evolve(answer, which=str(key))
        return answer


class TakesAgain(BrokenStore):
    """Takes of a limit at every repetition."""

    caught_by = "takes_once_per_token"

    def commit(self, batch: Batch) -> CommitResult:
        """Adds what a token takes to what it has."""
        before = {key: dict(tokens) for key, tokens in self._tables.taken.items()}
        answer = super().commit(batch)
        for change in batch.limits if isinstance(answer, Committed) else ():
            if isinstance(change, Take) and change.token in before.get(change.key, {}):
                self._tables.taken[change.key][change.token] += change.count
        return answer


class GivesBackAfterTaking(BrokenStore):
    """Looks at takes before what the same batch gives back."""

    caught_by = "gives_back_before_it_takes"

    def commit(self, batch: Batch) -> CommitResult:
        """Tries the takes alone first."""
        takes = tuple(change for change in batch.limits if isinstance(change, Take))
        back = tuple(change for change in batch.limits if not isinstance(change, Take))
        answer = super().commit(evolve(batch, limits=takes))
        if isinstance(answer, Committed):
            super().commit(Batch(now=batch.now, limits=back))
        return answer


class ChecksFloorsOneByOne(BrokenStore):
    """Checks the entries of an account one after the other instead of their sum."""

    caught_by = "sums_entries_before_it_decides"

    def commit(self, batch: Batch) -> CommitResult:
        """Looks at each entry."""
        for entry in batch.ledger:
            left = self._tables.balance(entry.account) + entry.amount
            if entry.amount < 0 and entry.floor is not None and left < entry.floor:
                return Insufficient("ledger", entry.account)
        return super().commit(batch)


class CountsExpiredReceipts(BrokenStore):
    """Knows a key again until somebody sweeps the receipt."""

    caught_by = "lets_receipts_expire"

    def commit(self, batch: Batch) -> CommitResult:
        """Replays expired receipts."""
        known: Receipt | None = None
        if batch.receipt is not None:
            known = self._tables.receipts.get(batch.receipt.key)
        return super().commit(batch) if known is None else Replayed(known)
