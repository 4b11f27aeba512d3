"""Alerts: what no program can put right. Each is a record, written with what led to it, and an event for the outbox.

An alert is known by what it is about, so the same trouble is told once; after somebody has closed it, it is told again.
A batch with an alert that is open depends on that: if it is closed meanwhile, whoever raises it decides again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keys import derived_id
from minishop.flows import Flow, ask
from minishop.messages import Catalogue, catalogue
from minishop.storage import Batch, Committed, EventRow, Expect, ListRecords, Load, Put, StoreBusy, Stored

__all__ = [
    "ALERT",
    "Alert",
    "AlertPage",
    "Raised",
    "close_alert",
    "list_alerts",
    "raise_alert",
    "raised",
    "raised_again",
    "with_alerts",
]

ALERT = "alert"
_CLOSED = "closed"


@frozen(kw_only=True)
class Alert:
    """Something that a person should look at.

    Attributes:
        id: Of the alert.
        code: A stable word for it.
        params: The values of its sentence.
        raised_at: When it was found.
    """

    id: str
    code: str
    params: Mapping[str, object] = field(factory=dict, hash=False)
    raised_at: datetime

    def text(self, locale: str | Catalogue = "en") -> str:
        """It in words.

        Raises:
            InvalidInput: ``unknown_language``.
        """
        texts = catalogue(locale) if isinstance(locale, str) else locale
        return texts.text(f"alert:{self.code}", self.params)


@frozen
class AlertPage:
    """Some alerts, newest first; ``next`` is the cursor of those that follow, ``None`` at the end."""

    alerts: tuple[Alert, ...]
    next: str | None = None


@frozen
class Raised:
    """An alert on its way into a batch.

    Attributes:
        code: A stable word for it.
        about: What it is about.
        params: The values of its sentence.
        record: What the batch does to it: writes it, or expects that it is still open.
        rows: That it was raised, unless it is open.
    """

    code: str
    about: str
    params: Mapping[str, object] = field(hash=False)
    record: Put | Expect
    rows: tuple[EventRow, ...] = ()


def list_alerts(desk: Desk, *, code: str | None = None, cursor: str | None = None, limit: int = 20) -> Flow[AlertPage]:
    """What a person should look at, newest first.

    Args:
        desk: The shop's.
        code: Only those with this code; ``closed`` lists what was closed.
        cursor: ``next`` of the page before.
        limit: Alerts on a page; without a code it may have fewer, since closed ones are left out.
    """
    page = yield from ask(ListRecords(kind=ALERT, shop=desk.shop, label=code, cursor=cursor, limit=limit))
    wanted = [stored for stored in page.records if code is not None or stored.label != _CLOSED]
    return AlertPage(tuple(map(_alert, wanted)), page.next)


def close_alert(desk: Desk, alert: str, *, raised_at: datetime | None = None) -> Flow[bool]:
    """Says that a person has seen to an alert; should the same trouble come again, it is raised again.

    Args:
        desk: The shop's.
        alert: Its id.
        raised_at: ``raised_at`` of the alert that the person has seen. If it was closed and raised anew since, it stays
            open. ``None``: closes whatever is open.

    Returns:
        bool: Whether it was open, and is closed now.

    Raises:
        StoreBusy: Others were faster ``desk.rounds`` times.
    """
    for _ in range(desk.rounds):
        stored = yield from ask(Load(ALERT, alert))
        if stored is None or stored.shop != desk.shop or stored.label == _CLOSED:
            return False
        if raised_at not in (None, stored.created_at):
            return False
        raised_at = stored.created_at  # what is raised while this goes on was seen by nobody
        now = yield from now_of()
        put = _put(desk, alert, stored.version, stored.document, _CLOSED, stored.created_at)
        if isinstance((yield from commit(desk, Batch(now=now, puts=(put,)))), Committed):
            return True
    raise _busy()


def _alert(stored: Stored) -> Alert:
    said = json.loads(stored.document)
    return Alert(id=stored.id, code=said.pop("code"), params=said, raised_at=stored.created_at)


def raised(desk: Desk, code: str, about: str, now: datetime, **params: object) -> Flow[tuple[Raised, ...]]:
    """An alert for a batch. If it was raised before and is open, the batch only depends on that.

    Args:
        desk: The shop's.
        code: A stable word; its text stands under ``alert:<code>``.
        about: What it is about: the same for the same trouble.
        now: The time.
        params: The values of its sentence; no personal data.
    """
    name = derived_id("a", code, about)
    known = yield from ask(Load(ALERT, name))
    if known is not None and known.label != _CLOSED:
        return (Raised(code, about, params, Expect(ALERT, name, known.version)),)
    document = json.dumps({"code": code, **params}, ensure_ascii=False)
    put = _put(desk, name, known.version if known else 0, document, code, now)
    return (Raised(code, about, params, put, (EventRow(ALERT, name, 0, "alert.raised", document),)),)


def raised_again(desk: Desk, alerts: tuple[Raised, ...], now: datetime) -> Flow[tuple[Raised, ...]]:
    """The same alerts for another batch, after one of them was raised or closed by somebody else."""
    found: tuple[Raised, ...] = ()
    for one in alerts:
        found += yield from raised(desk, one.code, one.about, now, **one.params)
    return found


def with_alerts(batch: Batch, alerts: tuple[Raised, ...]) -> Batch:
    """A batch that raises alerts as well."""
    records = [alert.record for alert in alerts]
    return evolve(
        batch,
        puts=(*batch.puts, *(record for record in records if isinstance(record, Put))),
        expects=(*batch.expects, *(record for record in records if isinstance(record, Expect))),
        events=(*batch.events, *(row for alert in alerts for row in alert.rows)),
    )


def _put(desk: Desk, name: str, expected: int, document: str, label: str, raised_at: datetime) -> Put:
    return Put(
        kind=ALERT, id=name, expected=expected, document=document, shop=desk.shop, label=label, created_at=raised_at
    )


def raise_alert(desk: Desk, code: str, about: str, **params: object) -> Flow[bool]:
    """Writes an alert by itself; ``False``: it is open.

    Raises:
        StoreBusy: Others were faster ``desk.rounds`` times.
    """
    for _ in range(desk.rounds):
        now = yield from now_of()
        alerts = yield from raised(desk, code, about, now, **params)
        if not any(alert.rows for alert in alerts):
            return False
        if isinstance((yield from commit(desk, with_alerts(Batch(now=now), alerts))), Committed):
            return True
    raise _busy()


def _busy() -> StoreBusy:
    return StoreBusy("others changed the alert faster than it could be decided", code="busy")
