"""Reading what kuaidi100 says of a parcel; queries and pushes have the same form.

Traps: state ``0`` is "in transit" (and falsy in Python); ``ischeck`` is 1 also for parcels that went back, so it is not
read; events come newest first, unless asked for otherwise; without ``resultv2`` an event has no code.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.logistics._carriers import Namespace
from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import list_of, text_of
from minishop.logistics._reports import Report, TrackingNotice
from minishop.logistics._tables import status_table
from minishop.logistics._timeline import Entry, in_order, noted, ranked, summary
from minishop.logistics._times import read_time
from minishop.logistics.kuaidi100._account import NAME

__all__ = ["Leg", "read_leg"]


@frozen
class Leg:
    """One leg's events and summary."""

    report: Report
    events: tuple[TrackingEvent, ...]
    notices: tuple[TrackingNotice, ...]


def read_leg(result: Entry, *, seen_at: datetime, leg: int = 1, carrier_code: str = "") -> Leg:
    """Reads a query's answer, or ``lastResult`` or ``destResult`` of a push.

    Args:
        result: The object.
        seen_at: When it came; aware.
        leg: 2 for ``destResult``.
        carrier_code: kuaidi100's correction of the company, if it made one.
    """
    notices: list[TrackingNotice] = []
    rows = in_order(list_of(result.get("data")), _time_of, notices, newest_first=True)
    events = tuple(_event(at, rank, entry, leg, notices) for at, rank, entry in ranked(rows))
    state = text_of(result.get("state"))
    meaning = noted(status_table("kuaidi100").read(state), state, notices)
    report = summary(
        events,
        meaning,
        provider=NAME,
        seen_at=seen_at,
        raw_state=state,
        raw_substate=events[-1].code if events else "",
        carrier_code=carrier_code or result.get("com"),
        space=Namespace.KUAIDI100,
        leg=leg,
    )
    return Leg(report, events, tuple(notices))


def _time_of(entry: Entry) -> datetime | None:
    return read_time(entry.get("time")) or read_time(entry.get("ftime"))


def _event(at: datetime, rank: int, entry: Entry, leg: int, notices: list[TrackingNotice]) -> TrackingEvent:
    code = text_of(entry.get("statusCode"))
    meaning = noted(status_table("kuaidi100").read(code), code, notices)
    return TrackingEvent(
        at=at,
        text=text_of(entry.get("context")),
        status=meaning.status,
        substatus=meaning.substatus,
        code=code,
        label=text_of(entry.get("status")),
        location=text_of(entry.get("areaName")) or text_of(entry.get("location")),
        leg=leg,
        rank=rank,
    )
