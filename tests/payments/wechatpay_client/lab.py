"""What the tests of the client stand on: a client of either kind, and a gateway that says what a test tells it to."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

from attrs import define, field
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpRequest, HttpResponse, NewNonce, Now, Sleep
from minishop.payments.wechatpay.client import AsyncWechatPay, OpenSpool, PaymentOrder, WechatPay
from minishop.testing.clock import FakeClock
from tests.payments.wechatpay import build

NOTIFY = "https://shop.example/wechatpay"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


class Face:
    """Calls a client of either kind, all in one event loop."""

    def __init__(self, client: Any, runner: asyncio.Runner) -> None:
        self.client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            answer = found(*args, **named)
            return self._runner.run(answer) if inspect.iscoroutine(answer) else answer

        return call


@define
class Machine:
    """A clock, chance and patience that a test can look at."""

    clock: FakeClock = field(factory=FakeClock)
    slept: list[timedelta] = field(factory=list)
    nonces: int = 0
    spools: list[io.BytesIO] = field(factory=list)

    def nonce(self) -> str:
        self.nonces += 1
        return f"{self.nonces:032d}"

    def spool(self) -> io.BytesIO:
        self.spools.append(io.BytesIO())
        return self.spools[-1]

    def handlers(self, *, is_async: bool) -> dict[Any, Any]:
        async def sleep(delay: timedelta) -> None:
            self.slept.append(delay)

        return {
            Now: lambda ask: self.clock(),
            NewNonce: lambda ask: self.nonce(),
            Sleep: (lambda ask: sleep(ask.delay)) if is_async else (lambda ask: self.slept.append(ask.delay)),
            OpenSpool: lambda ask: self.spool(),
        }


LOST = OutcomeUnknown("no answer from somewhere", code="no_answer", params={"host": "somewhere"})
UNREACHED = RemoteError("no connection to somewhere", code="unreachable", params={"host": "somewhere"})


@define
class Script:
    """A transport that gives the answers of a list, one for each request, and keeps the requests.

    An answer is an exception, an HttpResponse, or a function of the request that makes one.
    """

    machine: Machine
    answers: list[Any] = field(factory=list)
    requests: list[HttpRequest] = field(factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        made: HttpResponse = answer(request) if callable(answer) else answer
        if request.sink is not None and 200 <= made.status < 300:
            for start in range(0, len(made.body), 1000):
                request.sink.write(made.body[start : start + 1000])
            return HttpResponse(status=made.status, headers=made.headers)
        return made

    def says(self, *answers: Any) -> None:
        """What comes next; nothing may be left over from before."""
        assert self.answers == []
        self.answers = list(answers)

    # -- answers --

    def signed(self, content: Any = None, *, status: int = 200, **changed: str) -> HttpResponse:
        """A success, signed; keyword arguments replace header fields of the signature."""
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        return self.raw(body, status=status, **changed)

    def raw(self, body: bytes, *, status: int = 200, **changed: str) -> HttpResponse:
        at = str(int(self.machine.clock().timestamp()))
        headers = build.signed_headers(body, **{"timestamp": at} | changed)
        return HttpResponse(status=status, headers=Headers(headers | {"Request-ID": "RID-1"}), body=body)

    def probe(self, content: Any = None) -> HttpResponse:
        return self.signed(content, signature="WECHATPAY/SIGNTEST/not base64!")

    def unsigned(self, content: Any, status: int = 200) -> HttpResponse:
        body = json.dumps(content, ensure_ascii=False).encode()
        return HttpResponse(status=status, headers=Headers({"Request-ID": "RID-1"}), body=body)

    def refused(self, status: int, code: str = "", message: str = "不行", **detail: Any) -> HttpResponse:
        said = {"code": code, "message": message} | ({"detail": detail} if detail else {})
        return self.unsigned(said if code else {}, status)


class AsyncScript(Script):
    async def send(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        return Script.send(self, request)


def client(transport: Any, machine: Machine, **settings: Any) -> WechatPay | AsyncWechatPay:
    """Async if the transport is."""
    is_async = inspect.iscoroutinefunction(transport.send)
    family = AsyncWechatPay if is_async else WechatPay
    known: dict[str, Any] = {
        "merchant": build.merchant(),
        "keys": build.platform_keys(),
        "appid": build.APPID,
        "notify_url": NOTIFY,
    } | settings
    return family(transport=transport, machine=machine.handlers(is_async=is_async), **known)


def is_well_signed(request: HttpRequest) -> bool:
    """Whether the signature is one of exactly what is sent, checked with the library of the primitives alone."""
    scheme, _, rest = dict(request.headers)["Authorization"].partition(" ")
    fields = {name: value.strip('"') for name, _, value in (part.partition("=") for part in rest.split(","))}
    target = "/" + request.url.split("/", 3)[3]
    message = f"{request.method}\n{target}\n{fields['timestamp']}\n{fields['nonce_str']}\n".encode()
    key = build.key("merchant").public_key()
    key.verify(b64decode(fields["signature"]), message + request.body + b"\n", PKCS1v15(), SHA256())
    return (scheme, fields["mchid"], fields["serial_no"]) == (
        "WECHATPAY2-SHA256-RSA2048",
        build.MCHID,
        build.MERCHANT_SERIAL,
    )


def order(out_trade_no: str = "A20260601-000001", **changed: Any) -> PaymentOrder:
    fields: dict[str, Any] = {"out_trade_no": out_trade_no, "description": "茶", "total": 12800}
    return PaymentOrder(**fields | changed)


def refund_answer(**changed: Any) -> dict[str, Any]:
    return {
        "refund_id": "50000000382026060109711111111",
        "out_refund_no": "R1",
        "transaction_id": "4200002026060112345678901234",
        "out_trade_no": "A20260601-000001",
        "channel": "ORIGINAL",
        "user_received_account": "招商银行信用卡0403",
        "create_time": "2026-06-01T12:00:00+08:00",
        "status": "PROCESSING",
        "amount": {"total": 12800, "refund": 100, "payer_total": 12800, "payer_refund": 100, "currency": "CNY"},
    } | changed
