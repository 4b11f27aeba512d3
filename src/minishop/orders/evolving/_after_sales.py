"""What events about after-sales make of an order."""

from __future__ import annotations

from minishop.orders._enums import AfterSaleKind, AfterSaleState, Outcome
from minishop.orders._facts import AfterSale, ReturnUnit, Unit
from minishop.orders._order import Order
from minishop.orders.events import (
    AfterSaleApproved,
    AfterSaleKindChanged,
    AfterSaleOpened,
    AfterSaleRefused,
    AfterSaleSettled,
    AfterSaleWithdrawn,
    ReplacementsAllocated,
    ReplacementsCancelled,
    ReturnDelivered,
    ReturnReceived,
    ReturnSent,
)
from minishop.orders.evolving._changed import changed, put, swapped

__all__ = [
    "approved",
    "kind_changed",
    "opened",
    "refused",
    "replacements_allocated",
    "replacements_cancelled",
    "return_delivered",
    "return_received",
    "return_sent",
    "settled",
    "withdrawn",
]


def opened(order: Order, event: AfterSaleOpened) -> Order:
    after_sale = event.after_sale
    ids = {entry.unit for entry in after_sale.units}
    units = tuple(
        changed(unit, after_sale=after_sale.id, applications=unit.applications + 1) if unit.id in ids else unit
        for unit in order.units
    )
    return put(order, units=units, after_sales=(*order.after_sales, after_sale))


def kind_changed(order: Order, event: AfterSaleKindChanged) -> Order:
    return put(order, after_sales=swapped(order.after_sales, event.after_sale, kind=event.kind, gifts=event.gifts))


def approved(order: Order, event: AfterSaleApproved) -> Order:
    after_sales = swapped(order.after_sales, event.after_sale, state=event.state, fault=event.fault)
    return put(order, after_sales=after_sales)


def refused(order: Order, event: AfterSaleRefused) -> Order:
    return _ended(order, event.after_sale, state=AfterSaleState.REFUSED, answer=event.reason)


def withdrawn(order: Order, event: AfterSaleWithdrawn) -> Order:
    return _ended(order, event.after_sale, state=AfterSaleState.WITHDRAWN, answer=event.reason)


def settled(order: Order, event: AfterSaleSettled) -> Order:
    return _ended(order, event.after_sale, state=AfterSaleState.SETTLED)


def _ended(order: Order, id: str, **changes: object) -> Order:  # noqa: A002
    units = tuple(changed(unit, after_sale="") if unit.after_sale == id else unit for unit in order.units)
    return put(order, units=units, after_sales=swapped(order.after_sales, id, **changes))


def return_sent(order: Order, event: ReturnSent) -> Order:
    changes = {"state": AfterSaleState.SENT_BACK, "carrier": event.carrier, "tracking": event.tracking}
    return put(order, after_sales=swapped(order.after_sales, event.after_sale, **changes))


def return_delivered(order: Order, event: ReturnDelivered) -> Order:
    return put(order, after_sales=swapped(order.after_sales, event.after_sale, delivered_at=event.delivered_at))


def return_received(order: Order, event: ReturnReceived) -> Order:
    after_sale = order.after_sale(event.after_sale)
    changes = {"state": AfterSaleState.RECEIVED, "units": event.units, "gifts": event.gifts}
    order = put(order, after_sales=swapped(order.after_sales, event.after_sale, **changes))
    entries = {entry.unit: entry for entry in (*event.units, *event.gifts)}
    if after_sale is not None and after_sale.kind is AfterSaleKind.EXCHANGE:
        return put(order, units=_exchanged(order.units, entries))
    units = tuple(_back(unit, entries[unit.id].outcome) if unit.id in entries else unit for unit in order.units)
    return put(order, units=units)


def _back(unit: Unit, outcome: Outcome) -> Unit:
    """A unit of a return: here again, or no longer in the after-sale."""
    return changed(unit, after_sale="") if outcome is Outcome.MISSING else changed(unit, is_returned=True)


def _exchanged(units: tuple[Unit, ...], entries: dict[str, ReturnUnit]) -> tuple[Unit, ...]:
    """Units that came back in good order hand over to their replacements; the others leave the after-sale."""
    heirs = {
        entry.replacement: unit
        for unit in units
        if (entry := entries.get(unit.id)) is not None and entry.outcome is Outcome.GOOD
    }
    successors = {unit.id: heir for heir, unit in heirs.items()}
    result = []
    for unit in units:
        if unit.id in successors:
            unit = changed(unit, replaced_by=successors[unit.id], cash_left=0, earned=0)
        elif unit.id in heirs:
            old = heirs[unit.id]
            unit = changed(unit, cash_left=old.cash_left, earned=old.earned)
        elif unit.id in entries:
            unit = changed(unit, after_sale="")
        result.append(unit)
    return tuple(result)


def replacements_allocated(order: Order, event: ReplacementsAllocated) -> Order:
    after_sale = order.after_sale(event.after_sale)
    assert after_sale is not None
    heirs = dict(zip((entry.unit for entry in after_sale.units), (unit.id for unit in event.units), strict=True))
    units = tuple(
        changed(unit, replacements=unit.replacements + 1) if unit.id in heirs else unit for unit in order.units
    )
    entries = tuple(changed(entry, replacement=heirs[entry.unit]) for entry in after_sale.units)
    return _with_entries(put(order, units=(*units, *event.units)), after_sale, entries)


def replacements_cancelled(order: Order, event: ReplacementsCancelled) -> Order:
    after_sale = order.after_sale(event.after_sale)
    assert after_sale is not None
    gone = set(event.units)
    entries = tuple(
        changed(entry, replacement="") if entry.replacement in gone else entry for entry in after_sale.units
    )
    units = tuple(unit for unit in order.units if unit.id not in gone)
    return _with_entries(put(order, units=units), after_sale, entries)


def _with_entries(order: Order, after_sale: AfterSale, entries: tuple[ReturnUnit, ...]) -> Order:
    return put(order, after_sales=swapped(order.after_sales, after_sale.id, units=entries))
