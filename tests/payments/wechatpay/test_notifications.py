"""What is in an authentic notification, and how its content opens."""

import json
import traceback
from datetime import UTC, datetime, timedelta

import pytest

from minishop.errors import InvalidInput
from minishop.payments import CaptureNotice, Declined, RefundNotice, Settled, Submitted
from minishop.payments.wechatpay import (
    CombinedTransaction,
    Malformed,
    OtherEvent,
    Refund,
    RefundStatus,
    TradeState,
    TradeType,
    Transaction,
    Transfer,
    TransferState,
    UnexpectedContent,
    Unverified,
    parse_notification,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.build import parsed as parse

PAID_AT = datetime(2026, 6, 1, 3, 59, 58, tzinfo=UTC)


def refused(content, event_type="TRANSACTION.SUCCESS", **changed):
    with pytest.raises(Unverified) as raised:
        parse(content, event_type, **changed).unchecked()
    return raised.value


def enveloped(body):
    return parse_notification(
        build.signed_headers(body), body, keys=build.platform_keys(), api_v3_key=build.API_V3_KEY, now=build.NOW
    )


# -- the envelope ---------------------------------------------------------------------------------------------------


def test_what_can_be_read_without_opening_it():
    notification = parse(build.transaction())
    assert notification.id == "EV-2026060111223320873"
    assert notification.event_type == "TRANSACTION.SUCCESS"
    assert notification.kind == "transaction"
    assert notification.number == "A20260601-000001"
    assert notification.created_at == PAID_AT + timedelta(seconds=1)
    assert notification.received_at == build.NOW
    assert (notification.serial, notification.timestamp, notification.nonce) == (
        build.PUBLIC_KEY_ID,
        build.AT,
        build.NONCE,
    )
    assert "oUpF8" not in repr(notification)
    assert "12800" not in repr(notification)


def test_it_may_be_copied_while_it_is_opened():
    notification = parse(build.transaction())
    fields = iter(vars(notification).items())  # as a copy in another thread goes through them
    next(fields)
    event = notification.unchecked()
    assert dict(fields)["_event"] is event
    assert notification.unchecked() is event
    assert "oUpF8" not in repr(notification)


def test_an_accepted_notification_needs_no_body():
    ack = parse(build.transaction()).ack()
    assert (ack.status, ack.headers, ack.body) == (204, (), b"")


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": 7},
        {"id": "a" * 65},
        {"id": "a b"},
        {"event_type": None},
        {"event_type": ""},
        {"event_type": ["TRANSACTION.SUCCESS"]},
        {"resource": None},
        {"resource": []},
        {"resource": "x"},
    ],
)
def test_an_envelope_of_another_form_is_malformed(change):
    body = json.dumps({**build.envelope(build.transaction()), **change}).encode()
    with pytest.raises(Malformed):
        enveloped(body)


def test_what_the_envelope_need_not_have():
    bare = build.envelope(build.transaction())
    for name in ("create_time", "summary", "resource_type"):
        del bare[name]
    body = json.dumps({**bare, "new_field": {"a": [1]}}).encode()
    notification = enveloped(body)
    assert (notification.created_at, notification.summary) == (None, "")


@pytest.mark.parametrize("value", ["yesterday", "", 7, None, ["canary"]])
def test_what_nothing_depends_on_holds_no_payment_back(value):
    changed = {**build.envelope(build.transaction()), "create_time": value, "summary": value}
    notification = enveloped(json.dumps(changed).encode())
    assert notification.created_at is None
    assert notification.summary == (value if isinstance(value, str) else "")
    assert notification.unchecked().total == 12800
    assert "canary" not in repr(notification)


def test_nothing_is_parsed_of_what_is_too_large():
    body = b" " * (256 * 1024 + 1)
    with pytest.raises(Malformed) as raised:
        parse_notification({}, body, keys=build.platform_keys(), api_v3_key=build.API_V3_KEY, now=build.NOW)
    assert raised.value.params == {"limit": 256 * 1024}


def test_the_key_must_be_one():
    headers, body = build.delivery(build.transaction())
    with pytest.raises(InvalidInput):
        parse_notification(headers, body, keys=build.platform_keys(), api_v3_key="short", now=build.NOW)


