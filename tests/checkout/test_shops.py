"""Both shops are the same shop."""

import asyncio
import inspect
import subprocess
import sys

import pytest

from minishop import StockKey, orders
from minishop.adapters.memory import AsyncMemoryStore
from minishop.checkout import AsyncShop, Desk, Publish, Shop
from minishop.errors import CallerError, InvalidInput
from minishop.quotes import Shopper
from minishop.testing.gateway import AsyncFakeGateway
from tests.checkout.world import World

METHODS = sorted(name for name in vars(Shop) if not name.startswith("_"))


def test_the_same_names():
    assert [name for name in sorted(vars(AsyncShop)) if not name.startswith("_")] == METHODS
    assert len(METHODS) > 40


@pytest.mark.parametrize("name", METHODS)
def test_the_same_parameters_and_text(name):
    blocking, awaitable = getattr(Shop, name), getattr(AsyncShop, name)
    assert inspect.signature(blocking) == inspect.signature(awaitable)
    assert inspect.getdoc(blocking) == inspect.getdoc(awaitable)
    assert inspect.getdoc(blocking)
    assert inspect.iscoroutinefunction(awaitable)
    assert not inspect.iscoroutinefunction(blocking)
    assert next(iter(inspect.signature(blocking).parameters)) == "self"


@pytest.mark.parametrize("name", METHODS)
def test_no_iterators_come_back(name):
    assert "Iterator" not in str(inspect.signature(getattr(Shop, name)).return_annotation)


def test_what_the_app_gives_may_be_async(make):
    world = make()

    async def shelf(skus, buyer):
        return world.goods

    async def shopper(buyer):
        return Shopper(id=buyer)

    shop = AsyncShop(
        "main",
        engine=world.shop.desk.engine,
        store=AsyncMemoryStore(world.store),
        gateway=AsyncFakeGateway(world.gateway),
        shelf=shelf,
        shopper=shopper,
        clock=world.clock,
    )
    world.fill(TEA=1)
    assert asyncio.run(shop.preview_order(buyer="u1", cart="cart-1")).payable == 12900


def test_the_outbox_needs_a_listener(make):
    world = make(publish=None)
    with pytest.raises(CallerError) as refused:
        world.shop.handlers[Publish](Publish(None))
    assert refused.value.code == "no_consumer"


def test_events_come_in_order_until_they_are_taken(make):
    seen, fails = [], [2]

    def publish(row):
        if row.topic == "order.paid" and fails[0]:
            fails[0] -= 1
            raise RuntimeError("the other side is down")
        seen.append((row.id, row.version, row.index))

    world = make(publish=publish)
    first = world.paid(TEA=1)
    second = world.paid(cart="c2", buyer="u2", key="k2", TEA=1)
    for _ in range(8):
        world.shop.relay()
        world.clock.advance(minutes=5)
    assert fails == [0]
    for order in (first.id, second.id):
        own = [row[1:] for row in seen if row[0] == order]
        assert own == sorted(own)
        assert len(own) == len(world.store.history("order", order))
    assert world.shop.relay().delivered == 0


def test_a_shop_remembers_keys_for_at_least_three_days():
    from datetime import timedelta

    world = World()
    with pytest.raises(InvalidInput, match="72 hours"):
        Desk(shop="s", engine=world.shop.desk.engine, receipt_for=timedelta(hours=71))
    world.gateway.close_book()
    assert repr(world.shop) == "<Shop main>"


def test_a_key_is_forgotten_after_its_time(make):
    world = make()
    order = world.paid(TEA=1)
    version = world.shop.find_order(order.id)[1]
    world.shop.refund(order.id, seller="s", key="g", goodwill=100, expected_version=version)
    world.clock.advance(days=4)
    assert world.shop.sweep(relays=False).receipts == 4  # opening, prepare, finalise, refund
    # The version protects what the receipt no longer does.
    again = world.shop.refund(order.id, seller="s", key="g", goodwill=100, expected_version=version)
    assert again.code == "version_changed"


@pytest.mark.parametrize("decision", ["requeue", "skip"])
def test_an_event_that_nobody_takes_is_parked_until_somebody_decides(make, decision):
    seen, is_down = [], [True]

    def publish(row):
        if is_down[0] and row.topic == "order.placed":
            raise RuntimeError("the other side is down")
        seen.append(row.topic)

    world = make(publish=publish)
    world.paid(TEA=1)
    for _ in range(25):
        world.shop.relay()
        world.clock.advance(minutes=30)
    (parked,) = world.shop.parked_events()
    assert (parked.topic, seen) == ("order.placed", [])
    is_down[0] = False
    decide = world.shop.requeue_event if decision == "requeue" else world.shop.skip_event
    assert decide(parked) is True
    assert decide(parked) is False
    while world.shop.relay().delivered:
        pass
    assert ("order.placed" in seen) is (decision == "requeue")
    assert "order.paid" in seen


def test_checkout_knows_the_platform_without_its_cryptography():
    code = "import sys, minishop.checkout; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "minishop.wechat" in run.stdout.split()
    assert not {"cryptography", "httpx", "asyncio", "sqlite3", "socket"} & set(run.stdout.split())


def test_stock_is_the_same_by_the_keys_of_orders(world):
    key = orders.StockKey("TEA")
    before = world.shop.stock_levels([key])[key].on_hand
    world.shop.receive_stock({key: 3}, key="note-7")
    assert not world.shop.receive_stock({StockKey("TEA"): 3}, key="note-7")
    assert world.shop.stock_levels([key])[key].on_hand == before + 3
    assert world.stock("TEA")[0] == before + 3
