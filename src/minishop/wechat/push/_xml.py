"""XML of pushes as mappings, without any processing of entities.

A document type is refused, and with it every entity that a document could declare. Depth, size and number of elements
are limited. Everything is a text, a mapping, or a list where an element stands more than once.
"""

from __future__ import annotations

from typing import Any, NoReturn
from xml.parsers import expat

__all__ = ["read_xml"]

_DEEPEST = 16
_MOST_ELEMENTS = 5_000


class _Refused(Exception):
    """Something that a push has no need of."""


def read_xml(body: bytes) -> dict[str, Any] | None:
    """The children of the root element by name; ``None`` if it is not XML, or not of the harmless kind."""
    reader = _Reader()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _Refused, ValueError):
        return None
    return reader.result


def _refuse(*details: object) -> NoReturn:
    raise _Refused


class _Reader:
    """Builds the mapping while the parser goes through the document."""

    def __init__(self) -> None:
        self.result: dict[str, Any] | None = None
        self._open: list[tuple[dict[str, Any], list[str]]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            raise _Refused
        self._open.append(({}, []))

    def text(self, data: str) -> None:
        """Text inside an element."""
        self._open[-1][1].append(data)

    def end(self, name: str) -> None:
        """An element ends: it goes into the one around it."""
        children, texts = self._open.pop()
        if not self._open:
            self.result = children
            return
        around = self._open[-1][0]
        value: Any = children or "".join(texts).strip()
        if name not in around:
            around[name] = value
        elif isinstance(around[name], list):
            around[name].append(value)
        else:
            around[name] = [around[name], value]
