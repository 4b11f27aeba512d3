"""Loading a merchant's keys, and keeping them."""

import copy
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from minishop.errors import CallerError, InvalidInput
from minishop.payments.wechatpay import ApiV3Key, Merchant, sign
from tests.payments.wechatpay import build
from tests.payments.wechatpay.reports import report


def arguments(**changed):
    return {
        "mchid": build.MCHID,
        "serial": build.MERCHANT_SERIAL,
        "private_key": build.private_pem("merchant"),
        "api_v3_key": build.API_V3_KEY,
        **changed,
    }


def pem_of(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def test_text_and_bytes_are_the_same():
    one = Merchant.load(**arguments())
    other = Merchant.load(
        **arguments(
            private_key=build.private_pem("merchant").encode(),
            api_v3_key=build.API_V3_KEY.encode(),
            serial=build.MERCHANT_SERIAL.lower(),
        )
    )
    assert sign(one, b"x") == sign(other, b"x")
    assert other.serial == build.MERCHANT_SERIAL


def test_an_api_v3_key_may_be_made_before():
    key = ApiV3Key(build.API_V3_KEY)
    assert Merchant.load(**arguments(api_v3_key=key)).api_v3_key is key


BAD = {
    "mchid": ["", "19a", "１９００", 1900007291, None, "1" * 33],
    "serial": ["", "0" * 39, "0" * 41, "G" * 40, 7, None],
    "private_key": [
        "",
        "apiclient_key.pem",
        b"\xff",
        None,
        7,
        build.public_pem("merchant"),
        build.certificate("merchant", 1),
        pem_of(rsa.generate_private_key(65537, 1024)),
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        pem_of(build.key("merchant"), BestAvailableEncryption(b"canary-pass")),
    ],
    "api_v3_key": ["", "canary", "c" * 31, "c" * 33, "钥" * 32, b"\xff" * 32, None, 7, bytearray(32)],
}


@pytest.mark.parametrize(
    "field, value",
    [
        pytest.param(field, value, id=f"{field}-{place}")
        for field, values in BAD.items()
        for place, value in enumerate(values)
    ],
)
def test_what_is_no_merchant_is_refused_without_being_repeated(field, value):
    with pytest.raises(InvalidInput) as raised:
        Merchant.load(**arguments(**{field: value}))
    assert raised.value.field == field
    told = report(raised.value)
    for secret in (build.API_V3_KEY, "-----BEGIN", build.private_pem("merchant").splitlines()[5], "canary"):
        assert secret not in told


@pytest.mark.parametrize("secret", [build.merchant(), build.merchant().api_v3_key], ids=["merchant", "key"])
def test_secrets_are_not_shown_and_not_stored(secret):
    for text in (repr(secret), str(secret), f"{secret!r:>3}", f"{[secret]}"):
        assert build.API_V3_KEY not in text
        assert "PRIVATE" not in text
        assert "object at" not in text
    for store in (copy.copy, copy.deepcopy, *(lambda one, n=n: pickle.dumps(one, n) for n in range(6))):
        with pytest.raises(CallerError) as raised:
            store(secret)
        assert raised.value.code == "holds_secrets"


def test_a_merchant_shows_who_it_is():
    assert repr(build.merchant()) == f"Merchant(mchid='{build.MCHID}', serial='{build.MERCHANT_SERIAL}')"
    with pytest.raises(AttributeError):
        build.merchant().mchid = "1"
