"""Copies of frozen values with some fields changed, in about a fifth of the time of ``attrs.evolve``.

An order is copied for every command, and its fields need no checking: they come from checked commands. So a copy is
made as an instance of an *open* twin of its class, a subclass that adds nothing and forbids nothing, whose fields can
be assigned; :func:`sealed` makes it an ordinary frozen value again. The function that copies a class is written out
field by field, as attrs writes out ``__init__``; and so is the one that makes a new instance (:func:`builder`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeAlias, TypeVar

import attrs

__all__ = ["Open", "builder", "changed", "copied", "put", "sealed", "swapped"]

#: An open copy; a type checker takes every assignment to it. The steps that most orders go through assign by hand,
#: the others use :func:`put`.
Open: TypeAlias = Any

_P = ParamSpec("_P")
_T = TypeVar("_T", bound=attrs.AttrsInstance)


@cache
def _twin(kind: type[attrs.AttrsInstance]) -> type[Any]:
    """A subclass with the same layout in memory, whose instances can be changed."""
    # With both of them the interpreter assigns fields directly; with one it calls a function for each.
    plain = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    made: type[Any] = type(f"Open{kind.__name__}", (kind,), {"__slots__": (), "__module__": kind.__module__, **plain})
    return made


@cache
def _copier(kind: type[attrs.AttrsInstance]) -> Callable[[Any], Any]:
    """The function that makes an open copy of an instance of this class."""
    lines = [f"    copy.{attribute.name} = old.{attribute.name}\n" for attribute in attrs.fields(kind)]
    scope: dict[str, Any] = {"new": object.__new__, "Open": _twin(kind)}
    exec(f"def copier(old):\n    copy = new(Open)\n{''.join(lines)}    return copy", scope)
    copier: Callable[[Any], Any] = scope["copier"]
    return copier


def builder(kind: Callable[_P, _T]) -> Callable[_P, _T]:
    """Makes instances of a class in a third of the time that its ``__init__`` takes, without checking anything.

    Args:
        kind: A frozen attrs class with slots whose fields have no converters and no default factories.
    """
    assert isinstance(kind, type)
    fields = attrs.fields(kind)
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    optional = [field.name for field in fields if field.default is not attrs.NOTHING]
    star = "*, " if any(field.kw_only for field in fields) else ""
    head = ", ".join([*required, *(f"{name}=_defaults['{name}']" for name in optional)])
    lines = [f"    _it.{field.name} = {field.name}\n" for field in fields]
    scope: dict[str, Any] = {
        "_new": object.__new__,
        "_Open": _twin(kind),
        "_Kind": kind,
        "_defaults": {field.name: field.default for field in fields},
    }
    body = f"    _it = _new(_Open)\n{''.join(lines)}    _it.__class__ = _Kind\n    return _it"
    exec(f"def build({star}{head}):\n{body}", scope)
    build: Callable[_P, _T] = scope["build"]
    return build


def copied(value: _T) -> _T:
    """An open copy, so that :func:`put` may fill it; nobody else may see it before it is :func:`sealed`."""
    copy: _T = _copier(type(value))(value)
    return copy


def put(value: _T, **changes: Any) -> _T:
    """The same open copy with these fields changed.

    Args:
        value: What :func:`copied` gave.
        changes: Field names to new values, which are not checked.
    """
    for name, new in changes.items():
        setattr(value, name, new)
    return value


def sealed(value: _T) -> _T:
    """The same copy, frozen from now on."""
    value.__class__ = type(value).__bases__[0]
    return value


def changed(value: _T, **changes: Any) -> _T:
    """The value with these fields changed.

    Args:
        value: An instance of a frozen attrs class with slots and no private fields.
        changes: Field names to new values, which are not checked.
    """
    kind = type(value)
    copy = _copier(kind)(value)
    for name, new in changes.items():
        setattr(copy, name, new)
    copy.__class__ = kind
    result: _T = copy
    return result


def swapped(items: tuple[_T, ...], id: str, **changes: Any) -> tuple[_T, ...]:  # noqa: A002
    """The items, the one of that id with these fields changed."""
    if len(items) == 1 and items[0].id == id:  # type: ignore[attr-defined]
        return (changed(items[0], **changes),)
    return tuple([changed(item, **changes) if item.id == id else item for item in items])  # type: ignore[attr-defined]
