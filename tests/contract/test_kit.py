"""The kit itself: its table and exit status, what is not declared, forced interleavings, processes that fail."""

import functools
import queue
import sys
import threading
import time
from unittest import SkipTest

import pytest

from minishop.adapters.memory import AsyncMemoryStore, MemoryStore
from minishop.errors import InvalidInput
from minishop.storage import Conflict, LedgerEntry, OutboxRow, StoreBusy
from minishop.testing.contract import (
    AsyncStoreContract,
    BrokenPromise,
    Capability,
    Chapter,
    Contract,
    Interleaved,
    StoreContract,
    _racing,
    check_promises,
    find_contract,
)
from minishop.testing.contract.__main__ import main
from minishop.testing.contract.broken import BROKEN_STORES, BrokenContract
from minishop.testing.contract.store import _contests
from minishop.testing.contract.store._values import NOW, later, put

HERE = __name__

# --- what the command is given --------------------------------------------------------------------------------------


async def make_async_store():
    return AsyncMemoryStore()


class MemoryContract(StoreContract):
    def make_store(self):
        return MemoryStore()


class Loses(MemoryStore):
    def balance(self, account):
        return 0


class Crashes(MemoryStore):
    def entries(self, account, *, after=None, limit=100):
        raise ZeroDivisionError("no entries")


here = sys.modules[HERE]


@pytest.mark.parametrize("name", ["MemoryStore", "AsyncMemoryStore", "make_async_store", "MemoryContract"])
def test_the_command_takes_stores_and_contracts(name, capsys):
    assert main([f"{HERE}:{name}", "--only", "ledger"]) == 0
    out = capsys.readouterr().out
    assert "  kept          An account falls to its floor and not below" in out
    assert out.endswith("\n4 kept, 0 broken, 0 not declared\n")


def test_the_command_fails_if_a_promise_is_broken_and_shows_how(capsys):
    assert main([f"{HERE}:Loses", "--only", "books_entries"]) == 1
    out = capsys.readouterr().out
    assert "  broken        Entries are kept in the order of booking" in out
    assert "                  wanted: (8, 0)\n                  got:    (0, 0)\n" in out


def test_an_exception_of_the_store_breaks_a_promise(capsys):
    assert main([f"{HERE}:Crashes", "--only", "books_entries"]) == 1
    assert "ZeroDivisionError: no entries" in capsys.readouterr().out


def test_the_command_shows_what_is_not_declared_and_what_that_weakens(capsys):
    assert main([f"{HERE}:MemoryStore", "--only", "races_processes"]) == 0
    out = capsys.readouterr().out
    assert "not declared  Processes at once on one database" in out
    assert "without processes: nothing is known about several processes on one database" in out


@pytest.mark.parametrize("path", ["nowhere:Store", f"{HERE}:nothing", HERE, "", f"{HERE}:here", ":x"])
def test_the_command_says_what_it_cannot_find(path, capsys):
    assert main([path]) == 2
    assert "Write package.module:function." in capsys.readouterr().err


def test_a_factory_that_is_not_found_is_an_error_of_the_tree():
    with pytest.raises(InvalidInput) as caught:
        find_contract("nowhere:Store")
    assert (caught.value.field, caught.value.code) == ("factory", "not_found")


# --- capabilities ---------------------------------------------------------------------------------------------------

METHODS = {
    Capability.HISTORY: ["history"],
    Capability.LISTS: ["list_records"],
    Capability.PERSONAL: ["erase_personal"],
    Capability.TIMERS: ["due", "defer"],
    Capability.RECEIPTS: ["find_receipt", "drop_receipts"],
    Capability.STOCK: ["stock", "drop_holds"],
    Capability.HOLDS: ["drop_holds"],
    Capability.LIMITS: ["taken", "holders"],
    Capability.LEDGER: ["balance", "entries"],
    Capability.OUTBOX: ["claim", "ack", "fail", "parked", "requeue", "skip"],
    Capability.THREADS: [],
}
PARTS = {
    Capability.RECEIPTS: "receipt",
    Capability.STOCK: "stock",
    Capability.LIMITS: "limits",
    Capability.LEDGER: "ledger",
}


