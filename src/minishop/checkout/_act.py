"""The loop behind every use case: load, decide, commit; again if somebody else was faster.

A decision is a function of what was loaded, so starting over after a conflict is always right. What a caller repeats is
found by its receipt, which is written with the effect. If the connection breaks while committing, nobody knows whether
it took effect; the receipt tells, and where there is none the same batch is sent again: its versions let it through at
most once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._effects import effects_of
from minishop.checkout._keys import fingerprint_of, receipt_for, receipt_key
from minishop.checkout._outcomes import Answer, Done, Refused, refused
from minishop.checkout._records import BOOK, ORDER, event_rows, load_order, order_put
from minishop.checkout._wallet import extend_coupons
from minishop.flows import Flow, ask
from minishop.orders import SYSTEM, Actor, Command, CouponsReturned, Event, Order, Rejected, decide
from minishop.orders import evolve as evolve_order
from minishop.promotions import Limit
from minishop.storage import (
    Batch,
    Committed,
    Conflict,
    FindReceipt,
    Insufficient,
    KeyReused,
    Put,
    Receipt,
    Replayed,
    StoreBusy,
)
from minishop.storage.codec import check_types

__all__ = ["Plan", "Request", "act", "decide_all", "find_done", "limits_of", "order_batch"]

#: What to ask of the order as it is at that time; an empty plan does nothing.
Plan: TypeAlias = Callable[[Order, datetime], Sequence[Command]]


_SHORT = {"stock": "stock_short", "limit": "limit_short", "ledger": "points_short"}


@frozen(kw_only=True)
class Request:
    """Who asks for what, and how a repetition is recognised.

    Attributes:
        name: Name of the use case; part of the idempotency key.
        actor: Who acts.
        key: The caller's idempotency key; ``None`` for facts, which are recognised by what they say.
        arguments: What the fingerprint covers.
        expected_version: Refuse unless the order is still at this version; what a clerk had on screen.
    """

    name: str
    actor: Actor = SYSTEM
    key: str | None = None
    arguments: dict[str, object] = field(factory=dict)
    expected_version: int | None = None


def act(
    desk: Desk,
    order_id: str,
    plan: Plan | Sequence[Command],
    request: Request,
    *,
    known: tuple[Order, int] | None = None,
) -> Flow[Answer]:
    """Carries commands out on an order, all of them in one batch or none.

    A repetition is found by the store when it commits, and looked up only where nothing is committed.

    Args:
        desk: The shop's.
        order_id: Of the order.
        plan: The commands, or what makes them out of the order as it is.
        request: Who asks.
        known: The order and its version, if the caller has just read them; loaded anew if they turn out to be old.

    Raises:
        StoreBusy: Others were faster ``desk.rounds`` times.
    """
    for _ in range(desk.rounds):
        loaded = known or (yield from load_order(order_id))
        known = None
        now = yield from now_of()
        decided = _decide(desk, order_id, loaded, plan, now, request)
        if not isinstance(decided, tuple):
            return (yield from find_done(desk, request)) or decided
        order, version, after, events = decided
        coupons = yield from _extended_coupons(desk, events)
        batch = order_batch(desk, after, order, version, events, now, request, puts=coupons)
        answer = yield from _settle(desk, order, after, batch, request)
        if answer is not None:
            return answer
    raise _busy()


def _decide(
    desk: Desk,
    order_id: str,
    loaded: tuple[Order, int] | None,
    plan: Plan | Sequence[Command],
    now: datetime,
    request: Request,
) -> tuple[Order, int, Order, tuple[Event, ...]] | Answer:
    """Order, version, the order afterwards and its events; or the answer if there is nothing to commit."""
    if loaded is None:
        return refused("no_such_order", id=order_id)
    order, version = loaded
    if request.expected_version not in (None, version):
        return refused("version_changed", order, was=request.expected_version, now=version)
    decided = decide_all(desk, order, plan(order, now) if callable(plan) else plan, now, request.actor)
    if isinstance(decided, Rejected):
        return Refused(reasons=decided.reasons, order=order)
    after, events = decided
    return (order, version, after, events) if events else Done(order=order, version=version)


def _extended_coupons(desk: Desk, events: tuple[Event, ...]) -> Flow[tuple[Put, ...]]:
    """Coupons that go back for longer than they had left, where that is the policy."""
    for event in events:
        if isinstance(event, CouponsReturned) and event.extend_days and event.coupons:
            return (yield from extend_coupons(desk, event.coupons, event.extend_days))
    return ()


def decide_all(
    desk: Desk, order: Order | None, commands: Sequence[Command], now: datetime, actor: Actor
) -> tuple[Order, tuple[Event, ...]] | Rejected:
    """The order after some commands, and all their events; the first rejection rejects them all.

    Raises:
        InvalidInput: A command holds a value of a wrong type; stored, it would make the order unreadable.
    """
    events: list[Event] = []
    for command in commands:
        check_types(command)
        decided = decide(order, command, desk.context(now, actor))
        if isinstance(decided, Rejected):
            return decided
        for event in decided:
            order = evolve_order(order, event)
        events.extend(decided)
    assert order is not None  # a plan for a new order begins with Place
    return order, tuple(events)


def order_batch(
    desk: Desk,
    order: Order,
    before: Order | None,
    version: int,
    events: tuple[Event, ...],
    now: datetime,
    request: Request,
    *,
    puts: tuple[Put, ...] = (),
) -> Batch:
    """Everything that some events of one order change.

    Args:
        desk: The shop's.
        order: As it is after the events.
        before: As it was stored; ``None``: a new order.
        version: The stored version that it was decided on; 0 for a new order.
        events: What happened.
        now: The time of the decision.
        request: Who asked; with a key the batch has a receipt.
        puts: Other records that change with it.
    """
    effects = effects_of(order, version + 1, events, limits_of=limits_of(desk), hold_grace=desk.hold_grace)
    rows = event_rows(order.id, events)
    receipt: Receipt | None = None
    if request.key is not None:
        key = receipt_key(desk, request.actor, request.name, request.key)
        receipt = receipt_for(desk, key, fingerprint_of(request.arguments), order.id, rows, now)
    put, books = order_put(desk, order, before, version, events, now)
    return Batch(
        now=now,
        puts=(*puts, put, *books),
        events=rows,
        receipt=receipt,
        limits=effects.limits,
        stock=effects.stock,
        ledger=effects.ledger,
    )


def limits_of(desk: Desk) -> Callable[[str], Limit | None]:
    """Rule id to its limits; looked up only for the rules that an order has claims of."""
    return lambda name: next((rule.limit for rule in desk.engine.rules.rules if rule.id == name), None)


def find_done(desk: Desk, request: Request) -> Flow[Answer | None]:
    """The answer to a repeated call; ``None`` if it is a new one."""
    if request.key is None:
        return None
    now = yield from now_of()
    receipt = yield from ask(FindReceipt(receipt_key(desk, request.actor, request.name, request.key), now))
    if receipt is None:
        return None
    if receipt.fingerprint != fingerprint_of(request.arguments):
        return refused("key_reused", key=request.key)
    return (yield from _repeated(receipt))


def _repeated(receipt: Receipt) -> Flow[Answer]:
    outcome = json.loads(receipt.outcome)
    loaded = yield from load_order(outcome["order"])
    if loaded is None:
        return refused("no_such_order", id=outcome["order"])
    order, version = loaded
    return Done(order=order, version=version, topics=tuple(outcome["topics"]), is_repeated=True)


def _settle(desk: Desk, before: Order, after: Order, batch: Batch, request: Request) -> Flow[Answer | None]:
    """Commits and says what came of it; ``None``: decide again."""
    result = yield from commit(desk, batch)
    match result:
        case Committed(versions):
            topics = tuple(row.topic for row in batch.events)
            return Done(order=after, version=versions["order", after.id], topics=topics)
        case Replayed(receipt):
            return (yield from _repeated(receipt))
        case KeyReused():
            return refused("key_reused", before, key=request.key)
        case Insufficient(what, which):
            return refused(_SHORT[what], before, which=which)
        case Conflict(what, which):
            is_taken = what == "unique" or (yield from _is_booked_elsewhere(before, batch, which))
            return refused("already_taken", before, which=which) if is_taken else None


def _is_booked_elsewhere(before: Order, batch: Batch, which: str) -> Flow[bool]:
    """Whether it is another order that has the money: then it stays taken, however often this is decided again.

    If the order itself has booked it meanwhile, its version is another one too, but the books come first by name.
    """
    if not which.startswith(f"{BOOK}:"):
        return False
    loaded = yield from load_order(before.id)
    read = next(put.expected for put in batch.puts if (put.kind, put.id) == (ORDER, before.id))
    return loaded is None or loaded[1] == read


def _busy() -> StoreBusy:
    return StoreBusy("others changed the order faster than it could be decided", code="busy")
