"""After-sales: applied for, answered, taken back."""

from __future__ import annotations

from collections.abc import Callable

from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleKind, AfterSaleState, Fault, Role, TimerKind
from minishop.orders._facts import AfterSale, ReturnUnit, Unit
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import Approve, ChangeKind, OpenAfterSale, Refuse, Withdraw
from minishop.orders.events import (
    AfterSaleApproved,
    AfterSaleKindChanged,
    AfterSaleOpened,
    AfterSaleRefused,
    AfterSaleWithdrawn,
    Event,
    ReplacementsAllocated,
    ReplacementsCancelled,
)
from minishop.orders.evolving import changed
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import receive, settle_down
from minishop.orders.handlers._gifts import gifts_to_return
from minishop.orders.handlers._units import picked
from minishop.quotes import Reason

__all__ = [
    "approve",
    "approve_now",
    "change_kind",
    "find",
    "lapse",
    "open_after_sale",
    "refuse_after_sale",
    "why_no_application_left",
    "why_not_applied_for",
    "why_not_in_window",
    "withdraw",
]


def why_not_applied_for(order: Order, unit: Unit, kind: AfterSaleKind) -> Reason | None:
    """What speaks against an after-sale of a unit."""
    if unit.after_sale:
        return Reason("unit_in_after_sale", {"unit": unit.id, "after_sale": unit.after_sale})
    if unit.is_reversed:
        return Reason("unit_reversed", {"unit": unit.id})
    if unit.pledge:
        return Reason("unit_pledged", {"unit": unit.id})
    if unit.replaced_by:
        return Reason("unit_replaced", {"unit": unit.id, "by": unit.replaced_by})
    line = order.line(unit.line)
    if line is not None and line.is_gift and kind is not AfterSaleKind.EXCHANGE:
        return Reason("unit_is_gift", {"unit": unit.id})
    if kind is AfterSaleKind.REFUND_ONLY:
        return None
    return None if unit.shipment else Reason("unit_not_shipped", {"unit": unit.id})


def why_not_in_window(unit: Unit, ctx: Context) -> Reason | None:
    """The buyer's time for an after-sale of this unit is over."""
    ended = unit.window_ends_at
    if ended is None or ctx.now < ended or ctx.actor.role is not Role.BUYER:
        return None
    return Reason("window_ended", {"unit": unit.id, "ended_at": ended.isoformat()})


def why_no_application_left(unit: Unit, ctx: Context) -> Reason | None:
    """The buyer has applied for this unit as often as the policy allows."""
    most = ctx.policy.max_applications
    if unit.applications < most or ctx.actor.role is not Role.BUYER:
        return None
    return Reason("too_many_applications", {"unit": unit.id, "most": most})


def _why_not_chosen(order: Order, unit: Unit, kind: AfterSaleKind, ctx: Context) -> Reason | None:
    """What speaks against a unit when units are counted; what is switched off does not."""
    off = ctx.policy.switched_off
    reason = why_not_applied_for(order, unit, kind)
    if reason is None and "in_window" not in off:
        reason = why_not_in_window(unit, ctx)
    if reason is None and "applications_left" not in off:
        reason = why_no_application_left(unit, ctx)
    return reason


def _rank(order: Order, kind: AfterSaleKind, pick: str) -> Callable[[Unit], tuple[int, int, int]]:
    """Refund only: what is still here first; else what the buyer has first. Then by cash, then the highest index."""
    places = {unit.id: place for place, unit in enumerate(order.units)}
    sign = 1 if pick == "cheapest" else -1

    def rank(unit: Unit) -> tuple[int, int, int]:
        later = unit.is_shipped if kind is AfterSaleKind.REFUND_ONLY else not unit.is_received
        return int(later), sign * order.terms_of(unit).cash, -places[unit.id]

    return rank


