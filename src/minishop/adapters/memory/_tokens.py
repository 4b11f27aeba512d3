"""Tokens, leases and nonces in memory, for one process."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from minishop.flows import StoredToken

__all__ = ["AsyncMemoryNonceStore", "AsyncMemoryTokenStore", "MemoryNonceStore", "MemoryTokenStore"]

_KEPT = timedelta(days=1)  # far longer than two clocks can differ


class MemoryTokenStore:
    """A :class:`~minishop.flows.TokenStore` in memory: right for an app that is one process, safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: dict[str, StoredToken] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}

    def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        with self._lock:
            return self._tokens.get(key)

    def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        with self._lock:
            stored = self._tokens.get(key)
            if (stored.version if stored else 0) != token.version - 1:
                return False
            self._tokens[key] = token
            return True

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        with self._lock:
            holder, end = self._leases.get(key, (owner, until))
            if holder != owner and end > now:
                return False
            self._leases[key] = (owner, until)
            return True

    def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        with self._lock:
            if self._leases.get(key, ("", None))[0] == owner:
                del self._leases[key]


class AsyncMemoryTokenStore:
    """An :class:`~minishop.flows.AsyncTokenStore` in memory; see :class:`MemoryTokenStore`.

    Args:
        store: The store to share with synchronous code; a new one by default.
    """

    def __init__(self, store: MemoryTokenStore | None = None) -> None:
        self._store = store if store is not None else MemoryTokenStore()

    async def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        return self._store.get_token(key)

    async def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return self._store.set_token(key, token)

    async def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return self._store.try_lock(key, owner, now, until)

    async def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        self._store.unlock(key, owner)


class MemoryNonceStore:
    """A :class:`~minishop.flows.NonceStore` in memory. It forgets what has ended each time the number doubles."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._notes: dict[str, datetime] = {}
        self._tidy_at = 1024

    def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        with self._lock:
            if key in self._notes and self._notes[key] > now:
                return False
            if len(self._notes) >= self._tidy_at:
                self._notes = {noted: end for noted, end in self._notes.items() if end > now - _KEPT}
                self._tidy_at = max(1024, 2 * len(self._notes))
            self._notes[key] = until
            return True


class AsyncMemoryNonceStore:
    """An :class:`~minishop.flows.AsyncNonceStore` in memory; see :class:`MemoryNonceStore`.

    Args:
        store: The store to share with synchronous code; a new one by default.
    """

    def __init__(self, store: MemoryNonceStore | None = None) -> None:
        self._store = store if store is not None else MemoryNonceStore()

    async def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        return self._store.remember(key, now, until)