class LackingStore(MemoryStore):
    """A store that refuses to do what it has not declared, so that the kit must not ask for it."""

    def __init__(self, missing):
        super().__init__()
        self.missing = missing
        for capability in missing:
            for name in METHODS[capability]:
                setattr(self, name, functools.partial(self.refuse, name))

    def refuse(self, name, *args, **more):
        raise NotImplementedError(name)

    def commit(self, batch):
        for capability in self.missing & set(PARTS):
            assert not getattr(batch, PARTS[capability]), f"a batch with {PARTS[capability]}"
        if self.missing >= {Capability.OUTBOX, Capability.HISTORY}:
            assert not batch.events
        if Capability.TIMERS in self.missing:
            assert not any(one.timers for one in batch.puts)
        return super().commit(batch)


class LackingContract(StoreContract):
    examples, steps = 3, 10

    def __init__(self, missing):
        self.missing = frozenset(missing)

    def make_store(self):
        return LackingStore(self.missing)


@pytest.mark.parametrize("missing", [*([one] for one in METHODS), list(METHODS)], ids=lambda missing: missing[-1].name)
def test_what_is_not_declared_is_not_asked_for(missing):
    outcomes = list(check_promises(LackingContract(missing)))
    assert [outcome for outcome in outcomes if outcome.verdict == "broken"] == []
    skipped = [outcome for outcome in outcomes if outcome.verdict == "not declared"]
    assert all(any(one.value in outcome.detail for outcome in skipped) for one in missing)


def test_a_missing_hypothesis_is_declared(monkeypatch):
    monkeypatch.setattr("minishop.testing.contract.store._contract.find_spec", lambda name: None)
    assert Capability.HYPOTHESIS not in MemoryContract().declared


def test_a_test_method_is_skipped_for_what_is_not_declared():
    with pytest.raises(SkipTest, match="without ledger: points may be spent twice"):
        LackingContract([Capability.LEDGER]).test_books_entries()


def test_an_unfinished_contract_says_what_it_needs():
    promise = next(iter(StoreContract.promises))
    for contract in (StoreContract(), AsyncStoreContract(), Contract()):
        with pytest.raises(NotImplementedError):
            contract.run(promise)
    with pytest.raises(NotImplementedError):
        Contract().open_lab()
    with pytest.raises(NotImplementedError):
        StoreContract().set_hook(None, None)


def test_another_port_gets_its_kit_from_the_same_parts():
    counting = Chapter("counting")

    @counting.promise()
    def counts_up(lab):
        """It counts."""
        if lab.pop() != 1:
            raise BrokenPromise("it does not")

    class CounterContract(Contract):
        promises = tuple(counting)

        def find_missing(self, promise):
            return ()

        def open_lab(self):
            from contextlib import nullcontext

            return nullcontext([1])

    CounterContract().test_counts_up()
    assert CounterContract.test_counts_up.__doc__ == "It counts."


# --- the random part finds mistakes too -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["IgnoresVersions", "LosesTheOrder", "UniquePerKind"])
def test_the_state_machine_finds_mistakes_by_itself(name):
    (store,) = [store for store in BROKEN_STORES if store.__name__ == name]
    contract = BrokenContract(store)
    contract.examples, contract.steps = 100, 25
    (promise,) = [one for one in contract.promises if one.name == "agrees_with_the_reference"]
    (outcome,) = check_promises(contract, [promise])
    assert outcome.verdict == "broken"


# --- hooks and interleavings ----------------------------------------------------------------------------------------


def one(contract, name):
    (promise,) = [promise for promise in contract.promises if promise.name == name]
    (outcome,) = check_promises(contract, [promise])
    return outcome


class DeafContract(MemoryContract):
    def set_hook(self, store, hook):
        """Takes the hook and never calls it."""


class SwallowingStore(MemoryStore):
    hook = None

    def commit(self, batch):
        try:
            if self.hook:
                self.hook("begin")
        except RuntimeError:
            pass
        return super().commit(batch)


def test_a_hook_that_is_never_called_is_noticed():
    assert one(DeafContract(), "leaves_nothing_after_a_fault_within").detail == "the hook was not called"


def test_a_fault_that_is_swallowed_is_noticed():
    detail = one(BrokenContract(SwallowingStore), "leaves_nothing_after_a_fault_within").detail
    assert detail == "the fault at begin was swallowed"


def test_something_happens_between_load_and_commit():
    store = MemoryStore()
    calls = []
    between = Interleaved(
        store, before={"load": lambda: calls.append("before")}, after={"load": lambda: calls.append("after")}
    )
    for _ in range(2):
        between.load("order", "o1")
    assert calls == ["before", "after"]
    assert between._lock is store._lock


