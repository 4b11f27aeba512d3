"""From an order and a command to what happens, or why nothing does."""

from __future__ import annotations

from collections.abc import Iterable

from minishop.errors import CallerError
from minishop.orders._context import Context
from minishop.orders._enums import Role
from minishop.orders._lifecycle import Entry
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders._table import TABLE
from minishop.orders.commands import Command, Place
from minishop.orders.events import Event
from minishop.orders.evolving import apply
from minishop.orders.handlers import place
from minishop.quotes import Reason

__all__ = ["decide", "decide_all"]


def decide(order: Order | None, command: Command, ctx: Context) -> tuple[Event, ...] | Rejected:
    """What happens when this is asked for now: events, or the reasons why nothing does.

    Pure: the same arguments have the same answer, and nothing is kept. Facts (payments, deliveries, answers about
    refunds, clocks) are never rejected; one that changes nothing gives ``()``.

    Args:
        order: ``None`` for ``Place``.
        command: What is asked for, or what has happened outside.
        ctx: The moment, the actor, the policy.

    Raises:
        CallerError: ``no_order``, ``order_exists`` or ``unknown_command``: a mistake in the program.
    """
    if order is None:
        return _place(command, ctx)
    entry = (ctx.table or TABLE).entries.get(type(command))
    if entry is None:
        raise _misplaced(order, command)
    if not entry.is_fact:
        reasons = _reasons(order, command, ctx, entry)
        if reasons:
            return Rejected(reasons)
    return entry.handler(order, command, ctx)


def _place(command: Command, ctx: Context) -> tuple[Event, ...] | Rejected:
    if not isinstance(command, Place):
        raise CallerError(f"{type(command).__name__} needs an order", code="no_order")
    if ctx.actor.role is Role.BUYER and ctx.actor.id != command.terms.buyer:
        return refuse("not_owner")
    return place(command, ctx)


def _misplaced(order: Order, command: Command) -> CallerError:
    if isinstance(command, Place):
        return CallerError("the order is placed already", code="order_exists", params={"order": order.id})
    return CallerError(f"the table has no {type(command).__name__}", code="unknown_command")


def _reasons(order: Order, command: Command, ctx: Context, entry: Entry) -> tuple[Reason, ...]:
    """Everything that speaks against a command before its details are looked at."""
    assert entry.derive is not None
    value = entry.derive(order)
    gate = entry.gates.get(value)
    if gate is None:
        return (Reason("not_while", {"command": entry.name, "facet": entry.facet, "value": str(value)}),)
    by, guards = gate
    off = ctx.policy.switched_off
    reasons = []
    actor = ctx.actor
    if actor.role not in by and "actor" not in off:
        reasons.append(Reason("not_allowed", {"actor": str(actor.role), "command": entry.name}))
    if actor.role is Role.BUYER and actor.id != order.terms.buyer and "owner" not in off:
        reasons.append(Reason("not_owner"))
    for name, guard in guards:
        if name not in off:
            reason = guard(order, command, ctx)
            if reason is not None:
                reasons.append(reason)
    return tuple(reasons)


def decide_all(order: Order | None, commands: Iterable[Command], ctx: Context) -> tuple[Event, ...] | Rejected:
    """Several commands one after another, all or nothing: the events of all, or the first rejection.

    So a seller opens, approves and grants a refund in one go, and storage commits it in one batch.

    Raises:
        CallerError: As :func:`decide`.
    """
    events: list[Event] = []
    for command in commands:
        result = decide(order, command, ctx)
        if isinstance(result, Rejected):
            return result
        order = apply(order, result) if result else order
        events += result
    return tuple(events)
