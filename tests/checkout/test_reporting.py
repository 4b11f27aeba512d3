"""What has left is reported to the platform: once, whole, corrected once, and again after every kind of trouble."""

from datetime import timedelta

import pytest
from attrs import evolve

from minishop.checkout import FindShippingOrder, ParcelPolicy, ReportShipping, Work
from minishop.checkout._reacting import react
from minishop.checkout._reporting import payments_to_report
from minishop.errors import InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import run
from minishop.orders import Address, Outcome, PaymentState, Pick, UnitOutcome
from minishop.storage import Commit
from minishop.wechat.shipping import DeliveryKind, OrderKey, Parcel, ShippingReport
from tests.checkout.outside import OPENID
from tests.checkout.world import ADDRESS


@pytest.fixture
def world(outside):
    return outside()


def states(payment):
    """(finished, count, parcels) as the platform has it."""
    return payment.is_finished, payment.finish_count, [one["tracking_no"] for one in payment.parcels]


# -- what is reported -------------------------------------------------------------------------------------------------


def test_one_parcel_is_a_unified_delivery_and_reported_once(either):
    order = either.sold(TEA=1, CUP=2)
    either.ship(order)
    either.turn()
    (sent,) = either.uploads()
    assert (sent["logistics_type"], sent["delivery_mode"], "is_all_delivered" in sent) == (1, 1, False)
    assert sent["payer"] == {"openid": OPENID}
    (parcel,) = sent["shipping_list"]
    assert (parcel["express_company"], parcel["tracking_no"]) == ("YTO", "YT0000000000001")
    assert parcel["item_desc"] == "TEA*1；CUP*2"
    assert states(either.payment(order)) == (True, 1, ["YT0000000000001"])
    assert either.report(order).state is Work.DONE
    either.turn(days=1)
    assert len(either.uploads()) == 1
    assert either.alerts() == []


def test_several_parcels_are_a_split_delivery_whose_last_report_says_so(either):
    order = either.sold(TEA=1, CUP=2)
    either.ship(order, units=(Pick("TEA", 1),))
    either.turn()
    assert states(either.payment(order)) == (False, 0, ["YT0000000000001"])
    either.ship(order, "s2", tracking="YT0000000000002")
    either.turn(minutes=5)
    assert states(either.payment(order)) == (True, 1, ["YT0000000000001", "YT0000000000002"])
    assert [sent["is_all_delivered"] for sent in either.uploads()] == [False, True]
    assert not either.payment(order).is_re_reported


def test_two_parcels_that_left_at_once_are_one_report(world):
    order = world.sold(TEA=1, CUP=1)
    world.ship(order, units=(Pick("TEA", 1),))
    world.ship(order, "s2", tracking="YT0000000000002")
    world.turn()
    (sent,) = world.uploads()
    assert (sent["delivery_mode"], sent["is_all_delivered"], len(sent["shipping_list"])) == (2, True, 2)


def test_what_travels_under_one_number_is_one_parcel(world):
    order = world.sold(TEA=1, CUP=1)
    world.ship(order, units=(Pick("TEA", 1),))
    world.ship(order, "s2", tracking=" yt0000000000001 ")
    world.turn()
    assert [one["item_desc"] for one in world.uploads()[0]["shipping_list"]] == ["TEA*1；CUP*1"]
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert world.alerts() == []


def test_what_is_refunded_before_it_left_ends_a_split_delivery(world):
    order = world.sold(TEA=1, CUP=1)
    world.ship(order, units=(Pick("TEA", 1),))
    world.turn()
    world.shop.refund(order.id, seller="s", key="r", units=("CUP/1",))
    world.turn(minutes=1)
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])


def test_virtual_goods_are_reported_as_soon_as_they_are_paid(either):
    order = either.sold(CODE=1)
    either.turn()
    (sent,) = either.uploads()
    assert (sent["logistics_type"], sent["shipping_list"]) == (3, [{"item_desc": "CODE*1"}])
    assert either.shop.parcels(order.id) == ()


def test_of_virtual_and_other_goods_the_others_decide(world):
    order = world.sold(CODE=1, TEA=1)
    world.turn()
    assert world.uploads() == []
    world.ship(order)
    world.turn()
    (sent,) = world.uploads()
    assert (sent["logistics_type"], sent["delivery_mode"]) == (1, 1)


