"""Adapters that break one promise each: what the kit must catch.

They are the memory adapters with one mistake, the kind that is made in real ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from minishop.adapters.memory import MemoryClaimStore, MemoryNonceStore, MemoryTokenStore
from minishop.flows import StoredToken
from minishop.inventory import Claim, ClaimResult

__all__ = [
    "BROKEN_CLAIMS",
    "BROKEN_NONCES",
    "BROKEN_TOKENS",
    "ClaimsTwicePerToken",
    "ComparesNothing",
    "ConfirmsWhatIsGone",
    "ForgetsTheCeiling",
    "ForgetsTheCeilingWhenRebuilt",
    "FreesExpiredClaims",
    "GivesBackTwice",
    "IgnoresLeases",
    "KeepsLeasesForEver",
    "OversellsByOne",
    "ProlongsNotes",
    "ReadsItsOwnClock",
    "ReopensAfterALoss",
    "SellsAPart",
    "UnlocksForAnybody",
]


class OversellsByOne(MemoryClaimStore):
    """Has one unit more than it says."""

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """Wrong."""
        super().open_activity(activity, stock + 1, per_user)

    def unclaimed(self, activity: str) -> int:
        """Hides it."""
        return max(0, super().unclaimed(activity) - 1)


class ForgetsTheCeiling(MemoryClaimStore):
    """Looks at one claim at a time."""

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """Wrong."""
        answer = super().claim(activity, token, quantity, token, now, until)
        return Claim(activity, user, quantity, token, until) if isinstance(answer, Claim) else answer


class ForgetsTheCeilingWhenRebuilt(MemoryClaimStore):
    """Rebuilds the sum, not the sums per shopper."""

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """Wrong."""
        super().rebuild_activity(
            activity, tuple(Claim(activity, "?", c.quantity, c.token, c.until, c.is_confirmed) for c in claims)
        )


class ClaimsTwicePerToken(MemoryClaimStore):
    """Takes a repetition for a new wish."""

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """Wrong."""
        known = self.find_claim(activity, token)
        if known is None:
            return super().claim(activity, user, quantity, token, now, until)
        again = super().claim(activity, user, quantity, f"{token}+{self.unclaimed(activity)}", now, until)
        return known if isinstance(again, Claim) else again


class SellsAPart(MemoryClaimStore):
    """Gives what is left to whoever wants more."""

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """Wrong."""
        left = self.unclaimed(activity)
        return super().claim(activity, user, min(quantity, left) if left else quantity, token, now, until)


class FreesExpiredClaims(MemoryClaimStore):
    """Gives back by itself what the sweep must first look up among the orders."""

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """Wrong."""
        found = super().expired_claims(now, limit)
        for claim in found:
            self.give_back(claim.activity, claim.token)
        return found


class GivesBackTwice(MemoryClaimStore):
    """Says of a claim that is gone that it was just given back."""

    def give_back(self, activity: str, token: str) -> bool:
        """Wrong."""
        super().give_back(activity, token)
        return True


class ConfirmsWhatIsGone(MemoryClaimStore):
    """Says of a claim that is gone that it is permanent."""

    def confirm_claim(self, activity: str, token: str) -> bool:
        """Wrong."""
        super().confirm_claim(activity, token)
        return True


class ReadsItsOwnClock(MemoryClaimStore):
    """Knows better than the app what time it is."""

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """Wrong."""
        return super().expired_claims(datetime.now(UTC), limit)


class ReopensAfterALoss(MemoryClaimStore):
    """Can lose its memory, and then sells everything again."""

    def lose_memory(self) -> None:
        """As a restart would."""
        self._activities.clear()


class ComparesNothing(MemoryTokenStore):
    """Sets whatever comes."""

    def set_token(self, key: str, token: StoredToken) -> bool:
        """Wrong."""
        self._tokens[key] = token
        return True


class IgnoresLeases(MemoryTokenStore):
    """Lets everybody in."""

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """Wrong."""
        super().try_lock(key, owner, now, until)
        return True


class KeepsLeasesForEver(MemoryTokenStore):
    """Lets nobody in after an owner that has died."""

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """Wrong."""
        return super().try_lock(key, owner, now, until + timedelta(days=10_000))


class UnlocksForAnybody(MemoryTokenStore):
    """Does not look who unlocks."""

    def unlock(self, key: str, owner: str) -> None:
        """Wrong."""
        self._leases.pop(key, None)


class ProlongsNotes(MemoryNonceStore):
    """Prolongs a note with each repetition."""

    def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """Wrong."""
        is_new = super().remember(key, now, until)
        self._notes[key] = max(until, self._notes[key])
        return is_new


BROKEN_CLAIMS = (
    OversellsByOne,
    ForgetsTheCeiling,
    ForgetsTheCeilingWhenRebuilt,
    ClaimsTwicePerToken,
    SellsAPart,
    FreesExpiredClaims,
    GivesBackTwice,
    ConfirmsWhatIsGone,
    ReadsItsOwnClock,
    ReopensAfterALoss,
)
"""Each breaks a promise of :class:`~minishop.inventory.ClaimStore`."""

BROKEN_TOKENS = (ComparesNothing, IgnoresLeases, KeepsLeasesForEver, UnlocksForAnybody)
"""Each breaks a promise of :class:`~minishop.flows.TokenStore`."""

BROKEN_NONCES = (ProlongsNotes,)
"""Each breaks a promise of :class:`~minishop.flows.NonceStore`."""
