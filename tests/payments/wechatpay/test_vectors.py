"""The published examples, through our own functions.

The private key of the documentation is not published, so its signatures are checked with its public key over the
message that *we* make; RSASSA-PKCS1-v1_5 has exactly one valid signature of a message.
"""

import re
from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from minishop.payments.wechatpay import (
    BadSignature,
    PlatformKeys,
    app_parameters,
    authorize,
    jsapi_parameters,
    mini_program_parameters,
    request_message,
    response_message,
    verify,
)
from tests.payments.wechatpay import build

FORMS = [form for group in build.VECTORS["message_forms"] for form in group]


def named(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row["id"])


def check(name, message, signature):
    key = load_pem_public_key(build.VECTORS["keys"][name]["public_pem"].encode())
    key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())


def message_of(row, target):
    return request_message(
        row["method"], target, row["body"].encode(), timestamp=int(row["timestamp"]), nonce=row["nonce"]
    )


@named(build.VECTORS["request_signing"])
def test_a_published_request_is_signed_over_our_message(row):
    message = message_of(row, row["url"])
    assert message == row["message"].encode()
    check(row["key"], message, row["signature"])


@named(FORMS)
def test_the_message_is_that_of_the_official_sdks(row):
    address = urlsplit(row["full_url"])
    target = address.path + (f"?{address.query}" if address.query else "")
    assert message_of(row, target) == row["message"].encode()


@named(build.VECTORS["request_signing"])
def test_the_header_has_the_published_fields(row):
    header = authorize(
        build.merchant(),
        row["method"],
        row["url"],
        row["body"].encode(),
        timestamp=int(row["timestamp"]),
        nonce=row["nonce"],
    )
    scheme, _, rest = header.partition(" ")
    fields = dict(re.findall(r'(\w+)="([^"]*)"(?:,|$)', rest))
    assert scheme == row["authorization_scheme"]
    assert ",".join(f'{name}="{value}"' for name, value in fields.items()) == rest
    assert fields.keys() == row["authorization_fields"].keys()
    same = ("nonce_str", "timestamp")
    assert [fields[name] for name in same] == [row["authorization_fields"][name] for name in same]
    build.key("merchant").public_key().verify(
        b64decode(fields["signature"], validate=True), row["message"].encode(), PKCS1v15(), SHA256()
    )


@named(build.VECTORS["pay_sign"])
def test_what_the_client_is_given_is_signed_as_published(row):
    now = datetime.fromtimestamp(int(row["timestamp"]), UTC)
    merchant, nonce = build.merchant(), row["nonce"]
    arguments = (merchant, row["appid"], row["prepay_id"])
    public = build.key("merchant").public_key()
    check(row["key"], row["message"].encode(), row["signature"])
    if row["id"] == "app":
        given = app_parameters(*arguments, now=now, nonce=nonce)
        signature = given.pop("sign")
        assert given == {
            "appid": row["appid"],
            "partnerid": build.MCHID,
            "prepayid": row["prepay_id"],
            "package": "Sign=WXPay",
            "noncestr": nonce,
            "timestamp": row["timestamp"],
        }
    else:
        given = jsapi_parameters(*arguments, now=now, nonce=nonce)
        smaller = mini_program_parameters(*arguments, now=now, nonce=nonce)
        assert given == {"appId": row["appid"], **smaller}
        signature = given.pop("paySign")
        assert given == {
            "appId": row["appid"],
            "timeStamp": row["timestamp"],
            "nonceStr": nonce,
            "package": row["fourth_line"],
            "signType": "RSA",
        }
    public.verify(b64decode(signature, validate=True), row["message"].encode(), PKCS1v15(), SHA256())


@named(build.VECTORS["response_verify"])
def test_a_published_response(row):
    headers, body = row["headers"], row["body"].encode()
    keys = PlatformKeys.of(public_keys={headers["Wechatpay-Serial"]: build.VECTORS["keys"][row["key"]]["public_pem"]})
    now = datetime.fromtimestamp(row["clock"], UTC)
    made = response_message(int(headers["Wechatpay-Timestamp"]), headers["Wechatpay-Nonce"], body)
    assert made == row["message"].encode()
    if row["expected"] == "valid":
        verify(headers, body, keys=keys, now=now)
    else:
        with pytest.raises(BadSignature):
            verify(headers, body, keys=keys, now=now)
