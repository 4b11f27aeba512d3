"""Small checks of what callers pass; a wrong value is an InvalidInput that does not repeat it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from minishop.errors import InvalidInput

__all__ = ["check_text", "matching", "unix_seconds"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def unix_seconds(now: datetime) -> int:
    """Whole seconds since 1970.

    Raises:
        InvalidInput: ``now`` is not an aware datetime.
    """
    try:
        return (now - _EPOCH) // _SECOND
    except TypeError:
        raise InvalidInput(
            "now", "wrong_type", "must be an aware datetime", next_step="Pass datetime.now(timezone.utc)."
        ) from None


def matching(pattern: str) -> re.Pattern[str]:
    """A pattern over ASCII, to be used with ``fullmatch``."""
    return re.compile(pattern, re.ASCII)


def check_text(name: str, value: object, pattern: re.Pattern[str], rule: str) -> str:
    """The value, if it is text that matches as a whole.

    Raises:
        InvalidInput: It is not; ``rule`` says what is allowed, the value is not repeated.
    """
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidInput(name, "malformed" if isinstance(value, str) else "wrong_type", f"must be {rule}")
    return value
