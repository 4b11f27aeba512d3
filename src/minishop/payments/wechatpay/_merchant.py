"""Who signs: the merchant's number, certificate serial and keys."""

from __future__ import annotations

from typing import NoReturn

from attrs import field, frozen
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._checks import check_text, matching
from minishop.payments.wechatpay._secrets import ApiV3Key, ApiV3KeySource, not_to_be_stored

__all__ = ["Merchant"]

_MCHID = matching(r"[0-9]{1,32}")
_SERIAL = matching(r"[0-9A-F]{40}")


@frozen(kw_only=True, eq=False)
class Merchant:
    """A merchant of WeChat Pay and its keys, loaded once and used for every call. Safe to share between threads.

    It shows its number and serial only; pickling it is refused.

    Attributes:
        mchid: The merchant number (in partner mode the partner's, ``sp_mchid``).
        serial: Serial number of the merchant's API certificate: 40 upper-case hex digits.
        private_key: The merchant's API key.
        api_v3_key: Opens notifications and certificates.
    """

    mchid: str
    serial: str
    private_key: RSAPrivateKey = field(repr=False)
    api_v3_key: ApiV3Key = field(repr=False)

    @classmethod
    def load(cls, *, mchid: str, serial: str, private_key: str | bytes, api_v3_key: ApiV3KeySource) -> Merchant:
        """A merchant from what the merchant console gives; no I/O. Takes some 40 ms, because the key is checked.

        Args:
            mchid: The merchant number.
            serial: Serial number of the merchant's API certificate: 40 hex digits, leading zeros kept.
            private_key: The text of ``apiclient_key.pem`` (RSA, 2048 bits or more, not encrypted).
            api_v3_key: The APIv3 key, 32 characters.

        Raises:
            InvalidInput: One of them is not that. The message does not repeat it.
        """
        try:
            key, secret = _private_key(private_key), ApiV3Key.of(api_v3_key)
        finally:
            del private_key, api_v3_key  # so that no report of an error shows them among the variables
        if key is None:
            raise InvalidInput(
                "private_key",
                "malformed",
                "must be an unencrypted RSA private key of at least 2048 bits in PEM",
                next_step="Pass the text of apiclient_key.pem, with its BEGIN and END lines; not its path.",
            )
        check_text("mchid", mchid, _MCHID, "digits")
        serial = serial.upper() if isinstance(serial, str) else serial
        check_text("serial", serial, _SERIAL, "40 hex digits, leading zeros kept")
        return cls(mchid=mchid, serial=serial, private_key=key, api_v3_key=secret)

    def __reduce__(self) -> NoReturn:
        not_to_be_stored("a Merchant")


def _private_key(pem: str | bytes) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) and key.key_size >= 2048 else None
