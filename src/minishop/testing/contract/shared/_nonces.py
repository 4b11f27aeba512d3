"""Promises about nonces."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from minishop.flows import NonceStore
from minishop.testing.contract._promise import Chapter, Promise, same
from minishop.testing.contract.shared._lab import (
    EARLY,
    LATE,
    NOW,
    ODD_TEXTS,
    ROUNDS,
    Ability,
    SharedLab,
    later,
    race_processes,
    race_threads,
)

__all__ = ["NONCE_PROMISES"]

_Lab: TypeAlias = SharedLab[NonceStore]

nonces: Chapter[_Lab] = Chapter("nonces")


@nonces.promise()
def sees_a_nonce_once(lab: _Lab) -> None:
    """A key is new once; again it is not, whatever end it comes with."""
    same(lab.store.remember("n", NOW, later(5)), True, "a new nonce")
    same(lab.store.remember("n", NOW, later(5)), False, "the same again")
    same(lab.store.remember("n", later(1), later(60)), False, "the same with a later end")
    same(lab.store.remember("n", later(4), later(60)), False, "the same again")


@nonces.promise()
def forgets_at_the_end(lab: _Lab) -> None:
    """A note holds until its end and not at it, and a refused repetition does not prolong it."""
    lab.store.remember("n", NOW, later(5))
    same(lab.store.remember("n", later(5, micros=-1), later(99)), False, "a microsecond before the end")
    same(lab.store.remember("n", later(5), later(10)), True, "at the end")
    same(lab.store.remember("n", later(9), later(99)), False, "before the end of the new note")


@nonces.promise()
def tells_nonces_apart(lab: _Lab) -> None:
    """Keys are compared exactly."""
    for key in ODD_TEXTS:
        same(lab.store.remember(key, NOW, later(5)), True, f"the new nonce {key!r}")
    for key in ODD_TEXTS:
        same(lab.store.remember(key, NOW, later(5)), False, f"{key!r} again")


@nonces.promise()
def goes_by_the_time_it_is_told(lab: _Lab) -> None:
    """Only ``now`` counts, not the clock of a server."""
    for name, now in (("early", EARLY), ("late", LATE)):
        end = now.replace(minute=5)
        same(lab.store.remember(name, now, end), True, "a new nonce")
        same(lab.store.remember(name, now.replace(minute=4), end), False, "before its end")
        same(lab.store.remember(name, end, end.replace(minute=9)), True, "at its end")


def _see(store: Any, worker: int, number: int) -> str:
    return f"{number} {store.remember(f'race-{number}', NOW, later(5))}"


def _judge(words: list[str]) -> None:
    counts = Counter(words)
    same([counts[f"{number} True"] for number in range(ROUNDS)], [1] * ROUNDS, "how often each nonce was new")


@nonces.promise(Ability.THREADS)
def races_threads_for_a_nonce(lab: _Lab) -> None:
    """Of several at once one sees it first."""
    _judge(race_threads(lab, _see))


@nonces.promise(Ability.PROCESSES)
def races_processes_for_a_nonce(lab: _Lab) -> None:
    """Of several processes at once one sees it first."""
    _judge(race_processes(lab, _see))


NONCE_PROMISES: tuple[Promise[_Lab], ...] = tuple(nonces)
"""All that a nonce store promises."""
