"""What the first key of a stored text says: which kind of value it is, and by which version of its shape.

``order/1.3``: kind, *major*, *minor*. A minor step adds fields that older releases keep without understanding them. A
major step changes the meaning of what is there, so an older release refuses to touch such a text.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from minishop.errors import InvalidDocument, Problem
from minishop.storage._errors import NewerDocument

__all__ = ["FORMAT", "Format", "malformed"]

#: Key of the format in a document; no field can have this name.
FORMAT = "$format"


def malformed(path: str, message: str) -> InvalidDocument:
    """The refusal of a stored text that no release has written."""
    return InvalidDocument([Problem(path, "malformed", message)])


@frozen
class Format:
    """Kind and version of a stored text."""

    kind: str
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.kind}/{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: Any) -> Format:
        """Reads ``kind/major.minor``.

        Raises:
            InvalidDocument: It is something else.
        """
        kind, _, version = text.rpartition("/") if isinstance(text, str) else ("", "", "")
        major, _, minor = version.partition(".")
        if not (kind and _is_number(major) and _is_number(minor)):
            raise malformed(FORMAT, 'must be "kind/major.minor"')
        return cls(kind, int(major), int(minor))

    def check(self, text: Any) -> None:
        """Whether this release may read, and write back, what has the format ``text``.

        Raises:
            InvalidDocument: It is of another kind.
            NewerDocument: Its major version is higher than this one.
        """
        found = Format.parse(text)
        if found.kind != self.kind:
            raise malformed(FORMAT, f"must be of kind {self.kind}, not {found.kind}")
        if found.major > self.major:
            raise NewerDocument(
                f"a {found} cannot be changed by a release that knows {self}",
                params={"found": str(found), "known": str(self)},
            )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6
