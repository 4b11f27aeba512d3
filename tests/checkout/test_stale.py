"""What was read, asked or said before something changed does not count for what is there now."""

from itertools import count

import pytest

from minishop.adapters.machine import machine_handlers
from minishop.adapters.memory import MemoryNonceStore
from minishop.checkout import (
    AskAboutParcel,
    ComposeMessage,
    FindShippingOrder,
    GetOpenid,
    Heard,
    ParcelPolicy,
    ReportShipping,
    SendMessage,
    Work,
)
from minishop.logistics import ShipmentStatus
from minishop.logistics.sf import Sf
from minishop.storage import FindDue, Load
from minishop.testing.clock import FakeClock
from minishop.testing.logistics import FakeSf
from tests.checkout.test_notices import notices

OLD, NEW, SF = "YT0000000000001", "YT0000000000002", "SF0000000000001"


@pytest.fixture
def world(outside):
    return outside(messages=None)


def followed(world, number=OLD):
    """An order whose parcel is followed by its wrong number."""
    order = world.sold(TEA=1)
    for one in (OLD, NEW):
        world.kuaidi100.add_parcel(one, "yuantong")
    world.ship(order, tracking=number)
    world.turn()
    world.clock.advance(hours=1)
    return order


def correct(world, order, tracking=NEW, **more):
    """The number is corrected; the outbox is not delivered yet."""
    world.shop.correct_tracking(
        order.id, seller="s", key="c", shipment=parcel(world, order).id, tracking=tracking, **more
    )


def parcel(world, order):
    """The order's only parcel."""
    return world.order(order.id).shipments[0]


def first(world, kind, between, *, where=lambda ask: True):
    """Does something once the first request of a kind is answered, and before whoever asked has the answer."""
    handlers, seen = dict(world.shop.handlers), []

    def answer(ask):
        answered = handlers[kind](ask)
        if where(ask) and not seen:
            seen.append(ask)
            between()
        return answered

    world.shop.handlers = {**handlers, kind: answer}


# -- between a correction and the outbox ------------------------------------------------------------------------------


def test_news_of_a_corrected_number_does_not_deliver_the_order(world):
    order = followed(world)
    world.kuaidi100.scan(OLD, "3", "somebody else's")
    correct(world, order)
    world.push(minutes=30)
    assert world.parcel(order).status is ShipmentStatus.DELIVERED
    assert parcel(world, order).delivered_at is None
    world.turn(minutes=1)
    assert (world.parcel(order).number, world.parcel(order).status) == (NEW, ShipmentStatus.PENDING)
    world.kuaidi100.scan(NEW, "3")
    world.push(hours=1)
    assert parcel(world, order).delivered_at is not None


def test_a_corrected_number_is_not_subscribed_to(world):
    order = world.sold(TEA=1)
    world.kuaidi100.add_parcel(NEW, "yuantong")
    world.ship(order, tracking=OLD)
    world.shop.relay()
    correct(world, order)
    world.shop.sweep(relays=False)
    assert world.subscriptions() == 0
    world.turn(minutes=1)
    assert (world.subscriptions(), world.parcel(order).number) == (1, NEW)


@pytest.mark.parametrize("reading", [1, 2])
def test_who_read_the_order_before_it_was_corrected_does_not_bring_the_old_number_back(world, reading):
    order = followed(world)
    readings = count(1)

    def corrected():
        correct(world, order)
        world.turn()

    first(world, Load, corrected, where=lambda ask: ask.kind == "order" and next(readings) == reading)
    world.shop.follow_again(order.id)
    world.turn()
    assert (world.parcel(order).number, world.subscriptions()) == (NEW, 2)
    world.kuaidi100.scan(OLD, "3", "somebody else's")
    world.push(hours=1)
    assert (world.heard, parcel(world, order).delivered_at) == (Heard(unknown=(OLD,)), None)


# -- while an answer is on its way ------------------------------------------------------------------------------------


def test_an_answer_about_the_wrong_carrier_says_nothing_of_the_right_one(outside):
    clock = FakeClock()
    sf = FakeSf(clock=clock)
    provider = Sf(sf.account(), sf.transport, machine=machine_handlers(clock), pace=MemoryNonceStore())
    world = outside(messages=None, tracking={"sf": provider}, clock=clock)
    sf.add_parcel(SF, "SF", phone="0000")
    order = world.sold(TEA=1)
    world.ship(order, carrier="sf", tracking=SF)
    world.turn()
    world.clock.advance(hours=3)
    sf.scan(SF, "80")

    def corrected():
        correct(world, order, SF, carrier="yto")
        world.shop.relay()

    first(world, AskAboutParcel, corrected)
    world.shop.sweep(relays=False)
    followed = world.parcel(order)
    assert (followed.carrier, followed.status, followed.state) == ("yto", ShipmentStatus.PENDING, Work.WAITING)
    assert parcel(world, order).delivered_at is None


