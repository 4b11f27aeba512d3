"""After-sales of the three kinds, up to the money."""

from datetime import timedelta

import pytest

from minishop.errors import InvalidInput
from minishop.orders import (
    AfterSaleOverdue,
    AfterSaleRefused,
    AfterSaleWithdrawn,
    Approve,
    ChangeKind,
    Close,
    Confirm,
    Context,
    DeliverReturn,
    Expire,
    Grant,
    OpenAfterSale,
    OrderPolicy,
    Pick,
    ReceiveReturn,
    Refuse,
    Replacement,
    ReplacementsAllocated,
    ReturnReceived,
    SendBack,
    SettleRefund,
    Ship,
    StockKey,
    UnitOutcome,
    Withdraw,
    facets,
    is_settled,
    label,
)
from tests.orders.build import BUYER, NOON, SELLER, Story, line, terms
from tests.orders.conserved import conserved


def received(*cash, **more):
    story = Story(terms(line("1", *(cash or (100, 60)))), **more)
    story.pay()
    story.tell(Ship(shipment="p"), SELLER)
    story.tell(Confirm(), BUYER)
    return story


def apply_for(story, *units, kind="return", key="a", by=BUYER, **more):
    return story.tell(OpenAfterSale(after_sale=key, kind=kind, units=units, **more), by)


def came(story, *outcomes, key="a"):
    units = [entry.unit for entry in story.order.after_sale(key).units]
    told = tuple(UnitOutcome(unit, outcome) for unit, outcome in zip(units, outcomes, strict=True))
    return story.tell(ReceiveReturn(after_sale=key, outcomes=told), SELLER)


def settle(story, leg):
    return story.tell(SettleRefund(leg=leg, amount=story.order.leg(leg).amount, settled_at=NOON))


def test_a_return_from_beginning_to_end():
    story = received()
    apply_for(story, "1/1")
    assert facets(story.order).after_sale == "open"
    assert story.tell(Approve(after_sale="a"), SELLER) == ["AfterSaleApproved", "TimerDisarmed", "TimerArmed"]
    assert story.order.timer("ship-back", "a").at == NOON + timedelta(days=7)
    assert story.tell(SendBack(after_sale="a", tracking="t"), BUYER) == ["ReturnSent", "TimerDisarmed", "TimerArmed"]
    assert story.order.timer("receive-return", "a").at == NOON + timedelta(days=10)
    assert story.tell(DeliverReturn(after_sale="a", delivered_at=NOON)) == ["ReturnDelivered", "TimerArmed"]
    assert story.order.timer("receive-return", "a").at == NOON + timedelta(days=3)
    assert story.tell(DeliverReturn(after_sale="a", delivered_at=NOON)) == []
    assert came(story, "good") == ["TimerDisarmed", "ReturnReceived"]
    assert story.last(ReturnReceived).sellable == ("1/1",)
    assert story.tell(Grant(after_sale="a", refund="r"), SELLER) == ["RefundGranted"]
    assert settle(story, "r") == ["RefundSettled", "UnitsReversed", "AfterSaleSettled"]
    now = facets(story.order)
    assert (now.life, now.money, now.goods, now.after_sale) == ("completed", "partly-refunded", "received", "settled")
    assert label(story.order).text("zh-CN") == "已完成"
    assert story.tell(DeliverReturn(after_sale="a", delivered_at=NOON)) == []
    conserved(story.order)


def test_counts_take_the_cheapest_then_the_highest_index():
    # 第二件半价: 100 and 50; a return of "one" pays 50, not 100
    story = received(100, 50, 50)
    apply_for(story, Pick("1", 1))
    assert [entry.unit for entry in story.order.after_sale("a").units] == ["1/3"]
    dear = received(100, 50, 50, policy=OrderPolicy(pick="dearest"))
    apply_for(dear, Pick("1", 2))
    assert [entry.unit for entry in dear.order.after_sale("a").units] == ["1/1", "1/3"]


def test_counts_take_what_fits_the_kind():
    story = Story(terms(line("1", 100, 50, 40)))
    story.pay()
    story.tell(Ship(shipment="p", units=("1/2", "1/3")), SELLER)
    apply_for(story, Pick("1", 2), kind="refund-only")  # unshipped first, then by cash
    assert [entry.unit for entry in story.order.after_sale("a").units] == ["1/1", "1/3"]
    story.tell(Refuse(after_sale="a", reason="no"), SELLER)
    story.tell(Ship(shipment="p2", units=("1/1",)), SELLER)
    story.tell(Confirm(shipments=("p2",)), BUYER)
    apply_for(story, Pick("1", 1), key="b")  # received first
    assert [entry.unit for entry in story.order.after_sale("b").units] == ["1/1"]


