"""Requests, signed.

The signature covers the method, the target, the time, the nonce and the body, but not the host: the same signed request
may be sent to the backup host. What is signed here must be sent as it is, byte for byte.
"""

from __future__ import annotations

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._checks import check_text, matching
from minishop.payments.wechatpay._merchant import Merchant

__all__ = ["NONCE", "SCHEME", "authorize", "request_message", "sign"]

SCHEME = "WECHATPAY2-SHA256-RSA2048"
"""The authorization scheme, and the name of the signature algorithm of responses and notifications."""

NONCE = matching(r"[0-9A-Za-z]{1,32}")
_METHOD = matching(r"[A-Z]{3,7}")
_TARGET = matching(r"/[!-~]*")
_PKCS1, _SHA256 = PKCS1v15(), SHA256()


def sign(merchant: Merchant, message: bytes) -> str:
    """The base64 text of the merchant's signature (RSASSA-PKCS1-v1_5 with SHA-256) of a message."""
    return b64encode(merchant.private_key.sign(message, _PKCS1, _SHA256)).decode()


def request_message(method: str, target: str, body: bytes, *, timestamp: int, nonce: str) -> bytes:
    """The bytes that the signature of a request covers: five lines, each with its line feed.

    Args:
        method: In upper case.
        target: Path and query exactly as sent: percent-encoded, ``/v3/…?a=b``.
        body: Exactly as sent; empty if there is none. For an upload only the JSON text of ``meta``.
        timestamp: Seconds since 1970.
        nonce: 1 to 32 letters and digits.

    Raises:
        InvalidInput: A part could be read as another line, or cannot be sent like this.
    """
    check_text("method", method, _METHOD, "an HTTP method in upper case")
    check_text("target", target, _TARGET, "a percent-encoded path that starts with a slash")
    check_text("nonce", nonce, NONCE, "1 to 32 letters and digits")
    if type(timestamp) is not int or timestamp < 0:
        raise InvalidInput("timestamp", "wrong_type", "must be an int: whole seconds since 1970")
    if not isinstance(body, bytes):
        raise InvalidInput("body", "wrong_type", "must be the bytes that are sent")
    return b"%b\n%b\n%d\n%b\n%b\n" % (method.encode(), target.encode(), timestamp, nonce.encode(), body)


def authorize(merchant: Merchant, method: str, target: str, body: bytes, *, timestamp: int, nonce: str) -> str:
    """The value of the ``Authorization`` header field of a request; for the arguments see :func:`request_message`."""
    signature = sign(merchant, request_message(method, target, body, timestamp=timestamp, nonce=nonce))
    return (
        f'{SCHEME} mchid="{merchant.mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{merchant.serial}"'
    )
