"""Typed values out of an authentic JSON object. What is missing or of another type is Malformed, and only named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from minishop.money import MAX_FEN
from minishop.payments.wechatpay._checks import matching
from minishop.payments.wechatpay._errors import Malformed

__all__ = ["fen", "instant", "number", "part", "read_instant", "text", "wrong"]

_is_instant = matching(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:[0-5]\d)").fullmatch
_is_rare_number = matching(r"[0-9A-Za-z_|*@-]{1,64}").fullmatch


def wrong(name: str) -> Malformed:
    """The error for a field."""
    return Malformed(f"{name} is missing, or not of the documented form", params={"field": name})


def text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Some text; ``default`` if it is missing or null, without one it must be there and not empty."""
    value = data.get(name)
    if isinstance(value, str) and (value or default is not None):
        return value
    if value is None and default is not None:
        return default
    raise wrong(name)


def number(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A number of an order, a transaction, a merchant: 1 to 64 of ``0-9A-Za-z_|*@-``."""
    value = data.get(name)
    # Nearly all are letters, digits and dashes, which needs no pattern.
    if isinstance(value, str) and (
        (value.isascii() and value.replace("-", "").isalnum() and len(value) <= 64) or _is_rare_number(value)
    ):
        return value
    if default is not None and (value is None or value == default):
        return default
    raise wrong(name)


def fen(data: Mapping[str, Any], name: str, least: int = 0) -> int:
    """An amount: a JSON integer, never a fraction, a boolean or text."""
    value = data.get(name)
    if type(value) is not int or not least <= value <= MAX_FEN:
        raise wrong(name)
    return value


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within the object; empty if it is missing or null."""
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(name)
    return value


def instant(data: Mapping[str, Any], name: str) -> datetime | None:
    """An instant of RFC 3339, with its offset; ``None`` if it is missing, null or empty."""
    value = data.get(name)
    if value is None or value == "":
        return None
    read = read_instant(value)
    if read is None:
        raise wrong(name)
    return read


def read_instant(value: object) -> datetime | None:
    """The instant that some text is, with its offset; ``None`` if it is none.

    A published sample has second 60, which is the first second of the next minute.
    """
    if not isinstance(value, str):
        return None
    try:
        # Nearly all look like 2026-06-01T11:59:58+08:00, which is seen sooner than by a pattern.
        if (
            len(value) == 25
            and value[4] == value[7] == "-"
            and value[10] == "T"
            and value[13] == value[16] == value[22] == ":"
            and value[19] in "+-"
            and value[0] in "12"
            and value[23] in "012345"
        ):
            return datetime.fromisoformat(value)
    except ValueError:
        pass  # may be second 60
    if not _is_instant(value):
        return None
    leap = value[17:19] == "60"
    try:
        read = datetime.fromisoformat(f"{value[:17]}59{value[19:]}" if leap else value)
        return read + timedelta(seconds=1) if leap else read
    except ValueError:
        return None
