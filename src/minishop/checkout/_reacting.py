"""What follows from an order's events outside the order. Runs when the outbox is delivered, before the app hears of it.

A reaction only writes records, which the sweep works off. It may run again for the same event, or late; it looks at the
order as it is, so that changes nothing.
"""

from __future__ import annotations

from minishop.checkout._desk import Desk
from minishop.checkout._following import wake_parcels
from minishop.checkout._notices import note_label
from minishop.checkout._outcomes import Answer, Done, refused
from minishop.checkout._records import ORDER, load_order
from minishop.checkout._reporting import wake_reports
from minishop.flows import Flow
from minishop.storage import OutboxRow

__all__ = ["follow_again", "react"]

#: After which something may have left, or may have been corrected.
_LEAVING = frozenset(
    f"order.{name}"
    for name in (
        "hold-released",
        "paid",
        "refund-cancelled",
        "refund-granted",
        "shipment-voided",
        "shipped",
        "tracking-corrected",
        "units-received",
    )
)


def react(desk: Desk, row: OutboxRow) -> Flow[None]:
    """Writes down what is to be done outside because of an event."""
    is_leaving = row.topic in _LEAVING and (desk.reports or desk.trackers)
    if row.kind != ORDER or not (is_leaving or desk.notifies):
        return
    loaded = yield from load_order(row.id)
    if loaded is None:
        return
    if is_leaving and desk.reports:
        yield from wake_reports(desk, loaded[0])
    if is_leaving and desk.trackers:
        yield from wake_parcels(desk, loaded[0])
    if desk.notifies:
        yield from note_label(desk, row, loaded[0])


def follow_again(desk: Desk, order: str) -> Flow[Answer]:
    """Tries again what had failed for an order: its shipping report, the following of its parcels.

    For a person who has put right what an alert had said. What goes well is left alone.

    Args:
        desk: The shop's.
        order: Id of the order.

    Returns:
        Done: The sweep will do it.
        Refused: ``no_such_order``.
    """
    loaded = yield from load_order(order)
    if loaded is None:
        return refused("no_such_order", id=order)
    if desk.reports:
        yield from wake_reports(desk, loaded[0], again=True)
    if desk.trackers:
        yield from wake_parcels(desk, loaded[0], again=True)
    return Done(order=loaded[0], version=loaded[1])
