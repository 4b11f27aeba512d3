"""WeChat Pay as the gateway of a shop: what it answers for every state, and what it never pretends to know."""

import json
import pickle
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minishop.errors import CallerError, InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import HttpResponse
from minishop.payments import (
    BillKind,
    CaptureNotice,
    Closed,
    Declined,
    NotFound,
    PaymentRequest,
    Pending,
    Ready,
    RefundNotice,
    RefundRequest,
    Settled,
    Submitted,
)
from minishop.payments.wechatpay import UnexpectedContent
from minishop.payments.wechatpay.client import (
    AsyncWechatPayGateway,
    Busy,
    GatewayFailed,
    RequestRefused,
    WechatPayGateway,
)
from minishop.testing.wechatpay import Fault
from tests.payments.wechatpay import build
from tests.payments.wechatpay_client import bills, lab
from tests.payments.wechatpay_client.conftest import customer
from tests.payments.wechatpay_client.lab import LOST

ATTEMPT = "A20260601-000001"
DAY = date(2026, 6, 1)


def gateway_of(face, kind, runner, **settings):
    family = WechatPayGateway if kind == "sync" else AsyncWechatPayGateway
    return lab.Face(family(face.client, **settings), runner)


@pytest.fixture
def gateway(pay, kind, runner):
    """Over the script."""
    return gateway_of(pay, kind, runner)


@pytest.fixture
def till(shopkeeper, kind, runner):
    """Over the simulator."""
    return gateway_of(shopkeeper, kind, runner)


def asks(clock, channel="", payer=lab.OPENID, **changed):
    return PaymentRequest(
        **{
            "attempt": ATTEMPT,
            "order": "o1",
            "amount": 12800,
            "description": "茶" * 200,
            "expires_at": clock() + timedelta(minutes=30),
            "payer": payer,
            "channel": channel,
        }
        | changed
    )


def leg(amount=100, name="R1", transaction="", reason="很长的理由" * 40):
    return RefundRequest(leg=name, attempt=ATTEMPT, transaction=transaction, amount=amount, total=12800, reason=reason)


# -- payments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "channel, payer, key",
    [
        ("", lab.OPENID, "paySign"),
        ("mini-program", lab.OPENID, "paySign"),
        ("mini_program", lab.OPENID, "paySign"),
        ("jsapi", lab.OPENID, "appId"),
        ("app", "", "partnerid"),
        ("h5", "203.0.113.7", "h5_url"),
        ("native", "", "code_url"),
    ],
)
def test_every_channel_is_ready_to_be_paid(till, simulator, clock, channel, payer, key):
    answer = till.create(asks(clock, channel, payer))
    assert isinstance(answer, Ready)
    assert key in answer.client
    order = simulator.order(ATTEMPT)
    assert order["attach"] == "o1"
    assert order["amount"]["total"] == 12800


def test_a_channel_that_a_front_end_made_up_is_wrong_input(gateway, script, clock):
    with pytest.raises(InvalidInput) as refused:
        gateway.create(asks(clock, channel="carrier-pigeon"))
    assert (refused.value.code, "pigeon" in str(refused.value)) == ("unknown_value", False)
    assert script.requests == []


def test_a_payment_from_start_to_bill(till, simulator, clock):
    assert till.query(ATTEMPT) == NotFound()
    till.create(asks(clock))
    assert till.query(ATTEMPT) == Pending()
    transaction = simulator.pay(ATTEMPT)
    paid = till.query(ATTEMPT)
    assert paid == CaptureNotice(
        gateway="wechatpay",
        merchant=till.merchant,
        attempt=ATTEMPT,
        transaction=transaction,
        amount=12800,
        captured_at=clock(),
        app=simulator.credentials.appid,
    )
    assert till.close(ATTEMPT) == till.create(asks(clock)) == paid
    clock.advance(minutes=2)
    made = till.refund(leg(transaction=transaction))
    assert made == till.refund(leg(transaction=transaction)) == till.query_refund("R1")
    assert isinstance(made, Submitted)
    simulator.settle_refund("R1")
    assert till.query_refund("R1") == Settled(amount=100, settled_at=clock(), refund=made.refund)
    assert till.query(ATTEMPT) == paid
    with pytest.raises(RemoteError) as early:
        till.bill(DAY)
    assert early.value.code == "bill_not_ready"
    clock.advance(days=1)
    payment, refund = till.bill(DAY)
    assert (payment.kind, payment.number, payment.attempt, payment.amount) == ("payment", transaction, ATTEMPT, 12800)
    assert (payment.merchant, payment.is_success, payment.fee) == (till.merchant, True, 77)
    assert (refund.kind, refund.number, refund.attempt, refund.amount) == ("refund", "R1", ATTEMPT, 100)
    assert (refund.is_success, refund.gateway, refund.currency) == (True, "wechatpay", "CNY")


