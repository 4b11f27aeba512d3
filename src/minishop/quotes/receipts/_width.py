"""How wide a text is on a terminal: East Asian characters take two columns, combining marks none."""

from __future__ import annotations

import unicodedata

__all__ = ["clip", "pad", "width"]


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def width(text: str) -> int:
    """The columns that a text takes."""
    return sum(_columns(character) for character in text)


def clip(text: str, columns: int) -> str:
    """The text, cut with an ellipsis if it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept) + _columns(character) > columns - 1:
            break
        kept += character
    return kept + "…"


def pad(left: str, right: str, columns: int) -> str:
    """One line with ``left`` at the left and ``right`` at the right edge."""
    left = clip(left, columns - width(right) - 1)
    return left + " " * (columns - width(left) - width(right)) + right
