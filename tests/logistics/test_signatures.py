"""Every signature against the published vectors, and against what must not fit."""

import json
import re
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.logistics import experimental as x
from minishop.logistics import kdniao, kuaidi100, sf
from tests.logistics.build import VECTORS

V = VECTORS
K = V["kd100_query"]
L = V["kd100_label"]
C = V["kd100_cloud"]
M = V["kd100_sms"]
B = V["kd100_callback"]
N = V["kdniao"]
S = V["sf_digest"]
P = V["sf_digest_plain"]
J = V["jd"]


def jd(**more):
    return x.sign_jd(
        J["body"],
        path=J["path"],
        app_key=J["app_key"],
        app_secret=J["app_secret"],
        access_token=J["access_token"],
        timestamp=J["timestamp"],
        version=J["v"],
        **more,
    )


SIGNED = {
    "kuaidi100 query": (kuaidi100.sign_query(K["param"], key=K["key"], customer=K["customer"]), K["sign"]),
    "kuaidi100 push": (kuaidi100.sign_push(B["param"], salt=B["salt"]), B["sign"]),
    "kuaidi100 label": (
        kuaidi100.sign_label(L["param"], t=L["t"], key=L["key"], secret=L["secret"]),
        L["sign"],
    ),
    "kuaidi100 cloud": (kuaidi100.sign_cloud(key=C["key"], secret=C["secret"]), C["sign"]),
    "kuaidi100 sms": (kuaidi100.sign_sms(key=M["key"], userid=M["userid"]), M["sign"]),
    "kdniao": (kdniao.sign(N["request_data"], app_key=N["app_key"]), N["data_sign"]),
    "kdniao push": (
        kdniao.sign(V["kdniao_push"]["request_data"], app_key=V["kdniao_push"]["app_key"]),
        V["kdniao_push"]["data_sign"],
    ),
    "sf": (sf.sign(S["msg_data"], timestamp=S["timestamp"], checkword=S["checkword"]), S["msg_digest"]),
    "sf plain": (sf.sign(P["msg_data"], timestamp=P["timestamp"], checkword=P["checkword"]), P["msg_digest"]),
    "jd md5": (jd(), J["md5_salt"]),
    "jd hmac md5": (jd(algorithm="HMacMD5"), J["hmac_md5"]),
    "jd hmac sha1": (jd(algorithm="HMacSHA1"), J["hmac_sha1"]),
    "jd hmac sha256": (jd(algorithm="HMacSHA256"), J["hmac_sha256"]),
    "zto": (x.sign_zto(V["zto"]["body"], secret=V["zto"]["app_secret"]), V["zto"]["x_datadigest"]),
    "yto": (
        x.sign_yto(V["yto"]["param"], method=V["yto"]["method"], version=V["yto"]["v"], secret=V["yto"]["secret"]),
        V["yto"]["sign"],
    ),
    "sto": (x.sign_sto(V["sto"]["content"], secret=V["sto"]["secret"]), V["sto"]["data_digest"]),
    "yunda": (x.sign_yunda(V["yunda"]["body"], secret=V["yunda"]["secret"]), V["yunda"]["sign"]),
    "jt": (x.sign_jt(V["jt"]["biz_content"], private_key=V["jt"]["private_key"]), V["jt"]["digest"]),
    "cainiao": (
        x.sign_cainiao(V["cainiao"]["content"], secret=V["cainiao"]["secret"]),
        V["cainiao"]["data_digest"],
    ),
}


@pytest.mark.parametrize("name", SIGNED)
def test_the_published_vector(name):
    made, published = SIGNED[name]
    assert made == published


def test_sf_encodes_as_java_does_and_not_as_python_or_javascript_do():
    text = S["msg_data"] + S["timestamp"] + S["checkword"]
    assert sf.java_url_encode(text) == S["url_encoded"]
    assert sf.java_url_encode(text) != quote_plus(text)
    wrong = {S["wrong_no_urlencode"], S["wrong_py_quote_plus"], S["wrong_js_encodeURIComponent"]}
    assert S["msg_digest"] not in wrong


JAVA = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_")


@given(st.text())
def test_java_encoding_byte_by_byte(text):
    text = text.encode("utf-8", "replace").decode()
    by_hand = "".join(chr(b) if b in JAVA else "+" if b == 32 else f"%{b:02X}" for b in text.encode())
    assert sf.java_url_encode(text) == by_hand


def test_a_document_that_was_written_again_is_signed_otherwise():
    again = json.dumps(json.loads(B["param"]), sort_keys=True, ensure_ascii=False)
    assert json.loads(again) == json.loads(B["param"])
    assert kuaidi100.sign_push(again, salt=B["salt"]) == B["resorted_sign"] != B["sign"]


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_the_shape_of_each_family(text, secret):
    assert re.fullmatch("[0-9A-F]{32}", kuaidi100.sign_push(text, salt=secret))
    assert re.fullmatch("[0-9A-Za-z]{43}=", kdniao.sign(text, app_key=secret))
    assert re.fullmatch("[0-9A-Za-z+/]{22}==", x.sign_zto(text, secret=secret))
    assert re.fullmatch("[0-9a-f]{32}", x.sign_yunda(text, secret=secret))


def test_kdniaos_signature_is_encoded_once_by_the_form():
    encoded = urlencode({"DataSign": N["data_sign"]}).removeprefix("DataSign=")
    assert encoded == N["data_sign_form_encoded"] != N["double_encoded_bad"]
