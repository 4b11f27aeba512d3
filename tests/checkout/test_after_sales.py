"""Parcels, returns, refunds, and what they do to stock, points and coupons. Amounts by hand, in fen."""

from datetime import timedelta

import pytest

from minishop.checkout import Done
from minishop.errors import InvalidInput
from minishop.orders import (
    Actor,
    Deduction,
    Grant,
    LegState,
    OpenAfterSale,
    OrderPolicy,
    Outcome,
    Pick,
    Role,
    UnitOutcome,
)
from tests.checkout.world import ADDRESS, RULES

SELLER = Actor(Role.SELLER, "s")


def shipped(world, **quantities):
    """A paid order in one parcel; returns (order, parcel)."""
    order = world.paid(**quantities)
    done = world.shop.ship(order.id, seller="s", key="ship", carrier="SF", tracking="SF1")
    assert isinstance(done, Done), done
    return done.order, done.order.shipments[-1].id


def test_two_parcels_one_receipt(world):
    order = world.paid(TEA=1, CUP=2)
    first = world.shop.ship(order.id, seller="s", key="p1", units=(Pick("TEA", 1),), tracking="A")
    assert world.label(order.id) == "partly-shipped"
    assert world.shop.ship(order.id, seller="s", key="p1", units=(Pick("TEA", 1),), tracking="A").is_repeated
    second = world.shop.ship(order.id, seller="s", key="p2", tracking="B")
    assert [len(one.units) for one in second.order.shipments] == [1, 2]
    assert (world.stock("TEA"), world.stock("CUP"), world.label(order.id)) == ((9, 0, 0), (8, 0, 0), "to-receive")
    parcel = first.order.shipments[0].id
    world.shop.deliver(order.id, shipment=parcel, delivered_at=world.clock())
    assert world.shop.deliver(order.id, shipment=parcel, delivered_at=world.clock()).topics == ()
    world.shop.confirm(order.id, buyer="u1", key="got-it", shipments=(parcel,))
    assert world.label(order.id) == "to-receive"
    world.sweep(days=15)
    assert world.label(order.id) == "completed"
    assert world.shop.points_of(buyer="u1") == 199  # 199.00 of goods, paid in cash


def test_a_wrong_parcel_is_taken_back(world):
    order, parcel = shipped(world, TEA=1)
    world.shop.correct_tracking(order.id, seller="s", key="t", shipment=parcel, tracking="SF2")
    assert world.order(order.id).shipments[0].tracking == "SF2"
    world.shop.void_shipment(order.id, seller="s", key="v", shipment=parcel)
    assert (world.stock("TEA"), world.label(order.id)) == ((10, 1, 0), "to-ship")


def test_cancelling_one_of_two_before_shipping(world):
    order = world.paid(CUP=2)  # 100.00, freight free
    refunded = world.shop.refund(order.id, seller="s", key="r", units=(Pick("CUP", 1),), reason="broken")
    assert refunded.order.legs[0].amount == 5000
    assert world.stock("CUP") == (10, 1, 0)
    assert world.shop.refund(order.id, seller="s", key="r", units=(Pick("CUP", 1),), reason="broken").is_repeated
    world.settle()
    assert world.label(order.id) == "to-ship"
    assert isinstance(world.shop.ship(order.id, seller="s", key="s"), Done)
    assert world.label(order.id) == "to-receive"


