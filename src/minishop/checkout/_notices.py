"""Telling the shopper by subscribe message whenever an order's label changes. At most once each.

The label before and after an event is read off the order's history, so it does not matter when the outbox is delivered.
A message is written down before it is sent; if nobody knows what became of it, it stays unsent rather than sent twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from minishop.checkout._alerts import Raised, raised
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keeping import busy, keep, load_due, load_record, taken_until
from minishop.checkout._kept import NoticeRecord, Work
from minishop.checkout._ports import ComposeMessage, GetOpenid, SendMessage
from minishop.checkout._records import ORDER, load_order
from minishop.errors import InvalidInput, MinishopError, OutcomeUnknown
from minishop.flows import Flow, ask
from minishop.orders import Order, apply, label
from minishop.storage import DueTimer, GetHistory, OutboxRow
from minishop.storage.codec import decode_event
from minishop.wechat import NoConsent, PlatformError, Sent, SubscribeMessage

__all__ = ["note_label", "send_notice"]

_RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30))


def note_label(desk: Desk, row: OutboxRow, order: Order) -> Flow[None]:
    """Writes down that the shopper is to be told, if an event is the last of a change that gave a new label."""
    told = yield from _new_label(row)
    if told is None:
        return
    now = yield from now_of()
    notice = NoticeRecord(
        id=f"{row.id}:{row.version:06}", order=row.id, buyer=order.buyer, label=told, created_at=now, due_at=now
    )
    if (yield from keep(desk, notice, 0, now)) is None and (yield from load_record(NoticeRecord, notice.id)) is None:
        raise busy("the notice")  # if it is there, an earlier delivery of the row has made it


def _new_label(row: OutboxRow) -> Flow[str | None]:
    history = yield from ask(GetHistory(ORDER, row.id))
    index = max((one.index for one in history if one.version == row.version), default=None)
    if index != row.index:
        return None
    events = [(one.version, decode_event(one.topic, one.payload)) for one in history if one.version <= row.version]
    before = apply(None, [event for version, event in events if version < row.version]) if row.version > 1 else None
    after = apply(before, [event for version, event in events if version == row.version])
    told = label(after).code
    return None if before is not None and label(before).code == told else told


# -- the sweep's work -------------------------------------------------------------------------------------------------


def send_notice(desk: Desk, timer: DueTimer) -> Flow[bool]:
    """Sends a message that is due; tells whether it came to an end or one step further."""
    now = yield from now_of()
    loaded = yield from load_due(NoticeRecord, timer.record_id, now)
    if loaded is None:
        return False
    notice, version = loaded
    if notice.state is Work.CALLING:  # whoever was sending it is dead
        return (yield from keep(desk, _ended(notice, Work.UNKNOWN, "interrupted"), version, now)) is not None
    prepared = yield from _prepare(desk, notice, now)
    if not isinstance(prepared, SubscribeMessage):
        after, alerts = prepared
        return (yield from keep(desk, after, version, now, alerts=alerts)) is not None
    now = yield from now_of()  # the app may have taken its time to prepare it
    taken = evolve(taken_until(notice, now), attempts=notice.attempts + 1)
    kept = yield from keep(desk, taken, version, now)
    if kept is None:
        return False
    alerts = ()
    try:
        answer = yield from ask(SendMessage(prepared))
    except MinishopError as error:
        after, alerts = yield from _failed(desk, taken, error)
    else:
        after = _sent(taken, answer)
    return (yield from _save(desk, after, kept, alerts))


def _save(desk: Desk, notice: NoticeRecord, version: int, alerts: tuple[Raised, ...]) -> Flow[bool]:
    """Nobody else touches what is taken, but the store may be busy, or may have done it without saying so."""
    for _ in range(desk.rounds):
        if (yield from keep(desk, notice, version, (yield from now_of()), alerts=alerts)) is not None:
            return True
        loaded = yield from load_record(NoticeRecord, notice.id)
        if loaded is None or loaded[1] != version:
            return True
    raise busy("the notice")


def _prepare(
    desk: Desk, notice: NoticeRecord, now: datetime
) -> Flow[SubscribeMessage | tuple[NoticeRecord, tuple[Raised, ...]]]:
    """The message; or the end of the notice without one."""
    if now - notice.created_at > desk.parcel_policy.tell_within:
        return _ended(notice, Work.DONE, "too_late"), ()
    order = yield from load_order(notice.order)
    openid = (yield from ask(GetOpenid(order[0]))) if order else None
    composed = (yield from ask(ComposeMessage(order[0], notice.label))) if order and openid else None
    if openid is None or composed is None:
        return _ended(notice, Work.DONE, "not_wanted"), ()
    template, page, data = composed
    try:
        return SubscribeMessage(template_id=template, openid=openid, data=data, page=page)
    except InvalidInput as error:
        alerts = yield from _alert(desk, notice, f"{error.field}: {error.code}", now)
        return _ended(notice, Work.FAILED, error.code), alerts


def _sent(notice: NoticeRecord, answer: Sent | NoConsent) -> NoticeRecord:
    if isinstance(answer, NoConsent):
        return _ended(notice, Work.DONE, "no_consent")
    return evolve(_ended(notice, Work.DONE, ""), message=answer.message_id)


def _failed(desk: Desk, notice: NoticeRecord, error: MinishopError) -> Flow[tuple[NoticeRecord, tuple[Raised, ...]]]:
    if isinstance(error, OutcomeUnknown):
        return _ended(notice, Work.UNKNOWN, error.code), ()
    now = yield from now_of()
    if error.retryable and notice.attempts <= len(_RETRIES):
        least = error.retry_after if isinstance(error, PlatformError) else None
        due = now + max(least or timedelta(0), _RETRIES[notice.attempts - 1])
        return evolve(notice, state=Work.WAITING, last_code=error.code, due_at=due), ()
    alerts = yield from _alert(desk, notice, error.code, now)
    return _ended(notice, Work.FAILED, error.code), alerts


def _ended(notice: NoticeRecord, state: Work, code: str) -> NoticeRecord:
    return evolve(notice, state=state, last_code=code, due_at=None)


def _alert(desk: Desk, notice: NoticeRecord, reason: str, now: datetime) -> Flow[tuple[Raised, ...]]:
    """One alert for a label and a reason and a day, not one for each shopper."""
    about = f"{notice.label}:{reason}:{now.date()}"
    return (yield from raised(desk, "notice_failed", about, now, order=notice.order, label=notice.label, reason=reason))
