"""Gifts of which the reason has gone: which they are, and what becomes of each in a refund."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from minishop.orders._enums import AfterSaleKind, Outcome
from minishop.orders._facets import heads
from minishop.orders._facts import AfterSale, Deduction, Unit
from minishop.orders._order import Order
from minishop.orders._terms import Line

__all__ = ["GiftsBack", "gifts_back", "gifts_to_return", "lost_gifts"]


def lost_gifts(order: Order, leaving: Collection[str]) -> list[Unit]:
    """Gift units that nothing keeps here once these units are reversed; those that were dealt with are left out."""
    gifts = {line.id: line for line in order.terms.lines if line.is_gift}
    if not gifts:
        return []
    kept = {unit.line for unit in heads(order) if not unit.pledge and unit.id not in leaving}
    paid_for = {
        deduction.unit for refund in order.refunds if not refund.is_cancelled for deduction in refund.deductions
    }
    return [
        unit
        for unit in order.units
        if unit.line in gifts
        and not unit.pledge
        and not unit.replaced_by
        and unit.id not in paid_for
        and not _is_earned(gifts[unit.line], kept)
    ]


def _is_earned(gift: Line, kept: Collection[str]) -> bool:
    return any(line in kept for line in gift.earned_by) if gift.earned_by else bool(kept)


def gifts_to_return(order: Order, leaving: Collection[str]) -> tuple[str, ...]:
    """Gift units that the buyer has to send back together with these units."""
    return tuple(unit.id for unit in lost_gifts(order, leaving) if unit.is_shipped)


@frozen
class GiftsBack:
    """Gift units that leave with a refund, and what the others cost."""

    units: tuple[str, ...]
    deductions: tuple[Deduction, ...]


def gifts_back(order: Order, after_sale: AfterSale, lost: list[Unit]) -> GiftsBack:
    """A gift that is still here, or was lost on its way, is cancelled; one that the buyer keeps is deducted."""
    came_back = {entry.unit for entry in after_sale.gifts if entry.outcome in (Outcome.GOOD, Outcome.DAMAGED)}
    gone, deductions = [], []
    for unit in lost:
        is_away = unit.is_received or (unit.is_shipped and after_sale.kind is AfterSaleKind.RETURN)
        if unit.id in came_back or not is_away:
            gone.append(unit.id)
            continue
        line = order.line(unit.line)
        if line is not None and line.value:
            deductions.append(Deduction(f"gift:{line.sku}", line.value, unit=unit.id))
    return GiftsBack(tuple(gone), tuple(deductions))
