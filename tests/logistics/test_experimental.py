"""Carriers asked directly: the traps of their answers."""

import json

import pytest

from minishop.errors import InvalidInput
from minishop.logistics import ErrorKind, ProviderError, ShipmentStatus
from minishop.logistics import experimental as x
from tests.logistics.build import NOW

S = ShipmentStatus
K = ErrorKind


def read(reader, answer, number="X12345"):
    body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
    return reader(body, number=number, now=NOW)


def states(shipment):
    return [str(one.status) for one in shipment.events]


def zto(*scans):
    rows = [{"scanDate": 1930219205000 + n * 60000, "scanType": scan, "desc": scan} for n, scan in enumerate(scans)]
    return {"status": True, "result": rows}


def yto(*words):
    return [{"upload_Time": f"2031-03-02 20:0{n}:00", "infoContent": w, "processInfo": w} for n, w in enumerate(words)]


def sto(*words, success="true"):
    rows = [{"opTime": f"2031-03-02 20:0{n}:00", "scanType": word, "memo": word} for n, word in enumerate(words)]
    return {"success": success, "data": {"X12345": rows[::-1]}}


def yunda(*words, status=""):
    steps = [{"time": f"2031-03-02 20:0{n}:00", "action": word, "description": word} for n, word in enumerate(words)]
    return {"result": True, "code": "0000", "data": {"mailno": "X12345", "status": status, "steps": steps}}


def jt(*codes, number="X12345"):
    rows = [{"scanTime": f"2031-03-02 20:0{n}:00", "scanTypeCode": code, "desc": code} for n, code in enumerate(codes)]
    return {"code": "1", "data": [{"billCode": number, "details": rows}]}


def jd(*rows, code=0):
    details = [
        {"operationTime": f"2031-03-02 20:0{n}:00", "state": state, "category": category, "operationRemark": state}
        for n, (state, category) in enumerate(rows)
    ]
    return {"code": code, "data": {"traceDetails": details}}


@pytest.mark.parametrize(
    "reader, answer, expected",
    [
        # ARRIVAL is a locker at one carrier and a hub at others
        (x.read_zto, zto("收件", "ARRIVAL"), ["picked_up", "ready_for_pickup"]),
        (x.read_yto, yto("GOT", "ARRIVAL"), ["picked_up", "in_transit"]),
        (x.read_yunda, yunda("GOT", "ARRIVAL"), ["picked_up", "in_transit"]),
        # digits and words of three languages
        (x.read_zto, zto("1", "到件", "DELIVERY", 5), ["picked_up", "in_transit", "out_for_delivery", "delivered"]),
        # taken out of a station is another attempt
        (x.read_sto, sto("驿站代收", "快件取出"), ["ready_for_pickup", "out_for_delivery"]),
        (x.read_yunda, yunda("INBOUND", "OUTBOUND"), ["ready_for_pickup", "out_for_delivery"]),
        (x.read_jt, jt("6", "8", "9", "10"), ["ready_for_pickup", *["out_for_delivery"] * 2, "delivered"]),
        # the finer state first, then the category
        (x.read_jd, jd(("200051", "440"), ("99999", "510")), ["ready_for_pickup", "delivered"]),
        (x.read_zto, zto("something new"), ["unknown"]),
    ],
)
def test_events(reader, answer, expected):
    found = read(reader, answer)
    assert states(found) == expected
    assert found.status == expected[-1]
    assert found.number == "X12345"


def test_epochs_are_milliseconds():
    found = read(x.read_zto, zto("收件"))
    assert found.events[0].at.isoformat() == "2031-03-02T20:00:05+08:00"


def test_the_older_gateway_of_jd():
    row = {"opeTime": "2031-03-02 20:00:00", "opeTitle": "已签收", "opeRemark": "谢谢", "state": "10034"}
    found = read(x.read_jd, {"code": "100", "data": [row]})
    assert (found.status, found.events[0].text, found.carrier) == (S.DELIVERED, "谢谢", "jd")


def test_raw_codes_are_kept():
    (event,) = read(x.read_jd, jd(("200051", "440"))).events
    assert (event.code, event.parent_code) == ("200051", "440")
    row = {"scanTime": "2031-03-02 20:00:00", "scanTypeCode": "11", "problemType": "A7", "desc": "问题件"}
    (event,) = read(x.read_jt, {"code": "1", "data": [{"billCode": "X12345", "details": [row]}]}).events
    assert (event.code, event.label, event.status) == ("11", "A7", S.EXCEPTION)


def test_yundas_overall_status_stands_in_where_events_say_nothing():
    assert read(x.read_yunda, yunda("", status="SENT")).status is S.OUT_FOR_DELIVERY
    assert read(x.read_yunda, yunda(status="SENT")).status is S.OUT_FOR_DELIVERY


def test_of_many_parcels_only_the_asked_one():
    assert read(x.read_jt, jt("1", number="OTHER")).events == ()
    assert read(x.read_sto, sto("收件"), number="OTHER").events == ()


@pytest.mark.parametrize(
    "reader, answer, kind, retryable",
    [
        (x.read_zto, {"status": False, "statusCode": "S208"}, K.PROTOCOL, False),
        (x.read_zto, {"result": []}, K.PROTOCOL, False),
        (x.read_yto, {"code": 1001}, K.NOT_FOUND_YET, True),
        (x.read_yto, {"code": "9"}, K.PROTOCOL, False),
        (x.read_sto, {"success": "false", "needRetry": "true", "errorCode": "S01"}, K.PROTOCOL, True),
        (x.read_sto, {"success": False, "needRetry": "false"}, K.PROTOCOL, False),
        (x.read_sto, b"<response><success>false</success></response>", K.PROTOCOL, True),
        (x.read_yunda, {"result": False, "code": "4001"}, K.PROTOCOL, False),
        (x.read_jt, {"code": "145003030"}, K.PROTOCOL, False),
        (x.read_jt, {"code": True}, K.PROTOCOL, False),
        (x.read_jd, {"code": 1}, K.PROTOCOL, False),
        (x.read_jd, b"\xff", K.PROTOCOL, True),
        (x.read_jd, [], K.PROTOCOL, False),
    ],
)
def test_refusals(reader, answer, kind, retryable):
    with pytest.raises(ProviderError) as error:
        read(reader, answer)
    assert (error.value.kind, error.value.retryable) == (kind, retryable)


@pytest.mark.parametrize("success", [True, "true"])
def test_success_may_be_a_text(success):
    assert read(x.read_sto, sto("收件", success=success)).status is S.PICKED_UP
    assert read(x.read_zto, {**zto("收件"), "status": success}).status is S.PICKED_UP


def test_numbers_are_checked():
    with pytest.raises(InvalidInput):
        read(x.read_zto, zto("收件"), number="")


def test_the_package_says_that_it_is_experimental():
    assert "Experimental" in x.__doc__
