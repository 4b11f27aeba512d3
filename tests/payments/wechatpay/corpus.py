"""One delivery for each way in which something that looks like a notification is not to be trusted.

The rows are those of the table of vulnerability classes that the library is designed against. Each case is what an
attacker, or an unlucky network, could hand to the handler of a shop that expects ``EXPECTED``; ``code`` is the step at
which it must fail, empty for what must pass.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from minishop.payments.wechatpay import Expectation, PlatformKeys
from tests.payments.wechatpay import build

EXPECTED = Expectation(mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800)


@frozen
class Case:
    """Attributes: the row of the table, what it is, the delivery, and where it must fail."""

    row: str
    name: str
    headers: dict[str, str]
    body: bytes
    code: str
    keys: PlatformKeys = field(factory=build.platform_keys)
    now: datetime = build.NOW

    def __str__(self) -> str:
        return f"{self.row}: {self.name}"


def content(row: str, name: str, code: str, **changed: Any) -> Case:
    """A payment with some fields changed, signed and encrypted properly."""
    return Case(row, name, *build.delivery(build.transaction(**changed)), code)


def plain(row: str, name: str, code: str, raw: bytes, event_type: str = "TRANSACTION.SUCCESS") -> Case:
    """Any content, signed and encrypted properly."""
    return Case(row, name, *build.delivery(raw, event_type), code)


def outer(row: str, name: str, code: str, body: bytes) -> Case:
    """Any body, signed properly."""
    return Case(row, name, build.signed_headers(body), body, code)


def fields(row: str, name: str, code: str, **changed: str) -> Case:
    """A payment with some header fields changed; the signature covers the changed ones."""
    return Case(row, name, *build.delivery(build.transaction(), **changed), code)


def resource(row: str, name: str, code: str, **changed: Any) -> Case:
    """A payment with some fields of the resource changed, signed properly."""
    return outer(row, name, code, json.dumps(build.envelope(build.transaction(), **changed)).encode())


def forged() -> Iterator[Case]:
    row = "forged"
    headers, body = build.delivery(build.transaction())
    for name in ("Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Timestamp", "Wechatpay-Nonce"):
        lacking = {field: value for field, value in headers.items() if field != name}
        yield Case(row, f"encrypted properly, without {name}", lacking, body, "malformed")
    yield fields(row, "signed by somebody else", "signature", key="attacker")
    yield Case(row, "another body", headers, body.replace(b"EV-2026", b"EV-2027"), "signature")
    yield Case(row, "the body written again", headers, json.dumps(json.loads(body), indent=1).encode(), "signature")
    yield fields(row, "signed by nobody", "signature", signature=b64encode(bytes(256)).decode())


def wrong() -> Iterator[Case]:
    row = "authentic but wrong"
    yield content(row, "another merchant", "expectation", mchid="1900000001")
    yield content(row, "another app", "expectation", appid="wx0000000000000000")
    yield content(row, "another order", "expectation", out_trade_no="A20260601-000002")
    yield content(row, "one fen", "expectation", amount={"total": 1, "currency": "CNY"})
    yield content(row, "another currency", "expectation", amount={"total": 12800, "currency": "JPY"})
    yield content(row, "refunded", "expectation", trade_state="REFUND")
    yield Case(row, "through a partner", *build.delivery(build.partner_transaction()), "expectation")


def stale() -> Iterator[Case]:
    row = "replayed or stale"
    for name, skew in (("too old", -301), ("a day old", -86400), ("from the future", 301), ("of 1970", 1 - build.AT)):
        yield fields(row, name, "timestamp", timestamp=str(build.AT + skew))


def confused() -> Iterator[Case]:
    row = "event and state"
    yield content(row, "an unpaid success", "expectation", trade_state="NOTPAY")
    yield Case(row, "a refund as a payment", *build.delivery(build.refund()), "expectation")
    yield Case(row, "a refund", *build.delivery(build.refund(), "REFUND.SUCCESS"), "expectation")
    yield Case(row, "a combined payment", *build.delivery(build.combined()), "expectation")
    yield Case(row, "a transfer", *build.delivery(build.transfer(), "MCHTRANSFER.BILL.FINISHED"), "expectation")
    yield Case(row, "an unknown event", *build.delivery(build.transaction(), "TRANSACTION.NEW"), "expectation")
    yield Case(
        row, "a payment called a refund", *build.delivery(build.transaction(), original_type="refund"), "expectation"
    )


def key_confusion() -> Iterator[Case]:
    row = "keys"
    yield fields(row, "the merchant's own", "unknown_serial", key="merchant", serial=build.MERCHANT_SERIAL)
    yield fields(row, "the merchant's own under the platform's name", "signature", key="merchant")
    yield fields(row, "another case of the name", "unknown_serial", serial=build.PUBLIC_KEY_ID.lower())
    headers, body = build.delivery(build.transaction())
    for scheme in ("WECHATPAY-BRAND-SHA256-RSA2048", "WECHATPAY2-SM2-WITH-SM3"):
        yield Case(row, scheme, {**headers, "Wechatpay-Signature-Type": scheme}, body, "algorithm")
    probe = {**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/xyz", "Wechatpay-Serial": "F" * 40}
    yield Case(row, "a probe", probe, body, "probe")


def certificate_sets() -> Iterator[Case]:
    row = "certificates"
    day, serial = timedelta(days=1), f"{7:040X}"
    good = build.certificate("platform", 7)
    for name, code, since, until in (
        ("expired", "unknown_serial", -9 * day, -day),
        ("not valid yet", "unknown_serial", day, 9 * day),
        ("valid", "", -day, day),
    ):
        keys = PlatformKeys.of(certificates=[build.certificate("platform", 7, build.NOW + since, build.NOW + until)])
        yield Case(row, name, *build.delivery(build.transaction(), serial=serial), code, keys)
    shrunk = PlatformKeys.of(certificates=[good]).merged(PlatformKeys.of(certificates=[build.certificate("a", 8)]))
    yield Case(row, "a list lacked it", *build.delivery(build.transaction(), serial=serial), "", shrunk)
    yield Case(
        row, "none at all", *build.delivery(build.transaction(), serial=serial), "unknown_serial", PlatformKeys()
    )


def parser() -> Iterator[Case]:
    row = "parsers"
    for name, written in (
        ("plus", "+{}"),
        ("blank", " {}"),
        ("underscore", "{}_0"),
        ("zero", "0{}"),
        ("float", "{}.0"),
    ):
        yield fields(row, f"timestamp with a {name}", "malformed", timestamp=written.format(build.AT))
    yield fields(row, "timestamp in other digits", "malformed", timestamp="１７８０２８６４００")
    for total in (True, "12800", 12800.0, None, -12800, [12800]):
        yield content(row, f"total {total!r}", "malformed", amount={"total": total, "currency": "CNY"})
    text = json.dumps(build.transaction()).encode()
    yield plain(row, "total in exponents", "malformed", text.replace(b"12800", b"128e2"))
    yield plain(row, "NaN", "malformed", text.replace(b"12800", b"NaN"))
    yield plain(row, "a total twice", "malformed", text.replace(b'"total"', b'"total": 1, "total"'))
    yield plain(row, "invalid UTF-8", "malformed", text.replace(b"CMC", b"\xff"))
    yield plain(row, "half a surrogate pair", "malformed", text.replace(b"CMC", b"\\ud800"))
    yield plain(row, "a byte order mark", "malformed", b"\xef\xbb\xbf" + text)
    yield plain(row, "UTF-16", "malformed", text.decode().encode("utf-16"))
    yield plain(row, "nested in the content", "malformed", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    yield outer(row, "nested in the envelope", "malformed", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    yield outer(row, "an envelope twice", "malformed", b'{"id":"a","id":"b"}')
    yield outer(row, "no JSON", "malformed", b"\xff\xfe")


def lax_base64() -> Iterator[Case]:
    row = "base64"
    good, body = build.delivery(build.transaction())
    text = good["Wechatpay-Signature"]
    for name, changed in (
        ("a line feed", text[:9] + "\n" + text[9:]),
        ("junk", text[:9] + "!" + text[9:]),
        ("no padding", text.rstrip("=")),
        ("more behind", text + "AAAA"),
    ):
        yield Case(row, f"signature: {name}", {**good, "Wechatpay-Signature": changed}, body, "malformed")
    cipher = build.envelope(build.transaction())["resource"]["ciphertext"]
    yield resource(row, "ciphertext: a line feed", "decrypt", ciphertext=cipher[:9] + "\n" + cipher[9:])
    yield resource(row, "ciphertext: junk", "decrypt", ciphertext=cipher[:9] + "!" + cipher[9:])


def tags() -> Iterator[Case]:
    row = "tags"
    raw = build.sealed(json.dumps(build.transaction()).encode())
    for size in (0, 4, 8, 12, 15):
        cut = b64encode(raw[: len(raw) - 16 + size]).decode()
        yield resource(row, f"a tag of {size} bytes", "decrypt", ciphertext=cut)
        yield resource(row, f"nothing but {size} bytes", "decrypt", ciphertext=b64encode(raw[-16:][:size]).decode())
    yield resource(row, "a short nonce", "decrypt", nonce="fdasflkja48")
    yield resource(row, "another nonce", "decrypt", nonce="fdasflkja485")
    yield resource(row, "other associated data", "decrypt", associated_data="")
    yield resource(row, "another algorithm", "algorithm", algorithm="AEAD_SM4_GCM")


def addresses() -> Iterator[Case]:
    row = "addresses"
    for number in ("../../v3/refund", "a/b", "a?mchid=1", "a#b", "a%2Fb", "http://evil.example", "a b", "a\r\nHost: b"):
        yield content(row, f"a number {number!r}", "malformed", out_trade_no=number)


def retried() -> Iterator[Case]:
    row = "retries"
    for nonce in ("first", "second"):
        yield fields(row, f"the {nonce} delivery of one notification", "", nonce=nonce)


def timing() -> Iterator[Case]:
    row = "timing"
    for name, secret in (("another key", "x" * 32), ("nearly the key", build.API_V3_KEY[:-1] + "x")):
        raw = build.encrypted(json.dumps(build.transaction()).encode(), secret=secret)
        yield resource(row, name, "decrypt", ciphertext=raw)


def leaks() -> Iterator[Case]:
    row = "leaks"
    yield content(row, "a field that is wrong", "malformed", attach=["canary"], payer={"openid": "canary"})
    yield plain(row, "content that is no JSON", "malformed", b'{"canary": "canary"')
    yield content(row, "another order", "expectation", out_trade_no="A20260601-7", attach="canary", bank_type="canary")
    yield resource(row, "what cannot be opened", "decrypt", ciphertext=b64encode(b"canary" * 9).decode())


def version_2() -> Iterator[Case]:
    row = "version 2"
    yield outer(row, "XML", "malformed", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><xml>&b;</xml>')
    yield outer(row, "an encrypted refund", "malformed", b"<xml><req_info>QUFB</req_info></xml>")
    yield Case(
        row, "an empty signature", {**build.signed_headers(b"{}"), "Wechatpay-Signature": ""}, b"{}", "malformed"
    )


def clocks() -> Iterator[Case]:
    row = "clock"
    for hours in (-8, 8):
        now = build.NOW + timedelta(hours=hours)
        yield Case(row, f"ours is {hours} hours off", *build.delivery(build.transaction()), "timestamp", now=now)


MAKERS = (
    forged,
    wrong,
    stale,
    confused,
    key_confusion,
    certificate_sets,
    parser,
    lax_base64,
    tags,
    addresses,
    retried,
    timing,
    leaks,
    version_2,
    clocks,
)
CASES = {str(case): case for make in MAKERS for case in make()}
