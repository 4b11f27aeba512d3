"""A promise: one thing that a port's documentation says, and the check that finds out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Generic, TypeVar

from attrs import field, frozen

__all__ = ["BrokenPromise", "Chapter", "Promise", "holds", "same"]

_Lab = TypeVar("_Lab")


class BrokenPromise(AssertionError):
    """The adapter does not do what its port promises."""


def same(got: object, wanted: object, what: str) -> None:
    """Compares what an adapter answered with what it must answer.

    Raises:
        BrokenPromise: They differ.
    """
    if got != wanted:
        raise BrokenPromise(f"{what}\n  wanted: {wanted!r}\n  got:    {got!r}")


def holds(condition: bool, what: str) -> None:
    """States what must be so.

    Raises:
        BrokenPromise: It is not.
    """
    if not condition:
        raise BrokenPromise(what)


@frozen
class Promise(Generic[_Lab]):
    """One thing that an adapter must do.

    Attributes:
        chapter: What it is about.
        name: A Python name, unique within a contract.
        text: The promise in one sentence.
        needs: What an adapter must have declared; see :class:`Capability`.
        check: Raises :class:`BrokenPromise` if it is broken.
    """

    chapter: str
    name: str
    text: str
    needs: frozenset[Enum]
    check: Callable[[_Lab], None] = field(repr=False)


class Chapter(Generic[_Lab]):
    """Promises about one thing.

    Args:
        title: What they are about.
        needs: What all of them need.
    """

    def __init__(self, title: str, *needs: Enum) -> None:
        self.title = title
        self._needs = frozenset(needs)
        self._promises: list[Promise[Any]] = []

    def promise(self, *needs: Enum) -> Callable[[Callable[[_Lab], None]], Callable[[_Lab], None]]:
        """Makes a function the check of a promise: its name is the promise's, its docstring the text."""

        def add(check: Callable[[_Lab], None]) -> Callable[[_Lab], None]:
            text = " ".join((check.__doc__ or "").split())
            self._promises.append(Promise(self.title, check.__name__, text, self._needs | set(needs), check))
            return check

        return add

    def __iter__(self) -> Iterator[Promise[_Lab]]:
        return iter(self._promises)
