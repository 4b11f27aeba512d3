"""What random sequences are made of, made beforehand by a fixed seed.

One draw of an index takes a whole element. Sequences of many small draws would be too long for Hypothesis, which then
keeps only those in which little happens.
"""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import field, frozen

from minishop.inventory import CommitHold, MoveKind, ReleaseHold
from minishop.storage import GiveBack, LedgerEntry, Take, Timer
from minishop.testing.contract.store._lab import Element
from minishop.testing.contract.store._values import later, move, receipt, reserve

__all__ = ["CHANGES", "NUMBERS", "SIZE", "STOCK", "Change"]

_CHOOSE = Random(618)
SIZE = 120


@frozen
class Change:
    """A record to put, with the version that it has, or one that is ``off`` by something; or only to expect."""

    kind: str
    id: str
    off: int
    is_read: bool
    events: int
    fields: dict[str, Any] = field(hash=False)


def _one(*choices: Any) -> Any:
    return _CHOOSE.choice(choices)


def _make_change() -> Change:
    timers = [Timer(kind, "", later(_CHOOSE.randrange(40))) for kind in ("unpaid", "receive") if _one(True, False)]
    fields = {
        "document": f'"{_CHOOSE.randrange(99)}"',
        "label": _one("paid", "closed"),
        "shopper": _one("u1", "u1", "u2", ""),
        "personal": _one(None, '"p"'),
        "unique": _one((), (), ("k1",), ("k2",), ("k3",)),
        "timers": tuple(timers),
    }
    return Change(
        _one("order", "cart"), _one("a", "b"), _one(0, 0, 0, 0, -1, 1), _CHOOSE.random() < 0.1, _one(0, 1, 2), fields
    )


def _make_stock() -> Element:
    hold = _one("h1", "h2")
    match _CHOOSE.randrange(7):
        case 0:
            skus = _one(["S"], ["T"], ["S", "T"])
            return reserve(hold, *((sku, _CHOOSE.randrange(1, 4)) for sku in skus), minutes=_CHOOSE.randrange(40))
        case 1:
            return CommitHold(hold)
        case 2:
            return ReleaseHold(hold)
    kind = _one(*MoveKind, MoveKind.RECEIVE, MoveKind.RECEIVE, MoveKind.ALLOCATE, MoveKind.ALLOCATE)
    units = _one(1, 2, 5) if kind is MoveKind.RECEIVE else _one(1, 1, 2)
    return move("", _one("S", "S", "T"), kind, units, place=_one("", "", "n"), checked=_one(True, True, True, False))


def _make_number() -> Element:
    match _CHOOSE.randrange(4):
        case 0:
            return receipt(_one("k1", "k2", "k3"), _one("f1", "f1", "f2"), minutes=_CHOOSE.randrange(40))
        case 1:
            return Take(_one("a", "b"), _one("t1", "t2", "t3"), _one(1, 2), _one(1, 2, 4, None))
        case 2:
            return GiveBack(_one("a", "b"), _one("t1", "t2"))
    return LedgerEntry("", _one("a", "b"), _one(-3, -1, 2, 4), _one(0, 0, -2, None))


CHANGES = tuple(_make_change() for _ in range(SIZE))
STOCK = tuple(_make_stock() for _ in range(SIZE))
NUMBERS = tuple(_make_number() for _ in range(SIZE))
