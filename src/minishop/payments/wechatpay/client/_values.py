"""Checks of what callers pass; a wrong value is an InvalidInput that names the field and does not repeat the value."""

from __future__ import annotations

from datetime import datetime, timedelta

from minishop.errors import InvalidInput
from minishop.payments._reconcile import SHANGHAI
from minishop.payments.wechatpay._checks import check_text, matching, unix_seconds

__all__ = ["check_expiry", "check_length", "check_notify_url", "check_openid", "rfc_3339", "unix_seconds_of"]

_OPENID = matching(r"[!-~]{1,128}")
_NOTIFY_URL = matching(r"https://[!-~]{1,247}|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?/[!-~]{0,200}")
_SOONEST = timedelta(minutes=1)


def check_length(name: str, value: object, most: int, *, least: int = 0) -> str:
    """The value, if it is text of ``least`` to ``most`` characters.

    Raises:
        InvalidInput: It is not; the value is not repeated.
    """
    if not isinstance(value, str):
        raise InvalidInput(name, "wrong_type", "must be text", params={"got": type(value).__name__})
    if not least <= len(value) <= most:
        code = "empty" if not value else "too_long"
        params = {"least": least, "most": most, "got": len(value)}
        raise InvalidInput(name, code, f"must have {least} to {most} characters, got {len(value)}", params=params)
    return value


def check_notify_url(value: str, name: str = "notify_url") -> str:
    """The value, if it is an ``https`` address of at most 255 characters without a query.

    ``http`` is good for this machine only, where a simulator may stand.

    Raises:
        InvalidInput: It is not.
    """
    rule = "an https address of at most 255 ASCII characters without ? and #"
    check_text(name, value, _NOTIFY_URL, rule)
    if "?" in value or "#" in value:
        raise InvalidInput(name, "malformed", f"must be {rule}")
    return value


def check_openid(value: str, name: str = "openid") -> str:
    """The value, if it can be an openid.

    Raises:
        InvalidInput: It cannot.
    """
    return check_text(name, value, _OPENID, "1 to 128 printable ASCII characters")


def check_expiry(time_expire: datetime | None, now: datetime) -> None:
    """Returns if an order may expire then.

    Raises:
        InvalidInput: It is less than a minute ahead.
    """
    if time_expire is not None and time_expire < now + _SOONEST:
        raise InvalidInput("time_expire", "out_of_range", "must be at least one minute ahead")


def rfc_3339(instant: datetime) -> str:
    """An instant as WeChat Pay writes it: Shanghai's time with its offset, fractions of a second cut off.

    >>> from datetime import UTC
    >>> rfc_3339(datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC))
    '2018-06-08T10:34:56+08:00'
    """
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds")


def unix_seconds_of(name: str, instant: datetime) -> int:
    """Seconds since 1970 of a field.

    Raises:
        InvalidInput: It is not an aware datetime.
    """
    try:
        return unix_seconds(instant)
    except InvalidInput:
        raise InvalidInput(name, "naive_time", "must be an aware datetime") from None
