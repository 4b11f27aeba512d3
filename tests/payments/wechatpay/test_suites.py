"""Other algorithms than RSA and AES, brought by the app."""

import json
from base64 import b64decode
from datetime import timedelta
from email.message import Message

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import (
    BadSignature,
    Expectation,
    Malformed,
    Probe,
    Undecryptable,
    Unverified,
    decrypt_resource,
    parse_notification,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.reports import report

PAYMENT = Expectation(mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800)


class Shaking:
    """A suite of somebody else's: it shakes hands instead of verifying."""

    def __init__(self, *, trusts=True):
        self.trusts = trusts
        self.seen = []

    def verify(self, headers, body, *, keys, now):
        self.seen.append((dict(headers), body))
        if not self.trusts:
            raise Malformed("no hand")

    def decrypt(self, resource):
        return resource["ciphertext"].encode()


def shaken(suite, *, now=build.NOW, signature="handshake"):
    body = json.dumps(build.envelope(build.transaction(), algorithm="X", ciphertext=json.dumps(build.transaction())))
    fields = build.signed_headers(body.encode(), signature=signature)
    fields["Wechatpay-Signature-Type"] = "WECHATPAY2-SM2-WITH-SM3"
    return parse_notification(
        iter(fields.items()), body.encode(), keys=build.platform_keys(), api_v3_key="x" * 32, now=now, suite=suite
    )


def test_another_suite_verifies_and_decrypts():
    suite = Shaking()
    assert shaken(suite).expect(PAYMENT).total == 12800
    assert suite.seen[0][0]["Wechatpay-Signature"] == "handshake"


class Verbatim:
    """A suite that reads the fields itself, and of a field that was sent twice takes the last."""

    def __init__(self):
        self.seen = []

    def verify(self, headers, body, *, keys, now):
        self.seen.append(headers)
        fields = {name.lower(): value for name, value in headers.items()}
        message = f"{fields['wechatpay-timestamp']}\n{fields['wechatpay-nonce']}\n".encode() + body + b"\n"
        key = build.key("platform").public_key()
        try:
            key.verify(b64decode(fields["wechatpay-signature"]), message, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise BadSignature("not of this") from None

    def decrypt(self, resource):
        return decrypt_resource(build.API_V3_KEY, resource)


def read_by(suite, headers, body, *, now=build.NOW):
    return parse_notification(
        headers, body, keys=build.platform_keys(), api_v3_key=build.merchant().api_v3_key, now=now, suite=suite
    )


def as_message(pairs):
    message = Message()
    for name, value in pairs:
        message[name] = value
    return message


def spelt_twice(pairs):
    """A dict with the first of two by the usual name, and the last by another."""
    made = {}
    for name, value in pairs:
        made[name.lower() if name in made else name] = value
    return made


@pytest.mark.parametrize("container", [as_message, spelt_twice])
def test_another_suite_cannot_read_another_age_than_was_checked(container):
    headers, body = build.delivery(build.transaction())
    later = build.NOW + timedelta(days=2)
    fresh = {"Wechatpay-Timestamp": str(int(later.timestamp())), "Wechatpay-Nonce": "fresh"}
    suite = Verbatim()
    with pytest.raises(BadSignature):
        read_by(suite, container([*fresh.items(), *headers.items()]), body, now=later)
    assert suite.seen == [headers | fresh]


@pytest.mark.parametrize("is_named", [True, False])
def test_another_suite_gets_the_fields_that_were_checked_as_they_were_sent(is_named):
    headers, body = build.delivery(build.transaction())
    if not is_named:
        del headers["Wechatpay-Signature-Type"]
    suite = Verbatim()
    pairs = [(b"host", b"shop.example"), *((name.lower().encode(), value.encode()) for name, value in headers.items())]
    assert read_by(suite, pairs, body).expect(PAYMENT).total == 12800
    assert suite.seen == [headers]


@pytest.mark.parametrize("headers", [None, 7, object])
def test_what_are_no_headers_is_the_callers_mistake_with_another_suite_too(headers):
    with pytest.raises(InvalidInput) as raised:
        read_by(Verbatim(), headers, b"{}")
    assert raised.value.field == "headers"


@pytest.mark.parametrize("change", [bytes.decode, json.loads, memoryview, lambda plain: None])
def test_what_another_suite_decrypts_are_bytes(change):
    class Helpful(Verbatim):
        def decrypt(self, resource):
            return change(super().decrypt(resource))

    headers, body = build.delivery(build.transaction(attach="canary"))
    with pytest.raises(InvalidInput) as raised:
        read_by(Helpful(), headers, body)
    assert raised.value.field == "suite"
    assert "canary" not in report(raised.value)


def test_another_suite_cannot_make_old_messages_young():
    suite = Shaking()
    with pytest.raises(Unverified) as raised:
        shaken(suite, now=build.NOW + timedelta(seconds=301))
    assert raised.value.code == "timestamp"
    assert suite.seen == []


def test_another_suite_may_refuse():
    with pytest.raises(Malformed):
        shaken(Shaking(trusts=False))


def test_another_suite_sees_no_probe():
    suite = Shaking()
    with pytest.raises(Probe):
        shaken(suite, signature="WECHATPAY/SIGNTEST/x")
    assert suite.seen == []


def test_what_another_suite_says_of_the_content_is_not_passed_on():
    class Talkative(Shaking):
        def decrypt(self, resource):
            try:
                int("canary")
            except ValueError as error:
                raise Undecryptable("no") from error

    with pytest.raises(Undecryptable) as raised:
        shaken(Talkative())
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
