"""attrs converters and validators for what a caller hands over.

Every one raises :class:`minishop.errors.InvalidInput` with the field's name, a stable code and what is allowed.
``bool`` is never a number here, although Python says so: ``True`` yuan in a cart is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from minishop.errors import InvalidInput
from minishop.money import MAX_FEN

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def _refuse(attribute: attrs.Attribute[Any], code: str, message: str, **params: object) -> InvalidInput:
    return InvalidInput(attribute.name, code, message, params=params)


def is_unicode(value: str) -> bool:
    """Whether a text can be written anywhere: JSON escapes and Python can hold lone surrogates, UTF-8 cannot."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def has_utc(value: datetime) -> bool:
    """Whether an aware time can be written in UTC; at both ends of the calendar an offset may lead out of it."""
    if 1 < value.year < 9999:
        return True
    try:
        value.astimezone(UTC)
    except OverflowError:
        return False
    return True


def fen(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """An amount in fen: ``int``, at least 0, at most :data:`minishop.money.MAX_FEN`."""
    if type(value) is not int:
        raise _refuse(attribute, "wrong_type", "must be an int of fen (1.00 yuan is 100)", got=type(value).__name__)
    if not 0 <= value <= MAX_FEN:
        raise _refuse(attribute, "out_of_range", f"must be 0 to {MAX_FEN} fen", got=value)


def at_least(minimum: int, maximum: int = MAX_FEN) -> Validator:
    """A validator for an ``int`` from ``minimum`` to ``maximum``."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not int:
            raise _refuse(attribute, "wrong_type", "must be an int", got=type(value).__name__)
        if not minimum <= value <= maximum:
            raise _refuse(attribute, "out_of_range", f"must be {minimum} to {maximum}", got=value)

    return check


def text(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A text that is not empty."""
    text_or_empty(instance, attribute, value)
    if not value:
        raise _refuse(attribute, "empty", "must not be empty")


def text_or_empty(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A text."""
    if not isinstance(value, str):
        raise _refuse(attribute, "wrong_type", "must be a text", got=type(value).__name__)
    if not is_unicode(value):
        raise _refuse(attribute, "malformed", "must not hold half a surrogate pair")


def one_of(*allowed: str) -> Validator:
    """A validator for a text out of a closed list."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise _refuse(attribute, "unknown_value", f"must be one of {', '.join(allowed)}", got=value)

    return check


def flag(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """``True`` or ``False``, nothing that is merely truthy."""
    if type(value) is not bool:
        raise _refuse(attribute, "wrong_type", "must be True or False", got=type(value).__name__)


def aware(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A ``datetime`` with an offset."""
    if not isinstance(value, datetime):
        raise _refuse(attribute, "wrong_type", "must be a datetime", got=type(value).__name__)
    if value.utcoffset() is None:
        raise _refuse(attribute, "naive_time", "must have a UTC offset, for example +08:00")
    if not has_utc(value):
        raise _refuse(attribute, "out_of_range", "must lie in the years 1 to 9999 of UTC", got=value.isoformat())


def optional(validator: Validator) -> Validator:
    """The validator, unless the value is ``None``."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None:
            validator(instance, attribute, value)

    return check


def names(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A tuple of texts, none of them empty (see :func:`as_names`)."""
    if not isinstance(value, tuple):
        raise _refuse(attribute, "wrong_type", "must be a sequence of texts", got=type(value).__name__)
    for item in value:
        text(instance, attribute, item)


def as_names(value: Any) -> Any:
    """One text, or any iterable of them, as a tuple; whatever else is left for the validator to refuse."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, Iterable) else value


def as_tuple(value: Any) -> Any:
    """Any iterable as a tuple; whatever else is left for the validator to refuse."""
    if type(value) is tuple or value is None:
        return value
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else value


def as_dict(value: Any) -> Any:
    """A private copy of a mapping, so that a caller's later change does not reach a frozen value."""
    return dict(value) if isinstance(value, Mapping) else value


def each(kind: type) -> Validator:
    """A validator for a tuple of instances of ``kind``."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, tuple) or not all(isinstance(item, kind) for item in value):
            raise _refuse(attribute, "wrong_type", f"must be a sequence of {kind.__name__}")

    return check


def mapping_of(validator: Validator, keys: Collection[str] | None = None) -> Validator:
    """A validator for a mapping from text (one of ``keys``, if given) to values that ``validator`` accepts."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, Mapping):
            raise _refuse(attribute, "wrong_type", "must be a mapping", got=type(value).__name__)
        for key, item in value.items():
            text(instance, attribute, key)
            if keys is not None and key not in keys:
                raise _refuse(attribute, "unknown_key", f"must have no keys but {', '.join(keys)}", got=key)
            validator(instance, attribute, item)

    return check


def instance_of(kind: type) -> Validator:
    """A validator for one instance of ``kind``."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            raise _refuse(attribute, "wrong_type", f"must be a {kind.__name__}", got=type(value).__name__)

    return check
