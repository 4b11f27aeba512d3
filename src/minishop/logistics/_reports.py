"""What a provider says about a parcel as a whole, and about its own subscription. The newest word counts.

Two words are ordered by the newest event that they knew of, then by when they came, then by their content: a total
order, so that picking the greater one is commutative, associative and idempotent. A push that was delivered again
hours later is not newer for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.logistics._status import ShipmentStatus, SubscriptionState
from minishop.logistics._tables import Meaning

__all__ = ["Following", "Report", "TrackingNotice", "newest_following", "newest_reports"]


@frozen(kw_only=True)
class Report:
    """A provider's summary of one leg.

    Attributes:
        provider: Who says so, for example ``kuaidi100``.
        seen_at: When it reached us; aware.
        newest: Time of the newest event that came with it; ``None`` if none did.
        status: What the summary means.
        substatus: The finer word.
        raw_state: The provider's main code, untouched.
        raw_substate: Its finer code.
        carrier_code: The provider's code of the carrier, after its own correction.
        carriers: Our ids of the carriers that the code may mean; several if it is shared, and then an empty one stands
            for companies that we do not know.
        leg: 1; or 2 on the second carrier of a journey through two.
    """

    provider: str
    seen_at: datetime
    newest: datetime | None = None
    status: ShipmentStatus = ShipmentStatus.UNKNOWN
    substatus: str = "unknown"
    raw_state: str = ""
    raw_substate: str = ""
    carrier_code: str = ""
    carriers: tuple[str, ...] = ()
    leg: int = 1

    @property
    def meaning(self) -> Meaning:
        """Status and substatus."""
        return Meaning(self.status, self.substatus)


@frozen(kw_only=True)
class Following:
    """Where a subscription stands.

    Attributes:
        provider: Whose.
        state: Of the subscription, never of the parcel.
        seen_at: When we heard of it; aware.
        reason: What the provider wrote, for example why it gave up.
    """

    provider: str
    state: SubscriptionState
    seen_at: datetime
    reason: str = ""


@frozen(order=True)
class TrackingNotice:
    """Something a person should know about the tracking of a parcel.

    Attributes:
        code: A stable word: ``carrier_corrected``, ``no_news``, ``no_number``, ``subscription_aborted``,
            ``unknown_code``, ``unreadable_time``. Its text stands under ``tracking:<code>`` in the message catalogues.
        detail: What it is about, for example the code.
    """

    code: str
    detail: str = field(default="")


def _age(report: Report) -> tuple[Any, ...]:
    return (
        report.newest is not None,
        report.newest or report.seen_at,
        report.seen_at,
        report.provider,
        report.raw_state,
        report.raw_substate,
        report.carrier_code,
        report.carriers,
        report.status,
        report.substatus,
    )


def newest_reports(reports: Iterable[Report]) -> tuple[Report, ...]:
    """The newest report of each leg, the first leg first."""
    newest: dict[int, Report] = {}
    for report in reports:
        known = newest.get(report.leg)
        if known is None or _age(known) < _age(report):
            newest[report.leg] = report
    return tuple(newest[leg] for leg in sorted(newest))


#: Of two words at the same instant the later of these counts.
_ORDER = (SubscriptionState.NONE, SubscriptionState.ACTIVE, SubscriptionState.FINISHED, SubscriptionState.ABORTED)


def newest_following(*said: Following | None) -> Following | None:
    """The last word about a subscription."""
    return max(
        (one for one in said if one is not None),
        key=lambda one: (one.seen_at, _ORDER.index(one.state), one.provider, one.reason),
        default=None,
    )
