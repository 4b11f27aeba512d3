"""Time and chance: what a pure core asks for instead of taking it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.flows._core import Request

__all__ = ["NewNonce", "Now"]


@frozen
class Now(Request[datetime]):
    """The app's clock; aware."""


@frozen
class NewNonce(Request[str]):
    """Thirty-two unpredictable characters of ``0-9A-Za-z``, never given twice."""
