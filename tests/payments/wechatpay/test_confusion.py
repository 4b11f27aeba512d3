"""What the envelope announces, what the resource is called, and what is in it, are of one kind."""

import json

import pytest

from minishop.payments.wechatpay import UnexpectedContent, parse_notification
from tests.payments.wechatpay import build
from tests.payments.wechatpay.build import parsed as parse

CONFUSED = {
    "a refund as a payment": (build.refund(), "TRANSACTION.SUCCESS", "transaction", "event_type"),
    "a payment as a refund": (build.transaction(), "REFUND.SUCCESS", "refund", "event_type"),
    "a transfer as a payment": (build.transfer(), "TRANSACTION.SUCCESS", "transaction", "event_type"),
    "a payment as a transfer": (build.transaction(), "MCHTRANSFER.BILL.FINISHED", "mch_payment", "event_type"),
    "both at once": ({**build.refund(), **build.transaction()}, "TRANSACTION.SUCCESS", "transaction", "event_type"),
    "a combined payment with a state": (
        build.combined(trade_state="SUCCESS"),
        "TRANSACTION.SUCCESS",
        "transaction",
        "event_type",
    ),
    "nothing": ({}, "TRANSACTION.SUCCESS", "transaction", "event_type"),
    "a payment called a refund": (build.transaction(), "TRANSACTION.SUCCESS", "refund", "original_type"),
    "a refund called a payment": (build.refund(), "REFUND.SUCCESS", "transaction", "original_type"),
    "a transfer called a payment": (build.transfer(), "MCHTRANSFER.BILL.FINISHED", "transaction", "original_type"),
    "an unpaid success": (build.transaction(trade_state="NOTPAY"), "TRANSACTION.SUCCESS", "transaction", "state"),
    "a refunded success": (build.transaction(trade_state="REFUND"), "TRANSACTION.SUCCESS", "transaction", "state"),
    "a success of another case": (
        build.transaction(trade_state="Success"),
        "TRANSACTION.SUCCESS",
        "transaction",
        "state",
    ),
    "one order of two": (
        build.combined(
            sub_orders=[
                build.sub_order("A20260601-000001", 1),
                build.sub_order("A20260601-000002", 1, trade_state="CLOSED"),
            ]
        ),
        "TRANSACTION.SUCCESS",
        "transaction",
        "state",
    ),
    "a failed refund that succeeded": (build.refund(refund_status="ABNORMAL"), "REFUND.SUCCESS", "refund", "state"),
    "a refund that succeeded and is closed": (build.refund(), "REFUND.CLOSED", "refund", "state"),
}


@pytest.mark.parametrize("name", CONFUSED)
def test_what_contradicts_itself_is_refused(name):
    content, event_type, original_type, field = CONFUSED[name]
    with pytest.raises(UnexpectedContent) as raised:
        parse(content, event_type, original_type=original_type).unchecked()
    assert raised.value.fields == (field,)


def test_a_resource_without_a_type_is_no_payment():
    body = json.dumps(build.envelope(build.transaction()))
    del (parsed := json.loads(body))["resource"]["original_type"]
    raw = json.dumps(parsed).encode()
    with pytest.raises(UnexpectedContent):
        parse_notification(
            build.signed_headers(raw), raw, keys=build.platform_keys(), api_v3_key=build.API_V3_KEY, now=build.NOW
        )