def test_that_the_old_number_is_given_up_does_not_end_the_new_one(world):
    order = followed(world)
    world.push()
    world.kuaidi100.give_up(OLD)

    def corrected():
        correct(world, order)
        world.turn()

    first(world, Load, corrected, where=lambda ask: ask.kind == "parcel")
    world.push(hours=1)
    assert world.heard == Heard()
    record = world.parcel(order)
    assert (record.number, record.state, record.renewals) == (NEW, Work.DONE, 0)
    world.turn(minutes=31)
    assert world.subscriptions() == 2


# -- found due by several ---------------------------------------------------------------------------------------------


def test_a_settlement_that_another_sweep_has_just_compared_is_not_compared_again(world):
    order = followed(world)
    world.platform.confirm_receipt(world.order(order.id).payments[0].transaction)
    world.settle_at_platform()
    world.payment(order).state = 2  # shipped: the platform is behind its own push
    calls, seen = [], {}
    handlers = dict(world.shop.handlers)

    def look(ask):
        return seen.setdefault(ask.kinds, handlers[FindDue](ask))

    def find(ask):
        calls.append(ask)
        return handlers[FindShippingOrder](ask)

    world.shop.handlers = {**handlers, FindDue: look, FindShippingOrder: find}
    for _ in range(5):
        world.shop.sweep(relays=False)
    assert (len(calls), world.report(order).checks, world.alerts()) == (1, 1, [])


# -- alerts -----------------------------------------------------------------------------------------------------------


def closed_meanwhile(world):
    """A clerk closes the only alert just after somebody has seen it open."""
    (alert,) = world.shop.alerts().alerts
    first(world, Load, lambda: world.shop.close_alert(alert.id), where=lambda ask: ask.kind == "alert")


@pytest.fixture
def nobody(outside):
    """A world whose parcels nobody follows, which is an alert."""
    return outside(messages=None, parcel_policy=ParcelPolicy(provider=lambda carrier: "nobody"))


def test_an_alert_that_is_closed_while_the_trouble_comes_again_is_raised_again(nobody):
    order = followed(nobody)
    nobody.shop.follow_again(order.id)
    closed_meanwhile(nobody)
    nobody.turn(minutes=5)
    assert (nobody.parcel(order).state, nobody.alerts()) == (Work.FAILED, ["parcel_not_followed"])


def test_so_is_one_about_news_that_is_heard_again(world):
    order = followed(world)
    for code in ("4", "0"):  # coming back, and on its way again
        world.kuaidi100.scan(OLD, code)
        world.push(hours=1)
    assert (world.parcel(order).status, world.alerts()) == (ShipmentStatus.IN_TRANSIT, ["parcel_came_back"])
    world.kuaidi100.scan(OLD, "4")
    closed_meanwhile(world)
    world.push(hours=1)
    assert (len(world.heard.orders), world.alerts()) == (1, ["parcel_came_back"])


def test_a_clerk_closes_the_alert_that_he_has_seen(nobody):
    order = followed(nobody)
    (seen,) = nobody.shop.alerts().alerts
    assert nobody.shop.close_alert(seen.id, raised_at=seen.raised_at)
    nobody.shop.follow_again(order.id)
    nobody.turn(hours=1)
    assert not nobody.shop.close_alert(seen.id, raised_at=seen.raised_at)
    (again,) = nobody.shop.alerts().alerts
    assert nobody.shop.close_alert(again.id, raised_at=again.raised_at)
    assert nobody.alerts() == []


def test_an_alert_that_is_raised_while_another_is_closed_stays_open(nobody):
    order = followed(nobody)
    (alert,) = nobody.shop.alerts().alerts

    def raised_anew():
        nobody.shop.close_alert(alert.id)
        nobody.shop.follow_again(order.id)
        nobody.turn(hours=1)

    first(nobody, Load, raised_anew, where=lambda ask: ask.kind == "alert")
    assert not nobody.shop.close_alert(alert.id)
    assert nobody.alerts() == ["parcel_not_followed"]


# -- leases -----------------------------------------------------------------------------------------------------------


def with_a_rival(world, kind):
    """The calls of a kind, a list that fills. In the middle of the first another sweep runs."""
    handlers, calls = dict(world.shop.handlers), []

    def call(ask):
        calls.append(ask)
        if len(calls) == 1:
            world.shop.sweep(relays=False)
        return handlers[kind](ask)

    world.shop.handlers = {**handlers, kind: call}
    return calls


def test_the_lease_of_a_report_begins_when_the_app_has_named_the_payer(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.relay()
    calls = with_a_rival(world, ReportShipping)
    first(world, GetOpenid, lambda: world.clock.advance(minutes=3))
    world.shop.sweep(relays=False)
    assert (len(calls), world.report(order).attempts, world.report(order).state) == (1, 1, Work.DONE)


def test_the_lease_of_a_message_begins_when_the_app_has_written_it(outside):
    world = outside()
    world.sold(TEA=1)
    world.shop.relay()
    calls = with_a_rival(world, SendMessage)
    first(world, ComposeMessage, lambda: world.clock.advance(minutes=3), where=lambda ask: ask.label == "to-ship")
    world.shop.sweep(relays=False)
    assert (len(calls), notices(world)[-1]) == (1, ("to-ship", Work.DONE, ""))
