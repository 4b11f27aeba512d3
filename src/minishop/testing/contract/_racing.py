"""Letting workers run at once, in threads or in processes, with a deadline."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from inspect import iscoroutinefunction
from queue import Empty
from threading import Barrier, Thread
from typing import Any

from minishop.testing.contract._face import Face, LoopThread
from minishop.testing.contract._promise import BrokenPromise

__all__ = ["in_processes", "in_threads"]

#: Seconds that anybody waits for anybody.
SECONDS = 60


def in_threads(work: Callable[[int], Iterable[str]], workers: int) -> list[str]:
    """Calls ``work(worker)`` in as many threads at once; returns all words, and raises what one of them raised."""
    barrier = Barrier(workers)
    words: list[str] = []
    errors: list[BaseException] = []

    def run(worker: int) -> None:
        try:
            barrier.wait(SECONDS)
            words.extend(work(worker))
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(worker,), daemon=True) for worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    if errors:
        raise errors[0]
    if any(thread.is_alive() for thread in threads):
        raise BrokenPromise(f"a thread gave no answer within {SECONDS} s")
    return words


def in_processes(
    work: Callable[..., Any], workers: int, reopen: Callable[[], Any] | None, probe: tuple[str, ...], *arguments: object
) -> list[Any]:
    """Calls ``work(store, worker, wait, *arguments)`` in as many processes at once; returns what each returned.

    Args:
        work: A module's own function. ``wait()`` lets it go on when all the others have come as far.
        workers: Processes.
        reopen: Opens the store in a process of its own.
        probe: Methods by which an async store is known; it is handed over with methods that block.
        arguments: Passed on; must be picklable, as must be ``reopen``.
    """
    assert reopen is not None  # only a store that offers it is raced so
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers)
    answers: Any = context.Queue()
    processes = [
        context.Process(target=_run, args=(work, worker, reopen, probe, barrier, answers, arguments), daemon=True)
        for worker in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        results = [answers.get(timeout=SECONDS) for _ in processes]
    except Empty:
        raise BrokenPromise(f"a process gave no answer within {SECONDS} s") from None
    finally:
        for process in processes:
            process.join(1)
            process.terminate()
            process.join()
    for result in results:
        if isinstance(result, str):
            raise BrokenPromise(f"a process failed: {result}")
    return results


def _run(
    work: Callable[..., Any],
    worker: int,
    reopen: Callable[[], Any],
    probe: tuple[str, ...],
    barrier: Any,
    answers: Any,
    arguments: tuple[object, ...],
) -> None:
    """What runs in each process."""
    try:
        with ExitStack() as stack:
            store = reopen()
            if any(iscoroutinefunction(getattr(store, name, None)) for name in probe):
                store = Face(store, stack.enter_context(LoopThread()))
            answers.put(work(store, worker, lambda: barrier.wait(SECONDS), *arguments))
    except BaseException as error:
        barrier.abort()
        answers.put(f"{type(error).__name__}: {error}")
