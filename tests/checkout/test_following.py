"""Parcels are followed: by pushes or by asking; late, twice, out of order, corrected, given up, coming back."""

import json
import random
from datetime import timedelta

import pytest

from minishop.adapters.machine import machine_handlers
from minishop.adapters.memory import MemoryNonceStore
from minishop.checkout import AskAboutParcel, ParcelPolicy, SubscribeToParcel, Work
from minishop.checkout._reacting import react
from minishop.errors import OutcomeUnknown
from minishop.flows import run
from minishop.logistics import ErrorKind, ProviderError, PushUpdate, Shipment, ShipmentStatus
from minishop.logistics.sf import Sf
from minishop.orders import Outcome, Pick, UnitOutcome
from minishop.storage import Commit, StoreBusy
from minishop.testing.clock import FakeClock
from minishop.testing.logistics import FakeSf, Fault, PushFault
from tests.checkout.test_reporting import corrected

NUMBER = "YT0000000000001"


@pytest.fixture
def world(outside):
    return outside(messages=None)


def shipped(world, number=NUMBER, **more):
    """An order whose parcel is followed."""
    order = world.sold(TEA=1)
    world.kuaidi100.add_parcel(number, "yuantong")
    world.ship(order, tracking=number, **more)
    world.turn()
    return order


# -- pushes -----------------------------------------------------------------------------------------------------------


def test_pushes_move_the_parcel_and_delivery_moves_the_order(either):
    order = shipped(either)
    assert either.subscriptions() == 1
    either.clock.advance(hours=6)
    either.kuaidi100.scan(NUMBER, "1", "揽收", location="深圳")
    either.push(minutes=20)
    assert either.parcel(order).status is ShipmentStatus.PICKED_UP
    assert either.order(order.id).shipments[0].delivered_at is None
    either.clock.advance(days=1)
    either.kuaidi100.scan(NUMBER, "3", "已签收")
    delivered_at = either.clock()
    (delivery,) = either.push(minutes=7)
    assert delivery.is_acknowledged
    assert either.heard.orders == (order.id,)
    assert either.order(order.id).shipments[0].delivered_at == delivered_at
    assert [event.text for event in either.parcel(order).tracking.events] == ["揽收", "已签收"]
    due = either.order(order.id).timer("auto-receive", either.order(order.id).shipments[0].id)
    assert due.at == delivered_at + timedelta(days=7)
    either.turn(days=8)
    assert either.label(order.id) == "completed"
    assert either.subscriptions() == 1


def test_the_app_hears_of_every_move(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "1")
    world.kuaidi100.scan(NUMBER, "5", at=world.clock() + timedelta(minutes=1))
    world.push(hours=1)
    world.turn()
    moves = [json.loads(row.payload) for row in world.published if row.topic == "parcel.moved"]
    assert [(move["order"], move["number"], move["status"]) for move in moves] == [
        (order.id, NUMBER, "picked_up"),
        (order.id, NUMBER, "out_for_delivery"),
    ]


def test_whatever_order_the_pushes_come_in_the_end_is_the_same(outside):
    """Every push twice and shuffled; the state must not depend on it."""
    ends = set()
    for seed in range(6):
        world = outside(messages=None)
        order = shipped(world)
        for code in ("1", "0", "5", "3"):
            world.clock.advance(hours=5)
            world.kuaidi100.scan(NUMBER, code)
        waiting = world.kuaidi100.waiting * 2
        random.Random(seed).shuffle(waiting)
        for one in waiting:
            world.kuaidi100.waiting = [one]
            assert all(delivery.is_acknowledged for delivery in world.push(minutes=1))
        parcel, (shipment,) = world.parcel(order), world.order(order.id).shipments
        ends.add((parcel.status, len(parcel.tracking.events), shipment.delivered_at, world.label(order.id)))
        history = [type(event).__name__ for event in world.shop.history(order.id)]
        assert history.count("Delivered") == 1
    assert len(ends) == 1
    assert {status for status, *_ in ends} == {ShipmentStatus.DELIVERED}


def test_a_push_that_is_forged_is_not_acknowledged_and_changes_nothing(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "3")
    world.kuaidi100.disturb_next(PushFault.BAD_SIGNATURE, PushFault.BAD_SIGNATURE)
    assert [delivery.is_acknowledged for delivery in world.push(hours=1)] == [False, False]
    assert world.parcel(order).status is ShipmentStatus.PENDING


def test_a_number_that_nobody_knows_is_acknowledged_and_told(world):
    shipped(world)
    heard = world.shop.parcel_pushed([PushUpdate(shipment=Shipment(number="YT0000000000009"))])
    assert (heard.orders, heard.unknown) == ((), ("YT0000000000009",))


