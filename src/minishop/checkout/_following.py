"""Following parcels: a provider is asked for pushes, or about each parcel from time to time.

The outbox makes a record of each parcel that has a number; the sweep subscribes or asks. Whatever is heard of it goes
through :mod:`minishop.checkout._hearing`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from minishop.checkout._alerts import Raised, raised
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._hearing import hear, is_followed_as, is_same_parcel, is_too_early
from minishop.checkout._keeping import busy, keep, load_due, load_record, load_records, put_record, taken_until
from minishop.checkout._kept import ParcelRecord, Waybill, Work
from minishop.checkout._plan import waybill_number
from minishop.checkout._ports import AskAboutParcel, SubscribeToParcel
from minishop.checkout._records import ORDER, load_order
from minishop.errors import InvalidInput, MinishopError, OutcomeUnknown
from minishop.flows import Flow, ask
from minishop.logistics import (
    Capabilities,
    ErrorKind,
    PhoneNeed,
    ProviderError,
    ShipmentStatus,
    SubscribeRequest,
    TrackRequest,
)
from minishop.logistics import Shipment as Told
from minishop.orders import Order, Shipment
from minishop.storage import DueTimer, Expect, Put

__all__ = ["follow_parcel", "parcels", "wake_parcels"]

_RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
_NOT_A_FAILURE = frozenset({ErrorKind.NOT_FOUND_YET, ErrorKind.RATE_LIMITED})


def parcels(desk: Desk, order: str) -> Flow[tuple[ParcelRecord, ...]]:
    """The parcels of an order that are followed, with all that their carriers have said (``tracking``).

    Parcels that were taken back are left out, and those that have no number.

    Args:
        desk: The shop's.
        order: Id of the order.
    """
    loaded = yield from load_order(order)
    there = [one for one in loaded[0].shipments if not one.is_void] if loaded else []
    return (yield from load_records(ParcelRecord, tuple(_name(order, one) for one in there)))


def _name(order: str, shipment: Shipment) -> str:
    return f"{order}/{shipment.id}"


# -- waking -----------------------------------------------------------------------------------------------------------


def wake_parcels(desk: Desk, order: Order, *, again: bool = False) -> Flow[None]:
    """Makes sure that every parcel of an order is followed under the number that it has now.

    Args:
        desk: The shop's.
        order: Names its parcels; what they have now is loaded.
        again: Try also what had failed.
    """
    for shipment in order.shipments:
        if shipment.tracking:
            yield from _wake(desk, order.id, shipment.id, again)


def _wake(desk: Desk, name: str, parcel: str, again: bool) -> Flow[None]:
    for _ in range(desk.rounds):
        now = yield from now_of()
        loaded = yield from load_order(name)
        shipment = loaded[0].shipment(parcel) if loaded else None
        if loaded is None or shipment is None or not shipment.tracking:
            return
        order, version = loaded
        known = yield from load_record(ParcelRecord, _name(name, shipment))
        after = _woken(desk, order, shipment, known[0] if known else None, now, again)
        if after is None:
            return
        more = yield from _waybill_put(desk, after, now)
        expects = (Expect(ORDER, name, version),)  # else a number that was corrected meanwhile comes back
        if (yield from keep(desk, after, known[1] if known else 0, now, more=more, expects=expects)) is not None:
            return
    raise busy("the parcel")


def _woken(
    desk: Desk, order: Order, shipment: Shipment, known: ParcelRecord | None, now: datetime, again: bool
) -> ParcelRecord | None:
    """The record as it should be; ``None``: it is so."""
    if shipment.is_void:
        is_over = known is None or known.due_at is None
        return None if known is None or is_over else evolve(known, state=Work.DONE, due_at=None)
    if known is not None and is_followed_as(desk, known, shipment):
        has_failed = (again or known.carrier != shipment.carrier) and known.state is Work.FAILED
        return evolve(known, state=Work.WAITING, due_at=now, attempts=0, renewals=0) if has_failed else None
    number = waybill_number(shipment.tracking)
    return ParcelRecord(
        id=_name(order.id, shipment),
        order=order.id,
        buyer=order.buyer,
        shipment=shipment.id,
        number=number,
        carrier=shipment.carrier,
        shipped_at=shipment.shipped_at,
        created_at=known.created_at if known else now,
        due_at=now,
        tracking=Told(number=number),
    )


def _waybill_put(desk: Desk, parcel: ParcelRecord, now: datetime) -> Flow[Put | None]:
    """That the parcel travels under its number; ``None``: that is known."""
    known = yield from load_record(Waybill, parcel.number)
    if known is None:
        return put_record(desk, Waybill(id=parcel.number, parcels=(parcel.id,), created_at=now), 0)
    if parcel.id in known[0].parcels:
        return None
    return put_record(desk, evolve(known[0], parcels=(*known[0].parcels, parcel.id)), known[1])


# -- the sweep's work -------------------------------------------------------------------------------------------------


def follow_parcel(desk: Desk, timer: DueTimer) -> Flow[bool]:
    """Subscribes to a parcel, or asks about it; tells whether there is news."""
    now = yield from now_of()
    loaded = yield from load_due(ParcelRecord, timer.record_id, now)
    if loaded is None:
        return False
    record, version = loaded
    order = yield from load_order(record.order)
    if (
        order is None
        or not _is_awaited(order[0], record.shipment)
        or now - record.shipped_at > desk.parcel_policy.follow_for
    ):
        return (yield from keep(desk, evolve(record, state=Work.DONE, due_at=None), version, now)) is not None
    shipment = order[0].shipment(record.shipment)
    if shipment is None or not is_followed_as(desk, record, shipment):
        return False  # it was corrected, and the outbox brings the new number
    try:
        provider, request = _request(desk, order[0], record)
    except InvalidInput as error:
        after = _given_up(record, error.code)
        alerts = yield from _alert(desk, record, now, error.code)
        return (yield from keep(desk, after, version, now, alerts=alerts)) is not None
    taken = evolve(taken_until(record, now), provider=provider, attempts=record.attempts + 1)
    if (yield from keep(desk, taken, version, now)) is None:
        return False
    return (yield from _call(desk, taken, request))


def _is_awaited(order: Order, shipment: str) -> bool:
    """Whether anybody still waits for the parcel."""
    return any(unit.shipment == shipment and not unit.is_received for unit in order.units)


def _request(desk: Desk, order: Order, record: ParcelRecord) -> tuple[str, TrackRequest]:
    """Whom to ask, and what.

    Raises:
        InvalidInput: ``carrier_unclear``; the number or the telephone number is none.
    """
    policy = desk.parcel_policy
    carrier = policy.carrier(record.carrier) if record.carrier else ""
    name = record.provider if record.provider in desk.trackers else _provider(desk, carrier)
    capabilities = desk.trackers.get(name)
    if capabilities is None:
        raise InvalidInput("provider", "unknown_value", f"the shop has no provider {name!r}", params={"got": name})
    if not carrier and not (capabilities.subscribe and capabilities.detect):
        raise InvalidInput("carrier", "carrier_unclear", "must be named")
    phone = order.address.phone if order.address and capabilities.phone_need(carrier) is not PhoneNeed.NO else ""
    return name, TrackRequest(number=record.number, carrier=carrier, phone=phone)


def _provider(desk: Desk, carrier: str) -> str:
    if desk.parcel_policy.provider is not None:
        return desk.parcel_policy.provider(carrier)
    return carrier if carrier in desk.trackers else next(iter(desk.trackers))


def _call(desk: Desk, record: ParcelRecord, request: TrackRequest) -> Flow[bool]:
    capabilities = desk.trackers[record.provider]
    try:
        if capabilities.subscribe:
            told = yield from ask(SubscribeToParcel(record.provider, SubscribeRequest(parcel=request)))
        else:
            told = yield from ask(AskAboutParcel(record.provider, request))
    except MinishopError as error:
        if not (isinstance(error, ProviderError) and error.kind is ErrorKind.DUPLICATE):
            return (yield from _failed(desk, record, error))
        told = Told(number=record.number)  # somebody has subscribed before; that is all that we want

    def answered(there: ParcelRecord, now: datetime) -> ParcelRecord:
        if not _is_ours(there, record):
            return there
        return evolve(_next(desk, there, capabilities, now), attempts=0, last_code="")

    return (yield from hear(desk, record, told, answered))


def _is_ours(there: ParcelRecord, record: ParcelRecord) -> bool:
    """Whether the record still waits for the call that we have made."""
    is_called = (there.state, there.due_at, there.attempts) == (Work.CALLING, record.due_at, record.attempts)
    return is_called and is_same_parcel(there, record)


def _next(desk: Desk, record: ParcelRecord, capabilities: Capabilities, now: datetime) -> ParcelRecord:
    """After the provider has answered: pushes will come, or it is asked again until the parcel is there."""
    if capabilities.subscribe or (record.status is ShipmentStatus.DELIVERED and not is_too_early(desk, record)):
        return evolve(record, state=Work.DONE, due_at=None)
    return evolve(record, state=Work.WAITING, due_at=now + _pause(desk, capabilities))


def _pause(desk: Desk, capabilities: Capabilities) -> timedelta:
    return max(capabilities.min_interval, desk.parcel_policy.poll_every)


def _failed(desk: Desk, record: ParcelRecord, error: MinishopError) -> Flow[bool]:
    capabilities = desk.trackers[record.provider]
    for _ in range(desk.rounds):
        loaded = yield from load_record(ParcelRecord, record.id)
        if loaded is None or not _is_ours(loaded[0], record):
            return False
        now = yield from now_of()
        due = _retry_at(desk, record, error, capabilities, now)
        alerts: tuple[Raised, ...] = ()
        if due is None:
            after = _given_up(loaded[0], error.code)
            alerts = yield from _alert(desk, record, now, error.code)
        else:
            after = evolve(loaded[0], state=Work.WAITING, due_at=due, last_code=error.code)
            if _is_no_failure(error):
                after = evolve(after, attempts=record.attempts - 1)
                if after.status is ShipmentStatus.PENDING and now - record.shipped_at > desk.parcel_policy.unknown_for:
                    alerts = yield from _alert(desk, record, now, "never_found")
        if (yield from keep(desk, after, loaded[1], now, alerts=alerts)) is not None:
            return True
    raise busy("the parcel")


def _retry_at(
    desk: Desk, record: ParcelRecord, error: MinishopError, capabilities: Capabilities, now: datetime
) -> datetime | None:
    """When to ask again; ``None``: a person has to look."""
    least = (error.retry_after if isinstance(error, ProviderError) else None) or timedelta(0)
    if _is_no_failure(error):
        return now + max(least, _pause(desk, capabilities))
    if not error.retryable and not isinstance(error, OutcomeUnknown):
        return None
    return now + max(least, _RETRIES[record.attempts - 1]) if record.attempts <= len(_RETRIES) else None


def _is_no_failure(error: MinishopError) -> bool:
    return isinstance(error, ProviderError) and error.kind in _NOT_A_FAILURE


def _given_up(record: ParcelRecord, code: str) -> ParcelRecord:
    return evolve(record, state=Work.FAILED, last_code=code, due_at=None)


def _alert(desk: Desk, record: ParcelRecord, now: datetime, reason: str) -> Flow[tuple[Raised, ...]]:
    about = f"{record.id}:{record.number}:{record.carrier}:{reason}"
    found = yield from raised(
        desk, "parcel_not_followed", about, now, order=record.order, number=record.number, reason=reason
    )
    return found
