"""When to send a report again, as data: a queue or a timer of the app's does the waiting.

Right after a payment the shipping service may not know it for a while. Asking again by the clock of
:func:`report_retries` for about an hour is ordinary; after that the identifiers are wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minishop.errors import MinishopError, OutcomeUnknown
from minishop.wechat._errors import PlatformError

__all__ = ["next_report_at", "report_retries"]

_FIRST = timedelta(seconds=2)
_LONGEST = timedelta(minutes=5)
_FOR = timedelta(hours=1)
_WORTH_IT = timedelta(hours=48)  # by then the report is overdue, and somebody should look

#: Of a platform that is busy: at most five further attempts.
_BUSY = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 300))


def report_retries(first_at: datetime) -> tuple[datetime, ...]:
    """When to try again what was first tried at ``first_at``: 2 s later, then 4, 8, … 256 s, then every 5 minutes.

    The last is at most an hour later.
    """
    due, pause = [first_at + _FIRST], 2 * _FIRST
    while due[-1] + pause <= first_at + _FOR:
        due.append(due[-1] + pause)
        pause = min(2 * pause, _LONGEST)
    return tuple(due)


def next_report_at(error: MinishopError, *, attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When to send the same report again after an error; ``None``: not any more, somebody has to look.

    Args:
        error: What :meth:`MiniProgram.report_shipping` raised.
        attempts: How many attempts have ended with an error of this kind, this one included. It counts for a busy
            platform only, which is asked five times more.
        first_at: When the first was made.
        now: The time.
    """
    kind = error.kind if isinstance(error, PlatformError) else ""
    wait = error.retry_after if isinstance(error, PlatformError) else None
    if wait is not None:
        return now + wait if now - first_at < _WORTH_IT else None
    if kind == "busy":
        return now + _BUSY[attempts - 1] if 1 <= attempts <= len(_BUSY) else None
    if kind == "not_found_yet" or (not kind and (error.retryable or isinstance(error, OutcomeUnknown))):
        return next((due for due in report_retries(first_at) if due > now), None)
    return None
