"""The fields of benefits and conditions in a document; what a kind of your own declares its keys with."""

from __future__ import annotations

from typing import Any

from minishop.quotes.reading import Choice, Count, Field, Flag, ListOf, Money, Percent, Scaled, Table, Text

__all__ = [
    "AMOUNT",
    "COUNT",
    "COUNTS",
    "FLAG",
    "MONEY",
    "PERCENT",
    "TEXT",
    "TEXTS",
    "TIMES",
    "Field",
    "choice_of",
    "list_of",
]

#: Yuan, more than 0; fen in Python.
MONEY = Money()
#: Yuan, 0 or more; fen in Python.
AMOUNT = Money(positive=False)
#: ``"20%"``; basis points in Python.
PERCENT = Percent()
#: A whole number from 1.
COUNT = Count()
#: ``true`` or ``false``.
FLAG = Flag()
#: A text that is not empty.
TEXT = Text()
#: A list of such texts.
TEXTS = ListOf(Text())
#: A list of whole numbers from 1.
COUNTS = ListOf(Count())
#: A factor such as ``"1.5"``; hundredths in Python.
TIMES = Scaled(2, least=1, most=10**6)


def choice_of(*allowed: str) -> Choice:
    """One of these texts."""
    return Choice(allowed)


def list_of(make: Any) -> ListOf:
    """A list of tables, each a ``make`` with ``fields`` of its own."""
    return ListOf(Table(make, make.fields), least=1)
