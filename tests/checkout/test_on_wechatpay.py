"""The shop on the WeChat Pay simulator: whatever goes wrong on the way, its money is the gateway's money."""

import pytest

from minishop.payments import CaptureNotice
from minishop.testing.wechatpay import Fault, NoticeFault
from tests.checkout.till import DAY, Till

CREATE, QUERY, CLOSE = "POST /v3/pay/transactions/", "GET /v3/pay/transactions/out-trade-no", "/close"
REFUND, ASK = "POST /v3/refund", "GET /v3/refund"
BILL, FILE = "GET /v3/bill/tradebill", "GET /v3/billdownload"
CALLS = {"create": CREATE, "query": QUERY, "close": CLOSE, "refund": REFUND, "ask": ASK, "bill": BILL, "file": FILE}


def assert_money_agrees(till, order, reconciled):
    """What the gateway holds of every payment is what the shop thinks it holds, and the bill says so."""
    there = till.simulator.money()
    stored = till.world.order(order)
    here = dict.fromkeys(there, 0)
    for payment in stored.payments:
        back = sum(leg.amount for leg in stored.legs if leg.payment == payment.id)
        here[payment.attempt] = here.get(payment.attempt, 0) + payment.amount - back
    assert here == there
    assert sum(here.values()) == stored.captured - 5000
    assert reconciled.is_clean, reconciled.differences
    assert (reconciled.received, reconciled.refunded) == (stored.captured, 5000)
    assert reconciled.day == DAY


def test_without_faults():
    till = Till()
    order, reconciled = till.live()
    assert_money_agrees(till, order, reconciled)
    assert till.log == []
    assert reconciled.agreed == 2


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", Fault)
def test_a_call_goes_wrong(fault, call):
    till = Till()
    lost = 40 if call in ("query", "ask") else 0  # nobody asks about what has been told
    till.simulator.disturb_next(*[NoticeFault.LOST] * lost)
    till.simulator.fail_next(fault, on=CALLS[call])
    order, reconciled = till.live()
    assert_money_agrees(till, order, reconciled)
    assert any(CALLS[call] in f"{one.request.method} {one.request.target}" for one in till.simulator.seen)
    told = sum(notice.attempts for notice in till.simulator.notices())
    assert till.simulator.faults_left <= max(0, lost - told), "the fault never happened"


@pytest.mark.parametrize("call", ["create", "close", "refund"])
@pytest.mark.parametrize("fault", [Fault.DROP_REPLY, Fault.DROP_REQUEST, Fault.LATE_REQUEST, Fault.SYSTEM_ERROR])
def test_a_call_goes_wrong_again_and_again(fault, call):
    till = Till()
    till.simulator.fail_next(*[fault] * 3, on=CALLS[call])
    order, reconciled = till.live()
    assert_money_agrees(till, order, reconciled)


@pytest.mark.parametrize("fault", NoticeFault)
def test_a_notification_goes_wrong(fault):
    till = Till()
    till.simulator.disturb_next(fault, on="TRANSACTION")
    till.simulator.disturb_next(fault, on="REFUND")
    order, reconciled = till.live()
    assert_money_agrees(till, order, reconciled)
    assert len(till.world.order(order).payments) == 1
    assert till.simulator.faults_left == 0


def test_both_the_notification_and_the_query_tell():
    till = Till()
    received = []
    pay_notified = till.shop.pay_notified

    def crash_after(notice, *, notification):
        answer = pay_notified(notice, notification=notification)
        received.append((isinstance(notice, CaptureNotice), notification, answer.is_repeated))
        if len(received) == 1:
            raise RuntimeError("the worker was killed after the commit")
        return answer

    till.shop.pay_notified = crash_after
    handler = till.receive

    def receive(headers, body):
        try:
            return handler(headers, body)
        except RuntimeError:
            return 500

    till.receive = receive
    order, reconciled = till.live()
    till.pass_time(minutes=30)
    assert_money_agrees(till, order, reconciled)
    (_, first, was_new), (_, second, was_old) = received
    assert (first == second, was_new, was_old) == (True, False, True)
