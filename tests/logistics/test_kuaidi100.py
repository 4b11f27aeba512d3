"""kuaidi100: each trap of its protocol."""

import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from minishop.adapters.memory import MemoryNonceStore
from minishop.errors import InvalidInput
from minishop.logistics import (
    ErrorKind,
    ProviderError,
    PushRefused,
    SecondLeg,
    ShipmentStatus,
    SubscribeRequest,
    SubscriptionState,
    TrackRequest,
    merge,
)
from minishop.logistics.kuaidi100 import Kuaidi100Account, parse_push
from tests.logistics.build import FORM, HERE, NOW, VECTORS, YTO, Wire, entry, form, kuaidi100, result

S = ShipmentStatus
K = ErrorKind
Q = VECTORS["kd100_query"]
B = VECTORS["kd100_callback"]
ACCOUNT = Kuaidi100Account(customer="CUSTOMER", key="KEY", salt=B["salt"])
SF = TrackRequest(number="SF1234567890123", carrier="sf")


def ask(answer, request=YTO, **more):
    return kuaidi100(Wire(answer), **more).query(request)


def refused(answer, request=YTO, **more):
    with pytest.raises(ProviderError) as error:
        ask(answer, request, **more)
    return error.value


# -- queries ----------------------------------------------------------------------------------------------------------


def test_a_query_is_the_published_form_byte_for_byte():
    wire = Wire(result())
    client = kuaidi100(wire, customer=Q["customer"], key=Q["key"])
    client.query(TrackRequest(number="YT0000000000001", carrier="yto", phone="+86 138 0013 0000"))
    (sent,) = wire.sent
    assert (sent.method, sent.url) == ("POST", "https://poll.kuaidi100.com/poll/query.do")
    assert sent.body.decode() == Q["form"]


def test_state_0_is_in_transit_although_it_is_falsy():
    for state in ("0", 0):
        found = ask(result(entry(code="0"), state=state))
        assert (found.status, found.raw_state, found.raw_substate) == (S.IN_TRANSIT, "0", "0")


def test_no_events_is_pending_whatever_the_state():
    for answer in (result(), result(state="0"), {**result(), "data": None}):
        assert (ask(answer).status, ask(answer).substatus) == (S.PENDING, "no_info")


@pytest.mark.parametrize("state, status", [("3", S.DELIVERED), ("4", S.RETURNED), ("14", S.RETURNED)])
def test_ischeck_is_set_for_returns_too_and_says_nothing(state, status):
    assert ask(result(entry(code=state), state=state, ischeck="1")).status is status
    assert ask(result(entry(code="1002"), state="0", ischeck="1")).status is S.IN_TRANSIT


def test_a_return_is_not_a_delivery_even_if_its_last_event_says_signed():
    found = ask(result(entry(code="301", text="已签收"), state="4"))
    assert (found.status, found.delivered_at) == (S.RETURNED, None)


def test_events_come_newest_first_and_leave_oldest_first():
    found = ask(result(entry(2, "501"), entry(1, "1002"), entry(0, "103")))
    assert [one.code for one in found.events] == ["103", "1002", "501"]
    again = ask(result(entry(0, "103"), entry(1, "1002"), entry(2, "501")))
    assert found == again


def test_events_of_one_second_keep_their_order():
    found = ask(result(entry(0, "5", "派件"), entry(0, "1002", "到达"), entry(0, "103", "揽收")))
    assert [one.text for one in found.events] == ["揽收", "到达", "派件"]
    assert found.status is S.OUT_FOR_DELIVERY


def test_without_resultv2_only_the_state_says_where_it_is():
    plain = entry(1)
    del plain["statusCode"]
    found = ask(result(plain, state="5"))
    assert found.status is S.OUT_FOR_DELIVERY
    assert (found.events[0].code, found.events[0].label, found.events[0].is_note) == ("", "在途", True)


