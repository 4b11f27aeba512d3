"""Ports for what several processes share for a while: access tokens, leased locks, nonces seen."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import field, frozen

__all__ = ["AsyncNonceStore", "AsyncTokenStore", "NonceStore", "StoredToken", "TokenStore"]


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
