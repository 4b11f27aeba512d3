"""What a refund comes to. Fen; nothing is priced again.

``cash = units' cash left + freight + goodwill - deductions``. Goodwill does not come on top: it is taken out of what
units that stay would pay back later, so that refunds, retained deductions and what is left always make what was
captured, and no sequence of refunds can exceed it.

A threshold that the kept units miss (policy ``reprice``) is settled by state, not by step: the deductions so far must
equal what the kept units would cost more if they had been bought alone. So the order in which units come back does not
matter, and a deduction turns around when the last unit leaves.
"""

from __future__ import annotations

from attrs import frozen

from minishop.money import allocate
from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleKind, Fault, Outcome
from minishop.orders._facets import heads
from minishop.orders._facts import AfterSale, Deduction, Unit, UnitCash
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import Grant
from minishop.orders.handlers._gifts import gifts_back, lost_gifts

__all__ = ["Amounts", "kept_units", "refund_amounts", "units_to_reverse"]


@frozen
class Amounts:
    """The parts of a refund."""

    units: tuple[UnitCash, ...]
    freight: int
    goodwill: tuple[UnitCash, ...]
    deductions: tuple[Deduction, ...]
    cash: int


def units_to_reverse(order: Order, after_sale: AfterSale) -> tuple[str, ...]:
    """The units whose money goes back: all of a refund only, those that came back of a return."""
    if after_sale.kind is AfterSaleKind.REFUND_ONLY:
        return tuple(entry.unit for entry in after_sale.units)
    back = (Outcome.GOOD, Outcome.DAMAGED)
    return tuple(entry.unit for entry in after_sale.units if entry.outcome in back)


def kept_units(order: Order, after_sale: AfterSale) -> tuple[Unit, ...]:
    """The paid units that stay with the buyer once the refund of this after-sale is granted: what is repriced."""
    leaving = units_to_reverse(order, after_sale)
    return tuple(unit for unit in heads(order) if not unit.pledge and unit.id not in leaving)


def refund_amounts(order: Order, command: Grant, after_sale: AfterSale, ctx: Context) -> Amounts | Rejected:
    """What the refund comes to, or why it cannot be granted."""
    leaving = units_to_reverse(order, after_sale)
    kept = kept_units(order, after_sale)
    freight = _freight(order, command, after_sale, kept)
    if freight > order.freight_left:
        return refuse("freight_exceeds", left=order.freight_left)
    goodwill = _goodwill(order, command, after_sale, leaving, order.freight_left - freight)
    if isinstance(goodwill, Rejected):
        return goodwill
    threshold = _threshold(order, command, kept, ctx)
    if isinstance(threshold, Rejected):
        return threshold
    lost = lost_gifts(order, leaving)
    if command.lost_gifts is not None:
        lost = [unit for unit in order.units if unit.id in command.lost_gifts and not unit.pledge]
    gifts = gifts_back(order, after_sale, lost)
    units = tuple(
        UnitCash(unit.id, unit.cash_left) for unit in order.units if unit.id in leaving or unit.id in gifts.units
    )
    gross = sum(entry.cash for entry in (*units, *goodwill)) + freight
    if not units and not gross:
        return refuse("nothing_to_refund")
    deductions = _taken((*threshold, *gifts.deductions, *command.deductions), gross)
    cash = gross - sum(deduction.taken for deduction in deductions)
    return Amounts(units, freight, goodwill, deductions, cash)


def _freight(order: Order, command: Grant, after_sale: AfterSale, kept: tuple[Unit, ...]) -> int:
    if command.freight is not None:
        return command.freight
    if kept or not after_sale.units:
        return 0
    if not any(unit.is_shipped for unit in order.units):
        return order.freight_left
    faults = {entry.unit: each.fault for each in order.after_sales for entry in each.units}
    is_sellers = all(faults.get(unit.id) is Fault.SELLER for unit in heads(order))
    return order.freight_left if is_sellers else 0


def _goodwill(
    order: Order, command: Grant, after_sale: AfterSale, leaving: tuple[str, ...], freight_left: int
) -> tuple[UnitCash, ...] | Rejected:
    """Out of the named units' cash by largest remainder; out of all others' by default, and then out of freight."""
    amount = after_sale.goodwill if command.goodwill is None else command.goodwill
    if not amount:
        return ()
    named = command.goodwill_units
    sources = [unit for unit in order.units if not unit.pledge and unit.id not in leaving and not unit.replaced_by]
    if named:
        known = {unit.id for unit in sources}
        for unit_id in named:
            if unit_id not in known:
                return refuse("unknown_unit", unit=unit_id)
        sources = [unit for unit in sources if unit.id in named]
        freight_left = 0
    left = [unit.cash_left for unit in sources]
    room = sum(left)
    if amount > room + freight_left:
        return refuse("goodwill_exceeds", left=room + freight_left)
    parts = allocate(min(amount, room), left, left)
    taken = [UnitCash(unit.id, part) for unit, part in zip(sources, parts, strict=True) if part]
    return (*taken, UnitCash("", amount - room)) if amount > room else tuple(taken)


def _threshold(order: Order, command: Grant, kept: tuple[Unit, ...], ctx: Context) -> tuple[Deduction, ...] | Rejected:
    """What the kept units would cost more on their own, less what was taken for that already."""
    if ctx.policy.threshold == "keep":
        return ()
    due = 0
    if kept:
        if command.repriced is None:
            return refuse("reprice_needed", units=", ".join(unit.id for unit in kept))
        vectors = [order.terms_of(unit) for unit in kept]
        due = max(0, command.repriced - sum(vector.cash + vector.points_value for vector in vectors))
    taken = sum(
        deduction.taken
        for refund in order.refunds
        if not refund.is_cancelled
        for deduction in refund.deductions
        if deduction.code == "threshold"
    )
    return (Deduction("threshold", due - taken),) if due != taken else ()


def _taken(deductions: tuple[Deduction, ...], gross: int) -> tuple[Deduction, ...]:
    """Each takes what is left of the refund; what gives back comes first, so that there is more to take from."""
    result = []
    for deduction in sorted(deductions, key=lambda each: each.amount > 0):
        taken = min(deduction.amount, gross)
        gross -= taken
        result.append(Deduction(deduction.code, deduction.amount, taken, deduction.unit))
    return tuple(result)