def test_what_comes_back_never_counts_as_delivered(world):
    order = shipped(world)
    for code in ("1", "6", "4"):  # 4 is a return that was signed for
        world.clock.advance(hours=3)
        world.kuaidi100.scan(NUMBER, code)
    world.push(hours=1)
    assert world.parcel(order).status is ShipmentStatus.RETURNED
    assert world.order(order.id).shipments[0].delivered_at is None
    assert world.label(order.id) == "to-receive"
    assert world.alerts() == ["parcel_came_back"]


def test_who_signs_for_what_comes_back_may_be_the_sender(world):
    order = shipped(world)
    for code in ("6", "3"):
        world.clock.advance(hours=1)
        world.kuaidi100.scan(NUMBER, code)
        world.push(hours=1)
    assert world.parcel(order).status is ShipmentStatus.DELIVERED  # as the provider has it
    assert world.order(order.id).shipments[0].delivered_at is None
    assert world.alerts() == ["parcel_came_back"]


def test_two_orders_in_one_box_are_both_delivered(world):
    one = shipped(world)
    two = world.sold(cart="c2", key="k2", buyer="u2", CUP=1)
    world.ship(two, "s2")
    world.turn()
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    assert {world.parcel(order).status for order in (one, two)} == {ShipmentStatus.DELIVERED}
    assert all(world.order(order.id).shipments[0].delivered_at for order in (one, two))
    assert set(world.heard.orders) == {one.id, two.id}


def test_of_two_carriers_with_one_number_the_right_one_hears(world):
    one = shipped(world)
    two = world.sold(cart="c2", key="k2", buyer="u2", CUP=1)
    world.ship(two, "s2", carrier="zto")
    world.turn()
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    assert world.parcel(one).status is ShipmentStatus.DELIVERED
    assert world.parcel(two).status is ShipmentStatus.PENDING


def test_a_carrier_that_the_provider_corrects_is_still_the_same_parcel(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "1")
    world.kuaidi100.correct_carrier(NUMBER, "zhongtong")
    world.clock.advance(hours=9)
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    parcel = world.parcel(order)
    assert (parcel.status, parcel.tracking.carrier) == (ShipmentStatus.DELIVERED, "zto")
    assert world.order(order.id).shipments[0].delivered_at is not None
    assert [report["shipping_list"][0]["express_company"] for report in world.uploads()] == ["YTO"]


def test_news_of_an_older_parcel_with_the_same_number_delivers_nothing(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "3", at=world.clock() - timedelta(days=90))
    world.push(hours=1)
    assert world.order(order.id).shipments[0].delivered_at is None
    assert world.alerts() == ["parcel_doubtful"]
    world.clock.advance(days=2)
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    assert world.order(order.id).shipments[0].delivered_at is not None


def test_a_delivery_in_the_future_counts_from_now(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "3", at=world.clock() + timedelta(days=30))
    world.push(hours=1)
    assert world.order(order.id).shipments[0].delivered_at == world.clock()


def test_another_number_is_another_parcel(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "1")
    world.push(hours=1)
    other = "YT0000000000002"
    world.kuaidi100.add_parcel(other, "yuantong")
    corrected(world, order, other, "c1")
    world.turn()
    parcel = world.parcel(order)
    assert (parcel.number, parcel.status, parcel.tracking.events) == (other, ShipmentStatus.PENDING, ())
    assert world.subscriptions() == 2
    world.kuaidi100.scan(NUMBER, "3")  # the wrong parcel is delivered to somebody else
    world.push(hours=1)
    assert world.order(order.id).shipments[0].delivered_at is None
    assert world.heard.unknown == (NUMBER,)
    world.kuaidi100.scan(other, "3")
    world.push(hours=1)
    assert world.order(order.id).shipments[0].delivered_at is not None


