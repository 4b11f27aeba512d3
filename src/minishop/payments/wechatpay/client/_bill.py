"""A bill whose content was checked, line by line in flat memory.

The text (UTF-8 with a byte order mark, CRLF): names of the columns; lines whose cells begin with a backtick; names of
the summary; the summary. Text of the shop's own may hold the separator, which nothing escapes. Then a line has more
cells than columns: the surplus is given to the columns of free text, all others keep their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Generic, TypeVar

from minishop.payments.wechatpay.client._bill_cells import Row
from minishop.payments.wechatpay.client._bill_rows import FREE_TEXT
from minishop.payments.wechatpay.client._errors import BadBill

__all__ = ["Bill"]

_RowT = TypeVar("_RowT", bound=Row)
_SummaryT = TypeVar("_SummaryT", bound=Row)

_BLOCK = 256 * 1024
_TAIL = 64 * 1024  # the summary has a few hundred bytes
_BOM = b"\xef\xbb\xbf"
_SEPARATOR = ",`"


class Bill(Generic[_RowT, _SummaryT]):
    """The rows of a bill; iterate as often as you like. Nothing of it is kept in memory.

    A context manager that closes the file behind it.

    Args:
        file: The plain text, checked; opened for reading bytes.
        rows: The class of its rows.
        summaries: The class of its last line.

    Attributes:
        columns: Names of the columns, in their order.
        summary: The last line.

    Raises:
        BadBill: ``bill_malformed``: it has not the form of a bill.
    """

    def __init__(self, file: BinaryIO, rows: type[_RowT], summaries: type[_SummaryT]) -> None:
        self._file = file
        self._make = rows
        self._start, self.columns = _head(file)
        self._end, names, values = _foot(file, self._start)
        self._places = {name: place for place, name in enumerate(self.columns)}
        self._free = [place for name, place in self._places.items() if name in FREE_TEXT]
        self.summary: _SummaryT = summaries({name: place for place, name in enumerate(names)}, values)

    def __iter__(self) -> Iterator[_RowT]:
        """The rows, in their order.

        Raises:
            BadBill: ``bill_malformed``: a line is none of a bill; ``params["line"]`` counts from 1.
        """
        make, places, width = self._make, self._places, len(self.columns)
        number = 1
        for lines in self._blocks():
            for line in lines:
                number += 1
                cells = line[1:].split(_SEPARATOR)
                if len(cells) != width or line[:1] != "`":
                    cells = self._aligned(line, cells, number)
                yield make(places, cells)

    def _blocks(self) -> Iterator[list[str]]:
        """Whole lines, some at a time."""
        place, rest = self._start, b""
        while place < self._end:
            self._file.seek(place)
            block = self._file.read(min(_BLOCK, self._end - place))
            place += len(block)
            whole, newline, rest = (rest + block).rpartition(b"\r\n")
            if newline:
                try:
                    yield whole.decode().split("\r\n")
                except UnicodeDecodeError:
                    raise _malformed("it is not UTF-8") from None

    def _aligned(self, line: str, cells: list[str], number: int) -> list[str]:
        """The cells of a line in which text of the shop's own holds the separator."""
        surplus = len(cells) - len(self.columns)
        if not line.startswith("`") or surplus < 0 or not self._free:
            raise _malformed("a line is none of a bill", line=number)
        first, last = self._free[0], self._free[-1]
        middle = cells[first : last + surplus + 1]
        split = [_SEPARATOR.join(middle[: surplus + 1]), *middle[surplus + 1 :]]
        return cells[:first] + split + cells[last + surplus + 1 :]

    def close(self) -> None:
        """Closes the file; a temporary one is gone then."""
        self._file.close()

    def __enter__(self) -> Bill[_RowT, _SummaryT]:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Bill of {self._make.__name__}>"


def _head(file: BinaryIO) -> tuple[int, tuple[str, ...]]:
    """Where the lines of data begin, and the names of the columns."""
    file.seek(0)
    line = file.readline(_TAIL)
    if not line.endswith(b"\r\n"):
        raise _malformed("it has no first line")
    names = _names(line.removeprefix(_BOM))
    if len(set(names)) != len(names) or not all(names):
        raise _malformed("its columns are not named, or named twice")
    return len(line), names


def _foot(file: BinaryIO, start: int) -> tuple[int, tuple[str, ...], list[str]]:
    """Where the lines of data end, and the summary's names and values."""
    begin = max(start, file.seek(0, 2) - _TAIL)
    file.seek(begin)
    tail = file.read().rstrip(b"\r\n")
    before, newline, values = tail.rpartition(b"\r\n")
    names = before.rpartition(b"\r\n")[2]
    if not newline or not values.startswith(b"`") or names.startswith(b"`"):
        raise _malformed("it has no summary")
    known, cells = _names(names), values.decode(errors="replace")[1:].split(_SEPARATOR)
    if len(known) > len(cells):
        raise _malformed("its summary has fewer values than names")
    return begin + len(before) - len(names), known, cells


def _names(line: bytes) -> tuple[str, ...]:
    text = line.decode(errors="replace").strip()
    return tuple(name.strip().translate(_NARROW) for name in text.split(","))


#: Parentheses are written in both widths.
_NARROW: Mapping[int, str] = {ord("（"): "(", ord("）"): ")"}


def _malformed(why: str, **params: object) -> BadBill:
    return BadBill(f"the bill cannot be read: {why}", code="bill_malformed", params=params)
