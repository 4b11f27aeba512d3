"""Forces what otherwise only luck brings about: something happens exactly between two calls of a port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Interleaved"]


class Interleaved:
    """An adapter around another one, in which a function runs right before or after the next call of a method.

    For example a rival's whole commit between somebody's load and commit, without threads or sleeps::

        shop = Shop(store=Interleaved(store, before={"commit": buy_the_last_one}))

    Args:
        adapter: Any adapter of a port, synchronous.
        before: Method name to what runs before its next call; once.
        after: Likewise, after it; what it raises hides the answer, as a crash would.
    """

    def __init__(
        self,
        adapter: object,
        *,
        before: dict[str, Callable[[], object]] | None = None,
        after: dict[str, Callable[[], object]] | None = None,
    ) -> None:
        self._adapter = adapter
        self._before = dict(before or {})
        self._after = dict(after or {})

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._adapter, name)
        if not callable(method):
            return method

        def call(*args: Any, **more: Any) -> Any:
            self._before.pop(name, _nothing)()
            answer = method(*args, **more)
            self._after.pop(name, _nothing)()
            return answer

        return call


def _nothing() -> None:
    """What happens where nothing is forced."""
