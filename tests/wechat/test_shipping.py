"""The shipping report against a platform that keeps every rule, and the ways it may end."""

from datetime import timedelta

import pytest
from attrs import evolve

from minishop.errors import InvalidInput, OutcomeUnknown
from minishop.wechat import InvalidRequest, PlatformUnavailable, ShippingStateError
from minishop.wechat.shipping import (
    CombinedReport,
    DeliveryKind,
    OrderKey,
    OrderShipping,
    OrderState,
    Parcel,
    Reported,
    ShippingReport,
    next_report_at,
    report_retries,
)

PAYER = "oPayer"
TEA = OrderKey(transaction_id="4200001")


def parcel(number="SF1", company="SF", **fields):
    return Parcel(tracking_no=number, company=company, description="茶*1", receiver_phone="13812345678", **fields)


def report(world, *parcels, order=TEA, **fields):
    return ShippingReport(order=order, parcels=parcels or (parcel(),), payer=PAYER, uploaded_at=world.clock(), **fields)


@pytest.fixture
def paid(world):
    world.platform.add_payment(TEA.transaction_id, openid=PAYER, amount=12900, mchid="1900000001", out_trade_no="T1")
    return world


def uploads(world):
    return [call.fields for call in world.platform.calls if call.path.endswith("upload_shipping_info")]


def test_a_unified_report_is_accepted_as_the_platform_describes_it(paid):
    assert paid.app.report_shipping(report(paid)) == Reported()
    assert uploads(paid) == [
        {
            "order_key": {"order_number_type": 2, "transaction_id": "4200001"},
            "logistics_type": 1,
            "delivery_mode": 1,
            "shipping_list": [
                {
                    "tracking_no": "SF1",
                    "express_company": "SF",
                    "item_desc": "茶*1",
                    "contact": {"receiver_contact": "138****5678"},
                }
            ],
            "upload_time": "2026-06-01T12:00:00.000+08:00",
            "payer": {"openid": PAYER},
        }
    ]
    assert "茶" in paid.platform.calls[-1].body.decode()  # people read it: no \u escapes


def test_an_order_may_be_named_by_merchant_and_number(paid):
    key = OrderKey(mchid="1900000001", out_trade_no="T1")
    assert paid.app.report_shipping(report(paid, order=key)) == Reported()
    assert uploads(paid)[0]["order_key"] == {"order_number_type": 1, "mchid": "1900000001", "out_trade_no": "T1"}
    assert paid.app.find_shipping_order(key).state is OrderState.SHIPPED


@pytest.mark.parametrize(
    "kind, number", [(DeliveryKind.SAME_CITY, 2), (DeliveryKind.VIRTUAL, 3), (DeliveryKind.PICKUP, 4)]
)
def test_what_is_not_sent_by_express_has_neither_number_nor_company(paid, kind, number):
    assert paid.app.report_shipping(report(paid, Parcel(description="卡"), kind=kind)) == Reported()
    sent = uploads(paid)[0]
    assert sent["logistics_type"] == number
    assert sent["shipping_list"] == [{"item_desc": "卡"}]
    assert paid.app.report_shipping(report(paid, Parcel(description="卡"), kind=kind)) == Reported(is_unchanged=True)


def test_a_split_delivery_is_reported_as_it_leaves(paid):
    first = report(paid, parcel("A"), is_split=True, is_all_delivered=False)
    assert paid.app.report_shipping(first) == Reported()
    known = paid.app.find_shipping_order(TEA)
    assert (known.state, known.shipping.is_finished, known.shipping.finish_count) == (
        OrderState.AWAITING_SHIPMENT,
        False,
        0,
    )
    paid.clock.advance(hours=1)
    assert paid.app.report_shipping(first) == Reported(is_unchanged=True)
    last = report(paid, parcel("B"), parcel("C", "ZTO"), is_split=True, is_all_delivered=True)
    assert paid.app.report_shipping(last) == Reported()
    known = paid.app.find_shipping_order(TEA)
    assert [one.tracking_no for one in known.shipping.parcels] == ["A", "B", "C"]
    assert (known.state, known.shipping.finish_count) == (OrderState.SHIPPED, 1)
    assert paid.app.report_shipping(first) == Reported(is_unchanged=True)  # a late repetition changes nothing
    assert uploads(paid)[0]["is_all_delivered"] is False


