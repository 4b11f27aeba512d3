"""Stores that keep everything in memory: the reference that the contract kit compares other stores with."""

from minishop.adapters.memory._async_store import AsyncMemoryStore
from minishop.adapters.memory._claims import AsyncMemoryClaimStore, MemoryClaimStore
from minishop.adapters.memory._store import MemoryStore
from minishop.adapters.memory._tokens import (
    AsyncMemoryNonceStore,
    AsyncMemoryTokenStore,
    MemoryNonceStore,
    MemoryTokenStore,
)

__all__ = [
    "AsyncMemoryClaimStore",
    "AsyncMemoryNonceStore",
    "AsyncMemoryStore",
    "AsyncMemoryTokenStore",
    "MemoryClaimStore",
    "MemoryNonceStore",
    "MemoryStore",
    "MemoryTokenStore",
]
