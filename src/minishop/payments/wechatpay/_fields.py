"""Sensitive fields, such as names: RSA-OAEP with SHA-1, in both directions.

One page of the documentation says SHA-256; the guides and all official SDKs use SHA-1 for the hash and for MGF1.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import a2b_base64

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._secrets import undecryptable

__all__ = ["decrypt_field", "encrypt_field"]

_OAEP = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
_OVERHEAD = 42  # two SHA-1 digests and two bytes


def encrypt_field(key: RSAPublicKey, text: str) -> str:
    """The base64 text to send in a sensitive field.

    Args:
        key: WeChat Pay's, from :meth:`PlatformKeys.encryption_key`, whose serial goes into ``Wechatpay-Serial``.
        text: At most 214 bytes of UTF-8 for a key of 2048 bits.

    Raises:
        InvalidInput: It is no text, or too long.
    """
    try:
        raw = text.encode()
    except (AttributeError, UnicodeError):
        raw = b""  # raised below, so that the text does not hang on it
    del text
    if not raw:
        raise InvalidInput("text", "wrong_type", "must be text, and not empty")
    longest = key.key_size // 8 - _OVERHEAD
    if len(raw) > longest:
        size = len(raw)
        del raw
        raise InvalidInput(
            "text", "too_long", f"must be at most {longest} bytes of UTF-8, got {size}", params={"limit": longest}
        )
    return b64encode(key.encrypt(raw, _OAEP)).decode()


def decrypt_field(merchant: Merchant, text: str) -> str:
    """The plain text of a sensitive field that WeChat Pay encrypted for the merchant.

    Raises:
        Undecryptable: Not for this key, or changed. All failures look alike.
    """
    try:
        return merchant.private_key.decrypt(a2b_base64(text, strict_mode=True), _OAEP).decode()
    except (TypeError, ValueError):
        pass  # raised below, so that nothing of the content hangs on it
    raise undecryptable()
