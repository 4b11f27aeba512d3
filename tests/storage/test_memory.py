"""The memory stores keep the contract of a store."""

from minishop.adapters.memory import AsyncMemoryStore, MemoryStore
from minishop.testing.contract import AsyncStoreContract, StoreContract


class TestMemoryStore(StoreContract):
    examples, steps = 30, 20

    def make_store(self):
        return MemoryStore()


class TestAsyncMemoryStore(AsyncStoreContract):
    async def make_store(self):
        return AsyncMemoryStore()
