"""Placing, paying, closing: what shops get wrong, with numbers worked out by hand."""

from datetime import timedelta

import pytest
from attrs import evolve

from minishop.errors import CallerError, InvalidInput
from minishop.orders import (
    Actor,
    Close,
    CloseAttempt,
    CouponsReturned,
    ExcessPaymentOwed,
    Expire,
    FailAttempt,
    FailHold,
    Grant,
    GrantOwed,
    LatePaymentOwed,
    LinePrice,
    LoseTrackOfAttempt,
    MismatchedPaymentOwed,
    OpenAfterSale,
    OrderPolicy,
    Paid,
    Place,
    PointsReturned,
    PostponeTimer,
    ReadyAttempt,
    Rejected,
    ReleaseHold,
    RepriceOrder,
    SettleRefund,
    Ship,
    StartPayment,
    SubmitRefund,
    UnitsReversed,
    decide,
    facets,
    is_settled,
    label,
)
from tests.orders.build import BUYER, NOON, SELLER, Story, captured, line, terms, unit
from tests.orders.conserved import conserved


def two():
    return Story(terms(line("1", 10000, 6000), freight=1000))


def start(story, n=1, **more):
    return story.tell(StartPayment(attempt=f"attempt-{n}", channel="wx", **more), BUYER)


# -- place ------------------------------------------------------------------------------------------------------------


def test_an_unpaid_order_has_thirty_minutes_a_flash_sale_fifteen():
    story = two()
    assert story.order.timer("unpaid").at == story.order.pay_until == NOON + timedelta(minutes=30)
    flash = Story(terms(line("1", 100), is_flash=True))
    assert flash.order.timer("unpaid").at == NOON + timedelta(minutes=15)
    assert label(story.order).text("zh-CN") == "待付款"


def test_nothing_to_pay_is_paid_at_once_and_never_reaches_a_gateway():
    free = unit("1/1", 0, points_value=500, points_count=50)
    story = Story(terms(line("1", units=(free,)), lots=[("L", 50)]))
    assert [type(event).__name__ for event in story.history] == ["Placed", "Paid"]
    assert facets(story.order).money == "paid"
    assert story.order.timers == story.order.payments == ()
    assert story.refused(StartPayment(attempt="attempt-1", channel="wx"), BUYER) == ["not_while"]
    # the refund runs the same path, without a leg
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    story.later(hours=48).tell(Expire(kind="answer", subject="a"))
    told = story.tell(Grant(after_sale="a", refund="r"), SELLER)
    assert told == ["RefundGranted", "UnitsReversed", "PointsReturned", "AfterSaleSettled", "Closed"]
    assert facets(story.order).money == "refunded"
    assert is_settled(story.order)


def test_terms_that_do_not_add_up_are_an_error():
    wrong = terms(line("1", 100))
    for broken in (
        {"payable": 99},
        {"slices": (40, 50)},
        {"slices": (0, 100)},
        {"lines": ()},
        {"placed_at": NOON.replace(tzinfo=None)},
        {"lines": (line("1", 50), line("1", 50))},
        {"lines": (line("1", units=(unit("1/1", 100, earned=-1),)),)},
    ):
        with pytest.raises(InvalidInput):
            decide(None, Place(terms=evolve(wrong, **broken)), Story(wrong).ctx())
    lying = evolve(unit("1/1", 100), list_price=120)
    with pytest.raises(InvalidInput, match="does not add up"):
        decide(None, Place(terms=evolve(wrong, lines=(line("1", units=(lying,)),))), Story(wrong).ctx())


def test_a_buyer_places_only_his_own_orders():
    story = two()
    result = decide(None, Place(terms=story.order.terms), story.ctx(Actor("buyer", "somebody")))
    assert isinstance(result, Rejected)
    assert result.code == "not_owner"


