"""Faults of calls, through the in-process transports as a client meets them."""

import asyncio
import json

import pytest
from cryptography.exceptions import InvalidSignature

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import HttpRequest, arun, ask, run, transport_handlers
from minishop.testing.wechatpay import AsyncSimulatorTransport, Fault, SimulatorTransport

JSAPI = "/v3/pay/transactions/jsapi"
HOST = "https://api.mch.weixin.qq.com"


def http(merchant, method, target, content=None, host=HOST, **more):
    body = b"" if content is None else json.dumps(content).encode()
    signed = merchant.request(method, target, body)
    return HttpRequest(method=method, url=host + target, headers=tuple(signed.headers.items()), body=body, **more)


@pytest.fixture
def send(simulator, merchant):
    transport = SimulatorTransport(simulator)
    return lambda method, target, content=None, **more: transport.send(http(merchant, method, target, content, **more))


def exists(merchant, number="ORDER-0001"):
    return merchant.query(number)[0] == 200


@pytest.mark.parametrize(
    "fault, error, code, is_done",
    [
        (Fault.UNREACHABLE, RemoteError, "unreachable", False),
        (Fault.DROP_REQUEST, OutcomeUnknown, "no_answer", False),
        (Fault.DROP_REPLY, OutcomeUnknown, "no_answer", True),
        (Fault.LATE_REQUEST, OutcomeUnknown, "no_answer", False),
    ],
)
def test_no_answer(simulator, merchant, send, fault, error, code, is_done):
    simulator.fail_next(fault)
    with pytest.raises(error) as failed:
        send("POST", JSAPI, merchant.order())
    assert failed.value.code == code
    assert simulator.seen[-1].status is None
    assert exists(merchant) == is_done
    assert send("POST", JSAPI, merchant.order()).status == 200  # only once


def test_a_late_request_is_done_after_the_next_answer(simulator, merchant, send):
    simulator.fail_next(Fault.LATE_REQUEST)
    with pytest.raises(OutcomeUnknown):
        send("POST", JSAPI, merchant.order())
    assert not exists(merchant)
    assert exists(merchant)


def test_a_late_request_can_be_let_in(simulator, merchant, send):
    merchant.paid()
    simulator.fail_next(Fault.LATE_REQUEST, on="refunds")
    with pytest.raises(OutcomeUnknown):
        send("POST", "/v3/refund/domestic/refunds", refund_body())
    assert simulator.money()["ORDER-0001"] == 1280
    simulator.let_late_requests_in()
    assert simulator.money()["ORDER-0001"] == 1180


def refund_body():
    amount = {"refund": 100, "total": 1280, "currency": "CNY"}
    return {"out_trade_no": "ORDER-0001", "out_refund_no": "R-1", "amount": amount}


def test_a_request_that_arrives_twice_is_done_once(simulator, merchant, send):
    merchant.paid()
    simulator.fail_next(Fault.DUPLICATE_REQUEST)
    assert send("POST", "/v3/refund/domestic/refunds", refund_body()).status == 200
    assert simulator.money()["ORDER-0001"] == 1180


@pytest.mark.parametrize(
    "fault, status, code, is_done",
    [
        (Fault.RATE_LIMIT, 429, "FREQUENCY_LIMITED", False),
        (Fault.SYSTEM_ERROR, 500, "SYSTEM_ERROR", False),
        (Fault.BANK_ERROR, 500, "BANK_ERROR", True),
        (Fault.NOT_ENOUGH, 403, "NOT_ENOUGH", False),
        (Fault.NO_AUTH, 403, "NO_AUTH", False),
        (Fault.CERTIFICATE_EXPIRED, 401, "SIGN_ERROR", False),
        (Fault.CERTIFICATE_REVOKED, 401, "SIGN_ERROR", False),
        (Fault.HTML, 502, None, False),
        (Fault.EMPTY, 503, None, False),
    ],
)
def test_an_error(simulator, merchant, send, fault, status, code, is_done):
    simulator.fail_next(fault)
    answer = send("POST", JSAPI, merchant.order())
    assert answer.status == status
    assert not [name for name in answer.headers if name.startswith("Wechatpay")]
    if code:
        assert json.loads(answer.body)["code"] == code
    else:
        assert not answer.body.startswith(b"{")
    assert exists(merchant) == is_done


