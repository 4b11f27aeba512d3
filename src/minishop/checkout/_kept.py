"""What is kept beside an order about the world outside: its shipping report, its parcels, what the shopper was told.

Each record carries its own clocks, so that every put writes all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.logistics import Shipment, ShipmentStatus
from minishop.storage import Timer

__all__ = [
    "CHECK_SETTLEMENT",
    "FOLLOW_PARCEL",
    "REPORT_SHIPPING",
    "SEND_NOTICE",
    "NoticeRecord",
    "ParcelRecord",
    "ReportRecord",
    "Settlement",
    "Waybill",
    "Work",
]

#: Kinds of clocks.
REPORT_SHIPPING, CHECK_SETTLEMENT = "report-shipping", "check-settlement"
FOLLOW_PARCEL, SEND_NOTICE = "follow-parcel", "send-notice"


class Work(StrEnum):
    """How far a piece of work is that somebody outside has to be called for."""

    WAITING = "waiting"
    """To be done at ``due_at``."""
    CALLING = "calling"
    """Somebody is being called; at ``due_at`` whoever did it is dead."""
    DONE = "done"
    """The other side knows, or has answered, or there is nothing to do."""
    FAILED = "failed"
    """A person has to look; an alert says why."""
    UNKNOWN = "unknown"
    """It may have been done, and must not be done twice."""


@frozen(kw_only=True)
class Settlement:
    """What the platform has said about the money of a payment.

    Attributes:
        shipped_at: When everything had left, as the platform has it.
        estimated_at: When the money was expected.
        confirmed_by: ``shopper``, ``time`` or ``unknown``; empty until the receipt is confirmed.
        confirmed_at: When.
        settled_at: When the money is settled.
    """

    shipped_at: datetime | None = None
    estimated_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    settled_at: datetime | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)


@frozen(kw_only=True)
class ReportRecord:
    """The shipping report of one payment.

    Attributes:
        id: Of the payment: ``<channel>:<transaction>``.
        order: The order that was paid.
        buyer: Its buyer.
        transaction: WeChat Pay's number.
        state: How far the report is.
        wanted: What is to be reported, as a digest; of what was tried last, if it failed.
        sent: What was sent last, as a digest.
        reported: What the platform has accepted, as a digest; empty: nothing yet.
        is_split: It was reported as several parcels.
        is_finished: It was reported that everything has left; a further report is the one re-report.
        is_replaced: The one re-report was sent.
        is_overtaken: While it was being reported, something else became due.
        attempts: How often what is wanted was sent.
        first_at: When it was sent first.
        uploaded_at: The time that the last report carried; a later one carries a later time.
        last_code: How the last attempt failed.
        due_at: When to go on; ``None``: not before something changes.
        settlement: What the platform has said about the money.
        check_at: When to compare the settlement with what the platform has.
        checks: How often that was tried.
    """

    id: str
    order: str
    buyer: str
    transaction: str
    created_at: datetime
    state: Work = Work.WAITING
    wanted: str = ""
    sent: str = ""
    reported: str = ""
    is_split: bool = False
    is_finished: bool = False
    is_replaced: bool = False
    is_overtaken: bool = False
    attempts: int = 0
    first_at: datetime | None = None
    uploaded_at: datetime | None = None
    last_code: str = ""
    due_at: datetime | None = None
    settlement: Settlement | None = None
    check_at: datetime | None = None
    checks: int = 0
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def is_confirmed(self) -> bool:
        """Whether the receipt is confirmed at the platform; then nothing is reported any more."""
        return self.settlement is not None and bool(self.settlement.confirmed_by)

    @property
    def clocks(self) -> tuple[Timer, ...]:
        """All that run."""
        return (*_clock(REPORT_SHIPPING, self.due_at), *_clock(CHECK_SETTLEMENT, self.check_at))


@frozen(kw_only=True)
class ParcelRecord:
    """One parcel of an order, and what its carrier has said.

    Attributes:
        id: ``<order>/<shipment>``.
        order: The order.
        buyer: Its buyer.
        shipment: The order's id of the parcel.
        number: The waybill number; as it was typed, if it is none.
        carrier: The carrier, in the shop's word.
        shipped_at: When it left.
        provider: Who is asked about it; empty: nobody yet.
        state: How far asking is.
        attempts: How often that failed since it last went well.
        renewals: How often the subscription was renewed after the provider gave up.
        last_code: How the last attempt failed.
        due_at: When to go on; ``None``: not before something changes.
        status: Where the parcel is.
        substatus: The finer word.
        newest_at: When the newest event happened.
        delivered_at: When it was delivered; ``None``: it is not.
        tracking: Everything that was said. Personal: gone when the shopper's data is erased; the status stays.
    """

    id: str
    order: str
    buyer: str
    shipment: str
    number: str
    carrier: str
    shipped_at: datetime
    created_at: datetime
    provider: str = ""
    state: Work = Work.WAITING
    attempts: int = 0
    renewals: int = 0
    last_code: str = ""
    due_at: datetime | None = None
    status: ShipmentStatus = ShipmentStatus.PENDING
    substatus: str = "no_info"
    newest_at: datetime | None = None
    delivered_at: datetime | None = None
    tracking: Shipment | None = field(default=None, repr=False, metadata={"personal": True})
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def clocks(self) -> tuple[Timer, ...]:
        """All that run."""
        return _clock(FOLLOW_PARCEL, self.due_at)


@frozen(kw_only=True)
class Waybill:
    """Which parcels travel under a number; more than one if two orders share a box, or a number is used again.

    Attributes:
        id: The number.
        parcels: Ids of the parcels.
    """

    id: str
    parcels: tuple[str, ...]
    created_at: datetime
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def buyer(self) -> str:
        """Nobody's."""
        return ""

    @property
    def state(self) -> str:
        """None."""
        return ""

    @property
    def clocks(self) -> tuple[Timer, ...]:
        """None."""
        return ()


@frozen(kw_only=True)
class NoticeRecord:
    """One message to the shopper about one change of an order's label.

    Attributes:
        id: ``<order>:<version of the order>``.
        order: The order.
        buyer: Its buyer.
        label: The new label.
        state: How far it is. ``unknown``: it may have been sent, and is not sent again.
        attempts: How often it was tried.
        last_code: How the last attempt failed; ``no_consent``, ``not_wanted``, ``too_late`` if it was not sent for an
            ordinary reason.
        message: The platform's id of the message.
        due_at: When to go on; ``None``: it has come to its end.
    """

    id: str
    order: str
    buyer: str
    label: str
    created_at: datetime
    state: Work = Work.WAITING
    attempts: int = 0
    last_code: str = ""
    message: str = ""
    due_at: datetime | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def clocks(self) -> tuple[Timer, ...]:
        """All that run."""
        return _clock(SEND_NOTICE, self.due_at)


def _clock(kind: str, at: datetime | None) -> tuple[Timer, ...]:
    return () if at is None else (Timer(kind, "", at),)
