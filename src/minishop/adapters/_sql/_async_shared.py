"""The same for async apps: the same work, awaited."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from minishop.adapters._claims import check_activity, check_claim, check_rebuild, check_text
from minishop.adapters._sql import _claims, _tokens
from minishop.adapters._sql._session import AsyncDatabase
from minishop.flows import StoredToken
from minishop.inventory import Claim, ClaimResult

__all__ = ["AsyncSqlClaimStore", "AsyncSqlNonceStore", "AsyncSqlTokenStore"]


class AsyncSqlClaimStore:
    """An :class:`~minishop.inventory.AsyncClaimStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_activity(activity, stock, per_user)
        await self._database.write(partial(_claims.open_activity, activity=activity, stock=stock, per_user=per_user))

    async def claim(
        self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
    ) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_claim(activity, user, quantity, token, now, until)
        work = partial(
            _claims.claim, activity=activity, user=user, quantity=quantity, token=token, now=now, until=until
        )
        return await self._database.write(work)

    async def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return await self._database.read(partial(_claims.find, activity=activity, token=token))

    async def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return await self._database.write(partial(_claims.confirm, activity=activity, token=token))

    async def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return await self._database.write(partial(_claims.give_back, activity=activity, token=token))

    async def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return await self._database.read(partial(_claims.expired, now=now, limit=limit))

    async def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return await self._database.read(partial(_claims.unclaimed, activity=activity))

    async def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_rebuild(activity, claims)
        await self._database.write(partial(_claims.rebuild, activity=activity, claims=claims))


class AsyncSqlTokenStore:
    """An :class:`~minishop.flows.AsyncTokenStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        return await self._database.read(partial(_tokens.get_token, key=key))

    async def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        check_text("key", key)
        return await self._database.write(partial(_tokens.set_token, key=key, token=token))

    async def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        check_text("key", key)
        check_text("owner", owner)
        return await self._database.write(partial(_tokens.try_lock, key=key, owner=owner, now=now, until=until))

    async def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        await self._database.write(partial(_tokens.unlock, key=key, owner=owner))


class AsyncSqlNonceStore:
    """An :class:`~minishop.flows.AsyncNonceStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        check_text("key", key)
        return await self._database.write(partial(_tokens.remember, key=key, now=now, until=until))