def test_mistakes_of_the_program_are_errors():
    story = two()
    for order, command, code in (
        (None, Close(), "no_order"),
        (story.order, Place(terms=story.order.terms), "order_exists"),
    ):
        with pytest.raises(CallerError) as error:
            decide(order, command, story.ctx())
        assert error.value.code == code


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_an_attempt_expires_no_later_than_the_order():
    story = two()
    start(story)
    assert story.order.attempt("attempt-1").expires_at == NOON + timedelta(minutes=30)
    story.tell(CloseAttempt(attempt="attempt-1"))
    start(story, 2, expires_at=NOON + timedelta(minutes=5))
    assert story.order.attempt("attempt-2").expires_at == NOON + timedelta(minutes=5)
    story.tell(CloseAttempt(attempt="attempt-2"))
    start(story, 3, expires_at=NOON + timedelta(hours=5))
    assert story.order.attempt("attempt-3").expires_at == NOON + timedelta(minutes=30)


def test_a_new_attempt_needs_the_old_one_closed_and_time_left():
    story = two()
    start(story)
    assert story.refused(StartPayment(attempt="attempt-2", channel="wx"), BUYER) == ["attempt_open"]
    assert story.refused(StartPayment(attempt="attempt-1", channel="wx"), BUYER) == ["id_taken"]
    assert story.refused(StartPayment(attempt="attempt-2", channel="wx", part=1), BUYER) == ["part_not_open"]
    story.tell(FailAttempt(attempt="attempt-1", reason="no"))
    story.later(minutes=30)  # half-open: the deadline itself is too late
    assert story.refused(StartPayment(attempt="attempt-2", channel="wx"), BUYER) == ["too_late"]
    relaxed = Story(story.order.terms, policy=OrderPolicy(switched_off={"in_time"})).later(hours=1)
    assert start(relaxed) == ["PaymentStarted"]


def test_attempts_move_forward_only():
    story = two()
    start(story)
    assert story.tell(LoseTrackOfAttempt(attempt="attempt-1")) == ["AttemptLost"]
    assert story.tell(ReadyAttempt(attempt="attempt-1", parameters="{}")) == ["AttemptReady"]
    for fact in (ReadyAttempt, LoseTrackOfAttempt):
        assert story.tell(fact(attempt="attempt-1")) == []
    assert story.tell(CloseAttempt(attempt="attempt-1")) == ["AttemptClosed"]
    for fact in (ReadyAttempt, LoseTrackOfAttempt, CloseAttempt, FailAttempt):
        assert story.tell(fact(attempt="attempt-1")) == []
        assert story.tell(fact(attempt="unknown")) == []


@pytest.mark.parametrize("attempt", ["short", "x" * 33, "with space", "中文中文中文", 7])
def test_attempt_ids_fit_every_gateway(attempt):
    with pytest.raises(InvalidInput, match="gateways"):
        StartPayment(attempt=attempt, channel="wx")


# -- pay --------------------------------------------------------------------------------------------------------------


def test_a_repeated_notification_changes_nothing():
    story = two()
    assert story.pay() == ["Paid"]
    assert story.tell(captured("attempt-1", 17000)) == []
    assert story.order.captured == 17000
    assert label(story.order).text("zh-CN") == "待发货"


def test_the_same_transaction_told_otherwise_is_an_alert_and_the_first_record_stands():
    story = two()
    story.pay()
    before = story.order
    assert story.tell(captured("attempt-1", 16000)) == ["PaymentConflicted"]
    assert story.order == before


@pytest.mark.parametrize(
    "wrong, what",
    [
        ({"amount": 16999}, "amount"),
        ({"amount": 17001}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"order": "o2"}, "order"),
        ({"attempt": "attempt-9"}, "attempt"),
    ],
)
def test_what_does_not_match_its_attempt_is_owed_whole(wrong, what):
    story = two()
    start(story)
    told = story.tell(captured(**{"attempt": "attempt-1", "amount": 17000} | wrong))
    assert told == ["MismatchedPaymentOwed", "OwedGranted"]
    event = story.last(MismatchedPaymentOwed)
    assert (event.what, event.obligation.amount) == (what, wrong.get("amount", 17000))
    assert facets(story.order).money == "unpaid"
    leg = story.order.leg("owed-T1")
    assert (leg.payment, leg.amount, leg.state) == ("wx:T1", wrong.get("amount", 17000), "granted")
    conserved(story.order)


