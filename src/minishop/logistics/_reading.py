"""Reading what others have sent, so that nothing in it can raise anything but a ``ValueError``.

JSON from outside may hold numbers of any length, half of a surrogate pair, NULs, lists where objects belong. The
functions here give plain values or say that there are none; they never look for a way to be right about a wrong type,
except where providers are known to differ (a state that is once a text and once a number).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["list_of", "object_of", "parse_json", "text_of"]

_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_DECODER = json.JSONDecoder(parse_float=str, parse_constant=str)


def parse_json(text: str) -> Any:
    """A JSON text as plain values; fractions stay text.

    Raises:
        ValueError: It is none.
    """
    try:
        value = _DECODER.decode(text)
        return _storable(value) if "\\u" in text and _SUSPICIOUS.search(text) else value
    except RecursionError:
        raise ValueError("nested too deep") from None


def _storable(value: Any) -> Any:
    """The value without NULs and lone surrogates, which no database and no file could keep."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def text_of(value: object) -> str:
    """A text as it is, a whole number as its digits, anything else as nothing. Zero is a text of one digit."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else ""


def list_of(value: object) -> list[Any]:
    """A list as it is; a single object as a list of one, which is how some providers write that; else nothing."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def object_of(value: object) -> Mapping[str, Any]:
    """An object as it is, a JSON text of an object as that object, anything else as an empty one."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
