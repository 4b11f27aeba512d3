"""A receipt as text: aligned, East Asian widths minded, colours if wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from minishop.quotes.receipts._rows import Row
from minishop.quotes.receipts._width import clip, pad

__all__ = ["Style", "receipt"]


@frozen
class Style:
    """How a receipt is printed.

    Attributes:
        columns: Width of the paper.
        colour: Whether to use a terminal's colours.
    """

    columns: int = 72
    colour: bool = False

    def strong(self, text: str) -> str:
        """The line that matters."""
        return f"\033[1m{text}\033[0m" if self.colour else text

    def faint(self, text: str) -> str:
        """What may be skipped."""
        return f"\033[2m{text}\033[0m" if self.colour else text

    def good(self, text: str) -> str:
        """What was saved."""
        return f"\033[32m{text}\033[0m" if self.colour else text


def receipt(rows: Iterable[Row], style: Style) -> str:
    """The text of a receipt, without a line break at its end."""
    return "\n".join(line for row in rows for line in _print(row, style))


def _print(row: Row, style: Style) -> Iterator[str]:
    columns = style.columns
    kind = row.kind
    if kind == "totals":
        yield style.faint("─" * columns)
    elif kind == "section":
        yield ""
        yield row.label
    elif kind in ("refusal", "hint"):
        text = f"  {clip(row.label, columns - 2)}"
        yield style.faint(text) if kind == "refusal" else text
    elif kind == "certificate":
        yield style.faint(row.label)
    elif kind == "cut":
        yield style.good(pad(f"  {row.label}", row.amount, columns))
    elif kind == "part":
        yield style.faint(pad(f"  {row.label}", row.amount, columns))
    elif kind == "gift_by":
        yield style.faint(f"  {row.label}")
    elif kind == "payable":
        yield style.strong(pad(row.label, row.amount, columns) if row.amount else row.label)
    else:
        yield pad(row.label, row.amount, columns)