def test_money_for_a_closed_order_is_owed_and_the_order_stays_closed():
    story = two()
    start(story)
    story.tell(Close(), BUYER)
    assert story.tell(captured("attempt-1", 17000)) == ["LatePaymentOwed", "OwedGranted"]
    assert story.last(LatePaymentOwed).payment.state == "late"
    assert (story.order.life, story.order.captured, facets(story.order).money) == ("closed", 0, "unpaid")
    assert not is_settled(story.order)
    assert story.tell(SettleRefund(leg="owed-T1", amount=17000, settled_at=NOON)) == ["RefundSettled"]
    assert is_settled(story.order)
    assert label(story.order).code == "closed"


def test_a_second_capture_is_excess_and_goes_back_whole():
    story = two()
    start(story)
    story.tell(CloseAttempt(attempt="attempt-1"))
    start(story, 2)
    story.tell(captured("attempt-2", 17000, n=2))
    assert story.tell(captured("attempt-1", 17000, n=1)) == ["ExcessPaymentOwed", "OwedGranted"]
    assert story.last(ExcessPaymentOwed).obligation.amount == 17000
    assert facets(story.order).money == "paid"
    conserved(story.order)


def test_an_abandoned_attempt_that_is_paid_after_all_counts_while_its_part_is_open():
    story = two()
    start(story)
    story.tell(CloseAttempt(attempt="attempt-1"))
    assert story.tell(captured("attempt-1", 17000)) == ["Paid"]


def test_a_capture_after_the_deadline_counts_while_the_order_is_open():
    story = two()
    start(story)
    story.later(hours=2)
    assert story.tell(captured("attempt-1", 17000, at=story.now)) == ["Paid"]


def test_a_deposit_and_the_rest():
    story = Story(terms(line("1", 10000), slices=(3000, 7000)))
    assert story.pay(n=1) == ["PartlyPaid"]
    assert (facets(story.order).money, label(story.order).code) == ("partly-paid", "to-pay")
    assert story.refused(Ship(shipment="p"), SELLER) == ["not_paid"]
    assert story.pay(n=2) == ["Paid"]
    assert story.last(Paid).amount == 10000


def test_obligations_of_two_channels_with_one_number_are_two():
    story = Story(terms(line("1", 100)))
    start(story)
    other = captured("attempt-1", 100)
    story.tell(Close(), BUYER)
    story.tell(other)
    story.tell(evolve(other, channel="ali"))
    first, second = story.order.obligations
    assert first.id == "owed-T1"
    assert second.id != first.id
    assert len(second.id) == 45
    long = evolve(other, transaction="中" * 10)
    story.tell(long)
    assert story.order.obligations[2].id.isascii()


# -- close ------------------------------------------------------------------------------------------------------------


def test_an_unpaid_order_runs_out_once():
    spent = unit("1/1", 9000, points_value=1000, points_count=100)
    story = Story(terms(line("1", units=(spent,)), coupons=("C1",), lots=[("old", 60), ("new", 40)]))
    clock = Expire(kind="unpaid")
    assert story.tell(clock) == []  # early
    story.later(minutes=30)
    assert story.tell(clock) == ["TimerDisarmed", "Closed", "PointsReturned", "CouponsReturned"]
    assert story.tell(clock) == []  # twice
    assert (story.order.life, story.order.reason, label(story.order).code) == ("closed", "unpaid_timeout", "closed")
    back = story.last(PointsReturned)
    assert [(lot.lot, lot.count) for lot in back.lots] == [("new", 40), ("old", 60)]
    assert story.last(CouponsReturned).coupons == ("C1",)


