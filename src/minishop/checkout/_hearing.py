"""News of a parcel, whoever brings it: merged into what is known, and handed on to the order in the same batch.

Merging is commutative and idempotent, so a push may come late, twice or out of order. Only ``delivered`` moves the
order; what comes back never counts as delivered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime

from attrs import evolve, field, frozen

from minishop.checkout._act import Request, decide_all, order_batch
from minishop.checkout._alerts import Raised, raised, with_alerts
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keeping import busy, load_record, put_record, try_commit
from minishop.checkout._kept import ParcelRecord, Waybill, Work
from minishop.checkout._plan import waybill_number
from minishop.checkout._records import load_order
from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.logistics import PushUpdate, Shipment, ShipmentStatus, SubscriptionState, merge
from minishop.orders import SYSTEM, Deliver, Rejected
from minishop.orders import Shipment as Shipped
from minishop.storage import Batch, Committed, EventRow

__all__ = ["Heard", "hear", "is_followed_as", "is_same_parcel", "is_too_early", "parcel_pushed"]

_COMES_BACK = frozenset({ShipmentStatus.RETURNING, ShipmentStatus.RETURNED})
_MOST_RENEWALS = 3


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


@frozen(kw_only=True)
class Heard:
    """What came of news from outside. Acknowledge them whatever it is.

    Attributes:
        orders: Ids of the orders about which something new is known now.
        unknown: Numbers (of parcels, of payments) that no order of this shop has.
    """

    orders: tuple[str, ...] = field(default=(), converter=_each_once)
    unknown: tuple[str, ...] = ()


def parcel_pushed(desk: Desk, updates: Iterable[PushUpdate]) -> Flow[Heard]:
    """Takes in news of parcels that a provider has pushed and somebody has verified.

    Late, twice or out of order they do no harm. A parcel that is delivered is delivered in its order as well, and the
    time for confirming it begins.

    Args:
        desk: The shop's.
        updates: Of :meth:`~minishop.logistics.TrackingProvider.parse_push`.

    Raises:
        StoreBusy: Not all of it is stored: do not acknowledge the push, it comes again.
    """
    orders: list[str] = []
    unknown: list[str] = []
    for update in updates:
        found = yield from _parcels_of(desk, update.shipment)
        if not found:
            unknown.append(update.shipment.number)
        for parcel in found:
            if (yield from hear(desk, parcel, update.shipment, _follows(update))):
                orders.append(parcel.order)
    return Heard(orders=tuple(orders), unknown=tuple(unknown))


def _parcels_of(desk: Desk, told: Shipment) -> Flow[tuple[ParcelRecord, ...]]:
    """The parcels that travel under a number. If they have several carriers, those of the carrier that is named."""
    waybill = yield from load_record(Waybill, told.number)
    found = []
    for name in waybill[0].parcels if waybill else ():
        loaded = yield from load_record(ParcelRecord, name)
        if loaded is not None and loaded[0].number == told.number:
            found.append(loaded[0])
    if len({parcel.carrier for parcel in found}) < 2:
        return tuple(found)
    named = {name for report in told.reports for name in report.carriers}
    return tuple(parcel for parcel in found if _carrier(desk, parcel) in named)


def _carrier(desk: Desk, parcel: ParcelRecord) -> str:
    try:
        return desk.parcel_policy.carrier(parcel.carrier)
    except InvalidInput:
        return ""


def is_followed_as(desk: Desk, parcel: ParcelRecord, shipment: Shipped) -> bool:
    """Whether a record follows what the order has now: the same number of the same carrier.

    It does not between a correction of the order and the delivery of the outbox.
    """
    return parcel.number == waybill_number(shipment.tracking) and _is_same_carrier(
        desk, parcel.carrier, shipment.carrier
    )


def _is_same_carrier(desk: Desk, one: str, other: str) -> bool:
    """Whether two words mean the same carrier."""
    try:
        return one == other or desk.parcel_policy.carrier(one) == desk.parcel_policy.carrier(other)
    except InvalidInput:
        return False


def _follows(update: PushUpdate) -> Callable[[ParcelRecord, datetime], ParcelRecord]:
    """What a push says about the subscription. A provider that gives up is asked again later, some times."""

    def change(parcel: ParcelRecord, now: datetime) -> ParcelRecord:
        if update.shipment.subscription is not SubscriptionState.ABORTED or parcel.state is not Work.DONE:
            return parcel
        if parcel.renewals >= _MOST_RENEWALS or update.resubscribe_after is None:
            return evolve(parcel, state=Work.FAILED, last_code="subscription_aborted")
        due = now + update.resubscribe_after
        return evolve(parcel, state=Work.WAITING, renewals=parcel.renewals + 1, due_at=due)

    return change


def hear(
    desk: Desk, asked: ParcelRecord, told: Shipment, change: Callable[[ParcelRecord, datetime], ParcelRecord]
) -> Flow[bool]:
    """Merges news into a parcel; tells whether anything is new.

    Args:
        desk: The shop's.
        asked: Its record as it was when somebody was asked, or when the push came. If it has another number or carrier
            by now, the news is of another parcel and says nothing.
        told: The news.
        change: What else becomes of the record.
    """
    for _ in range(desk.rounds):
        loaded = yield from load_record(ParcelRecord, asked.id)
        if loaded is None or not is_same_parcel(loaded[0], asked):
            return False
        now = yield from now_of()
        after = change(_merged(loaded[0], told), now)
        if after == loaded[0]:
            return False
        batch = yield from _batch(desk, *loaded, after, now)
        if isinstance((yield from try_commit(desk, batch)), Committed):
            return True
    raise busy("the parcel")


def is_same_parcel(one: ParcelRecord, other: ParcelRecord) -> bool:
    """Whether both follow the same number of the same carrier."""
    return (one.number, one.carrier) == (other.number, other.carrier)


def _merged(record: ParcelRecord, told: Shipment) -> ParcelRecord:
    if told.number != record.number:
        return record
    known = merge(record.tracking, told) if record.tracking is not None else told
    newest = known.events[-1].at if known.events else record.newest_at
    is_old = newest is not None and record.newest_at is not None and newest < record.newest_at
    if is_old or not (known.events or known.reports):
        return evolve(record, tracking=known)  # says nothing, or less than what was known before it was erased
    return evolve(
        record,
        tracking=known,
        status=known.status,
        substatus=known.substatus,
        newest_at=newest,
        delivered_at=known.delivered_at,
    )


def _batch(desk: Desk, before: ParcelRecord, version: int, after: ParcelRecord, now: datetime) -> Flow[Batch]:
    """The parcel, what is new about it for whoever listens, alerts, and the order if it moves."""
    alerts = yield from _alerts(desk, before, after, now)
    batch = with_alerts(Batch(now=now, puts=(put_record(desk, after, version),), events=_moved(before, after)), alerts)
    has_arrived = after.status is ShipmentStatus.DELIVERED and not _has_turned_back(before, after)
    if has_arrived and not is_too_early(desk, after):
        moved = yield from _order_batch(desk, after, now)
        if moved is not None:
            return evolve(
                moved,
                puts=(*moved.puts, *batch.puts),
                expects=(*moved.expects, *batch.expects),
                events=(*moved.events, *batch.events),
            )
    return batch


def _order_batch(desk: Desk, parcel: ParcelRecord, now: datetime) -> Flow[Batch | None]:
    """What delivery does to the order; ``None``: nothing (any more)."""
    loaded = yield from load_order(parcel.order)
    if loaded is None:
        return None
    order, version = loaded
    shipment = order.shipment(parcel.shipment)
    if shipment is None or not is_followed_as(desk, parcel, shipment):
        return None  # the news is of a number that was corrected
    delivered_at = min(parcel.delivered_at or now, now)
    decided = decide_all(desk, order, [Deliver(shipment=parcel.shipment, delivered_at=delivered_at)], now, SYSTEM)
    if isinstance(decided, Rejected) or not decided[1]:
        return None
    return order_batch(desk, decided[0], order, version, decided[1], now, Request(name="deliver"))


def _has_turned_back(before: ParcelRecord, after: ParcelRecord) -> bool:
    """Whether the parcel was on its way back: then a signature may well be the sender's, and a person has to look."""
    events = after.tracking.events if after.tracking else ()
    return before.status in _COMES_BACK or any(event.status in _COMES_BACK for event in events)


