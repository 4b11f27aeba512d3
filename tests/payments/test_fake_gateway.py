"""The fake gateway is strict where real ones are."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.payments import (
    Closed,
    Declined,
    NotFound,
    PaymentRequest,
    Pending,
    Ready,
    RefundRequest,
    Settled,
    Submitted,
)
from minishop.testing.clock import FakeClock
from minishop.testing.gateway import AsyncFakeGateway, FakeGateway


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def gateway(clock):
    gateway = FakeGateway(clock=clock)
    yield gateway
    gateway.close_book()


def asks(gateway, attempt="attempt-1", amount=1000, minutes=30):
    expires_at = gateway._clock() + timedelta(minutes=minutes)
    return PaymentRequest(attempt=attempt, order="o1", amount=amount, description="tea", expires_at=expires_at)


def leg(name="leg-1", amount=400, attempt="attempt-1"):
    return RefundRequest(leg=name, attempt=attempt, transaction="T0000000001", amount=amount, total=1000)


def test_a_payment_from_start_to_bill(gateway, clock):
    assert gateway.query("attempt-1") == NotFound()
    assert gateway.create(asks(gateway)) == Ready({"pay": "attempt-1"})
    assert gateway.query("attempt-1") == Pending()
    paid = gateway.pay("attempt-1")
    assert (paid.amount, paid.transaction, paid.captured_at) == (1000, "T0000000001", clock())
    assert gateway.query("attempt-1") == gateway.close("attempt-1") == gateway.pay("attempt-1") == paid
    assert gateway.refund(leg()) == Submitted("R-leg-1")
    assert gateway.pending_refunds() == ("leg-1",)
    clock.advance(hours=1)
    assert gateway.settle_refund("leg-1").answer == Settled(amount=400, settled_at=clock(), refund="R-leg-1")
    clock.advance(days=1)
    assert [(row.kind, row.number, row.amount) for row in gateway.bill(date(2026, 6, 1))] == [
        ("payment", "T0000000001", 1000),
        ("refund", "leg-1", 400),
    ]


def test_a_refund_number_is_one_refund(gateway):
    gateway.create(asks(gateway))
    gateway.pay("attempt-1")
    assert gateway.refund(leg()) == gateway.refund(leg()) == gateway.query_refund("leg-1") == Submitted("R-leg-1")
    with pytest.raises(CallerError, match="another refund"):
        gateway.refund(leg(amount=401))
    assert gateway.refund(leg("leg-2", 601)) == Declined("not_enough")
    assert gateway.refund(leg("leg-2", 600)) == Submitted("R-leg-2")


def test_a_declined_refund_may_be_tried_again_under_its_number(gateway):
    gateway.create(asks(gateway))
    gateway.pay("attempt-1")
    gateway.refund(leg())
    assert gateway.decline_refund("leg-1").answer == Declined("refund_failed")
    assert gateway.refund(leg()) == Submitted("R-leg-1")


def test_no_money_from_a_closed_or_expired_payment(gateway, clock):
    gateway.create(asks(gateway))
    gateway.create(asks(gateway, "attempt-2"))
    assert gateway.close("attempt-1") == Closed()
    clock.advance(minutes=30)
    assert gateway.query("attempt-2") == Closed()
    for attempt in ("attempt-1", "attempt-2", "attempt-3"):
        with pytest.raises(CallerError):
            gateway.pay(attempt)


def test_an_attempt_number_is_one_payment(gateway):
    gateway.create(asks(gateway))
    assert gateway.create(asks(gateway)) == Ready({"pay": "attempt-1"})
    with pytest.raises(CallerError, match="another payment"):
        gateway.create(asks(gateway, amount=999))


def test_faults_come_in_order_and_only_the_lost_reply_has_acted(gateway):
    gateway.fail_next("refuse", "lose_request", "lose_reply")
    with pytest.raises(RemoteError):
        gateway.create(asks(gateway))
    with pytest.raises(OutcomeUnknown):
        gateway.create(asks(gateway))
    assert gateway._payment("attempt-1") is None
    with pytest.raises(OutcomeUnknown):
        gateway.create(asks(gateway))
    assert gateway.query("attempt-1") == Pending()


def test_a_bill_comes_when_the_day_is_over(gateway, clock):
    with pytest.raises(RemoteError) as refused:
        gateway.bill(date(2026, 6, 1))
    assert refused.value.code == "bill_not_ready"
    clock.set(datetime(2026, 6, 1, 16, 0, tzinfo=UTC))  # midnight in Shanghai
    assert gateway.bill(date(2026, 6, 1)) == ()


def test_at_once(clock):
    gateway = FakeGateway(clock=clock, pays_at_once=True, settles_at_once=True)
    paid = gateway.create(asks(gateway))
    assert paid.amount == 1000
    assert gateway.refund(leg()) == Settled(amount=400, settled_at=clock(), refund="R-leg-1")
    gateway.close_book()


def test_the_book_outlives_the_process(tmp_path, clock):
    first = FakeGateway(str(tmp_path / "book"), clock=clock)
    first.create(asks(first))
    first.pay("attempt-1")
    first.close_book()
    second = FakeGateway(str(tmp_path / "book"), clock=clock)
    assert [row.number for row in second.book()] == ["T0000000001"]
    second.close_book()


def test_the_async_one_is_the_same(gateway):
    other = AsyncFakeGateway(gateway)

    async def calls():
        request = asks(gateway)
        ready = await other.create(request)
        pending = await other.query("attempt-1")
        gateway.pay("attempt-1")
        return (
            ready,
            pending,
            await other.close("attempt-1"),
            await other.refund(leg()),
            await other.query_refund("leg-1"),
        )

    ready, pending, paid, back, asked = asyncio.run(calls())
    assert (ready, pending, paid.amount) == (Ready({"pay": "attempt-1"}), Pending(), 1000)
    assert back == asked == Submitted("R-leg-1")
    assert (other.name, other.merchant) == ("fake", "M1")
    with pytest.raises(RemoteError):
        asyncio.run(other.bill(date(2026, 6, 1)))
