"""One operation against one line: the rules of what wins.

``Add``, ``Set``
    change a quantity, and bring a line back whatever their base: they are the shopper's explicit wish, and it arrived
    later.
``Remove``
    takes a line out only if its sender had seen every change of the quantity. It had seen what has a sequence up to its
    base, and what its own device did before. Otherwise nothing happens: half a quantity is never removed.
``Select``, ``SaveForLater``
    set one flag of a line that is there; the later one counts.

Which quantity changes a ``Remove`` must have seen is kept with the line. A change can be forgotten as soon as the same
device made a later one (a greater number, a greater sequence), because whoever has not seen the one has not seen the
other; so a line keeps one change for each device, and more only if a device's operations arrived out of order.
"""

from __future__ import annotations

from datetime import datetime

import attrs
from attrs import frozen

from minishop.cart._operations import Add, Operation, Remove, SaveForLater, Select, Set
from minishop.cart._saved import MOST_UNITS, QuantityChange, SavedLine, Tombstone
from minishop.errors import InvalidInput

__all__ = ["Effect", "Moment", "buried", "effect_of", "with_change"]


@frozen
class Moment:
    """What an operation meets beside its line.

    Attributes:
        now: Server time.
        sequence: The sequence that the operation gets.
        ordered: The sequence at which an order last took the line.
        price: The shelf's unit price, fen.
    """

    now: datetime
    sequence: int
    ordered: int | None = None
    price: int | None = None


@frozen
class Effect:
    """The line afterwards (``None``: it is not there) and the outcome's code."""

    line: SavedLine | None
    code: str = "applied"


def effect_of(operation: Operation, line: SavedLine | None, at: Moment) -> Effect:
    """What an operation that has not been applied before does to its line.

    Raises:
        InvalidInput: It is none of ours.
    """
    match operation:
        case Add():
            return _add(operation, line, at)
        case Set():
            return _set(operation, line, at)
        case Remove():
            return _remove(operation, line)
        case Select() if line is not None:
            return Effect(attrs.evolve(line, selected=operation.selected))
        case SaveForLater() if line is not None:
            return Effect(attrs.evolve(line, saved_for_later=operation.saved))
        case Select() | SaveForLater():
            return Effect(None, "line_gone")
    raise InvalidInput("operations", "wrong_type", "must be Add, Set, Remove, Select or SaveForLater")


def _add(operation: Add, line: SavedLine | None, at: Moment) -> Effect:
    if line is None:
        return Effect(_put_in(operation, at))
    total = line.quantity + operation.quantity
    counted = _counted(line, operation, min(total, MOST_UNITS), at)
    code = "quantity_clamped" if total > MOST_UNITS else "applied"
    return Effect(attrs.evolve(counted, saved_for_later=False), code)


def _set(operation: Set, line: SavedLine | None, at: Moment) -> Effect:
    if operation.quantity == 0:
        return Effect(None, "applied" if line is not None else "line_gone")
    return Effect(
        _put_in(operation, at) if line is None else _counted(line, operation, operation.quantity, at),
    )


def _remove(operation: Remove, line: SavedLine | None) -> Effect:
    if line is None:
        return Effect(None, "line_gone")
    if all(_has_seen(operation, change) for change in line.changes):
        return Effect(None)
    return Effect(line, "remove_superseded")


def _has_seen(operation: Operation, change: QuantityChange) -> bool:
    is_own = change.device == operation.device and change.number < operation.number
    return is_own or change.sequence <= operation.base


def _put_in(operation: Add | Set, at: Moment) -> SavedLine:
    return SavedLine(
        sku=operation.sku,
        customisation=operation.customisation,
        activity=operation.activity,
        quantity=operation.quantity,
        was=at.price if operation.price is None else operation.price,
        changed_at=at.now,
        changes=with_change((), operation.device, operation.number, at.sequence),
        ordered_meanwhile=_missed_order(operation, at),
    )


def _counted(line: SavedLine, operation: Add | Set, quantity: int, at: Moment) -> SavedLine:
    return attrs.evolve(
        line,
        quantity=quantity,
        was=line.was if operation.price is None else operation.price,
        changed_at=at.now,
        changes=with_change(line.changes, operation.device, operation.number, at.sequence),
        ordered_meanwhile=_missed_order(operation, at),
    )


def _missed_order(operation: Operation, at: Moment) -> bool:
    """Whether an order took the line and the sender does not know: the shopper may be buying it twice."""
    return at.ordered is not None and operation.base < at.ordered


def with_change(
    changes: tuple[QuantityChange, ...], device: str, number: int, sequence: int
) -> tuple[QuantityChange, ...]:
    """The changes and one more, without those that it outnumbers."""
    kept = [change for change in changes if change.device != device or change.number > number]
    return (*kept, QuantityChange(device=device, number=number, sequence=sequence))


def buried(old: Tombstone | None, key: str, sequence: int, now: datetime, *, is_order: bool) -> Tombstone:
    """The tombstone of a line that goes now; that an order took it once is remembered."""
    if old is None:
        return Tombstone(line=key, sequence=sequence, at=now, ordered=sequence if is_order else None)
    return attrs.evolve(old, sequence=sequence, at=now, ordered=sequence if is_order else old.ordered)
