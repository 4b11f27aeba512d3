"""Other algorithms than RSA and AES, brought by the app."""

import json
from datetime import timedelta

import pytest

from minishop.payments.wechatpay import Expectation, Malformed, Probe, Undecryptable, Unverified, parse_notification
from tests.payments.wechatpay import build

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
