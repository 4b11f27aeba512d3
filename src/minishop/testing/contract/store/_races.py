"""Promises about rivals: first forced into the worst moment, then let loose in threads and processes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread

from attrs import frozen

from minishop.storage import CommitResult, Committed, Conflict, Insufficient, LedgerEntry, Replayed, Take
from minishop.testing.contract._interleave import Interleaved
from minishop.testing.contract._promise import BrokenPromise, Chapter, same
from minishop.testing.contract.store._atoms import good_elements, prepare
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._contests import CONTESTS, Contest, race_processes, race_threads
from minishop.testing.contract.store._lab import Element, Lab, Picture
from minishop.testing.contract.store._values import allocate, event, put, receipt, receive, reserve

__all__ = ["races"]

races: Chapter[Lab] = Chapter("races")

_PATIENCE = 0.2
"""Seconds that a rival within a commit is given: it gets through at once, or waits for a lock until we are done."""


_EACH = 5
"""After how many faults all that can be seen is compared; a trace that a fault has left is still there then."""


@frozen
class _Rivalry:
    """Two batches of which the store can carry out either, but not both.

    Attributes:
        name: What they quarrel about.
        before: What must be there.
        make: Makes the batch of one of the two.
        answer: What the second one is told.
        needs: What the store must have.
    """

    name: str
    before: tuple[Element, ...]
    make: Callable[[str], tuple[Element, ...]]
    answer: CommitResult
    needs: tuple[Capability, ...] = ()


_RIVALRIES = (
    _Rivalry(
        "a version",
        (put("r"),),
        lambda who: (put("r", 1, document=f'"{who}"'), event("r", topic=who)),
        Conflict("version", "order:r"),
    ),
    _Rivalry("an insert", (), lambda who: (put("i", document=f'"{who}"'),), Conflict("version", "order:i")),
    _Rivalry("a unique key", (), lambda who: (put(who, unique=("key",)),), Conflict("unique", "key")),
    _Rivalry(
        "a receipt",
        (),
        lambda who: (receipt("same"), put(f"o-{who}")),
        Replayed(receipt("same")),
        (Capability.RECEIPTS,),
    ),
    _Rivalry(
        "the last unit",
        (receive("L", 1),),
        lambda who: (allocate("L", entry=who),),
        Insufficient("stock", "L"),
        (Capability.STOCK,),
    ),
    _Rivalry(
        "the last unit to hold",
        (receive("H", 1),),
        lambda who: (reserve(who, ("H", 1)),),
        Insufficient("stock", "H"),
        (Capability.STOCK, Capability.HOLDS),
    ),
    _Rivalry(
        "a movement",
        (receive("M", 5),),
        lambda _: (allocate("M", entry="once"),),
        Conflict("unique", "once"),
        (Capability.STOCK,),
    ),
    _Rivalry("a limit", (), lambda who: (Take("coupon", who),), Insufficient("limit", "coupon"), (Capability.LIMITS,)),
    _Rivalry(
        "the last points",
        (LedgerEntry("start", "points", 1),),
        lambda who: (LedgerEntry(f"spend-{who}", "points", -1),),
        Insufficient("ledger", "points"),
        (Capability.LEDGER,),
    ),
)


@races.promise()
def refuses_what_was_decided_too_early(lab: Lab) -> None:
    """Whoever decided on what has changed since is refused, and what the other did stays."""
    for rivalry in _RIVALRIES:
        if lab.has(*rivalry.needs):
            lab.done(*rivalry.before)
            store = Interleaved(lab.store, before={"commit": partial(lab.done, *rivalry.make("rival"))})
            mine = lab.make_batch(*rivalry.make("me"))
            lab.seen.note(mine)
            same(store.commit(mine), rivalry.answer, f"the answer to the second who wants {rivalry.name}")
            lab.refused(rivalry.answer, *rivalry.make("late"))


@races.promise(Capability.HOOKS)
def leaves_nothing_after_a_fault_within(lab: Lab) -> None:
    """A commit that breaks at any point within leaves no trace, and can be repeated."""
    prepare(lab)
    batch = lab.make_batch(*good_elements(lab))
    lab.seen.note(batch)
    before = lab.picture()
    for point in range(1, 1000):
        fault = _FaultAt(point)
        lab.set_hook(fault)
        try:
            answer = lab.store.commit(batch)
        except Exception:
            lab.set_hook(None)
            if point <= _EACH or point % _EACH == 0:
                lab.unchanged(before, f"after a fault at point {point} of a commit ({fault.name}) or shortly before")
            continue
        lab.set_hook(None)
        if fault.is_reached:
            raise BrokenPromise(f"the fault at {fault.name} was swallowed")
        if point == 1:
            raise BrokenPromise("the hook was not called")
        same(type(answer), Committed, "the kind of answer when no fault was left")
        lab.unchanged(_picture_without_faults(lab), "compared with the reference after faults and a good commit")
        return


def _picture_without_faults(lab: Lab) -> Picture:
    reference = lab.open_reference()
    prepare(reference)
    reference.done(*good_elements(reference))
    return reference.picture()


class _FaultAt:
    """A hook that raises at its n-th call."""

    def __init__(self, point: int) -> None:
        self._left = point
        self.name = ""
        self.is_reached = False

    def __call__(self, name: str) -> None:
        self._left -= 1
        if self._left == 0:
            self.name, self.is_reached = name, True
            raise RuntimeError(f"fault at {name}")


@races.promise(Capability.HOOKS, Capability.THREADS)
def lets_no_rival_between_check_and_write(lab: Lab) -> None:
    """A rival that comes between the checks and the writes of a commit does not get what the commit has checked."""
    for rivalry in _RIVALRIES:
        if lab.has(*rivalry.needs):
            lab.done(*rivalry.before)
            answers: list[CommitResult] = []
            rival = Thread(target=_commit_rival, args=(lab, rivalry, answers), daemon=True)
            lab.set_hook(_Let(rival))
            answers.append(lab.commit(*rivalry.make("me")))
            lab.set_hook(None)
            rival.join()
            if sorted(map(repr, answers)) != sorted(
                map(repr, [Committed(_versions(rivalry, answers)), rivalry.answer])
            ):
                raise BrokenPromise(f"two want {rivalry.name}, one must get it; the answers are {answers!r}")


def _commit_rival(lab: Lab, rivalry: _Rivalry, answers: list[CommitResult]) -> None:
    answers.append(lab.commit(*rivalry.make("rival")))


def _versions(rivalry: _Rivalry, answers: list[CommitResult]) -> dict[tuple[str, str], int]:
    return next((dict(answer.versions) for answer in answers if isinstance(answer, Committed)), {})


class _Let:
    """A hook that lets a rival run at its first call."""

    def __init__(self, rival: Thread) -> None:
        self._rival: Thread | None = rival

    def __call__(self, name: str) -> None:
        if self._rival is not None:
            rival, self._rival = self._rival, None
            rival.start()
            rival.join(_PATIENCE)


def _add_thread_race(contest: Contest) -> None:
    def check(lab: Lab) -> None:
        contest.prepare(lab)
        contest.judge(lab, race_threads(lab, contest))

    check.__name__ = f"races_threads_for_{contest.name}"
    check.__doc__ = f"Threads (tasks, for an async store) at once: {contest.text}."
    races.promise(Capability.THREADS, *contest.needs)(check)


for _contest in CONTESTS:
    _add_thread_race(_contest)


@races.promise(Capability.PROCESSES)
def races_processes(lab: Lab) -> None:
    """Processes at once on one database: all that holds between threads holds between them."""
    contests = [contest for contest in CONTESTS if lab.has(*contest.needs)]
    for contest in contests:
        contest.prepare(lab)
    for contest, outcomes in zip(contests, race_processes(lab, contests), strict=True):
        contest.judge(lab, outcomes)
