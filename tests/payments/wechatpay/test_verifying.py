"""Which messages are authentic, and the order in which that is found out."""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import MAX_SKEW, KeyRing, StaleTimestamp, UnknownSerial, Unverified, verify
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import some

BODY = '{"prepay_id":"wx26112221580621e9b071c00d9e093b0000","name":"茶"}'.encode()
PROBE = "WECHATPAY/SIGNTEST/AbC+/="


def check(headers=None, body=BODY, *, now=build.NOW, **changed):
    verify(headers or build.signed_headers(body, **changed), body, keys=build.platform_keys(), now=now)


def code_of(headers=None, body=BODY, **changed):
    with pytest.raises(Unverified) as raised:
        check(headers, body, **changed)
    return raised.value.code


def test_authentic_messages_pass_whatever_the_body():
    for body in (BODY, b"", b"\n", b"\xff\x00", bytearray(BODY), memoryview(BODY)):
        check(build.signed_headers(bytes(body)), body)


@some
@given(st.binary(max_size=60), st.integers(0, 2**16))
def test_another_body_does_not(body, place):
    headers = build.signed_headers(BODY)
    if body != BODY:
        assert code_of(headers, body) == "signature"
    changed = bytearray(BODY)
    changed[place % len(BODY)] ^= 1 << place % 8
    assert code_of(headers, bytes(changed)) == "signature"


# -- age ------------------------------------------------------------------------------------------------------------


@some
@given(st.integers(-MAX_SKEW + 1, MAX_SKEW - 1))
def test_five_minutes_either_way_are_allowed(skew):
    check(now=build.NOW + timedelta(seconds=skew))


@some
@given(st.integers(MAX_SKEW + 1, 2**31), st.sampled_from([-1, 1]))
def test_more_is_not(skew, sign):
    now = build.NOW + sign * timedelta(seconds=skew)
    with pytest.raises(StaleTimestamp) as raised:
        check(now=now)
    assert raised.value.params["skew"] == sign * skew
    assert "clock" in raised.value.next_step


def test_the_time_zone_of_now_does_not_matter():
    for hours in (-12, 8, 14):
        check(now=build.NOW.astimezone(timezone(timedelta(hours=hours))))


@pytest.mark.parametrize("now", [datetime(2026, 6, 1, 4), 1780286400, None, 0, "2026-06-01"])
def test_now_must_be_aware_and_cannot_be_left_out(now):
    with pytest.raises(InvalidInput) as raised:
        check(now=now)
    assert raised.value.field == "now"


LAX = ["+{}", " {}", "{} ", "{}\n", "0{}", "{}.0", "{}e0", "-{}", "{}_0", "", "NaN", "0x6A1D0000", "1_780_286_400"]
LAX += ["１７８０２８６４００", "٣٣٣", "1" * 13]


@pytest.mark.parametrize("written", LAX)
def test_a_timestamp_is_plain_decimal(written):
    assert code_of(timestamp=written.format(build.AT)) == "malformed"


# -- the other fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonce", ["a b", "a\nb", "a\tb", "é", "a" * 129, "\x00"])
def test_a_nonce_is_one_word(nonce):
    assert code_of(nonce=nonce) == "malformed"


def test_nothing_moves_from_the_nonce_to_the_body():
    """Both have the message ``…\\nab\\ncd\\n``."""
    check(build.signed_headers(b"cd", nonce="ab"), b"cd")
    split = {**build.signed_headers(b"cd", nonce="ab"), "Wechatpay-Nonce": "ab\ncd"}
    assert code_of(split, b"") == "malformed"


@pytest.mark.parametrize(
    "algorithm",
    ["WECHATPAY2-SM2-WITH-SM3", "WECHATPAY-BRAND-SHA256-RSA2048", "wechatpay2-sha256-rsa2048", "none", "RSA", " "],
)
def test_only_one_algorithm_is_built_in(algorithm):
    headers = {**build.signed_headers(BODY), "Wechatpay-Signature-Type": algorithm}
    assert code_of(headers) == "algorithm"


