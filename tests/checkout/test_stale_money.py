"""Answers of the gateway that come late, after others have asked again: none of them turns the books back."""

from datetime import timedelta

import pytest

from minishop.checkout import Done, Refused
from minishop.errors import CallerError, RemoteError
from minishop.orders import AttemptState, LegState, Life
from minishop.payments import BillKind, ClosePayment, CreatePayment, Declined, QueryRefund, SendRefund

POOR = Declined("not_enough", is_final=False)


@pytest.fixture
def world(make):
    return make()


def once(shop, kind, do):
    """In the middle of the first call of this kind: ``do(handler, request)`` instead; a list that has it then."""
    handlers, seen = dict(shop.handlers), []

    def call(ask):
        if seen:
            return handlers[kind](ask)
        seen.append(ask)
        return do(handlers[kind], ask)

    shop.handlers = {**handlers, kind: call}
    return seen


def given_back(world):
    return sum(row.amount for row in world.gateway.book() if row.kind is BillKind.REFUND)


def refund_one(world, order, unit=0, key="r"):
    world.shop.refund(order.id, seller="s", key=key, units=(order.units[unit].id,))
    return world.order(order.id).legs[-1]


def by_hand(world, order, leg):
    return world.shop.settle_offline(order.id, seller="s", key=f"hand-{leg.id}", leg=leg.id, reference="cash")


def assert_under_way(world, order):
    """The leg waits for the gateway, is asked about, and nobody pays it by hand as well."""
    (leg,) = world.order(order.id).legs
    assert leg.state is LegState.SUBMITTED
    assert [timer.kind for timer in world.store.due(world.clock() + timedelta(days=30), 9)] == ["query-leg"]
    assert isinstance(by_hand(world, order, leg), Refused)
    world.shop.refund_notified(world.gateway.settle_refund(leg.id))
    assert (world.order(order.id).legs[0].state, given_back(world)) == (LegState.SETTLED, leg.amount)


def test_a_decline_from_before_another_was_accepted(world):
    order = world.paid(TEA=1)

    def late(handler, ask):
        world.clock.advance(seconds=61)
        world.shop.sweep(relays=False)  # asks again, and is accepted
        return POOR

    once(world.shop, SendRefund, late)
    refund_one(world, order)
    assert_under_way(world, order)


def test_an_acceptance_after_another_was_declined(world):
    order = world.paid(TEA=1)

    def late(handler, ask):
        world.clock.advance(seconds=61)
        handlers = world.shop.handlers
        world.shop.handlers = {**handlers, SendRefund: lambda ask: POOR}
        world.shop.sweep(relays=False)
        world.shop.handlers = handlers
        assert world.order(order.id).legs[0].state is LegState.FAILED
        return handler(ask)

    once(world.shop, SendRefund, late)
    refund_one(world, order)
    assert_under_way(world, order)


def test_the_answer_to_a_query_from_before_a_retry(world):
    order = world.paid(TEA=1)
    leg = refund_one(world, order)

    def late(handler, ask):
        notice = world.gateway.decline_refund(leg.id)
        answer = handler(ask)
        world.shop.refund_notified(notice)
        world.shop.retry_refund(order.id, seller="s", key="again", leg=leg.id)
        return answer

    asked = once(world.shop, QueryRefund, late)
    world.clock.advance(minutes=3)
    world.shop.sweep(relays=False)
    assert asked
    assert_under_way(world, order)


def test_a_leg_that_was_paid_by_hand_meanwhile_is_not_sent(world):
    order = world.paid(CUP=2)
    world.gateway.fail_next("refuse")
    first = refund_one(world, order, 0, "r1")
    assert first.state is LegState.GRANTED

    def slow(handler, ask):
        (other,) = (leg for leg in world.order(order.id).legs if leg.id != ask.request.leg)
        handlers = world.shop.handlers
        busy = RemoteError("busy", code="gateway_refused")

        def answer(ask):
            if ask.request.leg == other.id:
                return POOR
            raise busy

        world.clock.advance(seconds=61)
        world.shop.handlers = {**handlers, SendRefund: answer}
        world.shop.sweep(relays=False)
        world.shop.handlers = handlers
        assert isinstance(by_hand(world, order, other), Done)
        raise busy

    once(world.shop, SendRefund, slow)
    world.shop.refund(order.id, seller="s", key="r2", units=(order.units[1].id,))
    assert world.gateway.pending_refunds() == ()


def test_a_refund_that_was_paid_by_hand_and_by_the_gateway_is_told_once(world):
    order = world.paid(TEA=1)
    once(world.shop, SendRefund, lambda handler, ask: handler(ask) and POOR)
    leg = refund_one(world, order)
    assert isinstance(by_hand(world, order, leg), Done)
    notice = world.gateway.settle_refund(leg.id)
    assert world.shop.refund_notified(notice).topics == ("order.over-refunded",)
    assert world.shop.refund_notified(notice).topics == ()


def test_a_payment_that_is_ready_is_not_failed_by_another_that_asked_for_it(world):
    world.fill(TEA=1)
    total = world.shop.preview_order(buyer="u1", cart="cart-1").payable

    def place():
        return world.shop.place_order(buyer="u1", key="k", cart="cart-1", expected_total=total)

    def late(handler, ask):
        world.gateway.pay(place().attempt)  # the notification of it gets lost
        raise CallerError("the number is used", code="OUTTRADENOUSED")

    once(world.shop, CreatePayment, late)
    placed = place()
    assert world.order(placed.order.id).attempts[0].state is AttemptState.READY
    for _ in range(5):
        world.clock.advance(minutes=10)
        world.shop.sweep(relays=False)
    order = world.order(placed.order.id)
    assert (order.life, [payment.amount for payment in order.payments]) == (Life.OPEN, [total])


def test_no_order_is_closed_while_a_payment_of_it_can_be_made(world):
    world.fill(TEA=1)
    placed = world.place()

    def late(handler, ask):
        world.shop.start_payment(placed.order.id, buyer="u1", key="other")
        return handler(ask)

    once(world.shop, ClosePayment, late)
    assert isinstance(world.shop.close(placed.order.id, key="c", buyer="u1"), Done)
    order = world.order(placed.order.id)
    assert (order.life, len(order.attempts)) == (Life.CLOSED, 2)
    for attempt in order.attempts:
        assert attempt.state is AttemptState.CLOSED
        with pytest.raises(CallerError, match="cannot be paid"):
            world.gateway.pay(attempt.id)
