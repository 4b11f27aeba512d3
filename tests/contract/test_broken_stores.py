"""The kit catches every broken store, at every run, and finds no fault with a right one."""

import pytest

from minishop.testing.contract import Capability, StoreContract, check_promises
from minishop.testing.contract.broken import BROKEN_STORES, BrokenContract, HookedStore

LUCK = ("races_threads", "races_processes", "agrees_with_the_reference")
"""Promises that may or may not notice a mistake, from one run to the next or from one Hypothesis to the next."""


class TestHookedStore(StoreContract):
    missing = frozenset({Capability.HYPOTHESIS})

    def make_store(self):
        return HookedStore()

    def set_hook(self, store, hook):
        store.hook = hook


@pytest.mark.parametrize("store", BROKEN_STORES, ids=lambda store: store.__name__)
def test_a_broken_store_is_caught_without_luck(store):
    assert not store.caught_by.startswith(LUCK)
    contract = BrokenContract(store)
    (promise,) = [one for one in contract.promises if one.name == store.caught_by]
    for _ in range(3):
        (outcome,) = check_promises(contract, [promise])
        assert outcome.verdict == "broken", f"{store.__name__} keeps {promise.name}"
        assert not outcome.detail.startswith(("AttributeError", "TypeError", "KeyError")), outcome.detail


def test_the_names_of_promises_are_theirs_alone():
    names = [promise.name for promise in StoreContract.promises]
    assert len(set(names)) == len(names)
    assert all(promise.text.endswith(".") for promise in StoreContract.promises)
