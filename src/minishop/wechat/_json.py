"""JSON as the platform writes and reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from minishop.errors import InvalidInput

__all__ = ["as_instant", "as_int", "as_list", "as_mapping", "as_text", "read_object", "write_object"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME = 253_402_300_800  # the year 10000


def write_object(payload: Mapping[str, Any], *, field: str = "payload") -> bytes:
    r"""UTF-8 without escapes: the platform shows ``\u4e2d`` to people as it stands.

    Raises:
        InvalidInput: ``malformed``: something in it has no JSON.
    """
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):  # a lone surrogate is a ValueError
        raise InvalidInput(field, "malformed", "must be texts, integers, booleans, lists and mappings") from None


def read_object(body: bytes) -> dict[str, Any] | None:
    """A JSON object, or ``None`` for anything else. Numbers with a point are ``Decimal``.

    Control characters in texts are let through: the platform does not escape what people have typed.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), strict=False, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, ArithmeticError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def as_int(value: object) -> int | None:
    """A whole number, also one that came as text; ``None`` for anything else. ``True`` is no number."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isascii() and len(value) < 20:
        try:
            return int(value)
        except ValueError:
            return None
    return None


def as_text(value: object) -> str:
    """A text, also of a number; empty for anything else, and for half a surrogate pair."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str):
        return ""
    return text.encode("utf-8", "ignore").decode()


def as_mapping(value: object) -> Mapping[str, Any]:
    """A mapping; empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> tuple[Any, ...]:
    """What stands once or many times: a list as it is, one thing as a list of it, nothing as none."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return () if value is None or value == "" else (value,)


def as_instant(value: object) -> datetime | None:
    """Seconds since 1970 as an aware time; ``None`` for anything else, and for 0, which means "never"."""
    seconds = as_int(value)
    if seconds is None or not 0 < seconds < _END_OF_TIME:
        return None
    return _EPOCH + timedelta(seconds=seconds)
