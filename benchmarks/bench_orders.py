"""The life of an order: decide and evolve against two state machines of PyPI, on the same life cycle.

All three take an order from *unpaid* to *completed*: pay (the amount must be that of the attempt), ship (it must not be
on hold), deliver, confirm. Each step has a guard and leaves an event behind: ours returns it, the others append it in
an after-hook. What ours does besides stays in: facets that are derived, units, deadlines.

Memory is that of 10,000 orders of one unit after the same steps, without their frozen terms. The models of the others
share one machine and hold the same facts (attempt, payment, parcel, unit).
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.timing import Table, medians
from minishop.orders import (
    Actor,
    Command,
    Confirm,
    Context,
    Deliver,
    Line,
    Order,
    Pay,
    Place,
    Rejected,
    Ship,
    StartPayment,
    StockKey,
    Terms,
    UnitTerms,
    apply,
    decide,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BUYER, SELLER, SYSTEM = Context(NOON, Actor("buyer", "b")), Context(NOON, Actor("seller")), Context(NOON)
MANY = 10_000
LINE = Line(id="1", stock=StockKey("cup"), units=(UnitTerms(id="1/1", list_price=100, cash=100),))
TERMS = Terms(id="o", shop="s", buyer="b", source_key="k", placed_at=NOON, lines=(LINE,), payable=100)


def done(order: Order | None, command: Command, ctx: Context) -> Order:
    """One step of ours."""
    events = decide(order, command, ctx)
    if isinstance(events, Rejected):
        raise RuntimeError(events.text())
    return apply(order, events)


def started() -> Order:
    """An order that can be paid."""
    return done(done(None, Place(terms=TERMS), BUYER), StartPayment(attempt="attempt-1", channel="wx"), BUYER)


def live(order: Order) -> Order:
    """Four steps."""
    pay = Pay(attempt="attempt-1", channel="wx", transaction="T", amount=100, captured_at=NOON)
    order = done(order, pay, SYSTEM)
    order = done(order, Ship(shipment="p"), SELLER)
    order = done(order, Deliver(shipment="p", delivered_at=NOON), SYSTEM)
    return done(order, Confirm(), BUYER)


STATES = ["unpaid", "paid", "shipped", "delivered", "completed", "closed"]
STEPS = [
    ("pay", "unpaid", "paid"),
    ("ship", "paid", "shipped"),
    ("deliver", "shipped", "delivered"),
    ("confirm", "delivered", "completed"),
    ("close", "unpaid", "closed"),
]


class Facts:
    """What a model knows; `may` is the guard and `note` the hook."""

    def __init__(self) -> None:
        self.payable, self.hold = 100, "none"
        self.events: list[object] = []
        self.facts: Any = None

    def may(self, amount: int = 0) -> bool:
        return self.hold == "none" and amount in (0, self.payable)

    def note(self, amount: int = 0) -> None:
        self.events.append(("moved", NOON))


class Model(Facts):
    """A model that the machine of `transitions` decorates."""

    state: str
    pay: Callable[..., bool]
    ship: Callable[..., bool]
    deliver: Callable[..., bool]
    confirm: Callable[..., bool]


def transitions_machine() -> Any:
    """One machine for all models, without the ways from every state to every other that are its default."""
    from transitions import Machine

    steps = [
        {"trigger": name, "source": old, "dest": new, "conditions": "may", "after": "note"} for name, old, new in STEPS
    ]
    return Machine(model=None, states=STATES, transitions=steps, initial="unpaid", auto_transitions=False)


def live_model(model: Model) -> None:
    """The same four steps."""
    model.state = "unpaid"
    model.events = []
    if not (model.pay(amount=100) and model.ship() and model.deliver() and model.confirm()):
        raise RuntimeError(model.state)


def statemachine_class() -> Any:
    """A class of `python-statemachine`; an instance wraps one model."""
    from statemachine import State, StateMachine

    class Machine(StateMachine):  # type: ignore[misc, unused-ignore]
        unpaid = State(initial=True)
        paid = State()
        shipped = State()
        delivered = State()
        completed = State()
        closed = State(final=True)
        pay = unpaid.to(paid, cond="may", after="note")
        ship = paid.to(shipped, cond="may", after="note")
        deliver = shipped.to(delivered, cond="may", after="note")
        confirm = delivered.to(completed, cond="may", after="note")
        again = completed.to(unpaid)  # so that one machine can live often: a final state stops it
        close = unpaid.to(closed, cond="may", after="note")

    return Machine


def live_statemachine(machine: Any) -> None:
    """The same four steps."""
    machine.current_state_value = "unpaid"
    machine.model.events = []
    machine.pay(amount=100)
    machine.ship()
    machine.deliver()
    machine.confirm()
    if machine.current_state_value != "completed":
        raise RuntimeError(machine.current_state_value)


def bytes_each(make: Callable[[], object]) -> int:
    """What one of many takes."""
    make()  # caches and types are not its own
    gc.collect()
    tracemalloc.start()
    kept = [make() for _ in range(MANY)]
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (taken - kept.__sizeof__()) // len(kept)


def memory(machine: Any) -> None:
    """How much of a model's memory an order takes: as it is placed, when it is completed, and its state alone."""

    def model(facts: object) -> Model:
        made = Model()
        made.facts = facts
        machine.add_model(made)
        return made

    def facts(order: Order) -> object:
        return (order.units, order.attempts, order.payments, order.shipments, order.timers)

    fresh = started()
    table = Table("ours / theirs")
    placed, their_placed = bytes_each(started), bytes_each(lambda: model(facts(started())))
    table.row(f"bytes of an order that can be paid: {placed} / {their_placed}", placed / their_placed)
    ended, their_ended = bytes_each(lambda: live(fresh)), bytes_each(lambda: model(facts(live(fresh))))
    table.row(f"bytes of a completed order: {ended} / {their_ended}", ended / their_ended)
    own = bytes_each(lambda: live(fresh)) - bytes_each(lambda: facts(live(fresh)))
    theirs = bytes_each(lambda: model(None))
    table.row(f"bytes of state alone, facts aside: {own} / {theirs}", own / theirs, 0.1)


def main() -> None:
    """Prints times and memory."""
    try:
        machine, kind = transitions_machine(), statemachine_class()
    except ImportError as missing:
        print(f"skipped: {missing} (pip install minishop[bench])")
        return
    model = Model()
    machine.add_model(model)
    other = kind(Facts())
    fresh = started()
    ours, first, second = medians(
        [lambda: live(fresh), lambda: live_model(model), lambda: live_statemachine(other)], 9, 0.05
    )
    for name, seconds in (("ours", ours), ("transitions", first), ("python-statemachine", second)):
        print(f"four steps of {name}: {seconds * 1e6:.1f} µs")
    table = Table("ours / theirs")
    table.row("time of a life, against transitions", ours / first, 1)
    table.row("time of a life, against python-statemachine", ours / second, 0.1)
    memory(machine)


if __name__ == "__main__":
    main()
