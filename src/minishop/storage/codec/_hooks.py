"""How cattrs turns our values into plain data and back, as rules by type.

``int``, ``str``, ``bool`` are themselves, and nothing else is taken for them: a ``"5"`` where a number belongs is a
broken document, not a number. An instant is an ``int``: microseconds since 1970 (UTC). An enum is its value; one that
this release does not know was written by a newer release. Tuples are arrays, mappings and attrs classes objects.

A class that has ``extra`` keeps the keys it does not know there and writes them back, after its own, sorted. A class
without ``extra`` cannot keep them, so such a document is :class:`~minishop.storage.NewerDocument` and stays untouched.
Events are never written a second time; a lenient converter drops what a class cannot keep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum, StrEnum
from functools import cache
from types import GenericAlias
from typing import Any, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.cols import list_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from minishop.errors import InvalidInput
from minishop.storage._errors import NewerDocument

__all__ = ["make_converter"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Structure = Callable[[Any, Any], Any]
_Unstructure = Callable[[Any], Any]


def make_converter(*, is_detailed: bool, is_lenient: bool = False) -> Converter:
    """A converter with our rules. A detailed one is slower and tells where a document is wrong."""
    converter = Converter(detailed_validation=is_detailed)
    for plain in (int, str, bool):
        converter.register_structure_hook(plain, _exactly(plain))
    for kind in (StrEnum, IntEnum, Enum):  # each, because a StrEnum would otherwise be read as a str
        converter.register_structure_hook(kind, _to_member)
    converter.register_unstructure_hook(datetime, _from_instant)
    converter.register_structure_hook(datetime, _to_instant)
    converter.register_structure_hook_factory(_is_tuple, lambda cls: _to_tuple(cls, converter))
    converter.register_unstructure_hook_factory(_is_str_enum, lambda cls: _as_it_is)
    converter.register_unstructure_hook_factory(_is_tuple, lambda cls: _from_tuple(cls, converter))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _to_instance(cls, converter, is_lenient))
    converter.register_unstructure_hook_factory(attrs.has, lambda cls: _from_instance(cls, converter))
    return converter


def _exactly(plain: type) -> _Structure:
    def check(value: Any, cls: Any) -> Any:
        if type(value) is not plain:
            raise TypeError(f"must be {plain.__name__}, not {type(value).__name__}")
        return value

    return check


def _from_instant(value: datetime) -> int:
    if value.tzinfo is None:
        raise InvalidInput("instant", "naive_time", "must have a time zone", params={"got": str(value)})
    return (value - _EPOCH) // _MICROSECOND


def _to_instant(value: Any, cls: Any) -> datetime:
    if type(value) is not int:
        raise TypeError(f"must be microseconds since 1970, not {type(value).__name__}")
    return _EPOCH + timedelta(microseconds=value)


def _is_str_enum(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, StrEnum)


def _as_it_is(value: Any) -> Any:
    # A StrEnum is its text already, to the JSON encoder as well; cattrs leaves out a rule that does nothing.
    return value


@cache
def _members(cls: type[Enum]) -> Mapping[Any, Enum]:
    return {member.value: member for member in cls}


def _to_member(value: Any, cls: type[Enum]) -> Enum:
    try:
        return _members(cls)[value]
    except KeyError:
        raise NewerDocument(
            f"{value!r} is a {cls.__name__} that this release does not know",
            params={"type": cls.__name__, "got": value},
        ) from None


def _is_tuple(cls: Any) -> bool:
    return get_origin(cls) is tuple and get_args(cls)[-1:] == (...,)


def _to_tuple(cls: Any, converter: Converter) -> _Structure:
    build = list_structure_factory(cast("type", GenericAlias(list, get_args(cls)[:1])), converter)

    def structure(data: Any, _: Any) -> Any:
        if type(data) is not list:
            raise TypeError(f"must be an array, not {type(data).__name__}")
        return tuple(build(data, cls))

    return structure


def _from_tuple(cls: Any, converter: Converter) -> _Unstructure:
    (item, _) = get_args(cls)
    if item in (int, str, bool):
        return list
    take = converter.get_unstructure_hook(item)
    return lambda value: [take(one) for one in value]


def _to_instance(cls: type[Any], converter: Converter, is_lenient: bool) -> _Structure:
    build = make_dict_structure_fn(cls, converter, extra=override(struct_hook=lambda value, _: value))
    names = frozenset(attribute.name for attribute in attrs.fields(cls) if attribute.init)
    known = names - {"extra"}

    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, dict):
            raise TypeError(f"must be an object, not {type(data).__name__}")
        if data.keys() <= known:
            return build(data, cls)
        unknown = {key: value for key, value in data.items() if key not in known}
        kept = {key: value for key, value in data.items() if key in known}
        if "extra" in names:
            kept["extra"] = unknown
        elif not is_lenient:
            raise NewerDocument(
                f"{cls.__name__} has fields that this release could not keep: {', '.join(unknown)}",
                params={"type": cls.__name__, "got": tuple(unknown)},
            )
        return build(kept, cls)

    return structure


def _from_instance(cls: type[Any], converter: Converter) -> _Unstructure:
    take = make_dict_unstructure_fn(cls, converter, extra=override(omit=True))
    if not any(attribute.name == "extra" for attribute in attrs.fields(cls)):
        return take

    def unstructure(value: Any) -> dict[str, Any]:
        data = take(value)
        if value.extra:
            for key in sorted(value.extra):
                if key in data:
                    raise InvalidInput(f"extra.{key}", "reserved_id", f"{cls.__name__} has a field of that name")
                data[key] = value.extra[key]
        return data

    return unstructure
