"""A clock that stands until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["FakeClock"]


class FakeClock:
    """Tells the time it was set to: ``clock()``.

    Args:
        start: The first time it tells; aware.
    """

    def __init__(self, start: datetime = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """The time; aware."""
        return self._now

    def advance(self, by: timedelta | None = None, **parts: int) -> datetime:
        """Moves on by a span, or by ``days=``, ``hours=``, ``minutes=``, ``seconds=``; returns the new time."""
        self._now += (by or timedelta()) + timedelta(**parts)
        return self._now

    def set(self, now: datetime) -> None:
        """Jumps."""
        self._now = now
