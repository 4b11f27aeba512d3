"""A client of WeChat Pay with everything filled in: HTTP over httpx, the machine's clock and chance, temporary files.

::

    transport = HttpxTransport()
    pay = connect(merchant, keys=keys, transport=transport, appid="wx…", notify_url="https://…")
    pay.query_payment("order-1")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import TypedDict, Unpack

from minishop.adapters.machine import async_machine_handlers, machine_handlers, utc_now
from minishop.flows import AsyncTransport, Handlers, Transport
from minishop.payments.wechatpay import KeySource, Merchant, PlatformKeys
from minishop.payments.wechatpay.client import AsyncWechatPay, OpenSpool, RsaSuite, SubMerchant, Suite, WechatPay

__all__ = ["Settings", "connect", "connect_async"]


class Settings(TypedDict, total=False):
    """Further arguments of :class:`~minishop.payments.wechatpay.client.WechatPay`, where they are described."""

    appid: str
    notify_url: str
    hosts: Iterable[str]
    sub: SubMerchant | None
    suite: Suite | RsaSuite | str
    tries: int
    pause: timedelta
    timeout: timedelta | None
    language: str


def connect(
    merchant: Merchant,
    *,
    keys: PlatformKeys | KeySource,
    transport: Transport,
    clock: Callable[[], datetime] = utc_now,
    handlers: Handlers | None = None,
    **settings: Unpack[Settings],
) -> WechatPay:
    """A client for blocking code; no I/O yet.

    Args:
        merchant: Who signs.
        keys: The platform's keys, or a key ring that renews them.
        transport: Makes the HTTP calls, for example an :class:`~minishop.adapters.httpx.HttpxTransport`; close it when
            you are done.
        clock: Tells the time; aware.
        handlers: Further ones, for example those of :func:`~minishop.payments.wechatpay.key_handlers`.
        settings: ``appid``, ``notify_url``, ``hosts``, … as :class:`~minishop.payments.wechatpay.client.WechatPay`
            takes them.
    """
    machine = {**machine_handlers(clock), **_FILES, **(handlers or {})}
    return WechatPay(merchant, keys=keys, transport=transport, machine=machine, **settings)


def connect_async(
    merchant: Merchant,
    *,
    keys: PlatformKeys | KeySource,
    transport: AsyncTransport,
    clock: Callable[[], datetime] = utc_now,
    handlers: Handlers | None = None,
    **settings: Unpack[Settings],
) -> AsyncWechatPay:
    """A client for async code; for the arguments see :func:`connect`."""
    machine = {**async_machine_handlers(clock), **_FILES, **(handlers or {})}
    return AsyncWechatPay(merchant, keys=keys, transport=transport, machine=machine, **settings)


_FILES: Handlers = {OpenSpool: lambda ask: TemporaryFile()}  # noqa: SIM115  (whoever gets it closes it)
