"""Promises about shared tokens and leases."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, TypeAlias

from minishop.flows import StoredToken, TokenStore
from minishop.testing.contract._promise import Chapter, Promise, same
from minishop.testing.contract.shared._lab import (
    EARLY,
    LATE,
    NOW,
    ODD_TEXTS,
    ROUNDS,
    WORKERS,
    Ability,
    SharedLab,
    later,
    race_processes,
    race_threads,
)

__all__ = ["TOKEN_PROMISES"]

_Lab: TypeAlias = SharedLab[TokenStore]

tokens: Chapter[_Lab] = Chapter("tokens")
leases: Chapter[_Lab] = Chapter("leases")


def _token(version: int, value: str = "secret", until: datetime = NOW) -> StoredToken:
    return StoredToken(value, until, version)


@tokens.promise()
def keeps_a_token(lab: _Lab) -> None:
    """What was set is got, to the character and microsecond, however long ago it has expired."""
    same(lab.store.get_token("t"), None, "a token that nobody set")
    for version, until in enumerate((NOW, LATE, EARLY), start=1):
        token = _token(version, "x" * 2000 + "|王🎁 \n", until)
        same(lab.store.set_token("t", token), True, f"setting version {version}")
        same(lab.store.get_token("t"), token, "the token")


@tokens.promise()
def compares_before_it_sets(lab: _Lab) -> None:
    """Only the version that follows the stored one is taken; whoever comes second changes nothing."""
    same(lab.store.set_token("t", _token(2)), False, "version 2 of a token that is not there")
    same(lab.store.get_token("t"), None, "the token after that")
    same(lab.store.set_token("t", _token(1, "first")), True, "version 1")
    same(lab.store.set_token("t", _token(1, "rival")), False, "version 1 again")
    same(lab.store.set_token("t", _token(3, "skips")), False, "version 3 after 1")
    same(lab.store.get_token("t"), _token(1, "first"), "the token after what was refused")
    same(lab.store.set_token("t", _token(2, "second")), True, "version 2")
    same(lab.store.set_token("t", _token(2, "rival")), False, "version 2 again")
    same(lab.store.set_token("t", _token(1, "old")), False, "version 1 after 2")
    same(lab.store.get_token("t"), _token(2, "second"), "the token in the end")


@tokens.promise()
def tells_tokens_apart(lab: _Lab) -> None:
    """Keys are compared exactly."""
    for key in ODD_TEXTS:
        same(lab.store.set_token(key, _token(1, key)), True, f"the first token of {key!r}")
    for key in ODD_TEXTS:
        same(lab.store.get_token(key), _token(1, key), f"the token of {key!r}")


@leases.promise()
def leases_to_one(lab: _Lab) -> None:
    """A lease that runs keeps others out until its end, and not at it."""
    same(lab.store.try_lock("l", "a", NOW, later(5)), True, "a free lease")
    same(lab.store.try_lock("l", "b", NOW, later(9)), False, "a lease that runs")
    same(lab.store.try_lock("l", "b", later(5, micros=-1), later(9)), False, "a microsecond before its end")
    same(lab.store.try_lock("l", "b", later(5), later(9)), True, "at its end")
    same(lab.store.try_lock("l", "a", later(6), later(9)), False, "the first owner, after the lease went to another")


@leases.promise()
def extends_for_its_owner(lab: _Lab) -> None:
    """The owner's lease is extended, or shortened, to the end it asks for."""
    lab.store.try_lock("l", "a", NOW, later(5))
    same(lab.store.try_lock("l", "a", later(4), later(20)), True, "the owner again")
    same(lab.store.try_lock("l", "b", later(10), later(99)), False, "another, after the first end")
    same(lab.store.try_lock("l", "a", later(10), later(11)), True, "the owner asks for less")
    same(lab.store.try_lock("l", "b", later(11), later(99)), True, "another at the new end")


@leases.promise()
def unlocks_for_its_owner(lab: _Lab) -> None:
    """The owner gives the lease back; nobody else can, and there need not be one."""
    lab.store.unlock("l", "a")
    lab.store.try_lock("l", "a", NOW, later(5))
    lab.store.unlock("l", "b")
    same(lab.store.try_lock("l", "b", NOW, later(5)), False, "after somebody else unlocked")
    lab.store.unlock("l", "a")
    lab.store.unlock("l", "a")
    same(lab.store.try_lock("l", "b", NOW, later(5)), True, "after the owner unlocked")


@leases.promise()
def tells_leases_apart(lab: _Lab) -> None:
    """Keys and owners are compared exactly, and a lease is no token."""
    for key in ODD_TEXTS:
        same(lab.store.try_lock(key, key, NOW, later(5)), True, f"a free lease {key!r}")
        same(lab.store.get_token(key), None, f"a token of the name {key!r}")
    for owner in ODD_TEXTS[1:]:
        same(lab.store.try_lock("k", owner, NOW, later(5)), False, f"{owner!r} wants the lease of 'k'")


@leases.promise()
def goes_by_the_time_it_is_told(lab: _Lab) -> None:
    """Only ``now`` counts, not the clock of a server."""
    for name, now in (("early", EARLY), ("late", LATE)):
        end = now.replace(minute=5)
        same(lab.store.try_lock(name, "a", now, end), True, "a free lease")
        same(lab.store.try_lock(name, "b", now.replace(minute=4), end), False, "before its end")
        same(lab.store.try_lock(name, "b", end, end.replace(minute=9)), True, "at its end")


def _lock(store: Any, worker: int, number: int) -> str:
    return f"{number} {store.try_lock(f'race-{number}', f'w{worker}', NOW, later(5))}"


def _replace(store: Any, worker: int, number: int) -> str:
    stored = store.get_token("race")
    version = 1 if stored is None else stored.version + 1
    return f"{store.set_token('race', StoredToken(f'{worker}-{number}', NOW, version))}"


def _judge_leases(lab: _Lab, words: list[str]) -> None:
    counts = Counter(words)
    same([counts[f"{number} True"] for number in range(ROUNDS)], [1] * ROUNDS, "how many got each lease")


def _judge_tokens(lab: _Lab, words: list[str]) -> None:
    same(len(words), WORKERS * ROUNDS, "turns")
    stored = lab.store.get_token("race")
    same(stored.version if stored else 0, words.count("True"), "versions, and answers that one was set")


@leases.promise(Ability.THREADS)
def races_threads_for_leases(lab: _Lab) -> None:
    """Of several at once one gets a lease."""
    _judge_leases(lab, race_threads(lab, _lock))


@leases.promise(Ability.PROCESSES)
def races_processes_for_leases(lab: _Lab) -> None:
    """Of several processes at once one gets a lease."""
    _judge_leases(lab, race_processes(lab, _lock))


@tokens.promise(Ability.THREADS)
def races_threads_for_versions(lab: _Lab) -> None:
    """Of several at once one replaces a version."""
    _judge_tokens(lab, race_threads(lab, _replace))


@tokens.promise(Ability.PROCESSES)
def races_processes_for_versions(lab: _Lab) -> None:
    """Of several processes at once one replaces a version."""
    _judge_tokens(lab, race_processes(lab, _replace))


TOKEN_PROMISES: tuple[Promise[_Lab], ...] = (*tokens, *leases)
"""All that a token store promises."""