def test_the_window_is_each_units_own_and_does_not_bind_the_seller():
    story = received()
    story.later(days=7)
    command = OpenAfterSale(after_sale="a", kind="return", units=("1/1",))
    assert story.refused(command, BUYER) == ["window_ended"]
    assert story.refused(OpenAfterSale(after_sale="a", kind="return", units=(Pick("1", 1),)), BUYER) == [
        "not_enough_units"
    ]
    assert story.tell(Expire(kind="window", subject="p")) == ["TimerDisarmed", "AfterSaleWindowClosed"]
    apply_for(story, "1/1", by=SELLER)
    assert story.order.after_sale("a").by == "seller"
    relaxed = received(policy=OrderPolicy(switched_off={"in_window", "applications_left"})).later(days=8)
    apply_for(relaxed, Pick("1", 1))


def test_not_too_many_applications():
    story = received(100, policy=OrderPolicy(max_applications=2))
    for key in ("a", "b"):
        apply_for(story, "1/1", key=key)
        story.tell(Withdraw(after_sale=key), BUYER)
    command = OpenAfterSale(after_sale="c", kind="return", units=("1/1",))
    assert story.refused(command, BUYER) == ["too_many_applications"]
    assert story.refused(OpenAfterSale(after_sale="c", kind="return", units=(Pick("1", 1),)), BUYER) == [
        "not_enough_units"
    ]
    apply_for(story, "1/1", key="c", by=SELLER)


@pytest.mark.parametrize(
    "command, code",
    [
        ({"units": ()}, "no_units"),
        ({"units": (), "kind": "refund-only"}, "no_units"),
        ({"units": ("1/9",)}, "unknown_unit"),
        ({"units": ("1/1",)}, "unit_in_after_sale"),
        ({"after_sale": "a"}, "id_taken"),
        ({"kind": "exchange", "goodwill": 5}, "goodwill_in_exchange"),
    ],
)
def test_what_cannot_be_applied_for(command, code):
    story = received()
    apply_for(story, "1/1")
    whole = {"after_sale": "b", "kind": "return", "units": ("1/2",)} | command
    assert story.refused(OpenAfterSale(**whole), BUYER) == [code]


def test_what_is_here_cannot_be_returned_and_what_is_unpaid_cannot_be_refunded():
    story = Story(terms(line("1", 100)))
    command = OpenAfterSale(after_sale="a", kind="return", units=("1/1",))
    assert story.refused(command, BUYER) == ["not_paid"]
    story.pay()
    assert story.refused(command, BUYER) == ["unit_not_shipped"]
    story.tell(Close(), SELLER)
    assert story.refused(command, BUYER) == ["order_is"]


def test_silence_approves_returns_and_what_was_not_shipped():
    story = received()
    apply_for(story, "1/1")
    assert "AfterSaleApproved" in story.later(hours=48).tell(Expire(kind="answer", subject="a"))
    here = Story(terms(line("1", 100)))
    here.pay()
    apply_for(here, "1/1", kind="refund-only")
    assert "AfterSaleApproved" in here.later(hours=48).tell(Expire(kind="answer", subject="a"))


@pytest.mark.parametrize("asked", [{"units": ("1/1",)}, {"goodwill": 5}])
def test_silence_does_not_give_away_what_was_shipped(asked):
    story = received()
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", **asked), BUYER)
    told = story.later(hours=48).tell(Expire(kind="answer", subject="a"))
    assert told == ["TimerDisarmed", "AfterSaleOverdue"]
    assert story.last(AfterSaleOverdue).what == "answer"
    assert story.order.after_sale("a").state == "requested"
    generous = received(policy=OrderPolicy(on_answer_overdue="approve"))
    generous.tell(OpenAfterSale(after_sale="a", kind="refund-only", **asked), BUYER)
    assert "AfterSaleApproved" in generous.later(hours=48).tell(Expire(kind="answer", subject="a"))


def test_what_is_not_sent_back_lapses():
    story = received()
    apply_for(story, "1/1")
    story.tell(Approve(after_sale="a"), SELLER)
    told = story.later(days=7).tell(Expire(kind="ship-back", subject="a"))
    assert told == ["TimerDisarmed", "AfterSaleWithdrawn"]
    assert story.last(AfterSaleWithdrawn).reason == "not_sent_back"
    assert facets(story.order).after_sale == "none"


