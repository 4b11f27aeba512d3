"""Reading and writing what :mod:`._kept` describes.

Work that calls somebody is *taken* first: the record says that somebody is being called and until when nobody else
should, and only who wrote that calls. If that process dies, the clock brings somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from attrs import evolve

from minishop.checkout._alerts import ALERT, Raised, raised_again, with_alerts
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk
from minishop.checkout._kept import NoticeRecord, ParcelRecord, ReportRecord, Waybill, Work
from minishop.flows import Flow, ask
from minishop.storage import Batch, CommitResult, Committed, Conflict, Expect, Load, LoadMany, Put, StoreBusy, Stored
from minishop.storage.codec import Codec

__all__ = ["busy", "keep", "load_due", "load_record", "load_records", "put_record", "taken_until", "try_commit"]

#: Longer than any call may take.
_LEASE = timedelta(minutes=2)

_Record: TypeAlias = ReportRecord | ParcelRecord | NoticeRecord | Waybill
_R = TypeVar("_R", ReportRecord, ParcelRecord, NoticeRecord, Waybill)
_W = TypeVar("_W", ReportRecord, ParcelRecord, NoticeRecord)

_KINDS: Mapping[type[Any], str] = {
    ReportRecord: "shipping-report",
    ParcelRecord: "parcel",
    NoticeRecord: "notice",
    Waybill: "waybill",
}
_CODEC = Codec({cls: f"{kind}/1.0" for cls, kind in _KINDS.items()})


def load_record(cls: type[_R], name: str) -> Flow[tuple[_R, int] | None]:
    """A record and its version."""
    stored = yield from ask(Load(_KINDS[cls], name))
    return None if stored is None else (_decode(cls, stored), stored.version)


def load_due(cls: type[_W], name: str, now: datetime) -> Flow[tuple[_W, int] | None]:
    """A record whose clock has run out. Since it was looked for, another may have taken or done its work."""
    loaded = yield from load_record(cls, name)
    return None if loaded is None or loaded[0].due_at is None or loaded[0].due_at > now else loaded


def load_records(cls: type[_R], names: tuple[str, ...]) -> Flow[tuple[_R, ...]]:
    """Those of the records that exist."""
    found = yield from ask(LoadMany(_KINDS[cls], names))
    return tuple(_decode(cls, stored) for stored in found)


def _decode(cls: type[_R], stored: Stored) -> _R:
    return _CODEC.decode(cls, stored.document, stored.personal)


def put_record(desk: Desk, record: _Record, expected: int) -> Put:
    """The put of a record, its clocks among it.

    Args:
        desk: The shop's.
        record: As it is now.
        expected: The stored version that it replaces; 0: none.
    """
    encoded = _CODEC.encode(record)
    return Put(
        kind=_KINDS[type(record)],
        id=record.id,
        expected=expected,
        document=encoded.document,
        personal=encoded.personal,
        shop=desk.shop,
        shopper=record.buyer,
        label=record.state,
        created_at=record.created_at,
        timers=record.clocks,
    )


def keep(
    desk: Desk,
    record: _Record,
    expected: int,
    now: datetime,
    *,
    alerts: tuple[Raised, ...] = (),
    more: Put | None = None,
    expects: tuple[Expect, ...] = (),
) -> Flow[int | None]:
    """Writes a record, and alerts with it; returns its version. ``None``: somebody else was faster; look again.

    Args:
        desk: The shop's.
        record: As it is now.
        expected: The stored version that it replaces; 0: none.
        now: The time.
        alerts: What a person should know of it.
        more: Another record that changes with it.
        expects: What it was decided on beside the record.
    """
    put = put_record(desk, record, expected)
    bare = Batch(now=now, puts=(put,) if more is None else (put, more), expects=expects)
    for _ in range(desk.rounds):
        result = yield from try_commit(desk, with_alerts(bare, alerts))
        if not isinstance(result, Conflict) or not result.which.startswith(f"{ALERT}:"):
            return result.versions[put.kind, put.id] if isinstance(result, Committed) else None
        alerts = yield from raised_again(desk, alerts, now)  # somebody else has just raised or closed it
    return None


def try_commit(desk: Desk, batch: Batch) -> Flow[CommitResult | None]:
    """Commits; ``None``: the store is busy, and nothing was done. After a call was made, that is no reason to stop."""
    try:
        return (yield from commit(desk, batch))
    except StoreBusy:
        return None


def taken_until(record: _W, now: datetime) -> _W:
    """The record while somebody is called on its behalf."""
    return evolve(record, state=Work.CALLING, due_at=now + _LEASE)


def busy(what: str) -> StoreBusy:
    """The error after ``desk.rounds`` rounds."""
    return StoreBusy(f"others changed {what} faster than it could be decided", code="busy")
