"""Statements: how they reach a database, and the pieces that depend on how many rows there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Protocol, TypeVar

from attrs import frozen

__all__ = ["AsyncDatabase", "Database", "Dialect", "Session", "insert_new", "matches", "pairs"]

_Result = TypeVar("_Result")

_MOST_VARIABLES = 900  # SQLite before 3.32 takes 999 in one statement
_MOST_KEYS = 256


@frozen
class Dialect:
    """Where the databases differ.

    Attributes:
        insert: How an insert begins that leaves rows alone which are there already.
        or_leave: How it ends.
        locked: Ends a ``SELECT`` whose rows must stay as they are until the transaction ends.
        unlocked: Ends one that passes over rows that somebody else has locked.
        begin: The first statement of a transaction that writes, if it needs one.
    """

    insert: str = "INSERT INTO"
    or_leave: str = " ON CONFLICT DO NOTHING"
    locked: str = " FOR UPDATE"
    unlocked: str = " FOR UPDATE SKIP LOCKED"
    begin: str | None = None


class Session(Protocol):
    """A connection inside a transaction."""

    @property
    def dialect(self) -> Dialect:
        """The words of its database."""

    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        """What a ``SELECT`` finds."""

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        """Changes rows; returns how many were inserted, matched or deleted."""


class Database(Protocol):
    """Runs work in transactions. Work that met a busy database is run again from its start."""

    def read(self, work: Callable[[Session], _Result]) -> _Result:
        """Runs work that only looks."""

    def write(self, work: Callable[[Session], _Result]) -> _Result:
        """Runs work and commits; what it raises rolls back."""


class AsyncDatabase(Protocol):
    """See :class:`Database`. The work is the same synchronous function."""

    def read(self, work: Callable[[Session], _Result]) -> Awaitable[_Result]:
        """See :class:`Database`."""

    def write(self, work: Callable[[Session], _Result]) -> Awaitable[_Result]:
        """See :class:`Database`."""


def insert_new(session: Session, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> int:
    """Inserts those of the rows whose keys are not there yet, in their order; returns how many.

    Waits for a transaction that is inserting the same key to end.
    """
    most = _MOST_VARIABLES // len(columns)
    count = 0
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        values = {
            f"{column}_{n}": value for n, row in enumerate(part) for column, value in zip(columns, row, strict=True)
        }
        count += session.run(_insert(session.dialect, table, columns, len(part)), values)
    return count


@lru_cache(maxsize=512)
def _insert(dialect: Dialect, table: str, columns: tuple[str, ...], count: int) -> str:
    rows = ", ".join("(" + ", ".join(f":{column}_{n}" for column in columns) + ")" for n in range(count))
    return f"{dialect.insert} {table} ({', '.join(columns)}) VALUES {rows}{dialect.or_leave}"


def matches(column: str, keys: Sequence[object]) -> list[tuple[str, dict[str, object]]]:
    """``column IN (…)`` with its values, in as many parts as it takes.

    The last part is filled up with copies to a power of two, so that there are few different statements to prepare.
    """
    return [(_in(column, len(part)), _named("key", part)) for part in _parts(keys)]


def pairs(columns: tuple[str, str], keys: Sequence[tuple[object, object]]) -> list[tuple[str, dict[str, object]]]:
    """Conditions on two columns with their values, as :func:`matches`."""
    return [
        (
            _pairs_in(columns, len(part)),
            _named("first", [first for first, _ in part]) | _named("second", [second for _, second in part]),
        )
        for part in _parts(keys)
    ]


def _parts(keys: Sequence[Any]) -> list[Sequence[Any]]:
    parts = [keys[start : start + _MOST_KEYS] for start in range(0, len(keys), _MOST_KEYS)]
    return [[*part, *[part[-1]] * ((1 << (len(part) - 1).bit_length()) - len(part))] for part in parts]


def _named(name: str, values: Sequence[object]) -> dict[str, object]:
    return {f"{name}_{n}": value for n, value in enumerate(values)}


@cache
def _in(column: str, count: int) -> str:
    return f"{column} IN (" + ", ".join(f":key_{n}" for n in range(count)) + ")"


@cache
def _pairs_in(columns: tuple[str, str], count: int) -> str:
    # Not (a, b) IN (…): SQLite reads the whole table for it.
    first, second = columns
    return "(" + " OR ".join(f"({first} = :first_{n} AND {second} = :second_{n})" for n in range(count)) + ")"
