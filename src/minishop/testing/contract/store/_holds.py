"""Promises about holds."""

from __future__ import annotations

from minishop.inventory import CommitHold, MoveKind, ReleaseHold
from minishop.storage import Conflict, Insufficient
from minishop.testing.contract._promise import Chapter, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._stock import level
from minishop.testing.contract.store._values import allocate, later, move, receive, reserve

__all__ = ["holds_"]

holds_: Chapter[Lab] = Chapter("holds", Capability.STOCK, Capability.HOLDS)


@holds_.promise()
def reserves_all_or_nothing(lab: Lab) -> None:
    """A hold has all of its keys or is not made."""
    lab.done(receive("A", 5), receive("B", 1))
    lab.refused(Insufficient("stock", "B"), reserve("h1", ("B", 2), ("A", 1)))
    lab.refused(Insufficient("stock", "hold:h1"), CommitHold("h1"))
    lab.done(reserve("h1", ("B", 1), ("A", 5)))
    lab.refused(Insufficient("stock", "A"), reserve("h2", ("A", 1)))


@holds_.promise()
def lets_holds_expire(lab: Lab) -> None:
    """An expired hold does not count, from the very instant on, swept or not."""
    lab.done(receive("S", 5), reserve("h1", ("S", 5), minutes=30))
    lab.refused(Insufficient("stock", "S"), allocate("S", 1), now=later(30, micros=-1))
    level(lab, "S", (5, 0, 5), "in the last minute of a hold", minutes=29)
    level(lab, "S", (5, 0, 0), "when it has expired", minutes=30)
    lab.done(allocate("S", 5), now=later(30))


@holds_.promise()
def goes_by_the_time_it_is_told(lab: Lab) -> None:
    """Only the caller's now decides, in the past and in the future; a store never reads a clock of its own."""
    lab.done(receive("S", 2))
    for index, minutes in enumerate((-(10**7), 10**7)):
        lab.done(reserve(f"h{index}", ("S", 2), minutes=minutes + 30), now=later(minutes))
        level(lab, "S", (2, 0, 2), "with a hold of another time", minutes=minutes + 29)
        level(lab, "S", (2, 0, 0), "with a hold of another time, expired", minutes=minutes + 30)


@holds_.promise()
def sweeps_without_effect(lab: Lab) -> None:
    """Sweeping expired holds counts them and changes no answer: a late commit still takes what is there."""
    lab.done(receive("S", 5), reserve("h1", ("S", 2)), reserve("h2", ("S", 2)), reserve("h3", ("S", 1), minutes=60))
    same(lab.store.drop_holds(later(29), 10), 0, "holds swept before they expire")
    before = lab.picture(later(30))
    same(lab.store.drop_holds(later(30), 1), 1, "holds swept with a limit of 1")
    same(lab.store.drop_holds(later(30), 10), 1, "holds swept then")
    same(lab.store.drop_holds(later(30), 10), 0, "holds swept the second time")
    lab.unchanged(before, "after a sweep", later(30))
    lab.done(CommitHold("h1"), now=later(31))
    level(lab, "S", (5, 2, 1), "after a late commit", minutes=31)


@holds_.promise()
def commits_a_hold_once(lab: Lab) -> None:
    """Committing turns what is held into allocated stock; again is harmless."""
    lab.done(receive("S", 5), reserve("h1", ("S", 3)))
    lab.done(CommitHold("h1"))
    level(lab, "S", (5, 3, 0), "after the commit")
    lab.done(CommitHold("h1"))
    lab.done(CommitHold("h1"), now=later(1000))
    level(lab, "S", (5, 3, 0), "after it was repeated", minutes=1000)


@holds_.promise()
def releases_a_hold_once(lab: Lab) -> None:
    """Releasing gives back what is held; again, and of a hold that never was, is harmless."""
    lab.done(receive("S", 5), reserve("h1", ("S", 3)), reserve("h2", ("S", 1)))
    lab.done(ReleaseHold("h1"))
    lab.done(ReleaseHold("h1"), ReleaseHold("never"))
    level(lab, "S", (5, 0, 1), "after the release")
    lab.done(allocate("S", 4))


@holds_.promise()
def ignores_release_after_commit(lab: Lab) -> None:
    """Releasing a committed hold does nothing: the stock belongs to an order."""
    lab.done(receive("S", 5), reserve("h1", ("S", 3)), CommitHold("h1"))
    lab.done(ReleaseHold("h1"))
    level(lab, "S", (5, 3, 0), "after release upon commit")