def test_the_buyer_does_not_wait_for_ever():
    for policy, last in (
        (OrderPolicy(), "AfterSaleOverdue"),
        (OrderPolicy(on_return_overdue="settle"), "ReturnReceived"),
    ):
        story = received(policy=policy)
        apply_for(story, "1/1")
        story.tell(Approve(after_sale="a"), SELLER)
        story.tell(SendBack(after_sale="a", tracking="t"), BUYER)
        assert story.later(days=10).tell(Expire(kind="receive-return", subject="a")) == ["TimerDisarmed", last]


def test_who_answers_and_when():
    story = received()
    apply_for(story, "1/1")
    assert story.refused(Approve(after_sale="x"), SELLER) == ["unknown_after_sale"]
    assert story.refused(Approve(after_sale="a"), BUYER) == ["not_allowed"]
    assert story.refused(SendBack(after_sale="a", tracking="t"), BUYER) == ["after_sale_is"]
    story.tell(Approve(after_sale="a", fault="seller"), SELLER)
    assert story.order.after_sale("a").fault == "seller"
    assert story.refused(Refuse(after_sale="a", reason="no"), SELLER) == ["after_sale_is"]
    story.tell(SendBack(after_sale="a", tracking="t"), BUYER)
    assert story.refused(Withdraw(after_sale="a"), BUYER) == ["after_sale_is"]


def test_nothing_is_withdrawn_once_it_is_granted():
    story = received()
    apply_for(story, "1/1", kind="refund-only")
    story.tell(Approve(after_sale="a"), SELLER)
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    assert story.refused(Withdraw(after_sale="a"), BUYER) == ["already_granted"]


def test_outcomes_unit_by_unit():
    story = received(100, 60, 40)
    apply_for(story, "1/1", "1/2", "1/3")
    story.tell(Approve(after_sale="a"), SELLER)
    few = ReceiveReturn(after_sale="a", outcomes=(UnitOutcome("1/1", "good"),))
    assert story.refused(few, SELLER) == ["outcome_missing"]
    odd = ReceiveReturn(after_sale="a", outcomes=(UnitOutcome("9", "good"),))
    assert story.refused(odd, SELLER) == ["unknown_unit"]
    came(story, "good", "damaged", "missing")
    assert (story.last(ReturnReceived).sellable, story.last(ReturnReceived).damaged) == (("1/1",), ("1/2",))
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    assert story.order.refund("r").cash == 160  # what is missing was not returned
    settle(story, "r")
    apply_for(story, "1/3", key="b")  # and may be applied for again
    conserved(story.order)


def test_an_empty_parcel_is_refused():
    story = received(100)
    apply_for(story, "1/1")
    story.tell(Approve(after_sale="a"), SELLER)
    came(story, "missing")
    assert story.last(AfterSaleRefused).reason == "nothing_received"
    assert is_settled(story.order)


# -- exchange ---------------------------------------------------------------------------------------------------------


def test_an_exchange_moves_goods_and_no_money():
    story = received(100)
    apply_for(story, "1/1", kind="exchange")
    story.tell(Approve(after_sale="a"), SELLER)
    assert [each.id for each in story.last(ReplacementsAllocated).units] == ["1/1/r1"]
    assert story.refused(Ship(shipment="q", units=("1/1/r1",)), SELLER) == ["replacement_not_due"]
    came(story, "good")
    assert story.refused(Grant(after_sale="a", refund="r"), SELLER) == ["nothing_to_refund"]
    story.tell(Ship(shipment="q"), SELLER)
    assert story.order.shipment("q").units == ("1/1/r1",)
    assert (facets(story.order).goods, label(story.order).code) == ("received", "completed")
    story.later(days=15)
    told = story.tell(Expire(kind="auto-receive", subject="q"))
    assert told == ["TimerDisarmed", "UnitsReceived", "AfterSaleSettled"]
    assert story.order.unit("1/1/r1").window_ends_at == story.now + timedelta(days=7)
    assert [(each.id, each.cash_left) for each in story.order.units] == [("1/1", 0), ("1/1/r1", 100)]
    # and the replacement is what a later refund is about
    assert story.refused(OpenAfterSale(after_sale="b", kind="return", units=("1/1",)), SELLER) == ["unit_replaced"]
    apply_for(story, "1/1/r1", key="b", kind="exchange")
    story.tell(Approve(after_sale="b"), SELLER)
    came(story, "good", key="b")
    assert story.order.unit("1/1/r2").origin == "1/1"
    story.tell(Ship(shipment="s", units=("1/1/r2",)), SELLER)
    story.tell(Confirm(), BUYER)
    apply_for(story, "1/1/r2", key="c")
    story.tell(Approve(after_sale="c"), SELLER)
    came(story, "good", key="c")
    story.tell(Grant(after_sale="c", refund="r"), SELLER)
    settle(story, "r")
    assert (facets(story.order).money, label(story.order).text("zh-CN")) == ("refunded", "已退款")
    assert is_settled(story.order)
    conserved(story.order)


