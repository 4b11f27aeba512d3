"""The gateway's list of certificates."""

import json
from datetime import timedelta

import pytest
from attrs import evolve

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpResponse, run
from minishop.payments.wechatpay import (
    BadSignature,
    Malformed,
    PlatformKeys,
    StaleTimestamp,
    Undecryptable,
    UnknownSerial,
    Unverified,
    WrongAlgorithm,
    download_keys,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.platform import Gateway, answer, item

PEM, SERIAL = build.certificate("platform", 1), f"{1:040X}"
GOOD = answer([item(PEM, 1)], key="platform", serial=1)


def download(gateway, known=None):
    return run(download_keys(build.merchant(), known or PlatformKeys()), gateway.handlers)


def test_the_first_list_needs_no_key():
    gateway = Gateway(GOOD)
    assert list(download(gateway)) == [SERIAL]
    (request,) = gateway.requests
    assert request.url == "https://api.mch.weixin.qq.com/v3/certificates"


def test_a_list_may_be_signed_by_a_known_key():
    newer = answer([item(build.certificate("newer", 2), 2)], key="platform", serial=1)
    known = PlatformKeys.of(certificates=[PEM])
    assert list(download(Gateway(newer), known)) == [f"{2:040X}"]
    with pytest.raises(UnknownSerial):
        download(Gateway(newer))


def test_names_with_blanks_behind_are_understood():
    one = item(PEM, 1)
    sample = {
        "serial_no": one["serial_no"],
        "effective_time ": one["effective_time"],
        "encrypt_certificate ": {f"{name} ": value for name, value in one["encrypt_certificate"].items()},
    }
    assert list(download(Gateway(answer([sample], key="platform", serial=1)))) == [SERIAL]


def test_another_host():
    gateway = Gateway(GOOD)
    run(download_keys(build.merchant(), PlatformKeys(), host="https://api.mch.weixin.qq.com"), gateway.handlers)
    assert gateway.requests[0].url.startswith("https://api.mch.weixin.qq.com/")


def changed_item(**changed):
    one = item(PEM, 1)
    return {**one, "encrypt_certificate": {**one["encrypt_certificate"], **changed}}


BAD_LISTS = {
    "no list": ([], {"data": None}, Malformed),
    "a list of something else": (["x"], None, WrongAlgorithm),
    "not encrypted": ([{"serial_no": SERIAL}], None, WrongAlgorithm),
    "encrypted otherwise": ([changed_item(algorithm="AEAD_SM4_GCM")], None, WrongAlgorithm),
    "under another key": ([changed_item(nonce="eabb3e044578")], None, Undecryptable),
    "associated with something else": ([changed_item(associated_data="transaction")], None, Undecryptable),
    "no certificate": ([item("x", 1)], None, Malformed),
    "another serial": ([item(PEM, 2)], None, Malformed),
    "no serial": ([item(PEM, 1, serial_no=None)], None, Malformed),
    "no object": ([{**item(PEM, 1), "encrypt_certificate": "x"}], None, Malformed),
    "the merchant's own": ([item(build.certificate("merchant", 3), 3)], None, Malformed),
    "a serial twice": ([item(PEM, 1), item(build.certificate("newer", 1), 1)], None, Malformed),
}


@pytest.mark.parametrize("name", BAD_LISTS)
def test_a_list_that_is_not_right_gives_nothing(name):
    items, body, error = BAD_LISTS[name]
    response = answer(items, key="platform", serial=1)
    if body is not None:
        response = evolve(response, body=json.dumps(body).encode())
    with pytest.raises(error) as raised:
        download(Gateway(response), PlatformKeys.of(certificates=[PEM]))
    assert isinstance(raised.value, Unverified)


def test_a_list_that_somebody_else_signed():
    with pytest.raises(BadSignature):
        download(Gateway(answer([item(PEM, 1)], key="attacker", serial=1)))


def test_an_unsigned_list():
    with pytest.raises(Malformed):
        download(Gateway(evolve(GOOD, headers=Headers({}))))


def test_an_old_list():
    old = answer([item(PEM, 1)], key="platform", serial=1, now=build.NOW - timedelta(seconds=301))
    with pytest.raises(StaleTimestamp):
        download(Gateway(old))


@pytest.mark.parametrize(
    "response", [HttpResponse(status=404, body=b"{}"), answer([], key="platform", serial=1)], ids=["404", "empty"]
)
def test_a_merchant_in_public_key_mode_is_told_so(response):
    with pytest.raises(RemoteError) as raised:
        download(Gateway(response))
    assert raised.value.code == "no_certificates"
    assert not raised.value.retryable
    assert "public key" in raised.value.next_step


@pytest.mark.parametrize("status", [204, 301, 401, 429, 500, 502])
def test_any_other_answer_is_refused(status):
    response = HttpResponse(status=status, headers=Headers({"Request-Id": "08F7"}), body=b"<html>canary</html>")
    with pytest.raises(RemoteError) as raised:
        download(Gateway(response))
    assert raised.value.code == "certificates_refused"
    assert raised.value.params == {"status": status, "request_id": "08F7"}
    assert "canary" not in str(raised.value)


def test_no_answer_is_passed_on():
    with pytest.raises(OutcomeUnknown):
        download(Gateway(OutcomeUnknown("no answer")))
