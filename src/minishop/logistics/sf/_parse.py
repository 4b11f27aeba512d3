"""Reading SF's routes.

``firstStatusCode`` counts more than ``opCode``. Operation 8000 is a message that says nothing about where the parcel
is. First codes 5, 6, 11 and 13 were seen without a reliable meaning, so they mean nothing here. A public table assigns
30, 50, 80 and 160 otherwise than SF's real answers do; it was not used.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import text_of
from minishop.logistics._reports import TrackingNotice
from minishop.logistics._shipment import Shipment
from minishop.logistics._tables import UNKNOWN, Meaning, status_table
from minishop.logistics._timeline import Entry, in_order, noted, ranked, summary
from minishop.logistics._times import read_time
from minishop.logistics.sf._account import NAME

__all__ = ["read_routes"]


def read_routes(routes: Iterable[Any], *, number: str, seen_at: datetime) -> Shipment:
    """Reads the routes of one parcel, from a query's answer or from a push.

    Args:
        routes: The entries.
        number: The waybill number.
        seen_at: When they came; aware.
    """
    notices: list[TrackingNotice] = []
    rows = in_order(routes, _time_of, notices, newest_first=False)
    events = tuple(_event(at, rank, entry, notices) for at, rank, entry in ranked(rows))
    report = summary(events, UNKNOWN, provider=NAME, seen_at=seen_at, carrier_code=NAME, carriers=("sf",))
    return Shipment(number=number, events=events, reports=(report,), warnings=notices)


def _time_of(entry: Entry) -> datetime | None:
    return read_time(entry.get("acceptTime"))


def _meaning(first: str, operation: str) -> Meaning:
    found = status_table("sf_first_status").read(first)
    return found if found.is_understood else status_table("sf_opcode").read(operation)


def _event(at: datetime, rank: int, entry: Entry, notices: list[TrackingNotice]) -> TrackingEvent:
    first, operation = text_of(entry.get("firstStatusCode")), text_of(entry.get("opCode"))
    meaning = noted(_meaning(first, operation), operation or first, notices)
    return TrackingEvent(
        at=at,
        text=text_of(entry.get("remark")),
        status=meaning.status,
        substatus=meaning.substatus,
        code=operation,
        parent_code=first,
        label=text_of(entry.get("firstStatusName")),
        location=text_of(entry.get("acceptAddress")),
        rank=rank,
    )
