"""The cursor of a list: where the last page ended, as text that an app may hand to its client."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from minishop.errors import InvalidInput

__all__ = ["read_cursor", "write_cursor"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_cursor(created_at: datetime, record_id: str) -> str:
    """The cursor behind a record."""
    text = f"{(created_at - _EPOCH) // _MICROSECOND}:{record_id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Reads what :func:`write_cursor` wrote: (created_at in UTC, id) of the last record seen.

    Raises:
        InvalidInput: ``cursor``, ``malformed``.
    """
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        instant, colon, record_id = text.partition(":")
        if not colon:
            raise ValueError
        return _EPOCH + int(instant) * _MICROSECOND, record_id
    except (ValueError, OverflowError):
        raise InvalidInput(
            "cursor", "malformed", "this cursor was not made by a list", next_step="Start the list without a cursor."
        ) from None