def test_what_is_wrong_inside_shows_when_it_is_opened():
    """A delivery whose id is known is acknowledged without a look at what is in it."""
    notification = parse(build.transaction(amount={"total": "canary"}))
    assert (notification.number, notification.ack().status) == ("A20260601-000001", 204)
    for opened in (notification.unchecked, lambda: notification.expect(None), notification.unchecked):
        with pytest.raises(Malformed) as raised:
            opened()
        assert raised.value.params == {"field": "total"}
        frames = [frame for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
        assert not [frame.f_code.co_name for frame in frames if "canary" in repr(frame.f_locals)]


# -- transactions ---------------------------------------------------------------------------------------------------


def test_a_payment():
    content = build.transaction()
    event = parse(content).unchecked()
    assert event == Transaction(
        mchid=build.MCHID,
        appid=build.APPID,
        out_trade_no="A20260601-000001",
        transaction_id="4200002026060112345678901234",
        trade_type=TradeType.JSAPI,
        trade_state=TradeState.SUCCESS,
        success_time=PAID_AT,
        openid="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        total=12800,
        payer_total=10000,
        currency="CNY",
        payer_currency="CNY",
        bank_type="CMC",
        attach="自定义数据",
        raw=content,
    )
    assert event.raw["promotion_detail"][0]["amount"] == 2800
    assert event.is_paid
    assert event.capture_notice() == CaptureNotice(
        gateway="wechatpay",
        merchant=build.MCHID,
        attempt="A20260601-000001",
        transaction="4200002026060112345678901234",
        amount=12800,
        currency="CNY",
        captured_at=PAID_AT,
        app=build.APPID,
    )


def test_a_payment_in_partner_mode():
    event = parse(build.partner_transaction()).unchecked()
    assert isinstance(event, Transaction)
    assert (event.mchid, event.appid) == (build.MCHID, build.APPID)
    assert (event.sub_mchid, event.sub_appid) == ("1900000109", "wxd678efh567hg6999")
    assert (event.openid, event.sub_openid) == ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "oUpF8uMuAJO_M2pxb1Q9zNjSub")
    assert event.capture_notice().merchant == "1900000109"


