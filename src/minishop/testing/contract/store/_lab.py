"""The laboratory of a check: an empty store, ways to commit, and a picture of all that can be seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeAlias

from attrs import evolve

from minishop.adapters.memory import MemoryStore
from minishop.inventory import CommitHold, ReleaseHold, Reserve, StockKey, StockMove
from minishop.storage import (
    Batch,
    CommitResult,
    Committed,
    EventRow,
    Expect,
    GiveBack,
    LedgerEntry,
    OutboxRow,
    Put,
    Receipt,
    ReceiptKey,
    Store,
    Take,
)
from minishop.testing.contract._promise import BrokenPromise, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._values import NOW, later

__all__ = ["FAR", "Element", "Hook", "Lab", "Picture", "make_batch"]

Element: TypeAlias = (
    Put | Expect | EventRow | Receipt | Take | GiveBack | StockMove | Reserve | CommitHold | ReleaseHold | LedgerEntry
)
Picture: TypeAlias = dict[str, object]
Hook: TypeAlias = Callable[[str], None]

FAR = later(10**7)
_MANY = 1000


def make_batch(*elements: Element, now: datetime = NOW) -> Batch:
    """A batch of these, each where its kind belongs."""
    parts: dict[str, list[Any]] = {"puts": [], "expects": [], "events": [], "limits": [], "stock": [], "ledger": []}
    receipt = None
    for element in elements:
        match element:
            case Receipt():
                receipt = element
            case Put():
                parts["puts"].append(element)
            case Expect():
                parts["expects"].append(element)
            case EventRow():
                parts["events"].append(element)
            case Take() | GiveBack():
                parts["limits"].append(element)
            case LedgerEntry():
                parts["ledger"].append(element)
            case _:
                parts["stock"].append(element)
    return Batch(now=now, receipt=receipt, **{name: tuple(part) for name, part in parts.items()})


class Lab:
    """An empty store and what the checks need around it.

    Args:
        store: The adapter, or the synchronous face of an async one.
        declared: What it has.
        set_hook: Puts a function into its commits, see :meth:`StoreContract.set_hook`.
        reopen: Opens the same store from another process; picklable.
        open_another: A laboratory of its own, with an empty store.
        sizes: Examples and steps of the state machine.
    """

    def __init__(
        self,
        store: Store,
        declared: frozenset[Capability],
        *,
        set_hook: Callable[[Hook | None], None],
        reopen: Callable[[], Any] | None,
        open_another: Callable[[], AbstractContextManager[Lab]],
        sizes: tuple[int, int],
    ) -> None:
        self.store = store
        self.declared = declared
        self.set_hook = set_hook
        self.reopen = reopen
        self.open_another = open_another
        self.sizes = sizes
        self.seen = Seen()

    def open_reference(self) -> Lab:
        """A laboratory of the memory store, with what this one has declared."""
        return Lab(
            MemoryStore(),
            self.declared,
            set_hook=self.set_hook,
            reopen=None,
            open_another=self.open_another,
            sizes=(0, 0),
        )

    def has(self, *capabilities: Capability) -> bool:
        """Whether the store has declared all of these."""
        return self.declared.issuperset(capabilities)

    def commit(self, *elements: Element, now: datetime = NOW) -> CommitResult:
        """Commits a batch of these."""
        return self.commit_batch(self.make_batch(*elements, now=now))

    def make_batch(self, *elements: Element, now: datetime = NOW) -> Batch:
        """A batch of these, without the timers and events that the store has not declared."""
        batch = make_batch(*elements, now=now)
        if not self.has(Capability.TIMERS):
            batch = evolve(batch, puts=tuple(evolve(put, timers=()) for put in batch.puts))
        if not (self.has(Capability.OUTBOX) or self.has(Capability.HISTORY)):
            batch = evolve(batch, events=())
        return batch

    def commit_batch(self, batch: Batch) -> CommitResult:
        """Commits a batch and remembers the names in it for :meth:`picture`."""
        self.seen.note(batch)
        return self.store.commit(batch)

    def done(self, *elements: Element, now: datetime = NOW) -> Committed:
        """Commits what nothing speaks against."""
        answer = self.commit(*elements, now=now)
        if not isinstance(answer, Committed):
            raise BrokenPromise(f"nothing speaks against {elements!r}, but the store says {answer!r}")
        return answer

    def refused(self, wanted: CommitResult, *elements: Element, now: datetime = NOW) -> None:
        """Commits what must be refused with this answer, and must leave no trace."""
        batch = self.make_batch(*elements, now=now)
        self.seen.note(batch)
        before = self.picture(now)
        same(self.store.commit(batch), wanted, f"the answer to {elements!r}")
        self.unchanged(before, f"after a refused batch of {elements!r}", now)

    def answers(self, wanted: CommitResult, *elements: Element) -> None:
        """Commits and compares the answer only."""
        same(self.commit(*elements), wanted, f"the answer to {elements!r}")

    def unchanged(self, before: Mapping[str, object], what: str, now: datetime = NOW) -> None:
        """Compares everything visible with an earlier picture.

        Raises:
            BrokenPromise: Something is different.
        """
        after = self.picture(now)
        changed = {name: (value, after.get(name)) for name, value in before.items() if after.get(name) != value}
        if changed:
            lines = "".join(f"\n  {name}:\n    was: {was!r}\n    is:  {is_!r}" for name, (was, is_) in changed.items())
            raise BrokenPromise(f"{what}, something changed:{lines}")

    def picture(self, now: datetime = NOW) -> Picture:
        """All that can be seen from outside of what was named in batches so far."""
        return self.seen.look(self.store, self.has, now)

    def drain(self, now: datetime = NOW) -> list[tuple[str, str, int, int, str]]:
        """Delivers the whole outbox, in the order in which it was offered."""
        rows: list[OutboxRow] = []
        while claimed := self.store.claim(now, later(10), _MANY):
            for row in claimed:
                rows.append(row)
                if not self.store.ack(row):
                    raise BrokenPromise(f"the lease of {row!r} is running, but ack says it is not the row's")
        return [(row.kind, row.id, row.version, row.index, row.topic) for row in rows]


class Seen:
    """Names that occurred in batches."""

    def __init__(self) -> None:
        self.records: set[tuple[str, str]] = set()
        self.unique: set[str] = set()
        self.receipts: set[ReceiptKey] = set()
        self.stock: set[StockKey] = set()
        self.limits: set[str] = set()
        self.accounts: set[str] = set()

    def note(self, batch: Batch) -> None:
        """Remembers the names in a batch."""
        self.records |= {(put.kind, put.id) for put in batch.puts}
        self.records |= {(expect.kind, expect.id) for expect in batch.expects}
        self.unique |= {key for put in batch.puts for key in put.unique}
        self.receipts |= set() if batch.receipt is None else {batch.receipt.key}
        self.limits |= {change.key for change in batch.limits}
        self.accounts |= {entry.account for entry in batch.ledger}
        self.stock |= {change.key for change in batch.stock if isinstance(change, StockMove)}
        self.stock |= {key for change in batch.stock if isinstance(change, Reserve) for key, _ in change.wanted}

    def look(self, store: Store, has: Callable[..., bool], now: datetime) -> Picture:
        """What a store shows of these names. Leaves it as it is: a lease that ends at once keeps nobody out."""
        seen: Picture = {}
        for kind in sorted({kind for kind, _ in self.records}):
            loaded = {
                one.id: one for one in store.load_many(kind, sorted(id_ for of, id_ in self.records if of == kind))
            }
            seen |= {f"load {kind}:{id_}": loaded.get(id_) for of, id_ in sorted(self.records) if of == kind}
        for kind, id_ in sorted(self.records) if has(Capability.HISTORY) else ():
            seen[f"history {kind}:{id_}"] = store.history(kind, id_)
        for key in sorted(self.unique):
            seen[f"find_unique {key}"] = store.find_unique(key)
        if has(Capability.LISTS):
            for kind in sorted({kind for kind, _ in self.records}):
                seen[f"list_records {kind}"] = store.list_records(kind, limit=_MANY)
        if has(Capability.TIMERS):
            seen["due"] = store.due(FAR, _MANY)
        if has(Capability.RECEIPTS):
            for receipt in self.receipts:
                seen[f"find_receipt {receipt}"] = store.find_receipt(receipt, now)
        self._look_at_numbers(seen, store, has, now)
        if has(Capability.OUTBOX):
            rows = [
                (row.kind, row.id, row.version, row.index, row.topic, row.payload, row.failures)
                for row in store.claim(now, now, _MANY)
            ]
            seen["outbox"] = sorted(rows)
            seen["parked"] = sorted(store.parked(_MANY), key=repr)
        return seen

    def _look_at_numbers(self, seen: Picture, store: Store, has: Callable[..., bool], now: datetime) -> None:
        if has(Capability.STOCK):
            seen["stock"] = store.stock(sorted(self.stock), now)
        if has(Capability.LIMITS):
            seen["taken"] = store.taken(sorted(self.limits))
            for key in sorted(self.limits):
                seen[f"holders {key}"] = store.holders(key)
        if has(Capability.LEDGER):
            for account in sorted(self.accounts):
                seen[f"balance {account}"] = store.balance(account)
                seen[f"entries {account}"] = store.entries(account, limit=_MANY)