def test_closing(till, clock):
    assert till.close(ATTEMPT) == NotFound()
    till.create(asks(clock))
    assert till.close(ATTEMPT) == till.close(ATTEMPT) == till.query(ATTEMPT) == Closed()
    assert till.create(asks(clock)) == Closed()


def test_an_expired_payment_is_closed_by_the_gateway(till, clock):
    till.create(asks(clock))
    clock.advance(minutes=31)
    assert till.query(ATTEMPT) in (Closed(), Pending())
    assert till.close(ATTEMPT) == Closed()


@pytest.mark.parametrize(
    "state, answer",
    [
        ("NOTPAY", Pending()),
        ("USERPAYING", Pending()),
        ("CLOSED", Closed()),
        ("REVOKED", Closed()),
        ("PAYERROR", Closed()),
    ],
)
def test_every_state_of_an_unpaid_payment(gateway, script, state, answer):
    script.says(script.signed(build.transaction(trade_state=state)))
    assert gateway.query(ATTEMPT) == answer


def test_a_state_that_nobody_knows_is_no_answer(gateway, script):
    script.says(script.signed(build.transaction(trade_state="DANCING")))
    with pytest.raises(RemoteError) as failed:
        gateway.query(ATTEMPT)
    assert (failed.value.code, failed.value.params) == ("unknown_state", {"state": "DANCING"})


@pytest.mark.parametrize(
    "refusal",
    [(429, "FREQUENCY_LIMITED"), (400, "ORDERPAID"), (400, "ORDER_PAID"), (403, "RULE_LIMIT"), (400, "TRADE_ERROR")],
)
def test_a_close_that_is_refused_is_asked_about(gateway, script, refusal):
    script.says(script.refused(*refusal), script.signed(build.transaction()))
    assert isinstance(gateway.close(ATTEMPT), CaptureNotice)
    script.says(script.refused(*refusal), script.signed(build.transaction(trade_state="CLOSED")))
    assert gateway.close(ATTEMPT) == Closed()
    script.says(script.refused(*refusal), script.signed(build.transaction(trade_state="USERPAYING")))
    with pytest.raises(RemoteError) as failed:  # never "closed", and never "pending", which a shop takes for closed
        gateway.close(ATTEMPT)
    assert failed.value.code == refusal[1].replace("_", "")


def test_a_close_without_an_answer_is_unknown(gateway, script):
    script.says(LOST, LOST)
    with pytest.raises(OutcomeUnknown):
        gateway.close(ATTEMPT)


def test_what_the_shop_can_do_nothing_about_comes_through(gateway, script, clock):
    script.says(script.refused(403, "NO_AUTH"))
    with pytest.raises(RequestRefused) as refused:
        gateway.create(asks(clock))
    assert (refused.value.code, refused.value.retryable) == ("NOAUTH", False)
    script.says(script.refused(429, "FREQUENCY_LIMITED"), script.refused(429, "FREQUENCY_LIMITED"))
    with pytest.raises(Busy):
        gateway.create(asks(clock))
    script.says(LOST, LOST)
    with pytest.raises(OutcomeUnknown):
        gateway.create(asks(clock))
    script.says(LOST, LOST)
    with pytest.raises(GatewayFailed):
        gateway.query(ATTEMPT)


def test_the_deadline_is_the_gateways_too(gateway, script, clock):
    script.says(script.signed({"prepay_id": "wx1"}))
    gateway.create(asks(clock, expires_at=datetime(2026, 6, 1, 4, 29, 59, 999999, tzinfo=UTC)))
    body = script.requests[0].body.decode()
    assert '"time_expire":"2026-06-01T12:29:59+08:00"' in body
    assert '"description":"' + "茶" * 127 + '"' in body


