"""Money coming in: attempts at the gateway, notifications, queries.

A capture is a fact, so :func:`pay_notified` always ends in something durable that can be acknowledged to the gateway:
the order is paid, or the money is owed back. Only an answer of the wrong merchant is refused.
"""

from __future__ import annotations

import json
from datetime import datetime

from attrs import define, evolve

from minishop.checkout._act import Request, act, decide_all, find_done
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keys import derived_id
from minishop.checkout._outcomes import Answer, Done, Refused, refused
from minishop.checkout._records import load_order, order_of_attempt
from minishop.checkout._refunds import send_legs
from minishop.checkout._stray import record_stray
from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, ask
from minishop.orders import (
    Actor,
    Attempt,
    AttemptState,
    CloseAttempt,
    Command,
    FailAttempt,
    Life,
    LoseTrackOfAttempt,
    Order,
    Pay,
    ReadyAttempt,
    Rejected,
    Role,
    StartPayment,
)
from minishop.payments import (
    CaptureNotice,
    Closed,
    ClosePayment,
    CreatePayment,
    NotFound,
    PaymentAnswer,
    PaymentRequest,
    Pending,
    QueryPayment,
    Ready,
)
from minishop.quotes import Reason
from minishop.storage import Batch, Put, StoreBusy

__all__ = ["end_payments", "open_attempts", "pay_notified", "prepare_payment", "query_payment", "start_payment"]

_OPEN = (AttemptState.CREATED, AttemptState.READY, AttemptState.UNKNOWN)


def open_attempts(order: Order) -> tuple[Attempt, ...]:
    """Attempts that the gateway may still take money for."""
    return tuple(attempt for attempt in order.attempts if attempt.state in _OPEN)


def start_payment(
    desk: Desk,
    order: str,
    *,
    buyer: str,
    key: str,
    payment_channel: str = "",
    payer: str = "",
    part: int | None = None,
) -> Flow[Answer]:
    """Makes another payment attempt, for example after the first one expired or for another way of paying.

    Older attempts of the same part are closed at the gateway first; if one turns out to be paid, that is recorded
    instead.

    Args:
        desk: The shop's.
        order: Id of the order.
        buyer: Who pays; must be the order's buyer.
        key: The caller's idempotency key.
        payment_channel: The gateway's way of paying.
        payer: Who pays, as the gateway knows them.
        part: Which of the separately paid parts; ``None``: the first that is not paid.

    Returns:
        Done: ``client`` has what the front end needs.
        Refused: Reasons of the order's guards, also if an older attempt turned out to be paid.
        Refused: ``payment_unknown`` if an older attempt cannot be closed for certain.
    """
    attempt = derived_id("p", order, key)
    request = Request(
        name="start_payment",
        actor=Actor(Role.BUYER, buyer),
        key=key,
        arguments={"order": order, "channel": payment_channel, "part": part},
    )
    command = StartPayment(attempt=attempt, channel=desk.gateway, part=part)
    started = yield from end_payments(desk, order, command, request)
    if isinstance(started, Refused):
        return started
    return (yield from prepare_payment(desk, started, attempt, channel=payment_channel, payer=payer))


def prepare_payment(
    desk: Desk, done: Done, attempt_id: str, *, channel: str = "", payer: str = "", finalise: str | None = None
) -> Flow[Answer]:
    """Steps two and three: asks the gateway to make the payment, and records what it answers.

    An attempt that is ready already gives the same parameters again. Whatever the gateway does, the order stands.
    """
    attempt = done.order.attempt(attempt_id)
    if attempt is None or attempt.state not in _OPEN or done.order.life is not Life.OPEN:
        return evolve(done, attempt=attempt_id if attempt else "")
    if attempt.state is AttemptState.READY:
        return evolve(done, attempt=attempt.id, client=json.loads(attempt.parameters or "{}"))
    try:
        answer = yield from ask(CreatePayment(_payment_request(desk, done.order, attempt, channel, payer)))
    except OutcomeUnknown:
        yield from _record(desk, done.order, LoseTrackOfAttempt(attempt=attempt.id))
        return evolve(done, attempt=attempt.id, notice=Reason("payment_unknown"))
    except (RemoteError, CallerError) as error:
        if error.retryable:
            return evolve(done, attempt=attempt.id, notice=Reason("gateway_busy"))
        yield from _record(desk, done.order, FailAttempt(attempt=attempt.id, reason=error.code))
        return evolve(done, attempt=attempt.id, notice=Reason("payment_declined", {"reason": error.code}))
    return (yield from _created(desk, done, attempt, answer, finalise))


