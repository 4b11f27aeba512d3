"""Which units a command means, and whether they may be shipped."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minishop.orders._facts import Unit
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import Pick
from minishop.quotes import Reason

__all__ = ["named_units", "picked", "why_not_shipped"]


def why_not_shipped(order: Order, unit: Unit) -> Reason | None:
    """What keeps a unit here."""
    line = order.line(unit.line)
    if line is None or not line.ships:
        return Reason("unit_is_virtual", {"unit": unit.id})
    if unit.is_shipped:
        return Reason("unit_shipped", {"unit": unit.id})
    if unit.is_reversed:
        return Reason("unit_reversed", {"unit": unit.id})
    if unit.pledge:
        return Reason("unit_pledged", {"unit": unit.id})
    if unit.after_sale:
        return Reason("unit_in_after_sale", {"unit": unit.id, "after_sale": unit.after_sale})
    if unit.is_replacement and not any(other.replaced_by == unit.id for other in order.units):
        return Reason("replacement_not_due", {"unit": unit.id})
    return None


def picked(
    order: Order,
    wanted: Sequence[str | Pick],
    why_not: Callable[[Unit], Reason | None],
    rank: Callable[[Unit], object],
) -> list[Unit] | Rejected:
    """Units by id, and units of lines by count among those that nothing speaks against.

    Args:
        order: Whose units.
        wanted: As in the command.
        why_not: What speaks against a unit.
        rank: Those with the smallest rank are taken first.
    """
    by_id = {unit.id: unit for unit in order.units}
    chosen: dict[str, Unit] = {}
    for want in wanted:
        if isinstance(want, Pick):
            fit = [
                unit for unit in order.units if unit.line == want.line and unit.id not in chosen and not why_not(unit)
            ]
            if len(fit) < want.count or want.count < 1:
                return refuse("not_enough_units", line=want.line, wanted=want.count, there=len(fit))
            fit.sort(key=rank)  # type: ignore[arg-type]
            chosen |= {unit.id: unit for unit in fit[: want.count]}
        elif want in chosen:
            return refuse("unit_named_twice", unit=want)
        elif want not in by_id:
            return refuse("unknown_unit", unit=want)
        else:
            chosen[want] = by_id[want]
    reasons = tuple(reason for unit in chosen.values() if (reason := why_not(unit)) is not None)
    if reasons:
        return Rejected(reasons)
    return [unit for unit in order.units if unit.id in chosen]


def named_units(order: Order, ids: Sequence[str]) -> list[Unit] | Rejected:
    """The units of these ids."""
    return picked(order, ids, lambda unit: None, lambda unit: 0)