# -- refunds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, answer",
    [
        ("PROCESSING", Submitted("50000000382026060109711111111")),
        ("ABNORMAL", Declined("ABNORMAL")),
        ("CLOSED", Declined("CLOSED", is_final=True)),
        ("NEWWORD", Submitted("50000000382026060109711111111")),
    ],
)
def test_every_state_of_a_refund(gateway, script, status, answer):
    script.says(script.signed(lab.refund_answer(status=status)), script.signed(lab.refund_answer(status=status)))
    assert gateway.refund(leg()) == answer
    assert gateway.query_refund("R1") == answer


def test_a_refund_names_the_payment_by_one_number_and_has_a_short_reason(gateway, script):
    script.says(script.signed(lab.refund_answer()), script.signed(lab.refund_answer()))
    gateway.refund(leg(transaction="4200002026"))
    gateway.refund(leg())
    first, second = (sent.body.decode() for sent in script.requests)
    assert '"transaction_id":"4200002026"' in first
    assert "out_trade_no" not in first
    assert f'"out_trade_no":"{ATTEMPT}"' in second
    assert '"reason":"' + ("很长的理由" * 40)[:80] + '"' in first


def test_refusals_of_refunds(till, gateway, script, simulator, clock):
    script.says(script.refused(403, "NOT_ENOUGH"))
    assert gateway.refund(leg()) == Declined("NOTENOUGH")
    script.says(script.refused(404, "RESOURCE_NOT_EXISTS"))
    with pytest.raises(RemoteError):
        gateway.refund(leg())
    script.says(script.refused(404, "RESOURCE_NOT_EXISTS"))
    assert gateway.query_refund("R1") == NotFound()
    till.create(asks(clock))
    simulator.pay(ATTEMPT)
    till.refund(leg())
    with pytest.raises(CallerError):
        till.refund(leg(101))


def test_a_refund_without_an_answer_is_unknown_and_can_be_asked_about(till, simulator, clock):
    till.create(asks(clock))
    simulator.pay(ATTEMPT)
    simulator.fail_next(Fault.DROP_REPLY, on="/refunds")
    with pytest.raises(OutcomeUnknown):
        till.refund(leg())
    assert isinstance(till.query_refund("R1"), Submitted)


# -- notifications -----------------------------------------------------------------------------------------------------


def test_what_the_gateway_tells_is_for_the_shop(till, simulator, clock):
    till.create(asks(clock))
    simulator.pay(ATTEMPT)
    till.refund(leg())
    simulator.settle_refund("R1")
    notices = []
    for delivery in simulator.due():
        received = till.receive(delivery.headers, delivery.body)
        notices.append(received.notice)
        assert received.ack().status in (200, 204)
        assert received.notification.id
        delivery.answered(received.ack().status)
    assert notices == [till.query(ATTEMPT), RefundNotice("wechatpay", "R1", till.query_refund("R1"))]


@pytest.mark.parametrize("field", ["mchid", "appid"])
def test_a_notification_for_another_merchant_or_app_is_refused(pay, make, kind, runner, field):
    gateway = gateway_of(make(appid=build.APPID), kind, runner)
    headers, body = delivery_of(build.transaction(**{field: "1900000000"}))
    with pytest.raises(UnexpectedContent) as refused:
        gateway.receive(headers, body)
    assert refused.value.fields == (field,)


def delivery_of(content, event_type="TRANSACTION.SUCCESS", original_type="transaction"):
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "original_type": original_type,
        "associated_data": original_type,
        "nonce": "fdasflkja484",
        "ciphertext": b64encode(
            AESGCM(build.API_V3_KEY.encode()).encrypt(
                b"fdasflkja484", json.dumps(content).encode(), original_type.encode()
            )
        ).decode(),
    }
    envelope = {
        "id": "EV-1",
        "create_time": "2026-06-01T12:00:00+08:00",
        "event_type": event_type,
        "resource_type": "encrypt-resource",
        "summary": "",
        "resource": resource,
    }
    body = json.dumps(envelope).encode()
    return build.signed_headers(body), body


