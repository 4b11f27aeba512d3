"""The merchant's symmetric key, in a form that cannot be shown."""

from __future__ import annotations

from typing import NoReturn, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from minishop.errors import CallerError, InvalidInput
from minishop.payments.wechatpay._errors import Undecryptable

__all__ = ["ApiV3Key", "ApiV3KeySource", "not_to_be_stored", "undecryptable"]


def not_to_be_stored(what: str) -> NoReturn:
    """Refuses to pickle or copy something that holds a secret."""
    raise CallerError(
        f"{what} holds a secret and cannot be pickled or copied",
        code="holds_secrets",
        next_step="Build it again from your secret store in the other process.",
    )


def undecryptable() -> Undecryptable:
    """The one error for everything that can go wrong while decrypting; it does not say what did."""
    return Undecryptable("what was encrypted cannot be opened with this key")


class ApiV3Key:
    """The APIv3 key (32 characters, set in the merchant console), ready for use. Never shown, pickled or compared.

    Args:
        key: The key's text. An object of this class is taken as it is.

    Raises:
        InvalidInput: It is not 32 ASCII characters.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: str | bytes) -> None:
        cipher = _cipher(key)
        del key  # so that no report of the error below shows it among the variables
        if cipher is None:
            raise InvalidInput("api_v3_key", "malformed", "must be 32 ASCII characters, as text or bytes")
        self._cipher = cipher

    @classmethod
    def of(cls, key: ApiV3KeySource) -> ApiV3Key:
        """The key itself, or one made of its text."""
        try:
            return key if isinstance(key, ApiV3Key) else cls(key)
        finally:
            del key

    def decrypt(self, nonce: bytes, ciphertext: bytes, associated_data: bytes) -> bytes:
        """The plain bytes (AES-256-GCM, the 16 bytes of the tag at the end of the ciphertext).

        Raises:
            Undecryptable: Another key, or anything was changed. All failures look alike.
        """
        if len(nonce) == 12 and len(ciphertext) >= 16:
            try:
                return self._cipher.decrypt(nonce, ciphertext, associated_data)
            except InvalidTag:
                pass  # raised below, like a wrong length
        raise undecryptable()

    def __repr__(self) -> str:
        return "ApiV3Key(…)"

    def __reduce__(self) -> NoReturn:
        not_to_be_stored("an ApiV3Key")


ApiV3KeySource: TypeAlias = ApiV3Key | str | bytes


def _cipher(key: object) -> AESGCM | None:
    raw = key.encode() if isinstance(key, str) and key.isascii() else key
    return AESGCM(raw) if isinstance(raw, bytes) and raw.isascii() and len(raw) == 32 else None
