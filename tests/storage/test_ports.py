"""The ports: sync and async say the same, requests reach every method, a batch that makes no sense cannot be built."""

import asyncio
import inspect
import typing
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from minishop import storage
from minishop.adapters.memory import AsyncMemoryStore, MemoryStore
from minishop.errors import InvalidInput
from minishop.flows import Request, arun, ask, run
from minishop.inventory import MoveKind, Reserve, StockKey, StockMove
from minishop.storage import Batch, EventRow, Expect, LedgerEntry, Put, Receipt, ReceiptKey, Take, Timer

NOW = datetime(2026, 6, 18, tzinfo=UTC)
PORTS = ["UnitOfWork", "Records", "Timers", "IdempotencyStore", "StockStore", "LedgerStore", "LimitStore", "Outbox"]


def methods(port):
    return {name: value for name, value in vars(port).items() if inspect.isfunction(value) and name[0] != "_"}


@pytest.mark.parametrize("name", [*PORTS, "ClaimStore", "TokenStore", "NonceStore"])
def test_sync_and_async_ports_differ_in_async_alone(name):
    sync, parallel = methods(getattr(storage, name)), methods(getattr(storage, f"Async{name}"))
    assert list(sync) == list(parallel)
    for method in sync:
        assert inspect.signature(sync[method]) == inspect.signature(parallel[method]), method
        assert not inspect.iscoroutinefunction(sync[method])
        assert inspect.iscoroutinefunction(parallel[method]), method


@pytest.mark.parametrize("store, prefix", [(MemoryStore, ""), (AsyncMemoryStore, "Async")])
def test_the_memory_stores_have_the_ports_signatures(store, prefix):
    for name in PORTS:
        for method, port in methods(getattr(storage, prefix + name)).items():
            assert inspect.signature(getattr(store, method)) == inspect.signature(port), method
            assert inspect.iscoroutinefunction(getattr(store, method)) == bool(prefix)


def test_a_store_is_all_ports_together():
    assert {base.__name__ for base in storage.Store.__mro__} >= set(PORTS)
    assert {base.__name__ for base in storage.AsyncStore.__mro__} >= {f"Async{name}" for name in PORTS}


# --- requests --------------------------------------------------------------------------------------------------


