"""WeChat Pay against the raw cryptography: signing, verifying, reading a notification, refusing one.

``python benchmarks/bench_wechatpay.py [--quick]``. The floor of a notification is what one would write by hand for
exactly one kind of event: one signature check, one decryption, JSON twice. It checks nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.timing import Table, Work, beside
from minishop.payments.wechatpay import Expectation, Unverified, authorize, parse_notification, verify
from tests.payments.wechatpay import build

PKCS1, DIGEST = PKCS1v15(), SHA256()
TARGET = "/v3/pay/transactions/jsapi"

#: What a web server hands over beside the five fields.
OTHERS = {
    "Host": "shop.example.com",
    "User-Agent": "Mozilla/4.0",
    "Content-Type": "application/json",
    "Content-Length": "1024",
    "Accept": "*/*",
    "Pragma": "no-cache",
    "X-Real-Ip": "121.51.58.175",
    "X-Forwarded-For": "121.51.58.175",
    "X-Forwarded-Proto": "https",
    "Request-Id": "08F78BB5AF0610D302189F99DD5C20BA56F89845-0",
}


def by_hand(headers: dict[str, str], body: bytes) -> Any:
    """Verify, decrypt, read: the minimum."""
    message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
    PUBLIC.verify(b64decode(headers["Wechatpay-Signature"]), message, PKCS1, DIGEST)
    resource = json.loads(body)["resource"]
    cipher = b64decode(resource["ciphertext"])
    return json.loads(CIPHER.decrypt(resource["nonce"].encode(), cipher, resource["associated_data"].encode()))


PRIVATE, PUBLIC = build.key("merchant"), build.key("platform").public_key()
CIPHER = AESGCM(build.API_V3_KEY.encode())
MERCHANT, KEYS = build.merchant(), build.platform_keys()
SIGNED, BODY = build.delivery(build.transaction())
HEADERS = {**OTHERS, **SIGNED}
MESSAGE = f"{build.AT}\n{build.NONCE}\n".encode() + BODY + b"\n"
SIGNATURE = b64decode(SIGNED["Wechatpay-Signature"])
EXPECTED = Expectation(mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800)
REQUEST = json.dumps(build.transaction(), ensure_ascii=False).encode()
REQUEST_MESSAGE = f"POST\n{TARGET}\n{build.AT}\n{build.NONCE}\n".encode() + REQUEST + b"\n"


def raw_sign() -> str:
    return b64encode(PRIVATE.sign(REQUEST_MESSAGE, PKCS1, DIGEST)).decode()


def raw_verify() -> None:
    PUBLIC.verify(SIGNATURE, MESSAGE, PKCS1, DIGEST)


def sign() -> str:
    return authorize(MERCHANT, "POST", TARGET, REQUEST, timestamp=build.AT, nonce=build.NONCE)


def check() -> None:
    verify(HEADERS, BODY, keys=KEYS, now=build.NOW)


def notification(headers: Any = HEADERS) -> Any:
    read = parse_notification(headers, BODY, keys=KEYS, api_v3_key=MERCHANT.api_v3_key, now=build.NOW)
    return read.expect(EXPECTED)


def refusal(code: str, **changed: str) -> Work:
    """Refuses a notification with some header fields changed; checked once that it does so for this reason."""
    headers = {**HEADERS, **{name.replace("_", "-").title(): value for name, value in changed.items()}}

    def work() -> str:
        try:
            notification(headers)
        except Unverified as error:
            return error.code
        return "accepted"

    if work() != code:
        raise SystemExit(f"{changed} was not refused as {code}")
    return work


def environ(headers: dict[str, str]) -> dict[str, str]:
    """As WSGI has them."""
    return {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}


def pairs() -> list[tuple[bytes, bytes]]:
    """As ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def main() -> int:
    """Prints the table; the exit status tells whether an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds, least = (30, 0.003) if parser.parse_args().quick else (300, 0.003)
    event = notification()
    assert dict(event.raw) == by_hand(HEADERS, BODY)
    assert f'signature="{raw_sign()}"' in sign()
    wsgi, asgi = environ(HEADERS), pairs()
    rows: list[tuple[str, Callable[[], object], Callable[[], object], float | None]] = [
        ("sign a request / raw sign", sign, raw_sign, 1.15),
        ("verify a response / raw verify", check, raw_verify, None),
        ("typed, expected notification / by hand", notification, lambda: by_hand(HEADERS, BODY), 1.6),
        ("the same from a WSGI environ", lambda: notification(wsgi), lambda: by_hand(HEADERS, BODY), 1.6),
        ("the same from ASGI pairs", lambda: notification(asgi), lambda: by_hand(HEADERS, BODY), 1.6),
        ("refuse: fields missing / raw verify", refusal("malformed", wechatpay_nonce=""), raw_verify, 0.3),
        ("refuse: too old", refusal("timestamp", wechatpay_timestamp=str(build.AT - 301)), raw_verify, 0.3),
        ("refuse: unknown serial", refusal("unknown_serial", wechatpay_serial="7" * 40), raw_verify, 0.3),
        ("refuse: not base64", refusal("malformed", wechatpay_signature="%" * 344), raw_verify, 0.3),
        (
            "refuse: probe",
            refusal("probe", wechatpay_signature="WECHATPAY/SIGNTEST/" + "A" * 325),
            raw_verify,
            0.3,
        ),
    ]
    table = Table()
    for what, ours, floor, aim in rows:
        mine, theirs, ratio = beside(ours, floor, rounds, least)
        table.row(f"{what} ({mine * 1e6:.1f} / {theirs * 1e6:.1f} µs)", 1 / ratio, aim)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