def test_times_are_shanghais_and_ftime_stands_in():
    broken = {**entry(0), "time": "昨天"}
    found = ask(result(broken))
    assert found.events[0].at == NOW
    assert found.events[0].at.utcoffset() == HERE.utcoffset(None)
    lost = ask(result({**broken, "ftime": ""}, entry(1)))
    assert len(lost.events) == 1
    assert [notice.code for notice in lost.warnings] == ["unreadable_time"]


def test_unknown_codes_are_kept_and_noticed_and_raise_nothing():
    found = ask(result(entry(code="77"), state="99"))
    assert (found.status, found.raw_state, found.raw_substate) == (S.UNKNOWN, "99", "77")
    assert {(notice.code, notice.detail) for notice in found.warnings} == {
        ("unknown_code", "77"),
        ("unknown_code", "99"),
    }


def test_the_carrier_of_the_answer_counts():
    found = ask(result(entry(), com="zhongtong"))
    assert (found.carrier, found.shipped_with) == ("zto", "yto")
    assert ask(result(entry(), com="")).carrier == "yto"


CODES = [
    ("400", K.PERMISSION, False, None),
    ("408", K.PHONE_REQUIRED_OR_MISMATCH, False, None),
    ("500", K.NOT_FOUND_YET, True, timedelta(minutes=30)),
    ("501", K.UNAVAILABLE, True, timedelta(minutes=1)),
    ("502", K.UNAVAILABLE, True, timedelta(minutes=1)),
    ("503", K.AUTH, False, None),
    ("601", K.AUTH, False, None),
    ("999", K.PROTOCOL, False, None),
    ("", K.PROTOCOL, False, None),
]


@pytest.mark.parametrize("code, kind, retryable, after", CODES)
def test_failures_come_with_http_status_200(code, kind, retryable, after):
    error = refused({"result": False, "returnCode": code, "message": "不行"})
    assert (error.kind, error.retryable, error.retry_after) == (kind, retryable, after)
    assert (error.provider, error.provider_code, error.params["said"]) == ("kuaidi100", code, "不行")


@pytest.mark.parametrize(
    "answer",
    [
        {**result(entry()), "result": False, "returnCode": "200"},
        {**result(entry()), "result": "false"},
        {**result(entry()), "returnCode": "500"},
        {**result(entry()), "status": "500"},
        {"message": "ok"},
        {},
    ],
)
def test_success_inside_a_failure_envelope_and_the_reverse_are_failures(answer):
    assert isinstance(refused(answer), ProviderError)


@pytest.mark.parametrize("number", ["YT0000000000002", "圆通"])
def test_an_answer_about_another_parcel_is_none(number):
    assert refused(result(entry(), nu=number)).kind is K.PROTOCOL
    assert ask(result(entry(), nu=" yt0000000000001")).events
    assert ask(result(entry(), nu="")).events


def test_an_answer_without_any_code_but_with_data_is_good():
    plain = result(entry(code="5"), state="5")
    del plain["status"]
    assert ask(plain).status is S.OUT_FOR_DELIVERY


@pytest.mark.parametrize(
    "request_",
    [
        SF,
        TrackRequest(number="X12345", carrier_code="shunfeng"),
        TrackRequest(number="X12345", carrier="yto", carrier_code="shunfeng"),
    ],
)
def test_sf_is_not_asked_about_without_a_phone_number(request_):
    wire = Wire(result())
    with pytest.raises(ProviderError) as error:
        kuaidi100(wire).query(request_)
    assert (error.value.kind, error.value.code) == (K.PHONE_REQUIRED_OR_MISMATCH, "phone_required")
    assert (error.value.field, wire.sent) == ("phone", [])


def test_zto_may_be_asked_about_without_one():
    assert ask(result(entry(), nu=""), TrackRequest(number="73100000000001", carrier="zto")).events


def test_a_carrier_is_never_guessed():
    for request, code in [
        (TrackRequest(number="YT0000000000001"), "empty"),
        (TrackRequest(number="YT0000000000001", carrier="nobody"), "unknown_carrier"),
        (TrackRequest(number="YT0000000000001", carrier="jd_freight"), "no_carrier_code"),
    ]:
        wire = Wire(result())
        with pytest.raises(InvalidInput) as error:
            kuaidi100(wire).query(request)
        assert (error.value.code, wire.sent) == (code, [])