def test_another_word_for_the_same_carrier_is_the_same_parcel(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    corrected(world, order, NUMBER, "c1", carrier="YTO")
    world.turn()
    parcel = world.parcel(order)
    assert (parcel.status, len(parcel.tracking.events), world.subscriptions()) == (ShipmentStatus.DELIVERED, 1, 1)


def test_a_parcel_that_was_taken_back_is_followed_no_longer(world):
    order = world.sold(TEA=1)
    shipment = world.ship(order).order.shipments[0]
    world.shop.relay()
    world.shop.void_shipment(order.id, seller="s", key="v", shipment=shipment.id)
    world.turn()
    assert (world.subscriptions(), world.shop.parcels(order.id)) == (0, ())


def test_a_provider_that_gives_up_is_asked_again_some_times(world):
    order = shipped(world)
    for round_ in range(3):
        world.kuaidi100.give_up(NUMBER)
        world.push(hours=1)
        assert world.subscriptions() == round_ + 1
        world.turn(minutes=31)
        assert world.subscriptions() == round_ + 2
    assert world.alerts() == []
    world.kuaidi100.give_up(NUMBER)
    world.push(hours=1)
    world.turn(days=1)
    assert world.subscriptions() == 4
    assert (world.parcel(order).state, world.alerts()) == (Work.FAILED, ["parcel_not_followed"])
    world.shop.follow_again(order.id)
    world.turn()
    assert world.subscriptions() == 5


def test_that_a_provider_gives_up_may_be_told_twice(world):
    order = shipped(world)
    world.clock.advance(hours=1)
    world.push()
    world.kuaidi100.give_up(NUMBER)
    world.kuaidi100.disturb_next(PushFault.DUPLICATE)
    assert len(world.push()) == 2
    assert world.parcel(order).renewals == 1
    world.turn(minutes=31)
    assert world.subscriptions() == 2


def test_an_erased_shopper_has_no_timeline_and_the_parcel_goes_on(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "1", "张三 取件")
    world.push(hours=1)
    assert world.shop.erase_shopper(shopper="u1") > 0
    assert world.parcel(order).tracking is None
    late = world.clock()
    world.kuaidi100.scan(NUMBER, "3", "张三 签收")
    world.push(hours=1)
    parcel = world.parcel(order)
    assert (parcel.tracking, parcel.status) == (None, ShipmentStatus.DELIVERED)
    assert world.order(order.id).shipments[0].delivered_at == late
    assert "张三" not in world.store.list_records("parcel").records[0].document


# -- subscribing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.UNAVAILABLE, Fault.DROP_REPLY, Fault.CUT, Fault.UNREACHABLE])
def test_whatever_goes_wrong_once_the_parcel_is_followed(world, fault):
    order = world.sold(TEA=1)
    world.ship(order)
    world.kuaidi100.fail_next(fault)
    world.turn()
    assert world.parcel(order).state is Work.WAITING
    world.turn(minutes=2)
    assert (world.parcel(order).state, world.parcel(order).attempts) == (Work.DONE, 0)
    assert world.alerts() == []


def test_a_provider_that_never_answers_is_an_alert_in_the_end(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.kuaidi100.fail_next(*[Fault.BUSY] * 50)
    for _ in range(80):
        world.turn(hours=1)
    assert (world.parcel(order).state, world.alerts()) == (Work.FAILED, ["parcel_not_followed"])
    assert world.subscriptions() == 8


def test_a_refusal_is_an_alert_at_once(world):
    order = world.sold(TEA=1)
    world.ship(order)
    subscribe = world.shop.handlers[SubscribeToParcel]

    def refuse(request):
        raise ProviderError("no right", kind=ErrorKind.PERMISSION, provider="kuaidi100")

    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: refuse}
    world.turn()
    (alert,) = world.shop.alerts().alerts
    assert alert.text() == f"the parcel {NUMBER} of order {order.id} is not followed (permission)"
    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: subscribe}
    world.shop.follow_again(order.id)
    world.turn()
    assert world.parcel(order).state is Work.DONE


def test_what_was_subscribed_to_before_is_as_good(world):
    order = world.sold(TEA=1)
    world.ship(order)

    def duplicate(request):
        raise ProviderError("again", kind=ErrorKind.DUPLICATE, provider="kuaidi100")

    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: duplicate}
    world.turn()
    assert (world.parcel(order).state, world.alerts()) == (Work.DONE, [])


def test_a_process_that_dies_while_it_subscribes_is_followed_by_another(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.relay()
    subscribe = world.shop.handlers[SubscribeToParcel]

    class Killed(BaseException):
        pass

    def die(request):
        subscribe(request)
        raise Killed

    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: die}
    with pytest.raises(Killed):
        world.shop.sweep()
    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: subscribe}
    assert world.shop.sweep().parcels == 0
    world.turn(minutes=3)
    assert world.parcel(order).state is Work.DONE
    assert world.subscriptions() == 2  # kuaidi100 says that it knows, and that is all right


def test_a_silent_provider_is_asked_again(world):
    order = world.sold(TEA=1)
    world.ship(order)
    subscribe, count = world.shop.handlers[SubscribeToParcel], []

    def silent(request):
        count.append(request)
        if len(count) == 1:
            raise OutcomeUnknown("no answer")
        return subscribe(request)

    world.shop.handlers = {**world.shop.handlers, SubscribeToParcel: silent}
    world.turn()
    world.turn(minutes=2)
    assert world.parcel(order).state is Work.DONE


