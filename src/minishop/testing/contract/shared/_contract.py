"""The contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import Any, ClassVar

from minishop.testing.contract._contract import Contract
from minishop.testing.contract._face import Face, LoopThread
from minishop.testing.contract._promise import Promise
from minishop.testing.contract.shared._claims import CLAIM_PROMISES
from minishop.testing.contract.shared._lab import Ability, SharedLab
from minishop.testing.contract.shared._nonces import NONCE_PROMISES
from minishop.testing.contract.shared._tokens import TOKEN_PROMISES

__all__ = [
    "Ability",
    "AsyncClaimContract",
    "AsyncNonceContract",
    "AsyncTokenContract",
    "ClaimContract",
    "NonceContract",
    "TokenContract",
]


class _AnyContract(Contract):
    """What sync and async adapters have in common.

    Attributes:
        missing: What was declared not to be there.
    """

    missing: frozenset[Ability] = frozenset()

    def reopen(self, store: Any) -> Callable[[], Any] | None:
        """A picklable function that opens the same adapter in another process, if there can be others."""
        return None

    def lose_memory(self, store: Any) -> None:
        """Makes the adapter forget, as a restart of its server would; for adapters that can."""
        raise NotImplementedError

    def find_missing(self, promise: Promise[Any]) -> tuple[Enum, ...]:
        """See :class:`Contract`."""
        missing = set(self.missing)
        if type(self).reopen is _AnyContract.reopen:
            missing.add(Ability.PROCESSES)
        if type(self).lose_memory is _AnyContract.lose_memory:
            missing.add(Ability.FORGETS)
        return tuple(need for need in Ability if need in promise.needs and need in missing)

    def _lab(self, store: Any, face: Any) -> SharedLab[Any]:
        return SharedLab(face, self.reopen(store), partial(self.lose_memory, store))


class _SyncContract(_AnyContract):
    """Tests of an adapter: subclass as ``Test…`` and say how to make one."""

    def make_store(self) -> Any:
        """An empty adapter. Called for each test."""
        raise NotImplementedError

    def drop_store(self, store: Any) -> None:
        """Closes what ``make_store`` opened."""

    @contextmanager
    def open_lab(self) -> Iterator[SharedLab[Any]]:
        """See :class:`Contract`."""
        store = self.make_store()
        try:
            yield self._lab(store, store)
        finally:
            self.drop_store(store)


class _AsyncContract(_AnyContract):
    """The same tests of an async adapter; all of its methods run on one event loop."""

    async def make_store(self) -> Any:
        """An empty adapter, made on the loop that will use it."""
        raise NotImplementedError

    async def drop_store(self, store: Any) -> None:
        """Closes what ``make_store`` opened."""

    @contextmanager
    def open_lab(self) -> Iterator[SharedLab[Any]]:
        """See :class:`Contract`."""
        with LoopThread() as loop:
            store = loop.wait(self.make_store())
            try:
                yield self._lab(store, Face(store, loop))
            finally:
                loop.wait(self.drop_store(store))


class ClaimContract(_SyncContract):
    """Tests of a :class:`~minishop.inventory.ClaimStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = CLAIM_PROMISES


class AsyncClaimContract(_AsyncContract):
    """Tests of an :class:`~minishop.inventory.AsyncClaimStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = CLAIM_PROMISES


class TokenContract(_SyncContract):
    """Tests of a :class:`~minishop.flows.TokenStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = TOKEN_PROMISES


class AsyncTokenContract(_AsyncContract):
    """Tests of an :class:`~minishop.flows.AsyncTokenStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = TOKEN_PROMISES


class NonceContract(_SyncContract):
    """Tests of a :class:`~minishop.flows.NonceStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = NONCE_PROMISES


class AsyncNonceContract(_AsyncContract):
    """Tests of an :class:`~minishop.flows.AsyncNonceStore`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = NONCE_PROMISES