def _created(desk: Desk, done: Done, attempt: Attempt, answer: PaymentAnswer, finalise: str | None) -> Flow[Answer]:
    match answer:
        case CaptureNotice():
            paid = yield from pay_notified(desk, answer)
            if isinstance(paid, Refused):
                return evolve(done, attempt=attempt.id, notice=paid.reasons[0])
            return evolve(paid, topics=done.topics + paid.topics, attempt=attempt.id)
        case Ready(client):
            ready = ReadyAttempt(attempt=attempt.id, parameters=json.dumps(dict(client), ensure_ascii=False))
            actor = Actor(Role.BUYER, done.order.buyer)
            request = Request(name="place_order", actor=actor, key=finalise, arguments={"attempt": attempt.id})
            final = yield from act(desk, done.order.id, [ready], request, known=(done.order, done.version))
            if isinstance(final, Refused):
                return final
            final = evolve(final, topics=done.topics + final.topics, is_repeated=done.is_repeated, attempt=attempt.id)
            made = final.order.attempt(attempt.id)
            if made is None or made.state is not AttemptState.READY:
                return (yield from _take_back(desk, final, attempt))
            return evolve(final, client=dict(client))
        case Pending() | Closed() | NotFound():
            return evolve(
                done, attempt=attempt.id, notice=Reason("payment_declined", {"reason": type(answer).__name__})
            )


def _take_back(desk: Desk, done: Done, attempt: Attempt) -> Flow[Answer]:
    """Closes a payment that the gateway made for an attempt that was over meanwhile; nobody shall pay it.

    If the gateway has no answer, the shopper still has nothing to pay with, and the payment expires.
    """
    notice = Reason("payment_declined", {"reason": "closed"})
    try:
        answer = yield from ask(ClosePayment(attempt.id))
    except (OutcomeUnknown, RemoteError):
        return evolve(done, notice=notice)
    if isinstance(answer, CaptureNotice):
        paid = yield from pay_notified(desk, answer)
        return paid if isinstance(paid, Refused) else evolve(paid, topics=done.topics + paid.topics, attempt=attempt.id)
    return evolve(done, notice=notice)


def _payment_request(desk: Desk, order: Order, attempt: Attempt, channel: str, payer: str) -> PaymentRequest:
    deadline = attempt.expires_at
    assert deadline is not None  # StartPayment sets it
    return PaymentRequest(
        attempt=attempt.id,
        order=order.id,
        amount=attempt.amount,
        currency=attempt.currency,
        description=desk.description(order.id),
        expires_at=deadline,
        payer=payer,
        channel=channel,
    )


def _record(desk: Desk, order: Order, command: Command) -> Flow[Answer]:
    return (yield from act(desk, order.id, [command], Request(name="gateway_answered")))


def pay_notified(desk: Desk, notice: CaptureNotice, *, notification: str = "") -> Flow[Answer]:
    """Records a capture that the gateway has reported and somebody has verified; repeating it changes nothing.

    Args:
        desk: The shop's.
        notice: What the gateway says.
        notification: The gateway's number of the notification that says so. It is written as a receipt in the batch
            that has the effect: after a crash before the commit the next delivery is as good as the first, and one
            that comes later is a repetition.

    Returns:
        Done: It is durable: acknowledge it. The order is paid; or the money came too late, twice or wrong, and is
            owed back (see ``topics``).
        Refused: Acknowledge it too. ``wrong_merchant``: it is not ours. ``stray_payment``: it belongs to no order; it
            is recorded and goes back. ``payment_conflict``: another order has this transaction; the first record
            stands, and an alert (a record of kind ``alert``) is left for a person.
    """
    if notice.gateway != desk.gateway or notice.merchant != desk.merchant:
        return refused("wrong_merchant", merchant=notice.merchant)
    found = yield from order_of_attempt(notice.attempt)
    if found is None:
        yield from record_stray(desk, notice)
        return refused("stray_payment", transaction=notice.transaction)
    paid = yield from _pay(desk, found, notice, notification, has_stock=True)
    if isinstance(paid, Refused) and paid.code == "stock_short":
        paid = yield from _pay(desk, found, notice, notification, has_stock=False)
    if isinstance(paid, Refused) and paid.code == "key_reused":  # the number is another one's; the money is there
        return (yield from pay_notified(desk, notice))
    if isinstance(paid, Refused) and paid.code == "already_taken":
        return (yield from _conflicting(desk, found[0].id, notice))
    if isinstance(paid, Done):
        paid = yield from send_legs(desk, paid)
    return paid


def _pay(
    desk: Desk, found: tuple[Order, int], notice: CaptureNotice, notification: str, *, has_stock: bool
) -> Flow[Answer]:
    command = Pay(
        attempt=notice.attempt,
        channel=notice.gateway,
        transaction=notice.transaction,
        amount=notice.amount,
        currency=notice.currency,
        captured_at=notice.captured_at,
        has_stock=has_stock,
    )
    request = Request(name="pay_notified", key=notification or None, arguments={"notice": notice})
    return (yield from act(desk, found[0].id, [command], request, known=found))


def _conflicting(desk: Desk, order: str, notice: CaptureNotice) -> Flow[Answer]:
    now = yield from now_of()
    said = {"order": order, "attempt": notice.attempt, "amount": notice.amount, "transaction": notice.transaction}
    alert = Put(
        kind="alert",
        id=f"payment_conflict:{notice.gateway}:{notice.transaction}:{order}",
        expected=0,
        document=json.dumps({"code": "payment_conflict", **said}),
        shop=desk.shop,
        label="payment_conflict",
        created_at=now,
    )
    yield from commit(desk, Batch(now=now, puts=(alert,)))
    return refused("payment_conflict", transaction=notice.transaction, attempt=notice.attempt)


