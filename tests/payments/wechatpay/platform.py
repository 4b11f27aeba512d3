"""The gateway's list of certificates, made without the code that is tested."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from minishop.flows import Handlers, Headers, HttpRequest, HttpResponse, NewNonce, Now, Sleep
from tests.payments.wechatpay import build

DAY = timedelta(days=1)


def item(pem: str, serial: int, **changed: Any) -> dict[str, Any]:
    """One certificate of the list."""
    sealed = build.sealed(pem.encode(), aad="certificate", nonce="eabb3e044577")
    return {
        "serial_no": f"{serial:040X}",
        "effective_time": "2026-05-02T12:00:00+08:00",
        "expire_time": "2031-05-01T12:00:00+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": "eabb3e044577",
            "associated_data": "certificate",
            "ciphertext": b64encode(sealed).decode(),
        },
        **changed,
    }


def answer(items: list[dict[str, Any]], *, key: str, serial: int, now: datetime = build.NOW) -> HttpResponse:
    """The list, signed by one of its keys."""
    body = json.dumps({"data": items}).encode()
    headers = build.signed_headers(body, key=key, serial=f"{serial:040X}", timestamp=str(int(now.timestamp())))
    return HttpResponse(status=200, headers=Headers({"Request-ID": "08F78BB5", **headers}), body=body)


class Gateway:
    """Answers flows: counts what is asked for, checks each request's signature, and gives the next answer."""

    def __init__(self, *answers: Any, now: datetime = build.NOW) -> None:
        self.answers = list(answers)
        self.now = now
        self.requests: list[HttpRequest] = []
        self.slept = 0

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        check_signature(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        response: HttpResponse = given
        return response

    def sleep(self, request: Sleep) -> None:
        self.slept += 1

    @property
    def handlers(self) -> Handlers:
        return {
            HttpRequest: self.send,
            Now: lambda ask: self.now,
            NewNonce: lambda ask: f"{len(self.requests):032d}",
            Sleep: self.sleep,
        }


def check_signature(request: HttpRequest) -> None:
    fields = dict(request.headers)
    scheme, _, rest = fields["Authorization"].partition(" ")
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    told = dict(part.partition("=")[::2] for part in rest.split(","))
    told = {name: value.strip('"') for name, value in told.items()}
    target = request.url.removeprefix("https://api.mch.weixin.qq.com")
    message = f"{request.method}\n{target}\n{told['timestamp']}\n{told['nonce_str']}\n\n".encode()
    signature = b64decode(told["signature"], validate=True)
    build.key("merchant").public_key().verify(signature, message, PKCS1v15(), SHA256())
    assert (told["mchid"], told["serial_no"]) == (build.MCHID, build.MERCHANT_SERIAL)
    assert fields["User-Agent"]
    assert fields["Accept"] == "application/json"
