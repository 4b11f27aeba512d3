"""Telling the mini-program platform that goods have left, so that the shop gets its money (发货信息管理).

The outbox only wakes the record of a payment; the sweep compares what has left with what the platform has accepted, and
reports the difference. So nothing depends on which event came when, or how often. A correction after everything was
reported is the one re-report: it waits until everything has left again, and is written down before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve, frozen

from minishop.checkout._alerts import Raised, raised
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keeping import busy, keep, load_due, load_record, load_records, taken_until
from minishop.checkout._kept import ReportRecord, Work
from minishop.checkout._leaving import Leaving, leaving_of, report_of
from minishop.checkout._ports import FindShippingOrder, GetOpenid, ReportShipping
from minishop.checkout._records import load_order
from minishop.errors import InvalidInput, MinishopError, OutcomeUnknown
from minishop.flows import Flow, ask
from minishop.orders import Order, Payment, PaymentState
from minishop.storage import DueTimer
from minishop.wechat import ShippingStateError
from minishop.wechat.shipping import OrderKey, OrderState, ShippingReport, next_report_at

__all__ = ["payments_to_report", "report_shipping", "shipping_reports", "wake_reports"]

#: What the client finds out by itself: the platform has everything of the payment already, and differently.
_REPLACES = frozenset({"already_reported", "would_replace"})


def payments_to_report(desk: Desk, order: Order) -> Iterator[Payment]:
    """The payments that goods were paid with."""
    return (
        payment
        for payment in order.payments
        if payment.state is PaymentState.ACCEPTED and payment.channel == desk.gateway
    )


def shipping_reports(desk: Desk, order: str) -> Flow[tuple[ReportRecord, ...]]:
    """How far the shipping reports of an order are, one for each of its payments; none for one that needs none."""
    loaded = yield from load_order(order)
    names = tuple(payment.id for payment in loaded[0].payments) if loaded else ()
    return (yield from load_records(ReportRecord, names))


# -- waking -----------------------------------------------------------------------------------------------------------


def wake_reports(desk: Desk, order: Order, *, again: bool = False) -> Flow[None]:
    """Makes sure that somebody looks at what has left of an order.

    Args:
        desk: The shop's.
        order: As it is.
        again: Try also what had failed.
    """
    for payment in payments_to_report(desk, order):
        yield from _wake(desk, order, payment, again)


def _wake(desk: Desk, order: Order, payment: Payment, again: bool) -> Flow[None]:
    for _ in range(desk.rounds):
        known = yield from load_record(ReportRecord, payment.id)
        record, version = known or (_new_record(order, payment), 0)
        leaving = leaving_of(order, desk.parcel_policy.delivery(order), was_split=record.is_split)
        if leaving is None or not _is_news(record, leaving, again):
            return
        now = yield from now_of()
        if (yield from keep(desk, _woken(record, leaving, now), version, now)) is not None:
            return
    raise busy("the shipping report")


def _new_record(order: Order, payment: Payment) -> ReportRecord:
    return ReportRecord(
        id=payment.id,
        order=order.id,
        buyer=order.buyer,
        transaction=payment.transaction,
        created_at=payment.recorded_at,
    )


def _is_news(record: ReportRecord, leaving: Leaving, again: bool) -> bool:
    has_failed = record.state is Work.FAILED or record.last_code == "no_payer"
    return leaving.digest != record.wanted or (again and has_failed)


def _woken(record: ReportRecord, leaving: Leaving, now: datetime) -> ReportRecord:
    if record.state is Work.CALLING:
        return evolve(record, wanted=leaving.digest, is_overtaken=True)
    return evolve(record, wanted=leaving.digest, state=Work.WAITING, due_at=now, attempts=0, first_at=None)


# -- the sweep's work -------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Call:
    """A report to send."""

    record: ReportRecord
    was_replaced: bool
    report: ShippingReport
    leaving: Leaving
    order: Order

    @property
    def is_replacement(self) -> bool:
        return self.record.is_finished


@frozen(kw_only=True)
class _End:
    """Nothing to send, and what a person should know of that."""

    record: ReportRecord
    alerts: tuple[Raised, ...] = ()


def report_shipping(desk: Desk, timer: DueTimer) -> Flow[bool]:
    """Takes the report of a payment one step further; tells whether it did."""
    now = yield from now_of()
    loaded = yield from load_due(ReportRecord, timer.record_id, now)
    if loaded is None:
        return False
    step = yield from _decide(desk, loaded[0], now)
    if isinstance(step, _End):
        return (yield from keep(desk, step.record, loaded[1], now, alerts=step.alerts)) is not None
    version = yield from keep(desk, step.record, loaded[1], now)
    if version is None:
        return False
    try:
        answer = yield from ask(ReportShipping(step.report, step.is_replacement))
    except MinishopError as error:
        return (yield from _save(desk, step, (yield from _failed(desk, step, error))))
    accepted = _accepted(step)
    if answer.is_unchanged and step.record.attempts == 1:  # another word for the same carrier is no correction
        accepted = evolve(accepted, is_replaced=step.was_replaced)
    return (yield from _save(desk, step, _End(record=accepted)))


def _decide(desk: Desk, record: ReportRecord, now: datetime) -> Flow[_Call | _End]:
    loaded = yield from load_order(record.order)
    leaving = None
    if loaded is not None:
        leaving = leaving_of(loaded[0], desk.parcel_policy.delivery(loaded[0]), was_split=record.is_split)
    if loaded is None or leaving is None or record.is_confirmed:
        return _End(record=evolve(record, state=Work.DONE, wanted=record.reported, due_at=None))
    if leaving.digest == record.reported or (record.is_finished and not leaving.is_all):
        return _End(record=evolve(record, state=Work.DONE, wanted=leaving.digest, due_at=None))
    if record.is_finished and record.is_replaced and record.sent != leaving.digest:
        alerts = yield from _alert(desk, "re_report_used", record, leaving, now)
        return _End(record=_given_up(record, leaving, "re_report_used"), alerts=alerts)
    payer = yield from ask(GetOpenid(loaded[0]))
    if payer is None:
        return _End(record=evolve(record, state=Work.DONE, wanted=leaving.digest, due_at=None, last_code="no_payer"))
    now = yield from now_of()  # the app may have taken its time to answer
    return (yield from _call(desk, record, loaded[0], leaving, payer, now))


def _call(
    desk: Desk, record: ReportRecord, order: Order, leaving: Leaving, payer: str, now: datetime
) -> Flow[_Call | _End]:
    taken = _taken(record, leaving, now)
    try:
        report = report_of(
            desk.parcel_policy,
            order,
            leaving,
            transaction=record.transaction,
            payer=payer,
            at=taken.uploaded_at or now,
        )
    except InvalidInput as error:
        alerts = yield from _alert(desk, "report_failed", record, leaving, now, reason=f"{error.field}: {error.code}")
        return _End(record=_given_up(record, leaving, error.code), alerts=alerts)
    return _Call(record=taken, was_replaced=record.is_replaced, report=report, leaving=leaving, order=order)


def _taken(record: ReportRecord, leaving: Leaving, now: datetime) -> ReportRecord:
    """The record while the report is on its way. The same report goes out with the same time until it is answered."""
    record = evolve(taken_until(record, now), wanted=leaving.digest, is_overtaken=False)
    if record.sent == leaving.digest and record.first_at is not None:
        return evolve(record, attempts=record.attempts + 1, is_replaced=record.is_replaced or record.is_finished)
    last = record.uploaded_at
    at = now if last is None else max(now, last + timedelta(milliseconds=1))
    return evolve(
        record,
        sent=leaving.digest,
        attempts=1,
        first_at=now,
        uploaded_at=at,
        is_replaced=record.is_replaced or record.is_finished,
    )


def _accepted(step: _Call) -> ReportRecord:
    return evolve(
        step.record,
        state=Work.DONE,
        reported=step.leaving.digest,
        is_split=step.leaving.is_split,
        is_finished=step.leaving.is_all,
        due_at=None,
        last_code="",
    )


def _failed(desk: Desk, step: _Call, error: MinishopError) -> Flow[_End]:
    """What follows from an error: the same again later, or otherwise, or a person has to look."""
    now = yield from now_of()
    is_replaced = step.record.is_replaced if isinstance(error, OutcomeUnknown) else step.was_replaced
    record = evolve(step.record, last_code=error.code, is_replaced=is_replaced)
    if isinstance(error, ShippingStateError):
        if error.code in _REPLACES and not record.is_replaced:  # it got through before, and nobody heard of it
            return _End(record=evolve(record, state=Work.WAITING, is_finished=True, first_at=None, due_at=now))
        if (yield from _is_settled_otherwise(step)):
            return _End(record=evolve(_accepted(step), last_code=error.code))
    else:
        first_at = record.first_at or now
        due = next_report_at(error, attempts=record.attempts, first_at=first_at, now=now)
        if due is not None:
            return _End(record=evolve(record, state=Work.WAITING, due_at=due))
    alerts = yield from _alert(desk, "report_failed", record, step.leaving, now, reason=error.code)
    return _End(record=_given_up(record, step.leaving, error.code), alerts=alerts)


def _is_settled_otherwise(step: _Call) -> Flow[bool]:
    """Whether the platform has what was to be reported, or has given the money back as the shop has."""
    try:
        there = yield from ask(FindShippingOrder(OrderKey(transaction_id=step.record.transaction)))
    except MinishopError:
        return False
    if there.state is OrderState.REFUNDED:
        return bool(step.order.legs)
    known = {(one.tracking_no, one.company) for one in there.shipping.parcels} if there.shipping else set()
    wanted = {(one.tracking_no, one.company) for one in step.report.parcels}
    is_express = bool(step.leaving.shipments)
    return there.shipping is not None and there.shipping.is_finished and (not is_express or wanted <= known)


def _given_up(record: ReportRecord, leaving: Leaving, code: str) -> ReportRecord:
    return evolve(record, state=Work.FAILED, wanted=leaving.digest, last_code=code, due_at=None)


def _alert(
    desk: Desk, code: str, record: ReportRecord, leaving: Leaving, now: datetime, **params: object
) -> Flow[tuple[Raised, ...]]:
    about = f"{record.id}:{leaving.digest}:{params.get('reason', '')}"
    return (yield from raised(desk, code, about, now, order=record.order, transaction=record.transaction, **params))


def _save(desk: Desk, step: _Call, end: _End) -> Flow[bool]:
    """Writes what came of a call, also if the record was woken or a settlement came in the meantime."""
    for _ in range(desk.rounds):
        loaded = yield from load_record(ReportRecord, step.record.id)
        if loaded is None or (loaded[0].state, loaded[0].attempts, loaded[0].sent) != (
            Work.CALLING,
            step.record.attempts,
            step.record.sent,
        ):
            return False
        now = yield from now_of()
        if (yield from keep(desk, _merged(loaded[0], end.record, now), loaded[1], now, alerts=end.alerts)) is not None:
            return True
    raise busy("the shipping report")


def _merged(there: ReportRecord, end: ReportRecord, now: datetime) -> ReportRecord:
    after = evolve(end, settlement=there.settlement, check_at=there.check_at, checks=there.checks)
    if there.is_overtaken:
        return evolve(after, wanted=there.wanted, state=Work.WAITING, is_overtaken=False, due_at=now)
    return after