def test_the_last_parcels_again_complete_a_split_delivery(paid):
    """What is known already, said to be all now, still has to be sent."""
    paid.app.report_shipping(report(paid, parcel("A"), is_split=True, is_all_delivered=False))
    paid.clock.advance(seconds=1)
    assert paid.app.report_shipping(report(paid, parcel("A"), is_split=True, is_all_delivered=True)) == Reported()
    assert paid.app.find_shipping_order(TEA).state is OrderState.SHIPPED


def test_the_same_report_again_is_unchanged_and_not_even_sent(paid):
    paid.app.report_shipping(report(paid))
    paid.clock.advance(hours=1)
    assert paid.app.report_shipping(report(paid)) == Reported(is_unchanged=True)
    assert len(uploads(paid)) == 1


@pytest.mark.parametrize("errcode", [10060023, 268440065])
def test_success_in_disguise_is_success(paid, errcode):
    paid.app.access_token()
    paid.platform.fail_next(errcode)
    result = paid.app.report_shipping(report(paid), replace=True)
    assert result == Reported(is_unchanged=True, errcode=errcode)


def test_a_lost_reply_is_unknown_and_the_same_report_again_is_unchanged(paid):
    paid.app.find_shipping_order(TEA)
    one = report(paid)
    paid.platform.fail_next("lose_reply", "lose_reply")
    with pytest.raises(OutcomeUnknown):
        paid.app.report_shipping(one, replace=True)
    assert len(uploads(paid)) == 1  # nobody here repeats it
    paid.platform._faults.clear()
    assert paid.app.report_shipping(one) == Reported(is_unchanged=True)
    assert paid.app.report_shipping(one, replace=True) == Reported(is_unchanged=True, errcode=10060023)
    assert paid.app.find_shipping_order(TEA).shipping.finish_count == 1


def test_another_report_is_refused_here_unless_it_is_meant(paid):
    paid.app.report_shipping(report(paid))
    paid.clock.advance(hours=1)
    corrected = report(paid, parcel("SF2"))
    with pytest.raises(ShippingStateError) as refused:
        paid.app.report_shipping(corrected)
    assert refused.value.code == "already_reported"
    assert "replace=True" in refused.value.next_step
    assert len(uploads(paid)) == 1
    assert paid.app.report_shipping(corrected, replace=True) == Reported()
    known = paid.app.find_shipping_order(TEA).shipping
    assert (known.finish_count, [one.tracking_no for one in known.parcels]) == (2, ["SF2"])


def test_a_re_report_in_several_parcels_goes_on_without_being_another(paid):
    paid.app.report_shipping(report(paid, parcel("X"), is_split=True, is_all_delivered=True))
    for number, is_last in (("A", False), ("B", True)):
        paid.clock.advance(hours=1)
        part = report(paid, parcel(number), is_split=True, is_all_delivered=is_last)
        if number == "A":
            with pytest.raises(ShippingStateError):
                paid.app.report_shipping(part)
        assert paid.app.report_shipping(part, replace=number == "A") == Reported()
        assert paid.app.report_shipping(part) == Reported(is_unchanged=True)
    known = paid.app.find_shipping_order(TEA).shipping
    assert (known.finish_count, [one.tracking_no for one in known.parcels]) == (2, ["A", "B"])


def test_there_is_one_re_report(paid):
    paid.app.report_shipping(report(paid))
    for number in ("SF2", "SF3"):
        paid.clock.advance(hours=1)
        again = report(paid, parcel(number))
        if number == "SF2":
            assert paid.app.report_shipping(again, replace=True) == Reported()
    with pytest.raises(ShippingStateError) as refused:
        paid.app.report_shipping(again, replace=True)
    assert (refused.value.errcode, refused.value.code) == (10060003, "re_report_used")


def test_another_way_of_delivery_would_use_up_the_re_report_too(paid):
    paid.app.report_shipping(report(paid, parcel("A"), is_split=True, is_all_delivered=False))
    paid.clock.advance(hours=1)
    unified = report(paid, parcel("A"))
    with pytest.raises(ShippingStateError) as refused:
        paid.app.report_shipping(unified)
    assert refused.value.code == "would_replace"
    assert paid.app.report_shipping(unified, replace=True) == Reported()
    assert paid.platform.shipping.payments[TEA.transaction_id].is_re_reported