def test_a_return_from_application_to_money(world):
    order, _ = shipped(world, TEA=1, CUP=2)  # 229.00 - 30.00: TEA pays 112.10
    world.shop.confirm(order.id, buyer="u1", key="got")
    assert world.shop.points_of(buyer="u1") == 199
    opened = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="return", units=(Pick("TEA", 1),))
    name = opened.order.after_sales[0].id
    preview = world.shop.preview_refund(order.id, Grant(after_sale=name, refund="r-preview"), actor=SELLER)
    assert preview.code == "not_while" or preview.reasons
    world.shop.approve(order.id, seller="s", key="ok", after_sale=name)
    world.shop.send_back(order.id, buyer="u1", key="sent", after_sale=name, tracking="Y1")
    world.shop.deliver_return(order.id, after_sale=name, delivered_at=world.clock())
    world.shop.receive_return(
        order.id, seller="s", key="in", after_sale=name, outcomes=(UnitOutcome("TEA/1", Outcome.GOOD),)
    )
    assert world.stock("TEA") == (10, 0, 0)
    preview = world.shop.preview_refund(order.id, Grant(after_sale=name, refund="r-preview"), actor=SELLER)
    granted = world.shop.grant(order.id, seller="s", key="money", after_sale=name, expected_cash=preview.refund.cash)
    assert granted.order.legs[0].amount == preview.refund.cash == 11210
    world.settle()
    assert world.label(order.id) == "completed"
    # 199 points were earned, 112 of them for the tea.
    assert world.shop.points_of(buyer="u1") == 199 - granted.order.terms.lines[0].units[0].earned


def test_what_came_back_damaged_is_not_put_on_the_shelf(world):
    order, _ = shipped(world, CUP=2)
    world.shop.confirm(order.id, buyer="u1", key="got")
    opened = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="return", units=("CUP/1", "CUP/2"))
    name = opened.order.after_sales[0].id
    world.shop.approve(order.id, seller="s", key="ok", after_sale=name)
    world.shop.send_back(order.id, buyer="u1", key="sent", after_sale=name, tracking="Y1")
    world.shop.receive_return(
        order.id,
        seller="s",
        key="in",
        after_sale=name,
        outcomes=(UnitOutcome("CUP/1", Outcome.GOOD), UnitOutcome("CUP/2", Outcome.DAMAGED)),
    )
    assert world.stock("CUP") == (9, 0, 0)
    granted = world.shop.grant(order.id, seller="s", key="m", after_sale=name, deductions=(Deduction("damage", 1000),))
    assert granted.order.legs[0].amount == 9000


def test_an_exchange_takes_and_returns_stock(world):
    order, _ = shipped(world, CUP=1)
    world.shop.confirm(order.id, buyer="u1", key="got")
    opened = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("CUP/1",))
    name = opened.order.after_sales[0].id
    world.shop.approve(order.id, seller="s", key="ok", after_sale=name)
    assert world.stock("CUP") == (9, 1, 0)
    world.shop.send_back(order.id, buyer="u1", key="sent", after_sale=name, tracking="Y1")
    world.shop.receive_return(
        order.id, seller="s", key="in", after_sale=name, outcomes=(UnitOutcome("CUP/1", Outcome.GOOD),)
    )
    assert world.stock("CUP") == (10, 1, 0)
    again = world.shop.ship(order.id, seller="s", key="ship-2", tracking="SF2")
    assert (world.stock("CUP"), again.order.shipments[-1].units) == ((9, 0, 0), ("CUP/1/r1",))
    world.sweep(days=15)
    assert (world.order(order.id).after_sales[0].state, world.label(order.id)) == ("settled", "completed")


def test_an_exchange_without_stock_is_refused_and_can_become_a_return(make):
    world = make(stock={"CUP": 1})
    order, _ = shipped(world, CUP=1)
    world.shop.confirm(order.id, buyer="u1", key="got")
    opened = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("CUP/1",))
    name = opened.order.after_sales[0].id
    answer = world.shop.approve(order.id, seller="s", key="ok", after_sale=name)
    assert (answer.code, answer.reasons[0].params) == ("no_replacement_stock", {"which": "CUP"})
    world.shop.change_kind(order.id, seller="s", key="kind", after_sale=name, kind="return")
    assert isinstance(world.shop.approve(order.id, seller="s", key="ok-2", after_sale=name), Done)


