"""The header fields that prove what the gateway sends, and the ways in which they can be wrong."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._credentials import PlatformKey, private_key

__all__ = ["PROBE", "changed", "prove"]

PROBE = "WECHATPAY/SIGNTEST/"
_LATE = timedelta(minutes=6)


def prove(
    key: PlatformKey, body: bytes, *, now: datetime, nonce: str, spoilt: str | None = None
) -> tuple[dict[str, str], bytes]:
    """The header fields that prove a body, and the body as it is sent.

    Args:
        key: The gateway's key.
        body: The exact bytes; empty for 204.
        now: When it is signed; aware.
        nonce: A new one.
        spoilt: What is wrong with it, if anything: the value of a :class:`Fault` or :class:`NoticeFault` that is about
            signatures.
    """
    timestamp = str(int((now - _LATE if spoilt == "stale" else now).timestamp()))
    signer = private_key("stranger") if spoilt == "wrong_signature" else key.key
    headers = {
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": key.serial,
        "Wechatpay-Signature": _crypto.sign(signer, _crypto.lines(timestamp, nonce, body)),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Wechatpay-Timestamp": timestamp,
    }
    if spoilt == "unsigned":
        return {}, body
    if spoilt == "probe":
        headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"][len(PROBE) :]
    if spoilt == "unknown_serial":
        headers["Wechatpay-Serial"] = "0" * 39 + "1"
    if spoilt == "tampered":
        return _tampered(headers, body)
    return headers, body


def _tampered(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    """Another body, or, where there is none to change, another nonce."""
    if not body:
        return {**headers, "Wechatpay-Nonce": headers["Wechatpay-Nonce"][::-1]}, body
    return headers, changed(body)


def changed(body: bytes) -> bytes:
    """The body with one byte changed: its first digit, so that JSON stays JSON, or else its last byte."""
    other = re.sub(rb"[0-9]", lambda found: b"3" if found[0] == b"7" else b"7", body, count=1)
    return other if other != body else body[:-1] + bytes([body[-1] ^ 1])
