"""Ports for what several processes share for a while: access tokens, leased locks, nonces seen; and their requests."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from minishop.flows._core import Handlers, Request

__all__ = [
    "AsyncNonceStore",
    "AsyncTokenStore",
    "GetToken",
    "NonceStore",
    "Remember",
    "SetToken",
    "StoredToken",
    "TokenStore",
    "TryLock",
    "Unlock",
    "nonce_handlers",
    "token_handlers",
]


@frozen
class StoredToken:
    """A token at rest.

    Attributes:
        value: The secret; kept out of ``repr``.
        expires_at: First instant at which it is no longer good; aware.
        version: Counts its replacements, from 1.
    """

    value: str = field(repr=False)
    expires_at: datetime
    version: int


class TokenStore(Protocol):
    """Shared tokens and leases. Keys carry no secrets. ``now`` is the app's clock; a store never reads its own."""

    def get_token(self, key: str) -> StoredToken | None:
        """The token, expired or not."""

    def set_token(self, key: str, token: StoredToken) -> bool:
        """Stores it if the stored version is ``token.version - 1`` (0: there is none); tells whether it did."""

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """Takes or extends the lease for ``owner`` unless another owner's lease still runs at ``now``."""

    def unlock(self, key: str, owner: str) -> None:
        """Gives the lease back if ``owner`` has it."""


class AsyncTokenStore(Protocol):
    """:class:`TokenStore` for async apps."""

    async def get_token(self, key: str) -> StoredToken | None:
        """See :class:`TokenStore`."""

    async def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`TokenStore`."""

    async def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`TokenStore`."""

    async def unlock(self, key: str, owner: str) -> None:
        """See :class:`TokenStore`."""


class NonceStore(Protocol):
    """Remembers what must be seen only once."""

    def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """Notes the key until ``until``; ``False`` if it is noted already and that note still holds at ``now``."""


class AsyncNonceStore(Protocol):
    """:class:`NonceStore` for async apps."""

    async def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`NonceStore`."""


@frozen
class GetToken(Request[StoredToken | None]):
    """:meth:`TokenStore.get_token`."""

    key: str


@frozen
class SetToken(Request[bool]):
    """:meth:`TokenStore.set_token`."""

    key: str
    token: StoredToken


@frozen
class TryLock(Request[bool]):
    """:meth:`TokenStore.try_lock`."""

    key: str
    owner: str
    now: datetime
    until: datetime


@frozen
class Unlock(Request[None]):
    """:meth:`TokenStore.unlock`."""

    key: str
    owner: str


@frozen
class Remember(Request[bool]):
    """:meth:`NonceStore.remember`."""

    key: str
    now: datetime
    until: datetime


def token_handlers(store: TokenStore | AsyncTokenStore) -> Handlers:
    """Answers the requests for tokens and leases by a store; an async one's answers are awaitables."""
    return {
        GetToken: lambda ask: store.get_token(ask.key),
        SetToken: lambda ask: store.set_token(ask.key, ask.token),
        TryLock: lambda ask: store.try_lock(ask.key, ask.owner, ask.now, ask.until),
        Unlock: lambda ask: store.unlock(ask.key, ask.owner),
    }


def nonce_handlers(store: NonceStore | AsyncNonceStore) -> Handlers:
    """Answers :class:`Remember` by a store; an async one's answers are awaitables."""
    return {Remember: lambda ask: store.remember(ask.key, ask.now, ask.until)}
