"""Promises about a batch as a whole: all or nothing, and which of several reasons is told.

The faults are natural: they come from what is stored, so they work on any store without its help.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from minishop.inventory import CommitHold
from minishop.storage import (
    CommitResult,
    Conflict,
    EventRow,
    Expect,
    Insufficient,
    KeyReused,
    LedgerEntry,
    Put,
    Receipt,
    Replayed,
    Take,
    Timer,
)
from minishop.testing.contract._promise import Chapter, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Element, Lab
from minishop.testing.contract.store._values import allocate, event, later, put, receipt, receive, reserve

__all__ = ["atoms", "good_elements", "prepare"]

atoms: Chapter[Lab] = Chapter("batches")


@frozen
class _Fault:
    """An element that cannot be carried out after :func:`prepare`.

    Attributes:
        rank: Which of the checks finds it.
        make: Makes the element for a position, so that several can stand in one batch.
        answer: What the batch is refused with.
        replaces: Type of the elements whose place it takes.
    """

    rank: int
    make: Callable[[int], Element]
    answer: CommitResult
    replaces: type | tuple[type, ...]
    needs: tuple[Capability, ...] = ()


_FAULTS = (
    _Fault(0, lambda _: receipt("old", "f1"), Replayed(receipt("old")), Receipt, (Capability.RECEIPTS,)),
    _Fault(0, lambda _: receipt("old", "f9"), KeyReused(receipt("old").key), Receipt, (Capability.RECEIPTS,)),
    _Fault(1, lambda n: put("old", 1, document=f'"{n}"'), Conflict("version", "order:old"), Put),
    _Fault(1, lambda _: put("old"), Conflict("version", "order:old"), Put),
    _Fault(1, lambda _: put("missing", 3), Conflict("version", "order:missing"), Put),
    _Fault(1, lambda _: Expect("order", "old", 1), Conflict("version", "order:old"), Expect),
    _Fault(2, lambda n: put(f"new{n}", unique=("taken",)), Conflict("unique", "taken"), Put),
    _Fault(
        2, lambda _: LedgerEntry("booked", "acc", 1), Conflict("unique", "booked"), LedgerEntry, (Capability.LEDGER,)
    ),
    _Fault(2, lambda _: receive("S0", 1, entry="moved"), Conflict("unique", "moved"), (), (Capability.STOCK,)),
    _Fault(2, lambda _: reserve("done", ("S0", 1)), Conflict("unique", "hold:done"), (), (Capability.HOLDS,)),
    _Fault(3, lambda _: Take("used", "t9", 2, 2), Insufficient("limit", "used"), Take, (Capability.LIMITS,)),
    _Fault(4, lambda _: allocate("short", 2), Insufficient("stock", "short"), (), (Capability.STOCK,)),
    _Fault(
        4, lambda n: reserve(f"r{n}", ("S0", 1), ("short", 2)), Insufficient("stock", "short"), (), (Capability.HOLDS,)
    ),
    _Fault(4, lambda _: CommitHold("gone"), Insufficient("stock", "hold:gone"), (), (Capability.HOLDS,)),
    _Fault(
        5, lambda n: LedgerEntry(f"b{n}", "poor", -2), Insufficient("ledger", "poor"), LedgerEntry, (Capability.LEDGER,)
    ),
)


def _faults(lab: Lab) -> list[_Fault]:
    return [fault for fault in _FAULTS if lab.has(*fault.needs)]


def prepare(lab: Lab) -> None:
    """Fills the store with what the faults run into and what good elements need."""
    lab.done(put("old", unique=("taken",), timers=(Timer("unpaid", "", later(1)),)), event("old"))
    lab.done(put("old", 1, label="seen"), event("old", topic="seen"))
    lab.done(put("read"))
    if lab.has(Capability.RECEIPTS):
        lab.done(receipt("old"))
    if lab.has(Capability.LIMITS):
        lab.done(Take("used", "t1", 1, 2))
    if lab.has(Capability.LEDGER):
        lab.done(LedgerEntry("booked", "acc", 10), LedgerEntry("in", "poor", 1))
    if lab.has(Capability.STOCK):
        lab.done(receive("S0", 9, entry="moved"), receive("S1", 9), receive("short", 1))
    if lab.has(Capability.HOLDS):
        lab.done(reserve("done", ("S0", 1)), CommitHold("done"), reserve("live", ("S1", 1)))


def good_elements(lab: Lab) -> list[Element]:
    """Several elements of each declared kind against which nothing speaks after :func:`prepare`."""
    elements: list[Element] = [receipt("fresh")] if lab.has(Capability.RECEIPTS) else []
    timers = (Timer("unpaid", "", later(2)),)
    elements += [put(f"g{n}", unique=(f"key{n}",), timers=timers, personal='"x"') for n in range(3)]
    elements += [Expect("order", "read", 1), Expect("order", "absent", 0)]
    elements += [event(f"g{n}", index) for n in range(3) for index in range(2)]
    if lab.has(Capability.LIMITS):
        elements += [Take(f"limit{n}", "t1", 1, 1) for n in range(3)]
    if lab.has(Capability.STOCK):
        elements += [allocate(f"S{n}", 1) for n in range(2)]
    if lab.has(Capability.HOLDS):
        elements += [CommitHold("live"), reserve("h1", ("S1", 1), ("S0", 1))]
    if lab.has(Capability.LEDGER):
        elements += [LedgerEntry(f"l{n}", "acc", -1) for n in range(3)]
    return elements


@atoms.promise()
def carries_out_a_whole_batch(lab: Lab) -> None:
    """A batch with several elements of every kind is carried out as a whole."""
    prepare(lab)
    lab.done(*good_elements(lab))
    lab.refused(
        Replayed(receipt("fresh")) if lab.has(Capability.RECEIPTS) else Conflict("version", "order:g0"),
        *good_elements(lab),
    )


def _places(fault: _Fault, good: list[Element]) -> list[int]:
    """Where a fault can stand: at each element that it may take the place of, and first or last in the batch."""
    replaced = [index for index, element in enumerate(good) if isinstance(element, fault.replaces)]
    return replaced if fault.replaces is Receipt else [-1, *replaced, len(good)]


def _spoil(fault: _Fault, good: list[Element], place: int) -> list[Element]:
    if place < 0:
        return [fault.make(0), *good]
    gone = good[place] if place < len(good) else None
    spoiled = [*good[:place], fault.make(place), *good[place + 1 :]]
    if isinstance(gone, Put):
        spoiled = [one for one in spoiled if not isinstance(one, EventRow) or one.id != gone.id]
    return spoiled


@atoms.promise()
def does_all_or_nothing(lab: Lab) -> None:
    """A batch with one fault, of any kind and at any position, is refused for that fault and leaves no trace."""
    prepare(lab)
    good = good_elements(lab)
    lab.seen.note(lab.make_batch(*good))
    for fault in _faults(lab):
        lab.answers(fault.answer, fault.make(len(good)))
    before = lab.picture()
    for fault in _faults(lab):
        for place in _places(fault, good):
            lab.answers(fault.answer, *_spoil(fault, good, place))
        lab.unchanged(before, f"after batches that were refused with {fault.answer!r}")
    lab.done(*good)


@atoms.promise()
def tells_the_first_reason(lab: Lab) -> None:
    """Of several reasons the first is told: receipt, version, unique, limit, stock, ledger."""
    prepare(lab)
    faults = _faults(lab)
    before = lab.picture()
    for index, first in enumerate(faults):
        for second in faults[index + 1 :]:
            if first.rank < second.rank:
                lab.answers(first.answer, second.make(1), first.make(0))
    lab.unchanged(before, "after batches that were refused")


@atoms.promise(Capability.OUTBOX)
def offers_only_committed_events(lab: Lab) -> None:
    """The outbox has the events of committed batches, of each record in order, and of no other batch."""
    prepare(lab)
    lab.commit(*good_elements(lab), put("old", 1), event("old", topic="never"))
    lab.done(*good_elements(lab))
    rows: dict[str, list[tuple[int, int, str]]] = {}
    for _, id_, version, index, topic in lab.drain():
        rows.setdefault(id_, []).append((version, index, topic))
    wanted = {f"g{n}": [(1, 0, "placed"), (1, 1, "placed")] for n in range(3)}
    wanted["old"] = [(1, 0, "placed"), (2, 0, "seen")]
    same(rows, wanted, "the outbox")
