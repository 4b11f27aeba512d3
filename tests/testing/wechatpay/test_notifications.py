"""Notifications: when they come, how often, what is wrong with them when something is to be wrong."""

import itertools
import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

from minishop.errors import CallerError
from minishop.testing.clock import FakeClock
from minishop.testing.wechatpay import (
    RETRIES,
    Delivery,
    NoticeFault,
    WechatPaySimulator,
    paid_resource,
    refunded_resource,
    signed_notification,
)
from tests.testing.wechatpay.merchant import NOTIFY, Merchant


def collect(simulator, status=200):
    """What comes, answered with a status."""
    return [one for one, _ in simulator.deliver_due(lambda headers, body: status)]


def test_the_schedule_is_the_documented_one(simulator, merchant, clock):
    merchant.paid()
    start, came = clock(), []
    while (at := simulator.next_due_at()) is not None:
        clock.set(at)
        came += [(clock() - start, one.attempt) for one in collect(simulator, 500)]
    gaps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(came)]
    seconds = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]
    assert [gap.total_seconds() for gap in gaps] == seconds
    assert [attempt for _, attempt in came] == list(range(1, 17))
    assert sum(RETRIES, timedelta()) == sum(gaps, timedelta())
    clock.advance(days=30)
    assert collect(simulator) == []
    assert not simulator.notices()[0].is_acknowledged


def test_nothing_comes_before_its_time(simulator, merchant, clock):
    merchant.paid()
    assert len(collect(simulator, 500)) == 1
    assert collect(simulator) == []
    clock.advance(seconds=14)
    assert collect(simulator) == []
    clock.advance(seconds=1)
    assert len(collect(simulator)) == 1


@pytest.mark.parametrize(
    "status, is_over", [(200, True), (204, True), (201, False), (302, False), (400, False), (0, False)]
)
def test_only_200_and_204_acknowledge(simulator, merchant, clock, status, is_over):
    merchant.paid()
    collect(simulator, status)
    clock.advance(hours=1)
    assert (collect(simulator) == []) == is_over


def test_each_attempt_is_newly_sealed_with_the_same_id_and_content(simulator, merchant, clock):
    merchant.paid()
    first = collect(simulator, 500)[0]
    clock.advance(minutes=10)
    second = collect(simulator)[0]
    told1, (told2, content2) = json.loads(first.body), merchant.open(second.headers, second.body)
    assert told1["id"] == told2["id"]
    assert merchant.unseal(told1["resource"]) == content2
    assert told1["resource"]["nonce"] != told2["resource"]["nonce"]
    for name in ("Wechatpay-Nonce", "Wechatpay-Timestamp", "Wechatpay-Signature"):
        assert first.headers[name] != second.headers[name]


def test_the_content_is_that_of_the_moment(simulator, merchant, clock):
    merchant.paid()
    merchant.refund()
    (_, content) = merchant.open(*_sent(collect(simulator)[0]))
    assert content["trade_state"] == "SUCCESS"
    assert simulator.order("ORDER-0001")["trade_state"] == "REFUND"


def _sent(one: Delivery):
    return one.headers, one.body


def test_what_a_handler_raises_is_not_an_answer(simulator, merchant, clock):
    merchant.paid()

    def broken(headers, body):
        raise RuntimeError("handler")

    with pytest.raises(RuntimeError, match="handler"):
        simulator.deliver_due(broken)
    clock.advance(seconds=15)
    assert collect(simulator)[0].attempt == 2


def test_what_falls_due_meanwhile_is_delivered_too(simulator, merchant):
    merchant.paid()
    came = []

    def handler(headers, body):
        came.append(merchant.open(headers, body)[0]["event_type"])
        if len(came) == 1:
            merchant.refund()
            simulator.settle_refund("R-1")
        return 200

    simulator.deliver_due(handler)
    assert came == ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"]


def test_a_delivery_can_be_answered_later(simulator, merchant, clock):
    """As an async handler does."""
    merchant.paid()
    (one,) = simulator.due()
    assert (one.url, one.event_type, one.attempt) == (NOTIFY, "TRANSACTION.SUCCESS", 1)
    one.answered(204)
    clock.advance(days=1)
    assert list(simulator.due()) == []
    assert simulator.notices()[0].is_acknowledged


def test_a_person_may_ask_for_it_again(simulator, merchant):
    merchant.paid()
    (first,) = collect(simulator)
    simulator.tell_again(first.id)
    assert [one.id for one in collect(simulator)] == [first.id]
    with pytest.raises(CallerError):
        simulator.tell_again("nothing")


def test_without_an_api_v3_key_nothing_is_told(clock):
    simulator = WechatPaySimulator(clock=clock, sets_api_v3_key=False)
    merchant = Merchant(simulator, clock)
    merchant.paid()
    assert list(simulator.due()) == []
    assert merchant.get("/v3/certificates")[1]["code"] == "SIGN_ERROR"


def test_two_simulators_with_the_same_seed_send_the_same_bytes():
    def sent(seed):
        simulator = WechatPaySimulator(clock=FakeClock(), seed=seed)
        Merchant(simulator, simulator.clock).paid()
        return [_sent(one) for one in collect(simulator)]

    assert sent("a") == sent("a") != sent("b")


# --- what can be wrong -----------------------------------------------------------------------------------------------