@pytest.mark.parametrize("delivery, number", [("pickup", 4), ("same-city", 2)])
def test_what_is_not_sent_by_express_has_no_number(world, delivery, number):
    order = world.sold(TEA=2, settings={"delivery": delivery})
    world.ship(order, units=(Pick("TEA", 1),), carrier="", tracking="")
    world.turn()
    assert world.uploads() == []  # there is no split delivery of these
    world.ship(order, "s2", carrier="", tracking="")
    world.turn()
    (sent,) = world.uploads()
    assert (sent["logistics_type"], sent["shipping_list"]) == (number, [{"item_desc": "TEA*2"}])


def test_how_an_order_is_delivered_is_checked_when_it_is_placed(world):
    world.fill(TEA=1)
    with pytest.raises(InvalidInput) as wrong:
        world.place(delivery="pigeon")
    assert (wrong.value.field, wrong.value.code) == ("delivery", "unknown_value")


def test_sf_wants_a_telephone_number_and_gets_its_end(outside):
    world = outside(parcel_policy=ParcelPolicy(phone="0755-81234567"))
    order = world.sold(TEA=1)
    world.ship(order, carrier="SF", tracking="SF0000000000001")
    nobody = world.sold(cart="c2", key="k2", TEA=1, settings={"address": Address(region=("440000",))})
    world.ship(nobody, "s2", carrier="SF", tracking="SF0000000000002")
    world.turn()
    contacts = [sent["shipping_list"][0]["contact"] for sent in world.uploads()]
    assert contacts == [{"receiver_contact": "138****0000"}, {"consignor_contact": "0755****4567"}]


def test_nothing_is_reported_of_what_cost_nothing_or_was_paid_elsewhere(outside):
    world = outside(openid=lambda order: None)
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    assert world.uploads() == []
    assert (world.report(order).state, world.report(order).last_code) == (Work.DONE, "no_payer")
    assert world.alerts() == []


# -- carriers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word, code",
    [("yunda", "YD"), ("YD", "YD"), ("SF", "SF"), ("yuantong", "YTO"), ("圆通", "YTO"), ("ems", "EMS")],
)
def test_carriers_are_told_by_wechats_own_codes(word, code):
    assert ParcelPolicy(carriers={"圆通": "yto"}).wechat_code(word) == code


@pytest.mark.parametrize("word", ["", "Pigeon", "DNWL", "EMS2x"])
def test_a_carrier_that_is_unclear_is_never_guessed(word):
    with pytest.raises(InvalidInput) as unclear:
        ParcelPolicy().wechat_code(word)
    assert unclear.value.code in ("carrier_unclear", "no_carrier_code")


def test_a_code_that_is_only_inferred_is_used_if_the_shop_says_so():
    with pytest.raises(InvalidInput) as unsure:
        ParcelPolicy().wechat_code("chinapost_standard")
    assert unsure.value.code == "no_carrier_code"
    assert ParcelPolicy(allow_unsure=True).wechat_code("chinapost_standard") == "YZBK"


def test_what_cannot_be_reported_is_an_alert_until_it_is_corrected(world):
    order = world.sold(TEA=1)
    shipped = world.ship(order, carrier="Pigeon").order.shipments[0]
    world.turn()
    assert world.uploads() == []
    assert world.report(order).state is Work.FAILED
    assert set(world.alerts()) == {"report_failed", "parcel_not_followed"}
    alert = world.shop.alerts(code="report_failed").alerts[0]
    assert alert.text("zh-CN") == f"订单 {order.id} 的发货信息未能录入微信（carrier: carrier_unclear）"
    world.turn(days=1)
    assert len(world.alerts()) == 2
    world.shop.correct_tracking(
        order.id, seller="s", key="c", shipment=shipped.id, tracking="YT0000000000001", carrier="yto"
    )
    world.turn()
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert world.report(order).state is Work.DONE