def is_too_early(desk: Desk, parcel: ParcelRecord) -> bool:
    """Whether the news is of an older parcel with the same number: numbers are used again."""
    at = parcel.delivered_at
    return at is not None and at < parcel.shipped_at - desk.parcel_policy.early


def _moved(before: ParcelRecord, after: ParcelRecord) -> tuple[EventRow, ...]:
    if (before.status, before.substatus) == (after.status, after.substatus):
        return ()
    said = {
        "order": after.order,
        "shipment": after.shipment,
        "number": after.number,
        "status": str(after.status),
        "substatus": after.substatus,
    }
    return (EventRow("parcel", after.id, 0, "parcel.moved", json.dumps(said)),)


def _alerts(desk: Desk, before: ParcelRecord, after: ParcelRecord, now: datetime) -> Flow[tuple[Raised, ...]]:
    found: tuple[Raised, ...] = ()
    said: dict[str, object] = {"order": after.order, "number": after.number}
    about = f"{after.id}:{after.number}"
    if after.status in _COMES_BACK and before.status not in _COMES_BACK:
        found += yield from raised(desk, "parcel_came_back", about, now, **said)
    if after.status is ShipmentStatus.DELIVERED and is_too_early(desk, after):
        at = after.delivered_at.isoformat() if after.delivered_at else ""
        found += yield from raised(desk, "parcel_doubtful", about, now, **said, at=at)
    if after.state is Work.FAILED and before.state is not Work.FAILED:
        found += yield from raised(desk, "parcel_not_followed", about, now, **said, reason=after.last_code)
    return found
