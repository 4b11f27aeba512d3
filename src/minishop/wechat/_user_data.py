"""What the front end's older interfaces hand over: encrypted or signed with the session key.

Every failure to decrypt is the same error, whatever the reason, so that nobody learns from it what went wrong inside.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from minishop.errors import InvalidInput
from minishop.wechat._errors import InvalidUserData
from minishop.wechat._json import as_mapping, read_object

__all__ = ["decrypt_user_data", "is_signed_by_session", "session_bytes", "session_signature"]

_BLOCK = 16
_LARGEST = 64 * 1024


def session_bytes(session_key: str) -> bytes:
    """The key of a session as bytes.

    Raises:
        InvalidInput: ``malformed``: it is not 16 bytes of base64.
    """
    key = _base64(session_key)
    if key is None or len(key) != _BLOCK:
        raise InvalidInput("session_key", "malformed", "must be the session_key of a session")
    return key


def session_signature(session_key: str) -> str:
    """What proves to the platform that a session's key is known: HMAC-SHA-256 of nothing, under its base64 text."""
    session_bytes(session_key)
    return hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()


def decrypt_user_data(session_key: str, iv: str, encrypted_data: str, *, appid: str) -> Mapping[str, Any]:
    """Opens ``encryptedData`` of ``getPhoneNumber`` and its like (AES-128-CBC), and checks whose it is.

    Args:
        session_key: Of the session that was current when the front end asked.
        iv: What the front end sent beside it.
        encrypted_data: What the front end sent.
        appid: The app; the watermark must name it.

    Returns:
        Mapping: For example ``purePhoneNumber``; always with ``watermark``.

    Raises:
        InvalidUserData: ``undecryptable``, or ``other_app``.
    """
    key, vector, data = session_bytes(session_key), _base64(iv), _base64(encrypted_data)
    if vector is None or data is None or len(vector) != _BLOCK or not data or len(data) % _BLOCK:
        raise _undecryptable()
    fields = read_object(_unpadded(_decrypted(key, vector, data)))
    if fields is None:
        raise _undecryptable()
    if as_mapping(fields.get("watermark")).get("appid") != appid:
        raise InvalidUserData("the encrypted data is another app's", code="other_app")
    return fields


def is_signed_by_session(raw_data: str, signature: str, *, session_key: str) -> bool:
    """Whether ``rawData`` of the front end is what the platform signed for this session (SHA-1).

    Args:
        raw_data: The text as it came.
        signature: What came beside it.
        session_key: Of the session.
    """
    try:
        expected = hashlib.sha1((raw_data + session_key).encode()).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode())
    except (AttributeError, TypeError, UnicodeEncodeError):
        return False


def _decrypted(key: bytes, vector: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES128(key), modes.CBC(vector)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _unpadded(data: bytes) -> bytes:
    length = data[-1]
    if not 1 <= length <= _BLOCK or data[-length:] != bytes([length]) * length:
        raise _undecryptable()
    return data[:-length]


def _base64(text: object) -> bytes | None:
    if not isinstance(text, str) or len(text) > _LARGEST:
        return None
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _undecryptable() -> InvalidUserData:
    return InvalidUserData("the encrypted data does not open with this session key")
