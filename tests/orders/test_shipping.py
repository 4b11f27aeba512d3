"""Parcels and receipts."""

from datetime import timedelta

import pytest

from minishop.orders import (
    Approve,
    Confirm,
    CorrectTracking,
    Deliver,
    Expire,
    Grant,
    OpenAfterSale,
    Pick,
    PointsEarned,
    ReceiveParcel,
    Refuse,
    SettleRefund,
    Ship,
    UnitsReceived,
    VoidShipment,
    facets,
    label,
)
from tests.orders.build import BUYER, NOON, SELLER, Story, line, terms, unit


def paid(*cash, **more):
    story = Story(terms(line("1", *(cash or (100, 60))), **more))
    story.pay()
    return story


def test_shipping_in_parts():
    story = paid()
    assert story.tell(Ship(shipment="p1", units=(Pick("1", 1),)), SELLER) == ["Shipped"]
    assert story.order.shipment("p1").units == ("1/1",)  # the lowest index first
    assert label(story.order).text("zh-CN") == "部分发货"
    story.tell(Ship(shipment="p2"), SELLER)
    assert (facets(story.order).goods, label(story.order).text("zh-CN")) == ("shipped", "待收货")


@pytest.mark.parametrize(
    "units, code",
    [
        (("1/1",), "unit_shipped"),
        (("1/9",), "unknown_unit"),
        (("1/2", "1/2"), "unit_named_twice"),
        ((Pick("1", 2),), "not_enough_units"),
        ((Pick("9", 1),), "not_enough_units"),
        ((Pick("1", 0),), "not_enough_units"),
    ],
)
def test_a_unit_leaves_once(units, code):
    story = paid()
    story.tell(Ship(shipment="p1", units=("1/1",)), SELLER)
    assert story.refused(Ship(shipment="p2", units=units), SELLER) == [code]
    assert story.refused(Ship(shipment="p1"), SELLER) == ["id_taken"]
    assert story.refused(Ship(shipment="p2"), BUYER) == ["not_allowed"]


def test_nothing_is_shipped_before_it_is_paid():
    story = Story(terms(line("1", 100)))
    assert story.refused(Ship(shipment="p"), SELLER) == ["not_paid"]


def test_units_that_are_not_refunded_are_still_shipped_after_a_partial_refund():
    story = paid()
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/2",)), BUYER)
    story.tell(Approve(after_sale="a"), SELLER)
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    assert story.refused(Ship(shipment="p", units=("1/2",)), SELLER) == ["unit_pledged"]
    story.tell(SettleRefund(leg="r", amount=60, settled_at=NOON))
    assert label(story.order).text("zh-CN") == "待发货"
    assert story.refused(Ship(shipment="p", units=("1/2",)), SELLER) == ["unit_reversed"]
    story.tell(Ship(shipment="p"), SELLER)
    assert label(story.order).text("zh-CN") == "待收货"
    assert story.refused(Ship(shipment="p2"), SELLER) == ["not_while"]


def test_who_comes_first_the_application_or_the_parcel():
    story = paid(100)
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    assert story.refused(Ship(shipment="p", units=("1/1",)), SELLER) == ["unit_in_after_sale"]
    for units in (("1/1",), (Pick("1", 1),)):
        told = story.ask(Ship(shipment="p", units=units, override_after_sale=True), SELLER)
        names = [type(event).__name__ for event in told]
        assert names == ["AfterSaleRefused", "TimerDisarmed", "Shipped"]
        assert told[0].reason == "already_shipped"
    story.tell(Approve(after_sale="a"), SELLER)
    ship = Ship(shipment="p", units=("1/1",), override_after_sale=True)
    assert story.refused(ship, SELLER) == ["unit_in_after_sale"]


def test_a_parcel_counts_as_received_15_days_after_shipping():
    story = paid(100)
    story.tell(Ship(shipment="p"), SELLER)
    clock = Expire(kind="auto-receive", subject="p")
    assert story.later(days=15, seconds=-1).tell(clock) == []
    told = story.later(seconds=1).tell(clock)
    assert told == ["TimerDisarmed", "UnitsReceived", "Completed"]
    assert story.tell(clock) == []
    assert label(story.order).text("zh-CN") == "已完成"


def test_seven_days_after_delivery_even_if_that_is_later_and_the_earliest_scan_counts():
    story = paid(100)
    story.tell(Ship(shipment="p"), SELLER)
    story.later(days=12)
    assert story.tell(Deliver(shipment="p", delivered_at=story.now)) == ["Delivered"]
    assert story.order.timer("auto-receive", "p").at == NOON + timedelta(days=19)
    assert story.tell(Deliver(shipment="p", delivered_at=story.now)) == []
    earlier = NOON + timedelta(days=10)
    assert story.tell(Deliver(shipment="p", delivered_at=earlier)) == ["Delivered"]
    assert story.order.timer("auto-receive", "p").at == NOON + timedelta(days=17)
    story.tell(Confirm(), BUYER)
    assert story.tell(Deliver(shipment="p", delivered_at=NOON)) == []
    assert story.tell(Deliver(shipment="unknown", delivered_at=NOON)) == []


def test_an_open_after_sale_stops_the_clock_and_its_end_leaves_a_day():
    story = paid()
    story.tell(Ship(shipment="p"), SELLER)
    story.later(days=14, hours=12)
    told = story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    assert told == ["AfterSaleOpened", "TimerArmed", "TimerDisarmed"]
    assert story.tell(Deliver(shipment="p", delivered_at=NOON + timedelta(days=1))) == ["Delivered"]
    story.later(hours=6)
    assert "TimerArmed" in story.tell(Refuse(after_sale="a", reason="no"), SELLER)
    assert story.order.timer("auto-receive", "p").at == story.now + timedelta(days=1)


