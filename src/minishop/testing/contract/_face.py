"""The synchronous face of an async adapter, so that one text of checks serves both.

The adapter lives on an event loop in a thread of its own. Each call from outside becomes a task of that loop, so calls
from several threads race as several tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from inspect import isawaitable
from threading import Thread
from types import TracebackType
from typing import Any

__all__ = ["Face", "LoopThread"]


class LoopThread:
    """An event loop in a thread, as a context manager."""

    def __enter__(self) -> LoopThread:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wait(self._loop.shutdown_asyncgens())
        self.wait(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Runs a coroutine as a task of the loop and waits for its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, function: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Calls a function within the loop and waits for what it returns, if that can be awaited."""

        async def run() -> Any:
            answer = function(*args, **more)
            return await answer if isawaitable(answer) else answer

        return self.wait(run())


class Face:
    """Every method of an async adapter, synchronously."""

    def __init__(self, adapter: object, loop: LoopThread) -> None:
        self._adapter = adapter
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._adapter, name)

        def call(*args: Any, **more: Any) -> Any:
            return self._loop.call(method, *args, **more)

        return call