def test_a_lost_attempt_is_made_up_for(simulator, merchant, clock):
    merchant.paid()
    simulator.disturb_next(NoticeFault.LOST)
    assert collect(simulator) == []
    clock.advance(seconds=15)
    assert [one.attempt for one in collect(simulator)] == [2]


def test_a_delayed_one_comes_after_what_happened_meanwhile(simulator, merchant, clock):
    merchant.paid()
    simulator.disturb_next(NoticeFault.DELAYED)
    assert collect(simulator) == []
    merchant.refund()
    simulator.settle_refund("R-1")
    assert [one.event_type for one in collect(simulator)] == ["REFUND.SUCCESS"]
    clock.advance(minutes=59)
    assert collect(simulator) == []
    clock.advance(minutes=1)
    assert [(one.event_type, one.attempt) for one in collect(simulator)] == [("TRANSACTION.SUCCESS", 1)]


@pytest.mark.parametrize("fault", [NoticeFault.DUPLICATED, NoticeFault.REPLAYED])
def test_twice(simulator, merchant, clock, fault):
    merchant.paid()
    simulator.disturb_next(fault)
    first, second = collect(simulator)
    assert first.id == second.id
    assert (_sent(first) == _sent(second)) == (fault is NoticeFault.REPLAYED)
    merchant.verify(*_sent(second))
    clock.advance(days=1)
    assert collect(simulator) == []


def test_reordered(simulator, merchant):
    merchant.paid("ORDER-0001")
    merchant.paid("ORDER-0002")
    merchant.paid("ORDER-0003")
    simulator.disturb_next(NoticeFault.REORDERED)
    numbers = [merchant.open(*_sent(one))[1]["out_trade_no"] for one in collect(simulator)]
    assert numbers == ["ORDER-0002", "ORDER-0003", "ORDER-0001"]


def test_what_was_put_back_is_not_lost(simulator, merchant):
    merchant.paid("ORDER-0001")
    merchant.paid("ORDER-0002")
    simulator.disturb_next(NoticeFault.REORDERED)
    taking = simulator.due()
    next(taking).answered(200)
    taking.close()
    assert [merchant.open(*_sent(one))[1]["out_trade_no"] for one in collect(simulator)] == ["ORDER-0001"]


def test_a_fault_can_wait_for_its_event(simulator, merchant):
    merchant.paid()
    simulator.disturb_next(NoticeFault.LOST, on="REFUND")
    assert len(collect(simulator)) == 1
    merchant.refund()
    simulator.settle_refund("R-1")
    assert collect(simulator) == []


@pytest.mark.parametrize(
    "fault, refused",
    [
        (NoticeFault.PROBE, InvalidSignature),
        (NoticeFault.TAMPERED, InvalidSignature),
        (NoticeFault.WRONG_SIGNATURE, InvalidSignature),
        (NoticeFault.UNSIGNED, KeyError),
        (NoticeFault.STALE, AssertionError),
        (NoticeFault.UNKNOWN_SERIAL, KeyError),
        (NoticeFault.UNDECRYPTABLE, InvalidTag),
    ],
)
def test_a_spoilt_attempt_is_followed_by_a_proper_one(simulator, merchant, clock, fault, refused):
    merchant.paid()
    simulator.disturb_next(fault)
    (one,) = collect(simulator, 401)
    with pytest.raises(refused):
        merchant.open(*_sent(one))
    assert one.headers.get("Wechatpay-Signature", "").startswith("WECHATPAY/SIGNTEST/") == (fault is NoticeFault.PROBE)
    clock.advance(seconds=15)
    (one,) = collect(simulator)
    assert merchant.open(*_sent(one))[1]["out_trade_no"] == "ORDER-0001"


# --- without a simulated order ---------------------------------------------------------------------------------------


def test_a_signed_notification_can_be_made_of_anything(simulator, merchant, clock):
    headers, body = signed_notification(paid_resource("ORDER-0001", 1280, at=clock(), mchid="another"), now=clock())
    envelope, resource = merchant.open(headers, body)
    assert (envelope["event_type"], envelope["resource"]["original_type"]) == ("TRANSACTION.SUCCESS", "transaction")
    assert (resource["mchid"], resource["amount"]["total"]) == ("another", 1280)


def test_a_signed_notification_of_a_refund(simulator, merchant, clock):
    resource = refunded_resource("ORDER-0001", "R-1", 100, 1280, at=clock())
    made = signed_notification(resource, event_type="REFUND.SUCCESS", now=clock(), notification_id="N-1")
    envelope, opened = merchant.open(made.headers, made.body)
    assert (envelope["id"], envelope["resource"]["original_type"], opened) == ("N-1", "refund", resource)


def test_a_signed_notification_has_the_members_of_a_real_one(simulator, merchant, clock):
    merchant.paid()
    merchant.refund()
    simulator.settle_refund("R-1")
    paid, refunded = (merchant.open(*_sent(one))[1] for one in collect(simulator))
    assert set(paid_resource("ORDER-0001", 1, at=clock())) == set(paid) - {"promotion_detail"}
    assert set(refunded_resource("ORDER-0001", "R-1", 1, 1, at=clock())) == set(refunded)


def test_a_signed_notification_can_be_spoilt(merchant, clock):
    headers, body = signed_notification(
        paid_resource("ORDER-0001", 1, at=clock()), now=clock(), fault=NoticeFault.WRONG_SIGNATURE
    )
    with pytest.raises(InvalidSignature):
        merchant.open(headers, body)
