"""Promises about stock and holds."""

from __future__ import annotations

from minishop.inventory import CommitHold, MoveKind, ReleaseHold, StockKey, StockLevel
from minishop.storage import Conflict, Insufficient
from minishop.testing.contract._promise import Chapter, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._values import NOW, allocate, later, move, receive, reserve

__all__ = ["level", "levels", "stock"]

stock: Chapter[Lab] = Chapter("stock", Capability.STOCK)


def levels(lab: Lab, *skus: str, minutes: int = 0) -> list[tuple[int, int, int]]:
    """(on hand, allocated, held) of each sku."""
    keys = [StockKey(sku) for sku in skus]
    got = lab.store.stock(keys, later(minutes))
    same(set(got), set(keys), "the keys in the answer of stock()")
    return [(got[key].on_hand, got[key].allocated, got[key].held) for key in keys]


def level(lab: Lab, sku: str, wanted: tuple[int, int, int], what: str, minutes: int = 0) -> None:
    """Compares the level of one sku."""
    same(levels(lab, sku, minutes=minutes)[0], wanted, f"(on hand, allocated, held) of {sku} {what}")


@stock.promise()
def moves_stock(lab: Lab) -> None:
    """Each kind of movement changes on_hand and allocated as it says."""
    lab.done(receive("S", 10))
    level(lab, "S", (10, 0, 0), "after 10 came in")
    for kind, quantity, wanted in [
        (MoveKind.ALLOCATE, 6, (10, 6, 0)),
        (MoveKind.DEALLOCATE, 2, (10, 4, 0)),
        (MoveKind.SHIP, 3, (7, 1, 0)),
        (MoveKind.UNSHIP, 1, (8, 2, 0)),
        (MoveKind.ADJUST, -5, (3, 2, 0)),
        (MoveKind.ADJUST, 4, (7, 2, 0)),
    ]:
        lab.done(move(f"{kind}{quantity}", "S", kind, quantity))
        level(lab, "S", wanted, f"after {kind} {quantity}")
    same(lab.store.stock([StockKey("nothing")], NOW), {StockKey("nothing"): StockLevel()}, "stock never received")
    same(lab.store.stock([], NOW), {}, "no keys")


@stock.promise()
def never_oversells(lab: Lab) -> None:
    """The last unit can be allocated, one more than that cannot."""
    lab.done(receive("S", 3))
    lab.refused(Insufficient("stock", "S"), allocate("S", 4))
    lab.done(allocate("S", 3, entry="e1"))
    lab.refused(Insufficient("stock", "S"), allocate("S", 1, entry="e2"))
    lab.refused(Insufficient("stock", "T"), allocate("T", 1))
    level(lab, "S", (3, 3, 0), "when all is allocated")


@stock.promise()
def takes_all_keys_or_none(lab: Lab) -> None:
    """If one key is short, no key is taken."""
    lab.done(receive("A", 5), receive("B", 1), receive("C", 5))
    lab.refused(Insufficient("stock", "B"), allocate("A"), allocate("B", 2), allocate("C"))


@stock.promise()
def sums_before_it_decides(lab: Lab) -> None:
    """The changes of a batch are summed per key: what comes in can go out, and two lines of a sku count together."""
    lab.done(allocate("S", 2), receive("S", 2))
    lab.refused(
        Insufficient("stock", "S"), allocate("S", 1, entry="e1"), receive("S", 1, entry="e2"), allocate("S", entry="e6")
    )
    lab.done(move("e3", "S", MoveKind.DEALLOCATE, 2), allocate("S", 1, entry="e4"), allocate("S", 1, entry="e5"))
    level(lab, "S", (2, 2, 0), "after a swap")


@stock.promise()
def names_the_first_short_key(lab: Lab) -> None:
    """Of several keys that are short the first by (sku, location) is named."""
    wanted = [allocate("B"), allocate("A", place="north", entry="1"), allocate("A", place="east", entry="2")]
    lab.refused(Insufficient("stock", "A@east"), *wanted)
    lab.done(receive("A", 1, place="east"))
    lab.refused(Insufficient("stock", "A@north"), *wanted)
    lab.done(receive("A", 1, place="north", entry="in-2"))
    lab.refused(Insufficient("stock", "B"), *wanted)
    lab.refused(Insufficient("stock", "A!"), allocate("A!"), allocate("B"))
    lab.refused(Insufficient("stock", "A@z"), allocate("A!"), allocate("A", place="z"))


