"""A contract: promises, and a class of tests that has one test for each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any, ClassVar
from unittest import SkipTest

from minishop.testing.contract._promise import Promise

__all__ = ["Contract"]


class Contract:
    """What an adapter must keep. A subclass that sets ``promises`` gets a ``test_…`` method for each of them.

    The methods need no pytest: what is not declared raises :class:`unittest.SkipTest`, which pytest shows as skipped.
    """

    promises: ClassVar[tuple[Promise[Any], ...]] = ()

    def __init_subclass__(cls, **more: object) -> None:
        super().__init_subclass__(**more)
        for promise in cls.__dict__.get("promises", ()):
            setattr(cls, f"test_{promise.name}", _make_test(promise))

    def find_missing(self, promise: Promise[Any]) -> tuple[Enum, ...]:
        """What a promise needs and the adapter has not declared; the value of each says what that weakens."""
        raise NotImplementedError

    def open_lab(self) -> AbstractContextManager[Any]:
        """A fresh, empty adapter with what the checks need around it."""
        raise NotImplementedError

    def run(self, promise: Promise[Any]) -> None:
        """Checks one promise.

        Raises:
            BrokenPromise: It is broken.
            SkipTest: The adapter has not declared what it needs.
        """
        missing = self.find_missing(promise)
        if missing:
            raise SkipTest("; ".join(f"without {one.name.lower()}: {one.value}" for one in missing))
        with self.open_lab() as lab:
            promise.check(lab)


def _make_test(promise: Promise[Any]) -> Callable[[Contract], None]:
    def test(self: Contract) -> None:
        self.run(promise)

    test.__name__ = test.__qualname__ = f"test_{promise.name}"
    test.__doc__ = promise.text
    return test