def open_after_sale(order: Order, command: OpenAfterSale, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Somebody applies. Who wants to return what is on its way has it."""
    if order.after_sale(command.after_sale) is not None:
        return refuse("id_taken", id=command.after_sale)
    if not command.units and (command.kind is not AfterSaleKind.REFUND_ONLY or not command.goodwill):
        return refuse("no_units")
    if command.goodwill and command.kind is AfterSaleKind.EXCHANGE:
        return refuse("goodwill_in_exchange")
    units = picked(
        order,
        command.units,
        lambda unit: _why_not_chosen(order, unit, command.kind, ctx),
        _rank(order, command.kind, ctx.policy.pick),
    )
    if isinstance(units, Rejected):
        return units
    dearer = _price_differs(order, command, units)
    if dearer is not None:
        return dearer
    draft = Draft(order, ctx)
    ids = tuple(unit.id for unit in units)
    gifts = gifts_to_return(order, ids) if command.kind is AfterSaleKind.RETURN else ()
    made = AfterSale(
        id=command.after_sale,
        kind=command.kind,
        by=str(ctx.actor.role),
        reason=command.reason,
        units=tuple(ReturnUnit(unit) for unit in ids),
        gifts=tuple(ReturnUnit(unit) for unit in gifts),
        goodwill=command.goodwill,
        fault=command.fault,
        replacement=command.replacement,
        opened_at=ctx.now,
    )
    draft.note(AfterSaleOpened(at=ctx.now, after_sale=made))
    draft.arm(TimerKind.ANSWER, made.id, ctx.now + ctx.policy.answer_within)
    shipments = tuple(dict.fromkeys(unit.shipment for unit in units if unit.shipment))
    if command.kind is not AfterSaleKind.REFUND_ONLY:
        _receive_what_is_returned(draft, units, shipments)
    settle_down(draft, shipments)
    return draft.done()


def _receive_what_is_returned(draft: Draft, units: list[Unit], shipments: tuple[str, ...]) -> None:
    for shipment in shipments:
        there = tuple(unit.id for unit in units if unit.shipment == shipment and not unit.is_received)
        if there:
            receive(draft, shipment, there)


def _price_differs(order: Order, command: OpenAfterSale, units: list[Unit]) -> Rejected | None:
    if command.replacement is None:
        return None
    for unit in units:
        price = order.terms_of(unit).list_price
        if price != command.replacement.price:
            return refuse("price_differs", unit=unit.id, was=price, now=command.replacement.price)
    return None


def find(order: Order, id: str, *states: AfterSaleState) -> AfterSale | Rejected:  # noqa: A002
    """The after-sale, if it is in one of these states."""
    found = order.after_sale(id)
    if found is None:
        return refuse("unknown_after_sale", after_sale=id)
    if found.state not in states:
        return refuse("after_sale_is", after_sale=id, state=str(found.state))
    return found


def change_kind(order: Order, command: ChangeKind, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Something else is asked for."""
    found = find(order, command.after_sale, AfterSaleState.REQUESTED)
    if isinstance(found, Rejected):
        return found
    if found.kind is command.kind:
        return ()
    if not found.units:
        return refuse("no_units")
    if found.goodwill and command.kind is AfterSaleKind.EXCHANGE:
        return refuse("goodwill_in_exchange")
    ids = tuple(entry.unit for entry in found.units)
    units = [unit for unit in order.units if unit.id in ids]
    for unit in units:
        free = why_not_applied_for(order, changed(unit, after_sale=""), command.kind)
        if free is not None:
            return Rejected((free,))
    draft = Draft(order, ctx)
    gifts = gifts_to_return(order, ids) if command.kind is AfterSaleKind.RETURN else ()
    entries = tuple(ReturnUnit(unit) for unit in gifts)
    draft.note(AfterSaleKindChanged(at=ctx.now, after_sale=found.id, kind=command.kind, gifts=entries))
    if command.kind is not AfterSaleKind.REFUND_ONLY:
        shipments = tuple(dict.fromkeys(unit.shipment for unit in units if unit.shipment))
        _receive_what_is_returned(draft, units, shipments)
        settle_down(draft, shipments)
    return draft.done()


def approve(order: Order, command: Approve, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Yes."""
    found = find(order, command.after_sale, AfterSaleState.REQUESTED)
    if isinstance(found, Rejected):
        return found
    draft = Draft(order, ctx)
    approve_now(draft, found, command.fault or found.fault)
    return draft.done()


def approve_now(draft: Draft, after_sale: AfterSale, fault: Fault) -> None:
    """Goods are awaited, or a refund may be granted."""
    waits = after_sale.kind is not AfterSaleKind.REFUND_ONLY
    state = AfterSaleState.AWAITING_GOODS if waits else AfterSaleState.APPROVED
    draft.note(
        AfterSaleApproved(
            at=draft.now,
            after_sale=after_sale.id,
            state=state,
            fault=fault,
        )
    )
    draft.disarm(TimerKind.ANSWER, after_sale.id)
    if after_sale.kind is AfterSaleKind.EXCHANGE:
        units = tuple(_replacement(draft.order, entry.unit, after_sale) for entry in after_sale.units)
        draft.note(ReplacementsAllocated(at=draft.now, after_sale=after_sale.id, units=units))
    if waits:
        draft.arm(TimerKind.SHIP_BACK, after_sale.id, draft.now + draft.ctx.policy.ship_back_within)


def _replacement(order: Order, id: str, after_sale: AfterSale) -> Unit:  # noqa: A002
    old = order.unit(id)
    assert old is not None
    number = old.replacements + 1
    stock = old.stock if after_sale.replacement is None else after_sale.replacement.stock
    return Unit(id=f"{old.origin}/r{number}", line=old.line, origin=old.origin, stock=stock, replacements=number)


def refuse_after_sale(order: Order, command: Refuse, ctx: Context) -> tuple[Event, ...] | Rejected:
    """No."""
    found = find(order, command.after_sale, AfterSaleState.REQUESTED)
    if isinstance(found, Rejected):
        return found
    draft = Draft(order, ctx)
    shipments = _shipments(order, found)
    draft.note(AfterSaleRefused(at=ctx.now, after_sale=found.id, reason=command.reason))
    draft.disarm(TimerKind.ANSWER, found.id)
    settle_down(draft, shipments)
    return draft.done()


def withdraw(order: Order, command: Withdraw, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The buyer takes it back, as long as nothing was sent or granted."""
    found = find(
        order,
        command.after_sale,
        AfterSaleState.REQUESTED,
        AfterSaleState.APPROVED,
        AfterSaleState.AWAITING_GOODS,
    )
    if isinstance(found, Rejected):
        return found
    if found.refund:
        return refuse("already_granted", refund=found.refund)
    draft = Draft(order, ctx)
    lapse(draft, found, command.reason or "buyer")
    return draft.done()


def lapse(draft: Draft, after_sale: AfterSale, reason: str) -> None:
    """It is as if it had not been applied for."""
    shipments = _shipments(draft.order, after_sale)
    heirs = tuple(entry.replacement for entry in after_sale.units if entry.replacement)
    if heirs:
        draft.note(ReplacementsCancelled(at=draft.now, after_sale=after_sale.id, units=heirs))
    draft.note(AfterSaleWithdrawn(at=draft.now, after_sale=after_sale.id, reason=reason))
    draft.disarm(TimerKind.ANSWER, after_sale.id)
    draft.disarm(TimerKind.SHIP_BACK, after_sale.id)
    settle_down(draft, shipments)


def _shipments(order: Order, after_sale: AfterSale) -> tuple[str, ...]:
    ids = {entry.unit for entry in after_sale.units}
    return tuple(dict.fromkeys(unit.shipment for unit in order.units if unit.id in ids and unit.shipment))
