"""Goods on their way back."""

from __future__ import annotations

from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleKind, AfterSaleState, Outcome, TimerKind
from minishop.orders._facts import AfterSale, ReturnUnit
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import DeliverReturn, ReceiveReturn, SendBack
from minishop.orders.events import (
    AfterSaleRefused,
    Event,
    ReplacementsCancelled,
    ReturnDelivered,
    ReturnReceived,
    ReturnSent,
)
from minishop.orders.evolving import changed
from minishop.orders.handlers._applying import find
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import settle_down

__all__ = ["deliver_return", "receive_return", "send_back", "take_back"]


def send_back(order: Order, command: SendBack, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The buyer has sent them."""
    found = find(order, command.after_sale, AfterSaleState.AWAITING_GOODS)
    if isinstance(found, Rejected):
        return found
    draft = Draft(order, ctx)
    draft.note(ReturnSent(at=ctx.now, after_sale=found.id, carrier=command.carrier, tracking=command.tracking))
    draft.disarm(TimerKind.SHIP_BACK, found.id)
    draft.arm(TimerKind.RECEIVE_RETURN, found.id, ctx.now + ctx.policy.receive_return_within)
    return draft.done()


def deliver_return(order: Order, command: DeliverReturn, ctx: Context) -> tuple[Event, ...]:
    """They have arrived; the earliest scan counts."""
    found = order.after_sale(command.after_sale)
    if found is None or found.state is not AfterSaleState.SENT_BACK:
        return ()
    if found.delivered_at is not None and found.delivered_at <= command.delivered_at:
        return ()
    draft = Draft(order, ctx)
    draft.note(ReturnDelivered(at=ctx.now, after_sale=found.id, delivered_at=command.delivered_at))
    if order.timer(TimerKind.RECEIVE_RETURN, found.id) is not None:
        within = ctx.policy.receive_return_after_delivery
        draft.arm(TimerKind.RECEIVE_RETURN, found.id, command.delivered_at + within)
    return draft.done()


def receive_return(order: Order, command: ReceiveReturn, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The seller has looked at them."""
    found = find(order, command.after_sale, AfterSaleState.AWAITING_GOODS, AfterSaleState.SENT_BACK)
    if isinstance(found, Rejected):
        return found
    told = {entry.unit: entry.outcome for entry in command.outcomes}
    known = {entry.unit for entry in (*found.units, *found.gifts)}
    for unit in told:
        if unit not in known:
            return refuse("unknown_unit", unit=unit)
    for entry in found.units:
        if told.get(entry.unit, Outcome.PENDING) is Outcome.PENDING:
            return refuse("outcome_missing", unit=entry.unit)
    draft = Draft(order, ctx)
    take_back(draft, found, told)
    return draft.done()


def take_back(draft: Draft, after_sale: AfterSale, told: dict[str, Outcome]) -> None:
    """Good and damaged goods are here again; what is missing, or cannot be exchanged, leaves the after-sale."""
    units = tuple(changed(entry, outcome=told[entry.unit]) for entry in after_sale.units)
    gifts = tuple(changed(entry, outcome=told.get(entry.unit, Outcome.MISSING)) for entry in after_sale.gifts)
    draft.disarm(TimerKind.SHIP_BACK, after_sale.id)
    draft.disarm(TimerKind.RECEIVE_RETURN, after_sale.id)
    if after_sale.kind is AfterSaleKind.EXCHANGE:
        accepted = {entry.unit for entry in units if entry.outcome is Outcome.GOOD}
        units = _without_replacements(draft, after_sale, units, accepted)
    else:
        accepted = {entry.unit for entry in units if entry.outcome is not Outcome.MISSING}
    shipments = tuple(unit.shipment for unit in draft.order.units if unit.after_sale == after_sale.id)
    if accepted:
        draft.note(_received(draft, after_sale, units, gifts))
    else:
        is_empty = all(entry.outcome is Outcome.MISSING for entry in units)
        reason = "nothing_received" if is_empty else "goods_not_accepted"
        draft.note(AfterSaleRefused(at=draft.now, after_sale=after_sale.id, reason=reason))
    settle_down(draft, shipments)


def _without_replacements(
    draft: Draft, after_sale: AfterSale, units: tuple[ReturnUnit, ...], accepted: set[str]
) -> tuple[ReturnUnit, ...]:
    gone = tuple(entry.replacement for entry in units if entry.unit not in accepted)
    if gone:
        draft.note(ReplacementsCancelled(at=draft.now, after_sale=after_sale.id, units=gone))
    return tuple(entry if entry.unit in accepted else changed(entry, replacement="") for entry in units)


def _received(
    draft: Draft, after_sale: AfterSale, units: tuple[ReturnUnit, ...], gifts: tuple[ReturnUnit, ...]
) -> ReturnReceived:
    everything = (*units, *gifts)
    is_exchange = after_sale.kind is AfterSaleKind.EXCHANGE
    return ReturnReceived(
        at=draft.now,
        after_sale=after_sale.id,
        units=units,
        gifts=gifts,
        sellable=tuple(entry.unit for entry in everything if entry.outcome is Outcome.GOOD),
        damaged=() if is_exchange else tuple(entry.unit for entry in everything if entry.outcome is Outcome.DAMAGED),
    )
