"""Refunds to the fen, worked out by hand; and what a gateway may answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.orders import (
    Approve,
    CancelGrant,
    Close,
    Confirm,
    Deduction,
    Expire,
    FailRefund,
    Grant,
    OpenAfterSale,
    OrderPolicy,
    OverRefunded,
    Pick,
    PointsClawedBack,
    PointsReturned,
    ReceiveReturn,
    RefundNotFound,
    RetryRefund,
    SettleOffline,
    SettleRefund,
    Ship,
    SubmitRefund,
    UnitOutcome,
    UnknownRefund,
    decide_all,
    facets,
    is_settled,
    label,
    preview_refund,
)
from minishop.orders.handlers import kept_back
from tests.orders.build import BUYER, NOON, SELLER, Story, gift, line, terms, unit
from tests.orders.conserved import conserved


class Refunds(Story):
    def __init__(self, *lines, policy=None, slices=(), **more):
        super().__init__(terms(*lines, slices=slices, **more), policy=policy)
        for n, part in enumerate(self.order.terms.parts, 1):
            if part:
                self.pay(n=n)

    def approved(self, key, *units, kind="refund-only", outcomes=None, gifts=(), **more):
        self.tell(OpenAfterSale(after_sale=key, kind=kind, units=units, **more), SELLER)
        self.tell(Approve(after_sale=key), SELLER)
        if kind == "return":
            made = self.order.after_sale(key)
            told = [UnitOutcome(entry.unit, "good") for entry in made.units]
            told += [UnitOutcome(gift, "good") for gift in gifts]
            self.tell(ReceiveReturn(after_sale=key, outcomes=tuple(told)), SELLER)
        return self

    def grant(self, key, **more):
        told = self.tell(Grant(after_sale=key, refund=f"r{key}", **more), SELLER)
        conserved(self.order)
        return told

    def settle(self, *legs):
        for leg in legs:
            told = self.tell(SettleRefund(leg=leg, amount=self.order.leg(leg).amount, settled_at=NOON))
            conserved(self.order)
        return told

    def refund(self, key, *units, kind="refund-only", gifts=(), **more):
        """Granted and settled; gives what was paid back, fen."""
        self.approved(key, *units, kind=kind, gifts=gifts)
        self.grant(key, **more)
        if self.order.refund(f"r{key}").cash:
            self.settle(*[leg.id for leg in self.order.legs if leg.source == f"r{key}"])
        return self.order.refund(f"r{key}").cash

    def received(self):
        self.tell(Ship(shipment="p"), SELLER)
        self.tell(Confirm(), BUYER)
        return self


# -- amounts ----------------------------------------------------------------------------------------------------------


def test_second_at_half_price_returns_what_that_unit_cost():
    story = Refunds(line("1", 10000, 5000))
    assert story.refund("a", "1/2") == 5000
    assert story.refund("b", "1/1") == 10000


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=5), st.integers(0, 500), st.data())
def test_partial_refunds_in_any_order_sum_to_all_at_once(cash, freight, data):
    story = Refunds(line("1", *cash), freight=freight)
    ids = data.draw(st.permutations([each.id for each in story.order.units]))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(ids) - 1)))))
    groups = [ids[start:end] for start, end in zip([0, *cuts], [*cuts, len(ids)], strict=True) if ids[start:end]]
    total = sum(story.refund(f"a{n}", *group) for n, group in enumerate(groups))
    assert total == sum(cash) + freight
    assert is_settled(story.order)


def test_goodwill_comes_out_of_what_units_would_pay_back():
    # pay 100, goodwill 10, return everything: 100 in all, not 110
    story = Refunds(line("1", 6000, 4000))
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", goodwill=1000), BUYER)
    story.tell(Approve(after_sale="a"), SELLER)
    story.grant("a")
    assert [each.cash_left for each in story.order.units] == [5400, 3600]
    assert facets(story.order).money == "paid"
    story.settle("ra")
    assert (facets(story.order).money, label(story.order).code) == ("partly-refunded", "to-ship")
    assert story.refund("b", "1/1", "1/2") == 9000


def test_goodwill_by_largest_remainder_then_out_of_freight():
    story = Refunds(line("1", 100, 100, 100), freight=50)
    story.approved("a", goodwill=1)
    story.grant("a", goodwill=320)
    assert ([each.cash_left for each in story.order.units], story.order.freight_left) == ([0, 0, 0], 30)
    story.settle("ra")
    story.approved("b", goodwill=31)
    assert story.refused(Grant(after_sale="b", refund="rb"), SELLER) == ["goodwill_exceeds"]
    story.grant("b", goodwill=30)
    uneven = Refunds(line("1", 100, 100, 100)).approved("a", goodwill=100)
    uneven.grant("a")
    assert [each.cash_left for each in uneven.order.units] == [66, 67, 67]


def test_goodwill_of_named_units():
    story = Refunds(line("1", 100, 60), freight=50).approved("a", goodwill=70)
    for units, code in ((("1/2",), "goodwill_exceeds"), (("9",), "unknown_unit")):
        command = Grant(after_sale="a", refund="ra", goodwill_units=units)
        assert story.refused(command, SELLER) == [code]
    story.grant("a", goodwill_units=("1/1",))
    assert [each.cash_left for each in story.order.units] == [30, 60]


def test_deductions_take_what_there_is_and_say_what_there_is_not():
    story = Refunds(line("1", 100), freight=20).received()
    story.approved("a", "1/1", kind="return")
    story.grant("a", deductions=(Deduction("damage", 70), Deduction("label", 50)))
    refund = story.order.refund("ra")
    assert [(each.code, each.taken) for each in refund.deductions] == [("damage", 70), ("label", 30)]
    assert (refund.cash, refund.retained, refund.uncollected, story.order.legs) == (0, 100, 20, ())
    assert kept_back(story.order) == 100
    with pytest.raises(InvalidInput):
        Grant(after_sale="a", refund="r", deductions=(Deduction("bonus", -1),))


def test_freight_goes_back_once_if_nothing_was_ever_shipped():
    story = Refunds(line("1", 100, 60), freight=20)
    assert story.refund("a", "1/2") == 60
    assert story.refund("b", "1/1") == 120
    assert (story.order.life, story.order.reason, facets(story.order).money) == ("closed", "refunded", "refunded")


def test_freight_of_shipped_goods_stays_unless_the_seller_is_at_fault():
    story = Refunds(line("1", 100, 60), freight=20).received()
    assert story.refund("a", "1/1", kind="return") == 100
    assert story.refund("b", "1/2", kind="return") == 60
    now = facets(story.order)
    assert (now.money, now.goods, label(story.order).text("zh-CN")) == ("partly-refunded", "returned", "已退款")
    faulty = Refunds(line("1", 100, 60), freight=20).received()
    for key, unit_id, pays in (("a", "1/1", 100), ("b", "1/2", 80)):
        faulty.tell(OpenAfterSale(after_sale=key, kind="refund-only", units=(unit_id,), fault="seller"), BUYER)
        faulty.tell(Approve(after_sale=key), SELLER)
        faulty.grant(key)
        assert faulty.order.refund(f"r{key}").cash == pays
        faulty.settle(f"r{key}")


def test_a_person_may_state_the_freight():
    story = Refunds(line("1", 100, 60), freight=20).approved("a", "1/1")
    assert story.refused(Grant(after_sale="a", refund="r", freight=21), SELLER) == ["freight_exceeds"]
    story.grant("a", freight=15)
    assert (story.order.refund("ra").cash, story.order.freight_left) == (115, 5)


def test_units_refunded_and_freight_kept():
    story = Refunds(line("1", 100), freight=20)
    story.approved("a", "1/1").grant("a", freight=0)
    story.settle("ra")
    assert (facets(story.order).money, label(story.order).text("zh-CN")) == ("partly-refunded", "已退款")
    assert is_settled(story.order)


def test_there_must_be_something_to_refund():
    story = Refunds(line("1", 100)).approved("a", goodwill=5)
    assert story.refused(Grant(after_sale="a", refund="r", goodwill=0), SELLER) == ["nothing_to_refund"]


# -- a broken threshold -----------------------------------------------------------------------------------------------

REPRICE = OrderPolicy(threshold="reprice")


@pytest.mark.parametrize("first, second", [("1/1", "1/2"), ("1/2", "1/1")])
def test_full_200_less_30_returned_one_by_one(first, second):
    # 满200减30 on 100 + 100: each was paid 85. One returned: the other costs 100 alone, so 85 - 15 = 70; then 85 + 15.
    units = (unit("1/1", 8500, order=1500), unit("1/2", 8500, order=1500))
    story = Refunds(line("1", units=units), policy=REPRICE).received()
    story.approved("a", first, kind="return")
    assert story.refused(Grant(after_sale="a", refund="r"), SELLER) == ["reprice_needed"]
    story.grant("a", repriced=10000)
    assert story.order.refund("ra").cash == 7000
    assert kept_back(story.order) == 1500
    story.settle("ra")
    assert story.refund("b", second, kind="return") == 10000
    assert kept_back(story.order) == 0


def test_a_threshold_deduction_that_is_too_large_is_carried():
    # kept unit: 50 frozen, 100 alone; the returned one paid only 20: 20 is kept, 30 stays due; the last gives 20 back
    units = (unit("1/1", 2000, order=100), unit("1/2", 5000, order=5000))
    story = Refunds(line("1", units=units), policy=REPRICE).received()
    assert story.refund("a", "1/1", kind="return", repriced=10000) == 0
    assert story.order.refund("ra").uncollected == 3000
    assert story.refund("b", "1/2", kind="return") == 7000


def test_keeping_frozen_shares_is_the_default():
    units = (unit("1/1", 8500, order=1500), unit("1/2", 8500, order=1500))
    story = Refunds(line("1", units=units)).received()
    assert story.refund("a", "1/1", kind="return") == 8500


def test_closing_gives_a_thresholds_deduction_back_and_keeps_others():
    units = (unit("1/1", 8500, order=1500), unit("1/2", 8500, order=1500))
    story = Refunds(line("1", units=units), policy=REPRICE)
    assert story.refund("a", "1/1", repriced=10000, deductions=(Deduction("fee", 200),)) == 6800
    story.tell(Close(), SELLER)
    assert story.order.obligation("owed-T1").amount == 10000
    assert kept_back(story.order) == 200
    conserved(story.order)


# -- gifts ------------------------------------------------------------------------------------------------------------


def with_gift(value=500, **more):
    return Refunds(line("1", 100), line("2", 60), gift("g", "G", earned_by=("1",), value=value), **more)


def test_an_unshipped_gift_is_just_cancelled():
    story = with_gift()
    assert story.refund("a", "1/1") == 100
    assert story.order.unit("g/1").is_reversed
    assert story.refused(Ship(shipment="p", units=("g/1",)), SELLER) == ["unit_reversed"]


def test_a_gift_stays_as_long_as_what_earned_it():
    story = with_gift().received()
    assert story.refund("a", "2/1", kind="return") == 60
    assert story.order.after_sale("a").gifts == ()
    assert story.refused(OpenAfterSale(after_sale="b", kind="return", units=("g/1",)), BUYER) == ["unit_is_gift"]


def test_a_gift_comes_back_or_is_deducted():
    back = with_gift().received()
    back.approved("a", "1/1", kind="return", gifts=("g/1",))
    back.grant("a")
    assert (back.order.refund("ra").cash, back.order.unit("g/1").pledge) == (100, "ra")
    kept = with_gift(value=30).received()
    assert kept.refund("a", "1/1", kind="return") == 70
    assert [each.code for each in kept.order.refund("ra").deductions] == ["gift:G"]
    assert kept.refund("b", "2/1", kind="return") == 60  # and not deducted twice
    assert facets(kept.order).goods == "returned"
    worthless = with_gift(value=0).received()
    assert worthless.refund("a", "1/1", kind="return") == 100


def test_a_gift_lost_with_its_parcel_is_not_deducted():
    story = with_gift(value=30)
    story.tell(Ship(shipment="p"), SELLER)
    assert story.refund("a", "1/1") == 100
    assert story.order.unit("g/1").is_reversed


def test_a_repriced_quote_says_which_gifts_are_lost():
    story = with_gift(value=30, policy=REPRICE).received()
    assert story.refund("a", "2/1", kind="return", repriced=100, lost_gifts=("g/1",)) == 30


# -- points and coupons -----------------------------------------------------------------------------------------------


def test_points_go_back_by_count_to_the_last_lots_first():
    units = (
        unit("1/1", 900, points_value=100, points_count=33, earned=9),
        unit("1/2", 500, points_value=50, points_count=17, earned=5),
    )
    story = Refunds(line("1", units=units), lots=[("old", 20), ("new", 30)], coupons=("C",)).received()
    assert story.order.points_earned == 14
    assert story.refund("a", "1/2", kind="return") == 500
    back = story.last(PointsReturned)
    assert (back.points, [(lot.lot, lot.count) for lot in back.lots]) == (17, [("new", 17)])
    assert (story.last(PointsClawedBack).points, story.order.points_earned) == (5, 9)
    assert not story.order.is_released
    story.approved("b", "1/1", kind="return").grant("b")
    told = story.settle("rb")
    assert told == [
        "RefundSettled",
        "UnitsReversed",
        "PointsReturned",
        "PointsClawedBack",
        "CouponsReturned",
        "AfterSaleSettled",
    ]
    back = story.last(PointsReturned)
    assert (back.points, [(lot.lot, lot.count) for lot in back.lots]) == (33, [("new", 13), ("old", 20)])
    assert story.order.points_earned == 0


def test_what_is_refunded_before_completion_earns_nothing_and_loses_nothing():
    units = (unit("1/1", 900, earned=9), unit("1/2", 500, earned=5))
    story = Refunds(line("1", units=units))
    story.refund("a", "1/2")
    story.received()
    assert story.order.points_earned == 9


def test_the_seller_refunds_in_one_go_and_the_preview_is_what_happens():
    story = Refunds(line("1", 100, 60), freight=20)
    steps = (
        OpenAfterSale(after_sale="a", kind="refund-only", units=("1/2",)),
        Approve(after_sale="a"),
        Grant(after_sale="a", refund="r"),
    )
    seen = preview_refund(story.order, steps[0], story.ctx(SELLER))
    events = decide_all(story.order, steps, story.ctx(SELLER))
    assert (seen.refund.cash, seen.legs[0].amount) == (60, events[-1].refund.cash)
    assert decide_all(story.order, (*steps, steps[0]), story.ctx(SELLER)).code == "id_taken"
    assert preview_refund(story.order, steps[2], story.ctx(SELLER)).code == "not_while"


def test_previews_of_returns():
    units = (unit("1/1", 900, points_value=100, points_count=33, earned=9),)
    story = Refunds(line("1", units=units)).received()
    command = OpenAfterSale(after_sale="a", kind="return", units=("1/1",))
    seen = preview_refund(story.order, command, story.ctx(BUYER))
    assert (seen.refund.cash, seen.points, seen.earned) == (900, 33, 9)
    story.approved("a", "1/1", kind="return")
    grant = Grant(after_sale="a", refund="ra")
    assert preview_refund(story.order, grant, story.ctx(SELLER)).refund.cash == 900
    late = story.ctx(BUYER)
    assert preview_refund(story.order, command, late).code == "id_taken"
    odd = OpenAfterSale(after_sale="b", kind="exchange", units=("1/1",))
    assert preview_refund(Refunds(line("1", 5)).received().order, odd, story.ctx(SELLER)).code == "nothing_to_refund"


def test_a_grant_may_say_what_it_expects():
    story = Refunds(line("1", 100)).approved("a", "1/1")
    assert story.refused(Grant(after_sale="a", refund="r", expected_cash=99), SELLER) == ["cash_changed"]
    story.grant("a", expected_cash=100)
    assert story.refused(Grant(after_sale="a", refund="r2"), SELLER) == ["already_granted"]


# -- legs -------------------------------------------------------------------------------------------------------------


def test_several_payments_are_refunded_in_the_order_of_capture():
    story = Refunds(line("1", 6000, 4000), slices=(3000, 7000)).approved("a", "1/1")
    story.grant("a")
    assert [(leg.id, leg.payment, leg.amount) for leg in story.order.legs] == [
        ("ra", "wx:T1", 3000),
        ("ra-2", "wx:T2", 3000),
    ]
    assert [story.order.capacity(each) for each in ("wx:T1", "wx:T2", "wx:T9")] == [0, 4000, 0]
    assert story.settle("ra") == ["RefundSettled"]
    assert story.settle("ra-2")[1:] == ["UnitsReversed", "AfterSaleSettled"]


def test_or_as_somebody_says():
    story = Refunds(line("1", 6000, 4000), slices=(3000, 7000)).approved("a", "1/2")
    for payments, code in ((("wx:T9",), "unknown_payment"), (("wx:T1",), "no_capacity")):
        assert story.refused(Grant(after_sale="a", refund="r", payments=payments), SELLER) == [code]
    story.grant("a", payments=("wx:T2",))
    assert [(leg.payment, leg.amount) for leg in story.order.legs] == [("wx:T2", 4000)]


def test_numbers_are_short_and_new():
    story = Refunds(line("1", 100)).approved("a", "1/1")
    assert story.refused(Grant(after_sale="a", refund="x" * 65), SELLER) == ["id_too_long"]
    story = Refunds(line("1", 100, 60))
    story.refund("a", "1/1")
    story.approved("b", "1/2")
    assert story.refused(Grant(after_sale="b", refund="ra"), SELLER) == ["id_taken"]


def granted():
    story = Refunds(line("1", 100, 60)).approved("a", "1/1")
    story.grant("a")
    return story


def test_a_leg_moves_forward_whatever_comes_twice_or_late():
    story = granted()
    assert story.tell(SubmitRefund(leg="ra")) == ["RefundSubmitted"]
    assert story.tell(SubmitRefund(leg="ra")) == []
    assert story.tell(UnknownRefund(leg="ra")) == ["RefundLost"]
    assert story.tell(UnknownRefund(leg="ra")) == []
    assert story.order.capacity("wx:T1") == 60  # unknown keeps its capacity
    story.settle("ra")
    for fact in (SubmitRefund, UnknownRefund, FailRefund, RefundNotFound):
        assert story.tell(fact(leg="ra")) == []
        assert story.tell(fact(leg="unknown")) == []
    assert story.tell(SettleRefund(leg="ra", amount=100, settled_at=NOON)) == []


def test_a_settlement_may_come_before_the_acceptance():
    assert granted().settle("ra") == ["RefundSettled", "UnitsReversed", "AfterSaleSettled"]


def test_another_amount_proves_nothing():
    story = granted()
    assert story.tell(SettleRefund(leg="ra", amount=99, settled_at=NOON)) == ["RefundAmountDiffered", "RefundLost"]
    assert story.order.leg("ra").state == "unknown"
    story.settle("ra")
    assert story.tell(SettleRefund(leg="ra", amount=99, settled_at=NOON)) == ["RefundAmountDiffered"]
    assert story.tell(SettleRefund(leg="stray", amount=1, settled_at=NOON)) == ["StrayRefund"]


def test_not_found_is_believed_after_ten_minutes():
    story = granted()
    assert story.tell(RefundNotFound(leg="ra")) == []  # it was never sent
    story.tell(UnknownRefund(leg="ra"))
    story.later(minutes=10, seconds=-1)
    assert story.tell(RefundNotFound(leg="ra")) == []
    story.later(seconds=1)
    assert story.tell(RefundNotFound(leg="ra")) == ["RefundRetried"]
    assert (story.order.leg("ra").state, story.order.leg("ra").sent_at) == ("granted", None)


def test_a_declined_refund_is_sent_again_under_its_number():
    story = granted()
    assert story.tell(FailRefund(leg="ra", reason="NOTENOUGH")) == ["RefundFailed"]
    assert story.tell(FailRefund(leg="ra")) == []
    assert (story.order.capacity("wx:T1"), story.order.unit("1/1").pledge) == (160, "ra")
    assert facets(story.order).after_sale == "open"
    assert story.refused(RetryRefund(leg="ra", new_leg="rb")) == ["leg_not_final"]
    assert story.refused(RetryRefund(leg="rx")) == ["unknown_leg"]
    assert story.tell(RetryRefund(leg="ra")) == ["RefundRetried"]
    assert story.refused(RetryRefund(leg="ra")) == ["leg_not_failed"]
    assert story.settle("ra")[-1] == "AfterSaleSettled"


def test_a_dead_number_is_replaced():
    story = granted()
    story.tell(FailRefund(leg="ra"))
    assert story.tell(FailRefund(leg="ra", is_final=True)) == ["RefundFailed"]
    assert story.refused(RetryRefund(leg="ra")) == ["leg_final"]
    assert story.refused(RetryRefund(leg="ra", new_leg="ra")) == ["id_taken"]
    story.tell(RetryRefund(leg="ra", new_leg="rb"))
    conserved(story.order)
    assert [(leg.id, leg.state, leg.amount) for leg in story.order.legs] == [
        ("ra", "cancelled", 100),
        ("rb", "granted", 100),
    ]
    assert story.settle("rb")[-1] == "AfterSaleSettled"
    # and if the dead one is paid after all, somebody must know
    assert story.tell(SettleRefund(leg="ra", amount=100, settled_at=NOON)) == ["RefundSettled", "OverRefunded"]
    assert story.last(OverRefunded).amount == 100


def test_a_failed_refund_that_settles_after_all_is_recorded():
    story = granted()
    story.tell(FailRefund(leg="ra"))
    assert story.settle("ra") == ["RefundSettled", "UnitsReversed", "AfterSaleSettled"]


def test_room_is_left_for_trying_a_failed_refund_again():
    story = Refunds(line("1", 100, 60), slices=(100, 60)).approved("a", "1/1").approved("b", "1/2")
    story.grant("a")
    story.tell(FailRefund(leg="ra"))
    story.grant("b")
    assert story.order.leg("rb").payment == "wx:T2"
    assert story.tell(RetryRefund(leg="ra")) == ["RefundRetried"]


def test_a_refund_is_paid_by_hand():
    story = granted()
    assert story.refused(SettleOffline(leg="ra", reference="bank"), SELLER) == ["leg_not_failed"]
    assert story.refused(SettleOffline(leg="rx", reference="bank"), SELLER) == ["unknown_leg"]
    story.tell(FailRefund(leg="ra", is_final=True))
    told = story.tell(SettleOffline(leg="ra", reference="bank"), SELLER)
    assert told == ["RefundSettled", "UnitsReversed", "AfterSaleSettled"]
    assert story.order.leg("ra").reference == "bank"


def test_a_grant_is_taken_back_when_nothing_can_come_of_it():
    story = Refunds(line("1", 100, 60), freight=20).approved("a", "1/1", goodwill=30)
    story.grant("a", freight=5)
    assert story.refused(CancelGrant(refund="ra"), SELLER) == ["leg_not_final"]
    assert story.refused(CancelGrant(refund="rx"), SELLER) == ["unknown_refund"]
    story.tell(FailRefund(leg="ra", is_final=True))
    assert story.tell(CancelGrant(refund="ra"), SELLER) == ["RefundCancelled"]
    conserved(story.order)
    assert ([each.cash_left for each in story.order.units], story.order.freight_left) == ([100, 60], 20)
    assert story.refused(CancelGrant(refund="ra"), SELLER) == ["refund_has_ended"]
    story.tell(Grant(after_sale="a", refund="rb", goodwill=0), SELLER)
    assert story.order.refund("rb").cash == 100


def test_taking_back_goodwill_out_of_freight_and_points_of_a_completed_order():
    units = (unit("1/1", 100, earned=10), unit("1/2", 60, earned=6))
    story = Refunds(line("1", units=units), freight=20)
    story.tell(Ship(shipment="p"), SELLER)
    story.approved("a", "1/2")
    story.grant("a")
    story.tell(Confirm(), BUYER)
    assert story.order.life == "open"
    story.tell(FailRefund(leg="ra", is_final=True))
    told = story.tell(CancelGrant(refund="ra"), SELLER)
    assert told == ["RefundCancelled"]
    late = Refunds(line("1", 100), freight=20).received().approved("a", goodwill=110)
    late.grant("a")
    late.tell(FailRefund(leg="ra", is_final=True))
    late.tell(CancelGrant(refund="ra"), SELLER)
    assert (late.order.unit("1/1").cash_left, late.order.freight_left) == (100, 20)


def test_pledged_at_completion_and_taken_back_earns_after_all():
    units = (unit("1/1", 100, earned=10), unit("1/2", 60, earned=6))
    story = Refunds(line("1", units=units))
    story.tell(Ship(shipment="p1", units=("1/1",)), SELLER)
    story.tell(Ship(shipment="p2"), SELLER)
    story.tell(Confirm(shipments=("p2",)), BUYER)
    story.approved("a", "1/2", kind="return")
    story.grant("a")
    story.tell(Confirm(shipments=("p1",)), BUYER)
    assert story.order.points_earned == 10
    story.tell(FailRefund(leg="ra", is_final=True))
    assert story.tell(CancelGrant(refund="ra"), SELLER) == ["RefundCancelled", "PointsEarned"]
    assert story.order.points_earned == 16


def test_a_clock_of_a_parcel_starts_again_when_a_refund_of_part_of_it_has_settled():
    story = Refunds(line("1", 100, 60))
    story.tell(Ship(shipment="p"), SELLER)
    story.refund("a", "1/1")
    assert story.order.timer("auto-receive", "p").at == NOON + timedelta(days=15)
    story.later(days=15).tell(Expire(kind="auto-receive", subject="p"))
    assert story.order.life == "completed"


def test_counting_in_a_refund():
    story = Refunds(line("1", 100, 60))
    assert story.refund("a", Pick("1", 1)) == 60