@stock.promise()
def keeps_places_apart(lab: Lab) -> None:
    """The same sku at two places is two stocks, and the empty place is one of its own."""
    lab.done(receive("S", 1), receive("S", 2, place="north", entry="in-2"))
    lab.refused(Insufficient("stock", "S"), allocate("S", 2))
    lab.done(allocate("S", 2, place="north"))
    got = lab.store.stock([StockKey("S"), StockKey("S", "north"), StockKey("s"), StockKey("S ")], NOW)
    same([one.on_hand for one in got.values()], [1, 2, 0, 0], "on hand by place and spelling")


@stock.promise()
def moves_only_once(lab: Lab) -> None:
    """A movement's entry id moves stock once, for all time: again is a conflict."""
    lab.done(receive("S", 5), allocate("S", 1, entry="e1"))
    lab.refused(Conflict("unique", "e1"), allocate("S", 1, entry="e1"))
    lab.refused(Conflict("unique", "e1"), receive("T", 1, entry="e1"), now=later(10**6))
    lab.refused(Conflict("unique", "e1"), receive("T", 1, entry="e2"), receive("A", 1, entry="e1"))


@stock.promise()
def forgets_the_entries_of_refused_batches(lab: Lab) -> None:
    """An entry id of a batch that was refused is free."""
    lab.refused(Insufficient("stock", "S"), allocate("S", 1, entry="e1"))
    lab.done(receive("S", 1))
    lab.done(allocate("S", 1, entry="e1"))


@stock.promise()
def survives_a_stock_take(lab: Lab) -> None:
    """A stock-take may find less than is allocated: nothing is available then, and parcels can leave."""
    lab.done(receive("S", 5), allocate("S", 4))
    lab.done(move("count", "S", MoveKind.ADJUST, -3))
    same(lab.store.stock([StockKey("S")], NOW)[StockKey("S")].available, 0, "what is available")
    lab.refused(Insufficient("stock", "S"), allocate("S", 1, entry="e1"))
    lab.refused(Insufficient("stock", "S"), allocate("S", 1, entry="e1"), receive("S", 2, entry="e2"))
    lab.done(move("ship", "S", MoveKind.SHIP, 2))
    lab.refused(Insufficient("stock", "S"), move("ship2", "S", MoveKind.SHIP, 1))
    lab.done(receive("S", 1, entry="more"))
    level(lab, "S", (1, 2, 0), "after more came in")
    lab.done(move("back", "S", MoveKind.DEALLOCATE, 2))


@stock.promise()
def ships_only_what_is_there(lab: Lab) -> None:
    """on_hand falls below 0 only by movements that say so; what is below may come back up."""
    lab.done(receive("S", 3), allocate("S", 3))
    lab.done(move("count", "S", MoveKind.ADJUST, -2))
    lab.refused(Insufficient("stock", "S"), move("s1", "S", MoveKind.SHIP, 2))
    lab.refused(Insufficient("stock", "S"), move("a1", "S", MoveKind.ADJUST, -2))
    lab.done(move("s2", "S", MoveKind.SHIP, 2, checked=False))
    level(lab, "S", (-1, 1, 0), "after an unchecked parcel")
    lab.refused(Insufficient("stock", "S"), move("s3", "S", MoveKind.SHIP, 1))
    lab.done(move("u1", "S", MoveKind.UNSHIP, 1))
    level(lab, "S", (0, 2, 0), "after the parcel came back")


@stock.promise()
def returns_only_what_was_allocated(lab: Lab) -> None:
    """Allocated never falls below 0."""
    lab.done(receive("S", 3), allocate("S", 1))
    lab.refused(Insufficient("stock", "S"), move("d1", "S", MoveKind.DEALLOCATE, 2))
    lab.refused(Insufficient("stock", "S"), move("s1", "S", MoveKind.SHIP, 2))
    lab.refused(Insufficient("stock", "S"), move("s2", "S", MoveKind.SHIP, 2, checked=False))


@stock.promise()
def promises_no_parcel_twice(lab: Lab) -> None:
    """A unit that leaves in a batch cannot be allocated again in the same batch."""
    lab.done(receive("S", 1), allocate("S", 1))
    lab.refused(Insufficient("stock", "S"), move("s", "S", MoveKind.SHIP, 1), allocate("S", 1, entry="again"))


@stock.promise(Capability.HOLDS)
def counts_holds_as_taken(lab: Lab) -> None:
    """What a live hold has cannot be allocated."""
    lab.done(receive("S", 5), reserve("h1", ("S", 3)))
    level(lab, "S", (5, 0, 3), "with a hold")
    lab.refused(Insufficient("stock", "S"), allocate("S", 3))
    lab.done(allocate("S", 2), CommitHold("h1"))
    level(lab, "S", (5, 5, 0), "when all is allocated")
    lab.refused(Insufficient("stock", "S"), move("d", "S", MoveKind.DEALLOCATE, 6), ReleaseHold("h1"))
