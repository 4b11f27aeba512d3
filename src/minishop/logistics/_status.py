"""The eleven states of a parcel, whoever carries it, and the states of a subscription to its news."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ShipmentStatus", "SubscriptionState"]


class ShipmentStatus(StrEnum):
    """Where a parcel is. Finer differences (customs, a locker, a refusal) are in the open ``substatus`` beside it."""

    PENDING = "pending"
    """The number is known; nothing was handed over yet, or there is no data."""
    PICKED_UP = "picked_up"
    """The carrier has it."""
    IN_TRANSIT = "in_transit"
    """Moving; customs and forwarding too."""
    OUT_FOR_DELIVERY = "out_for_delivery"
    """With the last courier."""
    READY_FOR_PICKUP = "ready_for_pickup"
    """In a locker, at a station, at a counter."""
    DELIVERED = "delivered"
    """Signed by or for the recipient."""
    EXCEPTION = "exception"
    """Somebody should look: refused, unreachable, damaged, held by customs, stalled."""
    RETURNING = "returning"
    """On its way back."""
    RETURNED = "returned"
    """Back with the sender."""
    CANCELLED = "cancelled"
    """The waybill is void."""
    UNKNOWN = "unknown"
    """A code that nobody has explained yet; the raw one is kept."""

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more is expected. A hint: parcels do go from delivered to returned, and events come late."""
        return self in _TERMINAL


_TERMINAL = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED, ShipmentStatus.CANCELLED})


class SubscriptionState(StrEnum):
    """Whether a provider still sends news. It says nothing about the parcel: providers give up on healthy ones."""

    NONE = "none"
    """Nobody has subscribed, or nothing was heard of it."""
    ACTIVE = "active"
    FINISHED = "finished"
    """The provider considers the parcel finished."""
    ABORTED = "aborted"
    """The provider has given up: no record, or no change for long."""
