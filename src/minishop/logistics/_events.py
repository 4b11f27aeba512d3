"""One thing that happened to a parcel, and sets of such things.

Providers send the whole history again and again, late, twice, out of order, sometimes cut short. So events are a set:
two are the same if leg, time, code and text are. :func:`merge_events` is the union; it is commutative, associative and
idempotent, so it does not matter in which order the news came, or how often.

What is not part of the identity is joined field by field: a place that is known beats one that is not. Events of the
same second keep the provider's order by their ``rank``, of which the greatest counts: an event that a fuller list shows
further down has moved down for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from attrs import evolve, field, frozen

from minishop.errors import InvalidInput
from minishop.logistics._status import ShipmentStatus
from minishop.logistics._tables import NOTE, Meaning

__all__ = ["TrackingEvent", "merge_events"]

_Key: TypeAlias = tuple[int, datetime, str, str]


def _aware(instance: object, attribute: object, value: datetime) -> None:
    if value.tzinfo is None:
        raise InvalidInput("at", "naive_time", "must have a time zone", params={"got": str(value)})


@frozen(kw_only=True)
class TrackingEvent:
    """One scan or message of a carrier.

    Attributes:
        at: The carrier's time; aware.
        text: What the carrier wrote, for people; may name people and phone numbers.
        status: What it says about the parcel; ``unknown`` if nobody knows.
        substatus: The finer word; ``note`` if the entry says nothing about where the parcel is.
        code: The raw code, as the provider sent it; empty if it sent none.
        parent_code: A coarser raw code that came beside it.
        label: The raw word beside the code, for example ``在途``.
        location: Where, as the carrier wrote it.
        leg: 1; or 2 on the second carrier of a journey through two.
        rank: Place among the events of the same time, 0 for the first.
    """

    at: datetime = field(validator=_aware)
    text: str = field(default="", repr=False)
    status: ShipmentStatus = ShipmentStatus.UNKNOWN
    substatus: str = NOTE.substatus
    code: str = ""
    parent_code: str = ""
    label: str = ""
    location: str = field(default="", repr=False)
    leg: int = 1
    rank: int = 0

    @property
    def meaning(self) -> Meaning:
        """Status and substatus."""
        return Meaning(self.status, self.substatus)

    @property
    def is_note(self) -> bool:
        """Whether it says nothing about where the parcel is; then an earlier event or the provider's summary does."""
        return self.substatus == NOTE.substatus and self.status is ShipmentStatus.UNKNOWN


def _order_of(event: TrackingEvent) -> tuple[datetime, int, int, str, str]:
    """What events are sorted by: time, leg, the provider's order, then anything that is the same everywhere."""
    return event.at, event.leg, event.rank, event.code, event.text


def merge_events(*groups: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """The union of sets of events, ascending.

    An event without a code gives way to one with a code that is the same otherwise: a fuller plan of the same provider
    told it again.
    """
    found: dict[_Key, TrackingEvent] = {}
    has_uncoded = False
    for group in groups:
        for event in group:
            key = (event.leg, event.at, event.code, event.text)
            known = found.get(key)
            found[key] = event if known is None or known == event else _join(known, event)
            has_uncoded = has_uncoded or not event.code
    if has_uncoded:
        found = _without_told_again(found)
    return tuple(sorted(found.values(), key=_order_of))


def _join(one: TrackingEvent, other: TrackingEvent) -> TrackingEvent:
    meaning = max(one.meaning, other.meaning, key=_certainty)
    return evolve(
        one,
        status=meaning.status,
        substatus=meaning.substatus,
        parent_code=max(one.parent_code, other.parent_code),
        label=max(one.label, other.label),
        location=max(one.location, other.location),
        rank=max(one.rank, other.rank),
    )


def _certainty(meaning: Meaning) -> tuple[bool, str, str]:
    return meaning.is_understood, meaning.status, meaning.substatus


def _without_told_again(found: dict[_Key, TrackingEvent]) -> dict[_Key, TrackingEvent]:
    coded = {(leg, at, text) for leg, at, code, text in found if code}
    return {key: event for key, event in found.items() if event.code or (key[0], key[1], key[3]) not in coded}


def is_ascending(events: tuple[TrackingEvent, ...]) -> bool:
    """Whether a tuple is surely what :func:`merge_events` would make of it, told at a glance."""
    has_codes = all(event.code for event in events)
    return has_codes and all(before.at < after.at for before, after in pairwise(events))
