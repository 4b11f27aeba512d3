"""The algorithms of a client, as one object that can be exchanged.

The library has RSA. The SM algorithms (国密) are refused, because no dependency of it has SM2; whoever has an
implementation wraps it in an object with these methods and gives it to the client.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from minishop.payments.wechatpay._fields import encrypt_field
from minishop.payments.wechatpay._headers import HeaderSource
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._signing import SCHEME, authorize
from minishop.payments.wechatpay._suites import NotificationSuite
from minishop.payments.wechatpay._verifying import verify
from minishop.payments.wechatpay.client._errors import UnsupportedSuite

__all__ = ["RSA", "RsaSuite", "Suite", "suite_of"]


class Suite(NotificationSuite, Protocol):
    """How requests are signed, responses and notifications verified, resources and sensitive fields handled."""

    def authorize(
        self, merchant: Merchant, method: str, target: str, body: bytes, *, timestamp: int, nonce: str
    ) -> str:
        """The value of ``Authorization``; see :func:`~minishop.payments.wechatpay.authorize`."""

    def encrypt(self, text: str, *, keys: PlatformKeys, now: datetime) -> tuple[str, str]:
        """The serial of the key that was taken, and the encrypted text."""


class RsaSuite:
    """``WECHATPAY2-SHA256-RSA2048`` and RSA-OAEP: what a client has unless it is given another suite."""

    def authorize(
        self, merchant: Merchant, method: str, target: str, body: bytes, *, timestamp: int, nonce: str
    ) -> str:
        """See :class:`Suite`."""
        return authorize(merchant, method, target, body, timestamp=timestamp, nonce=nonce)

    def verify(self, headers: HeaderSource, body: bytes, *, keys: PlatformKeys, now: datetime) -> None:
        """See :class:`Suite`."""
        verify(headers, body, keys=keys, now=now)

    def encrypt(self, text: str, *, keys: PlatformKeys, now: datetime) -> tuple[str, str]:
        """See :class:`Suite`."""
        serial, key = keys.encryption_key(now)
        return serial, encrypt_field(key, text)


RSA = RsaSuite()


def suite_of(suite: Suite | RsaSuite | str) -> Suite | RsaSuite:
    """The suite that is meant by an object, or by a scheme's name.

    Raises:
        UnsupportedSuite: A name other than ``WECHATPAY2-SHA256-RSA2048``.
    """
    if not isinstance(suite, str):
        return suite
    if suite != SCHEME:
        raise UnsupportedSuite(f"no dependency of this library can do {suite}", params={"suite": suite})
    return RSA