def test_an_older_report_does_not_undo_a_newer_one(paid):
    old = report(paid, parcel("OLD"))
    paid.clock.advance(seconds=1)
    paid.app.report_shipping(report(paid, parcel("NEW")))
    assert paid.app.report_shipping(old, replace=True).is_unchanged
    assert paid.app.find_shipping_order(TEA).shipping.parcels[0].tracking_no == "NEW"


def test_the_state_of_the_order_is_told(paid):
    paid.app.report_shipping(report(paid))
    paid.platform.confirm_receipt(TEA.transaction_id)
    paid.clock.advance(hours=1)
    with pytest.raises(ShippingStateError) as refused:
        paid.app.report_shipping(report(paid, parcel("X")), replace=True)
    assert (refused.value.errcode, refused.value.code) == (10060002, "already_completed")
    paid.platform.refund(TEA.transaction_id)
    with pytest.raises(ShippingStateError) as refused:
        paid.app.report_shipping(report(paid, parcel("X")), replace=True)
    assert (refused.value.errcode, refused.value.code) == (10060004, "not_shippable")


def test_another_payer_is_named(paid):
    with pytest.raises(InvalidRequest) as refused:
        paid.app.report_shipping(evolve(report(paid), payer="oSomebody"))
    assert (refused.value.field, refused.value.errcode) == ("openid", 10060031)


# --- right after the payment ------------------------------------------------------------------------------------------


def test_a_payment_is_not_known_at_once_and_the_clock_for_it_is_data(world):
    world.platform.add_payment(TEA.transaction_id, openid=PAYER, known_after=timedelta(minutes=3))
    first_at, attempts, due, one, codes = world.clock(), 0, world.clock(), report(world), set()
    while due is not None:
        world.clock.set(due)
        attempts += 1
        try:
            assert world.app.report_shipping(one) == Reported()
            break
        except PlatformUnavailable as error:
            codes.add((error.code, error.kind, error.retryable))
            due = next_report_at(error, attempts=attempts, first_at=first_at, now=world.clock())
    assert codes == {("payment_unknown", "not_found_yet", True)}
    assert due - first_at == timedelta(seconds=2 + 4 + 8 + 16 + 32 + 64 + 128)
    assert world.slept == []  # the waiting is the app's


def test_the_retries_end_after_an_hour(world):
    first = world.clock()
    due = report_retries(first)
    gaps = [int((b - a).total_seconds()) for a, b in zip((first, *due), due, strict=False)]
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 256] + [300] * 10
    assert due[-1] <= first + timedelta(hours=1) < due[-1] + timedelta(minutes=5)
    unknown = PlatformUnavailable("").about(10060001, "not_found_yet")
    assert next_report_at(unknown, attempts=9, first_at=first, now=due[-1]) is None


def test_a_busy_platform_is_asked_at_most_five_times_more(world):
    first = world.clock()
    busy = PlatformUnavailable("").about(10060019, "busy")
    due = [next_report_at(busy, attempts=n, first_at=first, now=first) for n in range(1, 8)]
    assert [at is None for at in due] == [False] * 5 + [True] * 2
    assert due[:5] == sorted(due[:5])


@pytest.mark.parametrize("errcode", [-1, 10060012, 10060019])
def test_busy_numbers_are_for_a_later_attempt(paid, errcode):
    paid.app.access_token()
    paid.platform.fail_next(errcode, errcode)
    with pytest.raises(PlatformUnavailable) as refused:
        paid.app.report_shipping(report(paid), replace=True)
    now = paid.clock()
    assert next_report_at(refused.value, attempts=1, first_at=now, now=now) == now + timedelta(seconds=2)


def test_a_used_up_quota_waits_for_midnight_in_china(paid):
    paid.app.access_token()
    paid.platform.fail_next(45009)
    with pytest.raises(PlatformUnavailable) as refused:
        paid.app.report_shipping(report(paid), replace=True)
    assert refused.value.retry_after == timedelta(hours=12)
    now = paid.clock()
    assert next_report_at(refused.value, attempts=1, first_at=now, now=now) == now + timedelta(hours=12)
    late = now + timedelta(hours=48)
    assert next_report_at(refused.value, attempts=9, first_at=now, now=late) is None


def test_silence_is_followed_by_the_same_report_and_a_wrong_report_by_nothing(world):
    now = world.clock()
    assert next_report_at(OutcomeUnknown(), attempts=1, first_at=now, now=now) == now + timedelta(seconds=2)
    wrong = InvalidInput("item_desc", "empty", "")
    assert next_report_at(wrong, attempts=1, first_at=now, now=now) is None


