"""Opening an encrypted push: AES-256-CBC, the key's first half as the vector, PKCS#7 to blocks of 32.

The plain text is 16 random bytes, the length of the message in 4 bytes (big-endian), the message, and the appid.
"""

from __future__ import annotations

from base64 import b64decode

from minishop.wechat._errors import InvalidPush

__all__ = ["open_sealed"]

_RANDOM, _LENGTH = 16, 4
_CIPHER_BLOCK = 16
_LONGEST_PADDING = 32


def open_sealed(sealed: str, *, encoding_aes_key: str, appid: str) -> bytes:
    """The message inside ``Encrypt``.

    Its signature must have been verified before.

    Args:
        sealed: The text of ``Encrypt``.
        encoding_aes_key: From the settings. 43 characters make 32 bytes and two bits that mean nothing and need not be
            0; decoders that are strict about them refuse keys that the console hands out.
        appid: The app that the message must be for.

    Raises:
        InvalidPush: ``undecryptable``, ``other_app``.
    """
    plain = _unpadded(_decrypted(sealed, b64decode(encoding_aes_key + "=")))
    start = _RANDOM + _LENGTH
    if len(plain) < start:
        raise _undecryptable()
    end = start + int.from_bytes(plain[_RANDOM:start], "big")
    if end > len(plain):
        raise _undecryptable()
    if plain[end:] != appid.encode():
        raise InvalidPush("the message is for another app", code="other_app")
    return plain[start:end]


def _decrypted(sealed: str, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        data = b64decode(sealed, validate=True)
    except ValueError:
        raise _undecryptable() from None
    if not data or len(data) % _CIPHER_BLOCK:
        raise _undecryptable()
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _unpadded(data: bytes) -> bytes:
    length = data[-1]
    if not 1 <= length <= _LONGEST_PADDING or data[-length:] != bytes([length]) * length:
        raise _undecryptable()
    return data[:-length]


def _undecryptable() -> InvalidPush:
    return InvalidPush(
        "the message does not open with the key",
        code="undecryptable",
        http_status_hint=400,
        next_step="Compare the EncodingAESKey with the console.",
    )
