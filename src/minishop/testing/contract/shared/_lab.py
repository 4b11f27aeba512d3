"""The laboratory of a check, and rivals that run at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.storage import StoreBusy
from minishop.testing.contract._promise import BrokenPromise
from minishop.testing.contract._racing import in_processes, in_threads

__all__ = [
    "EARLY",
    "LATE",
    "NOW",
    "ODD_TEXTS",
    "ROUNDS",
    "WORKERS",
    "Ability",
    "SharedLab",
    "Turn",
    "busy",
    "later",
    "race_processes",
    "race_threads",
    "refuses",
]

_Port = TypeVar("_Port")

NOW = datetime(2026, 6, 18, 12, 0, 0, 123456, tzinfo=UTC)
EARLY = datetime(2001, 1, 1, tzinfo=UTC)
LATE = datetime(2250, 1, 1, tzinfo=UTC)

#: Texts that a store must tell apart, and give back as they are.
ODD_TEXTS = ("k", "K", "k ", "ķ", "抢购|1:%", "{k}", "k'\"\\;--", "🎁", "k:1", "k" * 255)

WORKERS = 4
ROUNDS = 8
_BUSY = 500

#: One round of one worker: (adapter, worker, round) to a word that says what came of it. A module's own function.
Turn: TypeAlias = Callable[[Any, int, int], str]


class Ability(Enum):
    """A way to test an adapter. Each value says what is not known without it."""

    THREADS = "nothing is known about calls at the same time"
    PROCESSES = "nothing is known about several processes (offer `reopen`)"
    FORGETS = "whether it sells after it lost its memory was not tried (offer `lose_memory`, if it can lose it)"


@frozen
class SharedLab(Generic[_Port]):
    """An empty adapter and what the checks need around it.

    Attributes:
        store: The adapter, or the synchronous face of an async one.
        reopen: Opens the same one in another process; picklable.
        lose_memory: Makes it forget, as a restart would.
    """

    store: _Port
    reopen: Callable[[], Any] | None
    lose_memory: Callable[[], object]


def later(minutes: int = 0, *, micros: int = 0) -> datetime:
    """An instant after :data:`NOW`."""
    return NOW + timedelta(minutes=minutes, microseconds=micros)


def busy(call: Callable[[], Any]) -> Any:
    """Calls until the adapter is not too busy to give a definite answer."""
    for _ in range(_BUSY):
        try:
            return call()
        except StoreBusy:
            continue
    raise BrokenPromise(f"the adapter was busy {_BUSY} times in a row")


def refuses(call: Callable[[], object], what: str) -> None:
    """Calls what must be an ``InvalidInput``."""
    try:
        answer = call()
    except InvalidInput:
        return
    raise BrokenPromise(f"{what} must be InvalidInput, but the answer is {answer!r}")


def race_threads(lab: SharedLab[Any], turn: Turn) -> list[str]:
    """Lets threads (tasks, for an async adapter) take their turns at once; returns all words."""
    return in_threads(lambda worker: _turns(lab.store, worker, turn), WORKERS)


def race_processes(lab: SharedLab[Any], turn: Turn) -> list[str]:
    """Lets processes take their turns at once; returns all words."""
    results = in_processes(_work, WORKERS, lab.reopen, ("claim", "try_lock", "remember"), turn)
    return [word for result in results for word in result]


def _work(store: Any, worker: int, wait: Callable[[], object], turn: Turn) -> list[str]:
    wait()
    return list(_turns(store, worker, turn))


def _turns(store: Any, worker: int, turn: Turn) -> Iterator[str]:
    return (busy(partial(turn, store, worker, number)) for number in range(ROUNDS))
