"""Promises about rivals for the claims of a flash sale, and about any sequence of calls."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias

from minishop.adapters.memory import MemoryClaimStore
from minishop.inventory import Claim, ClaimStore
from minishop.testing.contract._promise import Chapter, same
from minishop.testing.contract.shared._lab import (
    NOW,
    ROUNDS,
    WORKERS,
    Ability,
    SharedLab,
    later,
    race_processes,
    race_threads,
)

__all__ = ["claim_races"]

_Lab: TypeAlias = SharedLab[ClaimStore]

claim_races: Chapter[_Lab] = Chapter("races")

_STOCK = 10
_CEILING = 3
_STEPS = 250


def _buy(store: Any, worker: int, number: int) -> str:
    """Everybody wants one of few, each for other shoppers."""
    answer = store.claim("stock", f"u{number}", 1, f"{worker}-{number}", NOW, later(5))
    return f"stock {type(answer).__name__}"


def _hoard(store: Any, worker: int, number: int) -> str:
    answer = store.claim("ceiling", "hoarder", 1, f"{worker}-{number}", NOW, later(5))
    return f"ceiling {type(answer).__name__}"


def _repeat(store: Any, worker: int, number: int) -> str:
    answer = store.claim("token", f"u{worker}", 1, f"t{number}", NOW, later(5))
    return f"token {number} {answer.user}"


def _return(store: Any, worker: int, number: int) -> str:
    return f"return {number} {store.give_back('return', f't{number}')}"


def _turn(store: Any, worker: int, number: int) -> str:
    return ";".join(turn(store, worker, number) for turn in (_buy, _hoard, _repeat, _return))


def _race(lab: _Lab, race: Any) -> None:
    for activity, stock, per_user in (
        ("stock", _STOCK, None),
        ("ceiling", 1000, _CEILING),
        ("token", 1000, None),
        ("return", ROUNDS, None),
    ):
        lab.store.open_activity(activity, stock, per_user)
        lab.store.rebuild_activity(activity, ())
    for number in range(ROUNDS):
        lab.store.claim("return", "u", 1, f"t{number}", NOW, later(5))
    words = Counter(word for turn in race(lab, _turn) for word in turn.split(";"))
    turns = WORKERS * ROUNDS
    same(words["stock Claim"], _STOCK, f"claims of a stock of {_STOCK}")
    same(words["stock SoldOut"], turns - _STOCK, "refusals when the stock was gone")
    same(lab.store.unclaimed("stock"), 0, "units of it unclaimed")
    same(words["ceiling Claim"], _CEILING, f"claims of a shopper who may have {_CEILING}")
    same(words["ceiling LimitReached"], turns - _CEILING, "refusals when the shopper had them")
    for number in range(ROUNDS):
        winners = {word for word in words if word.startswith(f"token {number} ")}
        same(len(winners), 1, f"different claims of one token: {winners}")
        same(words[f"return {number} True"], 1, "how often one claim was given back")
    same(lab.store.unclaimed("token"), 1000 - ROUNDS, f"units unclaimed after {ROUNDS} tokens asked {turns} times")
    same(lab.store.unclaimed("return"), ROUNDS, "units unclaimed after all were given back")


@claim_races.promise(Ability.THREADS)
def races_threads(lab: _Lab) -> None:
    """Several at once: exactly the stock is claimed, a ceiling holds, a token has one claim, it comes back once."""
    _race(lab, race_threads)


@claim_races.promise(Ability.PROCESSES)
def races_processes(lab: _Lab) -> None:
    """Several processes at once: the same holds."""
    _race(lab, race_processes)


@claim_races.promise()
def agrees_with_the_reference(lab: _Lab) -> None:
    """In a long mixed sequence of calls every answer is that of the memory store."""
    random, reference = Random(20260618), MemoryClaimStore()
    for store in (reference, lab.store):
        for activity in ("a", "b"):
            store.open_activity(activity, 5, 3)
            store.rebuild_activity(activity, ())
    for step in range(_STEPS):
        name, arguments = _step(random)
        wanted = getattr(reference, name)(*arguments)
        same(getattr(lab.store, name)(*arguments), wanted, f"step {step}: {name}{arguments}")


def _step(random: Random) -> tuple[str, tuple[Any, ...]]:
    activity, token, user = random.choice("ab"), random.choice("tuvwxyz"), random.choice("klm")
    minutes, units = random.randrange(20), random.randint(1, 3)
    match random.randrange(14):
        case 0:
            return "open_activity", (activity, random.randrange(8), random.choice((None, 1, 3)))
        case 1:
            tokens = random.sample("tuvwxyz", random.randrange(4))
            return "rebuild_activity", (
                activity,
                tuple(Claim(activity, user, 1, one, later(minutes)) for one in tokens),
            )
        case 2 | 3:
            return "confirm_claim", (activity, token)
        case 4 | 5:
            return "give_back", (activity, token)
        case 6:
            return "find_claim", (activity, token)
        case 7:
            return "unclaimed", (activity,)
        case 8 | 9:
            return "expired_claims", (later(minutes), random.randint(1, 9))
        case _:
            now = later(minutes)
            return "claim", (activity, user, units, token, now, now + timedelta(minutes=random.randint(1, 9)))