def test_refused_and_withdrawn(world):
    order, _ = shipped(world, CUP=2)
    world.shop.confirm(order.id, buyer="u1", key="got")
    first = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="return", units=("CUP/1",))
    name = first.order.after_sales[0].id
    refused = world.shop.refuse(order.id, seller="s", key="no", after_sale=name, reason="worn")
    assert (refused.order.after_sales[0].state, refused.order.after_sales[0].answer) == ("refused", "worn")
    second = world.shop.open_after_sale(order.id, buyer="u1", key="b", kind="return", units=("CUP/2",))
    name = second.order.after_sales[1].id
    assert world.shop.withdraw(order.id, buyer="u1", key="w", after_sale=name).order.after_sales[1].state == "withdrawn"


def test_refunded_goods_that_come_back_by_themselves(world):
    order, parcel = shipped(world, CUP=1)
    world.shop.refund(order.id, seller="s", key="r", units=("CUP/1",), reason="lost")
    world.settle()
    assert world.stock("CUP") == (9, 0, 0)
    world.shop.receive_parcel(order.id, seller="s", key="back", shipment=parcel)
    assert world.stock("CUP") == (10, 0, 0)


# -- refunds at the gateway ----------------------------------------------------------------------------------


def test_goodwill_needs_the_version_that_was_seen(world):
    order = world.paid(TEA=1)
    version = world.shop.find_order(order.id)[1]
    with pytest.raises(InvalidInput, match="expected_version"):
        world.shop.refund(order.id, seller="s", key="g", goodwill=100)
    assert isinstance(world.shop.refund(order.id, seller="s", key="g", goodwill=100, expected_version=version), Done)
    second = world.shop.refund(order.id, seller="s", key="g2", goodwill=100, expected_version=version)
    assert second.code == "version_changed"
    assert [leg.amount for leg in world.order(order.id).legs] == [100]


@pytest.mark.parametrize("fault", ["refuse", "lose_request", "lose_reply"])
def test_a_refund_reaches_the_gateway_once_whatever_gets_lost(world, fault):
    order = world.paid(TEA=1)
    world.gateway.fail_next(fault)
    world.shop.refund(order.id, seller="s", key="r", units=("TEA/1",))
    (leg,) = world.order(order.id).legs
    assert leg.state is (LegState.GRANTED if fault == "refuse" else LegState.UNKNOWN)
    world.sweep(minutes=2)
    world.sweep(minutes=15)
    assert world.gateway.pending_refunds() == (leg.id,)
    world.settle()
    assert world.label(order.id) == "refunded"
    assert [(row.kind, row.amount) for row in world.gateway.book()] == [("payment", 12900), ("refund", 12900)]


def test_a_lost_refund_notification_is_found_by_asking(world):
    order = world.paid(TEA=1)
    world.shop.refund(order.id, seller="s", key="r", units=("TEA/1",))
    for leg in world.gateway.pending_refunds():
        world.gateway.settle_refund(leg)
    world.sweep(minutes=5)
    assert world.label(order.id) == "refunded"


def test_a_declined_refund_is_tried_again_or_paid_outside(world):
    order = world.paid(TEA=1, CUP=1)
    world.shop.refund(order.id, seller="s", key="r1", units=("TEA/1",))
    world.shop.refund(order.id, seller="s", key="r2", units=("CUP/1",))
    first, second = world.gateway.pending_refunds()
    for leg in (first, second):
        world.shop.refund_notified(world.gateway.decline_refund(leg))
    assert {leg.state for leg in world.order(order.id).legs} == {LegState.FAILED}
    world.shop.retry_refund(order.id, seller="s", key="again", leg=first)
    assert world.gateway.pending_refunds() == (first,)
    world.settle()
    world.shop.settle_offline(order.id, seller="s", key="bank", leg=second, reference="bank transfer 7")
    assert {leg.state for leg in world.order(order.id).legs} == {LegState.SETTLED}
    assert world.label(order.id) == "refunded"


