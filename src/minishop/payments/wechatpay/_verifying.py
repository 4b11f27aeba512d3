"""Whether a response or a notification is authentic.

Header fields well-formed, algorithm allowed, at most 300 seconds off, not a probe, key known and valid, signature of
the raw body: in this order, and what is cheap comes first. Nothing is parsed or decrypted before the signature holds,
and nothing here does I/O: an unknown key is an error, not a download.
"""

from __future__ import annotations

from binascii import a2b_base64
from datetime import datetime
from hashlib import sha256
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._checks import matching, unix_seconds
from minishop.payments.wechatpay._errors import (
    BadSignature,
    Malformed,
    Probe,
    StaleTimestamp,
    UnknownSerial,
    WrongAlgorithm,
)
from minishop.payments.wechatpay._headers import HeaderSource, SignatureFields, read_headers
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._raw import raw_body
from minishop.payments.wechatpay._signing import SCHEME

__all__ = ["MAX_SKEW", "check_fresh", "response_message", "verified", "verify"]

MAX_SKEW = 300
"""Seconds between a signature and now, either way. WeChat Pay's rule; it cannot be changed."""

_SERIAL = matching(r"[0-9A-F]{40}|PUB_KEY_ID_[0-9]{1,64}")
_PROBE = "WECHATPAY/SIGNTEST/"
_PKCS1, _SHA256 = PKCS1v15(), SHA256()


def response_message(timestamp: int, nonce: str, body: bytes) -> bytes:
    """The bytes that the signature of a response or a notification covers: three lines, each with its line feed."""
    return b"\n".join((f"{timestamp}\n{nonce}".encode(), body, b""))


def verify(headers: HeaderSource, body: bytes, *, keys: PlatformKeys, now: datetime) -> None:
    """Returns if a response or a notification is authentic and recent.

    Of responses only successful ones are signed, and downloads of files are not: look at the status first.

    Args:
        headers: A mapping in any case, pairs of str or bytes, or a WSGI environ.
        body: The raw bytes as received.
        keys: The platform's keys.
        now: The time; aware.

    Raises:
        Unverified: Malformed, WrongAlgorithm, StaleTimestamp, Probe, UnknownSerial or BadSignature.
        InvalidInput: An argument is of the wrong type.
    """
    verified(headers, raw_body(body), keys=keys, now=now)


def verified(headers: HeaderSource, body: bytes, *, keys: PlatformKeys, now: datetime) -> SignatureFields:
    """:func:`verify`, and what the header fields said."""
    fields = read_headers(headers)
    timestamp, nonce, serial, encoded, algorithm = fields
    if algorithm and algorithm != SCHEME:
        raise WrongAlgorithm(
            "the signature's algorithm is not supported",
            next_step=f"Only {SCHEME} is built in: choose RSA in the merchant console, or bring a suite of your own.",
        )
    check_fresh(fields, now)
    key = keys.find(serial) if isinstance(keys, PlatformKeys) else _no_keys()
    if key is None:
        raise _unknown("the key that Wechatpay-Serial names is not known", serial)
    if not key.is_good_at(now):
        raise _unknown("the certificate that Wechatpay-Serial names is not valid now", serial)
    try:
        signature = a2b_base64(encoded, strict_mode=True)
    except ValueError:
        signature = b""
    if not signature:  # raised here, which is quicker than from there
        raise Malformed("Wechatpay-Signature is not base64")
    digest = sha256(response_message(timestamp, nonce, body)).digest()
    try:
        # Padding and DigestInfo are checked as by verify(); what was signed comes back, which is quicker than letting
        # it make a digest of its own.
        signed = key.public_key.recover_data_from_signature(signature, _PKCS1, _SHA256)
    except InvalidSignature:
        signed = b""
    if signed != digest:
        raise BadSignature("the signature is not one of this body")
    return fields


def check_fresh(fields: SignatureFields, now: datetime) -> None:
    """Returns if a message was signed at most 300 seconds ago or from now, and is no probe.

    The signature of a probe is deliberately wrong; then nothing else about it need be right.

    Raises:
        StaleTimestamp: It was signed at another time.
        Probe: It is one.
    """
    skew = unix_seconds(now) - fields.timestamp
    if not -MAX_SKEW <= skew <= MAX_SKEW:
        raise StaleTimestamp(
            f"signed {abs(skew)} seconds {'ago' if skew > 0 else 'from now'}; {MAX_SKEW} are allowed",
            params={"skew": skew, "limit": MAX_SKEW},
        )
    if fields.signature.startswith(_PROBE):
        raise Probe("a probe of WeChat Pay with a deliberately wrong signature")


def _no_keys() -> NoReturn:
    raise InvalidInput("keys", "wrong_type", "must be PlatformKeys", next_step="Of a KeyRing pass its keys.")


def _unknown(message: str, serial: str) -> UnknownSerial:
    # Anybody may write anything into a header field; only what could be a serial is told.
    return UnknownSerial(message, params={"serial": serial} if _SERIAL.fullmatch(serial) else None)