@holds_.promise()
def commits_no_released_hold(lab: Lab) -> None:
    """A released or unknown hold cannot be committed; of several the first is named, before any short key."""
    lab.done(receive("S", 5), reserve("h2", ("S", 3)), reserve("h1", ("S", 1)))
    lab.done(ReleaseHold("h2"))
    lab.refused(Insufficient("stock", "hold:h2"), CommitHold("h2"))
    lab.refused(Insufficient("stock", "hold:h0"), CommitHold("h2"), CommitHold("h0"), CommitHold("h1"), allocate("A"))


@holds_.promise()
def commits_an_expired_hold_if_it_can(lab: Lab) -> None:
    """Committing an expired hold takes the stock anew, or is refused for the key that is short."""
    lab.done(receive("S", 3), reserve("h1", ("S", 2)), reserve("h2", ("S", 1)))
    lab.done(allocate("S", 1), now=later(30))
    lab.done(CommitHold("h1"), now=later(30))
    level(lab, "S", (3, 3, 0), "after a late commit", minutes=30)
    lab.refused(Insufficient("stock", "S"), CommitHold("h2"), now=later(31))
    lab.done(move("d", "S", MoveKind.DEALLOCATE, 1), now=later(32))
    lab.done(ReleaseHold("h2"), now=later(32))
    lab.done(CommitHold("h2"), now=later(33))


@holds_.promise()
def replaces_a_hold(lab: Lab) -> None:
    """The same hold id replaces what it has: it may count its own units, and change keys and time."""
    lab.done(receive("S", 5), receive("T", 5), reserve("h1", ("S", 4)))
    lab.done(reserve("h1", ("S", 5), minutes=60))
    level(lab, "S", (5, 0, 5), "after it was raised", minutes=59)
    lab.done(reserve("h1", ("T", 1)))
    level(lab, "S", (5, 0, 0), "after the hold moved to another key")
    level(lab, "T", (5, 0, 1), "after the hold moved here")
    lab.done(ReleaseHold("h1"))
    lab.done(reserve("h1", ("T", 2)))
    lab.done(reserve("h1", ("T", 3), minutes=90), now=later(30))
    level(lab, "T", (5, 0, 3), "after an ended hold was made again", minutes=31)


@holds_.promise()
def keeps_the_old_hold_if_replacing_fails(lab: Lab) -> None:
    """A replacement that is refused leaves the old hold as it was."""
    lab.done(receive("S", 5), reserve("h1", ("S", 3)))
    lab.refused(Insufficient("stock", "S"), reserve("h1", ("S", 6), minutes=60))
    level(lab, "S", (5, 0, 3), "after a replacement was refused")
    level(lab, "S", (5, 0, 0), "at the old hold's end", minutes=30)
    lab.done(CommitHold("h1"))
    level(lab, "S", (5, 3, 0), "after the old hold was committed")


@holds_.promise()
def reserves_no_committed_hold(lab: Lab) -> None:
    """The id of a committed hold is taken for all time."""
    lab.done(receive("S", 5), reserve("h1", ("S", 1)), reserve("h2", ("S", 1)), CommitHold("h1"), CommitHold("h2"))
    lab.refused(Conflict("unique", "hold:h1"), reserve("h2", ("S", 1)), reserve("h1", ("S", 1)))
    lab.refused(Conflict("unique", "hold:h1"), reserve("h1", ("S", 1)), now=later(10**6))


@holds_.promise()
def follows_the_order_of_a_batch(lab: Lab) -> None:
    """What a batch does to one hold happens in its order."""
    lab.done(receive("S", 2))
    lab.done(reserve("h1", ("S", 2)), ReleaseHold("h1"), reserve("h2", ("S", 2)))
    level(lab, "S", (2, 0, 2), "after reserve, release, reserve")
    lab.refused(Insufficient("stock", "hold:h2"), ReleaseHold("h2"), CommitHold("h2"))
    lab.refused(Conflict("unique", "hold:h2"), CommitHold("h2"), reserve("h2", ("S", 1)))
    lab.done(CommitHold("h2"), ReleaseHold("h2"))
    level(lab, "S", (2, 2, 0), "after commit, release")