# --- combined payments ------------------------------------------------------------------------------------------------


def combined(world, *parts):
    return CombinedReport(
        order=OrderKey(mchid="1900000000", out_trade_no="C1"), orders=parts, payer=PAYER, uploaded_at=world.clock()
    )


def part(number, *parcels, **fields):
    key = OrderKey(mchid="1900000000", out_trade_no=number)
    return OrderShipping(order=key, parcels=parcels or (parcel(number),), **fields)


def test_a_combined_report_says_each_part(world):
    for number in ("S1", "S2"):
        world.platform.add_payment(f"42{number}", openid=PAYER, out_trade_no=number)
    both = combined(world, part("S1"), part("S2", parcel("P"), parcel("Q"), is_split=True, is_all_delivered=True))
    assert world.app.report_combined_shipping(both) == Reported()
    sent = world.platform.calls[-1].fields
    assert sent["order_key"] == {"order_number_type": 1, "mchid": "1900000000", "out_trade_no": "C1"}
    assert [len(one["shipping_list"]) for one in sent["sub_orders"]] == [1, 2]
    assert world.app.report_combined_shipping(both) == Reported(is_unchanged=True)
    world.clock.advance(seconds=1)
    with pytest.raises(ShippingStateError):
        world.app.report_combined_shipping(combined(world, part("S1", parcel("Z")), part("S2", parcel("P"))))


def test_a_combined_report_with_something_new_is_sent(world):
    for number in ("S1", "S2"):
        world.platform.add_payment(f"42{number}", openid=PAYER, out_trade_no=number)
    world.app.report_shipping(
        ShippingReport(order=part("S1").order, parcels=(parcel("S1"),), payer=PAYER, uploaded_at=world.clock())
    )
    world.clock.advance(seconds=1)
    assert world.app.report_combined_shipping(combined(world, part("S1"), part("S2"))) == Reported()
    assert world.app.find_shipping_order(part("S2").order).state is OrderState.SHIPPED


# --- looking up -------------------------------------------------------------------------------------------------------


def test_an_order_is_found_with_what_the_platform_knows(paid):
    found = paid.app.find_shipping_order(TEA)
    assert (found.state, found.raw_state, found.shipping) == (OrderState.AWAITING_SHIPMENT, 1, None)
    assert (found.paid_amount, found.openid, found.merchant_trade_no) == (12900, PAYER, "T1")
    assert (found.paid_at, found.in_complaint) == (paid.clock(), False)
    paid.platform.shipping.payments[TEA.transaction_id].in_complaint = True
    assert paid.app.find_shipping_order(TEA).in_complaint
    assert PAYER not in repr(found)


@pytest.mark.parametrize("number, state", [(5, OrderState.REFUNDED), (6, OrderState.AWAITING_SETTLEMENT)])
def test_all_six_states_are_known(paid, number, state):
    paid.platform.shipping.payments[TEA.transaction_id].state = number
    assert paid.app.find_shipping_order(TEA).state is state


@pytest.mark.parametrize("number", [0, 7, -1, 999])
def test_a_state_we_do_not_know_is_kept(paid, number):
    paid.platform.shipping.payments[TEA.transaction_id].state = number
    found = paid.app.find_shipping_order(TEA)
    assert (found.state, found.raw_state) == (OrderState.UNKNOWN, number)


