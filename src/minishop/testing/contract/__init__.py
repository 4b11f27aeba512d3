"""The contract kit: proves that an adapter keeps what its port promises.

For a store, subclass :class:`StoreContract` in a test file, and nothing more is needed::

    from minishop.testing.contract import StoreContract

    class TestMyStore(StoreContract):
        def make_store(self):
            return MyStore("sqlite://")          # empty; called for each test

        def drop_store(self, store):             # optional
            store.close()

        def reopen(self, store):                 # optional: several processes use one database
            return partial(MyStore, store.url)   # must be picklable

        def set_hook(self, store, hook):         # optional: faults and rivals within a commit
            store.hook = hook                    # call it as hook("name of the point")

        missing = frozenset({Capability.LEDGER}) # optional: what your store does not have

pytest runs one test for each promise. An :class:`AsyncStoreContract` runs the same ones on an async store; there
``make_store`` and ``drop_store`` are coroutines. Fixtures reach a contract as they reach any test class: an autouse
fixture may set ``self.url``. ``examples`` and ``steps`` size the state machine.

Without pytest, ``python -m minishop.testing.contract my.module:TestMyStore`` prints every promise as kept, broken or
not declared, and exits with 1 if one is broken. It takes a contract, or any function that makes an empty store.

Another port gets its own kit from the same parts: promises in a :class:`Chapter`, and a :class:`Contract` that names
them and opens a laboratory.
"""

from minishop.testing.contract._contract import Contract
from minishop.testing.contract._face import Face, LoopThread
from minishop.testing.contract._interleave import Interleaved
from minishop.testing.contract._promise import BrokenPromise, Chapter, Promise, holds, same
from minishop.testing.contract._report import Outcome, check_promises, find_contract, print_table
from minishop.testing.contract.store import AsyncStoreContract, Capability, StoreContract

__all__ = [
    "AsyncStoreContract",
    "BrokenPromise",
    "Capability",
    "Chapter",
    "Contract",
    "Face",
    "Interleaved",
    "LoopThread",
    "Outcome",
    "Promise",
    "StoreContract",
    "check_promises",
    "find_contract",
    "holds",
    "print_table",
    "same",
]
