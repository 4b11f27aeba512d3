"""Never run, only type-checked: each expectation opens its own kind of event."""

from datetime import datetime
from typing import assert_type

from minishop.payments import CaptureNotice, RefundNotice
from minishop.payments.wechatpay import (
    CombinedExpectation,
    CombinedTransaction,
    Expectation,
    Merchant,
    Notification,
    OtherEvent,
    PlatformKeys,
    Refund,
    RefundExpectation,
    Transaction,
    Transfer,
    TransferExpectation,
    parse_notification,
)


def parsing(merchant: Merchant, keys: PlatformKeys, now: datetime) -> None:
    for headers in ({"a": "b"}, [("a", "b")], [(b"a", b"b")], {"a": object()}):
        secret = merchant.api_v3_key
        assert_type(parse_notification(headers, b"", keys=keys, api_v3_key=secret, now=now), Notification)
    parse_notification({}, "text", keys=keys, api_v3_key="", now=now)  # type: ignore[arg-type]


def opening(
    notification: Notification,
    payment: Expectation,
    known: Expectation | None,
    combined: CombinedExpectation,
    refund: RefundExpectation,
    transfer: TransferExpectation,
) -> None:
    assert_type(notification.expect(payment), Transaction)
    assert_type(notification.expect(known), Transaction)
    assert_type(notification.expect(combined), CombinedTransaction)
    assert_type(notification.expect(refund), Refund)
    assert_type(notification.expect(transfer), Transfer)
    assert_type(notification.unchecked(), Transaction | CombinedTransaction | Refund | Transfer | OtherEvent)
    assert_type(notification.expect(payment).capture_notice(), CaptureNotice)
    assert_type(notification.expect(refund).refund_notice(), RefundNotice)
    notification.expect("A1")  # type: ignore[call-overload]


def expecting(payment: Expectation) -> None:
    CombinedExpectation(mchid="1", appid="wx", out_trade_no="A20260601", orders=[payment])
    Expectation(mchid="1", appid="wx", out_trade_no="A20260601", total="1")  # type: ignore[arg-type]
