"""Keeping a shopper's personal data in a text of its own, which can be erased without touching the rest.

A field is personal if its attrs metadata says ``{"personal": True}``. Such fields move from the document into a second
object of the same outline, which names only what is there: ``{"terms": {"address": …}, "after_sales": {"0": {…}}}``;
items of a tuple are named by their index. An erased text is as good as one in which every field has its default.

Personal data that a newer release has added is not known to be personal here. It travels through ``extra`` under a key
that begins with ``$personal:`` and goes back where it came from, never into the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import attrs
from attrs import frozen

__all__ = ["Outline", "merge_personal", "outline_of", "split_personal"]

_UNKNOWN = "$personal:"


@frozen
class Outline:
    """Where the personal fields of a class are.

    Attributes:
        own: Its personal fields and their plain empty values.
        inner: Fields with personal data further in.
    """

    own: Mapping[str, Any]
    inner: Mapping[str, Outline]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.own and not self.inner


def outline_of(cls: type[Any], outer: tuple[type[Any], ...] = ()) -> Outline:
    """The outline of an attrs class, from the metadata of its fields and of the classes within."""
    attrs.resolve_types(cls)
    own: dict[str, Any] = {}
    inner: dict[str, Outline] = {}
    for attribute in attrs.fields(cls):
        if attribute.metadata.get("personal"):
            own[attribute.name] = attribute.default if isinstance(attribute.default, str) else None
            continue
        for part in _classes_in(attribute.type):
            if part not in (*outer, cls) and not (found := outline_of(part, (*outer, cls))).is_empty:
                inner[attribute.name] = found
    return Outline(own, inner)


def _classes_in(annotation: Any) -> tuple[type[Any], ...]:
    if isinstance(annotation, type) and attrs.has(annotation):
        return (annotation,)
    return tuple(found for part in get_args(annotation) for found in _classes_in(part))


def split_personal(data: dict[str, Any], outline: Outline) -> dict[str, Any]:
    """Moves the personal fields out of ``data``; returns them, empty if there are none."""
    taken: dict[str, Any] = {}
    for name, empty in outline.own.items():
        value = data.pop(name)
        if value is not None and value != empty:
            taken[name] = value
    for name, inside in outline.inner.items():
        if part := _split_inside(data[name], inside):
            taken[name] = part
    for key in [key for key in data if key.startswith(_UNKNOWN)]:
        taken[key.removeprefix(_UNKNOWN)] = data.pop(key)
    return taken


def _split_inside(value: Any, outline: Outline) -> dict[str, Any]:
    if isinstance(value, dict):
        return split_personal(value, outline)
    parts = ((str(index), split_personal(item, outline)) for index, item in enumerate(value or ()))
    return {index: part for index, part in parts if part}


def merge_personal(data: dict[str, Any], personal: Mapping[str, Any], outline: Outline) -> None:
    """Puts what :func:`split_personal` has taken back into ``data``."""
    for name, value in personal.items():
        if name in outline.own:
            data[name] = value
        elif name in outline.inner and isinstance(value, dict):
            _merge_inside(data.get(name), value, outline.inner[name])
        else:
            data[_UNKNOWN + name] = value


def _merge_inside(target: Any, personal: dict[str, Any], outline: Outline) -> None:
    if isinstance(target, dict):
        merge_personal(target, personal, outline)
    elif isinstance(target, list):
        for index, item in enumerate(target):
            if isinstance(item, dict) and isinstance(part := personal.get(str(index)), dict):
                merge_personal(item, part, outline)