def test_confirming_one_parcel_and_points_at_the_end():
    units = (unit("1/1", 100, earned=10), unit("1/2", 60, earned=6))
    story = Story(terms(line("1", units=units)))
    story.pay()
    story.tell(Ship(shipment="p1", units=("1/1",)), SELLER)
    story.tell(Ship(shipment="p2"), SELLER)
    assert story.tell(Confirm(shipments=("p1",)), BUYER) == ["UnitsReceived"]
    assert facets(story.order).goods == "partly-received"
    assert story.refused(Confirm(shipments=("p1",)), BUYER) == ["nothing_to_receive"]
    assert story.refused(Confirm(shipments=("px",)), BUYER) == ["unknown_shipment"]
    story.tell(Confirm(), BUYER)
    assert story.last(UnitsReceived).window_ends_at == NOON + timedelta(days=7)
    assert story.last(PointsEarned).points == story.order.points_earned == 16
    assert story.order.life == "completed"
    assert story.refused(Ship(shipment="p3", units=("1/1",)), SELLER) == ["order_completed"]


def test_confirming_while_one_unit_is_in_an_after_sale():
    story = paid()
    story.tell(Ship(shipment="p"), SELLER)
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    story.tell(Confirm(), BUYER)
    assert [each.is_received for each in story.order.units] == [False, True]
    assert story.order.life == "open"
    story.tell(Refuse(after_sale="a", reason="no"), SELLER)
    story.tell(Confirm(), BUYER)
    assert story.order.life == "completed"


def test_a_return_says_that_the_goods_arrived():
    story = paid(100)
    story.tell(Ship(shipment="p"), SELLER)
    told = story.tell(OpenAfterSale(after_sale="a", kind="return", units=("1/1",)), BUYER)
    assert told == ["AfterSaleOpened", "TimerArmed", "UnitsReceived", "Completed"]


def test_a_wrong_parcel_is_voided_until_something_of_it_arrived():
    story = paid()
    story.tell(Ship(shipment="p1"), SELLER)
    assert story.tell(VoidShipment(shipment="p1"), SELLER) == ["ShipmentVoided"]
    assert label(story.order).code == "to-ship"
    for command in (VoidShipment(shipment="p1"), CorrectTracking(shipment="p1", tracking="x")):
        assert story.refused(command, SELLER) == ["not_while"]
    story.tell(Ship(shipment="p2", tracking="a"), SELLER)
    for command in (
        VoidShipment(shipment="p1"),
        CorrectTracking(shipment="p1", tracking="x"),
        ReceiveParcel(shipment="p1"),
    ):
        assert story.refused(command, SELLER) == ["unknown_shipment"]
    assert story.tell(Deliver(shipment="p1", delivered_at=NOON)) == []
    assert story.tell(CorrectTracking(shipment="p2", tracking="b"), SELLER) == ["TrackingCorrected"]
    assert story.tell(CorrectTracking(shipment="p2", tracking="b"), SELLER) == []
    assert story.tell(CorrectTracking(shipment="p2", tracking="b", carrier="SF"), SELLER) == ["TrackingCorrected"]
    parcel = story.order.shipment("p2")
    assert (parcel.carrier, parcel.tracking, parcel.units) == ("SF", "b", ("1/1", "1/2"))
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    assert story.refused(VoidShipment(shipment="p2"), SELLER) == ["unit_in_after_sale"]
    story.tell(Approve(after_sale="a"), SELLER)
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    assert story.refused(VoidShipment(shipment="p2"), SELLER) == ["unit_pledged"]
    story.tell(Confirm(), BUYER)
    assert story.refused(VoidShipment(shipment="p2"), SELLER) != []


def test_received_units_keep_their_parcel():
    story = paid()
    story.tell(Ship(shipment="p"), SELLER)
    story.tell(OpenAfterSale(after_sale="a", kind="return", units=("1/1",)), BUYER)
    assert story.refused(VoidShipment(shipment="p"), SELLER) == ["unit_received"]


def test_a_refunded_parcel_comes_back_by_itself():
    story = paid()
    story.tell(Ship(shipment="p"), SELLER)
    assert story.refused(ReceiveParcel(shipment="p"), SELLER) == ["nothing_to_receive"]
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    story.tell(Approve(after_sale="a"), SELLER)
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    story.tell(SettleRefund(leg="r", amount=100, settled_at=NOON))
    assert story.refused(ReceiveParcel(shipment="p", units=("1/2",)), SELLER) == ["unit_not_refunded"]
    assert story.refused(ReceiveParcel(shipment="p", units=("9",)), SELLER) == ["unknown_unit"]
    assert story.tell(ReceiveParcel(shipment="p", units=("1/1",)), SELLER) == ["ParcelReturned"]
    assert story.order.unit("1/1").is_returned


def test_refund_only_of_goods_that_never_arrived_ends_the_order():
    story = paid(100)
    story.tell(Ship(shipment="p"), SELLER)
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    story.tell(Approve(after_sale="a"), SELLER)
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    story.tell(SettleRefund(leg="r", amount=100, settled_at=NOON))
    assert (story.order.life, story.order.reason, facets(story.order).goods) == ("closed", "refunded", "shipped")
    assert story.order.timers == ()
    assert story.tell(Deliver(shipment="p", delivered_at=NOON)) == []
    assert story.refused(Confirm(), BUYER) == ["order_is"]