def query_payment(desk: Desk, order: str, attempt: str) -> Flow[Answer | None]:
    """Asks the gateway where an attempt stands, and records a capture or an end. ``None``: still open."""
    try:
        answer = yield from ask(QueryPayment(attempt))
    except (OutcomeUnknown, RemoteError):
        return None
    match answer:
        case CaptureNotice():
            return (yield from pay_notified(desk, answer))
        case Closed():
            return (yield from act(desk, order, [CloseAttempt(attempt=attempt)], Request(name="query_payment")))
        case Ready() | Pending() | NotFound():
            return (yield from _end_expired(desk, order, attempt))


def _end_expired(desk: Desk, order: str, attempt: str) -> Flow[Answer | None]:
    """Closes an attempt that nobody should be able to pay any more, so that it is not asked about for ever."""
    loaded = yield from load_order(order)
    found = loaded[0].attempt(attempt) if loaded else None
    now = yield from now_of()
    if found is None or found.expires_at is None or now < found.expires_at:
        return None
    try:
        answer = yield from ask(ClosePayment(attempt))
    except (OutcomeUnknown, RemoteError):
        return None
    if isinstance(answer, CaptureNotice):
        return (yield from pay_notified(desk, answer))
    return (yield from act(desk, order, [CloseAttempt(attempt=attempt)], Request(name="query_payment")))


def close_at_gateway(desk: Desk, order: Order, *, except_for: str = "") -> Flow[tuple[str, ...] | Answer]:
    """Asks the gateway to close the open attempts of an order; nothing of that is recorded yet.

    Returns:
        tuple: Ids of the attempts that nobody can pay any more.
        Done: One had been paid, and that is recorded.
        Refused: ``payment_unknown``: the gateway gave no clear answer, nothing was changed.
    """
    closed: list[str] = []
    for attempt in open_attempts(order):
        if attempt.id == except_for:
            continue
        try:
            answer = yield from ask(ClosePayment(attempt.id))
        except (OutcomeUnknown, RemoteError):
            return refused("payment_unknown", order)
        if isinstance(answer, CaptureNotice):
            return (yield from pay_notified(desk, answer))
        closed.append(attempt.id)
    return tuple(closed)


def end_payments(desk: Desk, order_id: str, command: Command, request: Request, *, force: bool = False) -> Flow[Answer]:
    """Carries out a command that needs the order's payments to be closed at the gateway first.

    The command is tried before the gateway is bothered: what would be refused anyway closes nobody's payment. If the
    gateway has the money already, the order is paid, and the command is decided on the paid order.

    Args:
        desk: The shop's.
        order_id: Of the order.
        command: What to do.
        request: Who asks.
        force: Go on if the gateway does not say whether it has the money.
    """
    earlier = yield from find_done(desk, request)
    if earlier is not None:
        return earlier
    loaded = yield from load_order(order_id)
    if loaded is None:
        return refused("no_such_order", id=order_id)
    now = yield from now_of()
    own = command.attempt if isinstance(command, StartPayment) else ""
    tried = decide_all(desk, loaded[0], _closing(loaded[0], None, own), now, request.actor)
    if not isinstance(tried, Rejected):
        tried = decide_all(desk, tried[0], [command], now, request.actor)
    if isinstance(tried, Rejected):
        return Refused(reasons=tried.reasons, order=loaded[0])
    if not tried[1]:
        return Done(order=loaded[0], version=loaded[1])  # for example a clock that has not run out
    for _ in range(desk.rounds):
        closed = yield from close_at_gateway(desk, loaded[0], except_for=own)
        if isinstance(closed, Refused) and not (force and closed.code == "payment_unknown"):
            return closed
        ended = _Ended(command, own, closed if isinstance(closed, tuple) else (), force)
        answer = yield from act(desk, order_id, ended, request)
        if not ended.has_others:
            return answer
        loaded = (yield from load_order(order_id)) or loaded  # another payment was started meanwhile
    raise StoreBusy("others started payments faster than they could be closed", code="busy")


@define
class _Ended:
    """The plan of :func:`end_payments`: nothing, if there is a payment that was not closed at the gateway."""

    command: Command
    own: str
    closed: tuple[str, ...]
    force: bool
    has_others: bool = False

    def __call__(self, order: Order, now: datetime) -> list[Command]:
        known = (*self.closed, self.own)
        self.has_others = not self.force and any(one.id not in known for one in open_attempts(order))
        return [] if self.has_others else [*_closing(order, self.closed, self.own), self.command]


def _closing(order: Order, closed: tuple[str, ...] | None, own: str) -> list[Command]:
    """That the attempts are closed: those named, or all but the command's own."""
    ids = [one.id for one in open_attempts(order) if one.id != own and (closed is None or one.id in closed)]
    return [CloseAttempt(attempt=name) for name in ids]
