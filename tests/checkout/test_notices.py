"""Shoppers are told of each new label, in order and at most once, whatever happens on the way."""

import asyncio

import pytest

from minishop.adapters.memory import AsyncMemoryStore
from minishop.checkout import AsyncShop, NoticeRecord, SendMessage, Work
from minishop.checkout._keeping import load_record
from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import run
from minishop.orders import Pick
from minishop.storage import Commit, StoreBusy, store_handlers
from minishop.testing.gateway import AsyncFakeGateway
from tests.checkout.outside import OPENID, TEMPLATE, mini_program, tell


@pytest.fixture
def world(outside):
    return outside(tracking={})


def notices(world):
    """(label, state, code), oldest first."""
    handlers = store_handlers(world.store)
    names = sorted(stored.id for stored in world.store.list_records("notice", limit=100).records)
    found = [run(load_record(NoticeRecord, name), handlers)[0] for name in names]
    return [(notice.label, notice.state, notice.last_code) for notice in found]


def test_each_new_label_is_told_once_and_in_order(either):
    order = either.sold(TEA=1, CUP=1)
    either.ship(order, units=(Pick("TEA", 1),))
    either.ship(order, "s2", tracking="YT0000000000002")
    either.shop.confirm(order.id, buyer="u1", key="c")
    either.turn()
    assert either.told() == ["to-ship", "partly-shipped", "to-receive", "completed"]
    first = either.platform.messages.sent[0]
    assert (first["touser"], first["template_id"]) == (OPENID, TEMPLATE)
    assert first["page"] == f"pages/order?id={order.id}"
    either.turn(days=1)
    assert len(either.told()) == 4


def test_it_does_not_matter_how_often_the_outbox_is_delivered(outside):
    ends = []
    for is_lazy in (True, False):
        world = outside(tracking={})
        order = world.sold(TEA=1)
        if not is_lazy:
            world.turn()
        world.ship(order)
        if not is_lazy:
            world.turn()
        world.shop.confirm(order.id, buyer="u1", key="c")
        world.turn()
        ends.append((world.told(), notices(world)))
    assert ends[0] == ends[1]


def test_what_changes_several_times_in_one_batch_is_told_in_the_end(world):
    world.sold(CODE=1)  # paid, received and completed at once
    world.turn()
    assert world.told() == ["completed"]


def test_a_refusal_of_consent_is_an_ordinary_end(world):
    order = world.sold(TEA=1, consent=1)
    world.ship(order)
    world.turn()
    assert world.told() == ["to-ship"]
    assert notices(world) == [
        ("to-pay", Work.DONE, "not_wanted"),
        ("to-ship", Work.DONE, ""),
        ("to-receive", Work.DONE, "no_consent"),
    ]
    assert world.alerts() == []


@pytest.mark.parametrize("fault, arrives", [("lose_request", False), ("lose_reply", True), ("html_ok", True)])
def test_what_may_have_been_sent_is_never_sent_again(world, fault, arrives):
    world.sold(TEA=1)
    world.platform.fail_next(fault)
    for _ in range(5):
        world.turn(hours=1)
    assert world.told() == (["to-ship"] if arrives else [])
    assert notices(world)[-1][:2] == ("to-ship", Work.UNKNOWN)
    assert world.alerts() == []


def test_a_process_that_dies_while_it_sends_is_not_followed_by_another_message(world):
    world.sold(TEA=1)
    world.shop.relay()
    send = world.shop.handlers[SendMessage]

    class Killed(BaseException):
        pass

    def die(request):
        send(request)
        raise Killed

    world.shop.handlers = {**world.shop.handlers, SendMessage: die}
    with pytest.raises(Killed):
        world.shop.sweep()
    world.shop.handlers = {**world.shop.handlers, SendMessage: send}
    for _ in range(3):
        world.turn(minutes=3)
    assert world.told() == ["to-ship"]
    assert notices(world)[-1] == ("to-ship", Work.UNKNOWN, "interrupted")


def test_two_sweeps_send_one_message(world):
    world.sold(TEA=1)
    world.shop.relay()
    send = world.shop.handlers[SendMessage]

    def meanwhile(request):
        assert world.shop.sweep().notices == 0
        return send(request)

    world.shop.handlers = {**world.shop.handlers, SendMessage: meanwhile}
    world.shop.sweep()
    assert world.told() == ["to-ship"]


def test_what_certainly_was_not_sent_is_tried_again(world):
    world.sold(TEA=1)
    send, count = world.shop.handlers[SendMessage], []

    def unreachable_twice(request):
        count.append(request)
        if len(count) < 3:
            raise RemoteError("no connection", code="unreachable")
        return send(request)

    world.shop.handlers = {**world.shop.handlers, SendMessage: unreachable_twice}
    for _ in range(4):
        world.turn(minutes=6)
    assert world.told() == ["to-ship"]
    assert len(count) == 3


