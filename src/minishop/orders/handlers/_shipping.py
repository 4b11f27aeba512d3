"""Parcels: shipped, voided, delivered, received."""

from __future__ import annotations

from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleState, Life, TimerKind
from minishop.orders._facts import Shipment, Unit
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import Confirm, CorrectTracking, Deliver, Pick, ReceiveParcel, Ship, VoidShipment
from minishop.orders.events import (
    AfterSaleRefused,
    Delivered,
    Event,
    ParcelReturned,
    ShipmentVoided,
    Shipped,
    TrackingCorrected,
)
from minishop.orders.evolving import builder
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import receive, settle_down
from minishop.orders.handlers._units import named_units, picked, why_not_shipped
from minishop.quotes import Reason

__all__ = ["confirm", "correct_tracking", "deliver", "receive_parcel", "receive_shipment", "ship", "void_shipment"]

_shipment, _shipped, _delivered = builder(Shipment), builder(Shipped), builder(Delivered)


def ship(order: Order, command: Ship, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Units leave. Requested after-sales of theirs give way, if the seller says so."""
    if order.shipment(command.shipment) is not None:
        return refuse("id_taken", id=command.shipment)
    refused = _overridden(order, command) if command.override_after_sale else ()
    if refused:
        draft = Draft(order, ctx)
        for after_sale in refused:
            draft.note(AfterSaleRefused(at=ctx.now, after_sale=after_sale, reason="already_shipped"))
            draft.disarm(TimerKind.ANSWER, after_sale)
        order = draft.order
    units = _to_ship(order, command)
    if isinstance(units, Rejected):
        return units
    shipment = _shipment(
        id=command.shipment,
        units=tuple([unit.id for unit in units]),
        carrier=command.carrier,
        tracking=command.tracking,
        shipped_at=ctx.now,
        receive_at=ctx.now + ctx.policy.receive_after_shipping,
    )
    shipped = _shipped(at=ctx.now, shipment=shipment)
    return (*draft.done(), shipped) if refused else (shipped,)


def _overridden(order: Order, command: Ship) -> tuple[str, ...]:
    """Requested after-sales that stand in the way."""
    named = {want for want in command.units if isinstance(want, str)}
    lines = {want.line for want in command.units if isinstance(want, Pick)}
    meant = [unit for unit in order.units if not command.units or unit.id in named or unit.line in lines]
    concerned = {unit.after_sale for unit in meant if unit.after_sale and not unit.is_shipped}
    return tuple(
        after_sale.id
        for after_sale in order.after_sales
        if after_sale.id in concerned and after_sale.state is AfterSaleState.REQUESTED
    )


def _to_ship(order: Order, command: Ship) -> list[Unit] | Rejected:
    """The units to ship, if they can be shipped."""

    def why_not(unit: Unit) -> Reason | None:
        if order.life is Life.COMPLETED and not unit.is_replacement:
            return Reason("order_completed", {"unit": unit.id})
        return why_not_shipped(order, unit)

    if not command.units:
        units = [unit for unit in order.units if why_not(unit) is None]
        return units or refuse("nothing_to_ship")
    places = {unit.id: place for place, unit in enumerate(order.units)}
    return picked(order, command.units, why_not, lambda unit: places[unit.id])


def void_shipment(order: Order, command: VoidShipment, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The parcel never left."""
    parcel = order.shipment(command.shipment)
    if parcel is None or parcel.is_void:
        return refuse("unknown_shipment", shipment=command.shipment)
    units = [unit for unit in order.units if unit.shipment == parcel.id]
    for unit in units:
        if unit.is_received:
            return refuse("unit_received", unit=unit.id)
        if unit.pledge:
            return refuse("unit_pledged", unit=unit.id)
        if unit.after_sale:
            return refuse("unit_in_after_sale", unit=unit.id, after_sale=unit.after_sale)
    return (ShipmentVoided(at=ctx.now, shipment=parcel.id, units=tuple(unit.id for unit in units)),)


def correct_tracking(order: Order, command: CorrectTracking, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Another number."""
    parcel = order.shipment(command.shipment)
    if parcel is None or parcel.is_void:
        return refuse("unknown_shipment", shipment=command.shipment)
    carrier = parcel.carrier if command.carrier is None else command.carrier
    if (carrier, command.tracking) == (parcel.carrier, parcel.tracking):
        return ()
    return (TrackingCorrected(at=ctx.now, shipment=parcel.id, carrier=carrier, tracking=command.tracking),)


def deliver(order: Order, command: Deliver, ctx: Context) -> tuple[Event, ...]:
    """A scan; the earliest one counts, and none after receipt."""
    parcel = order.shipment(command.shipment)
    if parcel is None or parcel.is_void or order.life is Life.CLOSED:
        return ()
    if parcel.delivered_at is not None and parcel.delivered_at <= command.delivered_at:
        return ()
    if not any(unit.shipment == parcel.id and not unit.is_received for unit in order.units):
        return ()
    receive_at = command.delivered_at + ctx.policy.receive_after_delivery
    return (_delivered(at=ctx.now, shipment=parcel.id, delivered_at=command.delivered_at, receive_at=receive_at),)


def _awaited(order: Order, shipment: str) -> tuple[str, ...]:
    """Units of a parcel that the buyer can say to have."""
    return tuple(
        [
            unit.id
            for unit in order.units
            if unit.shipment == shipment and not unit.is_received and not unit.pledge and not unit.after_sale
        ]
    )


def confirm(order: Order, command: Confirm, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The buyer has the goods of these parcels."""
    for id in command.shipments:  # noqa: A001
        parcel = order.shipment(id)
        if parcel is None or parcel.is_void:
            return refuse("unknown_shipment", shipment=id)
    named = command.shipments or tuple([parcel.id for parcel in order.shipments if not parcel.is_void])
    draft = Draft(order, ctx)
    for id in dict.fromkeys(named):  # noqa: A001
        units = _awaited(order, id)
        if units:
            receive(draft, id, units)
    if not draft.events:
        return refuse("nothing_to_receive")
    settle_down(draft, named)
    return draft.done()


def receive_shipment(draft: Draft, shipment: str) -> None:
    """The parcel counts as received."""
    units = _awaited(draft.order, shipment)
    if units:
        receive(draft, shipment, units)
    settle_down(draft, (shipment,))


def receive_parcel(order: Order, command: ReceiveParcel, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Refunded units that the buyer never had are here again."""
    parcel = order.shipment(command.shipment)
    if parcel is None or parcel.is_void:
        return refuse("unknown_shipment", shipment=command.shipment)
    there = [
        unit.id
        for unit in order.units
        if unit.shipment == parcel.id and unit.is_reversed and not unit.is_received and not unit.is_returned
    ]
    units = named_units(order, command.units)
    if isinstance(units, Rejected):
        return units
    for unit in units:
        if unit.id not in there:
            return refuse("unit_not_refunded", unit=unit.id)
    ids = tuple(unit.id for unit in units) or tuple(there)
    if not ids:
        return refuse("nothing_to_receive")
    return (ParcelReturned(at=ctx.now, shipment=parcel.id, units=ids),)