def test_what_was_put_right_elsewhere_is_tried_again_on_demand(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.platform.fail_next(48001)
    world.turn()
    assert (world.report(order).state, world.alerts()) == (Work.FAILED, ["report_failed"])
    world.turn(days=1)
    assert world.uploads() == []
    assert world.shop.follow_again(order.id).topics == ()
    world.turn()
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert world.shop.follow_again("none").code == "no_such_order"


def test_a_payer_who_is_found_later_is_told_of_on_demand(outside):
    known = []
    world = outside(openid=lambda order: known[0] if known else None)
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    assert (world.report(order).last_code, world.uploads()) == ("no_payer", [])
    known.append(OPENID)
    world.shop.follow_again(order.id)
    world.turn()
    assert (world.report(order).last_code, len(world.uploads())) == ("", 1)


# -- corrections ------------------------------------------------------------------------------------------------------


def corrected(world, order, number, key, **more):
    shipment = world.order(order.id).shipments[0].id
    world.shop.correct_tracking(order.id, seller="s", key=key, shipment=shipment, tracking=number, **more)


def test_a_correction_is_the_one_re_report_and_a_second_one_an_alert(either):
    order = either.sold(TEA=1)
    either.ship(order)
    either.turn()
    corrected(either, order, "YT0000000000002", "c1")
    either.turn()
    assert states(either.payment(order)) == (True, 2, ["YT0000000000002"])
    times = [sent["upload_time"] for sent in either.uploads()]
    assert times == sorted(set(times))  # the later report has the later time, also within one second
    corrected(either, order, "YT0000000000003", "c2")
    either.turn()
    assert len(either.uploads()) == 2
    assert either.alerts() == ["re_report_used"]
    corrected(either, order, "YT0000000000002", "c3")
    either.turn()
    assert either.report(order).state is Work.DONE
    assert len(either.uploads()) == 2


def test_another_word_for_the_same_carrier_does_not_use_the_re_report_up(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    corrected(world, order, "YT0000000000001", "c1", carrier="YTO")
    world.turn()
    assert (world.report(order).state, world.report(order).is_replaced) == (Work.DONE, False)
    corrected(world, order, "YT0000000000002", "c2")
    world.turn()
    assert states(world.payment(order)) == (True, 2, ["YT0000000000002"])
    assert world.alerts() == []


def test_a_correction_taken_back_before_it_was_reported_costs_nothing(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    corrected(world, order, "YT0000000000002", "c1")
    corrected(world, order, "YT0000000000001", "c2")
    world.turn()
    assert len(world.uploads()) == 1
    assert not world.report(order).is_replaced


def test_a_parcel_taken_back_is_re_reported_when_everything_has_left_again(world):
    order = world.sold(TEA=1, CUP=1)
    shipped = world.ship(order).order.shipments[0]
    world.turn()
    world.shop.void_shipment(order.id, seller="s", key="v", shipment=shipped.id)
    world.turn()
    world.ship(order, "s2", tracking="YT0000000000002", units=(Pick("TEA", 1),))
    world.turn()
    assert len(world.uploads()) == 1  # the only re-report is not for half of it
    world.ship(order, "s3", tracking="YT0000000000003")
    world.turn()
    assert states(world.payment(order)) == (True, 2, ["YT0000000000002", "YT0000000000003"])
    assert world.alerts() == []


def test_a_parcel_taken_back_before_the_report_leaves_nothing_to_report(world):
    order = world.sold(TEA=1)
    shipped = world.ship(order).order.shipments[0]
    world.shop.relay()
    world.shop.void_shipment(order.id, seller="s", key="v", shipment=shipped.id)
    world.turn()
    assert world.uploads() == []
    world.ship(order, "s2")  # the same number again
    world.turn()
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])


def test_what_is_sent_in_exchange_is_not_what_was_paid_for(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    world.shop.confirm(order.id, buyer="u1", key="c")
    name = world.shop.open_after_sale(order.id, buyer="u1", key="a", kind="exchange", units=("TEA/1",), after_sale="x")
    assert name.order.after_sales
    world.shop.approve(order.id, seller="s", key="ok", after_sale="x")
    world.shop.send_back(order.id, buyer="u1", key="b", after_sale="x", tracking="YT9")
    world.shop.receive_return(
        order.id, seller="s", key="in", after_sale="x", outcomes=(UnitOutcome("TEA/1", Outcome.GOOD),)
    )
    world.ship(order, "s2", tracking="YT0000000000002")
    world.turn()
    assert len(world.uploads()) == 1
    assert {parcel.number for parcel in world.shop.parcels(order.id)} == {"YT0000000000001", "YT0000000000002"}


# -- trouble ----------------------------------------------------------------------------------------------------------


def test_a_payment_that_is_not_known_yet_is_tried_again_for_an_hour(world):
    order = world.sold(TEA=1, known_after=timedelta(minutes=20))
    world.ship(order)
    world.turn()
    tries = []
    for _ in range(60):
        world.clock.advance(seconds=30)
        tries.append(world.shop.sweep().reports)
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert 8 <= sum(tries) <= 14  # further and further apart
    assert world.alerts() == []


def test_a_payment_that_is_never_known_is_an_alert_in_the_end(world):
    order = world.sold(TEA=1, known_after=timedelta(days=3))
    world.ship(order)
    world.turn()
    for _ in range(90):
        world.turn(minutes=1)
    assert world.report(order).state is Work.FAILED
    assert world.report(order).last_code == "payment_unknown"
    assert world.alerts() == ["report_failed"]
    before = len(world.platform.calls)
    world.turn(days=1)
    assert len(world.platform.calls) == before


def test_a_busy_platform_is_asked_five_times_more(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.platform.fail_next(*["busy"] * 100)
    for _ in range(60):
        world.turn(minutes=6)
    assert (world.report(order).state, world.report(order).attempts) == (Work.FAILED, 6)
    assert "report_failed" in world.alerts()


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "html", "html_ok", "busy", 10060012])
@pytest.mark.parametrize("at", [0, 1])
def test_whatever_goes_wrong_once_the_report_arrives_once(world, fault, at):
    order = world.sold(TEA=1)
    world.ship(order)
    if at == 0:
        world.platform.fail_next(fault)
    else:
        _fail_second(world, fault)
    for _ in range(6):
        world.turn(minutes=5)
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert not world.payment(order).is_re_reported
    assert world.report(order).state is Work.DONE
    assert world.alerts() == []


def _fail_second(world, fault):
    """The look-up goes well, and the report does not."""
    serve = world.platform.serve

    def strange(method, url, body):
        if "upload_shipping_info" in url:
            world.platform.serve = serve
            world.platform.fail_next(fault)
        return serve(method, url, body)

    world.platform.serve = strange


def test_a_report_that_got_through_unheard_and_was_corrected_since_is_replaced(world):
    order = world.sold(TEA=1)
    world.ship(order)
    _fail_second(world, "lose_reply")
    world.shop.sweep()
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])
    assert world.report(order).reported == ""
    corrected(world, order, "YT0000000000002", "c1")
    for _ in range(3):
        world.turn(minutes=5)
    assert states(world.payment(order)) == (True, 2, ["YT0000000000002"])
    assert world.alerts() == []