# -- order ----------------------------------------------------------------------------------------------------------


def test_the_first_failing_step_is_told():
    """Each change breaks one more step that comes before those broken so far."""
    steps = [
        ("signature", {"Wechatpay-Signature": build.signature(b"other")}),
        ("malformed", {"Wechatpay-Signature": "%%%"}),
        ("unknown_serial", {"Wechatpay-Serial": "PUB_KEY_ID_7"}),
        ("probe", {"Wechatpay-Signature": PROBE}),
        ("timestamp", {"Wechatpay-Timestamp": str(build.AT - 301)}),
        ("algorithm", {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}),
        ("malformed", {"Wechatpay-Timestamp": "x"}),
    ]
    headers = build.signed_headers(BODY)
    check(headers)
    for code, change in steps:
        headers |= change
        assert code_of(headers) == code


@pytest.mark.parametrize("serial", [build.PUBLIC_KEY_ID, "PUB_KEY_ID_7", "0" * 40])
@pytest.mark.parametrize("rest", ["", "AbC+/=", "not base64 %", "价".encode().decode("latin-1")])
def test_a_probe_is_a_probe_whatever_else_is_wrong(serial, rest):
    headers = build.signed_headers(BODY, signature=f"WECHATPAY/SIGNTEST/{rest}", serial=serial)
    assert code_of(headers) == "probe"


@pytest.mark.parametrize(
    "serial, told",
    [("PUB_KEY_ID_7", True), ("0" * 40, True), ("a" * 40, False), ("x\ty", False), ("<script>", False)],
)
def test_an_unknown_serial_is_told_if_it_could_be_one(serial, told):
    with pytest.raises(UnknownSerial) as raised:
        check(serial=serial)
    assert raised.value.params == ({"serial": serial} if told else {})
    assert serial not in str(raised.value)


@pytest.mark.parametrize("keys", [None, {}, KeyRing(build.platform_keys()), dict(build.platform_keys())])
def test_keys_are_platform_keys(keys):
    with pytest.raises(InvalidInput) as raised:
        verify(build.signed_headers(BODY), BODY, keys=keys, now=build.NOW)
    assert raised.value.field == "keys"


# -- signatures that a lax verifier takes ---------------------------------------------------------------------------


def numbers():
    public = build.key("platform").public_key().public_numbers()
    return public.n, build.key("platform").private_numbers().d


def message():
    return f"{build.AT}\n{build.NONCE}\n".encode() + BODY + b"\n"


def raw():
    return b64decode(build.signature(message()))


def encoded(info, fill=b"\xff", head=b"\x00\x01", tail=b""):
    """An encoded message block, padded as told, and signed by hand."""
    n, d = numbers()
    block = head + fill * (256 - len(head) - 1 - len(info) - len(tail)) + b"\x00" + info + tail
    assert len(block) == 256
    return pow(int.from_bytes(block), d, n).to_bytes(256)


def digest():
    hasher = hashes.Hash(hashes.SHA256())
    hasher.update(message())
    return hasher.finalize()


SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
NO_NULL = bytes.fromhex("302f300b0609608648016503040201042 0".replace(" ", ""))


def signed(scheme, algorithm=None):
    return build.key("platform").sign(message(), scheme, algorithm or hashes.SHA256())


def plus_modulus():
    return (int.from_bytes(raw()) + numbers()[0]).to_bytes(257)


