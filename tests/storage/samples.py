"""Values of every stored class: one fixed value with all fields filled, and any value at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from minishop.cart import DeviceReceipts, QuantityChange, SavedCart, SavedLine, Tombstone
from minishop.storage.codec import CODEC

NOON = datetime(2026, 6, 18, 12, 0, 0, 123456, tzinfo=UTC)
RECORDS = tuple(CODEC.documents)
EVENTS = tuple(CODEC.events)


def fields_of(cls):
    attrs.resolve_types(cls)
    return [field for field in attrs.fields(cls) if field.init]


def parts_of(annotation) -> list[Any]:
    """The alternatives of a union, ``None`` left out; otherwise the type itself."""
    if get_origin(annotation) in (Union, UnionType):
        return [part for part in get_args(annotation) if part is not NoneType]
    return [annotation]


def filled(cls):
    """A value in which every field has something else in it, and no field its default."""
    numbers = count(1)

    def fill(annotation, name):
        (kind,) = parts_of(annotation)
        if attrs.has(kind):
            return kind(**{field.alias: fill(field.type, field.name) for field in fields_of(kind)})
        if get_origin(kind) is tuple:
            return (fill(get_args(kind)[0], name),)
        if name == "extra":
            return {}
        if (get_origin(kind) or kind) is Mapping:
            return {"app": [1, "二"]}
        if kind is datetime:
            return NOON
        if kind is bool:
            return True
        if kind is int:
            return next(numbers)
        return list(kind)[-1] if issubclass(kind, Enum) else f"{name}-{next(numbers)}-值"

    return fill(cls, "")


def anything(annotation, name=""):
    """Any value of a type, with unknown fields in ``extra`` at every level."""
    kinds = parts_of(annotation)
    if kinds != [annotation]:
        return st.none() | st.one_of(anything(kind, name) for kind in kinds)
    if attrs.has(annotation):
        return st.builds(
            annotation, **{field.alias: anything(field.type, field.name) for field in fields_of(annotation)}
        )
    if get_origin(annotation) is tuple:
        return st.lists(anything(get_args(annotation)[0], name), max_size=2).map(tuple)
    if (get_origin(annotation) or annotation) is Mapping:
        return st.dictionaries(st.just("from tomorrow"), st.sampled_from([1, "x", [None], {"a": False}]), max_size=1)
    return st.from_type(annotation) if annotation not in BASIC else BASIC[annotation]


BASIC = {
    str: st.text(st.characters(codec="utf-8"), max_size=4),
    int: st.integers(-(10**12), 10**15),
    datetime: st.datetimes(timezones=st.just(UTC)),
}

CART = SavedCart(
    id="c1",
    shopper="u1",
    currency="CNY",
    sequence=7,
    lines=(
        SavedLine(
            sku="杯",
            quantity=2,
            customisation={"engraving": "王"},
            activity="618",
            selected=False,
            saved_for_later=True,
            was=1990,
            changed_at=NOON,
            changes=(QuantityChange(device="d1", number=3, sequence=5),),
            ordered_meanwhile=True,
        ),
    ),
    tombstones=(Tombstone(line="S2", sequence=4, at=NOON, ordered=4),),
    receipts=(DeviceReceipts(device="d1", upto=3, beyond=((5, 6), (8, 8))),),
    merged_from=("c0",),
)


def sample(cls):
    return CART if cls is SavedCart else filled(cls)
