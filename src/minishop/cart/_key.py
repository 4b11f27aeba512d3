"""Which line is meant: sku, customisation and activity, as one short text.

Two devices must name the same line without asking each other, so the key is computed from the content alone. A
customisation (engraving, sugar, size of the frame) is JSON from a client; it is brought to one canonical text first:
keys sorted, strings in Unicode form NFC, no blanks, no floats (1.0 and 1 would be two lines, and languages print them
differently). A plain sku is its own key, so that receipts and logs stay readable; anything more appends a digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NoReturn
from unicodedata import normalize

from minishop.errors import InvalidInput

__all__ = ["canonical_customisation", "key_of", "line_key"]

_MOST_BYTES = 4096
_MOST_LEVELS = 8
_MOST_INT = 2**53 - 1
"""What a JavaScript client reads back unchanged."""

_DIGEST = 32
# "~" separates the digest; "/" separates a unit's number from its line in an order.
_ESCAPES = str.maketrans({"%": "%25", "~": "%7E", "/": "%2F"})


def canonical_customisation(value: Mapping[str, object] | str | None) -> str | None:
    """The one text that stands for a customisation, or ``None`` if there is nothing in it.

    Args:
        value: A JSON object, as a mapping or as its text: strings, integers, booleans, nulls, lists and objects, at
            most 8 levels and 4096 bytes.

    Raises:
        InvalidInput: ``field`` is ``customisation``; ``wrong_type`` for a float or anything else that is not such JSON,
            ``malformed`` for text that is not JSON or Unicode or is nested too deep, ``out_of_range`` for what is too
            large, ``duplicate_key`` for two keys that are one in form NFC.
    """
    if value is None:
        return None
    parsed = _parse(value) if isinstance(value, str) else value
    if not isinstance(parsed, Mapping):
        raise _refuse("wrong_type", f"must be a JSON object, got {type(parsed).__name__}")
    clean = _clean(parsed, 1)
    if not clean:
        return None
    text = json.dumps(clean, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > _MOST_BYTES:
        raise _refuse("out_of_range", f"must be at most {_MOST_BYTES} bytes of JSON")
    return text


def line_key(sku: str, customisation: Mapping[str, object] | str | None = None, activity: str | None = None) -> str:
    """The key of a line, the same on every device and for ever.

    Args:
        sku: What is sold. ``%``, ``~`` and ``/`` in it are written ``%25``, ``%7E`` and ``%2F``.
        customisation: See :func:`canonical_customisation`.
        activity: Id of the activity (flash sale, group-buy, bargain) that the line is bought in.

    Raises:
        InvalidInput: As :func:`canonical_customisation`.
    """
    return key_of(sku, canonical_customisation(customisation), activity)


def key_of(sku: str, canonical: str | None, activity: str | None) -> str:
    """The key, from a customisation that is canonical already."""
    head = sku.translate(_ESCAPES)
    if canonical is None and activity is None:
        return head
    # As JavaScript's JSON.stringify writes it, so that a client can compute the key as well.
    detail = json.dumps([canonical, activity], ensure_ascii=False, separators=(",", ":"))
    return f"{head}~{sha256(detail.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGEST]}"


def _refuse(code: str, message: str) -> InvalidInput:
    return InvalidInput("customisation", code, message)


def _no_float(text: str) -> NoReturn:
    raise _refuse("wrong_type", f"must hold no float, got {text}: write it as text or as an integer")


def _parse(text: str) -> object:
    if len(text) > 2 * _MOST_BYTES:
        raise _refuse("out_of_range", f"must be at most {_MOST_BYTES} bytes of JSON")
    try:
        return json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except InvalidInput:
        raise
    except (ValueError, RecursionError):
        raise _refuse("malformed", "must be the text of a JSON object") from None


def _clean(value: object, level: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        if abs(value) > _MOST_INT:
            raise _refuse("out_of_range", f"integers must be within {_MOST_INT}; write a longer number as text")
        return value
    if level > _MOST_LEVELS:
        raise _refuse("malformed", f"must be nested at most {_MOST_LEVELS} levels deep")
    if isinstance(value, Mapping):
        return _object(value, level)
    if isinstance(value, (list, tuple)):
        return [_clean(item, level + 1) for item in value]
    raise _refuse("wrong_type", f"must be JSON without floats, got {type(value).__name__}")


def _object(value: Mapping[Any, object], level: int) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise _refuse("wrong_type", f"keys must be texts, got {type(key).__name__}")
        name = _string(key)
        if name in clean:
            raise _refuse("duplicate_key", f"{name!r} stands twice")
        clean[name] = _clean(item, level + 1)
    return clean


def _string(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refuse("malformed", "strings must be Unicode without lone surrogates") from None
    return normalize("NFC", value)
