"""JSON, read strictly.

What the standard parser lets pass and this does not: NaN and infinities, a name that stands twice in an object, nesting
beyond 32 levels, other encodings than UTF-8, a byte order mark, halves of surrogate pairs. Numbers with a fraction
become ``Decimal``.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from json.scanner import make_scanner
from typing import Any, NoReturn

from minishop.payments.wechatpay._errors import Malformed

__all__ = ["read_json"]

DEEPEST = 32
_BLANKS = " \t\r\n"


def read_json(raw: bytes, *, is_kept: bool = True) -> dict[str, Any]:
    """The object that stands in some bytes.

    Args:
        raw: The bytes.
        is_kept: Whether somebody may walk through all of it later; only then the limit of nesting matters.

    Raises:
        Malformed: They are not one JSON object, or not strictly.
    """
    value = _read(raw, is_kept)
    if value is None:
        raise Malformed("the content is not a JSON object as the protocol has it")
    return value


def _read(raw: bytes, is_kept: bool) -> dict[str, Any] | None:
    try:
        text = raw.decode().strip(_BLANKS)
        value, end = _scan(text, 0)
        if "\\" in text:
            json.dumps(value, ensure_ascii=False, default=str).encode()  # UnicodeEncodeError: half a surrogate pair
    except (ValueError, RecursionError, StopIteration):
        return None
    if end != len(text) or type(value) is not dict:
        return None
    # There is no deep nesting without many brackets, and those are counted in no time.
    return None if is_kept and text.count("{") + text.count("[") > DEEPEST and _is_too_deep(value) else value


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
    return bool(level)


def _inner(value: object) -> list[object]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in inner if isinstance(one, dict | list)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _refuse(text: str) -> NoReturn:
    raise ValueError


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError from None


#: What ``JSONDecoder.raw_decode()`` calls; it raises StopIteration where no value begins.
_scan = make_scanner(
    json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_decimal)  # type: ignore[arg-type]
)  # the stub wants a scanner to make a scanner of
