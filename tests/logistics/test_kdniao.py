"""KDNiao: each trap of its protocol."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

import pytest

from minishop.errors import InvalidInput
from minishop.logistics import (
    ErrorKind,
    ProviderError,
    PushRefused,
    ShipmentStatus,
    SubscribeRequest,
    SubscriptionState,
    TrackRequest,
)
from minishop.logistics.kdniao import KdniaoAccount, parse_push
from minishop.logistics.kdniao._flows import BREAKING
from tests.logistics.build import FORM, NOW, VECTORS, YTO, Wire, form, kdniao

S = ShipmentStatus
K = ErrorKind
V = VECTORS["kdniao"]
P = VECTORS["kdniao_push"]
ACCOUNT = KdniaoAccount(business_id="1000000", app_key=P["app_key"])


def trace(time="2031-03-02 12:00:00", action="204", text="到达", **more):
    return {"AcceptTime": time, "AcceptStation": text, "Location": "甲市", "Action": action, "Remark": "", **more}


def said(*traces, **more):
    return {"EBusinessID": "1000000", "Success": True, "Reason": "", "Traces": list(traces), **more}


def ask(answer, request=YTO, **more):
    return kdniao(Wire(answer), **more).query(request)


def refused(answer, request=YTO, **more):
    with pytest.raises(ProviderError) as error:
        ask(answer, request, **more)
    return error.value


def sent_data(wire):
    return json.loads(dict(parse_qsl(wire.sent[0].body.decode()))["RequestData"])


# -- queries ----------------------------------------------------------------------------------------------------------


def test_a_query_is_the_published_form_and_the_signature_is_encoded_once():
    wire = Wire(said())
    kdniao(wire, app_key=V["app_key"]).query(YTO)
    (sent,) = wire.sent
    assert sent.url == "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"
    assert sent.body.decode() == V["form"]
    assert V["double_encoded_bad"] not in sent.body.decode()


@pytest.mark.parametrize("plan, query, subscribe", [("free", "1002", "1008"), ("paid", "8001", "8008")])
def test_the_plan_decides_what_is_asked(plan, query, subscribe):
    wire = Wire(said())
    client = kdniao(wire, plan=plan)
    client.query(YTO)
    client.subscribe(SubscribeRequest(parcel=YTO, reference="order-1"))
    kinds = [dict(parse_qsl(sent.body.decode()))["RequestType"] for sent in wire.sent]
    assert (kinds, wire.sent[1].url) == ([query, subscribe], "https://api.kdniao.com/api/dist")


@pytest.mark.parametrize("state", ["2", 2])
def test_state_may_be_a_number(state):
    found = ask(said(trace(), State=state))
    assert (found.raw_state, found.status) == ("2", S.IN_TRANSIT)
    assert ask(said(State=0)).raw_state == "0"


@pytest.mark.parametrize(
    "answer", [said(State="0"), said(State=2), {"Success": True}, {"Success": "true", "Traces": None}]
)
def test_no_trace_yet_is_a_success(answer):
    found = ask(answer)
    assert (found.status, found.substatus, found.events) == (S.PENDING, "no_info", ())


@pytest.mark.parametrize("time", ["2031/03/02 12:00:00", "2031-03-02 12:00:00"])
def test_times_have_hyphens_or_slashes(time):
    assert ask(said(trace(time))).events[0].at == NOW


def test_traces_come_oldest_first():
    found = ask(said(trace(action="1"), trace(action="204"), trace("2031-03-02 13:00:00", "211")))
    assert [one.code for one in found.events] == ["1", "204", "211"]
    turned = ask(said(trace("2031-03-02 13:00:00", "211"), trace(action="1")))
    assert [one.code for one in turned.events] == ["1", "211"]


@pytest.mark.parametrize(
    "state, fine, status",
    [
        ("4", "406", S.RETURNED),  # among the problems, but home
        ("2", "211", S.READY_FOR_PICKUP),  # among "in transit", but in a locker
        ("2", "202", S.OUT_FOR_DELIVERY),
        ("4", "404", S.RETURNING),
        ("3", "301", S.DELIVERED),
        ("3", "999", S.UNKNOWN),  # if the fine code is there, the coarse one is not read
        ("3", "", S.DELIVERED),
        ("", "", S.UNKNOWN),
    ],
)
def test_the_fine_state_counts_if_it_is_there(state, fine, status):
    bare = trace(action="")
    assert ask(said(bare, State=state, StateEx=fine)).status is status


def test_the_text_of_an_event_is_the_remark_if_there_is_no_other():
    found = ask(said(trace(text=""), trace("2031-03-02 12:00:01", text="", Remark="已代收")))
    assert [one.text for one in found.events] == ["", "已代收"]
    assert found.events[0].location == "甲市"


@pytest.mark.parametrize("sign", sorted(BREAKING))
def test_characters_that_break_the_signature_are_refused_by_name(sign):
    for request, field in [
        (TrackRequest(number="1234567890", carrier="jd", merchant=f"010K{sign}"), "merchant"),
        (TrackRequest(number="1234567890", carrier_code=f"JD{sign}"), "carrier_code"),
    ]:
        wire = Wire(said())
        with pytest.raises(ProviderError) as error:
            kdniao(wire).query(request)
        assert (error.value.kind, error.value.code, error.value.field) == (K.INVALID_REQUEST, "breaks_signature", field)
        assert wire.sent == []
    with pytest.raises(ProviderError) as error:
        kdniao(Wire(said())).subscribe(SubscribeRequest(parcel=YTO, reference=f"a{sign}b"))
    assert error.value.field == "reference"


def test_eight_characters_break_it():
    assert set("'\"#&+<>%\\") == BREAKING


def test_sf_wants_a_phone_number_and_jd_the_merchants_code():
    wire = Wire(said())
    with pytest.raises(ProviderError) as error:
        kdniao(wire).query(TrackRequest(number="SF1234567890123", carrier="sf"))
    assert (error.value.code, wire.sent) == ("phone_required", [])
    kdniao(wire).query(TrackRequest(number="SF1234567890123", carrier="sf", phone="13800138000"))
    assert sent_data(wire)["CustomerName"] == "8000"
    wire = Wire(said())
    kdniao(wire).query(TrackRequest(number="SF1234567890123", carrier="sf", phone="13800138000", merchant="010K1"))
    assert sent_data(wire)["CustomerName"] == "8000"
    wire = Wire(said())
    kdniao(wire).query(TrackRequest(number="JD0123456789-1-1-", carrier="jd", merchant="010K1"))
    assert (sent_data(wire)["CustomerName"], sent_data(wire)["LogisticCode"]) == ("010K1", "JD0123456789")


def test_a_refused_request_does_not_use_up_the_pace():
    client = kdniao(Wire(said()))
    with pytest.raises(ProviderError):
        client.query(TrackRequest(number="1234567890", carrier="jd", merchant="#"))
    assert client.query(TrackRequest(number="1234567890", carrier="jd")).number == "1234567890"


def test_freight_without_a_code_of_its_own_is_not_asked_about_as_a_parcel():
    with pytest.raises(InvalidInput) as error:
        ask(said(), TrackRequest(number="SF1234567890123", carrier="sf_freight", phone="8000"))
    assert error.value.code == "no_carrier_code"


@pytest.mark.parametrize(
    "answer, kind, retryable",
    [
        ({"Reason": "今日查询次数已达上限"}, K.QUOTA, True),
        ({"ResultCode": "405"}, K.QUOTA, True),
        ({"Reason": "系统繁忙，请稍后再试"}, K.UNAVAILABLE, True),
        ({"Reason": "数据签名验证不通过"}, K.AUTH, False),
        ({"ResultCode": 102}, K.AUTH, False),
        ({"ResultCode": "104"}, K.AUTH, False),
        ({"Reason": "手机号后四位不匹配"}, K.PHONE_REQUIRED_OR_MISMATCH, False),
        ({"Reason": "手机尾号验证失败"}, K.PHONE_REQUIRED_OR_MISMATCH, False),
        ({"Reason": "没有可用套餐"}, K.PERMISSION, False),
        ({"Reason": "暂无轨迹信息"}, K.NOT_FOUND_YET, True),
        ({"ResultCode": "101"}, K.INVALID_REQUEST, False),
        ({"ResultCode": "403"}, K.INVALID_REQUEST, False),
        ({"ResultCode": "105"}, K.PROTOCOL, False),
        ({"Reason": "天气不好"}, K.PROTOCOL, False),
        ({}, K.PROTOCOL, False),
    ],
)
def test_failures_are_prose(answer, kind, retryable):
    error = refused({"EBusinessID": "1000000", "Success": False, **answer})
    assert (error.kind, error.retryable) == (kind, retryable)
    assert error.params["said"] == answer.get("Reason", "")


def test_the_quota_is_there_again_tomorrow_in_shanghai():
    late = datetime(2031, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 there
    assert refused({"Success": False, "ResultCode": "405"}, now=late).retry_after == timedelta(minutes=30)


def test_traces_inside_a_failure_are_a_failure():
    assert refused({**said(trace()), "Success": False}).kind is K.PROTOCOL
    for answer in ([], "5", "null"):
        assert refused(answer).kind is K.PROTOCOL


def test_an_answer_about_another_parcel_is_none():
    assert refused(said(trace(), LogisticCode="YT0000000000002")).kind is K.PROTOCOL
    assert ask(said(trace(), LogisticCode="YT0000000000001")).events


def test_a_code_that_companies_share_proves_no_carrier():
    request = TrackRequest(number="DN0000000001", carrier="danniao")
    answer = said(trace(), ShipperCode="DNWL", LogisticCode="DN0000000001")
    assert ask(answer, request).carrier == "danniao"
    assert ask(answer, TrackRequest(number="DN0000000001", carrier_code="DNWL")).carrier == ""
    emses = said(trace(), ShipperCode="EMS")
    assert ask(emses, TrackRequest(number="RA473124829CN", carrier="ems_intl")).carrier == "ems_intl"
    assert ask(emses, TrackRequest(number="RA473124829CN", carrier_code="EMS")).carrier == ""


# -- subscriptions, recognition ---------------------------------------------------------------------------------------


def test_subscribing():
    wire = Wire(said())
    done = kdniao(wire).subscribe(SubscribeRequest(parcel=YTO, reference="order-1"))
    assert (done.subscription, sent_data(wire)["Callback"]) == (SubscriptionState.ACTIVE, "order-1")
    again = kdniao(Wire({"Success": False, "Reason": "重复订阅"})).subscribe(SubscribeRequest(parcel=YTO))
    assert again.subscription is SubscriptionState.ACTIVE
    with pytest.raises(ProviderError) as error:
        kdniao(Wire({"Success": False, "Reason": "系统错误"})).subscribe(SubscribeRequest(parcel=YTO))
    assert error.value.kind is K.UNAVAILABLE


def test_recognition():
    wire = Wire({"Success": True, "Shippers": [{"ShipperCode": "EMS"}, {"ShipperName": "x"}, 5]})
    (found,) = kdniao(wire).recognise("RA473124829CN")
    assert (found.code, found.carriers) == ("EMS", ("ems", "ems_intl"))
    assert sent_data(wire) == {"LogisticCode": "RA473124829CN"}
    with pytest.raises(ProviderError):
        kdniao(Wire({"Success": False})).recognise("RA473124829CN")


# -- pushes -----------------------------------------------------------------------------------------------------------


def signature(data):
    digest = hashlib.md5((data + P["app_key"]).encode()).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def signed(*entries, **more):
    data = json.dumps({"EBusinessID": "1000000", "Count": "1", "Data": list(entries)} | more, ensure_ascii=False)
    return form(RequestData=data, RequestType="101", DataSign=signature(data))


def push(body, **more):
    return parse_push(ACCOUNT, FORM, body, now=NOW, **more)


GENUINE = form(RequestData=P["request_data"], RequestType="102", DataSign=P["data_sign"])


def test_the_published_push_and_its_answer():
    outcome = push(GENUINE)
    (update,) = outcome.updates
    assert (update.shipment.number, update.shipment.carrier) == ("YT0000000000001", "yto")
    assert (update.shipment.status, update.shipment.substatus) == (S.IN_TRANSIT, "arrived_facility")
    assert (update.shipment.raw_state, update.shipment.raw_substate) == ("2", "204")
    assert (update.reference, update.shipment.subscription) == ("order-1", SubscriptionState.ACTIVE)
    assert json.loads(outcome.ack.body) == {
        "EBusinessID": "1000000",
        "UpdateTime": "2031-03-02 12:00:00",
        "Success": True,
        "Reason": "",
    }


def test_a_signature_that_the_sender_encoded_by_hand_is_taken():
    body = form(RequestData=P["request_data"], DataSign=quote(P["data_sign"]))
    assert push(body).updates == push(GENUINE).updates


def test_a_batch_gets_one_answer_whatever_is_in_it():
    good = {"ShipperCode": "YTO", "LogisticCode": "YT1", "Success": True, "State": "3", "Traces": [trace(action="3")]}
    bad = {"ShipperCode": "YTO", "LogisticCode": "没有", "State": "3", "Traces": []}
    failing = {"LogisticCode": "YT2", "Success": False, "Reason": "三天无轨迹", "State": "0", "Traces": []}
    outcome = push(signed(good, bad, failing, {"OrderCode": "paid"}, 5, None))
    assert [one.shipment.number for one in outcome.updates] == ["YT1", "YT2"]
    assert [one.shipment.status for one in outcome.updates] == [S.DELIVERED, S.PENDING]
    assert outcome.updates[1].shipment.following.reason == "三天无轨迹"
    assert [one.code for one in outcome.skipped] == ["no_number", "no_news", "no_news", "no_news"]
    assert outcome.ack == push(GENUINE).ack


def test_what_stands_outside_the_signature_changes_nothing():
    for kind in ("101", "107", "x"):
        body = form(RequestData=P["request_data"], RequestType=kind, DataSign=P["data_sign"])
        assert push(body) == push(GENUINE)


@pytest.mark.parametrize(
    "body, code",
    [
        (form(RequestData=P["request_data"]), "missing_signature"),
        (form(RequestData=P["request_data"] + " ", DataSign=P["data_sign"]), "bad_signature"),
        (form(RequestData=P["request_data"], DataSign=V["data_sign"]), "bad_signature"),
        (form(DataSign=signature("")), "malformed_push"),
        (form(RequestData="[]", DataSign=signature("[]")), "malformed_push"),
        (signed(EBusinessID="2000000"), "malformed_push"),
        (b"\xff", "malformed_push"),
    ],
)
def test_forged_and_broken_pushes_are_refused(body, code):
    with pytest.raises(PushRefused) as error:
        push(body)
    assert error.value.code == code


def test_a_get_is_refused():
    with pytest.raises(PushRefused) as error:
        push(GENUINE, method="GET")
    assert error.value.code == "not_a_post"
