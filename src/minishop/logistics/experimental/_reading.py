"""What the carriers' parsers share: one description of a carrier's entries, read into a shipment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from attrs import frozen

from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._events import TrackingEvent
from minishop.logistics._reading import parse_json, text_of
from minishop.logistics._reports import TrackingNotice
from minishop.logistics._shipment import Shipment
from minishop.logistics._tables import UNKNOWN, Meaning, status_table
from minishop.logistics._timeline import Entry, in_order, noted, ranked, summary

__all__ = ["Shape", "parsed", "refusal", "unreadable"]


@frozen(kw_only=True)
class Shape:
    """How one carrier writes an entry.

    Attributes:
        carrier: Our id.
        tables: Names of the tables of its codes, the finest first.
        codes: Names of the keys with these codes, in the same order.
        time: The time of an entry.
        text: Keys of the text; the first that is filled counts.
        location: Keys of the place.
        label: Keys of a word that refines the code.
        newest_first: Whether the newest entry usually comes first.
    """

    carrier: str
    tables: tuple[str, ...]
    codes: tuple[str, ...]
    time: Callable[[Entry], datetime | None]
    text: tuple[str, ...]
    location: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    newest_first: bool = False

    def read(self, entries: Iterable[Any], *, number: str, seen_at: datetime, state: Entry | None = None) -> Shipment:
        """Reads the entries.

        Args:
            entries: As they came.
            number: The waybill number.
            seen_at: When they came; aware.
            state: Where the codes for the parcel as a whole stand, if there are any.
        """
        notices: list[TrackingNotice] = []
        rows = in_order(entries, self.time, notices, newest_first=self.newest_first)
        events = tuple(self._event(at, rank, entry, notices) for at, rank, entry in ranked(rows))
        whole = self._meaning(state) if state else UNKNOWN
        report = summary(
            events,
            whole,
            provider=self.carrier,
            seen_at=seen_at,
            raw_state=next(iter(self._codes(state)), "") if state else "",
            carrier_code=self.carrier,
            carriers=(self.carrier,),
        )
        return Shipment(number=number, events=events, reports=(report,), warnings=notices)

    def _codes(self, entry: Entry) -> tuple[str, ...]:
        return tuple(filter(None, (text_of(entry.get(key)).strip() for key in self.codes)))

    def _meaning(self, entry: Entry) -> Meaning:
        for table, key in zip(self.tables, self.codes, strict=True):
            found = status_table(table).read(text_of(entry.get(key)).strip())
            if found.is_understood:
                return found
        return UNKNOWN

    def _event(self, at: datetime, rank: int, entry: Entry, notices: list[TrackingNotice]) -> TrackingEvent:
        code, *coarser = self._codes(entry) or ("",)
        meaning = noted(self._meaning(entry), code, notices)
        return TrackingEvent(
            at=at,
            text=_first(entry, self.text),
            status=meaning.status,
            substatus=meaning.substatus,
            code=code,
            parent_code=next(iter(coarser), ""),
            label=_first(entry, self.label),
            location=_first(entry, self.location),
            rank=rank,
        )


def _first(entry: Entry, keys: Iterable[str]) -> str:
    return next(filter(None, (text_of(entry.get(key)) for key in keys)), "")


def parsed(body: bytes, carrier: str) -> Any:
    """The JSON of an answer.

    Raises:
        ProviderError: ``protocol``: it is none; gateways answer with XML or HTML when something is wrong.
    """
    try:
        return parse_json(body.decode("utf-8-sig"))
    except ValueError:
        raise ProviderError(
            f"{carrier} answered with something that is no JSON",
            kind=ErrorKind.PROTOCOL,
            provider=carrier,
            retryable=True,
        ) from None


def refusal(
    carrier: str, code: object, *, kind: ErrorKind = ErrorKind.PROTOCOL, retryable: bool | None = None
) -> ProviderError:
    """The error for a carrier's refusal, whose codes are mostly not known."""
    word = "".join(sign for sign in text_of(code)[:40] if sign.isprintable())
    return ProviderError(f"{carrier} refused", kind=kind, provider=carrier, provider_code=word, retryable=retryable)


def unreadable(carrier: str) -> ProviderError:
    """The error for JSON that is no answer."""
    return ProviderError(f"{carrier} answered in an unknown shape", kind=ErrorKind.PROTOCOL, provider=carrier)
