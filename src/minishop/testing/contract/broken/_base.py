"""What the broken stores are made of."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar

from minishop.adapters.memory import MemoryStore
from minishop.adapters.memory._checks import find_refusal
from minishop.adapters.memory._writes import write
from minishop.storage import Batch, CommitResult, Store
from minishop.testing.contract.store import StoreContract

__all__ = ["BrokenContract", "BrokenStore", "HookedStore"]


class BrokenStore(MemoryStore):
    """The memory store with one mistake, which the docstring of each subclass tells.

    Attributes:
        caught_by: Name of a promise that it breaks at every run: no race, nothing random.
    """

    caught_by: ClassVar[str]


class HookedStore(MemoryStore):
    """A memory store that can be disturbed within a commit and gets over it: no mistake in it."""

    hook: Callable[[str], None] | None = None

    def point(self, name: str) -> None:
        """A point within a commit."""
        if self.hook is not None:
            self.hook(name)

    def commit(self, batch: Batch) -> CommitResult:
        """See :class:`~minishop.storage.UnitOfWork`."""
        with self._lock:
            before = deepcopy(self._tables)
            plan = self._plan(batch)
            refusal = find_refusal(self._tables, batch, plan)
            if refusal is not None:
                return refusal
            try:
                self.point("checked")
                answer = write(self._tables, batch, plan)
                self.point("written")
            except BaseException:
                self._tables = before
                raise
            return answer


class BrokenContract(StoreContract):
    """The contract of a store that is made without arguments.

    Args:
        store: The class.
    """

    def __init__(self, store: type[MemoryStore]) -> None:
        self._store = store

    def make_store(self) -> Store:
        """See :class:`StoreContract`."""
        return self._store()

    def set_hook(self, store: Any, hook: Callable[[str], None] | None) -> None:
        """See :class:`StoreContract`."""
        store.hook = hook
