"""The machine's clock, chance and patience, for flows: what answers ``Now``, ``NewNonce`` and ``Sleep``."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from minishop.flows import Handlers, NewNonce, Now, Sleep

__all__ = ["async_machine_handlers", "machine_handlers", "new_nonce", "utc_now"]


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


def new_nonce() -> str:
    """Thirty-two unpredictable characters of ``0-9a-f``."""
    return secrets.token_hex(16)  # 128 bits; drawing from more letters one by one takes thirty times as long


def machine_handlers(clock: Callable[[], datetime] = utc_now) -> Handlers:
    """For blocking code.

    Args:
        clock: Tells the time; aware.
    """
    return {
        Now: lambda ask: clock(),
        NewNonce: lambda ask: new_nonce(),
        Sleep: lambda ask: time.sleep(ask.delay.total_seconds()),
    }


def async_machine_handlers(clock: Callable[[], datetime] = utc_now) -> Handlers:
    """For async code.

    Args:
        clock: Tells the time; aware.
    """
    return {**machine_handlers(clock), Sleep: lambda ask: asyncio.sleep(ask.delay.total_seconds())}
