"""Small stored classes that have everything a stored class can have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

PERSONAL = {"personal": True}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@frozen
class Point:
    """Has no ``extra``."""

    x: int
    y: int = 0


@frozen(kw_only=True)
class Part:
    id: str
    colour: Colour = Colour.RED
    where: Point | None = None
    engraving: str = field(default="", metadata=PERSONAL)
    extra: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Owner:
    name: str
    tags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Plain:
    parts: tuple[Part, ...] = ()
    extra: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Thing:
    id: str
    at: datetime | None = None
    is_new: bool = True
    runs: tuple[tuple[int, int], ...] = ()
    counts: Mapping[str, int] = field(factory=dict)
    parts: tuple[Part, ...] = ()
    first: Part | None = None
    inside: Plain = Plain()
    owner: Owner | None = field(default=None, metadata=PERSONAL)
    note: str = field(default="", metadata=PERSONAL)
    extra: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class ThingMade:
    thing: Thing
    at: datetime
