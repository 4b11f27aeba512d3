"""Parcels to the buyer."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from minishop.orders.commands._base import Command, Fact, Pick
from minishop.quotes.checks import aware

__all__ = ["Confirm", "CorrectTracking", "Deliver", "ReceiveParcel", "Ship", "VoidShipment"]


@frozen(kw_only=True)
class Ship(Command):
    """Hands units over to a carrier.

    Attributes:
        shipment: Id of the parcel.
        units: Unit ids or counts of a line (the lowest index first); empty: every unit that can be shipped.
        override_after_sale: Refuses requested after-sales of these units as ``already_shipped``.
    """

    shipment: str
    units: tuple[str | Pick, ...] = ()
    carrier: str = ""
    tracking: str = ""
    override_after_sale: bool = False


@frozen(kw_only=True)
class VoidShipment(Command):
    """The parcel was recorded wrongly: its units are here again."""

    shipment: str


@frozen(kw_only=True)
class CorrectTracking(Command):
    """Changes the parcel's number and nothing else."""

    shipment: str
    tracking: str
    carrier: str | None = None


@frozen(kw_only=True)
class Deliver(Fact):
    """The carrier has delivered.

    Attributes:
        delivered_at: The carrier's time.
    """

    shipment: str
    delivered_at: datetime = field(validator=aware)


@frozen(kw_only=True)
class Confirm(Command):
    """The buyer has the goods.

    Attributes:
        shipments: Ids of parcels; empty: all that were shipped.
    """

    shipments: tuple[str, ...] = ()


@frozen(kw_only=True)
class ReceiveParcel(Command):
    """Refunded units come back although nobody sent them back: refused at the door, or found.

    Attributes:
        units: Empty: every refunded unit of the parcel that the buyer never had.
    """

    shipment: str
    units: tuple[str, ...] = ()
