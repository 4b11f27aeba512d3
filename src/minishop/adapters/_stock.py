"""What the stock changes of a batch amount to: pure, shared by all stores.

A store reads and locks the holds that :func:`holds_named` names, asks :func:`plan_stock`, refuses what it refuses, then
reads and locks the level of each key of ``plan.deltas`` in sorted order, refuses the first for which
:func:`is_short` holds, and writes what the plan says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, field, frozen, mutable

from minishop.inventory import (
    CommitHold,
    HoldState,
    MoveKind,
    ReleaseHold,
    Reserve,
    StockChange,
    StockKey,
    StockLevel,
    StockMove,
)

__all__ = ["Delta", "Hold", "StockPlan", "holds_named", "is_short", "plan_stock"]


@frozen
class Hold:
    """A hold as it is stored; see :class:`~minishop.inventory.Reserve`."""

    id: str
    state: HoldState
    wanted: tuple[tuple[StockKey, int], ...]
    until: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether it counts: an expired hold does not, swept or not."""
        return self.state is HoldState.LIVE and now < self.until


@mutable
class Delta:
    """The change of one key, summed over a batch.

    Attributes:
        on_hand: Change of the units on the shelf.
        allocated: Change of the units promised to orders.
        held: Change of the units in live holds.
        promised: Of these, what is newly promised to somebody: allocated and reserved, less deallocated and released.
        checked: Change of the units on the shelf by moves that are checked.
    """

    on_hand: int = 0
    allocated: int = 0
    held: int = 0
    promised: int = 0
    checked: int = 0


@frozen
class StockPlan:
    """What to check and to write.

    Attributes:
        deltas: Change of each key, in sorted order.
        holds: Holds that change, as they will be.
        moves: Rows for the movement ledger, in the batch's order.
        committed: Ids of committed holds that somebody wants to reserve, sorted: the batch is a ``Conflict``.
        gone: Ids of released or unknown holds that somebody wants to commit, sorted: ``Insufficient``.
    """

    deltas: Mapping[StockKey, Delta] = field(factory=dict, hash=False)
    holds: Mapping[str, Hold] = field(factory=dict, hash=False)
    moves: tuple[StockMove, ...] = ()
    committed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def holds_named(changes: Iterable[StockChange]) -> tuple[str, ...]:
    """Ids of the holds that a plan has to know, sorted."""
    return tuple(sorted({change.hold for change in changes if not isinstance(change, StockMove)}))


def plan_stock(changes: Iterable[StockChange], holds: Mapping[str, Hold], now: datetime) -> StockPlan:
    """Sums up a batch's changes, one after the other.

    Args:
        changes: Of the batch.
        holds: The stored ones of those that :func:`holds_named` names.
        now: The batch's.
    """
    planner = _Planner(dict(holds), now)
    for change in changes:
        match change:
            case StockMove():
                planner.move(change)
            case Reserve():
                planner.reserve(change)
            case CommitHold():
                planner.commit(change.hold)
            case ReleaseHold():
                planner.release(change.hold)
    return StockPlan(
        deltas={key: planner.deltas[key] for key in sorted(planner.deltas)},
        holds={id_: planner.holds[id_] for id_ in sorted(planner.changed)},
        moves=tuple(planner.moves),
        committed=tuple(sorted(planner.committed)),
        gone=tuple(sorted(planner.gone)),
    )


def is_short(level: StockLevel, delta: Delta) -> bool:
    """Whether a key cannot give what a batch takes; see :mod:`minishop.inventory` for the three rules."""
    on_hand = level.on_hand + delta.on_hand
    allocated = level.allocated + delta.allocated
    held = level.held + delta.held
    return (
        (delta.promised > 0 and on_hand - allocated - held < 0)
        or (delta.checked < 0 and on_hand < 0)
        or (delta.allocated < 0 and allocated < 0)
    )


class _Planner:
    def __init__(self, holds: dict[str, Hold], now: datetime) -> None:
        self.holds = holds
        self.now = now
        self.deltas: dict[StockKey, Delta] = {}
        self.moves: list[StockMove] = []
        self.changed: set[str] = set()
        self.committed: set[str] = set()
        self.gone: set[str] = set()

    def move(self, move: StockMove) -> None:
        delta = self.deltas.setdefault(move.key, Delta())
        delta.on_hand += move.on_hand
        delta.allocated += move.allocated
        delta.checked += move.on_hand if move.is_checked else 0
        delta.promised += move.allocated if move.kind in (MoveKind.ALLOCATE, MoveKind.DEALLOCATE) else 0
        self.moves.append(move)

    def reserve(self, change: Reserve) -> None:
        old = self.holds.get(change.hold)
        if old is not None and old.state is HoldState.COMMITTED:
            self.committed.add(change.hold)
            return
        if old is not None and old.is_live(self.now):
            self._hold(old, -1)
        new = Hold(change.hold, HoldState.LIVE, change.wanted, change.until)
        if new.is_live(self.now):
            self._hold(new, 1)
        self._put(new)

    def commit(self, id_: str) -> None:
        old = self.holds.get(id_)
        if old is None or old.state is HoldState.RELEASED:
            self.gone.add(id_)
        elif old.state is not HoldState.COMMITTED:
            if old.is_live(self.now):
                self._hold(old, -1)
            for key, units in old.wanted:
                delta = self.deltas.setdefault(key, Delta())
                delta.allocated += units
                delta.promised += units
            self._put(evolve(old, state=HoldState.COMMITTED))

    def release(self, id_: str) -> None:
        old = self.holds.get(id_)
        if old is not None and old.is_live(self.now):
            self._hold(old, -1)
            self._put(evolve(old, state=HoldState.RELEASED))

    def _hold(self, hold: Hold, sign: int) -> None:
        for key, units in hold.wanted:
            delta = self.deltas.setdefault(key, Delta())
            delta.held += sign * units
            delta.promised += sign * units

    def _put(self, hold: Hold) -> None:
        self.holds[hold.id] = hold
        self.changed.add(hold.id)