def test_a_crash_after_a_call_hides_its_answer():
    store = MemoryStore()

    def crash():
        raise KeyboardInterrupt

    between = Interleaved(store, after={"commit": crash})
    with pytest.raises(KeyboardInterrupt):
        between.commit(_contests.make_batch(put()))
    assert store.load("order", "o1") is not None
    assert between.commit(_contests.make_batch(put())) == Conflict("version", "order:o1")


# --- leases, threads, processes -------------------------------------------------------------------------------------


class DropsAcks(MemoryStore):
    def ack(self, row):
        return False


def test_an_ack_that_is_refused_is_noticed():
    assert "ack says it is not the row's" in one(BrokenContract(DropsAcks), "offers_only_committed_events").detail


class AlwaysBusy(MemoryStore):
    def commit(self, batch):
        if batch.ledger and batch.ledger[0].amount < 0:
            raise StoreBusy("busy")
        return super().commit(batch)


def test_a_store_that_is_always_busy_breaks_its_promise():
    assert "busy 500 times in a row" in one(BrokenContract(AlwaysBusy), "races_threads_for_points").detail


class NeverSucceeds(MemoryStore):
    def commit(self, batch):
        return Conflict("version", "race:counter")


def test_a_record_that_can_never_be_changed_is_noticed():
    assert "could not be changed" in one(BrokenContract(NeverSucceeds), "races_threads_for_versions").detail


class Surprises(MemoryStore):
    def commit(self, batch):
        return "what?"


def test_an_answer_of_another_kind_is_noticed():
    assert "what?" in one(BrokenContract(Surprises), "races_threads_for_versions").detail


class LeasesTwice(MemoryStore):
    def claim(self, now, lease_until, limit):
        return (
            (OutboxRow("race-out", "row1", 1, 0, "t", "", "lease"),) if limit == 3 else super().claim(now, NOW, limit)
        )

    def ack(self, row):
        return super().ack(row)


def test_a_row_leased_twice_is_noticed():
    contract = BrokenContract(LeasesTwice)
    assert "leased to several relays" in one(contract, "races_threads_for_leases").detail


class ProcessContract(MemoryContract):
    """Memory is no shared database: every process finds an empty one."""

    def __init__(self, reopen):
        self.open = reopen

    def reopen(self, store):
        return self.open


def test_processes_that_share_nothing_are_noticed():
    assert one(ProcessContract(MemoryStore), "races_processes").verdict == "broken"
    assert one(ProcessContract(AsyncMemoryStore), "races_processes").verdict == "broken"


def test_a_process_that_fails_is_reported():
    detail = one(ProcessContract(functools.partial(MemoryStore, 1)), "races_processes").detail
    assert detail.startswith("a process failed: ")
    assert "TypeError" in detail or "BrokenBarrierError" in detail


def test_what_runs_in_a_process():
    answers = queue.Queue()
    names = ["inserts", "stock"]
    for reopen in (MemoryStore, AsyncMemoryStore):
        _racing._run(_contests._work, 0, reopen, ("commit",), threading.Barrier(1), answers, (names,))
        words = [f"Committed {number}" for number in range(8)]
        assert answers.get() == [words, ["Insufficient"] * 8]


def test_what_runs_in_a_process_says_what_went_wrong_and_lets_the_others_go():
    answers, barrier = queue.Queue(), threading.Barrier(2)
    no_store = functools.partial(int, "no store")
    _racing._run(_contests._work, 0, no_store, ("commit",), barrier, answers, (["inserts"],))
    assert answers.get().startswith("ValueError: ")
    assert barrier.broken


def test_a_process_that_hangs_is_reported(monkeypatch):
    monkeypatch.setattr(_racing, "SECONDS", 1)
    detail = one(ProcessContract(functools.partial(time.sleep, 60)), "races_processes").detail
    assert detail == "a process gave no answer within 1 s"


def test_a_picture_shows_what_changed():
    with MemoryContract().open_lab() as lab:
        lab.done(LedgerEntry("e1", "a", 5))
        before = lab.picture()
        lab.done(LedgerEntry("e2", "a", 5), now=later(1))
        with pytest.raises(BrokenPromise, match=r"balance a:\n +was: 5\n +is: +10"):
            lab.unchanged(before, "after a booking")
