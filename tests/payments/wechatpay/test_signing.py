"""Signing requests, and what is handed to the client."""

from base64 import b64decode
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import (
    app_parameters,
    authorize,
    h5_url,
    jsapi_parameters,
    mini_program_parameters,
    request_message,
    sign,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import many

nonces = st.text("0123456789abcdefABCDEF", min_size=1, max_size=32)
targets = st.text("abc/%7C?&=-._~", max_size=40).map("/".__add__)


def test_a_signature_is_one_line_of_base64_that_the_public_key_accepts():
    text = sign(build.merchant(), b"message")
    assert "\n" not in text
    build.key("merchant").public_key().verify(b64decode(text, validate=True), b"message", PKCS1v15(), SHA256())


@many
@given(targets, st.binary(max_size=80), st.integers(0, 2**40), nonces)
def test_no_two_requests_have_one_message(target, body, timestamp, nonce):
    """The message can be taken apart again in one way, so nobody can move a border between two lines."""
    message = request_message("POST", target, body, timestamp=timestamp, nonce=nonce)
    assert message.endswith(b"\n")
    parts = message[:-1].split(b"\n", 4)
    assert parts == [b"POST", target.encode(), str(timestamp).encode(), nonce.encode(), body]


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"method": "get"}, "method"),
        ({"method": "GET\n"}, "method"),
        ({"target": "v3/certificates"}, "target"),
        ({"target": "https://api.mch.weixin.qq.com/v3"}, "target"),
        ({"target": "/v3/a b"}, "target"),
        ({"target": "/v3/\n"}, "target"),
        ({"target": "/v3/价"}, "target"),
        ({"target": b"/v3"}, "target"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "a" * 33}, "nonce"),
        ({"nonce": 'a",serial_no="'}, "nonce"),
        ({"nonce": "a\nb"}, "nonce"),
        ({"timestamp": "1"}, "timestamp"),
        ({"timestamp": True}, "timestamp"),
        ({"timestamp": 1.0}, "timestamp"),
        ({"timestamp": -1}, "timestamp"),
        ({"body": "text"}, "body"),
        ({"body": {"a": 1}}, "body"),
    ],
)
def test_what_cannot_be_signed_for_certain_is_refused(changed, field):
    arguments = {"method": "GET", "target": "/v3/x", "body": b"", "timestamp": 1, "nonce": "a", **changed}
    method, target, body = (arguments.pop(name) for name in ("method", "target", "body"))
    with pytest.raises(InvalidInput) as raised:
        authorize(build.merchant(), method, target, body, **arguments)
    assert raised.value.field == field


@pytest.mark.parametrize("make", [jsapi_parameters, mini_program_parameters, app_parameters])
@pytest.mark.parametrize(
    "changed, field",
    [
        ({"appid": ""}, "appid"),
        ({"appid": "wx\n1"}, "appid"),
        ({"prepay_id": ""}, "prepay_id"),
        ({"prepay_id": "a\nb"}, "prepay_id"),
        ({"nonce": "a\nb"}, "nonce"),
        ({"now": datetime(2026, 6, 1)}, "now"),
        ({"now": 1780286400}, "now"),
    ],
)
def test_hand_offs_refuse_what_could_be_read_as_another_line(make, changed, field):
    arguments = {"appid": build.APPID, "prepay_id": "wx20", "now": build.NOW, "nonce": "a", **changed}
    appid, prepay_id = arguments.pop("appid"), arguments.pop("prepay_id")
    with pytest.raises(InvalidInput) as raised:
        make(build.merchant(), appid, prepay_id, **arguments)
    assert raised.value.field == field


def test_an_h5_address_may_say_where_to_go_afterwards():
    url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20&package=1"
    assert h5_url(url) == url
    assert h5_url(url, redirect_url="https://shop.example/a?b=1&c=2") == (
        url + "&redirect_url=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c%3D2"
    )
    assert h5_url("https://x.example/", redirect_url="https://y.example") == (
        "https://x.example/?redirect_url=https%3A%2F%2Fy.example"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", "https://a b", "", None])
def test_an_h5_address_is_absolute(url):
    with pytest.raises(InvalidInput):
        h5_url(url)
    if url is not None:
        with pytest.raises(InvalidInput):
            h5_url("https://x.example/", redirect_url=url)
