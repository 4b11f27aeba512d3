"""A parcel as it is known: everything its carriers and providers have said, and what follows from it.

A :class:`Shipment` keeps what was said and derives the status, so a later event, a better table or another provider
changes the answer without repairing anything. How the status is derived:

* by the newest event by time that says anything; of two legs' events at the same time the second leg's;
* by the provider's summary where that is newer, or where the event's code is not understood;
* ``delivered`` only if the summary does not contradict: money and deadlines hang on it;
* ``delivered`` of the first leg, when there is a second, is ``in_transit`` (``handed_over``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.logistics._events import TrackingEvent, is_ascending, merge_events
from minishop.logistics._reports import Following, Report, TrackingNotice, newest_following, newest_reports
from minishop.logistics._status import ShipmentStatus, SubscriptionState
from minishop.logistics._tables import UNKNOWN, Meaning

__all__ = ["Shipment", "merge"]

_NO_INFO = Meaning(ShipmentStatus.PENDING, "no_info")
_HANDED_OVER = Meaning(ShipmentStatus.IN_TRANSIT, "handed_over")


def _ascending(events: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    events = tuple(events)
    return events if is_ascending(events) else merge_events(events)


def _as_set(notices: Iterable[TrackingNotice]) -> tuple[TrackingNotice, ...]:
    return tuple(sorted(set(notices)))


@frozen(kw_only=True)
class Shipment:
    """A parcel and everything that was said about it.

    Attributes:
        number: The waybill number.
        shipped_with: Our id of the carrier that the shop named; empty if it named none.
        events: What happened, ascending by time, each once.
        reports: The newest summary of each leg.
        following: The last word about a subscription.
        warnings: What a person should know, each once.
    """

    number: str
    shipped_with: str = ""
    events: tuple[TrackingEvent, ...] = field(default=(), converter=_ascending)
    reports: tuple[Report, ...] = field(default=(), converter=newest_reports)
    following: Following | None = None
    warnings: tuple[TrackingNotice, ...] = field(default=(), converter=_as_set)

    @property
    def status(self) -> ShipmentStatus:
        """Where the parcel is; see the top of this module for how that is derived."""
        return self._meaning.status

    @property
    def substatus(self) -> str:
        """The finer word for the status."""
        return self._meaning.substatus

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more is expected. A hint: go on accepting news."""
        return self.status.is_terminal

    @property
    def delivered_at(self) -> datetime | None:
        """When it was delivered, if it is; aware."""
        if self.status is not ShipmentStatus.DELIVERED:
            return None
        told = [event.at for event in self.events if event.status is ShipmentStatus.DELIVERED]
        return told[-1] if told else self._newest_time

    @property
    def carrier(self) -> str:
        """Our id of the carrier of the first leg: what a provider has found out counts more than what the shop named.

        Empty if nobody knows, or if a provider named one that we cannot tell.
        """
        report = next(iter(self.reports), None)
        if report is None or not report.carrier_code or report.leg != 1:
            return self.shipped_with
        if self.shipped_with in report.carriers:
            return self.shipped_with
        return report.carriers[0] if len(report.carriers) == 1 else ""

    @property
    def raw_state(self) -> str:
        """The main code of the newest summary, untouched."""
        return self._report.raw_state if self._report else ""

    @property
    def raw_substate(self) -> str:
        """The finer code of the newest summary, untouched."""
        return self._report.raw_substate if self._report else ""

    @property
    def subscription(self) -> SubscriptionState:
        """Whether a provider still sends news."""
        return self.following.state if self.following else SubscriptionState.NONE

    @property
    def _newest_time(self) -> datetime | None:
        return self.events[-1].at if self.events else None

    @property
    def _report(self) -> Report | None:
        """The summary of the leg that the parcel is on."""
        leg = self.events[-1].leg if self.events else None
        return next((one for one in reversed(self.reports) if leg in (None, one.leg)), None)

    @property
    def _meaning(self) -> Meaning:
        told = next((event for event in reversed(self.events) if not event.is_note), None)
        report = self._report
        if told is None:
            found = report.meaning if report else UNKNOWN
            found = found if found.is_understood or self.events or report else _NO_INFO
        else:
            found = _weigh(told, report)
        is_handed_over = found.status is ShipmentStatus.DELIVERED and self._goes_on(told, report)
        return _HANDED_OVER if is_handed_over else found

    def _goes_on(self, told: TrackingEvent | None, report: Report | None) -> bool:
        """Whether there is a second leg, and what was told is of the first."""
        leg = told.leg if told else report.leg if report else 1
        legs = [one.leg for one in self.reports] + [one.leg for one in self.events]
        return leg == 1 and max(legs) > 1


def _weigh(told: TrackingEvent, report: Report | None) -> Meaning:
    """The event's meaning or the summary's."""
    if report is None or not report.meaning.is_understood or report.leg != told.leg:
        return told.meaning
    is_newer = report.newest is not None and report.newest > told.at
    is_as_new = report.newest is not None and report.newest >= told.at
    contradicts = told.status is ShipmentStatus.DELIVERED and report.status is not told.status
    if is_newer or (is_as_new and (contradicts or not told.meaning.is_understood)):
        return report.meaning
    return told.meaning


def merge(one: Shipment, other: Shipment) -> Shipment:
    """Everything that both know about the same parcel. Commutative, associative, idempotent.

    Raises:
        InvalidInput: ``other_parcel``: the numbers differ.
    """
    if one.number != other.number:
        raise InvalidInput(
            "number",
            "other_parcel",
            "the numbers differ, so these are two parcels",
            params={"one": one.number, "other": other.number},
        )
    return Shipment(
        number=one.number,
        shipped_with=max(one.shipped_with, other.shipped_with),
        events=merge_events(one.events, other.events),
        reports=(*one.reports, *other.reports),
        following=newest_following(one.following, other.following),
        warnings=(*one.warnings, *other.warnings),
    )
