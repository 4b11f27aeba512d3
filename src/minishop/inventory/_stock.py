"""What can be done to stock, as values that a batch carries to the store.

Three numbers per key: ``on_hand`` (on the shelf), ``allocated`` (of these, promised to placed orders), ``held`` (of
these, reserved by live holds). ``available = max(0, on_hand - allocated - held)``. A hold that has expired does not
count, whether somebody has swept it or not.

The changes of one batch are summed per key before anything is decided, and all keys are taken or none. In the sums, a
key is short, and the batch is ``Insufficient``, if

* more is promised than is available then: what is allocated and reserved exceeds what is deallocated and released, and
  ``on_hand - allocated - held`` is below 0 afterwards;
* more leaves than is there: the sum of the checked changes of ``on_hand`` is negative, and it is below 0 afterwards;
* ``allocated`` would fall below 0.

The changes of a batch that name the same hold follow one another in the batch's order.

A stock-take may find less than is allocated: then nothing is available, and parcels can still leave while
``on_hand`` lasts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from minishop.errors import InvalidInput

__all__ = [
    "CommitHold",
    "HoldState",
    "MoveKind",
    "ReleaseHold",
    "Reserve",
    "StockChange",
    "StockKey",
    "StockLevel",
    "StockMove",
]


_MOST_UNITS = 10**9


@frozen(order=True)
class StockKey:
    """What is counted: a sku at a place. Sorts by (sku, location)."""

    sku: str
    location: str = ""

    def __str__(self) -> str:
        return f"{self.sku}@{self.location}" if self.location else self.sku


@frozen
class StockLevel:
    """The numbers of one key; ``held`` counts live holds only."""

    on_hand: int = 0
    allocated: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        """Units that a new order can have; never negative."""
        return max(0, self.on_hand - self.allocated - self.held)

    @property
    def oversold(self) -> int:
        """Units promised to orders that are not there, for example after a stock-take."""
        return max(0, self.allocated - self.on_hand)


class MoveKind(StrEnum):
    """Why stock moves; the word stands in the movement ledger."""

    RECEIVE = "receive"
    ADJUST = "adjust"
    ALLOCATE = "allocate"
    DEALLOCATE = "deallocate"
    SHIP = "ship"
    UNSHIP = "unship"


#: Kind -> (sign of the change of on_hand, sign of the change of allocated).
_SIGNS = {
    MoveKind.RECEIVE: (1, 0),
    MoveKind.ADJUST: (1, 0),
    MoveKind.ALLOCATE: (0, 1),
    MoveKind.DEALLOCATE: (0, -1),
    MoveKind.SHIP: (-1, -1),
    MoveKind.UNSHIP: (1, 1),
}


@frozen
class StockMove:
    """One row of the movement ledger.

    Attributes:
        entry: Its id, unique for all time: the same id again makes the batch a ``Conflict``, so a repeated step cannot
            move stock twice.
        key: What moves.
        kind: Why.
        quantity: Units, at least 1; an adjustment may be negative.
        is_checked: ``False`` lets ``on_hand`` fall below 0: for shops that ship before they book the goods in.
    """

    entry: str
    key: StockKey
    kind: MoveKind
    quantity: int = field()
    is_checked: bool = True

    @quantity.validator
    def _check_quantity(self, attribute: object, value: object) -> None:
        least = -_MOST_UNITS if self.kind is MoveKind.ADJUST else 1
        if type(value) is not int or not least <= value <= _MOST_UNITS or value == 0:
            raise InvalidInput(
                "quantity", "out_of_range", "must be a number of units, and not 0", params={"got": value}
            )

    @property
    def on_hand(self) -> int:
        """Change of the units on the shelf."""
        return _SIGNS[self.kind][0] * self.quantity

    @property
    def allocated(self) -> int:
        """Change of the units promised to orders."""
        return _SIGNS[self.kind][1] * self.quantity


class HoldState(StrEnum):
    """The life of a hold. A live one whose time has passed is expired, whether a sweep has marked it so or not."""

    LIVE = "live"
    COMMITTED = "committed"
    RELEASED = "released"
    EXPIRED = "expired"


@frozen
class Reserve:
    """Holds units until an instant. A live or ended hold of the same id is replaced, a committed one is a ``Conflict``.

    A replacement that is ``Insufficient`` leaves the old hold as it was.

    Attributes:
        hold: Its id.
        wanted: Key and units (at least 1), each key once.
        until: First instant at which it no longer counts; aware.
    """

    hold: str
    wanted: tuple[tuple[StockKey, int], ...]
    until: datetime


@frozen
class CommitHold:
    """Turns what a hold has into allocated stock.

    Nothing happens if it is committed already. If it has expired, the stock is taken anew or the batch is
    ``Insufficient``; if it was released, or never was, the batch is ``Insufficient`` for ``hold:<id>``.
    """

    hold: str


@frozen
class ReleaseHold:
    """Ends a hold. Nothing happens unless it is live; one that has expired stays expired."""

    hold: str


StockChange: TypeAlias = StockMove | Reserve | CommitHold | ReleaseHold