def test_a_parcel_is_asked_about_once_in_half_an_hour():
    wire, pace = Wire(result(entry(), nu="")), MemoryNonceStore()
    kuaidi100(wire, pace=pace).query(YTO)
    with pytest.raises(ProviderError) as error:
        kuaidi100(wire, pace=pace, now=NOW + timedelta(minutes=29)).query(YTO)
    assert (error.value.kind, error.value.code, error.value.retryable) == (K.RATE_LIMITED, "too_soon", True)
    assert error.value.retry_after == timedelta(minutes=30)
    assert len(wire.sent) == 1
    kuaidi100(wire, pace=pace, now=NOW + timedelta(minutes=30)).query(YTO)
    kuaidi100(wire, pace=pace).query(TrackRequest(number="YT0000000000002", carrier="yto"))
    assert len(wire.sent) == 3


def test_the_pace_may_be_set_and_is_told():
    client = kuaidi100(Wire(result(entry())), min_interval=timedelta(0))
    assert client.capabilities.min_interval == timedelta(0)
    client.query(YTO)
    client.query(YTO)
    assert kuaidi100(Wire("")).capabilities.min_interval == timedelta(minutes=30)


def test_of_many_each_has_its_own_outcome():
    good = result(entry(), nu="")
    wire = Wire(good, {"result": False, "returnCode": "500"}, "<html>", good)
    many = [TrackRequest(number=f"YT000000000000{n}", carrier="yto") for n in range(3)]
    outcomes = kuaidi100(wire).query_many([*many, SF, TrackRequest(number="YT0000000000009", carrier="yto")])
    kinds = [getattr(one, "kind", "fine") for one in outcomes]
    assert kinds == ["fine", K.NOT_FOUND_YET, K.PROTOCOL, K.PHONE_REQUIRED_OR_MISMATCH, "fine"]


# -- subscriptions ----------------------------------------------------------------------------------------------------


def test_a_subscription_carries_its_key_and_no_signature():
    wire = Wire({"result": True, "returnCode": "200", "message": "提交成功"})
    done = kuaidi100(wire).subscribe(SubscribeRequest(parcel=YTO))
    (sent,) = wire.sent
    fields = dict(parse_qsl(sent.body.decode()))
    assert (sent.url, list(fields), fields["schema"]) == (
        "https://poll.kuaidi100.com/poll",
        ["schema", "param"],
        "json",
    )
    assert json.loads(fields["param"]) == {
        "company": "yuantong",
        "number": "YT0000000000001",
        "key": "KEY",
        "parameters": {"callbackurl": "https://shop.test/k", "salt": "SALT", "resultv2": "4"},
    }
    assert (done.subscription, done.number, done.carrier) == (SubscriptionState.ACTIVE, "YT0000000000001", "yto")


def test_a_journey_with_two_carriers_and_an_unknown_one():
    wire = Wire({"result": True, "returnCode": "200"})
    second = SecondLeg(departure_country="CN", destination_country="US", destination_code="usps")
    parcel = TrackRequest(number="RA473124829CN", phone="8000", origin="甲市", destination="X")
    kuaidi100(wire).subscribe(SubscribeRequest(parcel=parcel, callback_url="https://other.test", second_leg=second))
    param = json.loads(dict(parse_qsl(wire.sent[0].body.decode()))["param"])
    assert "company" not in param
    assert (param["from"], param["to"]) == ("甲市", "X")
    assert param["parameters"] == {
        "callbackurl": "https://other.test",
        "salt": "SALT",
        "resultv2": "4",
        "autoCom": "1",
        "phone": "8000",
        "interCom": "1",
        "departureCountry": "CN",
        "destinationCountry": "US",
        "destinationCom": "usps",
    }


