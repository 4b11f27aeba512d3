"""The clocks of an order. Events that start or stop one say so by what they are: see each event's description."""

from __future__ import annotations

from minishop.orders._facts import Due, Unit
from minishop.orders.evolving._changed import builder

__all__ = ["clock", "is_awaited", "without"]

#: A clock that runs, as :class:`Due` makes it.
clock = builder(Due)


def without(timers: tuple[Due, ...], kind: str, subject: str = "") -> tuple[Due, ...]:
    """These clocks but one."""
    return tuple([due for due in timers if due.kind != kind or due.subject != subject])


def is_awaited(units: tuple[Unit, ...], shipment: str) -> bool:
    """Whether the clock of a parcel has something to run for: units that wait, and no after-sale that stops it."""
    waits = False
    for unit in units:
        if unit.shipment == shipment:
            if unit.after_sale:
                return False
            waits = waits or not (unit.is_received or unit.is_reversed)
    return waits
