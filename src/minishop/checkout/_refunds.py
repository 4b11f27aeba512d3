"""Money going back: refunds are granted in the order, then asked of the gateway under the leg's own number.

Granting is committed before the gateway is called, so a crash in between leaves a leg that the sweep sends. Both may
send it: the number makes it one refund. A timeout is *unknown* and only a query ends that.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from minishop.checkout._act import Plan, Request, act
from minishop.checkout._desk import Desk
from minishop.checkout._outcomes import Answer, Done, Refused, refused
from minishop.checkout._records import load_order, order_of_leg
from minishop.checkout._stray import stray_answered
from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, ask
from minishop.orders import (
    Command,
    FailRefund,
    Leg,
    LegState,
    Order,
    RefundNotFound,
    SettleRefund,
    SubmitRefund,
    UnknownRefund,
)
from minishop.payments import (
    Declined,
    NotFound,
    QueryRefund,
    RefundAnswer,
    RefundNotice,
    RefundRequest,
    SendRefund,
    Settled,
    Submitted,
)

__all__ = ["query_leg", "refund_notified", "send_leg", "send_legs"]


def send_legs(desk: Desk, done: Done) -> Flow[Answer]:
    """Asks the gateway for every refund of the order that is granted and was not sent; returns the order afterwards."""
    latest: Done = done
    known: tuple[Order, int] | None = (done.order, done.version)
    for leg in done.order.legs:
        if leg.state is LegState.GRANTED:
            sent = yield from send_leg(desk, done.order.id, leg.id, known=known)
            if isinstance(sent, Done):
                latest = evolve(latest, order=sent.order, version=sent.version, topics=latest.topics + sent.topics)
            known = None  # the call took its time: whether the next is still to be sent has to be read again
    return latest


def send_leg(desk: Desk, order_id: str, leg_id: str, *, known: tuple[Order, int] | None = None) -> Flow[Answer | None]:
    """Asks the gateway for one refund and records its answer. ``None``: there is nothing to send, or it was busy."""
    loaded = known or (yield from load_order(order_id))
    leg = loaded[0].leg(leg_id) if loaded else None
    if loaded is None or leg is None or leg.state is not LegState.GRANTED:
        return None
    try:
        answer = yield from ask(SendRefund(_refund_request(loaded[0], leg)))
    except OutcomeUnknown:
        command: Command = UnknownRefund(leg=leg.id)
    except (RemoteError, CallerError) as error:
        if error.retryable:
            return None
        command = FailRefund(leg=leg.id, reason=error.code)
    else:
        command = _command(leg.id, answer)
    return (yield from act(desk, order_id, _answered(leg, command), Request(name="refund_sent"), known=loaded))


def _answered(asked: Leg, command: Command) -> Plan:
    """An answer to what was asked. A decline counts only while nobody else has heard something of this leg."""

    def plan(order: Order, now: datetime) -> list[Command]:
        return [] if isinstance(command, FailRefund) and order.leg(asked.id) != asked else [command]

    return plan


def _refund_request(order: Order, leg: Leg) -> RefundRequest:
    payment = order.payment(leg.payment)
    assert payment is not None  # a leg is made for a payment of its order
    return RefundRequest(
        leg=leg.id,
        attempt=payment.attempt,
        transaction=payment.transaction,
        amount=leg.amount,
        total=payment.amount,
        currency=payment.currency,
        reason=leg.reason,
    )


def _command(leg: str, answer: RefundAnswer) -> Command:
    match answer:
        case Submitted():
            return SubmitRefund(leg=leg)
        case Settled(amount=amount, settled_at=settled_at, refund=refund):
            return SettleRefund(leg=leg, amount=amount, settled_at=settled_at, reference=refund)
        case Declined(reason, is_final):
            return FailRefund(leg=leg, reason=reason, is_final=is_final)
        case NotFound():
            return RefundNotFound(leg=leg)


def query_leg(desk: Desk, order_id: str, leg_id: str) -> Flow[Answer | None]:
    """Asks the gateway where a refund stands, and records it; sends it again if the gateway never had it.

    ``None``: no news.
    """
    loaded = yield from load_order(order_id)
    leg = loaded[0].leg(leg_id) if loaded else None
    if leg is None:
        return None
    try:
        answer = yield from ask(QueryRefund(leg_id))
    except (OutcomeUnknown, RemoteError):
        return None
    if isinstance(answer, Submitted) and leg.state is LegState.SUBMITTED:
        return None
    plan = _answered(leg, _command(leg_id, answer))
    answered = yield from act(desk, order_id, plan, Request(name="refund_queried"), known=loaded)
    if isinstance(answer, NotFound) and isinstance(answered, Done):
        sent = yield from send_leg(desk, order_id, leg_id)
        return sent or (answered if answered.topics else None)
    return answered


def refund_notified(desk: Desk, notice: RefundNotice, *, notification: str = "") -> Flow[Answer]:
    """Records what the gateway has reported of a refund and somebody has verified; repeating it changes nothing.

    Args:
        desk: The shop's.
        notice: What the gateway says.
        notification: The gateway's number of the notification, written as a receipt with the effect.

    Returns:
        Done: It is durable: acknowledge it.
        Refused: ``wrong_gateway``; ``no_such_refund``: no order has this leg, the next reconciliation shows it.
    """
    if notice.gateway != desk.gateway:
        return refused("wrong_gateway", gateway=notice.gateway)
    order = yield from order_of_leg(notice.leg)
    if order is None:
        if (yield from stray_answered(desk, notice.leg, notice.answer)):
            return refused("stray_payment", transaction=notice.leg)
        return refused("no_such_refund", leg=notice.leg)
    command = _command(notice.leg, notice.answer)
    request = Request(name="refund_notified", key=notification or None, arguments={"notice": notice})
    answered = yield from act(desk, order[0].id, [command], request, known=order)
    if isinstance(answered, Refused) and answered.code == "key_reused":  # the number is another one's
        return (yield from refund_notified(desk, notice))
    return answered if isinstance(answered, Refused) else (yield from send_legs(desk, answered))