def test_a_notification_for_another_gateway_or_refund(world):
    from minishop.payments import RefundNotice, Submitted

    assert world.shop.refund_notified(RefundNotice("other", "x", Submitted())).code == "wrong_gateway"
    assert world.shop.refund_notified(RefundNotice("fake", "x", Submitted())).code == "no_such_refund"


# -- repricing what is kept ----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy, refunds", [("keep", (8500, 8500)), ("reprice", (7000, 10000))])
def test_a_threshold_broken_by_a_return(make, policy, refunds):
    # 100 + 100, 200 less 30: each unit pays 85. Repriced, the kept one costs 100, so the first return gets 70.
    rules = RULES.split("[[freight]]")[0]
    from minishop.cart import Product

    world = make(rules, goods={"A": Product(unit_price=10000)}, policy=OrderPolicy(threshold=policy))
    order, _ = shipped(world, A=2)
    for number, cash in enumerate(refunds, 1):
        done = world.shop.refund(order.id, seller="s", key=f"r{number}", units=(f"A/{number}",))
        assert done.order.legs[-1].amount == cash
    world.settle()
    assert sum(leg.amount for leg in world.order(order.id).legs) == 17000


def test_repricing_needs_the_rules_of_that_time(make):
    from minishop.cart import Product
    from minishop.errors import CallerError

    goods = {"A": Product(unit_price=10000)}
    rules = RULES.split("[[freight]]")[0]
    first = make(rules, goods=goods, policy=OrderPolicy(threshold="reprice"))
    order, _ = shipped(first, A=2)
    changed = rules.replace('amount = "30.00"', 'amount = "40.00"')
    settings = {"goods": goods, "store": first.store, "gateway": first.gateway, "stock": {}}
    later = make(changed, policy=OrderPolicy(threshold="reprice"), **settings)
    with pytest.raises(CallerError) as refused:
        later.shop.refund(order.id, seller="s", key="r", units=("A/1",))
    assert refused.value.code == "rules_unknown"
    found = {first.shop.desk.engine.digest: first.shop.desk.engine}
    knowing = make(changed, policy=OrderPolicy(threshold="reprice"), engines=found.get, **settings)
    assert knowing.shop.refund(order.id, seller="s", key="r", units=("A/1",)).order.legs[0].amount == 7000


# -- coupons and points back ---------------------------------------------------------------------------------


def test_coupon_and_points_come_back_when_everything_is_reversed(make):
    world = make(policy=OrderPolicy(extend_days=3))
    coupon = world.shop.claim_coupon(buyer="u1", rule="new-20", key="k", valid_for=timedelta(days=1))
    world.shop.grant_points(buyer="u1", points=1000, key="gift")
    order = world.paid(CUP=2, settings={"use_points": 1000})  # 100 - 20 - 10
    assert (order.payable, world.shop.points_of(buyer="u1"), world.shop.wallet(buyer="u1")) == (7000 + 1000, 0, ())
    world.shop.refund(order.id, seller="s", key="r1", units=("CUP/1",))
    world.settle()
    assert (world.shop.points_of(buyer="u1"), world.shop.wallet(buyer="u1")) == (500, ())
    world.shop.refund(order.id, seller="s", key="r2", units=("CUP/2",))
    world.settle()
    (back,) = world.shop.wallet(buyer="u1")
    assert (back.id, back.valid_until) == (coupon.id, coupon.valid_until + timedelta(days=3))
    assert world.shop.points_of(buyer="u1") == 1000
    assert sum(leg.amount for leg in world.order(order.id).legs) == order.payable


