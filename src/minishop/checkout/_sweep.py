"""The sweep: what time has brought about, and what a crash has left behind.

Everything it does is some use case decided again, so it may run beside live traffic, beside itself, late or twice. Each
kind of work is done and counted apart; one item that cannot be done is put off (1, 5, 30 minutes) and holds up nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import evolve, field, frozen

from minishop.checkout._after_sales import grant_owed
from minishop.checkout._claims import give_back_claims, give_back_expired
from minishop.checkout._close import expire
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._following import follow_parcel
from minishop.checkout._kept import CHECK_SETTLEMENT, FOLLOW_PARCEL, REPORT_SHIPPING, SEND_NOTICE
from minishop.checkout._notices import send_notice
from minishop.checkout._outcomes import Done, Refused
from minishop.checkout._pay import query_payment
from minishop.checkout._records import GIVE_BACK, GRANT_OWED, QUERY_LEG, QUERY_PAYMENT, SEND_LEG, load_order
from minishop.checkout._refunds import query_leg, send_leg
from minishop.checkout._relay import relay
from minishop.checkout._reporting import report_shipping
from minishop.checkout._settling import check_settlement
from minishop.checkout._stray import TIMER as REFUND_STRAY
from minishop.checkout._stray import refund_stray
from minishop.flows import Flow, ask
from minishop.orders import TimerKind
from minishop.storage import Defer, DropHolds, DropReceipts, DueTimer, FindDue

__all__ = ["Swept", "sweep"]

_PUT_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
#: After so many minutes without a clear answer an unpaid order is closed all the same.
_PATIENCE = 10

_Work: TypeAlias = Callable[[Desk, DueTimer], Flow[bool]]


@frozen(kw_only=True)
class Swept:
    """What one run did.

    Attributes:
        timers: Clocks acted on.
        payments: Attempts that the gateway was asked about, with news.
        refunds: Legs that were sent or asked about, with news.
        owed: Obligations that were granted.
        strays: Stray payments that came one step further.
        claims: Flash-sale claims given back.
        holds: Expired holds that were tidied away.
        events: Outbox rows delivered.
        reports: Shipping reports that came one step further, and settlements that were compared.
        parcels: Parcels that were subscribed to or asked about.
        notices: Messages to shoppers that came to an end or one step further.
        receipts: Expired receipts forgotten.
        put_off: Items that could not be done now.
        errors: What was raised by items that were put off, as text, at most 20.
    """

    timers: int = 0
    payments: int = 0
    refunds: int = 0
    owed: int = 0
    strays: int = 0
    claims: int = 0
    holds: int = 0
    events: int = 0
    reports: int = 0
    parcels: int = 0
    notices: int = 0
    receipts: int = 0
    put_off: int = 0
    errors: tuple[str, ...] = field(default=())

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return self == Swept()


def sweep(desk: Desk, *, limit: int = 100, relays: bool = True) -> Flow[Swept]:
    """Does what is due, at most ``limit`` items of each kind. Run it every minute or so, on any number of machines.

    What events lead to outside the shop is done after they were delivered, in the same run.

    Args:
        desk: The shop's.
        limit: Items of each kind.
        relays: Whether the outbox is delivered as well; needs a consumer.
    """
    done = Swept()
    for name, kinds, work in _KINDS:
        done = yield from _work_off(desk, done, name, kinds, work, limit)
    now = yield from now_of()
    holds = yield from ask(DropHolds(now, limit))
    claims = done.claims + (yield from give_back_expired(desk, limit))
    events = (yield from relay(desk, limit=limit)) if relays else None
    done = evolve(done, claims=claims, holds=holds, events=events.delivered if events else 0)
    for name, kinds, work in _outside(desk):
        done = yield from _work_off(desk, done, name, kinds, work, limit)
    return evolve(done, receipts=(yield from ask(DropReceipts(now, limit))))


def _work_off(desk: Desk, done: Swept, name: str, kinds: tuple[str, ...], work: _Work, limit: int) -> Flow[Swept]:
    now = yield from now_of()
    count = 0
    for timer in (yield from ask(FindDue(now, limit, kinds))):
        try:
            has_news = yield from work(desk, timer)
        except Exception as error:  # whatever the app's gateway or shelf raises, the other items are due as well
            has_news = False
            said = f"{timer.kind} {timer.record_id} {timer.subject}: {getattr(error, 'code', type(error).__name__)}"
            done = evolve(done, errors=(*done.errors, said)[:20])
        if has_news:
            count += 1
        elif (yield from _put_off(timer, now)):
            done = evolve(done, put_off=done.put_off + 1)
    return evolve(done, **{name: getattr(done, name) + count})


def _put_off(timer: DueTimer, now: datetime) -> Flow[bool]:
    # An unpaid order is asked about every minute, so that it is closed soon after its deadline.
    step = 0 if timer.kind == TimerKind.UNPAID else min(timer.failures, len(_PUT_OFF) - 1)
    return (yield from ask(Defer(timer, now + _PUT_OFF[step])))


def _timer(desk: Desk, timer: DueTimer) -> Flow[bool]:
    force = timer.failures >= _PATIENCE
    answer = yield from expire(desk, timer.record_id, kind=timer.kind, subject=timer.subject, force=force)
    return isinstance(answer, Done) and bool(answer.topics)


def _payment(desk: Desk, timer: DueTimer) -> Flow[bool]:
    answer = yield from query_payment(desk, timer.record_id, timer.subject)
    return isinstance(answer, Done) and bool(answer.topics)


def _send(desk: Desk, timer: DueTimer) -> Flow[bool]:
    answer = yield from send_leg(desk, timer.record_id, timer.subject)
    return isinstance(answer, Done) and bool(answer.topics)


def _query(desk: Desk, timer: DueTimer) -> Flow[bool]:
    answer = yield from query_leg(desk, timer.record_id, timer.subject)
    return isinstance(answer, Done) and bool(answer.topics)


def _grant(desk: Desk, timer: DueTimer) -> Flow[bool]:
    answer = yield from grant_owed(desk, timer.record_id, obligation=timer.subject)
    return not isinstance(answer, Refused)


def _stray(desk: Desk, timer: DueTimer) -> Flow[bool]:
    return (yield from refund_stray(desk, timer.record_id))


def _give_back(desk: Desk, timer: DueTimer) -> Flow[bool]:
    # The clock is put off first: who does that has the work, and after a crash it is due again.
    now = yield from now_of()
    if not (yield from _put_off(timer, now)):
        return False
    loaded = yield from load_order(timer.record_id)
    return bool(loaded and (yield from give_back_claims(desk, *loaded)))


_KINDS: tuple[tuple[str, tuple[str, ...], _Work], ...] = (
    ("timers", tuple(TimerKind), _timer),
    ("payments", (QUERY_PAYMENT,), _payment),
    ("refunds", (SEND_LEG,), _send),
    ("refunds", (QUERY_LEG,), _query),
    ("owed", (GRANT_OWED,), _grant),
    ("strays", (REFUND_STRAY,), _stray),
    ("claims", (GIVE_BACK,), _give_back),
)


def _outside(desk: Desk) -> Iterator[tuple[str, tuple[str, ...], _Work]]:
    """The kinds of work that need somebody outside, as far as the shop has them."""
    if desk.reports:
        yield "reports", (REPORT_SHIPPING,), report_shipping
        yield "reports", (CHECK_SETTLEMENT,), check_settlement
    if desk.trackers:
        yield "parcels", (FOLLOW_PARCEL,), follow_parcel
    if desk.notifies:
        yield "notices", (SEND_NOTICE,), send_notice
