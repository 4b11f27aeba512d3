"""From a provider's list of entries to events in order, and to a shipment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from minishop.logistics._carriers import Namespace, candidate_ids
from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import text_of
from minishop.logistics._reports import Report, TrackingNotice
from minishop.logistics._status import ShipmentStatus
from minishop.logistics._tables import NOTE, Meaning

__all__ = ["Entry", "in_order", "noted", "ranked", "summary"]

Entry: TypeAlias = Mapping[str, Any]

_NO_INFO = Meaning(ShipmentStatus.PENDING, "no_info")


def in_order(
    entries: Iterable[Any],
    time_of: Callable[[Entry], datetime | None],
    notices: list[TrackingNotice],
    *,
    newest_first: bool,
) -> list[tuple[datetime, Entry]]:
    """The entries with their times, oldest first; what has no time is left out and noticed.

    Args:
        entries: As they came; what is no object is left out.
        time_of: The time of an entry.
        notices: Gets ``unreadable_time``.
        newest_first: The provider's usual order. The times themselves decide where they differ.
    """
    rows: list[tuple[datetime, Entry]] = []
    for entry in entries:
        if isinstance(entry, dict):
            at = time_of(entry)
            if at is None:
                notices.append(TrackingNotice("unreadable_time"))
            else:
                rows.append((at, entry))
    if rows and (rows[0][0] > rows[-1][0] or (newest_first and rows[0][0] == rows[-1][0])):
        rows.reverse()
    return rows


def ranked(rows: Iterable[tuple[datetime, Entry]]) -> Iterator[tuple[datetime, int, Entry]]:
    """Each row with its place among those of the same time."""
    places: dict[datetime, int] = {}
    for at, entry in rows:
        place = places[at] = places.get(at, -1) + 1
        yield at, place, entry


def noted(meaning: Meaning, code: str, notices: list[TrackingNotice]) -> Meaning:
    """The meaning of an event's code; no code at all means a note, one that nobody knows is noticed."""
    if not code:
        return NOTE
    if not meaning.is_understood and meaning != NOTE:
        notices.append(TrackingNotice("unknown_code", code))
    return meaning


def summary(
    events: Iterable[TrackingEvent],
    meaning: Meaning,
    *,
    provider: str,
    seen_at: datetime,
    raw_state: str = "",
    raw_substate: str = "",
    carrier_code: object = "",
    space: Namespace | None = None,
    carriers: tuple[str, ...] = (),
    leg: int = 1,
) -> Report:
    """The report that goes with events. Without any, "in transit" or an unknown state means that nothing is known.

    Args:
        events: Ascending.
        meaning: Of the provider's codes for the parcel as a whole.
        provider: Its name.
        seen_at: When it came; aware.
        raw_state: Its main code.
        raw_substate: Its finer code.
        carrier_code: Its code of the carrier.
        space: Whose code that is.
        carriers: Our ids of the carrier, if the provider is one itself.
        leg: Which leg.
    """
    newest = max((event.at for event in events), default=None)
    if newest is None and meaning.status in (ShipmentStatus.IN_TRANSIT, ShipmentStatus.UNKNOWN):
        meaning = _NO_INFO
    code = text_of(carrier_code)
    return Report(
        provider=provider,
        seen_at=seen_at,
        newest=newest,
        status=meaning.status,
        substatus=meaning.substatus,
        raw_state=raw_state,
        raw_substate=raw_substate,
        carrier_code=code,
        carriers=candidate_ids(code, space) if space else carriers,
        leg=leg,
    )
