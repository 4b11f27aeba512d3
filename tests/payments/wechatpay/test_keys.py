"""The map of platform keys."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import CallerError, InvalidInput
from minishop.payments.wechatpay import PlatformKeys, UnknownSerial, parse_notification
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import some

DAY = timedelta(days=1)
OLD, NEW = 0x0B, 0x7A5B << 140


def number(serial):
    return f"{serial:040X}"


def parsed(keys, now=build.NOW, **changed):
    headers, body = build.delivery(build.transaction(), timestamp=str(int(now.timestamp())), **changed)
    return parse_notification(headers, body, keys=keys, api_v3_key=build.API_V3_KEY, now=now)


def test_serial_numbers_come_from_the_certificates_with_leading_zeros():
    keys = PlatformKeys.of(certificates=[build.certificate("platform", OLD), build.certificate("newer", NEW).encode()])
    assert list(keys) == [number(OLD), number(NEW)]
    assert all(len(serial) == 40 and serial == serial.upper() for serial in keys)
    assert keys[number(OLD)].is_certificate


def test_both_modes_live_side_by_side():
    keys = PlatformKeys.of(
        certificates=[build.certificate("platform", OLD)],
        public_keys={build.PUBLIC_KEY_ID: build.public_pem("newer")},
    )
    assert parsed(keys, serial=number(OLD)).serial == number(OLD)
    assert parsed(keys, key="newer").serial == build.PUBLIC_KEY_ID


@pytest.mark.parametrize(
    "serial",
    [build.PUBLIC_KEY_ID.lower(), build.PUBLIC_KEY_ID[11:], build.PUBLIC_KEY_ID + " ", "0" + build.PUBLIC_KEY_ID],
)
def test_a_serial_is_an_exact_string(serial):
    with pytest.raises(UnknownSerial):
        parsed(build.platform_keys(), serial=serial)


def test_a_certificate_is_good_from_its_first_second_to_its_last():
    since, until = build.NOW - DAY, build.NOW + DAY
    keys = PlatformKeys.of(certificates=[build.certificate("platform", OLD, since, until)])
    for now in (since, build.NOW, until):
        assert parsed(keys, now, serial=number(OLD))
    for now in (since - timedelta(seconds=1), until + timedelta(seconds=1)):
        with pytest.raises(UnknownSerial):
            parsed(keys, now, serial=number(OLD))


def test_the_key_to_encrypt_with_is_effective_and_expires_last():
    certificates = [
        build.certificate("a", 1, build.NOW - 900 * DAY, build.NOW - DAY),
        build.certificate("b", 2, build.NOW - 90 * DAY, build.NOW + 9 * DAY),
        build.certificate("c", 3, build.NOW - 9 * DAY, build.NOW + 99 * DAY),
        build.certificate("d", 4, build.NOW + DAY, build.NOW + 999 * DAY),
    ]
    keys = PlatformKeys.of(certificates=certificates)
    serial, key = keys.encryption_key(build.NOW)
    assert serial == number(3)
    assert key.public_numbers() == build.key("c").public_key().public_numbers()
    assert keys.encryption_key(build.NOW + 2 * DAY)[0] == number(4)


def test_certificates_encrypt_until_there_are_none():
    keys = PlatformKeys.of(
        certificates=[build.certificate("b", 2, build.NOW - 90 * DAY, build.NOW + 9 * DAY)],
        public_keys={"PUB_KEY_ID_01": build.public_pem("a"), "PUB_KEY_ID_02": build.public_pem("platform")},
    )
    assert keys.encryption_key(build.NOW)[0] == number(2)
    assert keys.encryption_key(build.NOW + 10 * DAY)[0] == "PUB_KEY_ID_02"


def test_without_a_key_there_is_nothing_to_encrypt_with():
    expired = PlatformKeys.of(certificates=[build.certificate("a", 1, build.NOW - 900 * DAY, build.NOW - DAY)])
    for keys in (PlatformKeys(), expired):
        with pytest.raises(CallerError) as raised:
            keys.encryption_key(build.NOW)
        assert raised.value.code == "no_platform_key"


names = st.lists(st.sampled_from("abcd"), unique=True)
PEMS = {letter: build.public_pem(letter) for letter in "abcd"}


@some
@given(names, names)
def test_merging_never_loses_a_key(some, others):
    def keys(letters):
        return PlatformKeys.of(public_keys={f"PUB_KEY_ID_{letter}": PEMS[letter] for letter in letters})

    one, other = keys(some), keys(others)
    before = dict(one)
    merged = one.merged(other)
    assert merged.keys() == one.keys() | other.keys()
    assert all(merged[serial] is one[serial] for serial in one)
    assert dict(one) == before


def test_one_serial_is_one_key():
    one = PlatformKeys.of(public_keys={build.PUBLIC_KEY_ID: build.public_pem("platform")})
    same = PlatformKeys.of(public_keys={build.PUBLIC_KEY_ID: build.public_pem("platform").encode()})
    other = PlatformKeys.of(public_keys={build.PUBLIC_KEY_ID: build.public_pem("newer")})
    assert one.merged(same)[build.PUBLIC_KEY_ID] is one[build.PUBLIC_KEY_ID]
    with pytest.raises(InvalidInput) as raised:
        one.merged(other)
    assert raised.value.code == "conflict"
    with pytest.raises(InvalidInput):
        PlatformKeys.of(certificates=[build.certificate("a", 1), build.certificate("b", 1)])


def test_the_map_cannot_be_changed():
    keys = build.platform_keys()
    with pytest.raises(TypeError):
        keys[build.PUBLIC_KEY_ID] = None
    with pytest.raises(TypeError):
        keys._keys["x"] = None
    with pytest.raises(AttributeError):
        keys.more = 1
    assert repr(keys) == f"PlatformKeys({build.PUBLIC_KEY_ID})"


def test_the_merchants_own_key_is_no_platform_key():
    own = [
        {"certificates": [build.certificate("merchant", 5)]},
        {"certificates": [build.certificate("a", int(build.MERCHANT_SERIAL, 16))]},
        {"public_keys": {"PUB_KEY_ID_1": build.public_pem("merchant")}},
    ]
    for arguments in own:
        assert len(PlatformKeys.of(**arguments)) == 1  # nobody can know
        with pytest.raises(InvalidInput) as raised:
            PlatformKeys.of(**arguments, merchant=build.merchant())
        assert raised.value.code == "own_key"
        assert raised.value.field in arguments
    fine = {"certificates": [build.certificate("a", 1)], "public_keys": {"PUB_KEY_ID_1": build.public_pem("b")}}
    assert len(PlatformKeys.of(**fine, merchant=build.merchant())) == 2


def public_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "arguments, code",
    [
        ({"certificates": ["x"]}, "malformed"),
        ({"certificates": [b"\xff"]}, "malformed"),
        ({"certificates": [None]}, "malformed"),
        ({"certificates": [build.public_pem("a")]}, "malformed"),
        ({"public_keys": {"PUB_KEY_ID_1": "x"}}, "malformed"),
        ({"public_keys": {"PUB_KEY_ID_1": None}}, "malformed"),
        ({"public_keys": {"PUB_KEY_ID_1": build.certificate("a", 1)}}, "malformed"),
        ({"public_keys": {"": build.public_pem("a")}}, "malformed"),
        ({"public_keys": {"0" * 40: build.public_pem("a")}}, "malformed"),
        ({"public_keys": {7: build.public_pem("a")}}, "wrong_type"),
        ({"public_keys": {"PUB_KEY_ID_1": public_pem(ec.generate_private_key(ec.SECP256R1()))}}, "unsupported_key"),
        ({"public_keys": {"PUB_KEY_ID_1": public_pem(rsa.generate_private_key(65537, 1024))}}, "unsupported_key"),
    ],
)
def test_what_is_no_key_is_refused(arguments, code):
    with pytest.raises(InvalidInput) as raised:
        PlatformKeys.of(**arguments)
    assert raised.value.code == code
