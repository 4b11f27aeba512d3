"""Typed values out of an authentic JSON object. What is missing or of another type is Malformed, and only named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from minishop.money import MAX_FEN
from minishop.payments.wechatpay._checks import matching
from minishop.payments.wechatpay._errors import Malformed

__all__ = ["fen", "instant", "number", "part", "text", "wrong"]

_is_instant = matching(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)").fullmatch
_is_number = matching(r"[0-9A-Za-z_|*@-]{1,64}").fullmatch


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
    if isinstance(value, str) and _is_number(value):
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
    """An instant of RFC 3339, with its offset; ``None`` if it is missing, null or empty.

    A published sample has second 60, which is the first second of the next minute.
    """
    value = data.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _is_instant(value):
        raise wrong(name)
    leap = value[17:19] == "60"
    try:
        read = datetime.fromisoformat(f"{value[:17]}59{value[19:]}" if leap else value)
        return read + timedelta(seconds=1) if leap else read
    except ValueError:
        pass  # raised below, so that the text does not hang on it
    raise wrong(name)
