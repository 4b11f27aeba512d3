"""What the platform pushes: settlements in any order, overdue reports, limits; and whether its books agree."""

from datetime import timedelta

import pytest

from minishop.checkout import FindShippingOrder, Heard
from minishop.errors import RemoteError
from minishop.orders import Outcome, Pick, UnitOutcome
from minishop.storage import Commit
from tests.checkout.outside import OPENID


@pytest.fixture
def world(outside):
    return outside(messages=None)


def on_its_way(world):
    """An order that was shipped and reported."""
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    return order


def transaction(world, order):
    return world.order(order.id).payments[0].transaction


@pytest.mark.parametrize("automatic", [False, True])
def test_a_receipt_confirmed_there_is_confirmed_here(either, automatic):
    order = on_its_way(either)
    either.clock.advance(days=2)
    either.platform.confirm_receipt(transaction(either, order), automatic=automatic)
    heard = either.settle_at_platform()
    assert heard == [Heard(orders=(order.id,))] * 2
    assert either.label(order.id) == "completed"
    settlement = either.report(order).settlement
    assert settlement.confirmed_by == ("time" if automatic else "shopper")
    assert settlement.estimated_at - settlement.shipped_at == timedelta(days=10)
    either.turn(minutes=1)
    assert either.alerts() == []


def test_the_pushes_may_come_in_any_order_and_again(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    expected, settled = (world.event(push) for push in world.platform.take_pushes())
    for event in (settled, expected, settled, expected, expected):
        world.shop.platform_pushed(event)
    settlement = world.report(order).settlement
    assert (settlement.confirmed_by, bool(settlement.estimated_at)) == ("shopper", True)
    assert [type(event).__name__ for event in world.shop.history(order.id)].count("UnitsReceived") == 1
    assert world.shop.platform_pushed(settled) == Heard()


def test_a_buyer_who_has_confirmed_here_confirms_nothing_there(world):
    order = on_its_way(world)
    world.shop.confirm(order.id, buyer="u1", key="c")
    version = world.shop.find_order(order.id)[1]
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()
    assert world.shop.find_order(order.id)[1] == version
    world.turn()
    assert world.alerts() == []


def test_a_push_that_comes_again_does_not_confirm_what_was_sent_in_exchange(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    pushes = world.platform.take_pushes()
    for push in pushes:
        world.shop.platform_pushed(world.event(push))
    world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("TEA/1",), after_sale="x")
    world.shop.approve(order.id, seller="s", key="ok", after_sale="x")
    world.shop.send_back(order.id, buyer="u1", key="b", after_sale="x", tracking="YT9")
    outcomes = (UnitOutcome("TEA/1", Outcome.GOOD),)
    world.shop.receive_return(order.id, seller="s", key="in", after_sale="x", outcomes=outcomes)
    world.ship(order, "s2", tracking="YT0000000000002")
    for push in pushes:
        assert world.shop.platform_pushed(world.event(push)) == Heard()
    (replacement,) = [unit for unit in world.order(order.id).units if unit.is_replacement]
    assert not replacement.is_received


def test_a_settlement_does_not_confirm_what_was_sent_in_exchange(world):
    order = on_its_way(world)
    world.shop.confirm(order.id, buyer="u1", key="c")
    world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("TEA/1",), after_sale="x")
    world.shop.approve(order.id, seller="s", key="ok", after_sale="x")
    world.shop.send_back(order.id, buyer="u1", key="b", after_sale="x", tracking="YT9")
    outcomes = (UnitOutcome("TEA/1", Outcome.GOOD),)
    world.shop.receive_return(order.id, seller="s", key="in", after_sale="x", outcomes=outcomes)
    world.ship(order, "s2", tracking="YT0000000000002")
    world.platform.confirm_receipt(transaction(world, order), automatic=True)
    world.settle_at_platform()
    (replacement,) = [unit for unit in world.order(order.id).units if unit.is_replacement]
    assert not replacement.is_received
    assert world.report(order).settlement.confirmed_by == "time"


def test_a_settlement_of_what_has_not_left_is_an_alert(world):
    order = world.sold(TEA=1, CUP=1)
    world.platform.shipping.payments[transaction(world, order)].shipped_at = world.clock()
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()
    (alert,) = world.shop.alerts().alerts
    assert (alert.code, alert.params["ours"], alert.params["theirs"]) == ("settlement_differs", "none", "received")
    assert world.label(order.id) == "to-ship"


def test_a_settlement_of_what_has_left_in_part_confirms_that_part(world):
    order = world.sold(TEA=1, CUP=1)
    world.ship(order, units=(Pick("TEA", 1),))
    world.turn()
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()
    assert {unit.id: unit.is_received for unit in world.order(order.id).units} == {"TEA/1": True, "CUP/1": False}
    assert world.alerts() == ["settlement_differs"]


