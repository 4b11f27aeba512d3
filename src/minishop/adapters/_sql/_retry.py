"""Trying again when a database is busy, with a pause that grows and is never quite the same twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from random import uniform
from typing import TypeVar

from minishop.storage import StoreBusy

__all__ = ["Busy", "retry", "retry_async"]

_Result = TypeVar("_Result")

_RETRIES = 5
_FIRST_PAUSE = 0.01


class Busy(Exception):
    """A deadlock, a lock timeout, a connection lost before the commit: nothing was done, try all of it again."""


def retry(once: Callable[[], _Result]) -> _Result:
    """Calls a function, and up to five times more as long as it raises :class:`Busy`.

    Raises:
        StoreBusy: It was busy every time.
    """
    for pause in _pauses():
        try:
            return once()
        except Busy:
            time.sleep(pause)
    try:
        return once()
    except Busy as busy:
        raise _give_up(busy) from busy


async def retry_async(once: Callable[[], Awaitable[_Result]]) -> _Result:
    """See :func:`retry`."""
    for pause in _pauses():
        try:
            return await once()
        except Busy:
            await asyncio.sleep(pause)
    try:
        return await once()
    except Busy as busy:
        raise _give_up(busy) from busy


def _pauses() -> Iterator[float]:
    return (_FIRST_PAUSE * 2**n * uniform(0.5, 1.5) for n in range(_RETRIES))


def _give_up(busy: Busy) -> StoreBusy:
    return StoreBusy(f"the database was busy {_RETRIES + 1} times: {busy}", params={"tries": _RETRIES + 1})
