"""A store that breaks while committing, is busy, or says that somebody else was faster: nothing is lost or double."""

import json
from datetime import timedelta

import pytest

from minishop.adapters.memory import AsyncMemoryStore, MemoryStore
from minishop.checkout import AsyncShop, Done
from minishop.errors import OutcomeUnknown
from minishop.orders import AttemptState, LegState, Life
from minishop.payments import CreatePayment, SendRefund
from minishop.storage import Commit, Conflict, StoreBusy
from minishop.testing.gateway import AsyncFakeGateway
from tests.checkout.world import ADDRESS, AwaitEverything, World
from tests.crash.journey import ENGINE, Journey
from tests.crash.parcels import Parcels

FAULTS = ["lost before", "lost after", "busy", "conflict"]


class Breaking:
    """A store, of which one commit goes wrong.

    Args:
        store: The real one.
        fault: What happens.
        at: At which commit, counted from 0; ``None``: never.
    """

    def __init__(self, store, fault="", at=None):
        self.store, self.fault, self.at = store, fault, at
        self.count = 0
        self._database = None

    def __getattr__(self, name):
        return getattr(self.store, name)

    def commit(self, batch):
        self.count += 1
        if self.count - 1 != self.at:
            return self.store.commit(batch)
        if self.fault == "busy":
            raise StoreBusy("the database is busy")
        if self.fault == "conflict" and batch.puts:
            kind, name = min((put.kind, put.id) for put in batch.puts if put.kind != "book")
            return Conflict("version", f"{kind}:{name}")
        if self.fault == "lost after":
            self.store.commit(batch)
        raise OutcomeUnknown("the connection broke")


def travel(directory, fault="", at=None, *, is_async=False, make=Journey):
    """A journey over a memory store; a step that was busy is taken again. Returns (projection, faults, commits)."""
    store = Breaking(MemoryStore())
    journey = make(store, directory, book=":memory:")
    if is_async:
        _make_async(journey)
    journey.open()
    store.fault, store.at, store.count = fault, at, 0
    for name in journey.steps:
        journey.clock.advance(seconds=10)
        for _ in range(2):
            try:
                getattr(journey, name)()
                break
            except StoreBusy:
                continue
    count = store.count
    journey.sweep(timedelta(minutes=3), timedelta(days=40), relays=True)
    found = json.loads(json.dumps(journey.projection())), journey.faults(), count
    journey.close()
    return found


def _make_async(journey):
    shop = AsyncShop(
        "main",
        engine=ENGINE,
        store=AsyncMemoryStore(journey.store.store),
        gateway=AsyncFakeGateway(journey.gateway),
        shelf=lambda skus, buyer: None,
        clock=journey.clock,
    )
    awaited = {kind: _awaitable(handler) for kind, handler in journey.shop.handlers.items()}
    shop.handlers = awaited
    journey.shop = AwaitEverything(shop)


def _awaitable(handler):
    async def handle(request):
        return handler(request)

    return handle


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    found, faults, count = travel(tmp_path_factory.mktemp("unbroken"))
    assert faults == []
    assert count > 14
    return found, count


@pytest.mark.parametrize("is_async", [False, True], ids=["blocking", "async"])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_commit_goes_wrong(fault, is_async, unbroken, tmp_path):
    expected, count = unbroken
    for at in range(count):
        directory = tmp_path / str(at)
        directory.mkdir()
        found, faults, _ = travel(directory, fault, at, is_async=is_async)
        assert (at, faults) == (at, [])
        assert (at, found) == (at, expected)


class Patient(Parcels):
    """Goes on only when what has failed was tried again."""

    def deliver_events(self):
        while self.shop.relay().failed:
            self.clock.advance(seconds=11)

    def work(self):
        for _ in range(2):
            super().work()
            self.clock.advance(minutes=3)
        super().work()


@pytest.fixture(scope="module")
def unbroken_parcels(tmp_path_factory):
    found, faults, count = travel(tmp_path_factory.mktemp("unbroken"), make=Patient)
    assert faults == []
    assert count > 14
    return found, count


@pytest.mark.parametrize("fault", FAULTS)
def test_one_commit_goes_wrong_while_a_parcel_travels(fault, unbroken_parcels, tmp_path):
    expected, count = unbroken_parcels
    for at in range(count):
        directory = tmp_path / str(at)
        directory.mkdir()
        found, faults, _ = travel(directory, fault, at, make=Patient)
        assert (at, faults) == (at, [])
        assert (at, found) == (at, expected)


# -- what two do at the same time, driven by hand ---------------------------------------------------------------------


@pytest.fixture
def world():
    world = World()
    yield world
    world.gateway.close_book()


def meanwhile(world, kind, act):
    """The next request of a kind is answered only after something else has happened."""
    handler = world.shop.handlers[kind]

    def handle(request):
        world.shop.handlers[kind] = handler
        act()
        return handler(request)

    world.shop.handlers[kind] = handle


