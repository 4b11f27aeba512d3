"""Reading what KDNiao says of a parcel; queries and pushes have the same form.

Traps: ``State`` is sometimes a number; times come with hyphens or slashes; "no trace yet" is a success without
``Traces``; events come oldest first; 406 lies among the problems, but the parcel is home; 211 and 202 lie among "in
transit", but it is in a locker, or with the courier. ``StateEx`` is read if it is there, else ``State``.
"""

from __future__ import annotations

from datetime import datetime

from minishop.logistics._carriers import Namespace
from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import list_of, text_of
from minishop.logistics._reports import TrackingNotice
from minishop.logistics._shipment import Shipment
from minishop.logistics._tables import status_table
from minishop.logistics._timeline import Entry, in_order, noted, ranked, summary
from minishop.logistics._times import read_time
from minishop.logistics.kdniao._account import NAME

__all__ = ["read_parcel"]


def read_parcel(said: Entry, *, number: str, seen_at: datetime, carrier_code: str = "") -> Shipment:
    """Reads a query's answer, or one entry of a push's ``Data``.

    Args:
        said: The object.
        number: The waybill number.
        seen_at: When it came; aware.
        carrier_code: What was asked for, if the answer does not name the carrier.
    """
    notices: list[TrackingNotice] = []
    rows = in_order(list_of(said.get("Traces")), _time_of, notices, newest_first=False)
    events = tuple(_event(at, rank, entry, notices) for at, rank, entry in ranked(rows))
    state, fine = text_of(said.get("State")), text_of(said.get("StateEx"))
    read = status_table("kdniao_stateex").read(fine) if fine else status_table("kdniao_state").read(state)
    report = summary(
        events,
        noted(read, fine or state, notices),
        provider=NAME,
        seen_at=seen_at,
        raw_state=state,
        raw_substate=fine,
        carrier_code=text_of(said.get("ShipperCode")) or carrier_code,
        space=Namespace.KDNIAO,
    )
    return Shipment(number=number, events=events, reports=(report,), warnings=notices)


def _time_of(entry: Entry) -> datetime | None:
    return read_time(entry.get("AcceptTime"))


def _event(at: datetime, rank: int, entry: Entry, notices: list[TrackingNotice]) -> TrackingEvent:
    code = text_of(entry.get("Action"))
    meaning = noted(status_table("kdniao_stateex").read(code), code, notices)
    return TrackingEvent(
        at=at,
        text=text_of(entry.get("AcceptStation")) or text_of(entry.get("Remark")),
        status=meaning.status,
        substatus=meaning.substatus,
        code=code,
        location=text_of(entry.get("Location")),
        rank=rank,
    )