def test_what_is_no_number_is_an_alert(world):
    order = world.sold(TEA=1)
    world.ship(order, tracking="see the label")
    world.turn()
    assert (world.subscriptions(), world.parcel(order).state) == (0, Work.FAILED)
    assert "parcel_not_followed" in world.alerts()


def test_a_parcel_without_a_number_is_not_followed(world):
    order = world.sold(TEA=1, settings={"delivery": "pickup"})
    world.ship(order, carrier="", tracking="")
    world.turn()
    assert (world.subscriptions(), world.shop.parcels(order.id)) == (0, ())


def test_kuaidi100_finds_out_whose_number_it_is_if_the_shop_does_not_say(world):
    order = world.sold(TEA=1, settings={"delivery": "same-city"})
    world.kuaidi100.add_parcel(NUMBER, "yuantong")
    world.ship(order, carrier="")
    world.turn()
    assert (world.subscriptions(), world.parcel(order).state) == (1, Work.DONE)


def test_what_the_buyer_has_already_is_not_asked_about(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.confirm(order.id, buyer="u1", key="c")
    world.turn()
    assert (world.subscriptions(), world.parcel(order).state) == (0, Work.DONE)


# -- asking -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(outside):
    """A world whose provider sends no pushes: SF, asked every two hours."""
    clock = FakeClock()
    fake = FakeSf(clock=clock)
    provider = Sf(fake.account(), fake.transport, machine=machine_handlers(clock), pace=MemoryNonceStore())
    world = outside(messages=None, tracking={"sf": provider}, clock=clock)
    world.sf = fake
    return world


SF = "SF0000000000001"


def test_a_provider_without_pushes_is_asked_until_the_parcel_has_arrived(asked):
    order = asked.sold(TEA=1)
    asked.sf.add_parcel(SF, "SF", phone="0000")
    asked.ship(order, carrier="sf", tracking=SF)
    asked.turn()
    assert asked.parcel(order).state is Work.WAITING
    for code, hours in (("50", 3), ("30", 9), ("44", 12), ("80", 2)):
        asked.clock.advance(hours=hours)
        asked.sf.scan(SF, code)
        asked.turn(hours=2)
    parcel = asked.parcel(order)
    assert (parcel.status, len(parcel.tracking.events)) == (ShipmentStatus.DELIVERED, 4)
    assert asked.order(order.id).shipments[0].delivered_at == parcel.delivered_at
    before = len(asked.sf.calls)
    asked.turn(days=1)
    assert len(asked.sf.calls) == before
    asked.turn(days=7)
    assert asked.label(order.id) == "completed"
    assert asked.alerts() == []


def test_a_parcel_is_asked_about_no_more_than_so_often_and_so_long(asked):
    order = asked.sold(TEA=1)
    asked.ship(order, carrier="sf", tracking=SF)
    for _ in range(24):
        asked.turn(minutes=30)
    assert 5 <= len(asked.sf.calls) <= 7
    assert asked.parcel(order).attempts == 0  # that nothing is known yet is no failure


def test_a_number_that_nobody_knows_is_told_before_the_order_counts_as_received(asked):
    order = asked.sold(TEA=1)
    asked.ship(order, carrier="sf", tracking=SF)
    asked.turn(days=2)
    assert asked.alerts() == []
    for _ in range(3):
        asked.turn(days=1)
    assert asked.alerts() == ["parcel_not_followed"]
    assert (asked.parcel(order).state, asked.label(order.id)) == (Work.WAITING, "to-receive")
    asked.sf.add_parcel(SF, "SF", phone="0000")
    asked.sf.scan(SF, "50")
    asked.turn(hours=3)
    assert asked.parcel(order).status is ShipmentStatus.PICKED_UP


def test_an_alert_is_closed_and_the_same_trouble_raises_it_again(outside):
    world = outside(messages=None, parcel_policy=ParcelPolicy(provider=lambda carrier: "nobody"))
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    (alert,) = world.shop.alerts().alerts
    assert world.shop.close_alert(alert.id)
    assert not world.shop.close_alert(alert.id)
    assert not world.shop.close_alert("a-nothing")
    assert world.alerts() == []
    assert [one.id for one in world.shop.alerts(code="closed").alerts] == [alert.id]
    world.clock.advance(days=1)
    world.shop.follow_again(order.id)
    world.turn()
    (again,) = world.shop.alerts().alerts
    assert (again.id, again.raised_at > alert.raised_at) == (alert.id, True)


def test_following_ends_some_day(outside):
    world = outside(messages=None, parcel_policy=ParcelPolicy(follow_for=timedelta(days=1)))
    order = world.sold(TEA=1)
    world.ship(order)
    world.clock.advance(days=2)
    world.turn()
    assert (world.subscriptions(), world.parcel(order).state) == (0, Work.DONE)


def test_the_app_may_choose_who_follows(outside):
    world = outside(messages=None, parcel_policy=ParcelPolicy(provider=lambda carrier: "nobody"))
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    assert (world.parcel(order).last_code, world.alerts()) == ("unknown_value", ["parcel_not_followed"])


def test_of_several_providers_the_carriers_own_is_asked(outside):
    clock = FakeClock()
    fake = FakeSf(clock=clock)
    sf = Sf(fake.account(), fake.transport, machine=machine_handlers(clock), pace=MemoryNonceStore())
    first = outside(messages=None)
    world = outside(messages=None, tracking={"kuaidi100": first.provider, "sf": sf})
    order = world.sold(TEA=1, CUP=1)
    world.ship(order, carrier="SF", tracking=SF, units=(Pick("TEA", 1),))
    world.ship(order, "s2")
    world.turn()
    assert {parcel.number: parcel.provider for parcel in world.shop.parcels(order.id)} == {
        SF: "sf",
        NUMBER: "kuaidi100",
    }


def test_a_parcel_of_an_exchange_is_followed_and_confirmed_by_itself(world):
    order = shipped(world)
    world.shop.confirm(order.id, buyer="u1", key="c")
    world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("TEA/1",), after_sale="x")
    world.shop.approve(order.id, seller="s", key="ok", after_sale="x")
    world.shop.send_back(order.id, buyer="u1", key="b", after_sale="x", tracking="YT9")
    outcomes = (UnitOutcome("TEA/1", Outcome.GOOD),)
    world.shop.receive_return(order.id, seller="s", key="in", after_sale="x", outcomes=outcomes)
    world.ship(order, "s2", tracking="YT0000000000002")
    world.kuaidi100.add_parcel("YT0000000000002", "yuantong")
    world.turn()
    world.kuaidi100.scan("YT0000000000002", "3")
    world.push(hours=1)
    assert world.order(order.id).shipments[1].delivered_at is not None


