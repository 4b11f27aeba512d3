"""Faults that were asked for and have not happened yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

__all__ = ["Asked"]

_Fault = TypeVar("_Fault")


class Asked(Generic[_Fault]):
    """A queue of faults, each for the next thing whose name holds a word."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, _Fault]] = deque()

    def add(self, faults: Iterable[_Fault], on: str) -> None:
        """Puts faults in, one for each of the next things."""
        self._waiting.extend((on, fault) for fault in faults)

    def take(self, name: str) -> _Fault | None:
        """The fault of a thing that happens now."""
        for place, (on, fault) in enumerate(self._waiting):
            if on in name:
                del self._waiting[place]
                return fault
        return None

    def __len__(self) -> int:
        return len(self._waiting)
