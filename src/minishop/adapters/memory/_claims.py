"""Claims in memory: the reference for the other claim stores."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from attrs import Factory, define, evolve

from minishop.adapters._claims import check_activity, check_claim, check_rebuild, find_refusal, not_open
from minishop.inventory import Claim, ClaimResult, SoldOut

__all__ = ["AsyncMemoryClaimStore", "MemoryClaimStore"]


@define
class _Activity:
    stock: int
    per_user: int | None
    claims: dict[str, Claim] = Factory(dict)

    def claimed(self) -> int:
        return sum(claim.quantity for claim in self.claims.values())

    def claimed_by(self, user: str) -> int:
        return sum(claim.quantity for claim in self.claims.values() if claim.user == user)


class MemoryClaimStore:
    """A :class:`~minishop.inventory.ClaimStore` in memory, for tests and trials: safe between threads.

    What it answers is the specification; it counts by looking at every claim.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._activities: dict[str, _Activity] = {}

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_activity(activity, stock, per_user)
        with self._lock:
            state = self._activities.setdefault(activity, _Activity(stock, per_user))
            state.stock, state.per_user = stock, per_user

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_claim(activity, user, quantity, token, now, until)
        with self._lock:
            state = self._activities.get(activity)
            if state is None:
                return SoldOut(activity, 0)
            if token in state.claims:
                return state.claims[token]
            left = state.stock - state.claimed()
            mine = state.claimed_by(user)
            refusal = find_refusal(activity, user, quantity, left=left, mine=mine, limit=state.per_user)
            if refusal is not None:
                return refusal
            return state.claims.setdefault(token, Claim(activity, user, quantity, token, until))

    def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        with self._lock:
            return self._claims(activity).get(token)

    def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        with self._lock:
            claims = self._claims(activity)
            if token in claims:
                claims[token] = evolve(claims[token], is_confirmed=True)
            return token in claims

    def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        with self._lock:
            return self._claims(activity).pop(token, None) is not None

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        with self._lock:
            found = [
                claim
                for state in self._activities.values()
                for claim in state.claims.values()
                if not claim.is_confirmed and claim.until <= now
            ]
        return tuple(sorted(found, key=lambda claim: (claim.until, claim.activity, claim.token))[:limit])

    def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        with self._lock:
            state = self._activities.get(activity)
            return 0 if state is None else max(0, state.stock - state.claimed())

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_rebuild(activity, claims)
        with self._lock:
            state = self._activities.get(activity)
            if state is None:
                raise not_open(activity)
            state.claims = {claim.token: claim for claim in claims}

    def _claims(self, activity: str) -> dict[str, Claim]:
        state = self._activities.get(activity)
        return {} if state is None else state.claims


class AsyncMemoryClaimStore:
    """An :class:`~minishop.inventory.AsyncClaimStore` in memory; see :class:`MemoryClaimStore`.

    Args:
        store: The store to share with synchronous code; a new one by default.
    """

    def __init__(self, store: MemoryClaimStore | None = None) -> None:
        self._store = store if store is not None else MemoryClaimStore()

    async def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        self._store.open_activity(activity, stock, per_user)

    async def claim(
        self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
    ) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.claim(activity, user, quantity, token, now, until)

    async def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.find_claim(activity, token)

    async def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.confirm_claim(activity, token)

    async def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.give_back(activity, token)

    async def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.expired_claims(now, limit)

    async def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._store.unclaimed(activity)

    async def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        self._store.rebuild_activity(activity, claims)
