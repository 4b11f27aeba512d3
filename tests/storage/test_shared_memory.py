"""Claims, tokens and nonces in memory, and that the kit catches every broken adapter."""

from unittest import SkipTest

import pytest

from minishop.adapters.memory import (
    AsyncMemoryClaimStore,
    AsyncMemoryNonceStore,
    AsyncMemoryTokenStore,
    MemoryClaimStore,
    MemoryNonceStore,
    MemoryTokenStore,
)
from minishop.testing.contract import BrokenPromise
from minishop.testing.contract.shared import (
    CLAIM_PROMISES,
    NONCE_PROMISES,
    TOKEN_PROMISES,
    AsyncClaimContract,
    AsyncNonceContract,
    AsyncTokenContract,
    ClaimContract,
    NonceContract,
    TokenContract,
    broken,
)
from minishop.testing.contract.shared._lab import NOW, SharedLab, later


class TestClaims(ClaimContract):
    def make_store(self):
        return MemoryClaimStore()


class TestAsyncClaims(AsyncClaimContract):
    async def make_store(self):
        return AsyncMemoryClaimStore()


class TestTokens(TokenContract):
    def make_store(self):
        return MemoryTokenStore()


class TestAsyncTokens(AsyncTokenContract):
    async def make_store(self):
        return AsyncMemoryTokenStore()


class TestNonces(NonceContract):
    def make_store(self):
        return MemoryNonceStore()


class TestAsyncNonces(AsyncNonceContract):
    async def make_store(self):
        return AsyncMemoryNonceStore()


def broken_promises(promises, make):
    """Names of the promises that an adapter breaks, races left out: what chance finds does not count here."""
    found = []
    for promise in promises:
        store = make()
        if promise.name.startswith("races_") or (promise.needs and not hasattr(store, "lose_memory")):
            continue
        try:
            promise.check(SharedLab(store, None, getattr(store, "lose_memory", None)))
        except BrokenPromise:
            found.append(promise.name)
    return found


CAUGHT_BY = {
    broken.OversellsByOne: "claims_until_nothing_is_left",
    broken.ForgetsTheCeiling: "keeps_each_to_the_ceiling",
    broken.ForgetsTheCeilingWhenRebuilt: "rebuilds",
    broken.ClaimsTwicePerToken: "gives_a_token_one_claim",
    broken.SellsAPart: "claims_until_nothing_is_left",
    broken.FreesExpiredClaims: "reports_what_has_expired",
    broken.GivesBackTwice: "gives_back",
    broken.ConfirmsWhatIsGone: "confirms",
    broken.ReadsItsOwnClock: "goes_by_the_time_it_is_told",
    broken.ReopensAfterALoss: "sells_nothing_until_it_is_rebuilt",
    broken.ComparesNothing: "compares_before_it_sets",
    broken.IgnoresLeases: "leases_to_one",
    broken.KeepsLeasesForEver: "leases_to_one",
    broken.UnlocksForAnybody: "unlocks_for_its_owner",
    broken.ProlongsNotes: "forgets_at_the_end",
}


@pytest.mark.parametrize(
    "promises, mutant",
    [
        *((CLAIM_PROMISES, mutant) for mutant in broken.BROKEN_CLAIMS),
        *((TOKEN_PROMISES, mutant) for mutant in broken.BROKEN_TOKENS),
        *((NONCE_PROMISES, mutant) for mutant in broken.BROKEN_NONCES),
    ],
)
def test_the_kit_catches(promises, mutant):
    assert CAUGHT_BY[mutant] in broken_promises(promises, mutant)


def test_the_kit_finds_nothing_wrong_where_nothing_is():
    assert not broken_promises(CLAIM_PROMISES, MemoryClaimStore)
    assert not broken_promises(TOKEN_PROMISES, MemoryTokenStore)
    assert not broken_promises(NONCE_PROMISES, MemoryNonceStore)


@pytest.mark.parametrize("mutant", [broken.OversellsByOne, broken.ForgetsTheCeiling, broken.ClaimsTwicePerToken])
def test_races_catch_what_is_wrong_at_any_time(mutant):
    promise = next(one for one in CLAIM_PROMISES if one.name == "races_threads")
    with pytest.raises(BrokenPromise):
        promise.check(SharedLab(mutant(), None, lambda: None))


def test_what_is_not_declared_is_skipped():
    promise = next(one for one in CLAIM_PROMISES if one.name == "sells_nothing_until_it_is_rebuilt")
    with pytest.raises(SkipTest, match="lose_memory"):
        TestClaims().run(promise)


def test_nonces_do_not_pile_up():
    store = MemoryNonceStore()
    for number in range(3000):
        assert store.remember(f"n{number}", later(3000 * number), later(3000 * number + 1))
    assert len(store._notes) < 1100
    assert not store.remember("n2999", NOW, later(1))
