"""What follows from units being received or reversed: exchanges and orders end, clocks stop, points and coupons go.

Every handler that receives or reverses units calls :func:`settle_down` last.
"""

from __future__ import annotations

from collections.abc import Iterable

from minishop.orders._enums import AfterSaleKind, AfterSaleState, Life, TimerKind
from minishop.orders._facets import heads
from minishop.orders._facts import AfterSale, Unit
from minishop.orders._order import Order
from minishop.orders._terms import PointsLot
from minishop.orders.events import (
    AfterSaleSettled,
    Closed,
    Completed,
    CouponsReturned,
    PointsClawedBack,
    PointsEarned,
    PointsReturned,
    UnitPoints,
    UnitsReceived,
    UnitsReversed,
)
from minishop.orders.evolving import builder, is_awaited
from minishop.orders.handlers._draft import Draft

__all__ = ["earn", "give_back_benefits", "hand_out", "receive", "return_points", "reverse", "settle_down", "watch"]

_received, _completed = builder(UnitsReceived), builder(Completed)


def receive(draft: Draft, shipment: str, units: tuple[str, ...]) -> None:
    """The buyer has these units of one parcel; their window for after-sales begins."""
    until = draft.now + draft.ctx.policy.after_sale_window
    draft.note(_received(at=draft.now, shipment=shipment, units=units, window_ends_at=until))


def hand_out(draft: Draft) -> None:
    """Virtual goods are shipped and received the moment they are paid and nothing holds the order."""
    order = draft.order
    virtual = {line.id for line in order.terms.lines if not line.ships}
    if not virtual or order.hold != "none":
        return
    units = tuple(unit.id for unit in order.units if unit.line in virtual and not unit.pledge and not unit.is_received)
    if units:
        receive(draft, "", units)
        settle_down(draft)


def reverse(draft: Draft, source: str, after_sale: str, units: tuple[str, ...]) -> None:
    """The refund of these units has settled."""
    if not units:
        return
    draft.note(UnitsReversed(at=draft.now, source=source, units=units))
    return_points(draft, after_sale, units)
    earned = tuple(UnitPoints(unit.id, unit.earned) for unit in draft.order.units if unit.earned and unit.id in units)
    if earned:
        total = sum(entry.points for entry in earned)
        draft.note(PointsClawedBack(at=draft.now, source=after_sale, units=earned, points=total))
    if not draft.order.is_released and all(unit.is_reversed for unit in heads(draft.order)):
        give_back_benefits(draft)


def return_points(draft: Draft, source: str, units: tuple[str, ...]) -> None:
    """Points that these units were paid with go back to the lots they came from, the last lot first."""
    order = draft.order
    counts = tuple(
        UnitPoints(unit.id, count)
        for unit in order.units
        if unit.id in units and (count := order.terms_of(unit).points_count)
    )
    total = sum(entry.points for entry in counts)
    if total:
        lots = _refill(order.terms.lots, order.points_back, total)
        draft.note(PointsReturned(at=draft.now, source=source, units=counts, lots=lots, points=total))


def _refill(lots: tuple[PointsLot, ...], already: int, count: int) -> tuple[PointsLot, ...]:
    result = []
    for lot in reversed(lots):
        skipped = min(already, lot.count)
        already -= skipped
        part = min(count, lot.count - skipped)
        count -= part
        if part:
            result.append(PointsLot(lot.lot, part))
    return tuple(result)


def give_back_benefits(draft: Draft) -> None:
    """Coupons and limited uses go back, once."""
    terms = draft.order.terms
    if draft.order.is_released or not (terms.coupons or terms.claims):
        return
    draft.note(
        CouponsReturned(
            at=draft.now,
            coupons=tuple(coupon.id for coupon in terms.coupons),
            claims=terms.claims,
            extend_days=draft.ctx.policy.extend_days,
        )
    )


def settle_down(draft: Draft, shipments: Iterable[str] = ()) -> None:
    """Ends what has come to its end.

    Args:
        draft: The decision under way.
        shipments: Parcels whose units were received, reversed or left an after-sale.
    """
    for after_sale in draft.order.after_sales:
        if after_sale.kind is AfterSaleKind.EXCHANGE and _is_exchanged(draft.order, after_sale):
            draft.note(AfterSaleSettled(at=draft.now, after_sale=after_sale.id))
            shipments = (*shipments, *_shipments_of(draft.order, after_sale))
    for shipment in dict.fromkeys(shipments):
        watch(draft, shipment)
    _end(draft)


def _is_exchanged(order: Order, after_sale: AfterSale) -> bool:
    if after_sale.state is not AfterSaleState.RECEIVED:
        return False
    heirs = {entry.replacement for entry in after_sale.units if entry.replacement}
    return all(unit.is_received or unit.is_reversed for unit in order.units if unit.id in heirs)


def _shipments_of(order: Order, after_sale: AfterSale) -> tuple[str, ...]:
    ids = {entry.unit for entry in after_sale.units}
    return tuple(unit.shipment for unit in order.units if unit.id in ids)


def watch(draft: Draft, shipment: str) -> None:
    """Runs or stops the clock of a parcel: it runs while units wait for their receipt and none is in an after-sale."""
    order = draft.order
    parcel = order.shipment(shipment)
    if parcel is None or parcel.is_void:
        return
    is_to_run = is_awaited(order.units, shipment)
    if is_to_run == (order.timer(TimerKind.AUTO_RECEIVE, shipment) is not None):
        return
    if not is_to_run:
        draft.disarm(TimerKind.AUTO_RECEIVE, shipment)
    else:
        at = max(parcel.receive_at, draft.now + draft.ctx.policy.receive_again)
        draft.arm(TimerKind.AUTO_RECEIVE, shipment, at)


def _end(draft: Draft) -> None:
    order = draft.order
    if order.life is not Life.OPEN:
        return
    is_any_received = False
    for unit in order.units:
        if unit.id != unit.origin:
            continue
        if unit.is_received:
            is_any_received = True
        elif not unit.is_reversed:
            return
    if is_any_received:
        draft.note(_completed(at=draft.now))
        if _gives_points(order):
            earn(draft, [unit for unit in heads(draft.order) if not unit.pledge])
    else:
        draft.note(Closed(at=draft.now, reason="refunded"))


def _gives_points(order: Order) -> bool:
    for line in order.terms.lines:
        for unit in line.units:
            if unit.earned:
                return True
    return False


def earn(draft: Draft, units: list[Unit]) -> None:
    """These units earn their points."""
    order = draft.order
    gained = tuple([UnitPoints(unit.id, points) for unit in units if (points := order.terms_of(unit).earned)])
    if gained:
        total = sum(entry.points for entry in gained)
        draft.note(PointsEarned(at=draft.now, units=gained, points=total))
