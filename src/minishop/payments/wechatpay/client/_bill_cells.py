"""Cells of a bill, converted when they are read: text as it is, yuan to whole fen exactly, times of Shanghai.

A row keeps the texts of its line. Columns are found by their names, so columns that WeChat Pay adds do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar, overload

from minishop.payments._reconcile import SHANGHAI
from minishop.payments.wechatpay._checks import matching
from minishop.payments.wechatpay.client._errors import BadBill

__all__ = ["Cell", "Row", "count", "fen", "maybe_time", "percent", "time", "yuan"]

_T = TypeVar("_T")
_FEN = matching(r"(-?[0-9]{1,13})(?:\.([0-9]{1,2})0*)?")
_COUNT = matching(r"([0-9]{1,15})(?:\.0+)?")


class Row:
    """One line of a bill.

    ``row["商户订单号"]`` is the text of a cell by the column's own name; the attributes are the known columns.
    """

    __slots__ = ("_cells", "_columns")

    def __init__(self, columns: Mapping[str, int], cells: list[str]) -> None:
        self._columns = columns
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        return self._cells[self._columns[column]]

    def get(self, column: str, default: str = "") -> str:
        """The text of a cell, or ``default`` if the bill has no such column."""
        place = self._columns.get(column)
        return default if place is None else self._cells[place]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in their order."""
        return tuple(self._columns)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # a row names a person


class Cell(Generic[_T]):
    """An attribute of a row that reads one column.

    Args:
        column: Its name.
        convert: From the text; ``None`` leaves it as it is.
    """

    def __init__(self, column: str, convert: Callable[[str], _T] | None = None, doc: str = "") -> None:
        self._column = column
        self._convert = convert
        self.__doc__ = f"{column}. {doc}" if doc else f"{column}."

    @overload
    def __get__(self, row: None, owner: type) -> Cell[_T]: ...
    @overload
    def __get__(self, row: Row, owner: type) -> _T: ...
    def __get__(self, row: Row | None, owner: type) -> Any:
        if row is None:
            return self
        try:
            text = row._cells[row._columns[self._column]]
            return text if self._convert is None else self._convert(text)
        except KeyError:
            why = "the bill has no such column"
        except (ValueError, InvalidOperation):
            why = "a cell is not of the documented form"
        raise BadBill(f"{self._column}: {why}", code="bill_malformed", params={"column": self._column})


def fen(text: str) -> int:
    """Fen of a text in yuan: exact, with a sign if there is one; more than two decimals only if they are zeros."""
    digits = text[:-3] + text[-2:]
    if text[-3:-2] == "." and 3 < len(text) < 17 and digits.isascii() and digits.isdigit():
        return int(digits)  # nearly all of them
    match = _FEN.fullmatch(text)
    if match is None:
        raise ValueError
    return int(match[1] + (match[2] or "").ljust(2, "0"))


def yuan(text: str) -> Decimal:
    """The number itself, with all its decimals."""
    if not text.isascii() or len(text) > 30 or "_" in text:
        raise ValueError
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    return number


def percent(text: str) -> Decimal:
    """A rate in percent."""
    return yuan(text.removesuffix("%"))


def count(text: str) -> int:
    """A count, which is written like ``45.0``."""
    match = _COUNT.fullmatch(text)
    if match is None:
        raise ValueError
    return int(match[1])


def time(text: str) -> datetime:
    """A time of Shanghai."""
    if len(text) != 19 or not text.isascii():
        raise ValueError
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def maybe_time(text: str) -> datetime | None:
    """A time that may be empty."""
    return time(text) if text else None
