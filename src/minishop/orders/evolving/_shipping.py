"""What events about parcels and clocks make of an order."""

from __future__ import annotations

from minishop.orders._enums import Life, TimerKind
from minishop.orders._facts import Unit
from minishop.orders._order import Order
from minishop.orders.events import (
    Completed,
    Delivered,
    ParcelReturned,
    ShipmentVoided,
    Shipped,
    TimerArmed,
    TimerDisarmed,
    TrackingCorrected,
    UnitsReceived,
)
from minishop.orders.evolving._changed import Open, changed, put, swapped
from minishop.orders.evolving._clocks import clock, is_awaited, without

__all__ = [
    "completed",
    "delivered",
    "parcel_returned",
    "shipment_voided",
    "shipped",
    "timer_armed",
    "timer_disarmed",
    "tracking_corrected",
    "units_received",
]


def _units(order: Order, ids: tuple[str, ...], **changes: object) -> tuple[Unit, ...]:
    return tuple([changed(unit, **changes) if unit.id in ids else unit for unit in order.units])


def shipped(order: Open, event: Shipped) -> Open:
    parcel = event.shipment
    order.units = _units(order, parcel.units, shipment=parcel.id)
    order.shipments = (*order.shipments, parcel)
    order.timers = (*order.timers, clock(TimerKind.AUTO_RECEIVE, order.terms.id, parcel.id, parcel.receive_at))
    return order


def shipment_voided(order: Order, event: ShipmentVoided) -> Order:
    shipments = swapped(order.shipments, event.shipment, is_void=True)
    timers = without(order.timers, TimerKind.AUTO_RECEIVE, event.shipment)
    return put(order, units=_units(order, event.units, shipment=""), shipments=shipments, timers=timers)


def tracking_corrected(order: Order, event: TrackingCorrected) -> Order:
    changes = {"carrier": event.carrier, "tracking": event.tracking}
    return put(order, shipments=swapped(order.shipments, event.shipment, **changes))


def delivered(order: Open, event: Delivered) -> Open:
    at, shipment = event.receive_at, event.shipment
    order.shipments = swapped(order.shipments, shipment, delivered_at=event.delivered_at, receive_at=at)
    others = without(order.timers, TimerKind.AUTO_RECEIVE, shipment)
    if len(others) < len(order.timers):  # it stands still while there is an after-sale
        order.timers = (*others, clock(TimerKind.AUTO_RECEIVE, order.terms.id, shipment, at))
    return order


def units_received(order: Open, event: UnitsReceived) -> Open:
    until, shipment = event.window_ends_at, event.shipment
    order.units = _units(order, event.units, is_received=True, window_ends_at=until)
    over = (TimerKind.WINDOW,) if is_awaited(order.units, shipment) else (TimerKind.WINDOW, TimerKind.AUTO_RECEIVE)
    kept = [due for due in order.timers if due.subject != shipment or due.kind not in over]
    order.timers = (*kept, clock(TimerKind.WINDOW, order.terms.id, shipment, until))
    return order


def parcel_returned(order: Order, event: ParcelReturned) -> Order:
    return put(order, units=_units(order, event.units, is_returned=True))


def completed(order: Order, event: Completed) -> Order:
    return put(order, life=Life.COMPLETED)


def timer_armed(order: Order, event: TimerArmed) -> Order:
    due = event.due
    return put(order, timers=(*without(order.timers, due.kind, due.subject), due))


def timer_disarmed(order: Order, event: TimerDisarmed) -> Order:
    return put(order, timers=without(order.timers, event.kind, event.subject))