def test_a_payment_of_another_shop_is_told(world):
    order = on_its_way(world)
    world.platform.add_payment("4200000000000000000000000001", openid=OPENID)
    world.platform.take_pushes()
    world.platform.confirm_receipt("4200000000000000000000000001")
    assert world.settle_at_platform() == [Heard(unknown=("4200000000000000000000000001",))]
    world.platform.shipping.remind_shop("4200000000000000000000000001")
    assert world.settle_at_platform() == [Heard(unknown=("4200000000000000000000000001",))]
    assert world.label(order.id) == "to-receive"
    assert world.alerts() == []


@pytest.mark.parametrize(
    "change, code, what",
    [
        ({"amount": 12899}, "settlement_differs", "amount"),
        ({"state": 5}, "settlement_differs", "state"),
        ({"state": 99}, "settlement_differs", "state"),
        ({"in_complaint": True}, "buyer_complained", None),
    ],
)
def test_what_differs_there_is_an_alert(world, change, code, what):
    order = on_its_way(world)
    payment = world.payment(order)
    world.platform.confirm_receipt(payment.transaction_id)
    world.settle_at_platform()
    for name, value in change.items():
        setattr(payment, name, value)
    world.turn(minutes=1)
    (alert,) = world.shop.alerts().alerts
    assert (alert.code, alert.params.get("what")) == (code, what)
    world.turn(days=1)
    assert len(world.alerts()) == 1


def test_a_refund_that_both_know_of_is_no_difference(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()
    world.shop.refund(order.id, seller="s", key="r", units=("TEA/1",))
    world.payment(order).state = 5
    world.turn(minutes=1)
    assert world.alerts() == []


def test_a_platform_that_lags_behind_its_own_push_is_asked_again(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()
    world.payment(order).state = 2
    world.turn(minutes=1)
    assert world.report(order).check_at is not None
    world.payment(order).state = 6
    world.turn(minutes=6)
    assert (world.report(order).check_at, world.alerts()) == (None, [])


def test_a_settlement_that_cannot_be_compared_is_an_alert_in_the_end(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    world.settle_at_platform()

    def unreachable(request):
        raise RemoteError("no connection", code="unreachable")

    world.shop.handlers = {**world.shop.handlers, FindShippingOrder: unreachable}
    for _ in range(8):
        world.turn(hours=13)
    assert (world.report(order).check_at, world.alerts()) == (None, ["settlement_differs"])


def test_a_report_that_is_overdue_is_an_alert(either):
    order = either.sold(TEA=1)
    either.clock.advance(hours=48)
    either.platform.shipping.remind_shop(transaction(either, order))
    assert either.settle_at_platform() == [Heard(orders=(order.id,))]
    (alert,) = either.shop.alerts().alerts
    assert alert.text() == f"WeChat waits for the shipping report of order {order.id}"
    assert alert.raised_at == either.clock()


def test_what_concerns_the_whole_app_is_an_alert_once(world):
    pushes = [
        world.platform.push("trade_manage_remind_access_api", {"msg": "report"}),
        world.platform.push("wxa_trade_controlled", {"msg": "limited"}),
    ]
    for _ in range(2):
        for push in pushes:
            assert world.shop.platform_pushed(world.event(push)) == Heard()
    assert sorted(world.alerts()) == ["reporting_required", "trade_controlled"]
    assert [alert.code for alert in world.shop.health().alerts] == world.alerts()


def test_what_is_not_about_orders_is_left_to_the_app(world):
    event = world.event(world.platform.push("something_new", {"a": 1}))
    assert world.shop.platform_pushed(event) == Heard()


def test_a_push_that_races_with_the_buyer_changes_nothing_twice(world):
    order = on_its_way(world)
    world.platform.confirm_receipt(transaction(world, order))
    (*_, settled) = (world.event(push) for push in world.platform.take_pushes())
    commit = world.shop.handlers[Commit]

    def meanwhile(request):
        world.shop.handlers = {**world.shop.handlers, Commit: commit}
        world.shop.confirm(order.id, buyer="u1", key="c")
        return commit(request)

    world.shop.handlers = {**world.shop.handlers, Commit: meanwhile}
    assert world.shop.platform_pushed(settled) == Heard(orders=(order.id,))
    assert [type(event).__name__ for event in world.shop.history(order.id)].count("UnitsReceived") == 1


def test_alerts_go_out_as_events_too(world):
    order = world.sold(TEA=1)
    world.ship(order, carrier="Pigeon")
    world.turn()
    rows = [row for row in world.published if row.topic == "alert.raised"]
    assert len(rows) == 2
    assert {row.kind for row in rows} == {"alert"}


def test_alerts_come_page_by_page(world):
    for n in range(5):
        world.shop.platform_pushed(
            world.event(world.platform.push("trade_manage_remind_access_api", {"msg": f"report {n}"}))
        )
        world.clock.advance(days=1)
    found, cursor = [], None
    while True:
        page = world.shop.alerts(limit=2, cursor=cursor)
        found += page.alerts
        cursor = page.next
        if cursor is None:
            break
    assert [alert.params["message"] for alert in found] == [f"report {n}" for n in (4, 3, 2, 1, 0)]
