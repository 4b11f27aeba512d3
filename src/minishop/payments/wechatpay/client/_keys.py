"""The platform's keys, for a client."""

from __future__ import annotations

from minishop.flows import Flow
from minishop.payments.wechatpay._downloading import download_keys
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay.client._desk import Desk

__all__ = ["download_certificates"]


def download_certificates(desk: Desk) -> Flow[PlatformKeys]:
    """The platform certificates of today (``GET /v3/certificates``), decrypted and verified.

    For looking at; a :class:`~minishop.payments.wechatpay.KeyRing` keeps a client's keys fresh by itself.

    Raises:
        RemoteError: ``no_certificates``: the merchant is in public-key mode; ``certificates_refused``.
        Unverified: The answer is not authentic.
    """
    known = yield from desk.keys.current()
    return (yield from download_keys(desk.merchant, known, host=desk.hosts[0]))
