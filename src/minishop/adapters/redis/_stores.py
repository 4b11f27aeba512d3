"""The stores over ``redis.Redis``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from minishop.adapters.redis._errors import translated
from minishop.adapters.redis._flows import ClaimFlows, Eval, NonceFlows, TokenFlows
from minishop.flows import Flow, Request, StoredToken, run
from minishop.inventory import Claim, ClaimResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

__all__ = ["RedisClaimStore", "RedisNonceStore", "RedisTokenStore"]


class _Scripts:
    """Runs flows; scripts are sent once and then called by their digest."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._ready: dict[str, Callable[..., Any]] = {}
        self._handlers: Mapping[type[Request[Any]], Callable[[Any], Any]] = {Eval: self._eval}

    def run(self, flow: Flow[Any]) -> Any:
        with translated():
            return run(flow, self._handlers)

    def _eval(self, ask: Eval) -> Any:
        script = self._ready.get(ask.script)
        if script is None:
            script = self._ready[ask.script] = self._client.register_script(ask.script)
        return script(ask.keys, ask.args)


class RedisClaimStore:
    """A :class:`~minishop.inventory.ClaimStore` in Redis.

    An activity sells nothing until :meth:`rebuild_activity` has said what is claimed (nothing, if it is new), and again
    after Redis was restarted or a replica has taken over.

    Args:
        client: The client.
        prefix: Begins every key, so that several apps can share a server.
        keep: How long an activity is kept after the last time it was opened or claimed from. Longer than an order can
            be closed after it was placed, and a day at least.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop", keep: timedelta = timedelta(days=400)) -> None:
        self._scripts = _Scripts(client)
        self._flows = ClaimFlows(prefix, keep)

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        self._scripts.run(self._flows.open_activity(activity, stock, per_user))

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        result: ClaimResult = self._scripts.run(self._flows.claim(activity, user, quantity, token, now, until))
        return result

    def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        found: Claim | None = self._scripts.run(self._flows.find_claim(activity, token))
        return found

    def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return bool(self._scripts.run(self._flows.confirm_claim(activity, token)))

    def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return bool(self._scripts.run(self._flows.give_back(activity, token)))

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        found: tuple[Claim, ...] = self._scripts.run(self._flows.expired_claims(now, limit))
        return found

    def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return int(self._scripts.run(self._flows.unclaimed(activity)))

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`. One process at a time: take a lease first."""
        self._scripts.run(self._flows.rebuild_activity(activity, claims))


class RedisTokenStore:
    """A :class:`~minishop.flows.TokenStore` in Redis.

    Args:
        client: The client.
        prefix: Begins every key.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop") -> None:
        self._scripts = _Scripts(client)
        self._flows = TokenFlows(prefix)

    def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        found: StoredToken | None = self._scripts.run(self._flows.get_token(key))
        return found

    def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return bool(self._scripts.run(self._flows.set_token(key, token)))

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        return bool(self._scripts.run(self._flows.try_lock(key, owner, now, until)))

    def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        self._scripts.run(self._flows.unlock(key, owner))


class RedisNonceStore:
    """A :class:`~minishop.flows.NonceStore` in Redis.

    Args:
        client: The client.
        prefix: Begins every key.
    """

    def __init__(self, client: Redis, *, prefix: str = "minishop") -> None:
        self._scripts = _Scripts(client)
        self._flows = NonceFlows(prefix)

    def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        return bool(self._scripts.run(self._flows.remember(key, now, until)))