class Recorder:
    """Notes which method is called with what."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        def call(*args, **more):
            self.calls.append(inspect.signature(getattr(MemoryStore, name)).bind(None, *args, **more))
            self.calls[-1].apply_defaults()
            return name

        return call


REQUESTS = [
    value
    for name in storage.__all__
    if isinstance(value := getattr(storage, name), type) and issubclass(value, Request)
]


def test_every_request_is_answered():
    assert set(storage.store_handlers(MemoryStore())) == set(REQUESTS)


def test_every_method_of_a_store_has_one_request_and_gets_all_of_its_fields():
    reached = []
    for request in REQUESTS:
        recorder = Recorder()
        values = {field.name: object() for field in attrs.fields(request)}
        reached.append(storage.store_handlers(recorder)[request](request(**values)))
        (call,) = recorder.calls
        assert set(call.arguments.values()) - {None} == set(values.values()), request
    assert sorted(reached) == sorted(name for port in PORTS for name in methods(getattr(storage, port)))


def test_the_defaults_of_requests_are_those_of_the_methods():
    for request in REQUESTS:
        recorder = Recorder()
        fields = attrs.fields(request)
        storage.store_handlers(recorder)[request](
            request(**{field.name: object() for field in fields if field.default is attrs.NOTHING})
        )
        method = storage.store_handlers(recorder)[request](request(**{field.name: object() for field in fields}))
        parameters = inspect.signature(getattr(MemoryStore, method)).parameters.values()
        wanted = sorted(repr(one.default) for one in parameters if one.default is not one.empty)
        assert sorted(repr(field.default) for field in fields if field.default is not attrs.NOTHING) == wanted


def test_requests_state_the_type_of_their_answers():
    for request in REQUESTS:
        (base,) = request.__orig_bases__
        (answer,) = typing.get_args(base)
        assert answer is not typing.Any


def count_orders():
    put = Put(kind="order", id="o1", expected=0, document="{}", created_at=NOW)
    answer = yield from ask(storage.Commit(Batch(now=NOW, puts=(put,))))
    page = yield from ask(storage.ListRecords(kind="order"))
    return answer.versions, len(page.records)


def test_one_flow_runs_on_both_kinds_of_stores():
    wanted = ({("order", "o1"): 1}, 1)
    assert run(count_orders(), storage.store_handlers(MemoryStore())) == wanted
    assert asyncio.run(arun(count_orders(), storage.store_handlers(AsyncMemoryStore()))) == wanted


def test_sync_and_async_memory_stores_may_share_what_they_hold():
    store = MemoryStore()
    asyncio.run(arun(count_orders(), storage.store_handlers(AsyncMemoryStore(store))))
    assert store.load("order", "o1") is not None


# --- batches that make no sense ----------------------------------------------------------------------------------

NAIVE = datetime(2026, 6, 18)
SKU = StockKey("S")


def put(record_id="o1", **more):
    return Put(**({"kind": "order", "id": record_id, "expected": 0, "document": "{}", "created_at": NOW} | more))


def move(entry):
    return StockMove(entry, SKU, MoveKind.RECEIVE, 1)


@pytest.mark.parametrize(
    "parts, field, code",
    [
        ({"puts": (put(), put())}, "puts", "duplicate_id"),
        ({"puts": (put(),), "expects": (Expect("order", "o1", 1),)}, "puts", "duplicate_id"),
        ({"expects": (Expect("order", "o1", 1), Expect("order", "o1", 1))}, "puts", "duplicate_id"),
        ({"puts": (put("a", unique=("k",)), put("b", unique=("k",)))}, "puts.unique", "duplicate_id"),
        (
            {"puts": (put(timers=(Timer("t", "", NOW), Timer("t", "", NOW + timedelta(1)))),)},
            "puts.timers",
            "duplicate_id",
        ),
        ({"puts": (put(),), "events": (EventRow("order", "o1", 0, "a", ""),) * 2}, "events", "duplicate_id"),
        ({"puts": (put(),), "events": (EventRow("order", "o2", 0, "a", ""),)}, "events", "not_put"),
        ({"ledger": (LedgerEntry("e", "a", 1), LedgerEntry("e", "b", 1))}, "ledger", "duplicate_id"),
        ({"stock": (move("e"), move("e"))}, "stock", "duplicate_id"),
        ({"stock": (Reserve("h", ((SKU, 1), (SKU, 2)), NOW),)}, "stock.wanted", "duplicate_id"),
        ({"stock": (Reserve("h", ((SKU, 0),), NOW),)}, "stock.wanted", "out_of_range"),
        ({"puts": (put(expected=-1),)}, "puts.expected", "out_of_range"),
        ({"expects": (Expect("order", "o1", -1),)}, "puts.expected", "out_of_range"),
        ({"now": NAIVE}, "now", "naive_time"),
        ({"puts": (put(created_at=NAIVE),)}, "puts.created_at", "naive_time"),
        ({"puts": (put(timers=(Timer("t", "", NAIVE),)),)}, "puts.timers.at", "naive_time"),
        ({"receipt": Receipt(ReceiptKey("s", "a", "c", "k"), "f", "", NAIVE)}, "receipt.expires_at", "naive_time"),
        ({"stock": (Reserve("h", ((SKU, 1),), NAIVE),)}, "stock.until", "naive_time"),
    ],
)
def test_a_batch_that_makes_no_sense_cannot_be_built(parts, field, code):
    with pytest.raises(InvalidInput) as caught:
        Batch(**({"now": NOW} | parts))
    assert (caught.value.field, caught.value.code) == (field, code)


def test_a_record_may_name_a_unique_key_twice():
    Batch(now=NOW, puts=(put(unique=("k", "k")),))


@pytest.mark.parametrize("count", [0, -1])
def test_a_take_is_of_at_least_one(count):
    with pytest.raises(InvalidInput) as caught:
        Take("k", "t", count)
    assert caught.value.code == "out_of_range"
