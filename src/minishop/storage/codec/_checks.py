"""Whether a value is made of what its class says: what is stored with a wrong type could never be read again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from cattrs import Converter
from cattrs.errors import BaseValidationError

from minishop.errors import InvalidInput, MinishopError
from minishop.storage.codec._codec import problems_of
from minishop.storage.codec._hooks import make_converter

__all__ = ["check_types"]


def check_types(value: object) -> None:
    """Returns if every field of an attrs value, at any depth, has the type of its annotation.

    Raises:
        InvalidInput: One has not; ``field`` is its path.
    """
    try:
        _passed_through(_converter(is_detailed=False), value)
        return
    except Exception:  # whatever a value of another type makes a class or a rule raise
        pass  # told below, so that no value hangs on the error
    try:
        _passed_through(_converter(is_detailed=True), value)
    except BaseValidationError as errors:
        first = problems_of(errors)[0]
        raise InvalidInput(first.path, first.code, first.message) from None  # its message names types, no values
    except MinishopError:
        raise
    except Exception:
        pass  # cannot even be taken apart
    raise InvalidInput(type(value).__name__, "wrong_type", "holds a value of a wrong type")


@cache
def _converter(*, is_detailed: bool) -> Converter:
    converter = make_converter(is_detailed=is_detailed)
    converter.register_structure_hook_factory(_is_choice, lambda kind: _one_of(kind, converter))
    return converter


def _is_choice(kind: Any) -> bool:
    """Whether it is a choice of several types; that of one type and ``None`` is known without this."""
    return get_origin(kind) in (Union, UnionType) and len({*get_args(kind)} - {type(None)}) > 1


def _one_of(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    def structure(data: Any, _: Any) -> Any:
        for one in get_args(kind):
            try:
                return converter.structure(data, one)
            except Exception:  # then it may be another of them
                continue
        raise TypeError(f"must be one of {', '.join(one.__name__ for one in get_args(kind))}")

    return structure


def _passed_through(converter: Converter, value: Any) -> None:
    converter.structure(converter.unstructure(value), type(value))
