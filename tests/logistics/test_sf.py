"""SF: each trap of its protocol."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from minishop.adapters.memory import MemoryNonceStore
from minishop.errors import RemoteError
from minishop.logistics import (
    ErrorKind,
    ProviderError,
    PushRefused,
    Shipment,
    ShipmentStatus,
    SubscribeRequest,
    TrackRequest,
    merge,
)
from minishop.logistics.sf import SfAccount, parse_push
from minishop.logistics.sf import sign as sf_sign
from tests.logistics.build import NOW, Wire, sf

S = ShipmentStatus
K = ErrorKind
ONE = TrackRequest(number="SF1000000000001", carrier="sf", phone="13800138000")


def route(op, *, minute=0, first=None, text="扫描"):
    row = {"acceptTime": f"2031-03-02 12:{minute:02d}:00", "acceptAddress": "甲市", "remark": text, "opCode": op}
    return row if first is None else {**row, "firstStatusCode": first, "firstStatusName": "状态"}


def inside(*responses, success=True, code="S0000", message=None):
    return {
        "success": success,
        "errorCode": code,
        "errorMsg": message,
        "msgData": {"routeResps": [{"mailNo": number, "routes": routes} for number, routes in responses]},
    }


def answer(data, code="A1000", message=""):
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return {"apiResultCode": code, "apiErrorMsg": message, "apiResponseID": "1", "apiResultData": text}


def ask(*routes, request=ONE, **more):
    return sf(Wire(answer(inside((request.number, list(routes))))), **more).query(request)


def refused(said, request=ONE, **more):
    with pytest.raises(ProviderError) as error:
        sf(Wire(said), **more).query(request)
    return error.value


def test_what_is_sent():
    wire = Wire(answer(inside((ONE.number, [route("50")]))))
    client = sf(wire)
    client.query(ONE)
    fields = dict(parse_qsl(wire.sent[0].body.decode()))
    assert wire.sent[0].url == "https://bspgw.sf-express.com/std/service"
    assert (fields["partnerID"], fields["serviceCode"]) == ("PARTNER", "EXP_RECE_SEARCH_ROUTES")
    assert fields["timestamp"] == str(int(NOW.timestamp() * 1000))
    assert str(UUID(fields["requestID"])) == fields["requestID"]
    assert fields["msgDigest"] == sf_sign(fields["msgData"], timestamp=fields["timestamp"], checkword="CHECKWORD")
    assert json.loads(fields["msgData"]) == {
        "language": "zh-CN",
        "trackingType": "1",
        "trackingNumber": ["SF1000000000001"],
        "methodType": "1",
        "checkPhoneNo": "8000",
    }


def test_no_two_requests_have_one_id():
    wire = Wire(answer(inside()))
    client = sf(wire)
    client.query_many([TrackRequest(number=f"SF{n:013d}", phone="8000") for n in range(30)])
    assert len({dict(parse_qsl(sent.body.decode()))["requestID"] for sent in wire.sent}) == 3


@pytest.mark.parametrize(
    "row, status",
    [
        (route("50"), S.PICKED_UP),
        (route("54"), S.PICKED_UP),
        (route("30"), S.IN_TRANSIT),
        (route("31"), S.IN_TRANSIT),
        (route("36"), S.IN_TRANSIT),
        (route("44"), S.OUT_FOR_DELIVERY),
        (route("204"), S.OUT_FOR_DELIVERY),
        (route("70"), S.EXCEPTION),
        (route("80"), S.DELIVERED),
        (route("80", first="3"), S.OUT_FOR_DELIVERY),  # the first status counts more
        (route("999", first="4"), S.DELIVERED),
        (route("44", first="13"), S.OUT_FOR_DELIVERY),  # of no known meaning: the operation tells
        (route("999", first="5"), S.UNKNOWN),
        (route("160"), S.UNKNOWN),
        (route("", first="1"), S.PICKED_UP),
    ],
)
def test_first_status_then_operation(row, status):
    found = ask(row)
    assert found.status is status
    assert (found.events[0].code, found.events[0].parent_code) == (row["opCode"], row.get("firstStatusCode", ""))


def test_operation_8000_says_nothing_about_where_it_is():
    found = ask(route("80", text="已签收"), route("8000", minute=1, text="在官网查看签收人"))
    assert (found.status, len(found.events), found.warnings) == (S.DELIVERED, 2, ())


def test_the_answer_is_json_inside_json():
    data = inside((ONE.number, [route("50")]))
    assert sf(Wire(answer(json.dumps(data)))).query(ONE).status is S.PICKED_UP
    as_object = {**answer(""), "apiResultData": data}
    assert sf(Wire(as_object)).query(ONE).status is S.PICKED_UP


@pytest.mark.parametrize("data", ["", "{", "[]", "null", {"success": True}, inside()])
def test_a_gateway_that_is_content_proves_nothing(data):
    error = refused(answer(data))
    assert error.kind in (K.PROTOCOL, K.NOT_FOUND_YET)


GATEWAY = [
    ("A1001", K.INVALID_REQUEST, False),
    ("A1002", K.AUTH, False),
    ("A1003", K.PERMISSION, False),
    ("A1004", K.PERMISSION, False),
    ("A1005", K.RATE_LIMITED, True),
    ("A1006", K.AUTH, False),
    ("A1007", K.DUPLICATE, False),
    ("A1008", K.AUTH, False),
    ("A1009", K.UNAVAILABLE, True),
    ("A1010", K.PERMISSION, False),
    ("A1011", K.AUTH, False),
    ("A1099", K.UNAVAILABLE, True),
    ("A9999", K.PROTOCOL, False),
]


@pytest.mark.parametrize("code, kind, retryable", GATEWAY)
def test_the_outer_layer_of_errors(code, kind, retryable):
    error = refused(answer(inside((ONE.number, [route("50")])), code=code))
    assert (error.kind, error.retryable, error.provider_code) == (kind, retryable, code)


SERVICE = [
    ("8016", K.DUPLICATE, False),
    ("6150", K.NOT_FOUND_YET, False),
    ("8003", K.INVALID_REQUEST, False),
    ("6133", K.INVALID_REQUEST, False),
    ("8037", K.INVALID_REQUEST, False),
    ("8252", K.DUPLICATE, False),
    ("8247", K.INVALID_REQUEST, False),
    ("8196", K.PHONE_REQUIRED_OR_MISMATCH, False),
    ("20035", K.INVALID_REQUEST, False),
    ("8177", K.UNAVAILABLE, True),
    ("1", K.PROTOCOL, False),
]


@pytest.mark.parametrize("code, kind, retryable", SERVICE)
def test_the_inner_layer_of_errors(code, kind, retryable):
    error = refused(answer(inside((ONE.number, [route("50")]), success=False, code=code)))
    assert (error.kind, error.retryable, error.provider_code) == (kind, retryable, code)


def test_success_with_an_error_code_and_the_reverse_are_failures():
    routes = (ONE.number, [route("50")])
    assert refused(answer(inside(routes, success=True, code="8247"))).provider_code == "8247"
    assert refused(answer(inside(routes, success=False, code="S0000"))).kind is K.PROTOCOL


def test_no_routes_has_three_causes_that_sf_does_not_tell_apart():
    error = refused(answer(inside((ONE.number, []))))
    assert (error.kind, error.code, error.retryable) == (K.NOT_FOUND_YET, "no_routes", True)
    for cause in ("scanned", "may not see", "phone"):
        assert cause in error.next_step


def test_a_phone_number_is_wanted_unless_the_account_ordered_the_parcel():
    bare = TrackRequest(number=ONE.number)
    wire = Wire(answer(inside((ONE.number, [route("50")]))))
    with pytest.raises(ProviderError) as error:
        sf(wire).query(bare)
    assert (error.value.code, wire.sent) == ("phone_required", [])
    assert sf(wire, owns_orders=True).query(bare).status is S.PICKED_UP
    assert "checkPhoneNo" not in wire.sent[0].body.decode()


def test_another_carriers_parcel_is_not_asked_about():
    wire = Wire(answer(inside()))
    with pytest.raises(ProviderError) as error:
        sf(wire).query(TrackRequest(number="YT0000000000001", carrier="yto", phone="8000"))
    assert (error.value.code, error.value.field, wire.sent) == ("wrong_carrier", "carrier", [])


def test_many_go_ten_to_a_call_and_each_has_its_own_outcome():
    numbers = [f"SF{n:013d}" for n in range(12)]
    many = [TrackRequest(number=number, phone=f"{n:04d}") for n, number in enumerate(numbers)]
    first = answer(inside(*((number, [route("50")]) for number in numbers[1:10])))
    wire = Wire(first, RemoteError("gone", code="unreachable"))
    outcomes = sf(wire).query_many([*many, many[0], TrackRequest(number="SF9999999999999")])
    kinds = [getattr(one, "kind", None) for one in outcomes]
    assert kinds[0] is K.NOT_FOUND_YET
    assert all(isinstance(one, Shipment) for one in outcomes[1:10])
    assert kinds[10:] == [K.UNAVAILABLE, K.UNAVAILABLE, K.RATE_LIMITED, K.PHONE_REQUIRED_OR_MISMATCH]
    asked = [json.loads(dict(parse_qsl(sent.body.decode()))["msgData"]) for sent in wire.sent]
    assert [len(one["trackingNumber"]) for one in asked] == [10, 2]
    assert asked[1]["checkPhoneNo"] == "0010,0011"


def test_the_pace_of_a_parcel():
    wire, pace = Wire(answer(inside((ONE.number, [route("50")])))), MemoryNonceStore()
    sf(wire, pace=pace).query(ONE)
    with pytest.raises(ProviderError) as error:
        sf(wire, pace=pace, now=NOW + timedelta(minutes=9)).query(ONE)
    assert error.value.code == "too_soon"
    sf(wire, pace=pace, now=NOW + timedelta(minutes=10)).query(ONE)


def test_subscriptions_are_switched_on_elsewhere():
    assert not sf(Wire("")).capabilities.subscribe
    with pytest.raises(ProviderError) as error:
        sf(Wire("")).subscribe(SubscribeRequest(parcel=ONE))
    assert error.value.code == "not_supported"


# -- pushes -----------------------------------------------------------------------------------------------------------

TRUSTING = SfAccount(partner_id="P", checkword="C", trusts_unsigned_pushes=True)


def push(said, account=TRUSTING, **more):
    body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    return parse_push(account, {"Content-Type": "application/json"}, body, now=NOW, **more)


def routes(*rows):
    return {"Body": {"WaybillRoute": list(rows)}}


def test_a_route_push_brings_single_events_that_add_up():
    outcome = push(
        routes(
            {"mailno": "SF1", **route("50")},
            {"mailno": "SF2", **route("80")},
            {"mailno": "SF1", **route("44", minute=5)},
        )
    )
    assert [one.shipment.number for one in outcome.updates] == ["SF1", "SF2"]
    assert [one.shipment.status for one in outcome.updates] == [S.OUT_FOR_DELIVERY, S.DELIVERED]
    later = push(routes({"mailno": "SF1", **route("80", minute=9)})).updates[0].shipment
    known = merge(outcome.updates[0].shipment, later)
    assert (known.status, len(known.events), known.carrier) == (S.DELIVERED, 3, "sf")
    assert json.loads(outcome.ack.body) == {"return_code": "0000", "return_msg": "成功"}


def test_what_cannot_be_read_is_skipped_and_acknowledged():
    outcome = push(routes({"mailno": ""}, 5, {"mailno": "SF1", **route("50")}))
    assert ([one.code for one in outcome.skipped], len(outcome.updates)) == (["no_number", "no_number"], 1)
    single = push({"Body": {"WaybillRoute": {"mailno": "SF1", **route("50")}}})
    assert len(single.updates) == 1


def test_an_unsigned_push_is_not_trusted_by_default():
    with pytest.raises(PushRefused) as error:
        push(routes(), account=SfAccount(partner_id="P", checkword="C"))
    assert error.value.code == "unsigned_push"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"{}", b"<Body/>"])
def test_what_is_no_push_is_refused(body):
    with pytest.raises(PushRefused) as error:
        push(body)
    assert error.value.code == "malformed_push"
    with pytest.raises(PushRefused) as error:
        push(routes(), method="GET")
    assert error.value.code == "not_a_post"
