"""The stores over ``redis.asyncio.Redis``; what they do is in :mod:`._flows`, the same as for the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from minishop.adapters.redis._errors import translated
from minishop.adapters.redis._flows import ClaimFlows, Eval, NonceFlows, TokenFlows
from minishop.flows import Flow, Request, StoredToken, arun
from minishop.inventory import Claim, ClaimResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

__all__ = ["AsyncRedisClaimStore", "AsyncRedisNonceStore", "AsyncRedisTokenStore"]


class _Scripts:
    """Runs flows; scripts are sent once and then called by their digest."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._ready: dict[str, Callable[..., Any]] = {}
        self._handlers: Mapping[type[Request[Any]], Callable[[Any], Any]] = {Eval: self._eval}

    async def run(self, flow: Flow[Any]) -> Any:
        with translated():
            return await arun(flow, self._handlers)

    def _eval(self, ask: Eval) -> Any:
        script = self._ready.get(ask.script)
        if script is None:
            script = self._ready[ask.script] = self._client.register_script(ask.script)
        return script(ask.keys, ask.args)


class AsyncRedisClaimStore:
    """An :class:`~minishop.inventory.AsyncClaimStore` in Redis; see :class:`RedisClaimStore`.

    Args:
        client: The client.
        prefix: Begins every key, so that several apps can share a server.
        keep: How long an activity is kept after the last time it was opened or claimed from. Longer than an order can
            be closed after it was placed, and a day at least.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop", keep: timedelta = timedelta(days=400)) -> None:
        self._scripts = _Scripts(client)
        self._flows = ClaimFlows(prefix, keep)

    async def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        await self._scripts.run(self._flows.open_activity(activity, stock, per_user))

    async def claim(
        self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
    ) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        result: ClaimResult = await self._scripts.run(self._flows.claim(activity, user, quantity, token, now, until))
        return result

    async def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        found: Claim | None = await self._scripts.run(self._flows.find_claim(activity, token))
        return found

    async def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return bool(await self._scripts.run(self._flows.confirm_claim(activity, token)))

    async def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return bool(await self._scripts.run(self._flows.give_back(activity, token)))

    async def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        found: tuple[Claim, ...] = await self._scripts.run(self._flows.expired_claims(now, limit))
        return found

    async def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return int(await self._scripts.run(self._flows.unclaimed(activity)))

    async def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`. One process at a time: take a lease first."""
        await self._scripts.run(self._flows.rebuild_activity(activity, claims))


class AsyncRedisTokenStore:
    """An :class:`~minishop.flows.AsyncTokenStore` in Redis; see :class:`RedisTokenStore`.

    Args:
        client: The client.
        prefix: Begins every key.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop") -> None:
        self._scripts = _Scripts(client)
        self._flows = TokenFlows(prefix)

    async def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        found: StoredToken | None = await self._scripts.run(self._flows.get_token(key))
        return found

    async def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return bool(await self._scripts.run(self._flows.set_token(key, token)))

    async def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return bool(await self._scripts.run(self._flows.try_lock(key, owner, now, until)))

    async def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        await self._scripts.run(self._flows.unlock(key, owner))


class AsyncRedisNonceStore:
    """An :class:`~minishop.flows.AsyncNonceStore` in Redis; see :class:`RedisNonceStore`.

    Args:
        client: The client.
        prefix: Begins every key.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop") -> None:
        self._scripts = _Scripts(client)
        self._flows = NonceFlows(prefix)

    async def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        return bool(await self._scripts.run(self._flows.remember(key, now, until)))
