"""Shipped, delivered, received."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.orders._facts import Shipment
from minishop.orders.events._base import Event

__all__ = [
    "AfterSaleWindowClosed",
    "Completed",
    "Delivered",
    "ParcelReturned",
    "ShipmentVoided",
    "Shipped",
    "TrackingCorrected",
    "UnitsReceived",
]


@frozen(kw_only=True)
class Shipped(Event):
    """Units left: stock on hand and allocated stock go down together. The parcel's clock runs."""

    shipment: Shipment


@frozen(kw_only=True)
class ShipmentVoided(Event):
    """They never left: stock on hand and allocated stock go up again. The parcel's clock stops."""

    shipment: str
    units: tuple[str, ...]


@frozen(kw_only=True)
class TrackingCorrected(Event):
    """The parcel has another number."""

    shipment: str
    carrier: str
    tracking: str


@frozen(kw_only=True)
class Delivered(Event):
    """The carrier has delivered. The parcel's clock, if it runs, runs until ``receive_at``.

    Attributes:
        delivered_at: The carrier's time.
        receive_at: When the parcel counts as received.
    """

    shipment: str
    delivered_at: datetime
    receive_at: datetime


@frozen(kw_only=True)
class UnitsReceived(Event):
    """The buyer has these units. Their window's clock runs; that of the parcel stops if it waits for no more.

    Attributes:
        shipment: Empty for virtual goods.
        window_ends_at: First instant at which the buyer cannot open an after-sale for them.
    """

    shipment: str
    units: tuple[str, ...]
    window_ends_at: datetime


@frozen(kw_only=True)
class ParcelReturned(Event):
    """Refunded units came back by themselves; they can be put on the shelf."""

    shipment: str
    units: tuple[str, ...]


@frozen(kw_only=True)
class Completed(Event):
    """Every unit is received, returned or refunded, and at least one was received."""


@frozen(kw_only=True)
class AfterSaleWindowClosed(Event):
    """The buyer's time for after-sales of a parcel is over."""

    shipment: str