def test_subscribed_before_is_as_good():
    wire = Wire({"result": False, "returnCode": "501", "message": "重复订阅"})
    done = kuaidi100(wire).subscribe(SubscribeRequest(parcel=YTO))
    assert done.subscription is SubscriptionState.ACTIVE


@pytest.mark.parametrize(
    "answer, kind, retryable, field",
    [
        ({"result": False, "returnCode": "500"}, K.UNAVAILABLE, True, ""),
        ({"result": False, "returnCode": "600"}, K.AUTH, False, ""),
        ({"result": False, "returnCode": "601"}, K.AUTH, False, ""),
        ({"result": False, "returnCode": "700"}, K.INVALID_REQUEST, False, ""),
        ({"result": False, "returnCode": "701"}, K.INVALID_REQUEST, False, "carrier"),
        ({"result": False, "returnCode": "702"}, K.INVALID_REQUEST, False, "carrier"),
        ({"result": False, "returnCode": "200"}, K.PROTOCOL, False, ""),
        ({}, K.PROTOCOL, False, ""),
        ([], K.PROTOCOL, False, ""),
    ],
)
def test_a_subscription_fails_by_kind(answer, kind, retryable, field):
    with pytest.raises(ProviderError) as error:
        kuaidi100(Wire(answer)).subscribe(SubscribeRequest(parcel=YTO))
    assert (error.value.kind, error.value.retryable, error.value.field) == (kind, retryable, field)


def test_a_subscription_needs_an_address_and_sfs_phone_number():
    wire = Wire({"result": True, "returnCode": "200"})
    with pytest.raises(InvalidInput) as error:
        kuaidi100(wire, callback_url="").subscribe(SubscribeRequest(parcel=YTO))
    assert (error.value.field, error.value.code) == ("callback_url", "empty")
    with pytest.raises(ProviderError) as error:
        kuaidi100(wire).subscribe(SubscribeRequest(parcel=SF))
    assert (error.value.code, wire.sent) == ("phone_required", [])


def test_recognition():
    wire = Wire([{"comCode": "yuantong", "noCount": 9}, {"comCode": "somebody"}, {"noPre": "x"}, 5])
    found = kuaidi100(wire).recognise("yt0000000000001")
    assert [(one.code, one.carriers) for one in found] == [("yuantong", ("yto",)), ("somebody", ())]
    parts = urlsplit(wire.sent[0].url)
    assert (wire.sent[0].method, parts.path) == ("GET", "/autonumber/auto")
    assert parse_qs(parts.query) == {"num": ["YT0000000000001"], "key": ["KEY"]}
    assert "KEY" not in repr(wire.sent[0])


@pytest.mark.parametrize(
    "answer, kind", [({"result": False, "returnCode": "601"}, K.AUTH), (result(), K.PROTOCOL), ("5", K.PROTOCOL)]
)
def test_recognition_fails_by_kind(answer, kind):
    with pytest.raises(ProviderError) as error:
        kuaidi100(Wire(answer)).recognise("YT0000000000001")
    assert error.value.kind is kind


# -- pushes -----------------------------------------------------------------------------------------------------------


def push(body, *, account=ACCOUNT, headers=FORM, **more):
    return parse_push(account, headers, body, now=NOW, **more)


def signed_text(param):
    return form(param=param, sign=hashlib.md5((param + B["salt"]).encode()).hexdigest().upper())


def signed(said):
    return signed_text(json.dumps(said, ensure_ascii=False))


def news(**more):
    return {"status": "polling", "message": "", "autoCheck": "0", "comOld": "", "comNew": "", **more}


GENUINE = form(param=B["param"], sign=B["sign"])


def test_the_published_push():
    outcome = push(GENUINE)
    (update,) = outcome.updates
    shipment = update.shipment
    assert (shipment.number, shipment.carrier, shipment.status) == ("YT0000000000001", "yto", S.IN_TRANSIT)
    assert (shipment.events[0].text, shipment.subscription) == (
        "【甲市】快件离开 甲市分拨中心",
        SubscriptionState.ACTIVE,
    )
    assert outcome.ack.status == 200
    assert json.loads(outcome.ack.body) == {"result": True, "returnCode": "200", "message": "成功"}
    assert outcome.ack.content_type.startswith("application/json")