def test_a_clock_can_be_put_off():
    story = two().later(minutes=30)
    assert story.tell(PostponeTimer(kind="unpaid", at=story.now + timedelta(minutes=1))) == ["TimerArmed"]
    assert story.tell(Expire(kind="unpaid")) == []
    assert story.tell(PostponeTimer(kind="unpaid", at=story.now + timedelta(minutes=1))) == []
    assert story.tell(PostponeTimer(kind="window", at=story.now)) == []
    assert story.refused(StartPayment(attempt="attempt-1", channel="wx"), BUYER) == ["too_late"]
    story.later(minutes=1)
    assert "Closed" in story.tell(Expire(kind="unpaid"))


def test_closing_a_partly_paid_order_owes_every_capture_and_frees_the_rest_at_once():
    story = Story(terms(line("1", 10000), slices=(3000, 7000), coupons=("C1",)))
    story.pay(n=1)
    assert story.tell(Close(), BUYER) == ["Closed", "MoneyOwed", "OwedGranted", "CouponsReturned"]
    assert story.order.obligation("owed-T1").amount == 3000
    story.tell(SettleRefund(leg="owed-T1", amount=3000, settled_at=NOON))
    assert is_settled(story.order)


def test_closing_a_paid_order_is_the_sellers_and_owes_everything_freight_included():
    story = Story(
        terms(line("1", units=(unit("1/1", 9000, points_value=1000, points_count=100),)), freight=800, coupons=("C",))
    )
    story.pay()
    assert story.refused(Close(), BUYER) == ["paid_already"]
    assert story.tell(Close(reason="risk"), SELLER) == ["Closed", "MoneyOwed", "OwedGranted"]
    assert (story.order.reason, story.order.obligation("owed-T1").amount) == ("risk", 9800)
    assert (label(story.order).text("zh-CN"), facets(story.order).money) == ("已关闭", "paid")
    conserved(story.order)
    told = story.tell(SettleRefund(leg="owed-T1", amount=9800, settled_at=NOON))
    assert told == ["RefundSettled", "UnitsReversed", "PointsReturned", "CouponsReturned"]
    assert story.last(UnitsReversed).units == ("1/1",)
    assert (label(story.order).text("zh-CN"), facets(story.order).money) == ("已退款", "refunded")


def test_a_policy_lets_buyers_cancel_paid_orders():
    story = Story(terms(line("1", 100)), policy=OrderPolicy(instant_cancel=True))
    story.pay()
    assert story.tell(Close(), BUYER)[0] == "Closed"
    assert story.order.reason == "buyer"


def test_closing_looks_at_units_and_at_refunds_under_way():
    story = two()
    story.pay()
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/2",)), SELLER)
    story.later(hours=48).tell(Expire(kind="answer", subject="a"))
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    story.tell(SubmitRefund(leg="r"))
    assert story.refused(Close(), SELLER) == ["refund_in_flight"]
    story.tell(SettleRefund(leg="r", amount=6000, settled_at=NOON))
    story.tell(Close(), SELLER)
    assert story.order.obligation("owed-T1").amount == 11000
    conserved(story.order)
    shipped = two()
    shipped.pay()
    shipped.tell(Ship(shipment="p", units=("1/1",)), SELLER)
    assert shipped.refused(Close(), SELLER) == ["has_shipped_units"]


def test_owed_money_is_granted_once():
    story = Story(terms(line("1", 100)), policy=OrderPolicy(refund_owed="manual"))
    story.pay()
    assert story.tell(Close(), SELLER) == ["Closed", "MoneyOwed"]
    assert story.tell(GrantOwed(obligation="owed-T1")) == ["OwedGranted"]
    assert story.refused(GrantOwed(obligation="owed-T1")) == ["already_granted"]
    assert story.refused(GrantOwed(obligation="owed-T2")) == ["unknown_obligation"]


def test_paid_and_out_of_stock_closes_and_owes_everything():
    story = two()
    start(story)
    told = story.tell(captured("attempt-1", 17000, has_stock=False))
    assert told == ["Paid", "PaidWithoutStock", "Closed", "MoneyOwed", "OwedGranted"]
    assert story.order.reason == "no_stock"
    conserved(story.order)


# -- hold -------------------------------------------------------------------------------------------------------------