def test_an_unexpected_answer_is_told_by_the_sweep_and_the_parcel_is_asked_about_later(asked):
    order = asked.sold(TEA=1)
    asked.sf.add_parcel(SF, "SF", phone="0000")
    asked.ship(order, carrier="sf", tracking=SF)
    ask, count = asked.shop.handlers[AskAboutParcel], []

    def break_once(request):
        count.append(request)
        if len(count) == 1:
            raise RuntimeError("a bug of the app's own provider")
        return ask(request)

    asked.shop.handlers = {**asked.shop.handlers, AskAboutParcel: break_once}
    swept = asked.shop.sweep()
    assert len(swept.errors) == 1
    asked.turn(minutes=3)
    assert len(count) == 2


def test_of_several_carriers_one_may_be_unclear(world):
    one = shipped(world)
    two = world.sold(cart="c2", key="k2", buyer="u2", CUP=1)
    world.ship(two, "s2", carrier="Pigeon")
    world.turn()
    world.kuaidi100.scan(NUMBER, "3")
    world.push(hours=1)
    assert world.parcel(one).status is ShipmentStatus.DELIVERED
    assert world.parcel(two).status is ShipmentStatus.PENDING


def test_the_events_may_come_again_and_nothing_is_done_again(world):
    shipped(world)
    before = [record.version for record in world.store.list_records("parcel").records]
    for row in world.published:
        run(react(world.shop.desk, row), world.shop.handlers)
    world.turn(days=1)
    assert [record.version for record in world.store.list_records("parcel").records] == before
    assert world.subscriptions() == 1


def test_news_that_cannot_be_stored_is_not_acknowledged(world):
    order = shipped(world)
    world.kuaidi100.scan(NUMBER, "3")
    commit = world.shop.handlers[Commit]

    def busy(request):
        raise StoreBusy("the database is busy")

    world.shop.handlers = {**world.shop.handlers, Commit: busy}
    assert not any(delivery.is_acknowledged for delivery in world.push(hours=1))
    world.shop.handlers = {**world.shop.handlers, Commit: commit}
    assert all(delivery.is_acknowledged for delivery in world.push(hours=1))  # kuaidi100 comes again
    assert world.order(order.id).shipments[0].delivered_at is not None
