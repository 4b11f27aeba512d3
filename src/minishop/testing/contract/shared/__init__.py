"""Contracts of what several processes share for a while: claims of a flash sale, tokens with their leases, nonces.

Used as the contract of a store is: subclass one in a test file and say how to make an empty adapter::

    class TestMyClaims(ClaimContract):
        def make_store(self):
            return MyClaims("redis://")

        def reopen(self, store):                 # optional: several processes share it; picklable
            return partial(MyClaims, store.url)

        def lose_memory(self, store):            # optional, for claims: as after a restart
            ...

:mod:`minishop.testing.contract.shared.broken` has adapters that break one promise each.
"""

from minishop.testing.contract.shared._claims import CLAIM_PROMISES
from minishop.testing.contract.shared._contract import (
    Ability,
    AsyncClaimContract,
    AsyncNonceContract,
    AsyncTokenContract,
    ClaimContract,
    NonceContract,
    TokenContract,
)
from minishop.testing.contract.shared._nonces import NONCE_PROMISES
from minishop.testing.contract.shared._tokens import TOKEN_PROMISES

__all__ = [
    "CLAIM_PROMISES",
    "NONCE_PROMISES",
    "TOKEN_PROMISES",
    "Ability",
    "AsyncClaimContract",
    "AsyncNonceContract",
    "AsyncTokenContract",
    "ClaimContract",
    "NonceContract",
    "TokenContract",
]