def test_a_replacement_costs_the_same():
    story = received(100)
    dear = Replacement(StockKey("other"), 120)
    command = OpenAfterSale(after_sale="a", kind="exchange", units=("1/1",), replacement=dear)
    assert story.refused(command, BUYER) == ["price_differs"]
    apply_for(story, "1/1", kind="exchange", replacement=Replacement(StockKey("other"), 100))
    story.tell(Approve(after_sale="a"), SELLER)
    assert story.order.unit("1/1/r1").stock == StockKey("other")


@pytest.mark.parametrize("outcome, reason", [("missing", "nothing_received"), ("damaged", "goods_not_accepted")])
def test_what_cannot_be_exchanged_goes_back_and_the_replacement_is_free(outcome, reason):
    story = received(100)
    apply_for(story, "1/1", kind="exchange")
    story.tell(Approve(after_sale="a"), SELLER)
    assert came(story, outcome) == ["TimerDisarmed", "ReplacementsCancelled", "AfterSaleRefused"]
    assert story.last(AfterSaleRefused).reason == reason
    assert [each.id for each in story.order.units] == ["1/1"]


def test_half_an_exchange():
    story = received()
    apply_for(story, "1/1", "1/2", kind="exchange")
    story.tell(Approve(after_sale="a"), SELLER)
    came(story, "good", "missing")
    assert [each.id for each in story.order.units] == ["1/1", "1/2", "1/1/r1"]
    assert story.order.unit("1/2").after_sale == ""
    conserved(story.order)


def test_withdrawing_an_exchange_frees_its_replacement_and_numbers_go_on():
    story = received(100)
    apply_for(story, "1/1", kind="exchange")
    story.tell(Approve(after_sale="a"), SELLER)
    assert "ReplacementsCancelled" in story.tell(Withdraw(after_sale="a"), BUYER)
    apply_for(story, "1/1", kind="exchange", key="b")
    story.tell(Approve(after_sale="b"), SELLER)
    assert story.order.units[1].id == "1/1/r2"


def test_the_kind_can_be_changed_before_the_answer():
    story = received()
    apply_for(story, "1/1", kind="exchange")
    assert story.tell(ChangeKind(after_sale="a", kind="return"), SELLER) == ["AfterSaleKindChanged"]
    assert story.tell(ChangeKind(after_sale="a", kind="return"), SELLER) == []
    story.tell(ChangeKind(after_sale="a", kind="refund-only"), SELLER)
    assert story.order.after_sale("a").kind == "refund-only"
    story.tell(OpenAfterSale(after_sale="b", kind="refund-only", goodwill=5), BUYER)
    assert story.refused(ChangeKind(after_sale="b", kind="return"), BUYER) == ["no_units"]
    apply_for(story, "1/2", kind="refund-only", key="c", goodwill=5)
    assert story.refused(ChangeKind(after_sale="c", kind="exchange"), BUYER) == ["goodwill_in_exchange"]
    story.tell(Approve(after_sale="a"), SELLER)
    assert story.refused(ChangeKind(after_sale="a", kind="return"), SELLER) == ["after_sale_is"]
    here = Story(terms(line("1", 100)))
    here.pay()
    apply_for(here, "1/1", kind="refund-only")
    assert here.refused(ChangeKind(after_sale="a", kind="return"), BUYER) == ["unit_not_shipped"]


def test_times_and_policies_are_checked():
    with pytest.raises(InvalidInput):
        Context(NOON.replace(tzinfo=None))
    for wrong in (
        {"pay_within": timedelta(seconds=-1)},
        {"pay_within": 30},
        {"pick": "any"},
        {"max_applications": 0},
        {"switched_off": 7},
        {"switched_off": [7]},
    ):
        with pytest.raises(InvalidInput):
            OrderPolicy(**wrong)