def test_any_container_of_headers_and_any_kind_of_bytes():
    for headers in ({}, [("content-type", FORM["Content-Type"] + "; charset=UTF-8")], {"CONTENT_TYPE": ""}, None):
        assert push(GENUINE, headers=headers) == push(GENUINE)
    for body in (bytearray(GENUINE), memoryview(GENUINE)):
        assert push(body) == push(GENUINE)


@pytest.mark.parametrize(
    "body, code, status",
    [
        (form(param=json.dumps(json.loads(B["param"]), sort_keys=True, ensure_ascii=False), sign=B["sign"]), None, 403),
        (form(param=B["param"], sign=B["resorted_sign"]), None, 403),
        (form(param=B["param"].replace("甲市", "乙市"), sign=B["sign"]), None, 403),
        (form(param=B["param"]), "missing_signature", 403),
        (form(param=B["param"], sign=""), "missing_signature", 403),
        (form(sign=B["sign"]), None, 403),
        (form(param=B["param"], sign="签"), None, 403),
        (GENUINE + b"&param=x", "malformed_push", 400),
        (GENUINE + b"&sign=x", "malformed_push", 400),
        (b"", "malformed_push", 400),
        (b"x" * (5 * 1024 * 1024), "malformed_push", 400),
        (B["param"].encode(), "malformed_push", 400),
        (signed([]), "malformed_push", 400),
        (signed_text("{"), "malformed_push", 400),
        (signed_text(""), "malformed_push", 400),
    ],
)
def test_forged_and_broken_pushes_are_refused(body, code, status):
    with pytest.raises(PushRefused) as error:
        push(body)
    assert (error.value.code, error.value.http_status_hint) == (code or "bad_signature", status)
    assert not error.value.retryable


def test_a_get_is_refused():
    with pytest.raises(PushRefused) as error:
        push(GENUINE, method="GET")
    assert (error.value.code, error.value.http_status_hint) == ("not_a_post", 405)
    assert push(GENUINE, method="post") == push(GENUINE)


def test_another_content_type_is_refused():
    with pytest.raises(PushRefused) as error:
        push(GENUINE, headers={"Content-Type": "application/json"})
    assert error.value.code == "malformed_push"


def test_the_apps_own_mistakes_are_not_pushes():
    for call, code in [
        (lambda: parse_push(ACCOUNT, {}, GENUINE.decode(), now=NOW), "wrong_type"),
        (lambda: parse_push(ACCOUNT, {}, GENUINE, now=NOW.replace(tzinfo=None)), "naive_time"),
    ]:
        with pytest.raises(InvalidInput) as error:
            call()
        assert error.value.code == code


def test_without_a_salt_nothing_is_trusted_unless_the_account_says_so():
    bare = Kuaidi100Account(customer="C", key="K")
    for body in (form(param=B["param"]), GENUINE):
        with pytest.raises(PushRefused) as error:
            push(body, account=bare)
        assert error.value.code == "unsigned_push"
    trusting = Kuaidi100Account(customer="C", key="K", trusts_unsigned_pushes=True)
    assert push(form(param=B["param"]), account=trusting).updates == push(GENUINE).updates


def test_a_salt_counts_even_where_unsigned_pushes_would_be_trusted():
    both = Kuaidi100Account(customer="C", key="K", salt=B["salt"], trusts_unsigned_pushes=True)
    with pytest.raises(PushRefused):
        push(form(param=B["param"]), account=both)


def test_former_salts_are_good_for_older_subscriptions():
    changed = Kuaidi100Account(customer="C", key="K", salt="new", former_salts=("older", B["salt"]))
    assert push(GENUINE, account=changed) == push(GENUINE)
    assert push(form(param=B["param"], sign=B["sign"].lower())) == push(GENUINE)


