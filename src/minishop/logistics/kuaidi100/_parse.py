"""Reading what kuaidi100 says of a parcel; queries and pushes have the same form.

Traps: state ``0`` is "in transit" (and falsy in Python); ``ischeck`` is 1 also for parcels that went back, so it is not
read; events come newest first, unless asked for otherwise; without ``resultv2`` an event has no code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from attrs import frozen

from minishop.logistics._carriers import Namespace, find_carriers
from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import list_of, text_of
from minishop.logistics._reports import Report, TrackingNotice
from minishop.logistics._status import ShipmentStatus
from minishop.logistics._tables import NOTE, Meaning, StatusTable, status_table
from minishop.logistics._times import read_time
from minishop.logistics.kuaidi100._account import NAME

__all__ = ["Leg", "read_leg"]

_NO_INFO = Meaning(ShipmentStatus.PENDING, "no_info")

_Row: TypeAlias = tuple[datetime, Mapping[str, Any]]


@frozen
class Leg:
    """One leg's events and summary."""

    report: Report
    events: tuple[TrackingEvent, ...]
    notices: tuple[TrackingNotice, ...]


def read_leg(result: Mapping[str, Any], *, seen_at: datetime, leg: int = 1, carrier_code: str = "") -> Leg:
    """Reads a query's answer, or ``lastResult`` or ``destResult`` of a push.

    Args:
        result: The object.
        seen_at: When it came; aware.
        leg: 2 for ``destResult``.
        carrier_code: kuaidi100's correction of the company, if it made one.
    """
    table = status_table("kuaidi100")
    rows, notices = _rows(list_of(result.get("data")))
    events = _events(rows, table, leg, notices)
    state = text_of(result.get("state"))
    meaning = table.read(state)
    if not events and meaning.status in (ShipmentStatus.IN_TRANSIT, ShipmentStatus.UNKNOWN):
        meaning = _NO_INFO
    elif state and not meaning.is_understood:
        notices.append(TrackingNotice("unknown_code", state))
    code = carrier_code or text_of(result.get("com"))
    newest = events[-1] if events else None
    report = Report(
        provider=NAME,
        seen_at=seen_at,
        newest=newest.at if newest else None,
        status=meaning.status,
        substatus=meaning.substatus,
        raw_state=state,
        raw_substate=newest.code if newest else "",
        carrier_code=code,
        carriers=tuple(carrier.id for carrier in find_carriers(code, Namespace.KUAIDI100)),
        leg=leg,
    )
    return Leg(report, tuple(events), tuple(notices))


def _rows(data: Sequence[Any]) -> tuple[list[_Row], list[TrackingNotice]]:
    """The entries with their times, oldest first."""
    rows: list[_Row] = []
    notices: list[TrackingNotice] = []
    for entry in data:
        if not isinstance(entry, dict):
            continue
        at = read_time(entry.get("time")) or read_time(entry.get("ftime"))
        if at is None:
            notices.append(TrackingNotice("unreadable_time", text_of(entry.get("time"))[:40]))
        else:
            rows.append((at, entry))
    if rows and rows[0][0] >= rows[-1][0]:
        rows.reverse()
    return rows, notices


def _events(rows: list[_Row], table: StatusTable, leg: int, notices: list[TrackingNotice]) -> list[TrackingEvent]:
    """The events, ascending; of the same time in kuaidi100's order."""
    ranks: dict[datetime, int] = {}
    events = []
    for at, entry in rows:
        code = text_of(entry.get("statusCode"))
        meaning = table.read(code) if code else NOTE
        if code and not meaning.is_understood:
            notices.append(TrackingNotice("unknown_code", code))
        rank = ranks[at] = ranks.get(at, -1) + 1
        events.append(
            TrackingEvent(
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
        )
    events.sort(key=lambda event: event.at)
    return events
