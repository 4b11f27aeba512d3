"""What a push says: the same types out of JSON and XML, whatever way the platform spells it."""

import json
from datetime import UTC, datetime
from itertools import permutations

import pytest

from minishop.wechat import Suggestion
from minishop.wechat.push import (
    ConfirmedBy,
    ExpressPathAdded,
    MediaChecked,
    OrderSettled,
    PushRequest,
    ReportingRequired,
    SettlementExpected,
    ShippingOverdue,
    SubscribeAnswered,
    SubscribeChanged,
    SubscribeChoice,
    SubscribeDelivered,
    TradeControlled,
    UnknownPush,
    latest_settlement,
)
from minishop.wechat.push._reading import read_event
from minishop.wechat.push._xml import read_xml
from minishop.wechat.shipping import OrderKey, Parcel, ShippingReport
from tests.wechat.world import World


@pytest.fixture(params=["json", "xml"])
def world(request):
    return World(form=request.param)


def receive(world, push):
    return world.app.receive_push(PushRequest(method=push.method, query=push.query, body=push.body)).event


def told(world, name, fields):
    return receive(world, world.platform.push(name, fields))


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


TRADE = {
    "transaction_id": "42",
    "merchant_id": "1900000000",
    "sub_merchant_id": "",
    "merchant_trade_no": "T1",
    "pay_time": 1924991000,
}


def test_settlement_is_two_events_of_one_name(world):
    first = told(
        world,
        "trade_manage_order_settlement",
        {**TRADE, "shipped_time": 1924991500, "estimated_settlement_time": 1925855500},
    )
    assert type(first) is SettlementExpected
    assert (first.transaction_id, first.merchant_trade_no, first.paid_at) == ("42", "T1", at(1924991000))
    assert (first.shipped_at, first.estimated_at) == (at(1924991500), at(1925855500))
    second = told(
        world,
        "trade_manage_order_settlement",
        {
            **TRADE,
            "shipped_time": 1924991500,
            "confirm_receive_method": 2,
            "confirm_receive_time": 1925000000,
            "settlement_time": 1925000100,
        },
    )
    assert type(second) is OrderSettled
    assert (second.confirmed_by, second.raw_confirmed_by) == (ConfirmedBy.SHOPPER, 2)
    assert (second.confirmed_at, second.settled_at) == (at(1925000000), at(1925000100))
    assert first.key != second.key


@pytest.mark.parametrize("method, by", [(1, "time"), (2, "shopper"), (3, "unknown"), ("1", "time"), ("", "unknown")])
def test_who_has_confirmed(world, method, by):
    fields = {**TRADE, "confirm_receive_method": method, "confirm_receive_time": 1925000000}
    assert told(world, "trade_manage_order_settlement", fields).confirmed_by == by


def test_zeros_do_not_make_a_first_event_a_second(world):
    fields = {**TRADE, "confirm_receive_method": 0, "confirm_receive_time": 0, "settlement_time": 0}
    assert type(told(world, "trade_manage_order_settlement", fields)) is SettlementExpected


def test_a_late_first_never_undoes_the_second(world):
    """The whole story of an order, its pushes delivered twice and in every order."""
    world.platform.add_payment("42", openid="oP")
    world.app.report_shipping(
        ShippingReport(
            order=OrderKey(transaction_id="42"),
            parcels=(Parcel(description="茶", tracking_no="1", company="ZTO"),),
            payer="oP",
            uploaded_at=world.clock(),
        )
    )
    world.clock.advance(days=1)
    world.platform.confirm_receipt("42")
    pushes = world.platform.take_pushes()
    world.clock.advance(days=-1)
    events = [read_event(json.loads(p.body) if p.body[:1] == b"{" else read_xml(p.body)) for p in pushes]
    assert [type(event) for event in events] == [SettlementExpected, OrderSettled]
    for order in permutations([*events, *events]):
        known, seen = None, set()
        for event in order:
            seen.add(event.key)
            known = latest_settlement(known, event)
        assert known == events[1]
        assert len(seen) == 2
    assert latest_settlement(None, events[0]) == events[0]


def test_reminders_and_warnings(world):
    overdue = told(world, "trade_manage_remind_shipping", {**TRADE, "msg": "超过48小时"})
    assert (type(overdue), overdue.transaction_id, overdue.message) == (ShippingOverdue, "42", "超过48小时")
    required = told(world, "trade_manage_remind_access_api", {"msg": "请接入"})
    assert (type(required), required.message) == (ReportingRequired, "请接入")
    controlled = told(world, "wxa_trade_controlled", {"msg": "x", "anything": "kept"})
    assert (type(controlled), controlled.raw["anything"]) == (TradeControlled, "kept")


def test_media_checks(world):
    result = {"suggest": "risky", "label": 20002}
    detail = [{"strategy": "content_model", "errcode": 0, "suggest": "risky", "label": 20002, "prob": 90}]
    event = told(
        world, "wxa_media_check", {"trace_id": "t1", "version": 2, "detail": detail, "errcode": 0, "result": result}
    )
    assert (type(event), event.trace_id, event.errcode) == (MediaChecked, "t1", 0)
    assert (event.verdict.suggestion, event.verdict.label, event.verdict.trace_id) == ("risky", "pornography", "t1")


@pytest.mark.parametrize("name", ["errcode", "errCode"])  # the second is how XML spells it
def test_a_check_that_failed_has_not_passed(world, name):
    fields = {"trace_id": "t1", name: 2, "result": {"suggest": "pass", "label": 100}}
    event = told(world, "wxa_media_check", fields)
    assert (event.errcode, event.verdict.suggestion) == (2, Suggestion.REVIEW)


