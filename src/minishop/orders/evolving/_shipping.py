"""What events about parcels and clocks make of an order."""

from __future__ import annotations

from minishop.orders._enums import Life
from minishop.orders._facts import Due
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
from minishop.orders.evolving._changed import changed, put, swapped

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


def _with_units(order: Order, ids: tuple[str, ...], **changes: object) -> Order:
    units = tuple([changed(unit, **changes) if unit.id in ids else unit for unit in order.units])
    return put(order, units=units)


def shipped(order: Order, event: Shipped) -> Order:
    parcel = event.shipment
    ids = set(parcel.units)
    units = tuple([changed(unit, shipment=parcel.id) if unit.id in ids else unit for unit in order.units])
    return put(order, units=units, shipments=(*order.shipments, parcel))


def shipment_voided(order: Order, event: ShipmentVoided) -> Order:
    shipments = swapped(order.shipments, event.shipment, is_void=True)
    return put(_with_units(order, event.units, shipment=""), shipments=shipments)


def tracking_corrected(order: Order, event: TrackingCorrected) -> Order:
    changes = {"carrier": event.carrier, "tracking": event.tracking}
    return put(order, shipments=swapped(order.shipments, event.shipment, **changes))


def delivered(order: Order, event: Delivered) -> Order:
    changes = {"delivered_at": event.delivered_at, "receive_at": event.receive_at}
    return put(order, shipments=swapped(order.shipments, event.shipment, **changes))


def units_received(order: Order, event: UnitsReceived) -> Order:
    return _with_units(order, event.units, is_received=True, window_ends_at=event.window_ends_at)


def parcel_returned(order: Order, event: ParcelReturned) -> Order:
    return _with_units(order, event.units, is_returned=True)


def completed(order: Order, event: Completed) -> Order:
    return put(order, life=Life.COMPLETED)


def _without(order: Order, kind: str, subject: str) -> tuple[Due, ...]:
    if not order.timers:
        return ()
    return tuple([due for due in order.timers if due.kind != kind or due.subject != subject])


def timer_armed(order: Order, event: TimerArmed) -> Order:
    due = event.due
    return put(order, timers=(*_without(order, due.kind, due.subject), due))


def timer_disarmed(order: Order, event: TimerDisarmed) -> Order:
    return put(order, timers=_without(order, event.kind, event.subject))
