"""A mini-program with everything filled in: the machine's clock, chance and patience.

::

    app = connect(appid="wx…", secret="…", transport=HttpxTransport(), tokens=SqliteTokenStore("shop.db"))
    app.log_in(code)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict, Unpack

from minishop.adapters.machine import new_nonce, utc_now
from minishop.flows import AsyncNonceStore, AsyncTokenStore, AsyncTransport, NonceStore, TokenStore, Transport
from minishop.wechat import AsyncMiniProgram, MiniProgram, PushSettings, TokenMode

__all__ = ["Settings", "connect", "connect_async"]


class Settings(TypedDict, total=False):
    """Further arguments of :class:`~minishop.wechat.MiniProgram`, where they are described."""

    push: PushSettings | None
    mode: TokenMode
    host: str


def connect(
    *,
    appid: str,
    secret: str,
    transport: Transport,
    tokens: TokenStore,
    nonces: NonceStore | None = None,
    clock: Callable[[], datetime] = utc_now,
    **settings: Unpack[Settings],
) -> MiniProgram:
    """A mini-program for blocking code; no I/O yet.

    Args:
        appid: The app's id.
        secret: The app's secret.
        transport: Makes the HTTP calls, for example an :class:`~minishop.adapters.httpx.HttpxTransport`; close it when
            you are done.
        tokens: Where access tokens are kept; share it between all processes of the app.
        nonces: Remembers the pushes that were seen; needed with ``push``.
        clock: Tells the time; aware.
        settings: ``push``, ``mode``, ``host`` as :class:`~minishop.wechat.MiniProgram` takes them.
    """
    return MiniProgram(
        appid=appid,
        secret=secret,
        transport=transport,
        tokens=tokens,
        nonces=nonces,
        clock=clock,
        nonce=new_nonce,
        sleep=time.sleep,
        **settings,
    )


def connect_async(
    *,
    appid: str,
    secret: str,
    transport: AsyncTransport,
    tokens: AsyncTokenStore,
    nonces: AsyncNonceStore | None = None,
    clock: Callable[[], datetime] = utc_now,
    **settings: Unpack[Settings],
) -> AsyncMiniProgram:
    """A mini-program for async code; for the arguments see :func:`connect`."""
    return AsyncMiniProgram(
        appid=appid,
        secret=secret,
        transport=transport,
        tokens=tokens,
        nonces=nonces,
        clock=clock,
        nonce=new_nonce,
        sleep=asyncio.sleep,
        **settings,
    )
