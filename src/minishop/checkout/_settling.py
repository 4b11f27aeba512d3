"""What the mini-program platform pushes about payments: overdue reports, expected and confirmed settlements.

A settlement comes as two events of one name, and not always in this order. The confirmed one says that the goods have
been received, so the order is confirmed in the same batch; a late first one undoes nothing. Afterwards the sweep
compares with what the platform has, and what differs is an alert.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from minishop.checkout._act import Request, decide_all, order_batch
from minishop.checkout._alerts import Raised, raise_alert, raised, with_alerts
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._hearing import Heard
from minishop.checkout._keeping import busy, keep, load_record, put_record
from minishop.checkout._kept import ReportRecord, Settlement, Work
from minishop.checkout._ports import FindShippingOrder
from minishop.checkout._records import ORDER, decode_order, load_order
from minishop.errors import MinishopError
from minishop.flows import Flow, ask
from minishop.orders import SYSTEM, Actor, Confirm, Event, Goods, Order, Payment, Rejected, Role, facets
from minishop.storage import Batch, Committed, DueTimer, FindUnique
from minishop.wechat.push import (
    ConfirmedBy,
    OrderSettled,
    PushEvent,
    ReportingRequired,
    SettlementExpected,
    ShippingOverdue,
    TradeControlled,
    TradeEvent,
)
from minishop.wechat.shipping import OrderKey, OrderState, ShippingOrder

__all__ = ["check_settlement", "platform_pushed"]

_CHECKS = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 720))
_IS_SETTLED = frozenset({OrderState.RECEIVED, OrderState.COMPLETED, OrderState.AWAITING_SETTLEMENT})


def platform_pushed(desk: Desk, event: PushEvent) -> Flow[Heard]:
    """Takes in what the platform has pushed and somebody has verified; repeating it changes nothing.

    Args:
        desk: The shop's.
        event: Of :meth:`~minishop.wechat.MiniProgram.receive_push`. What does not concern orders is left to the app.

    Raises:
        StoreBusy: It is not stored: answer with an error, it comes again.
    """
    match event:
        case SettlementExpected() | OrderSettled():
            return (yield from _settlement(desk, event))
        case ShippingOverdue():
            found = yield from _find(desk, event)
            if found is None:
                return Heard(unknown=(event.transaction_id,))
            order = found[0].id
            yield from raise_alert(desk, "shipping_overdue", event.key, order=order, transaction=event.transaction_id)
            return Heard(orders=(order,))
        case ReportingRequired(message=message):
            yield from raise_alert(desk, "reporting_required", event.key, message=message)
        case TradeControlled(message=message):
            yield from raise_alert(desk, "trade_controlled", event.key, message=message)
        case _:
            pass
    return Heard()


def _find(desk: Desk, event: TradeEvent) -> Flow[tuple[Order, int, Payment] | None]:
    """The order that a payment belongs to."""
    stored = yield from ask(FindUnique(f"transaction:{desk.gateway}:{event.transaction_id}"))
    if stored is None or stored.kind != ORDER:
        return None
    order = decode_order(stored)
    payment = order.payment(f"{desk.gateway}:{event.transaction_id}")
    return None if payment is None else (order, stored.version, payment)


def _settlement(desk: Desk, event: SettlementExpected | OrderSettled) -> Flow[Heard]:
    for _ in range(desk.rounds):
        found = yield from _find(desk, event)
        if found is None:
            return Heard(unknown=(event.transaction_id,))
        order, version, payment = found
        now = yield from now_of()
        known = yield from load_record(ReportRecord, payment.id)
        before = known[0] if known else _unreported(order, payment)
        after = _told(desk, before, event, now)
        if after == before:
            return Heard()
        confirmed = _confirmed(desk, order, event, now) if isinstance(event, OrderSettled) else None
        alerts: tuple[Raised, ...] = ()
        if isinstance(event, OrderSettled) and facets(order).goods in (Goods.NONE, Goods.PARTLY_SHIPPED):
            ours, theirs = str(facets(order).goods), "received"
            alerts = yield from _differs(desk, before, "goods", ours, theirs, now)
        batch = Batch(now=now)
        if confirmed is not None:
            batch = order_batch(desk, confirmed[0], order, version, confirmed[1], now, Request(name="confirm"))
        batch = evolve(batch, puts=(*batch.puts, put_record(desk, after, known[1] if known else 0)))
        if isinstance((yield from commit(desk, with_alerts(batch, alerts))), Committed):
            return Heard(orders=(order.id,))
    raise busy("the order")


def _unreported(order: Order, payment: Payment) -> ReportRecord:
    """The record of a payment that somebody else has reported."""
    return ReportRecord(
        id=payment.id,
        order=order.id,
        buyer=order.buyer,
        transaction=payment.transaction,
        created_at=payment.recorded_at,
        state=Work.DONE,
    )


def _told(desk: Desk, record: ReportRecord, event: SettlementExpected | OrderSettled, now: datetime) -> ReportRecord:
    known = record.settlement or Settlement()
    if isinstance(event, SettlementExpected):
        if known.shipped_at and event.shipped_at and event.shipped_at < known.shipped_at:
            return record
        told = evolve(
            known,
            shipped_at=event.shipped_at or known.shipped_at,
            estimated_at=event.estimated_at or known.estimated_at,
        )
        return evolve(record, settlement=told)
    told = evolve(
        known,
        shipped_at=known.shipped_at or event.shipped_at,
        confirmed_by=str(event.confirmed_by),
        confirmed_at=event.confirmed_at,
        settled_at=event.settled_at,
    )
    if told == known:
        return record
    return evolve(record, settlement=told, check_at=now if desk.reports else None, checks=0)


def _confirmed(desk: Desk, order: Order, event: OrderSettled, now: datetime) -> tuple[Order, tuple[Event, ...]] | None:
    """The order once its receipt is confirmed; ``None``: there is nothing (more) to confirm.

    What was sent in exchange is not what was paid for, and is confirmed by itself.
    """
    originals = {unit.shipment for unit in order.units if not unit.is_replacement}
    there = tuple(one.id for one in order.shipments if one.id in originals and not one.is_void)
    if not there:
        return None
    actor = Actor(Role.BUYER, order.buyer) if event.confirmed_by is ConfirmedBy.SHOPPER else SYSTEM
    decided = decide_all(desk, order, [Confirm(shipments=there)], now, actor)
    return None if isinstance(decided, Rejected) else decided


# -- the sweep's work -------------------------------------------------------------------------------------------------


def check_settlement(desk: Desk, timer: DueTimer) -> Flow[bool]:
    """Compares a settlement with what the platform has of the payment; tells whether that is done."""
    now = yield from now_of()
    loaded = yield from load_record(ReportRecord, timer.record_id)
    if loaded is None or loaded[0].check_at is None or loaded[0].check_at > now:
        return False  # since it was looked for, another has compared it
    record, version = loaded
    order = yield from load_order(record.order)
    try:
        there = yield from ask(FindShippingOrder(OrderKey(transaction_id=record.transaction)))
    except MinishopError as error:
        after, alerts = yield from _later(desk, record, now, "state", "confirmed", error.code)
    else:
        if there.state in (OrderState.SHIPPED, OrderState.AWAITING_SHIPMENT):  # its own event may be ahead of it
            after, alerts = yield from _later(desk, record, now, "state", "confirmed", str(there.state))
        else:
            after = evolve(record, check_at=None)
            alerts = yield from _compare(desk, order[0] if order else None, record, there, now)
    return (yield from keep(desk, after, version, now, alerts=alerts)) is not None


def _later(
    desk: Desk, record: ReportRecord, now: datetime, what: str, ours: str, theirs: str
) -> Flow[tuple[ReportRecord, tuple[Raised, ...]]]:
    """To be compared again, some times."""
    if record.checks < len(_CHECKS):
        return evolve(record, check_at=now + _CHECKS[record.checks], checks=record.checks + 1), ()
    alerts = yield from _differs(desk, record, what, ours, theirs, now)
    return evolve(record, check_at=None), alerts


def _compare(
    desk: Desk, order: Order | None, record: ReportRecord, there: ShippingOrder, now: datetime
) -> Flow[tuple[Raised, ...]]:
    payment = order.payment(record.id) if order else None
    found: tuple[Raised, ...] = ()
    if payment is not None and there.paid_amount not in (None, payment.amount):
        found += yield from _differs(desk, record, "amount", payment.amount, there.paid_amount, now)
    is_refunded = there.state is OrderState.REFUNDED and order is not None and bool(order.legs)
    if there.state not in _IS_SETTLED and not is_refunded:
        found += yield from _differs(desk, record, "state", "confirmed", str(there.state), now)
    if there.in_complaint:
        found += yield from raised(desk, "buyer_complained", record.id, now, order=record.order)
    return found


def _differs(
    desk: Desk, record: ReportRecord, what: str, ours: object, theirs: object, now: datetime
) -> Flow[tuple[Raised, ...]]:
    said = {"order": record.order, "transaction": record.transaction, "what": what, "ours": ours, "theirs": theirs}
    return (yield from raised(desk, "settlement_differs", f"{record.id}:{what}", now, **said))