def test_what_is_not_for_a_shop_has_no_notice(gateway):
    headers, body = delivery_of({"complaint_id": "1"}, "COMPLAINT.CREATE", "complaint")
    received = gateway.receive(headers, body)
    assert received.notice is None
    assert received.notification.event_type == "COMPLAINT.CREATE"
    headers, body = delivery_of(build.transaction(trade_state="PAYERROR"), "TRANSACTION.FAIL")
    assert gateway.receive(headers, body).notice is None


# -- the bill ----------------------------------------------------------------------------------------------------------


def says_bill(script, rows):
    plain = bills.text(rows)
    answer = HttpResponse(status=200, body=bills.packed(plain))
    script.says(script.signed(bills.announced(plain)), answer)


def test_rows_of_a_bill(gateway, script, clock):
    clock.advance(days=1)
    failed = bills.BACK | {"退款状态": "PROCESSING", "商户退款单号": "R2"}
    revoked = bills.BACK | {"交易状态": "REVOKED", "商户退款单号": "R3"}
    strange = bills.PAID | {"交易状态": "DANCING"}
    says_bill(script, [bills.PAID, bills.BACK, failed, revoked, strange])
    rows = gateway.bill(DAY)
    assert [(row.kind, row.number, row.amount, row.is_success, row.fee) for row in rows] == [
        (BillKind.PAYMENT, bills.PAID["微信订单号"], 12800, True, 77),
        (BillKind.REFUND, "R1", 100, True, -1),
        (BillKind.REFUND, "R2", 100, False, -1),
        (BillKind.REFUND, "R3", 100, True, -1),
        (BillKind.PAYMENT, bills.PAID["微信订单号"], 12800, False, 77),
    ]
    assert {row.merchant for row in rows} == {build.MCHID}
    assert rows[0].at.isoformat() == "2026-06-01T10:00:07+08:00"


@pytest.mark.parametrize(
    "now, is_empty",
    [
        (datetime(2026, 6, 1, 23, 59, tzinfo=bills.SHANGHAI), None),
        (datetime(2026, 6, 2, 9, 59, 59, tzinfo=bills.SHANGHAI), False),
        (datetime(2026, 6, 2, 10, 0, tzinfo=bills.SHANGHAI), True),
        (datetime(2026, 6, 9, 3, 0, tzinfo=bills.SHANGHAI), True),
    ],
)
def test_no_statement_before_ten_may_mean_not_yet(gateway, script, clock, now, is_empty):
    clock.set(now)
    script.says(*([] if is_empty is None else [script.refused(400, "NO_STATEMENT_EXIST")]))
    if is_empty:
        assert gateway.bill(DAY) == ()
        return
    with pytest.raises(RemoteError) as early:
        gateway.bill(DAY)
    assert (early.value.code, early.value.retryable) == ("bill_not_ready", True)


def test_a_bill_that_is_being_made(gateway, script, clock):
    clock.advance(days=1)
    script.says(script.refused(400, "STATEMENT_CREATING"))
    with pytest.raises(RemoteError) as early:
        gateway.bill(DAY)
    assert early.value.code == "bill_not_ready"


# -- making one --------------------------------------------------------------------------------------------------------


def test_names(gateway, make, kind, runner):
    assert (gateway.name, gateway.merchant) == ("wechatpay", build.MCHID)
    assert build.MCHID in repr(gateway.client)
    with pytest.raises(CallerError, match="secret"):
        pickle.dumps(gateway.client)


def test_a_gateway_needs_a_client_that_can_make_orders(make, kind, runner):
    for settings, options in (({"appid": ""}, {}), ({"notify_url": ""}, {}), ({}, {"channel": "carrier pigeon"})):
        with pytest.raises(InvalidInput):
            gateway_of(make(**settings), kind, runner, **options)


def test_a_partners_gateway_is_that_of_the_merchant(simulator, machine, kind, runner, clock):
    partner = customer(kind, simulator, machine, runner).client.acting_for("1900000109")
    till = gateway_of(lab.Face(partner, runner), kind, runner)
    assert till.merchant == "1900000109"
    till.create(asks(clock))
    simulator.pay(ATTEMPT, sub_mchid="1900000109")
    (delivery,) = simulator.due()
    notice = till.receive(delivery.headers, delivery.body).notice
    assert notice == till.query(ATTEMPT)
    assert notice.merchant == "1900000109"
    clock.advance(days=1)
    (row,) = till.bill(DAY)
    assert row.merchant == "1900000109"