def test_orders_are_listed_page_by_page(world):
    for number in range(7):
        world.platform.add_payment(f"42{number}", openid=PAYER if number % 2 else "oOther")
        world.clock.advance(hours=1)
    found, index = [], ""
    while True:
        page = world.app.list_shipping_orders(index=index, size=3)
        found += [one.transaction_id for one in page.orders]
        index = page.next_index
        if not index:
            break
    assert found == [f"42{number}" for number in range(7)]
    noon = world.clock() - timedelta(hours=7)
    late = world.app.list_shipping_orders(paid_from=noon + timedelta(hours=5))
    assert [one.transaction_id for one in late.orders] == ["425", "426"]
    early = world.app.list_shipping_orders(paid_until=noon, state=OrderState.AWAITING_SHIPMENT)
    assert [one.transaction_id for one in early.orders] == ["420"]
    assert len(world.app.list_shipping_orders(openid=PAYER).orders) == 3
    assert world.app.list_shipping_orders(state=OrderState.REFUNDED).orders == ()
    with pytest.raises(InvalidRequest) as refused:
        world.app.list_shipping_orders(index="nonsense")
    assert refused.value.field == "last_index"


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"size": 0}, "size"),
        ({"size": 101}, "size"),
        ({"size": True}, "size"),
        ({"state": OrderState.UNKNOWN}, "state"),
    ],
)
def test_a_list_is_asked_for_within_its_limits(world, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        world.app.list_shipping_orders(**wrong)
    assert refused.value.field == field
    assert world.platform.calls == []


# --- reminders, settings, health --------------------------------------------------------------------------------------


def test_a_receipt_is_reminded_of_once_and_only_of_express(paid):
    with pytest.raises(ShippingStateError) as refused:
        paid.app.remind_receipt(TEA, received_at=paid.clock())
    assert refused.value.code == "not_shipped"
    paid.app.report_shipping(report(paid))
    with pytest.raises(InvalidRequest) as wrong:
        paid.app.remind_receipt(TEA, received_at=paid.clock() - timedelta(days=1))
    assert wrong.value.field == "received_time"
    for never in (None, "2026-06-01", paid.clock().replace(tzinfo=None)):
        with pytest.raises(InvalidInput) as wrong:
            paid.app.remind_receipt(TEA, received_at=never)
        assert wrong.value.field == "received_at"
    paid.clock.advance(days=3)
    assert paid.app.remind_receipt(TEA, received_at=paid.clock()) is None
    with pytest.raises(ShippingStateError) as refused:
        paid.app.remind_receipt(TEA, received_at=paid.clock())
    assert refused.value.code == "reminder_used"


def test_a_lost_reminder_is_not_repeated(paid):
    paid.app.report_shipping(report(paid))
    paid.platform.fail_next("lose_reply")
    with pytest.raises(OutcomeUnknown):
        paid.app.remind_receipt(TEA, received_at=paid.clock())
    assert paid.paths().count("notify_confirm_receive") == 1


def test_what_is_not_express_is_not_reminded_of(paid):
    paid.app.report_shipping(report(paid, Parcel(description="x"), kind=DeliveryKind.PICKUP))
    with pytest.raises(InvalidRequest) as refused:
        paid.app.remind_receipt(TEA, received_at=paid.clock())
    assert refused.value.code == "express_only"


def test_pages_are_set(world):
    world.app.set_message_path("pages/order/detail")
    world.app.set_order_detail_path("pages/order/detail?id=${商品订单号}")
    assert world.platform.shipping.message_path == "pages/order/detail"
    assert world.app.order_detail_path() == "pages/order/detail?id=${商品订单号}"
    with pytest.raises(InvalidInput):
        world.app.set_message_path("pages/order detail\n")


def test_a_presale_is_registered_within_its_limits(paid):
    paid_at = paid.clock()
    for days in (15, 331):
        with pytest.raises(InvalidInput) as refused:
            paid.app.register_presale("4200001", paid_at=paid_at, ships_at=paid_at + timedelta(days=days))
        assert refused.value.field == "ships_at"
    ships_at = paid_at + timedelta(days=330)
    paid.app.register_presale("T1", paid_at=paid_at, ships_at=ships_at)
    payment = paid.platform.shipping.payments[TEA.transaction_id]
    assert payment.presale_until == int(ships_at.timestamp())
    paid.app.mark_test_order("4200001")
    assert payment.is_test
    with pytest.raises(ShippingStateError) as unknown:
        paid.app.mark_test_order("nobody")
    assert unknown.value.code == "not_awaiting_shipment"


@pytest.mark.parametrize("moment", [None, 5, "2026-06-01"])
def test_times_are_times(paid, moment):
    with pytest.raises(InvalidInput) as refused:
        paid.app.register_presale("42", paid_at=paid.clock(), ships_at=moment)
    assert (refused.value.field, refused.value.code) == ("ships_at", "wrong_type")
    with pytest.raises(InvalidInput) as refused:
        paid.app.remind_receipt(TEA, received_at=paid.clock().replace(tzinfo=None))
    assert (refused.value.field, refused.value.code) == ("received_at", "naive_time")
    with pytest.raises(InvalidInput) as refused:
        paid.app.mark_test_order(" ")
    assert refused.value.field == "order_id"


def test_health(world):
    assert world.app.check_trade().is_ok
    world.platform.shipping.is_confirmed = False
    health = world.app.check_trade()
    assert (health.is_managed, health.is_confirmed, health.is_ok) == (True, False, False)
