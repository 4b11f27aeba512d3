"""The content opens to the shop's own record of it, and to nothing else."""

import json

import pytest
from attrs import evolve

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import (
    CombinedExpectation,
    Expectation,
    RefundExpectation,
    TransferExpectation,
    UnexpectedContent,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.build import parsed as parse

PAYMENT = Expectation(mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800)
PARTNER = Expectation(
    mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800, sub_mchid="1900000109"
)
REFUND = RefundExpectation(
    mchid=build.MCHID, out_trade_no="A20260601-000001", out_refund_no="R20260601-000001", refund=2800, total=12800
)
TRANSFER = TransferExpectation(mchid=build.MCHID, out_bill_no="plfk2020042013", amount=400000)
ORDERS = tuple(
    Expectation(mchid="1900000109", appid=build.APPID, out_trade_no=number, total=total)
    for number, total in (("A20260601-000001", 100), ("A20260601-000002", 200))
)
COMBINED = CombinedExpectation(
    mchid=build.MCHID, appid=build.APPID, out_trade_no="C20260601-000001", orders=reversed(ORDERS)
)

MATCHING = {
    "payment": (build.transaction(), "TRANSACTION.SUCCESS", PAYMENT),
    "partner": (build.partner_transaction(), "TRANSACTION.SUCCESS", PARTNER),
    "combined": (build.combined(), "TRANSACTION.SUCCESS", COMBINED),
    "refund": (build.refund(), "REFUND.SUCCESS", REFUND),
    "transfer": (build.transfer(), "MCHTRANSFER.BILL.FINISHED", TRANSFER),
    "other": ({}, "COMPLAINT.CREATE", None),
}


@pytest.mark.parametrize("other", MATCHING)
@pytest.mark.parametrize("name", MATCHING)
def test_only_the_own_expectation_opens_an_event(name, other):
    content, event_type, own = MATCHING[name]
    notification = parse(content, event_type)
    expectation = MATCHING[other][2]
    if expectation is None:
        return
    if expectation is own:
        assert notification.expect(expectation) is notification.unchecked()
    else:
        with pytest.raises(UnexpectedContent) as raised:
            notification.expect(expectation)
        told = ("sub_mchid",) if {name, other} == {"payment", "partner"} else ("event_type",)
        assert raised.value.fields == told


DIFFERENCES = [
    (build.transaction, PAYMENT, {"mchid": "1900000001"}, "mchid"),
    (build.transaction, PAYMENT, {"appid": "wx0000000000000000"}, "appid"),
    (build.transaction, PAYMENT, {"out_trade_no": "A20260601-000002"}, "out_trade_no"),
    (build.transaction, PAYMENT, {"amount": {"total": 1, "currency": "CNY"}}, "total"),
    (build.transaction, PAYMENT, {"amount": {"total": 12799, "currency": "CNY"}}, "total"),
    (build.transaction, PAYMENT, {"amount": {"total": 12800, "currency": "USD"}}, "currency"),
    (build.partner_transaction, PARTNER, {"sub_mchid": "1900000110"}, "sub_mchid"),
    (build.partner_transaction, PARTNER, {"sp_mchid": "1900000110"}, "mchid"),
    (build.partner_transaction, PARTNER, {"sp_appid": "wx0"}, "appid"),
    (build.combined, COMBINED, {"combine_mchid": "1900000110"}, "mchid"),
    (build.combined, COMBINED, {"combine_out_trade_no": "C20260601-000002"}, "out_trade_no"),
    (build.combined, COMBINED, {"sub_orders": [build.sub_order("A20260601-000001", 100)]}, "orders"),
    (
        build.combined,
        COMBINED,
        {"sub_orders": [build.sub_order(number, 100) for number in ("A20260601-000001",) * 2]},
        "orders",
    ),
    (
        build.combined,
        COMBINED,
        {"sub_orders": [build.sub_order(f"A20260601-00000{n}", 100) for n in (1, 2)]},
        "orders[1].total",
    ),
    (build.refund, REFUND, {"mchid": "1900000001"}, "mchid"),
    (build.refund, REFUND, {"sub_mchid": "1900000001"}, "sub_mchid"),
    (build.refund, REFUND, {"out_refund_no": "R20260601-000002"}, "out_refund_no"),
    (build.refund, REFUND, {"out_trade_no": "A20260601-000002"}, "out_trade_no"),
    (build.refund, REFUND, {"amount": {"total": 12800, "refund": 1}}, "refund"),
    (build.refund, REFUND, {"amount": {"total": 2800, "refund": 2800}}, "total"),
    (build.transfer, TRANSFER, {"mch_id": "1900000001"}, "mchid"),
    (build.transfer, TRANSFER, {"out_bill_no": "other"}, "out_bill_no"),
    (build.transfer, TRANSFER, {"transfer_amount": 1}, "amount"),
    (build.transfer, TRANSFER, {"state": "FAIL"}, "state"),
]


@pytest.mark.parametrize("place", range(len(DIFFERENCES)))
def test_every_difference_is_named_and_no_value_told(place):
    make, expectation, change, field = DIFFERENCES[place]
    event_type = next(kind for _, kind, own in MATCHING.values() if own is expectation)
    with pytest.raises(UnexpectedContent) as raised:
        parse(make(**change), event_type).expect(expectation)
    assert raised.value.fields == (field,)
    assert str(raised.value) == f"the content differs from what was to be expected: {field}"
    assert raised.value.params == {"fields": field}


@pytest.mark.parametrize("name", MATCHING)
def test_who_has_no_record_expects_nothing(name):
    content, event_type, _ = MATCHING[name]
    with pytest.raises(UnexpectedContent) as raised:
        parse(content, event_type).expect(None)
    assert raised.value.fields == ("number",)


def test_all_differences_are_named():
    content = build.transaction(mchid="1900000001", appid="wx0", amount={"total": 1, "currency": "USD"})
    with pytest.raises(UnexpectedContent) as raised:
        parse(content).expect(PAYMENT)
    assert raised.value.fields == ("mchid", "appid", "total", "currency")


def test_the_state_is_part_of_what_is_expected():
    content = build.refund(refund_status="CLOSED")
    with pytest.raises(UnexpectedContent) as raised:
        parse(content, "REFUND.CLOSED").expect(REFUND)
    assert raised.value.fields == ("status",)
    assert parse(content, "REFUND.CLOSED").expect(evolve(REFUND, state="CLOSED")).status == "CLOSED"


def test_a_failed_notification_is_answered_without_saying_why():
    bodies = set()
    for make, expectation, change, _ in DIFFERENCES:
        event_type = next(kind for _, kind, own in MATCHING.values() if own is expectation)
        with pytest.raises(UnexpectedContent) as raised:
            parse(make(**change), event_type).expect(expectation)
        ack = raised.value.ack()
        assert ack.status == 409
        assert ack.headers == (("Content-Type", "application/json"),)
        bodies.add(ack.body)
    (body,) = bodies
    assert json.loads(body) == {"code": "FAIL", "message": "The notification was not accepted."}


@pytest.mark.parametrize(
    "make, change, field",
    [
        (Expectation, {"total": 0}, "total"),
        (Expectation, {"total": True}, "total"),
        (Expectation, {"total": 128.0}, "total"),
        (Expectation, {"total": "12800"}, "total"),
        (Expectation, {"out_trade_no": "short"}, "out_trade_no"),
        (Expectation, {"out_trade_no": "x" * 33}, "out_trade_no"),
        (Expectation, {"out_trade_no": "订单订单订单"}, "out_trade_no"),
        (RefundExpectation, {"out_refund_no": ""}, "out_refund_no"),
        (RefundExpectation, {"out_refund_no": "x" * 65}, "out_refund_no"),
        (RefundExpectation, {"out_trade_no": None}, "out_trade_no"),
        (RefundExpectation, {"refund": 0}, "refund"),
        (RefundExpectation, {"total": False}, "total"),
        (TransferExpectation, {"amount": -1}, "amount"),
        (TransferExpectation, {"out_bill_no": "with-dash"}, "out_bill_no"),
        (CombinedExpectation, {"orders": ()}, "orders"),
        (CombinedExpectation, {"orders": (PAYMENT, PAYMENT)}, "orders"),
    ],
)
def test_an_expectation_is_checked_when_it_is_made(make, change, field):
    valid = {
        Expectation: {"mchid": "1", "appid": "wx", "out_trade_no": "A20260601", "total": 1},
        RefundExpectation: {
            "mchid": "1",
            "out_trade_no": "A20260601",
            "out_refund_no": "R@|*-_",
            "refund": 1,
            "total": 1,
        },
        TransferExpectation: {"mchid": "1", "out_bill_no": "a1", "amount": 1},
        CombinedExpectation: {"mchid": "1", "appid": "wx", "out_trade_no": "A20260601", "orders": (PAYMENT,)},
    }[make]
    make(**valid)
    with pytest.raises(InvalidInput) as raised:
        make(**{**valid, **change})
    assert raised.value.field == field
