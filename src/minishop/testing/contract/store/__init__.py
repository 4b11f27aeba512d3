"""The contract of :class:`~minishop.storage.Store`."""

from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._contract import STORE_PROMISES, AsyncStoreContract, StoreContract
from minishop.testing.contract.store._lab import Lab

__all__ = ["STORE_PROMISES", "AsyncStoreContract", "Capability", "Lab", "StoreContract"]