@pytest.mark.parametrize(
    "word, state",
    [
        ("polling", SubscriptionState.ACTIVE),
        ("updateall", SubscriptionState.ACTIVE),
        ("shutdown", SubscriptionState.FINISHED),
        ("abort", SubscriptionState.ABORTED),
        ("neu", SubscriptionState.NONE),
    ],
)
def test_the_subscription(word, state):
    (update,) = push(signed(news(status=word, lastResult=result(entry())))).updates
    assert update.shipment.subscription is state
    assert update.shipment.status is S.IN_TRANSIT


def test_abort_is_about_the_subscription_and_not_about_the_parcel():
    said = news(status="abort", message="60天无变化时", lastResult=result(entry(code="501"), state="5"))
    (update,) = push(signed(said)).updates
    shipment = update.shipment
    assert (shipment.status, shipment.is_terminal) == (S.READY_FOR_PICKUP, False)
    assert (shipment.subscription, shipment.following.reason) == (SubscriptionState.ABORTED, "60天无变化时")
    assert update.resubscribe_after == timedelta(minutes=30)
    assert [notice.code for notice in shipment.warnings] == ["subscription_aborted"]
    polled = push(signed(news(lastResult=result(entry(code="501"), state="5")))).updates[0]
    assert polled.resubscribe_after is None


def test_abort_without_any_record_names_the_parcel_or_is_acknowledged_all_the_same():
    (update,) = push(signed(news(status="abort", lastResult={"nu": "yt1", "com": "yuantong"}))).updates
    assert (update.shipment.number, update.shipment.status) == ("YT1", S.PENDING)
    outcome = push(signed(news(status="abort", message="3天查询无记录")))
    assert (outcome.updates, [one.code for one in outcome.skipped]) == ((), ["no_number"])
    assert outcome.ack == push(GENUINE).ack


def test_the_company_is_corrected():
    said = news(autoCheck="1", comOld="yuantong", comNew="zhongtong", lastResult=result(entry(), com="yuantong"))
    (update,) = push(signed(said)).updates
    assert (update.shipment.carrier, update.shipment.reports[0].carrier_code) == ("zto", "zhongtong")
    assert [(one.code, one.detail) for one in update.shipment.warnings] == [
        ("carrier_corrected", "yuantong → zhongtong")
    ]
    stored = ask(result(entry()))
    later = push(signed(news(lastResult=result(entry(1), entry(), com="zhongtong")))).updates[0].shipment
    assert merge(stored, later).carrier == "zto"
    ignored = push(signed(news(autoCheck="0", comNew="zhongtong", lastResult=result(entry())))).updates[0]
    assert ignored.shipment.carrier == "yto"


def test_two_legs():
    first = result(entry(0, "1001"), entry(1, "301", "已交境外"), state="3", nu="RA473124829CN", com="ems")
    abroad = result(entry(60, "1002", "arrived"), nu="RA473124829CN", com="usps")
    (update,) = push(signed(news(lastResult=first, destResult=abroad))).updates
    shipment = update.shipment
    assert [(one.leg, one.code) for one in shipment.events] == [(1, "1001"), (1, "301"), (2, "1002")]
    assert (shipment.status, shipment.carrier) == (S.IN_TRANSIT, "ems")
    assert [report.carriers for report in shipment.reports] == [("ems",), ("usps",)]
    waiting = push(signed(news(lastResult=first, destResult={"com": "usps", "data": []}))).updates[0].shipment
    assert (waiting.status, waiting.substatus) == (S.IN_TRANSIT, "handed_over")


def test_nested_json_as_text_is_read_as_well():
    said = news(lastResult=json.dumps(result(entry(code="5"), state="5"), ensure_ascii=False))
    assert push(signed(said)).updates[0].shipment.status is S.OUT_FOR_DELIVERY


def test_half_of_a_surrogate_pair_is_no_trouble():
    (update,) = push(signed_text(json.dumps(news(lastResult=result(entry(text="\ud800礼物\0")))))).updates
    assert update.shipment.events[0].text == "\ufffd礼物"
