"""Times as carriers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

__all__ = ["SHANGHAI", "read_epoch", "read_time", "write_time"]

#: The zone of a time that names none.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def read_time(text: object) -> datetime | None:
    """An aware time from ``2031-03-02 20:00:05``, ``2031/03/02 20:00:05`` or ISO 8601; ``None`` if it is none.

    Without an offset it is Shanghai's time.
    """
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text.strip().replace("/", "-"))
        read = read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read
        return read if 1 < read.year < 9999 else None
    except ValueError:
        return None


def read_epoch(value: object) -> datetime | None:
    """An aware time from seconds or milliseconds since 1970, as a number or as digits; ``None`` if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal():
        return None
    digits = str(value)
    if len(digits) not in (10, 13):
        return None
    whole = timedelta(milliseconds=int(digits)) if len(digits) == 13 else timedelta(seconds=int(digits))
    return (datetime(1970, 1, 1, tzinfo=UTC) + whole).astimezone(SHANGHAI)


def write_time(at: datetime) -> str:
    """``2031-03-02 20:00:05``, in Shanghai's time."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
