"""Other algorithms than RSA and AES, brought by the app.

A suite is asked about algorithms and about nothing else. The header fields are read and checked here, once, and the
suite is given what was checked instead of the container: where a field was sent twice, another reading could take the
other value, and an old message would be as young as somebody likes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._headers import HeaderSource, SignatureFields, read_headers
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._verifying import check_fresh

__all__ = ["NotificationSuite", "decrypted_by", "verified_by"]


class NotificationSuite(Protocol):
    """Other algorithms than RSA and AES, for example the SM ones (国密), which no dependency of this library has."""

    def verify(self, headers: Mapping[str, str], body: bytes, *, keys: PlatformKeys, now: datetime) -> None:
        """Returns if the signature holds; else raises one of our errors. The age has been checked already.

        ``headers`` are the fields that were checked and no others: ``Wechatpay-Timestamp``, ``Wechatpay-Nonce``,
        ``Wechatpay-Signature``, ``Wechatpay-Serial``, and ``Wechatpay-Signature-Type`` if it was sent.
        """

    def decrypt(self, resource: Mapping[str, Any]) -> bytes:
        """The plain bytes of a resource; else raises one of our errors."""


def verified_by(
    suite: NotificationSuite, headers: HeaderSource, body: bytes, *, keys: PlatformKeys, now: datetime
) -> SignatureFields:
    """Returns what the header fields said, if they are well-formed, recent, no probe, and the suite agrees.

    Raises:
        Unverified: Malformed, StaleTimestamp or Probe, or what the suite raises.
        InvalidInput: ``headers`` is no mapping, no pairs and no environ.
    """
    fields = read_headers(headers)
    check_fresh(fields, now)
    suite.verify(fields.as_headers(), body, keys=keys, now=now)
    return fields


def decrypted_by(suite: NotificationSuite, resource: Mapping[str, Any]) -> bytes:
    """The plain bytes of a resource.

    Raises:
        Unverified: What the suite raises.
        InvalidInput: The suite gave something else than bytes.
    """
    plain = suite.decrypt(resource)
    if isinstance(plain, bytes | bytearray):
        return bytes(plain)
    got = type(plain).__name__
    del plain  # reports of errors show variables, and this is the content
    raise InvalidInput(
        "suite",
        "wrong_type",
        f"its decrypt() must return bytes, not {got}",
        params={"got": got},
        next_step="Return the plain bytes as they were decrypted, neither decoded nor parsed.",
    )