def test_a_combined_payment():
    notification = parse(build.combined())
    event = notification.unchecked()
    assert isinstance(event, CombinedTransaction)
    assert (notification.kind, notification.number) == ("combined", "C20260601-000001")
    assert [(order.out_trade_no, order.total, order.appid, order.openid) for order in event.orders] == [
        ("A20260601-000001", 100, build.APPID, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
        ("A20260601-000002", 200, build.APPID, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ]
    assert event.is_paid
    assert [(one.merchant, one.attempt, one.amount) for one in event.capture_notices()] == [
        ("1900000109", "A20260601-000001", 100),
        ("1900000109", "A20260601-000002", 200),
    ]


def test_an_unpaid_payment_as_a_query_tells_it():
    event = Transaction.read(
        {
            "mchid": build.MCHID,
            "appid": build.APPID,
            "out_trade_no": "A20260601-000001",
            "trade_state": "NOTPAY",
            "trade_state_desc": "订单未支付",
            "payer": {},
        }
    )
    assert (event.is_paid, event.transaction_id, event.success_time, event.total) == (False, "", None, None)
    with pytest.raises(UnexpectedContent) as raised:
        event.capture_notice()
    assert raised.value.fields == ("trade_state",)


def test_money_that_was_given_back_had_been_taken():
    assert Transaction.read(build.transaction(trade_state="REFUND")).capture_notice().amount == 12800


def test_new_words_are_kept():
    event = Transaction.read(build.transaction(trade_state="NEW_STATE", trade_type="NEW_TYPE"))
    assert (event.trade_state, event.trade_type, event.is_paid) == ("NEW_STATE", "NEW_TYPE", False)
    assert parse(build.transaction(trade_type="NEW_TYPE")).unchecked().trade_type == "NEW_TYPE"


WRONG_MONEY = [True, False, "12800", 12800.0, 128.5, 1e4, None, [12800], -1, 10**15 + 1, 10**30]


@pytest.mark.parametrize("total", [*WRONG_MONEY, 0])
def test_money_is_a_whole_number_of_fen(total):
    amount = {"total": total, "currency": "CNY"}
    assert refused(build.transaction(amount=amount)).params == {"field": "total"}
    order = build.sub_order("A20260601-000001", 100, amount={"total_amount": total, "currency": "CNY"})
    assert refused(build.combined(sub_orders=[order])).params == {"field": "total_amount"}


@pytest.mark.parametrize("total", WRONG_MONEY)
def test_so_is_what_the_payer_bore(total):
    amount = {"total": 100, "payer_total": total, "currency": "CNY"}
    assert refused(build.transaction(amount=amount)).params == {"field": "payer_total"}


def test_vouchers_may_pay_for_everything():
    amount = {"total": 100, "payer_total": 0, "currency": "CNY"}
    assert parse(build.transaction(amount=amount)).unchecked().payer_total == 0


@pytest.mark.parametrize(
    "change, field",
    [
        ({"mchid": None}, "mchid"),
        ({"mchid": 1900007291}, "mchid"),
        ({"appid": ""}, "appid"),
        ({"out_trade_no": None}, "out_trade_no"),
        ({"out_trade_no": "../../v3/refund"}, "out_trade_no"),
        ({"out_trade_no": "a?b=c"}, "out_trade_no"),
        ({"out_trade_no": "A1\n"}, "out_trade_no"),
        ({"out_trade_no": "订单１"}, "out_trade_no"),
        ({"transaction_id": None}, "transaction_id"),
        ({"transaction_id": ""}, "transaction_id"),
        ({"success_time": None}, "success_time"),
        ({"success_time": "2026-06-01"}, "success_time"),
        ({"trade_state": None}, "trade_state"),
        ({"trade_state": 1}, "trade_state"),
        ({"trade_type": 7}, "trade_type"),
        ({"payer": "oUp"}, "payer"),
        ({"payer": {"openid": 7}}, "openid"),
        ({"amount": None}, "total"),
        ({"amount": []}, "amount"),
        ({"attach": 7}, "attach"),
    ],
)
def test_a_field_of_another_form_is_named_and_nothing_more(change, field):
    error = refused(build.transaction(**change))
    assert (type(error), error.params) == (Malformed, {"field": field})
    assert str(error) == f"{field} is missing, or not of the documented form"


@pytest.mark.parametrize("orders", [None, [], {}, "x", [7], [[]]])
def test_a_combined_payment_has_orders(orders):
    assert refused(build.combined(sub_orders=orders)).params == {"field": "sub_orders"}


@pytest.mark.parametrize(
    "written, instant",
    [
        ("2026-06-01T11:59:58+08:00", PAID_AT),
        ("2026-06-01T03:59:58Z", PAID_AT),
        ("2026-06-01T11:59:58.5+08:00", PAID_AT + timedelta(milliseconds=500)),
        ("2026-06-01T11:59:58.123456789+08:00", PAID_AT + timedelta(microseconds=123456)),
        ("2026-06-01T11:59:60+08:00", PAID_AT + timedelta(seconds=2)),
        ("2026-12-31T23:59:60+08:00", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_instants(written, instant):
    assert parse(build.transaction(success_time=written)).unchecked().success_time == instant


NO_INSTANTS = ["2026-06-01T11:59:58", "2026-06-01 11:59:58+08:00", "20260601T115958+0800", "2026-06-01T11:59:58+0800"]
NO_INSTANTS += ["2026-13-01T11:59:58+08:00", "2026-06-31T11:59:58+08:00", "2026-06-01T24:59:58+08:00", "now"]
NO_INSTANTS += ["2026-06-01T11:59:61+08:00", "２０２６-06-01T11:59:58+08:00", "0001-01-01T00:00:00+08:00"]
NO_INSTANTS += ["2026-06-01T11:59:58+08:60", "2026-06-01T11:59:58.5+08:60", "2026-06-01T11:59:60+08:60"]
NO_INSTANTS += ["2026-W23-1T00:00:00Z", "2026-06-01T11:59:58+24:00", "2026-06-01T11:59:58,5+08:00"]


@pytest.mark.parametrize("written", [*NO_INSTANTS, 1780286398])
def test_what_is_no_instant(written):
    assert refused(build.transaction(success_time=written)).params == {"field": "success_time"}


# -- refunds --------------------------------------------------------------------------------------------------------


def test_a_refund():
    content = build.refund()
    notification = parse(content, "REFUND.SUCCESS")
    event = notification.unchecked()
    assert (notification.kind, notification.number) == ("refund", "R20260601-000001")
    assert event == Refund(
        mchid=build.MCHID,
        out_trade_no="A20260601-000001",
        transaction_id="4200002026060112345678901234",
        out_refund_no="R20260601-000001",
        refund_id="50000000382026060100000000001",
        status=RefundStatus.SUCCESS,
        success_time=PAID_AT + timedelta(seconds=2),
        refund=2800,
        total=12800,
        payer_refund=2800,
        payer_total=10000,
        user_received_account="招商银行信用卡0403",
        raw=content,
    )
    settled = Settled(amount=2800, settled_at=event.success_time, refund="50000000382026060100000000001")
    assert event.refund_notice() == RefundNotice("wechatpay", "R20260601-000001", settled)


@pytest.mark.parametrize(
    "event_type, answer",
    [("REFUND.CLOSED", Declined("CLOSED", is_final=True)), ("REFUND.ABNORMAL", Declined("ABNORMAL"))],
)
def test_a_refund_that_failed(event_type, answer):
    content = build.refund(refund_status=event_type.partition(".")[2])
    del content["success_time"]
    assert parse(content, event_type).unchecked().refund_notice().answer == answer


def test_a_refund_in_partner_mode():
    content = build.refund(sp_mchid=build.MCHID, sub_mchid="1900000109")
    del content["mchid"]
    event = parse(content, "REFUND.SUCCESS").unchecked()
    assert (event.mchid, event.sub_mchid) == (build.MCHID, "1900000109")


def test_a_refund_as_an_answer_tells_it():
    content = build.refund(status="PROCESSING")
    for name in ("mchid", "refund_status", "success_time"):
        del content[name]
    event = Refund.read({**content, "amount": {**content["amount"], "currency": "USD"}})
    assert (event.mchid, event.status, event.currency) == ("", "PROCESSING", "USD")
    assert event.answer() == Submitted("50000000382026060100000000001")
    assert Refund.read({**content, "status": "NEW"}).answer() == Submitted("50000000382026060100000000001")


@pytest.mark.parametrize(
    "change, field",
    [
        ({"mchid": None}, "mchid"),
        ({"out_refund_no": ""}, "out_refund_no"),
        ({"success_time": None}, "success_time"),
        ({"amount": {"total": 1}}, "refund"),
        ({"amount": {"total": 1, "refund": True}}, "refund"),
        ({"amount": {"total": 1, "refund": 0}}, "refund"),
        ({"amount": {"refund": 1}}, "total"),
    ],
)
def test_a_field_of_a_refund_of_another_form(change, field):
    assert refused(build.refund(**change), "REFUND.SUCCESS").params == {"field": field}


# -- transfers and the rest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mch_id", "mchid"])
def test_a_transfer(name):
    content = build.transfer()
    content[name] = content.pop("mch_id")
    notification = parse(content, "MCHTRANSFER.BILL.FINISHED")
    event = notification.unchecked()
    assert (notification.kind, notification.number) == ("transfer", "plfk2020042013")
    assert event == Transfer(
        mchid=build.MCHID,
        out_bill_no="plfk2020042013",
        transfer_bill_no="1330000071100999991182020050700019480001",
        state=TransferState.SUCCESS,
        amount=400000,
        openid="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        raw=content,
    )


@pytest.mark.parametrize("state", [*TransferState, "NEW"])
def test_a_transfer_ends_in_whatever_state(state):
    event = parse(build.transfer(state=state, fail_reason="X"), "MCHTRANSFER.BILL.FINISHED").unchecked()
    assert (event.state, event.fail_reason) == (state, "X")


@pytest.mark.parametrize(
    "event_type", ["COMPLAINT.CREATE", "PAYSCORE.USER_PAID", "TRANSACTION.FAIL", "TRANSACTION.NEW", "X", "新"]
)
def test_every_other_event_opens_as_it_is(event_type):
    content = {"complaint_id": "200201820200101080076610000", "nested": {"a": [1, 2.5]}, "trade_state": "SUCCESS"}
    notification = parse(content, event_type)
    event = notification.unchecked()
    assert isinstance(event, OtherEvent)
    assert (notification.kind, notification.number) == ("other", "")
    assert event.event_type == event_type
    assert event.raw["complaint_id"] == "200201820200101080076610000"
    assert str(event.raw["nested"]["a"][1]) == "2.5"