@pytest.mark.parametrize(
    "fault, refused",
    [
        (Fault.PROBE, InvalidSignature),
        (Fault.TAMPERED, InvalidSignature),
        (Fault.TRUNCATED, InvalidSignature),
        (Fault.WRONG_SIGNATURE, InvalidSignature),
        (Fault.UNSIGNED, KeyError),
        (Fault.STALE, AssertionError),
        (Fault.UNKNOWN_SERIAL, KeyError),
    ],
)
def test_a_success_that_proves_nothing(simulator, merchant, send, fault, refused):
    simulator.fail_next(fault)
    answer = send("POST", JSAPI, merchant.order())
    assert answer.status == 200
    with pytest.raises(refused):
        merchant.verify(answer.headers, answer.body)
    probed = answer.headers.get("Wechatpay-Signature", "").startswith("WECHATPAY/SIGNTEST/")
    assert probed == (fault is Fault.PROBE)
    assert exists(merchant)


def test_an_empty_answer_can_be_spoilt_too(simulator, merchant, send):
    merchant.create()
    simulator.fail_next(Fault.TAMPERED, on="close")
    answer = send("POST", "/v3/pay/transactions/out-trade-no/ORDER-0001/close", {"mchid": merchant.known.mchid})
    assert (answer.status, answer.body) == (204, b"")
    with pytest.raises(InvalidSignature):
        merchant.verify(answer.headers, answer.body)


def test_faults_come_in_order_each_where_it_belongs(simulator, merchant, send):
    simulator.fail_next(Fault.HTML, Fault.EMPTY, on="GET")
    simulator.fail_next(Fault.RATE_LIMIT, on="jsapi")
    target = f"/v3/pay/transactions/out-trade-no/ORDER-0001?mchid={merchant.known.mchid}"
    calls = [
        ("POST", JSAPI, merchant.order()),
        ("GET", target),
        ("POST", JSAPI, merchant.order()),
        *[("GET", target)] * 2,
    ]
    assert [send(*call).status for call in calls] == [429, 502, 200, 503, 200]


# --- transports ------------------------------------------------------------------------------------------------------


class Pieces(list[bytes]):
    write = list.append


def test_a_body_can_go_into_a_sink(simulator, merchant, send):
    sink = Pieces()
    answer = send("POST", JSAPI, merchant.order(), sink=sink)
    assert answer.body == b""
    merchant.verify(answer.headers, b"".join(sink))
    kept = Pieces()
    refused = send("POST", JSAPI, {}, sink=kept)
    assert (refused.status, kept) == (400, [])
    assert refused.body


@pytest.mark.parametrize("host", ["https://api2.mch.weixin.qq.com", "https://api.wechatpay.cn"])
def test_the_simulator_stands_behind_every_host_of_the_gateway(merchant, send, host):
    assert send("POST", JSAPI, merchant.order(), host=host).status == 200


def test_other_hosts_are_not_reached(merchant, send):
    with pytest.raises(RemoteError) as failed:
        send("POST", JSAPI, merchant.order(), host="https://evil.example")
    assert failed.value.code == "unreachable"


def test_transports_answer_flows(simulator, merchant):
    def flow(number):
        return (yield from ask(http(merchant, "POST", JSAPI, merchant.order(number))))

    blocking = run(flow("ORDER-0001"), transport_handlers(SimulatorTransport(simulator)))
    awaited = asyncio.run(arun(flow("ORDER-0002"), transport_handlers(AsyncSimulatorTransport(simulator))))
    for answer in (blocking, awaited):
        assert answer.status == 200
        merchant.verify(answer.headers, answer.body)


def test_what_came_is_remembered(simulator, merchant):
    merchant.create()
    (seen,) = simulator.seen
    assert (seen.request.method, seen.request.target, seen.status) == ("POST", JSAPI, 200)
    assert json.loads(seen.request.body) == merchant.order()
    assert repr(simulator) == f"<WechatPaySimulator of {merchant.known.mchid}>"
