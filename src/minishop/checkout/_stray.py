"""Stray payments: recorded once, refunded whole."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keys import derived_id
from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, ask
from minishop.payments import CaptureNotice, QueryRefund, RefundAnswer, SendRefund, StrayPayment, StrayState
from minishop.storage import Batch, FindUnique, Load, Put, Timer
from minishop.storage.codec import decode, encode

__all__ = ["record_stray", "refund_stray", "stray_answered"]

KIND = "stray-payment"
TIMER = "refund-stray"


def record_stray(desk: Desk, notice: CaptureNotice) -> Flow[None]:
    """Records the money and asks for it to be refunded; a repetition changes nothing."""
    now = yield from now_of()
    leg = derived_id("s", notice.gateway, notice.transaction)
    stray = StrayPayment.of(notice, leg, now)
    yield from commit(desk, Batch(now=now, puts=(_put(desk, stray, 0, now),)))
    yield from refund_stray(desk, stray.id)


def refund_stray(desk: Desk, stray_id: str) -> Flow[bool]:
    """Takes the refund one step further; tells whether there is news."""
    stored = yield from ask(Load(KIND, stray_id))
    if stored is None:
        return False
    stray = decode(StrayPayment, stored.document)
    if stray.state is StrayState.SETTLED:
        return False
    try:
        if stray.state in (StrayState.OWED, StrayState.FAILED):
            answer: RefundAnswer = yield from ask(SendRefund(stray.refund_request))
        else:
            answer = yield from ask(QueryRefund(stray.leg))
    except OutcomeUnknown:
        return (yield from _save(desk, evolve(stray, state=StrayState.UNKNOWN), stray, stored.version))
    except (RemoteError, CallerError):
        return False
    return (yield from _save(desk, stray.answered(answer), stray, stored.version))


def stray_answered(desk: Desk, leg: str, answer: RefundAnswer) -> Flow[bool]:
    """Records what the gateway reported; tells whether it is a stray payment's refund."""
    for _ in range(desk.rounds):
        stored = yield from ask(FindUnique(f"leg:{leg}"))
        if stored is None or stored.kind != KIND:
            return False
        stray = decode(StrayPayment, stored.document)
        after = stray.answered(answer)
        if after == stray or (yield from _save(desk, after, stray, stored.version)):
            return True
    return True


def _save(desk: Desk, after: StrayPayment, before: StrayPayment, version: int) -> Flow[bool]:
    if after == before:
        return False
    now = yield from now_of()
    result = yield from commit(desk, Batch(now=now, puts=(_put(desk, after, version, now),)))
    return bool(getattr(result, "versions", None))


def _put(desk: Desk, stray: StrayPayment, expected: int, now: datetime) -> Put:
    done = stray.state is StrayState.SETTLED
    return Put(
        kind=KIND,
        id=stray.id,
        expected=expected,
        document=encode(stray).document,
        shop=desk.shop,
        label=stray.state,
        created_at=stray.recorded_at,
        unique=(f"transaction:{stray.id}", f"leg:{stray.leg}"),
        timers=() if done else (Timer(TIMER, "", now + timedelta(minutes=1)),),
    )
