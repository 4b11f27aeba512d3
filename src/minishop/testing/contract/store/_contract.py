"""The contract of a store."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from importlib.util import find_spec
from typing import Any, ClassVar, cast

from minishop.storage import AsyncStore, Store
from minishop.testing.contract._contract import Contract
from minishop.testing.contract._face import Face, LoopThread
from minishop.testing.contract._promise import Chapter, Promise
from minishop.testing.contract.store._atoms import atoms
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._clocks import outbox, timers
from minishop.testing.contract.store._holds import holds_
from minishop.testing.contract.store._lab import Hook, Lab
from minishop.testing.contract.store._lists import lists, personal
from minishop.testing.contract.store._numbers import ledger, limits, receipts
from minishop.testing.contract.store._races import races
from minishop.testing.contract.store._records import records
from minishop.testing.contract.store._stock import stock

__all__ = ["STORE_PROMISES", "AsyncStoreContract", "StoreContract"]

_random: Chapter[Lab] = Chapter("random sequences")


@_random.promise(Capability.HYPOTHESIS)
def agrees_with_the_reference(lab: Lab) -> None:
    """In random sequences of calls every answer is that of the memory store."""
    from minishop.testing.contract.store._machine import run_machine

    run_machine(lab)


STORE_PROMISES: tuple[Promise[Lab], ...] = (
    *records,
    *lists,
    *personal,
    *atoms,
    *stock,
    *holds_,
    *limits,
    *ledger,
    *receipts,
    *timers,
    *outbox,
    *races,
    *_random,
)
"""All that a store promises."""


class _AnyStoreContract(Contract):
    """What sync and async stores have in common."""

    missing: frozenset[Capability] = frozenset()
    """What the store does not have. The tests of it are skipped and say which promise is weaker for it."""

    examples: int = 10
    steps: int = 20

    def reopen(self, store: Any) -> Callable[[], Any] | None:
        """A picklable function that opens the same database in another process, if there can be others."""
        return None

    def set_hook(self, store: Any, hook: Hook | None) -> None:
        """Makes every commit call ``hook`` with the name of a point within it; ``None`` ends that.

        The first point is between the checks and the first write; others follow the writes, before they take effect.
        What the hook raises must come out of the commit.
        """
        raise NotImplementedError

    @property
    def declared(self) -> frozenset[Capability]:
        """What the store has."""
        cls = type(self)
        missing = set(self.missing)
        if cls.reopen is _AnyStoreContract.reopen:
            missing.add(Capability.PROCESSES)
        if cls.set_hook is _AnyStoreContract.set_hook:
            missing.add(Capability.HOOKS)
        if find_spec("hypothesis") is None:
            missing.add(Capability.HYPOTHESIS)
        if Capability.STOCK in missing:
            missing.add(Capability.HOLDS)
        return frozenset(Capability) - missing

    def find_missing(self, promise: Promise[Any]) -> tuple[Enum, ...]:
        """See :class:`Contract`."""
        declared = self.declared
        return tuple(need for need in Capability if need in promise.needs and need not in declared)

    def _lab(self, store: Any, face: Store) -> Lab:
        return Lab(
            face,
            self.declared,
            set_hook=partial(self.set_hook, store),
            reopen=self.reopen(store),
            open_another=self.open_lab,
            sizes=(self.examples, self.steps),
        )


class StoreContract(_AnyStoreContract):
    """Tests of a :class:`~minishop.storage.Store`: subclass it as ``Test…`` and say how to make one.

    Attributes:
        missing: Capabilities that the store does not have.
        examples: How many sequences the state machine tries.
        steps: How long they are.
    """

    promises: ClassVar[tuple[Promise[Any], ...]] = STORE_PROMISES

    def make_store(self) -> Store:
        """An empty store. Called once or more for each test; those made before are only dropped then."""
        raise NotImplementedError

    def drop_store(self, store: Any) -> None:
        """Closes what ``make_store`` opened."""

    @contextmanager
    def open_lab(self) -> Iterator[Lab]:
        """See :class:`Contract`."""
        store = self.make_store()
        try:
            yield self._lab(store, store)
        finally:
            self.drop_store(store)


class AsyncStoreContract(_AnyStoreContract):
    """The same tests of an :class:`~minishop.storage.AsyncStore`; all of its methods run on one event loop."""

    promises: ClassVar[tuple[Promise[Any], ...]] = STORE_PROMISES

    async def make_store(self) -> AsyncStore:
        """An empty store, made on the loop that will use it."""
        raise NotImplementedError

    async def drop_store(self, store: Any) -> None:
        """Closes what ``make_store`` opened."""

    @contextmanager
    def open_lab(self) -> Iterator[Lab]:
        """See :class:`Contract`."""
        with LoopThread() as loop:
            make: Coroutine[Any, Any, AsyncStore] = self.make_store()
            store = loop.wait(make)
            try:
                yield self._lab(store, cast(Store, Face(store, loop)))
            finally:
                loop.wait(self.drop_store(store))
