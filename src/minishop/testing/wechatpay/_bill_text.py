"""The text of bills, column by column as the gateway writes them.

UTF-8 with a byte order mark, CRLF. A line of names, lines of cells that each begin with a backtick, a line of names of
the summary, a line of its values. Amounts are yuan with two decimals, fees with five; counts look like ``45.0``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from minishop.testing.wechatpay._wire import SHANGHAI

__all__ = ["bill_text", "count", "fee", "local_time", "one_line", "yuan"]


def bill_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]], totals: Mapping[str, str]) -> bytes:
    """The whole file.

    Args:
        columns: Names, in the order of the cells.
        rows: Cells by column name; what a kind of bill does not show is left out.
        totals: The summary by name, in order.
    """
    lines = [
        ",".join(columns),
        *(_cells(row[name] for name in columns) for row in rows),
        ",".join(totals),
        _cells(totals.values()),
    ]
    return b"\xef\xbb\xbf" + "".join(line + "\r\n" for line in lines).encode()


def _cells(values: Iterable[str]) -> str:
    return ",".join("`" + value for value in values)


def yuan(fen: int) -> str:
    """``-1280`` as ``-12.80``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fee(fen: int) -> str:
    """With five decimals, as fees are written."""
    return yuan(fen) + "000"


def count(number: int) -> str:
    """``45`` as ``45.0``."""
    return f"{number}.0"


def local_time(at: datetime | None) -> str:
    """Shanghai's time without an offset; empty for ``None``."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def one_line(text: str) -> str:
    """The user's text with its line breaks written out."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