FORGERIES = {
    "pss": lambda: signed(padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)),
    "sha1": lambda: signed(padding.PKCS1v15(), hashes.SHA1()),
    "sha512": lambda: signed(padding.PKCS1v15(), hashes.SHA512()),
    "digest signed twice": lambda: build.key("platform").sign(digest(), padding.PKCS1v15(), hashes.SHA256()),
    "no algorithm": lambda: encoded(digest()),
    "parameters left out": lambda: encoded(NO_NULL + digest()),
    "block type 0": lambda: encoded(SHA256_INFO + digest(), fill=b"\x00", head=b"\x00\x00"),
    "block type 2": lambda: encoded(SHA256_INFO + digest(), head=b"\x00\x02"),
    "padding of other bytes": lambda: encoded(SHA256_INFO + digest(), fill=b"\xfe"),
    "short padding and garbage at the end": lambda: encoded(
        SHA256_INFO + digest(), head=b"\x00\x01" + b"\xff" * 8, fill=b"", tail=b"\x00" * (256 - 11 - 51)
    ),
    "one byte less": lambda: raw()[:-1],
    "one byte more": lambda: raw() + b"\x00",
    "zero in front": lambda: b"\x00" + raw(),
    "plus the modulus": plus_modulus,
    "modulus less it": lambda: (numbers()[0] - int.from_bytes(raw())).to_bytes(256),
    "zero": lambda: bytes(256),
    "one": lambda: (1).to_bytes(256),
    "the modulus": lambda: numbers()[0].to_bytes(256),
    "nothing but a byte": lambda: b"\x00",
    "another key": lambda: rsa.generate_private_key(65537, 2048).sign(message(), padding.PKCS1v15(), hashes.SHA256()),
    "a longer key": lambda: rsa.generate_private_key(65537, 3072).sign(message(), padding.PKCS1v15(), hashes.SHA256()),
}


def test_the_blocks_made_by_hand_would_pass_if_they_were_right():
    assert encoded(SHA256_INFO + digest()) == raw()
    prehashed = build.key("platform").sign(digest(), padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    assert prehashed == raw()


@pytest.mark.parametrize("name", FORGERIES)
def test_a_signature_that_is_nearly_right_is_wrong(name):
    forged = b64encode(FORGERIES[name]()).decode()
    assert code_of(build.signed_headers(BODY, signature=forged)) == "signature"


@pytest.mark.parametrize("place", range(len(SHA256_INFO) + 32))
def test_every_byte_that_was_signed_counts(place):
    """Of the name of the digest as well as of the digest, and of the lengths between them."""
    info = bytearray(SHA256_INFO + digest())
    info[place] ^= 1
    forged = b64encode(encoded(bytes(info))).decode()
    assert code_of(build.signed_headers(BODY, signature=forged)) == "signature"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text[:-2],
        lambda text: text + "=",
        lambda text: text + "AAAA",
        lambda text: text[:10] + "\n" + text[10:],
        lambda text: text[:10] + " " + text[10:],
        lambda text: text[:10] + "%" + text[10:],
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: "=" + text,
        lambda text: text[:8] + "====" + text[8:],
        lambda text: text.replace("=", ""),
        lambda text: text.replace("=", "\x00"),
        lambda text: "价" + text,
    ],
)
def test_base64_is_strict(change):
    text = build.signature(message())
    assert text.endswith("==")
    assert code_of(build.signed_headers(BODY, signature=change(text))) in ("malformed", "signature")
    check(build.signed_headers(BODY, signature=text))


def test_the_alphabet_of_addresses_is_not_that_of_signatures():
    for count in range(40):
        body = BODY + str(count).encode()
        headers = build.signed_headers(body)
        text = headers["Wechatpay-Signature"].replace("+", "-").replace("/", "_")
        assert code_of({**headers, "Wechatpay-Signature": text}, body) == "malformed"


@pytest.mark.parametrize("body", ["text", {"a": 1}, None, 7, ["x"]])
def test_a_body_must_be_bytes_and_the_error_says_where_to_get_them(body):
    with pytest.raises(InvalidInput) as raised:
        check(build.signed_headers(BODY), body)
    assert raised.value.field == "body"
    for way in ("await request.body()", "request.get_data()", "request.body"):
        assert way in raised.value.next_step