def test_a_correction_that_did_not_get_through_has_not_used_the_re_report(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    corrected(world, order, "YT0000000000002", "c1")
    world.platform.fail_next(10060012)
    world.shop.sweep()
    assert not world.report(order).is_replaced
    corrected(world, order, "YT0000000000003", "c2")
    world.turn(minutes=1)
    assert states(world.payment(order)) == (True, 2, ["YT0000000000003"])


def test_a_process_that_dies_while_it_reports_is_followed_by_another(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.relay()
    report = world.shop.handlers[ReportShipping]

    class Killed(BaseException):
        pass

    def die(request):
        report(request)
        raise Killed

    world.shop.handlers = {**world.shop.handlers, ReportShipping: die}
    with pytest.raises(Killed):
        world.shop.sweep()
    world.shop.handlers = {**world.shop.handlers, ReportShipping: report}
    assert world.report(order).state is Work.CALLING
    assert world.shop.sweep().reports == 0  # it may still be at it
    world.turn(minutes=3)
    assert world.report(order).state is Work.DONE
    assert len(world.uploads()) == 1  # the look-up found it


def test_two_sweeps_send_one_report(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.relay()
    report = world.shop.handlers[ReportShipping]

    def meanwhile(request):
        assert world.shop.sweep().reports == 0
        return report(request)

    world.shop.handlers = {**world.shop.handlers, ReportShipping: meanwhile}
    assert world.shop.sweep().reports == 1
    assert len(world.uploads()) == 1


def test_what_is_corrected_while_it_is_reported_is_reported_next(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.relay()
    report, asked = world.shop.handlers[ReportShipping], []

    def meanwhile(request):
        if not asked:
            corrected(world, order, "YT0000000000002", "c1")
            world.shop.relay()
        asked.append(request.is_replacement)
        return report(request)

    world.shop.handlers = {**world.shop.handlers, ReportShipping: meanwhile}
    world.turn()
    world.turn()
    assert asked == [False, True]
    assert states(world.payment(order)) == (True, 2, ["YT0000000000002"])


def test_money_that_went_back_needs_no_report(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.shop.refund(order.id, seller="s", key="r", units=("TEA/1",))
    world.platform.refund(order.payments[0].transaction)
    world.turn()
    assert world.report(order).last_code == "not_shippable"
    assert (world.report(order).state, world.alerts()) == (Work.DONE, [])


def test_money_that_went_back_only_there_is_an_alert(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.platform.refund(order.payments[0].transaction)
    world.turn()
    assert (world.report(order).state, world.alerts()) == (Work.FAILED, ["report_failed"])


def test_what_somebody_has_reported_by_hand_is_left_as_it_is(world):
    order = world.sold(TEA=1)
    parcel = Parcel(description="tea", tracking_no="YT0000000000001", company="YTO")
    by_hand = ShippingReport(
        order=OrderKey(transaction_id=order.payments[0].transaction),
        parcels=(parcel,),
        kind=DeliveryKind.EXPRESS,
        payer=OPENID,
        uploaded_at=world.clock(),
    )
    world.reader.report_shipping(by_hand)
    world.ship(order)
    world.turn(minutes=1)
    assert len(world.uploads()) == 1
    assert world.report(order).state is Work.DONE


def test_a_wrong_payer_is_found_out(outside):
    world = outside(openid=lambda order: "oSomebodyElse")
    order = world.sold(TEA=1, consent=0)
    world.ship(order)
    world.turn()
    assert world.report(order).last_code == "not_the_payer"
    assert "report_failed" in world.alerts()


def test_an_app_that_cannot_tell_who_paid_is_asked_again(outside):
    broken = [True]

    def openid(order):
        if broken[0]:
            raise RuntimeError("the table of users is locked")
        return OPENID

    world = outside(openid=openid, messages=None)
    order = world.sold(TEA=1)
    world.ship(order)
    swept = world.shop.sweep()
    assert (swept.put_off, len(swept.errors)) == (1, 1)
    broken[0] = False
    world.turn(minutes=2)
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])


def test_the_events_may_come_again_and_nothing_is_done_again(world):
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    before = [record.version for record in world.store.list_records("shipping-report").records]
    for row in world.published:
        run(react(world.shop.desk, row), world.shop.handlers)
    world.turn(days=1)
    assert [record.version for record in world.store.list_records("shipping-report").records] == before
    assert len(world.uploads()) == 1


def test_a_shop_without_a_mini_program_reports_nothing(outside):
    world = outside(mini_program=None, messages=None)
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    assert world.shop.shipping_reports(order.id) == ()
    assert world.shop.health().is_managed is None


def test_messages_need_a_mini_program(outside):
    with pytest.raises(InvalidInput) as missing:
        outside(mini_program=None)
    assert (missing.value.field, missing.value.code) == ("mini_program", "missing_key")


def test_health_says_what_the_platform_says_or_why_it_does_not(either):
    either.platform.shipping.is_confirmed = False
    health = either.shop.health()
    assert (health.is_managed, health.is_confirmed, health.trouble) == (True, False, "")
    either.platform.fail_next(48001)
    health = either.shop.health()
    assert (health.is_managed, health.trouble) == (None, "api_not_granted")


def test_unknown_outcomes_are_retried_as_they_were(world):
    order = world.sold(TEA=1)
    world.ship(order)
    report, seen = world.shop.handlers[ReportShipping], []

    def silent(request):
        seen.append(request.report)
        if len(seen) < 3:
            raise OutcomeUnknown("no answer")
        return report(request)

    world.shop.handlers = {**world.shop.handlers, ReportShipping: silent}
    for _ in range(5):
        world.turn(minutes=5)
    assert len(seen) == 3
    assert seen[0] == seen[1] == seen[2]  # its time as well
    assert states(world.payment(order)) == (True, 1, ["YT0000000000001"])


def test_the_address_is_gone_and_the_alert_says_what_is_missing(world):
    order = world.sold(TEA=1, settings={"address": ADDRESS})
    world.shop.erase_shopper(shopper="u1")
    world.ship(order, carrier="SF", tracking="SF0000000000001")
    world.turn()
    (alert,) = world.shop.alerts(code="report_failed").alerts
    assert "phone_required" in alert.text()


@pytest.mark.parametrize("number, state", [("YT0000000000001", Work.DONE), ("YT0000000000009", Work.FAILED)])
def test_what_the_platform_holds_for_completed_is_looked_up(world, number, state):
    """It refuses because everything has been shipped: that is all right if it has what we wanted to say."""
    order = world.sold(TEA=1)
    world.ship(order)
    serve = world.platform.serve

    def complete_first(method, url, body):
        if "upload_shipping_info" not in url:
            return serve(method, url, body)
        serve(method, url, body.replace(b"YT0000000000001", number.encode()))
        world.platform.fail_next(10060002)
        return serve(method, url, body)

    world.platform.serve = complete_first
    world.turn()
    assert (world.report(order).state, world.report(order).last_code) == (state, "already_completed")
    assert world.alerts() == ([] if state is Work.DONE else ["report_failed"])


def test_what_cannot_be_looked_up_either_is_an_alert(world):
    order = world.sold(TEA=1)
    world.ship(order)
    find = world.shop.handlers[FindShippingOrder]

    def gone(request):
        raise RemoteError("no connection", code="unreachable")

    world.shop.handlers = {**world.shop.handlers, FindShippingOrder: gone}
    _fail_second(world, 10060002)
    world.turn()
    assert (world.report(order).state, world.alerts()) == (Work.FAILED, ["report_failed"])
    world.shop.handlers = {**world.shop.handlers, FindShippingOrder: find}
    world.shop.follow_again(order.id)
    world.turn()
    assert world.report(order).state is Work.DONE


def test_a_split_delivery_stays_one_and_needs_no_re_report_for_that(world):
    order = world.sold(TEA=1, CUP=1)
    shipped = world.ship(order, units=(Pick("TEA", 1),)).order.shipments[0]
    world.turn()
    world.shop.void_shipment(order.id, seller="s", key="v", shipment=shipped.id)
    world.ship(order, "s2", tracking="YT0000000000002")
    world.turn()
    last = world.uploads()[-1]
    assert (last["delivery_mode"], last["is_all_delivered"]) == (2, True)
    assert (world.payment(order).is_finished, world.payment(order).is_re_reported) == (True, False)


def test_an_alert_that_somebody_else_raises_at_the_same_time_is_one_alert(world):
    order = world.sold(TEA=1)
    world.ship(order, carrier="Pigeon")
    world.shop.relay()
    commit = world.shop.handlers[Commit]

    def meanwhile(request):
        mine = [put for put in request.batch.puts if put.kind == "alert"]
        if mine:
            commit(Commit(evolve(request.batch, puts=tuple(mine), events=())))
        return commit(request)

    world.shop.handlers = {**world.shop.handlers, Commit: meanwhile}
    world.shop.sweep()
    assert world.report(order).state is Work.FAILED
    assert sorted(world.alerts()) == ["parcel_not_followed", "report_failed"]


def test_two_payments_of_one_order_are_reported_each(world):
    """What is paid in parts has a payment for each part."""
    order = world.sold(TEA=1)
    two = evolve(order.payments[0], id="fake:T9999999999", transaction="T9999999999")
    other = evolve(two, id="elsewhere:X1", channel="elsewhere", transaction="X1")
    refused = evolve(two, id="fake:T8", transaction="T8", state=PaymentState.LATE)
    paid = evolve(order, payments=(*order.payments, two, other, refused))
    found = [payment.transaction for payment in payments_to_report(world.shop.desk, paid)]
    assert found == [order.payments[0].transaction, "T9999999999"]
