"""The state machine: random sequences on a store and on the memory reference, which must agree after every step."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from minishop.inventory import StockMove
from minishop.storage import EventRow, Expect, LedgerEntry, OutboxRow
from minishop.testing.contract._promise import same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import FAR, Element, Lab
from minishop.testing.contract.store._pools import CHANGES, NUMBERS, SIZE, STOCK, Change
from minishop.testing.contract.store._values import NOW, put, receive

__all__ = ["run_machine"]

_MANY = 1000

_OPERATIONS = (
    *("records", "records", "records", "records", "mixed", "mixed", "stock", "stock", "numbers", "numbers"),
    *("relay", "relay", "settle_late", "unpark", "wait", "wait", "sweep", "erase", "defer"),
)
"""Names of methods of the machine, as often as they are to be called."""

_indices = st.sampled_from(range(SIZE))


class _Machine(RuleBasedStateMachine):
    """Drives both stores; ``lab`` is the adapter's, ``model`` the reference's."""

    opener: ClassVar[Lab]

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.lab = self._stack.enter_context(self.opener.open_another())
        self.model = self.lab.open_reference()
        self.now = NOW
        self.serial = 0
        self.leased: list[tuple[OutboxRow, OutboxRow]] = []
        self.commit(self.entries([receive("S", 9), receive("T", 4), LedgerEntry("", "a", 5)]))

    def teardown(self) -> None:
        self._stack.close()

    def both(self, method: str, *args: Any, **more: Any) -> Any:
        """Calls both stores and compares what they answer."""
        got, wanted = (getattr(lab.store, method)(*args, **more) for lab in (self.lab, self.model))
        same(got, wanted, f"{method}{args!r}")
        return wanted

    def compare(self) -> None:
        """Compares all that can be seen."""
        wanted = self.model.picture(self.now)
        self.lab.unchanged(wanted, "compared with the reference", self.now)

    # One rule for everything: of several rules Hypothesis switches off some in each sequence, and it takes records,
    # events and relays together to find out anything.
    @rule(operation=st.sampled_from(_OPERATIONS), picks=st.tuples(_indices, _indices, _indices))
    def step(self, operation: str, picks: tuple[int, int, int]) -> None:
        """Does something to both stores and compares all that can be seen then."""
        getattr(self, operation)(*picks)
        self.compare()

    def records(self, first: int, second: int, _: int) -> None:
        """Records alone, most of them with the right version."""
        self.commit(self.puts([CHANGES[first], CHANGES[second]]))

    def stock(self, first: int, second: int, repeats: int) -> None:
        """Stock alone; now and then with an entry id that was used before."""
        self.commit(self.entries([STOCK[first], STOCK[second]], 0 if repeats % 10 == 1 else None))

    def numbers(self, first: int, second: int, third: int) -> None:
        """Limits, points and receipts alone."""
        self.commit(self.entries([NUMBERS[first], NUMBERS[second], NUMBERS[third]]))

    def mixed(self, change: int, stock: int, number: int) -> None:
        """Something of everything."""
        self.commit([*self.puts([CHANGES[change]]), *self.entries([STOCK[stock], NUMBERS[number]])])

    def puts(self, changes: list[Change]) -> list[Element]:
        """What these changes are now; of those that name the same record or key the first."""
        elements: list[Element] = []
        taken: set[object] = set()
        for change in changes:
            names = {(change.kind, change.id), *change.fields["unique"]}
            if taken.isdisjoint(names):
                taken |= names
                record = self.model.store.load(change.kind, change.id)
                version = max(0, (record.version if record else 0) + change.off)
                if change.is_read:
                    elements.append(Expect(change.kind, change.id, version))
                    continue
                elements.append(put(change.id, version, kind=change.kind, **change.fields))
                elements += [EventRow(change.kind, change.id, n, "topic", str(n)) for n in range(change.events)]
        return elements

    def entries(self, elements: list[Element], first: int | None = None) -> list[Element]:
        """The elements, with entry ids where they have some: the next ones, or those from ``first`` on."""
        if first is None:
            first = self.serial
            self.serial += len(elements)
        named: list[Element] = []
        for index, element in enumerate(elements):
            match element:
                case StockMove():
                    named.append(evolve(element, entry=f"m{first + index}"))
                case LedgerEntry():
                    named.append(evolve(element, id=f"l{first + index}"))
                case _:
                    named.append(element)
        return named

    def commit(self, elements: list[Element]) -> None:
        """Commits on both and compares the answers."""
        batch = self.lab.make_batch(*(one for one in elements if self._is_declared(one)), now=self.now)
        same(self.lab.commit_batch(batch), self.model.commit_batch(batch), f"the answer to {elements!r}")

    def _is_declared(self, element: Element) -> bool:
        needs = {
            "Receipt": Capability.RECEIPTS,
            "Take": Capability.LIMITS,
            "GiveBack": Capability.LIMITS,
            "LedgerEntry": Capability.LEDGER,
            "StockMove": Capability.STOCK,
            "Reserve": Capability.HOLDS,
            "CommitHold": Capability.HOLDS,
            "ReleaseHold": Capability.HOLDS,
        }
        need = needs.get(type(element).__name__)
        return need is None or self.lab.has(need)

    def wait(self, minutes: int, *_: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes % 15)

    def sweep(self, *_: int) -> None:
        """What has expired is tidied."""
        if self.lab.has(Capability.RECEIPTS):
            self.both("drop_receipts", self.now, _MANY)
        if self.lab.has(Capability.HOLDS):
            self.both("drop_holds", self.now, _MANY)

    def erase(self, shopper: int, *_: int) -> None:
        """A shopper leaves."""
        if self.lab.has(Capability.PERSONAL):
            self.both("erase_personal", f"u{1 + shopper % 2}")

    def defer(self, which: int, minutes: int, _: int) -> None:
        """A timer could not be acted on."""
        if self.lab.has(Capability.TIMERS):
            for row in self.both("due", FAR, _MANY)[which % 3 :][:1]:
                self.both("defer", row, self.now + timedelta(minutes=minutes % 20))
            self.both("due", self.now, 2, ["unpaid"])

    def relay(self, minutes: int, first: int, second: int) -> None:
        """A relay takes all that is there; two rows it delivers, or not, of the rest nobody knows."""
        if self.lab.has(Capability.OUTBOX):
            until = self.now + timedelta(minutes=minutes % 20)
            rows = [sorted(lab.store.claim(self.now, until, _MANY), key=_place) for lab in (self.lab, self.model)]
            same([_place(row) for row in rows[0]], [_place(row) for row in rows[1]], "rows claimed")
            pairs = list(zip(*rows, strict=True))
            for pair, success in zip(pairs, (first % 3, second % 3), strict=False):
                self.settle(pair, success)
            self.leased += pairs

    def settle_late(self, back: int, success: int, _: int) -> None:
        """A relay wakes up that took a row some time ago; its lease may be long gone."""
        for pair in self.leased[::-1][back % 4 :][:1]:
            self.settle(pair, success % 2)

    def settle(self, pair: tuple[OutboxRow, OutboxRow], success: int) -> None:
        """Fails (0) or acks (1) a row in both stores, or leaves it (2)."""
        answers = []
        for lab, row in zip((self.lab, self.model), pair, strict=True):
            match success:
                case 0:
                    answers.append(lab.store.fail(row, self.now + timedelta(minutes=3), 2))
                case 1:
                    answers.append(lab.store.ack(row))
                case _:
                    return
        same(answers[0], answers[1], f"the answer to {('fail', 'ack')[success]} of {_place(pair[1])}")

    def unpark(self, which: int, again: int, _: int) -> None:
        """Somebody looks after a parked row."""
        if self.lab.has(Capability.OUTBOX):
            for row in self.both("parked", _MANY)[which % 2 :][:1]:
                self.both(*(("requeue", row, self.now) if again % 2 else ("skip", row)))


def _place(row: OutboxRow) -> tuple[object, ...]:
    return (row.kind, row.id, row.version, row.index, row.topic, row.payload, row.failures)


def run_machine(lab: Lab) -> None:
    """Runs the machine with the laboratory's sizes, the same sequences every time."""
    examples, steps = lab.sizes
    machine = type("Machine", (_Machine,), {"opener": lab})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