def test_a_group_holds_shipping_until_it_is_full():
    story = Story(terms(line("1", 100)), hold="group")
    story.pay()
    assert label(story.order).text("zh-CN") == "待成团"
    assert story.refused(Ship(shipment="p"), SELLER) == ["on_hold"]
    assert story.refused(ReleaseHold(), BUYER) == ["not_allowed"]
    assert story.tell(ReleaseHold()) == ["HoldReleased"]
    assert label(story.order).text("zh-CN") == "待发货"
    assert story.refused(FailHold()) == ["not_while"]


def test_a_group_that_fails_owes_everything_freight_included():
    story = Story(terms(line("1", 100), freight=20), hold="group")
    story.pay()
    assert story.tell(FailHold()) == ["HoldFailed", "Closed", "MoneyOwed", "OwedGranted"]
    assert (story.order.reason, story.order.obligation("owed-T1").amount) == ("group_failed", 120)


def test_virtual_goods_are_received_when_they_are_paid_and_nothing_holds_them():
    story = Story(terms(line("1", 100, ships=False)))
    assert story.pay() == ["Paid", "UnitsReceived", "Completed"]
    held = Story(terms(line("1", 100, ships=False)), hold="group")
    held.pay()
    assert held.order.life == "open"
    assert held.tell(ReleaseHold()) == ["HoldReleased", "UnitsReceived", "Completed"]


# -- reprice ----------------------------------------------------------------------------------------------------------


def test_the_seller_changes_the_price_and_every_fen_has_a_unit():
    units = (unit("1/1", 10000, earned=100), unit("1/2", 6000, earned=60))
    story = Story(terms(line("1", units=units), freight=1000))
    assert story.tell(RepriceOrder(goods=8000, freight=0), SELLER) == ["Repriced"]
    first, second = story.order.lines[0].units
    assert [(each.cash, each.reprice, each.earned) for each in (first, second)] == [(5000, 5000, 50), (3000, 3000, 30)]
    assert (story.order.payable, story.order.freight_left) == (8000, 0)
    assert [each.cash_left for each in story.order.units] == [5000, 3000]
    # up again, line by line
    story.tell(RepriceOrder(lines=(LinePrice("1", 16001),)), SELLER)
    assert [each.cash for each in story.order.lines[0].units] == [10001, 6000]
    assert [each.reprice for each in story.order.lines[0].units] == [-1, 0]
    story.pay(16001)
    assert facets(story.order).money == "paid"


def test_repricing_is_for_sellers_before_payment_and_not_while_somebody_pays():
    story = two()
    assert story.refused(RepriceOrder(goods=1), BUYER) == ["not_allowed"]
    assert story.refused(RepriceOrder(), SELLER) == ["price_unchanged"]
    assert story.refused(RepriceOrder(lines=(LinePrice("9", 1),)), SELLER) == ["unknown_line"]
    start(story)
    assert story.refused(RepriceOrder(goods=1), SELLER) == ["attempt_open"]
    story.tell(captured("attempt-1", 17000))
    assert story.refused(RepriceOrder(goods=1), SELLER) == ["not_while"]


def test_repriced_to_nothing_is_paid():
    story = two()
    assert story.tell(RepriceOrder(goods=0, freight=0), SELLER) == ["Repriced", "Paid"]
    assert facets(story.order).money == "paid"
    dear = Story(terms(line("1", 0), freight=500))
    dear.tell(RepriceOrder(goods=300), SELLER)
    assert dear.order.payable == 800


# -- rights -----------------------------------------------------------------------------------------------------------


def test_everybody_does_his_own():
    story = two()
    stranger = Actor("buyer", "x")
    assert story.refused(Close(), stranger) == ["not_owner"]
    assert story.refused(RepriceOrder(goods=1), stranger) == ["not_allowed", "not_owner"]
    anything = Story(story.order.terms, policy=OrderPolicy(switched_off={"actor", "owner"}))
    assert anything.tell(RepriceOrder(goods=1), stranger) == ["Repriced"]
