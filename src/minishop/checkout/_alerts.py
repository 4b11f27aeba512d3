"""Alerts: what no program can put right. Each is a record, written with what led to it, and an event for the outbox.

An alert is known by what it is about, so the same trouble is told once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keys import derived_id
from minishop.flows import Flow, ask
from minishop.messages import Catalogue, catalogue
from minishop.storage import Batch, EventRow, ListRecords, Load, Put, Stored

__all__ = ["ALERT", "Alert", "AlertPage", "Raised", "list_alerts", "raise_alert", "raised"]

ALERT = "alert"


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
    """An alert on its way into a batch."""

    put: Put
    row: EventRow


def list_alerts(desk: Desk, *, code: str | None = None, cursor: str | None = None, limit: int = 20) -> Flow[AlertPage]:
    """What a person should look at, newest first.

    Args:
        desk: The shop's.
        code: Only those with this code.
        cursor: ``next`` of the page before.
        limit: Alerts on a page.
    """
    page = yield from ask(ListRecords(kind=ALERT, shop=desk.shop, label=code, cursor=cursor, limit=limit))
    return AlertPage(tuple(map(_alert, page.records)), page.next)


def _alert(stored: Stored) -> Alert:
    said = json.loads(stored.document)
    return Alert(id=stored.id, code=said.pop("code"), params=said, raised_at=stored.created_at)


def raised(desk: Desk, code: str, about: str, now: datetime, **params: object) -> Flow[tuple[Raised, ...]]:
    """An alert for a batch; none if it was raised before.

    Args:
        desk: The shop's.
        code: A stable word; its text stands under ``alert:<code>``.
        about: What it is about: the same for the same trouble.
        now: The time.
        params: The values of its sentence; no personal data.
    """
    name = derived_id("a", code, about)
    if (yield from ask(Load(ALERT, name))) is not None:
        return ()
    document = json.dumps({"code": code, **params}, ensure_ascii=False)
    put = Put(kind=ALERT, id=name, expected=0, document=document, shop=desk.shop, label=code, created_at=now)
    return (Raised(put, EventRow(ALERT, name, 0, "alert.raised", document)),)


def raise_alert(desk: Desk, code: str, about: str, **params: object) -> Flow[bool]:
    """Writes an alert by itself; ``False``: it was there."""
    now = yield from now_of()
    found = yield from raised(desk, code, about, now, **params)
    for one in found:
        yield from commit(desk, Batch(now=now, puts=(one.put,), events=(one.row,)))
    return bool(found)
