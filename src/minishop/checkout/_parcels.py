"""Parcels: handed over, delivered, confirmed."""

from __future__ import annotations

from datetime import datetime

from minishop.checkout._act import Request, act
from minishop.checkout._desk import Desk
from minishop.checkout._keys import derived_id
from minishop.checkout._outcomes import Answer
from minishop.flows import Flow
from minishop.orders import (
    SYSTEM,
    Actor,
    Confirm,
    CorrectTracking,
    Deliver,
    Pick,
    ReceiveParcel,
    ReleaseHold,
    Role,
    Ship,
    VoidShipment,
)

__all__ = ["confirm", "correct_tracking", "deliver", "receive_parcel", "release_hold", "ship", "void_shipment"]


def ship(
    desk: Desk,
    order: str,
    *,
    seller: str,
    key: str,
    units: tuple[str | Pick, ...] = (),
    carrier: str = "",
    tracking: str = "",
    override_after_sale: bool = False,
    shipment: str | None = None,
) -> Flow[Answer]:
    """Hands units over to a carrier; stock leaves the shelf in the same batch.

    Args:
        desk: The shop's.
        order: Id of the order.
        seller: Who ships.
        key: The caller's idempotency key.
        units: Unit ids, or counts of a line; empty: all that can be shipped.
        carrier: The carrier.
        tracking: Number of the parcel.
        override_after_sale: Refuse requested after-sales of these units as ``already_shipped``.
        shipment: Id of the parcel; made from the key unless given.

    Returns:
        Done: It is on its way.
        Refused: Reasons of the order's guards; ``stock_short``.
    """
    command = Ship(
        shipment=shipment or derived_id("h", order, key),
        units=units,
        carrier=carrier,
        tracking=tracking,
        override_after_sale=override_after_sale,
    )
    return (yield from act(desk, order, [command], _seller("ship", seller, key, order, command)))


def void_shipment(desk: Desk, order: str, *, seller: str, key: str, shipment: str) -> Flow[Answer]:
    """Takes back a parcel that was recorded wrongly: its units are on the shelf again."""
    command = VoidShipment(shipment=shipment)
    return (yield from act(desk, order, [command], _seller("void_shipment", seller, key, order, command)))


def correct_tracking(
    desk: Desk, order: str, *, seller: str, key: str, shipment: str, tracking: str, carrier: str | None = None
) -> Flow[Answer]:
    """Changes a parcel's number, and its carrier if given."""
    command = CorrectTracking(shipment=shipment, tracking=tracking, carrier=carrier)
    return (yield from act(desk, order, [command], _seller("correct_tracking", seller, key, order, command)))


def deliver(desk: Desk, order: str, *, shipment: str, delivered_at: datetime) -> Flow[Answer]:
    """Records that the carrier has delivered; repeated, late or out of order it does no harm.

    Args:
        desk: The shop's.
        order: Id of the order.
        shipment: Id of the parcel.
        delivered_at: The carrier's time; aware.
    """
    command = Deliver(shipment=shipment, delivered_at=delivered_at)
    return (yield from act(desk, order, [command], Request(name="deliver")))


def confirm(desk: Desk, order: str, *, buyer: str, key: str, shipments: tuple[str, ...] = ()) -> Flow[Answer]:
    """The buyer has the goods: those of the named parcels, or all that were shipped."""
    command = Confirm(shipments=shipments)
    request = Request(
        name="confirm", actor=Actor(Role.BUYER, buyer), key=key, arguments={"order": order, "command": command}
    )
    return (yield from act(desk, order, [command], request))


def receive_parcel(
    desk: Desk, order: str, *, seller: str, key: str, shipment: str, units: tuple[str, ...] = ()
) -> Flow[Answer]:
    """Refunded units came back by themselves, for example refused at the door: they go back on the shelf."""
    command = ReceiveParcel(shipment=shipment, units=units)
    return (yield from act(desk, order, [command], _seller("receive_parcel", seller, key, order, command)))


def release_hold(desk: Desk, order: str) -> Flow[Answer]:
    """The group is full: the order may be shipped. Again is harmless."""
    request = Request(name="release_hold", actor=SYSTEM, key=order)  # an order is held once
    return (yield from act(desk, order, [ReleaseHold()], request))


def _seller(name: str, seller: str, key: str, order: str, command: object) -> Request:
    return Request(name=name, actor=Actor(Role.SELLER, seller), key=key, arguments={"order": order, "command": command})
