"""Whatever bytes come, nothing but our errors is raised, and what is read can be stored and merged."""

import base64
import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop.errors import MinishopError
from minishop.logistics import PushRefused, Shipment, merge
from minishop.logistics import experimental as x
from minishop.logistics.kdniao import KdniaoAccount
from minishop.logistics.kdniao import parse_push as kdniao_push
from minishop.logistics.kuaidi100 import Kuaidi100Account
from minishop.logistics.kuaidi100 import parse_push as kuaidi100_push
from minishop.logistics.sf import SfAccount
from minishop.logistics.sf import parse_push as sf_push
from tests.logistics.build import FORM, NOW, VECTORS, YTO, Wire, entry, form, kdniao, kuaidi100, result, sf
from tests.logistics.test_calls import SF_PARCEL

pytestmark = pytest.mark.oracle
much = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))

KUAIDI100 = Kuaidi100Account(customer="C", key="K", salt="S")
KDNIAO = KdniaoAccount(business_id="1000000", app_key="K")
SF = SfAccount(partner_id="P", checkword="C", trusts_unsigned_pushes=True)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


@st.composite
def spoilt(draw, document):
    """A document of which some parts were replaced by anything."""

    def spoil(value):
        if draw(st.integers(0, 9)) == 0:
            return draw(anything)
        if isinstance(value, dict):
            return {key: spoil(item) for key, item in value.items() if draw(st.integers(0, 19))}
        return [spoil(item) for item in value] if isinstance(value, list) else value

    return spoil(document)


@st.composite
def mutated(draw, body):
    """Bytes of which some were changed, cut out or doubled."""
    made = bytearray(body)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(made) - 1)))
        match draw(st.integers(0, 3)):
            case 0:
                made[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del made[place : place + draw(st.integers(1, 30))]
            case 2:
                made[place:place] = made[place : place + draw(st.integers(1, 30))]
            case _:
                made[place:place] = draw(st.binary(max_size=8))
    return bytes(made)


def check(shipment):
    """What was read can be merged, and written as UTF-8 without NULs."""
    assert isinstance(shipment, Shipment)
    assert merge(shipment, shipment) == shipment
    assert shipment.status is not None
    for one in shipment.events:
        for text in (one.text, one.code, one.label, one.location):
            assert "\0" not in text
            text.encode()


def read(parse, account, body):
    try:
        outcome = parse(account, FORM, body, now=NOW)
    except PushRefused:
        return
    for update in outcome.updates:
        check(update.shipment)
    assert outcome.ack.body


def text(value):
    return json.dumps(value)  # with escapes, so that it may hold half of a surrogate pair


KD100_NEWS = {
    "status": "abort",
    "autoCheck": "1",
    "comNew": "zhongtong",
    "message": "",
    "lastResult": result(entry(0, "103"), entry(1, "501")),
    "destResult": result(entry(2, "1001"), com="usps"),
}
KDNIAO_NEWS = json.loads(VECTORS["kdniao_push"]["request_data"])
ROUTES = {"mailno": "SF1", "acceptTime": "2031-03-02 12:00:00", "opCode": "50", "firstStatusCode": "1", "remark": "x"}


@much
@given(spoilt(KD100_NEWS))
def test_signed_pushes_of_kuaidi100(said):
    param = text(said)
    sign = hashlib.md5((param + "S").encode()).hexdigest().upper()
    read(kuaidi100_push, KUAIDI100, form(param=param, sign=sign))


@much
@given(spoilt(KDNIAO_NEWS))
def test_signed_pushes_of_kdniao(said):
    data = text(said)
    sign = base64.b64encode(hashlib.md5((data + "K").encode()).hexdigest().encode()).decode()
    read(kdniao_push, KDNIAO, form(RequestData=data, DataSign=sign))


@much
@given(spoilt({"Body": {"WaybillRoute": [ROUTES, ROUTES]}}))
def test_pushes_of_sf(said):
    read(sf_push, SF, text(said).encode())


@much
@given(st.data())
def test_any_bytes_as_a_push(data):
    good = form(param=text(KD100_NEWS), sign="x", RequestData=text(KDNIAO_NEWS), DataSign="x")
    body = data.draw(mutated(good) | st.binary(max_size=200))
    trusting = Kuaidi100Account(customer="C", key="K", trusts_unsigned_pushes=True)
    read(kuaidi100_push, trusting, body)
    read(kdniao_push, KDNIAO, body)
    read(sf_push, SF, body)


ROUTE_ANSWER = {
    "apiResultCode": "A1000",
    "apiResultData": {
        "success": True,
        "errorCode": "S0000",
        "msgData": {"routeResps": [{"mailNo": SF_PARCEL.number, "routes": [ROUTES]}]},
    },
}
ANSWERS = [
    (kuaidi100, YTO, result(entry(0, "103"), entry(1, "501"))),
    (kdniao, YTO, KDNIAO_NEWS["Data"][0]),
    (sf, SF_PARCEL, ROUTE_ANSWER),
]


@pytest.mark.parametrize("make, request_, answer", ANSWERS, ids=["kuaidi100", "kdniao", "sf"])
def test_any_answer_to_a_query(make, request_, answer):
    @much
    @given(st.data())
    def ask(data):
        body = data.draw(spoilt(answer).map(lambda said: text(said).encode()) | mutated(text(answer).encode()))
        (outcome,) = make(Wire(body)).query_many([request_])
        if not isinstance(outcome, MinishopError):
            check(outcome)

    ask()


EXPERIMENTAL = [
    (x.read_zto, {"status": True, "result": [{"scanDate": 1930219205000, "scanType": "收件", "desc": "x"}]}),
    (x.read_yto, [{"upload_Time": "2031-03-02 20:00:00", "infoContent": "GOT", "processInfo": "x"}]),
    (x.read_sto, {"success": "true", "data": {"X1": [{"opTime": "2031-03-02 20:00:00", "scanType": "收件"}]}}),
    (x.read_yunda, {"result": True, "data": {"status": "GOT", "steps": [{"time": "2031-03-02 20:00:00"}]}}),
    (x.read_jt, {"code": "1", "data": [{"billCode": "X1", "details": [{"scanTime": "2031-03-02 20:00:00"}]}]}),
    (x.read_jd, {"code": 0, "data": {"traceDetails": [{"operationTime": "2031-03-02 20:00:00", "state": "10034"}]}}),
]


@pytest.mark.parametrize("reader, answer", EXPERIMENTAL, ids=lambda one: getattr(one, "__name__", ""))
def test_any_answer_of_a_carrier(reader, answer):
    @much
    @given(st.data())
    def ask(data):
        body = data.draw(spoilt(answer).map(lambda said: text(said).encode()) | mutated(text(answer).encode()))
        try:
            check(reader(body, number="X1", now=NOW))
        except MinishopError:
            return

    ask()
