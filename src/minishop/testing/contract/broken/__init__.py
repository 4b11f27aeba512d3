"""Stores with one mistake each: what the kit must catch, and what the mistakes look like.

``BROKEN_STORES`` has them all. The kit's own tests prove that each breaks the promise named in its ``caught_by``, at
every run. :class:`HookedStore` has no mistake; it shows how a store lets the kit into its commits.
"""

from minishop.testing.contract.broken import _clocks, _records, _stock
from minishop.testing.contract.broken._base import BrokenContract, BrokenStore, HookedStore

__all__ = ["BROKEN_STORES", "BrokenContract", "BrokenStore", "HookedStore"]

BROKEN_STORES: tuple[type[BrokenStore], ...] = tuple(
    getattr(module, name) for module in (_records, _stock, _clocks) for name in module.__all__
)
"""All of them."""