def test_a_platform_that_stays_busy_is_an_alert_in_the_end(world):
    world.sold(TEA=1)
    world.platform.fail_next(*[45011] * 20)
    for _ in range(5):
        world.turn(minutes=31)
    assert notices(world)[-1] == ("to-ship", Work.FAILED, "rate_limited")
    assert world.alerts() == ["notice_failed"]


def test_a_template_that_is_wrong_is_one_alert_for_all_shoppers_of_a_day(outside):
    world = outside(tracking={}, messages=lambda order, label: ("no-such-template", "", {"thing1": "x"}))
    for n in range(3):
        world.sold(cart=f"c{n}", key=f"k{n}", buyer=f"u{n}", TEA=1)
    world.turn()
    alerts = [(alert.code, alert.params["label"], alert.params["reason"]) for alert in world.shop.alerts().alerts]
    assert sorted(alerts) == [
        ("notice_failed", "to-pay", "invalid_template"),
        ("notice_failed", "to-ship", "invalid_template"),
    ]


def test_a_text_that_breaks_the_templates_format_is_an_alert_and_nothing_is_sent(outside):
    world = outside(tracking={}, messages={"to-ship": lambda order: (TEMPLATE, "", {"thing2": "x" * 21})})
    world.sold(TEA=1)
    world.turn()
    (alert,) = world.shop.alerts().alerts
    assert alert.params["reason"] == "data.thing2: wrong_format"
    assert not [call for call in world.platform.calls if "subscribe/send" in call.path]


def test_a_table_by_label_says_only_what_is_in_it(outside):
    world = outside(tracking={}, messages={"to-receive": lambda order: tell(order, "shipped")})
    order = world.sold(TEA=1)
    world.ship(order)
    world.turn()
    assert world.told() == ["shipped"]


def test_nobody_is_told_of_what_was_true_the_day_before_yesterday(world):
    world.sold(TEA=1)
    world.shop.relay()
    world.turn(days=2)
    assert world.told() == []
    assert {code for *_, code in notices(world)} == {"too_late"}


def test_who_did_not_pay_in_the_mini_program_is_not_told(outside):
    world = outside(tracking={}, openid=lambda order: None)
    world.sold(TEA=1)
    world.turn()
    assert world.told() == []


def test_a_notice_that_cannot_be_written_down_holds_the_event_back(world):
    world.sold(TEA=1)
    commit, is_broken = world.shop.handlers[Commit], [True]

    def busy(request):
        if is_broken[0] and any(put.kind == "notice" for put in request.batch.puts):
            raise StoreBusy("the database is busy")
        return commit(request)

    world.shop.handlers = {**world.shop.handlers, Commit: busy}
    assert world.shop.relay().failed == 1
    assert [row.topic for row in world.published] == ["order.placed"]  # the last event of its batch decides
    is_broken[0] = False
    world.turn(minutes=1)
    assert world.told() == ["to-ship"]
    assert [row.topic for row in world.published][:2] == ["order.placed", "order.payment-started"]


def test_what_makes_the_texts_may_be_async(outside):
    world = outside(tracking={})
    world.sold(TEA=1)

    async def openid(order):
        return OPENID

    async def compose(order, label):
        return tell(order, label)

    shop = AsyncShop(
        "main",
        engine=world.shop.desk.engine,
        store=AsyncMemoryStore(world.store),
        gateway=AsyncFakeGateway(world.gateway),
        shelf=lambda skus, buyer: world.goods,
        clock=world.clock,
        mini_program=mini_program(world.platform, is_async=True),
        openid=openid,
        messages=compose,
    )
    assert asyncio.run(shop.sweep()).notices == 2
    assert world.told() == ["to-ship"]


def test_a_lost_answer_of_the_database_leaves_the_message_unsent(world):
    """The record is taken, nobody knows that it was us: at most once is kept, at the price of this message."""
    world.sold(TEA=1)
    world.shop.relay()
    commit, broken = world.shop.handlers[Commit], []

    def lose(request):
        answer = commit(request)
        if not broken and any(put.kind == "notice" and put.label == "calling" for put in request.batch.puts):
            broken.append(True)
            raise OutcomeUnknown("the connection broke")
        return answer

    world.shop.handlers = {**world.shop.handlers, Commit: lose}
    for _ in range(3):
        world.turn(minutes=3)
    assert world.told() == []
    assert notices(world)[-1] == ("to-ship", Work.UNKNOWN, "interrupted")
