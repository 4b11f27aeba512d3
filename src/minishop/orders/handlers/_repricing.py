"""The seller changes the price before anything is paid (改价). The change is a component of each unit's vector."""

from __future__ import annotations

from collections.abc import Iterable

from minishop.money import share_out
from minishop.orders._context import Context
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders._terms import Line, UnitTerms
from minishop.orders.commands import RepriceOrder
from minishop.orders.events import Event, Paid, Repriced
from minishop.orders.evolving import changed
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import hand_out

__all__ = ["reprice"]


def reprice(order: Order, command: RepriceOrder, ctx: Context) -> tuple[Event, ...] | Rejected:
    """New cash for units, by what they cost now; points earned shrink or grow with the goods, rounded down."""
    terms = order.terms
    units = [unit for line in terms.lines if not line.is_gift for unit in line.units]
    wanted = _wanted(terms.lines, units, command)
    if isinstance(wanted, Rejected):
        return wanted
    cash = dict(zip((unit.id for unit in units), wanted, strict=True))
    before, after = sum(unit.cash for unit in units), sum(wanted)
    earned = _earned(units, wanted, before, after)
    lines = tuple(_line(line, cash, earned) for line in terms.lines)
    freight = terms.freight if command.freight is None else command.freight
    new = changed(terms, lines=lines, freight=freight, payable=after + freight, slices=())
    if new == terms:
        return refuse("price_unchanged")
    draft = Draft(order, ctx)
    draft.note(Repriced(at=ctx.now, payable_before=terms.payable, terms=new))
    if not new.payable:
        draft.note(Paid(at=ctx.now, payment=None, amount=0))
        hand_out(draft)
    return draft.done()


def _wanted(lines: Iterable[Line], units: list[UnitTerms], command: RepriceOrder) -> list[int] | Rejected:
    if not command.lines:
        old = [unit.cash for unit in units]
        return old if command.goods is None else _shared(command.goods, old)
    by_line = {entry.line: entry.cash for entry in command.lines}
    paid = {line.id: line for line in lines if not line.is_gift}
    for line_id in by_line:
        if line_id not in paid:
            return refuse("unknown_line", line=line_id)
    result: list[int] = []
    for line in paid.values():
        old = [unit.cash for unit in line.units]
        result += _shared(by_line[line.id], old) if line.id in by_line else old
    return result


def _shared(amount: int, weights: list[int]) -> list[int]:
    return share_out(amount, weights, [amount] * len(weights))


def _earned(units: list[UnitTerms], wanted: list[int], before: int, after: int) -> dict[str, int]:
    total = sum(unit.earned for unit in units)
    if not total or not before:
        return {unit.id: unit.earned for unit in units}
    return dict(zip((unit.id for unit in units), _shared(total * after // before, wanted), strict=True))


def _line(line: Line, cash: dict[str, int], earned: dict[str, int]) -> Line:
    if line.is_gift:
        return line
    units = tuple(
        changed(
            unit,
            cash=cash[unit.id],
            reprice=unit.reprice + unit.cash - cash[unit.id],
            earned=earned[unit.id],
        )
        for unit in line.units
    )
    return changed(line, units=units)