def test_a_grant_that_can_never_be_paid_is_taken_back(world):
    from minishop.payments import Declined, RefundNotice

    order = world.paid(CUP=2)
    world.shop.refund(order.id, seller="s", key="r", units=("CUP/1",))
    (leg,) = world.gateway.pending_refunds()
    world.gateway.decline_refund(leg)
    world.shop.refund_notified(RefundNotice("fake", leg, Declined("account closed", is_final=True)))
    refund = world.order(order.id).refunds[0].id
    cancelled = world.shop.cancel_grant(order.id, seller="s", key="c", refund=refund)
    assert isinstance(cancelled, Done), cancelled
    assert (world.stock("CUP"), world.label(order.id)) == ((10, 2, 0), "to-ship")
    # The application stands as it was before the grant; once it is withdrawn, both can be shipped.
    name = cancelled.order.after_sales[0].id
    assert isinstance(world.shop.withdraw(order.id, buyer="u1", key="w", after_sale=name), Done)
    again = world.shop.ship(order.id, seller="s", key="s")
    assert len(again.order.shipments[0].units) == 2


# -- looking -------------------------------------------------------------------------------------------------


def test_what_can_be_done_and_why_not(world):
    order = world.paid(TEA=1)
    can = {one.command: one.reasons for one in world.shop.available_commands(order.id, actor=SELLER)}
    assert can["Ship"] == ()
    assert [reason.code for reason in can["Confirm"]] != []


def test_pages_of_orders(world):
    for number in range(5):
        world.paid(cart=f"c{number}", key=f"k{number}", TEA=1)
        world.clock.advance(seconds=1)
    first = world.shop.list_orders(buyer="u1", label="to-ship", limit=3)
    rest = world.shop.list_orders(buyer="u1", label="to-ship", limit=3, cursor=first.next)
    times = [order.terms.placed_at for order in (*first.orders, *rest.orders)]
    assert (len(times), times, rest.next) == (5, sorted(times, reverse=True), None)
    assert world.shop.list_orders(buyer="u1", label="completed").orders == ()


def test_history_and_erasure(world):
    world.fill(TEA=1)
    placed = world.place(address=ADDRESS, note="ring twice")
    events = world.shop.history(placed.order.id)
    assert type(events[0]).__name__ == "Placed"
    assert "Li Lei" not in repr([row.payload for row in world.store.history("order", placed.order.id)])
    assert world.order(placed.order.id).address == ADDRESS
    assert world.shop.erase_shopper(shopper="u1") >= 1
    order = world.order(placed.order.id)
    assert (order.address, order.terms.note, order.payable) == (None, "", 12900)
    # Life goes on, and what was erased stays so.
    world.shop.pay_notified(world.gateway.pay(placed.attempt))
    assert world.order(placed.order.id).address is None


def test_columns_say_what_the_document_says(world):
    from minishop.checkout import find_drift

    order = world.paid(TEA=1)
    stored = world.store.load("order", order.id)
    assert find_drift(stored) == ()
    import attrs

    assert find_drift(attrs.evolve(stored, label="closed", facets={**stored.facets, "money": "unpaid"})) == (
        "money",
        "label",
    )


def test_a_preview_of_an_application(world):
    order = world.paid(CUP=2)
    command = OpenAfterSale(after_sale="a1", kind="refund-only", units=(Pick("CUP", 1),))
    preview = world.shop.preview_refund(order.id, command, actor=SELLER)
    assert preview.refund.cash == 5000
    assert world.shop.preview_refund("nope", command, actor=SELLER).code == "no_such_order"


def test_a_notification_of_a_refund_leaves_its_number_with_its_effect(world):
    from minishop.payments import Declined, RefundNotice

    order = world.paid(TEA=1)
    world.shop.refund(order.id, seller="s", key="r", units=("TEA/1",))
    (leg,) = world.gateway.pending_refunds()
    notice = world.gateway.settle_refund(leg)
    world.shop.refund_notified(notice, notification="n-1")
    again = world.shop.refund_notified(notice, notification="n-1")
    assert (again.is_repeated, "order.refund-settled" in again.topics) == (True, True)
    told_otherwise = RefundNotice("fake", leg, Declined("account closed"))
    assert not world.shop.refund_notified(told_otherwise, notification="n-1").is_repeated
    assert world.order(order.id).leg(leg).state == "settled"