def test_two_copies_of_one_notification_commit_at_once(world):
    world.fill(TEA=1)
    notice = world.gateway.pay(world.place().attempt)
    meanwhile(world, Commit, lambda: world.shop.pay_notified(notice))
    answer = world.shop.pay_notified(notice)
    assert isinstance(answer, Done), answer
    assert (answer.topics, answer.order.captured, len(answer.order.payments)) == ((), 12900, 1)
    assert world.store.list_records("alert").records == ()


def test_a_refund_is_reported_while_it_is_asked_about(world):
    order = world.paid(CUP=2)
    leg = world.shop.refund(order.id, seller="s", key="r", units=("CUP/1",)).order.legs[0].id
    notice = world.gateway.settle_refund(leg)
    meanwhile(world, Commit, lambda: world.shop.refund_notified(notice))
    answer = world.shop.refund_notified(notice)
    assert isinstance(answer, Done), answer
    assert (answer.topics, answer.order.legs[0].state) == ((), LegState.SETTLED)


def test_the_sweep_sends_a_refund_that_is_being_sent(world):
    order = world.paid(CUP=2)

    def sweep():
        world.clock.advance(minutes=2)
        assert world.shop.sweep(relays=False).refunds == 1

    meanwhile(world, SendRefund, sweep)
    answer = world.shop.refund(order.id, seller="s", key="r", units=("CUP/1",))
    assert (answer.order.legs[0].state, len(answer.order.legs)) == (LegState.SUBMITTED, 1)
    world.settle()
    assert [(str(row.kind), row.amount) for row in world.gateway.book()] == [("payment", 10000), ("refund", 5000)]


def test_an_order_closed_while_its_payment_is_made_gives_nobody_anything_to_pay(world):
    world.fill(TEA=1)

    def close():
        (record,) = world.store.list_records("order").records
        world.shop.close(record.id, key="c", buyer="u1")

    meanwhile(world, CreatePayment, close)
    answer = world.place()
    assert (answer.order.life, dict(answer.client)) == (Life.CLOSED, {})


def test_money_for_an_order_closed_without_an_answer_is_found_though_nobody_tells(world):
    world.fill(TEA=1)
    placed = world.place()
    world.gateway.pay(placed.attempt)  # and the notification is lost
    for _ in range(45):
        world.clock.advance(minutes=1)
        world.gateway._faults[:] = ["lose_request"] * 5  # the gateway is down for an hour
        world.shop.sweep(relays=False)
    assert world.order(placed.order.id).life is Life.CLOSED
    world.gateway._faults.clear()
    world.sweep(hours=1)
    world.sweep(hours=1)
    world.settle()
    assert [(str(row.kind), row.amount) for row in world.gateway.book()] == [("payment", 12900), ("refund", 12900)]
    assert [leg.state for leg in world.order(placed.order.id).legs] == [LegState.SETTLED]


def test_a_payment_that_the_gateway_never_had_is_not_asked_about_for_ever(world):
    world.fill(TEA=1)
    world.gateway._faults[:] = ["lose_request"]
    placed = world.place()
    assert world.order(placed.order.id).attempts[0].state is AttemptState.UNKNOWN
    for _ in range(45):
        world.clock.advance(minutes=1)
        world.gateway._faults[:] = ["lose_request"] * 5
        world.shop.sweep(relays=False)
    world.gateway._faults.clear()
    for _ in range(4):
        world.sweep(hours=1)
    assert world.order(placed.order.id).attempts[0].state is AttemptState.CLOSED
    assert world.store.due(world.clock() + timedelta(days=100), 10) == ()


@pytest.mark.parametrize("name", ["place", "pay"])
def test_erasing_while_an_order_is_written(world, name):
    """What a use case had read before cannot come back; a new order's address is new."""
    if name == "place":
        world.fill(TEA=1)
        total = world.shop.preview_order(buyer="u1", cart="cart-1", address=ADDRESS).payable
        placed = world.shop.place_order(buyer="u1", key="k", cart="cart-1", expected_total=total, address=ADDRESS)
        meanwhile(world, Commit, lambda: world.shop.erase_shopper(shopper="u1"))
        world.shop.close(placed.order.id, key="c", buyer="u1")
        name = placed.order.id
    else:
        name = world.paid(TEA=1, settings={"address": ADDRESS}).id
        meanwhile(world, Commit, lambda: world.shop.erase_shopper(shopper="u1"))
        world.shop.ship(name, seller="s", key="ship")
    stored = world.store.load("order", name)
    assert stored.personal is None
    assert ADDRESS.phone not in stored.document
    assert world.order(name).address is None or world.order(name).address.phone == ""


def test_a_broken_connection_does_not_end_the_loop_early(world):
    """Without a receipt the same batch is sent again; what it did is not done twice."""
    world.fill(TEA=1)
    notice = world.gateway.pay(world.place().attempt)
    commit, broken = world.shop.handlers[Commit], []

    def break_twice(request):
        if len(broken) < 2:
            broken.append(commit(request))
            raise OutcomeUnknown("the connection broke")
        return commit(request)

    world.shop.handlers[Commit] = break_twice
    answer = world.shop.pay_notified(notice)
    assert isinstance(answer, Done), answer
    assert (answer.order.captured, world.stock("TEA"), len(broken)) == (12900, (10, 1, 0), 2)