def test_a_check_from_asking_to_knowing(world):
    world.platform.contents.words["bad"] = 20001
    traces = [world.app.check_media(f"https://x/{n}.png", media_type="image", openid="oA") for n in ("good", "bad")]
    for trace in traces:
        world.platform.contents.finish_media(trace)
    events = [receive(world, push) for push in world.platform.take_pushes()]
    assert [(event.trace_id, event.verdict.label) for event in events] == [
        (traces[0], "normal"),
        (traces[1], "politics"),
    ]


PATH = {"DeliveryID": "SF", "OrderId": "T1", "Version": 3, "Count": 1}


def action(at, kind=200001, text="运往"):
    return {"ActionTime": at, "ActionType": kind, "ActionMsg": text}


@pytest.mark.parametrize("spelling", ["WayBillId", "WaybillId"])
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_path_has_a_list_of_actions_even_of_one(world, spelling, number):
    actions = [action(1546924840 + n) for n in reversed(range(number))]
    event = told(world, "add_express_path", {**PATH, spelling: "SF1", "Actions": actions})
    assert (type(event), event.company, event.waybill, event.order_id, event.version) == (
        ExpressPathAdded,
        "SF",
        "SF1",
        "T1",
        3,
    )
    assert [one.at for one in event.actions] == [at(1546924840 + n) for n in range(number)]  # by time, not as it came
    assert all((one.type, one.message) == (200001, "运往") for one in event.actions)


def test_an_action_without_a_time_comes_last(world):
    actions = [action(""), action(1546924841), action(0, "x")]
    event = told(world, "add_express_path", {**PATH, "WayBillId": "SF1", "Actions": actions})
    assert [one.at for one in event.actions] == [at(1546924841), None, None]
    assert {one.type for one in event.actions} == {200001, None}


CHOICES = [
    {"TemplateId": "A", "SubscribeStatusString": "accept", "PopupScene": "0"},
    {"TemplateId": "B", "SubscribeStatusString": "reject", "PopupScene": "0"},
    {"TemplateId": "C", "SubscribeStatusString": "ban", "PopupScene": "0"},
]


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    "name, wrapper, kind",
    [
        ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", SubscribeAnswered),
        ("subscribe_msg_change_event", "SubscribeMsgChangeEvent", SubscribeChanged),
    ],
)
@pytest.mark.parametrize("number", [1, 3])
def test_what_shoppers_say_to_templates(world, name, wrapper, kind, wrapped, number):
    fields = {"List": CHOICES[:number]}
    event = told(world, name, {wrapper: fields} if wrapped else fields)
    assert type(event) is kind
    assert (
        event.choices
        == (
            SubscribeChoice(template_id="A", is_accepted=True, raw="accept"),
            SubscribeChoice(template_id="B", is_accepted=False, raw="reject"),
            SubscribeChoice(template_id="C", is_accepted=False, raw="ban"),
        )[:number]
    )


@pytest.mark.parametrize("shape", ["list", "one", "wrapped"])
def test_what_became_of_a_message(world, shape):
    one = {"TemplateId": "A", "MsgID": "1864323726461255680", "ErrorCode": "0", "ErrorStatus": "success"}
    fields = {"list": {"List": [one]}, "one": {"List": one}, "wrapped": {"SubscribeMsgSentEvent": {"List": one}}}[shape]
    event = told(world, "subscribe_msg_sent_event", fields)
    assert type(event) is SubscribeDelivered
    (delivery,) = event.deliveries
    assert (delivery.message_id, delivery.errcode, delivery.status) == ("1864323726461255680", 0, "success")


def test_unknown_events_and_messages_are_kept(world):
    event = told(world, "new_event", {"deep": {"x": ["1", "2"]}, "text": "茶"})
    assert type(event) is UnknownPush
    assert (event.raw["deep"], event.raw["text"]) == ({"x": ["1", "2"]}, "茶")
    message = receive(
        world, world.platform.sender.write_raw(world.platform.sender.text({"MsgType": "text", "Content": "hello"}))
    )
    assert (type(message), message.name, message.created_at) == (UnknownPush, "text", None)


@pytest.mark.parametrize(
    "name", ["trade_manage_order_settlement", "trade_manage_remind_shipping", "wxa_media_check", "add_express_path"]
)
@pytest.mark.parametrize(
    "fields", [{}, {"transaction_id": ""}, {"transaction_id": {"a": "b"}}, {"trace_id": ["x", "y"]}]
)
def test_what_lacks_its_subject_is_unknown_and_kept(world, name, fields):
    event = told(world, name, fields)
    assert (type(event), event.name) == (UnknownPush, name)


@pytest.mark.parametrize("time", ["", "soon", "-5", "0", "99999999999999999999", True, {"a": "1"}])
def test_odd_times_are_none(world, time):
    event = told(world, "trade_manage_remind_shipping", {**TRADE, "pay_time": time, "CreateTime": time})
    assert (event.paid_at, event.created_at) == (None, None)


def test_keys_tell_events_apart(world):
    one, other = told(world, "x", {"a": "1"}), told(world, "x", {"a": "2"})
    assert one.key != other.key
    world.clock.advance(seconds=1)
    assert told(world, "x", {"a": "1"}).key != one.key
    overdue = told(world, "trade_manage_remind_shipping", TRADE)
    assert overdue.key.startswith("trade_manage_remind_shipping:42:")


def test_personal_things_are_not_shown(world):
    event = told(
        world, "add_express_path", {**PATH, "WayBillId": "SF1", "Actions": [action(1546924840, 1, "13812345678")]}
    )
    assert "138" not in repr(event)
    assert "oPlatform" not in repr(event)
