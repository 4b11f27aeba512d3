"""Resources (AES-GCM) and sensitive fields (OAEP), and what a lax implementation of either lets pass."""

import hashlib
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import (
    Malformed,
    Undecryptable,
    Unverified,
    WrongAlgorithm,
    decrypt_field,
    decrypt_resource,
    encrypt_field,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import some
from tests.payments.wechatpay.reports import report

PLAIN = '{"name":"张三 canary"}'.encode()
NONCE, AAD = "fdasflkja484", "transaction"
KEY = build.API_V3_KEY.encode()


def sealed(plain=PLAIN, *, nonce=b"fdasflkja484", aad=b"transaction", key=KEY):
    return AESGCM(key).encrypt(nonce, plain, aad)


def resource(raw=None, **changed):
    return {
        "original_type": "transaction",
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(sealed() if raw is None else raw).decode(),
        "associated_data": AAD,
        "nonce": NONCE,
        **changed,
    }


# -- resources ------------------------------------------------------------------------------------------------------


@some
@given(st.binary(max_size=200), st.text("abcXYZ019", min_size=12, max_size=12), st.text(max_size=20))
def test_what_aes_gcm_has_sealed_opens(plain, nonce, aad):
    raw = sealed(plain, nonce=nonce.encode(), aad=aad.encode())
    for key in (build.API_V3_KEY, KEY, build.merchant().api_v3_key):
        assert decrypt_resource(key, resource(raw, nonce=nonce, associated_data=aad)) == plain


def test_associated_data_may_be_empty_null_or_missing():
    raw = sealed(aad=b"")
    missing = resource(raw)
    del missing["associated_data"]
    for given_ in (missing, resource(raw, associated_data=""), resource(raw, associated_data=None)):
        assert decrypt_resource(KEY, given_) == PLAIN


def ctr(plain):
    """The right cipher stream without a tag."""
    counter = NONCE.encode() + (2).to_bytes(4)
    return Cipher(algorithms.AES(KEY), modes.CTR(counter)).encryptor().update(plain)


TAMPERED = {
    "one bit of the content": resource(bytes([sealed()[0] ^ 1]) + sealed()[1:]),
    "one bit of the tag": resource(sealed()[:-1] + bytes([sealed()[-1] ^ 0x80])),
    "no tag": resource(ctr(PLAIN)),
    "nothing": resource(b""),
    "a tag alone": resource(sealed(b"")[:15]),
    "another nonce": resource(nonce="fdasflkja485"),
    "a nonce of 11": resource(nonce="fdasflkja48"),
    "a nonce of 13": resource(nonce="fdasflkja4840"),
    "a nonce of 16": resource(nonce="fdasflkja4840000"),
    "a nonce of 12 characters that are 24 bytes": resource(nonce="é" * 12),
    "no nonce": resource(nonce=""),
    "other associated data": resource(associated_data="refund"),
    "no associated data": resource(associated_data=""),
    "associated data of another case": resource(associated_data="Transaction"),
    "half a surrogate pair": resource(associated_data="\ud800"),
    "another key": resource(sealed(key=b"x" * 32)),
    "a key half as long": resource(sealed(key=KEY[:16])),
    "another cipher": resource(ChaCha20Poly1305(KEY).encrypt(NONCE.encode(), PLAIN, AAD.encode())),
    "tag in front": resource(sealed()[-16:] + sealed()[:-16]),
    "no base64": resource(ciphertext="%%%%"),
    "base64 with a blank": resource(ciphertext=" " + resource()["ciphertext"]),
    "base64 with a line": resource(ciphertext=resource()["ciphertext"] + "\n"),
    "base64 without padding": resource(sealed(PLAIN + b" "), ciphertext=b64encode(sealed()).decode().rstrip("=")[:-1]),
    "base64 that goes on": resource(ciphertext=resource()["ciphertext"] + "AAAA"),
    **{f"a tag of {size}": resource(sealed()[: size - 16]) for size in range(1, 16)},
    **{f"a tag of {size} of nothing": resource(sealed(b"")[:size]) for size in range(4, 16)},
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_looks_like_any_other_failure(name):
    with pytest.raises(Undecryptable) as raised:
        decrypt_resource(build.merchant().api_v3_key, TAMPERED[name])
    assert raised.value.args == ("what was encrypted cannot be opened with this key",)
    assert (raised.value.code, raised.value.params) == ("decrypt", {})
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert "canary" not in report(raised.value)


@pytest.mark.parametrize(
    "algorithm", ["AEAD_SM4_GCM", "aead_aes_256_gcm", "AES_256_ECB", "", None, 7, ["AEAD_AES_256_GCM"]]
)
def test_another_algorithm_is_not_tried(algorithm):
    with pytest.raises(WrongAlgorithm):
        decrypt_resource(KEY, resource(algorithm=algorithm))


@pytest.mark.parametrize("field", ["ciphertext", "nonce", "associated_data"])
@pytest.mark.parametrize("value", [7, True, ["x"], {"a": "b"}])
def test_a_part_that_is_no_text_is_malformed(field, value):
    with pytest.raises(Malformed):
        decrypt_resource(KEY, resource(**{field: value}))


@pytest.mark.parametrize("key", ["short", KEY + b"x", None, "钥" * 32])
def test_a_key_is_32_characters(key):
    with pytest.raises(InvalidInput) as raised:
        decrypt_resource(key, resource())
    assert raised.value.field == "api_v3_key"
    assert build.API_V3_KEY not in report(raised.value)


# -- fields ---------------------------------------------------------------------------------------------------------

SHA1 = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)


@some
@given(st.text(min_size=1, max_size=53))
def test_a_field_goes_both_ways(text):
    """Ours against the primitive, in both directions."""
    public, private = build.key("merchant").public_key(), build.key("platform")
    assert decrypt_field(build.merchant(), b64encode(public.encrypt(text.encode(), SHA1)).decode()) == text
    assert private.decrypt(b64decode(encrypt_field(private.public_key(), text)), SHA1) == text.encode()


def test_a_field_is_never_encrypted_alike():
    public = build.key("platform").public_key()
    assert encrypt_field(public, "张三") != encrypt_field(public, "张三")


def test_a_field_has_room_for_214_bytes():
    public = build.key("merchant").public_key()
    for text in ("x" * 214, "价" * 71):
        assert decrypt_field(build.merchant(), encrypt_field(public, text)) == text
    for text in ("x" * 215, "价" * 72):
        with pytest.raises(InvalidInput) as raised:
            encrypt_field(public, text)
        assert raised.value.code == "too_long"
        assert text not in report(raised.value)


@pytest.mark.parametrize("text", ["", None, 7, b"x", "canary \ud800"])
def test_a_field_is_text(text):
    with pytest.raises(InvalidInput) as raised:
        encrypt_field(build.key("merchant").public_key(), text)
    assert "canary" not in report(raised.value)


def to_merchant(plain, scheme):
    return build.key("merchant").public_key().encrypt(plain, scheme)


def oaep(main, mask, label=None):
    return OAEP(mgf=MGF1(mask), algorithm=main, label=label)


def by_hand(**changed):
    """Encrypts as RFC 8017, 7.1.1 says, with a part of the encoded message changed."""

    def mask(seed, size):
        blocks = b"".join(hashlib.sha1(seed + count.to_bytes(4)).digest() for count in range(size // 20 + 1))
        return blocks[:size]

    def xor(one, other):
        return bytes(a ^ b for a, b in zip(one, other, strict=True))

    plain, seed = b"canary", b"s" * 20
    label = changed.get("label_hash", hashlib.sha1(b"").digest())
    filling = changed.get("filling", bytes(256 - 2 - 40 - len(plain)))
    block = label + filling + changed.get("separator", b"\x01") + plain
    masked = xor(block, mask(seed, len(block)))
    encoded = changed.get("first", b"\x00") + xor(seed, mask(masked, 20)) + masked
    public = build.key("merchant").public_key().public_numbers()
    return pow(int.from_bytes(encoded), public.e, public.n).to_bytes(256)


FORGED = {
    "sha256": lambda: to_merchant(b"canary", oaep(hashes.SHA256(), hashes.SHA256())),
    "sha256 with a mask of sha1": lambda: to_merchant(b"canary", oaep(hashes.SHA256(), hashes.SHA1())),
    "sha1 with a mask of sha256": lambda: to_merchant(b"canary", oaep(hashes.SHA1(), hashes.SHA256())),
    "a label": lambda: to_merchant(b"canary", oaep(hashes.SHA1(), hashes.SHA1(), b"label")),
    "pkcs1": lambda: to_merchant(b"canary", PKCS1v15()),
    "for another key": lambda: build.key("platform").public_key().encrypt(b"canary", SHA1),
    "no utf-8": lambda: to_merchant(b"\xff\xfe canary", SHA1),
    "one byte less": lambda: to_merchant(b"canary", SHA1)[:-1],
    "one byte more": lambda: to_merchant(b"canary", SHA1) + b"\x00",
    "zero in front": lambda: b"\x00" + to_merchant(b"canary", SHA1),
    "nothing": lambda: b"",
    "zero": lambda: bytes(256),
    "label of nothing hashed otherwise": lambda: by_hand(label_hash=bytes(20)),
    "no separator": lambda: by_hand(separator=b"\x00"),
    "another separator": lambda: by_hand(separator=b"\x02"),
    "filling of ones": lambda: by_hand(filling=b"\x02" * 208),
}


def test_the_field_made_by_hand_would_open_if_it_were_right():
    assert decrypt_field(build.merchant(), b64encode(by_hand()).decode()) == "canary"


@pytest.mark.parametrize("name", FORGED)
def test_a_field_that_is_nearly_right_looks_like_any_other_failure(name):
    with pytest.raises(Undecryptable) as raised:
        decrypt_field(build.merchant(), b64encode(FORGED[name]()).decode())
    assert raised.value.args == ("what was encrypted cannot be opened with this key",)
    assert raised.value.__context__ is None
    assert "canary" not in report(raised.value)


@pytest.mark.parametrize("text", [None, 7, b"\xff", "%", "价", "AAA", " AAAA"])
def test_a_field_is_strict_base64(text):
    with pytest.raises(Unverified):
        decrypt_field(build.merchant(), text)


@pytest.mark.parametrize("size", [8, 11, 13, 16])
def test_a_nonce_of_another_length_is_refused_even_if_it_fits(size):
    nonce = "fdasflkja4840000"[:size]
    with pytest.raises(Undecryptable):
        decrypt_resource(KEY, resource(sealed(nonce=nonce.encode()), nonce=nonce))


@pytest.mark.parametrize("change", [" {}", "{}\n", "{}=", "!{}"])
def test_a_field_that_would_open_but_for_its_base64(change):
    text = encrypt_field(build.key("merchant").public_key(), "张三")
    assert decrypt_field(build.merchant(), text) == "张三"
    with pytest.raises(Undecryptable):
        decrypt_field(build.merchant(), change.format(text))
