"""Contests: what several workers do at once, and how one sees afterwards that all went by the rules.

Workers share nothing but the store. A turn names everything it makes after its worker and round, and says in one word
what happened, so that the words of all workers tell whether somebody got what another one had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from minishop.storage import CommitResult, Committed, Conflict, LedgerEntry, Store, StoreBusy, Take
from minishop.testing.contract._promise import BrokenPromise, holds, same
from minishop.testing.contract._racing import in_processes, in_threads
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Element, Lab, make_batch
from minishop.testing.contract.store._values import NOW, allocate, event, later, put, receipt, receive, reserve

__all__ = ["CONTESTS", "Contest", "race_processes", "race_threads"]

_THREADS = 4
_PROCESSES = 2
_ROUNDS = 8
_STOCK = 10
_BUSY = 500


@frozen
class Contest:
    """What is fought for.

    Attributes:
        name: A Python name.
        text: What must hold, as a sentence without its full stop.
        needs: What the store must have.
        prepare: Fills the store.
        turn: One round of one worker: (store, worker, round) to words.
        judge: Looks at the words of all turns and at the store.
    """

    name: str
    text: str
    needs: tuple[Capability, ...]
    prepare: Callable[[Lab], object]
    turn: Callable[[Store, int, int], list[str]]
    judge: Callable[[Lab, list[str]], None]


def _commit(store: Store, *elements: Element) -> CommitResult:
    """Commits until the store is not too busy to give a definite answer."""
    for _ in range(_BUSY):
        try:
            return store.commit(make_batch(*elements))
        except StoreBusy:
            continue
    raise BrokenPromise(f"the store was busy {_BUSY} times in a row")


def _word(store: Store, *elements: Element) -> list[str]:
    return [type(_commit(store, *elements)).__name__]


def _exactly(words: list[str], wanted: int, what: str) -> None:
    same(Counter(words)["Committed"], wanted, f"{what}; all answers: {dict(Counter(words))}")


def _each_once(words: list[str], what: str) -> None:
    wins = Counter(word for word in words if word.startswith("Committed"))
    same(wins, Counter({f"Committed {number}": 1 for number in range(_ROUNDS)}), what)


def _buy(store: Store, worker: int, number: int) -> list[str]:
    return _word(store, allocate("race-stock", entry=f"race-{worker}-{number}"))


def _judge_stock(lab: Lab, words: list[str]) -> None:
    _exactly(words, _STOCK, f"units sold of {_STOCK}")
    (level,) = lab.store.stock([allocate("race-stock").key], NOW).values()
    same((level.on_hand, level.allocated), (_STOCK, _STOCK), "on hand and allocated")


def _hold(store: Store, worker: int, number: int) -> list[str]:
    return _word(store, reserve(f"race-{worker}-{number}", ("race-hold", 1)))


def _take(store: Store, worker: int, number: int) -> list[str]:
    return _word(store, Take("race-limit", f"{worker}-{number}", 1, _STOCK))


def _spend(store: Store, worker: int, number: int) -> list[str]:
    return _word(store, LedgerEntry(f"race-{worker}-{number}", "race-points", -1))


def _count_up(store: Store, worker: int, number: int) -> list[str]:
    for _ in range(_BUSY):
        read = store.load("race", "counter")
        expected = 0 if read is None else read.version
        answer = _commit(store, put("counter", expected, kind="race", document=f'"{worker}"'))
        if isinstance(answer, Committed):
            return ["Committed"]
        if not isinstance(answer, Conflict):
            return [repr(answer)]
    raise BrokenPromise(f"a record could not be changed in {_BUSY} rounds of load and commit")


def _judge_counter(lab: Lab, words: list[str]) -> None:
    _exactly(words, len(words), "changes that were committed")
    got = lab.store.load("race", "counter")
    same(got and got.version, len(words), "the version after each change was committed once")


def _insert(store: Store, worker: int, number: int) -> list[str]:
    (word,) = _word(store, put(f"race-{number}", document=f'"{worker}"'))
    return [f"{word} {number}"]


def _own(store: Store, worker: int, number: int) -> list[str]:
    (word,) = _word(store, put(f"own-{worker}-{number}", unique=(f"race-{number}",)))
    return [f"{word} {number}"]


def _repeat(store: Store, worker: int, number: int) -> list[str]:
    (word,) = _word(store, receipt(f"race-{number}"), put(f"repeat-{worker}-{number}"))
    return [f"{word} {number}"]


def _judge_receipts(lab: Lab, words: list[str]) -> None:
    _each_once(words, "requests that took effect, of each key one")
    other = {word.split()[0] for word in words} - {"Committed", "Replayed"}
    same(other, set(), "answers that are neither Committed nor Replayed")


def _relay(store: Store, worker: int, number: int) -> list[str]:
    return [row.id for row in store.claim(NOW, later(10), 3) if row.kind == "race-out"]


def _prepare_outbox(lab: Lab) -> None:
    names = [f"row{number}" for number in range(_ROUNDS * 2)]
    lab.drain()
    lab.done(*(put(name, kind="race-out") for name in names), *(event(name, kind="race-out") for name in names))


def _judge_outbox(lab: Lab, words: list[str]) -> None:
    twice = [row for row, times in Counter(words).items() if times > 1]
    holds(not twice, f"rows leased to several relays at once: {twice}")
    rest = [row.id for row in lab.store.claim(NOW, NOW, 1000) if row.kind == "race-out"]
    same(sorted([*words, *rest]), sorted(f"row{number}" for number in range(_ROUNDS * 2)), "rows offered in all")


CONTESTS = (
    Contest(
        "inserts",
        "a record is inserted once",
        (),
        lambda lab: None,
        _insert,
        lambda _, words: _each_once(words, "inserts"),
    ),
    Contest("versions", "no change of a record is lost", (), lambda lab: None, _count_up, _judge_counter),
    Contest(
        "unique_keys",
        "a unique key has one owner",
        (),
        lambda lab: None,
        _own,
        lambda _, words: _each_once(words, "owners"),
    ),
    Contest(
        "receipts", "a request takes effect once", (Capability.RECEIPTS,), lambda lab: None, _repeat, _judge_receipts
    ),
    Contest(
        "stock",
        "exactly the stock is sold",
        (Capability.STOCK,),
        lambda lab: lab.done(receive("race-stock", _STOCK)),
        _buy,
        _judge_stock,
    ),
    Contest(
        "holds",
        "exactly the stock is held",
        (Capability.STOCK, Capability.HOLDS),
        lambda lab: lab.done(receive("race-hold", _STOCK)),
        _hold,
        lambda _, words: _exactly(words, _STOCK, "units held"),
    ),
    Contest(
        "limits",
        "exactly the limit is taken",
        (Capability.LIMITS,),
        lambda lab: None,
        _take,
        lambda _, words: _exactly(words, _STOCK, "taken of a limit"),
    ),
    Contest(
        "points",
        "exactly the balance is spent",
        (Capability.LEDGER,),
        lambda lab: lab.done(LedgerEntry("race-start", "race-points", _STOCK)),
        _spend,
        lambda _, words: _exactly(words, _STOCK, "points spent"),
    ),
    Contest("leases", "a row is leased to one relay", (Capability.OUTBOX,), _prepare_outbox, _relay, _judge_outbox),
)


def race_threads(lab: Lab, contest: Contest) -> list[str]:
    """Lets threads run at once; returns the words of all turns."""
    return in_threads(lambda worker: _turns(lab.store, worker, contest), _THREADS)


def race_processes(lab: Lab, contests: Sequence[Contest]) -> list[list[str]]:
    """Lets processes run at once, one contest after the other; returns the words of each contest."""
    names = [contest.name for contest in contests]
    results = in_processes(_work, _PROCESSES, lab.reopen, ("commit",), names)
    return [[word for result in results for word in result[index]] for index in range(len(names))]


def _work(store: Store, worker: int, wait: Callable[[], object], names: Sequence[str]) -> list[list[str]]:
    words: list[list[str]] = []
    for contest in (contest for contest in CONTESTS if contest.name in names):
        wait()
        words.append(list(_turns(store, worker, contest)))
    return words


def _turns(store: Store, worker: int, contest: Contest) -> Iterator[str]:
    return (word for number in range(_ROUNDS) for word in contest.turn(store, worker, number))
