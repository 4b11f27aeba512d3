"""Every request is verified as the gateway does it; the official examples are let in."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from minishop.flows import Headers
from minishop.testing.wechatpay import Received
from minishop.testing.wechatpay._door import Door
from minishop.testing.wechatpay._refusal import Refusal

VECTORS = json.loads(
    (Path(__file__).parents[2] / "payments" / "wechatpay" / "vectors.json").read_text(encoding="utf-8")
)
SIGNED = VECTORS["request_signing"]
QUERY = "/v3/pay/transactions/out-trade-no/ORDER-0001?mchid=1900000001"


def official_door(vector):
    key = load_pem_public_key(VECTORS["keys"][vector["key"]]["public_pem"].encode())
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    return Door(mchid=vector["mchid"], serial=vector["serial_no"], key=key, clock=lambda: at)


def official_request(vector, body=None):
    fields = vector["authorization_fields"]
    header = "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in fields.items())
    headers = {"Authorization": header, "Accept": "*/*", "User-Agent": "x", "Content-Type": "application/json"}
    sent = vector["body"].encode() if body is None else body
    return Received(method=vector["method"], target=vector["url"], headers=Headers(headers), body=sent)


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["id"])
def test_official_examples_are_let_in(vector):
    official_door(vector).check(official_request(vector))


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["id"])
def test_an_official_example_with_another_body_is_not(vector):
    with pytest.raises(Refusal) as refused:
        official_door(vector).check(official_request(vector, vector["body"].encode() + b" "))
    assert refused.value.key == "wrong_signature"


def refusal(simulator, request, language="en"):
    headers = {**request.headers, "Accept-Language": language}
    reply = simulator.exchange(
        Received(method=request.method, target=request.target, headers=Headers(headers), body=request.body)
    )
    content = json.loads(reply.body)
    assert not any(name.startswith("Wechatpay") for name, _ in reply.headers)
    return reply.status, content["code"], content["message"]


def with_authorization(request, value):
    headers = {name: text for name, text in request.headers.items() if name != "Authorization"}
    headers |= {} if value is None else {"Authorization": value}
    return Received(method=request.method, target=request.target, headers=Headers(headers), body=request.body)


def test_what_is_wrong_with_a_signature_can_be_told_apart(simulator, merchant):
    good = merchant.request("GET", QUERY)
    header = good.headers["Authorization"]
    fields = header.partition(" ")[2]
    bad = {
        "missing": with_authorization(good, None),
        "garbled": with_authorization(good, header.replace('"', "")),
        "twice": with_authorization(good, f'{header},mchid="1900000001"'),
        "lacking": with_authorization(good, header.replace("nonce_str", "nonce")),
        "other scheme": with_authorization(good, f"WECHATPAY2-SM2-WITH-SM3 {fields}"),
        "brand": with_authorization(good, f"WECHATPAY-BRAND-SHA256-RSA2048 {fields}"),
        "clock": merchant.request("GET", QUERY, timestamp=str(int(merchant.clock().timestamp()) - 301)),
        "serial": merchant.request("GET", QUERY, serial_no="0" * 40),
        "merchant": merchant.request("GET", QUERY, mchid="1900000002"),
        "signature": with_authorization(good, header.replace('signature="', 'signature="A')),
        "long nonce": merchant.request("GET", QUERY, nonce_str="n" * 33),
        "odd time": merchant.request("GET", QUERY, timestamp="+1234567890"),
    }
    answers = {name: refusal(simulator, request) for name, request in bad.items()}
    assert {(status, code) for status, code, _ in answers.values()} == {(401, "SIGN_ERROR")}
    distinct = ["missing", "garbled", "other scheme", "clock", "serial", "merchant", "signature"]
    assert len({answers[name][2] for name in distinct}) == len(distinct)
    assert answers["twice"] == answers["lacking"] == answers["garbled"]


@pytest.mark.parametrize("off, status", [(-301, 401), (-300, 404), (300, 404), (301, 401)])
def test_the_clock_may_be_five_minutes_off(simulator, merchant, off, status):
    request = merchant.request("GET", QUERY, timestamp=str(int(merchant.clock().timestamp()) + off))
    assert simulator.exchange(request).status == status


def test_the_clock_is_looked_at_before_the_signature(simulator, merchant):
    stale = merchant.request("GET", QUERY, timestamp="1500000000")
    forged = with_authorization(stale, stale.headers["Authorization"].replace('signature="', 'signature="A'))
    assert refusal(simulator, forged)[2] == refusal(simulator, stale)[2]


def test_the_signature_is_over_exactly_what_was_sent(simulator, merchant):
    body = json.dumps(merchant.order()).encode()
    target = "/v3/pay/transactions/jsapi"
    good = merchant.request("POST", target, body)
    assert simulator.exchange(good).status == 200
    compact = json.dumps(merchant.order(), separators=(",", ":")).encode()
    changed = [
        Received(method="POST", target=target, headers=good.headers, body=compact),
        Received(method="POST", target=target.replace("jsapi", "native"), headers=good.headers, body=body),
        Received(method="POST", target=f"{target}?x=1", headers=good.headers, body=body),
    ]
    for request in changed:
        assert refusal(simulator, request)[:2] == (401, "SIGN_ERROR")


def test_a_wrong_signature_shows_what_should_have_been_signed(simulator, merchant):
    good = merchant.request("GET", QUERY)
    bad = with_authorization(good, good.headers["Authorization"].replace('signature="', 'signature="A'))
    detail = json.loads(simulator.exchange(bad).body)["detail"]
    assert detail["sign_information"]["truncated_sign_message"].startswith(f"GET\n{QUERY}\n")
    assert (
        len(detail["sign_information"]["truncated_sign_message"]) == detail["sign_information"]["sign_message_length"]
    )


def test_a_percent_encoded_number_is_signed_as_it_is_sent(simulator, merchant):
    merchant.create("ORDER|0001")
    status, content = merchant.get(f"/v3/pay/transactions/out-trade-no/ORDER%7C0001?mchid={merchant.known.mchid}")
    assert (status, content["out_trade_no"]) == (200, "ORDER|0001")


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"User-Agent": " "}, "User-Agent"),
        ({"Accept": "text/html"}, "Accept"),
        ({"Content-Type": "text/plain"}, "Content-Type"),
    ],
)
def test_mandatory_header_fields(simulator, merchant, changed, field):
    request = merchant.request("POST", "/v3/pay/transactions/jsapi", b"{}", headers=changed)
    status, content = simulator.exchange(request).status, json.loads(simulator.exchange(request).body)
    assert (status, content["code"], content["detail"]["field"]) == (400, "PARAM_ERROR", field)


def test_texts_are_chinese_unless_english_is_asked_for(simulator, merchant):
    request = with_authorization(merchant.request("GET", QUERY), None)
    assert refusal(simulator, request, "zh-CN")[2] == "缺少 Authorization 请求头"
    assert refusal(simulator, request, "en")[2] == "the Authorization header is missing"


def test_unknown_paths_and_methods_are_answered_by_a_web_server(simulator, merchant):
    nothing = simulator.exchange(merchant.request("GET", "/v3/nothing/<here>"))
    assert nothing.status == 404
    assert b"&lt;here&gt;" in nothing.body
    assert dict(nothing.headers)["Content-Type"] == "text/html"
    wrong = simulator.exchange(merchant.request("PUT", "/v3/pay/transactions/jsapi"))
    assert (wrong.status, dict(wrong.headers)["Allow"]) == (405, "POST")


def test_every_answer_has_its_own_request_id(simulator, merchant):
    answers = [dict(simulator.exchange(merchant.request("GET", QUERY)).headers) for _ in range(3)]
    assert len({headers["Request-ID"] for headers in answers}) == 3
    assert {headers["Date"] for headers in answers} == {"Mon, 01 Jun 2026 04:00:00 GMT"}


@pytest.mark.parametrize(
    "body", [b"[1]", b"{", b'{"a":NaN}', b'"\xff"', b"[" * 100_000], ids=lambda body: repr(body[:9])
)
def test_a_body_that_is_no_object_is_refused(simulator, merchant, body):
    reply = simulator.exchange(merchant.request("POST", "/v3/pay/transactions/jsapi", body))
    assert (reply.status, json.loads(reply.body)["code"]) == (400, "PARAM_ERROR")
