"""What a store answers with. Values and tuples, never cursors or iterators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

__all__ = ["DueTimer", "HistoryRow", "OutboxRow", "Page", "ParkedRow", "Stored"]


@frozen(kw_only=True)
class Stored:
    """A record as it is stored; see :class:`~minishop.storage.Put` for the fields.

    ``personal`` is ``None`` if there is none or it was erased.
    """

    kind: str
    id: str
    version: int
    document: str
    personal: str | None = None
    shop: str = ""
    shopper: str = ""
    label: str = ""
    facets: Mapping[str, str] = field(factory=dict, hash=False)
    created_at: datetime


@frozen
class Page:
    """Some records of a list, newest first; ``next`` is the cursor of those that follow, ``None`` at the end."""

    records: tuple[Stored, ...]
    next: str | None = None


@frozen
class DueTimer:
    """A clock that has run out. ``failures`` counts how often acting on it was put off."""

    record_kind: str
    record_id: str
    kind: str
    subject: str
    at: datetime
    failures: int = 0


@frozen
class HistoryRow:
    """Something that happened to a record, as it was committed."""

    version: int
    index: int
    topic: str
    payload: str
    at: datetime


@frozen
class OutboxRow:
    """A row leased to a relay: deliver it, then ack it with its lease.

    Attributes:
        kind: Kind of the record.
        id: Its id.
        version: Version of the record that the event led to.
        index: Position among the events of that version.
        topic: Name of the event.
        payload: JSON text.
        lease: Token that ``ack`` and ``fail`` ask for; another relay that gets the row later has another one.
        failures: How often delivery has failed before.
    """

    kind: str
    id: str
    version: int
    index: int
    topic: str
    payload: str
    lease: str = field(repr=False)
    failures: int = 0


@frozen
class ParkedRow:
    """A row that failed too often; it blocks the later rows of its record until it is requeued or skipped."""

    kind: str
    id: str
    version: int
    index: int
    topic: str
    failures: int
