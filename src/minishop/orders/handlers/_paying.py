"""Placing and paying."""

from __future__ import annotations

from minishop.orders._context import Context
from minishop.orders._enums import AttemptState, Life, OwedFor, PaymentState
from minishop.orders._facts import Attempt, Obligation, Payment
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import (
    CloseAttempt,
    FailAttempt,
    LoseTrackOfAttempt,
    Pay,
    Place,
    ReadyAttempt,
    StartPayment,
)
from minishop.orders.events import (
    AttemptClosed,
    AttemptFailed,
    AttemptLost,
    AttemptReady,
    Event,
    ExcessPaymentOwed,
    LatePaymentOwed,
    MismatchedPaymentOwed,
    Paid,
    PaidWithoutStock,
    PartlyPaid,
    PaymentConflicted,
    PaymentStarted,
    Placed,
)
from minishop.orders.evolving import builder, changed, evolve
from minishop.orders.freezing import check_terms
from minishop.orders.handlers._closing import close, grant_owed, owed
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import hand_out

__all__ = [
    "OPEN_ATTEMPTS",
    "close_attempt",
    "fail_attempt",
    "lose_attempt",
    "open_parts",
    "pay",
    "place",
    "ready_attempt",
    "start_payment",
]

#: States in which somebody may still pay.
OPEN_ATTEMPTS = frozenset((AttemptState.CREATED, AttemptState.READY, AttemptState.UNKNOWN))

_payment, _paid = builder(Payment), builder(Paid)


def place(command: Place, ctx: Context) -> tuple[Event, ...]:
    """The order begins; without anything to pay it is paid at once.

    Raises:
        InvalidInput: The terms do not add up.
    """
    terms = command.terms
    check_terms(terms)
    if terms.payable:
        within = ctx.policy.pay_flash_within if terms.is_flash else ctx.policy.pay_within
        return (Placed(at=ctx.now, terms=terms, hold=command.hold, pay_until=ctx.now + within),)
    placed = Placed(at=ctx.now, terms=terms, hold=command.hold)
    draft = Draft(evolve(None, placed), ctx)
    draft.note(Paid(at=ctx.now, payment=None, amount=0))
    hand_out(draft)
    return (placed, *draft.done())


def open_parts(order: Order) -> dict[int, int]:
    """The parts that are still to be paid: place to amount, fen."""
    done = {payment.part for payment in order.payments if payment.state is PaymentState.ACCEPTED}
    return {part: amount for part, amount in enumerate(order.terms.parts) if part not in done}


def start_payment(order: Order, command: StartPayment, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Makes an attempt for one part that is still to be paid."""
    parts = open_parts(order)
    part = next(iter(parts)) if command.part is None else command.part
    if part not in parts:
        return refuse("part_not_open", part=part)
    if order.attempt(command.attempt) is not None:
        return refuse("id_taken", id=command.attempt)
    for attempt in order.attempts:
        if attempt.part == part and attempt.state in OPEN_ATTEMPTS:
            return refuse("attempt_open", attempt=attempt.id)
    expires = command.expires_at
    if order.pay_until is not None:
        expires = order.pay_until if expires is None else min(expires, order.pay_until)
    made = Attempt(
        id=command.attempt,
        channel=command.channel,
        amount=parts[part],
        currency=order.terms.currency,
        part=part,
        created_at=ctx.now,
        expires_at=expires,
    )
    return (PaymentStarted(at=ctx.now, attempt=made),)


def _is_open(order: Order, attempt: str, *states: AttemptState) -> bool:
    found = order.attempt(attempt)
    return found is not None and found.state in (states or OPEN_ATTEMPTS)


def ready_attempt(order: Order, command: ReadyAttempt, ctx: Context) -> tuple[Event, ...]:
    """The gateway has it."""
    if not _is_open(order, command.attempt, AttemptState.CREATED, AttemptState.UNKNOWN):
        return ()
    return (AttemptReady(at=ctx.now, attempt=command.attempt, parameters=command.parameters),)


def close_attempt(order: Order, command: CloseAttempt, ctx: Context) -> tuple[Event, ...]:
    """Nobody can pay it any more."""
    return (AttemptClosed(at=ctx.now, attempt=command.attempt),) if _is_open(order, command.attempt) else ()


def fail_attempt(order: Order, command: FailAttempt, ctx: Context) -> tuple[Event, ...]:
    """The gateway did not make it. What is ready was made: then it refused another that asked for the same."""
    if not _is_open(order, command.attempt, AttemptState.CREATED, AttemptState.UNKNOWN):
        return ()
    return (AttemptFailed(at=ctx.now, attempt=command.attempt, reason=command.reason),)


def lose_attempt(order: Order, command: LoseTrackOfAttempt, ctx: Context) -> tuple[Event, ...]:
    """Nobody knows whether it is there."""
    if not _is_open(order, command.attempt, AttemptState.CREATED):
        return ()
    return (AttemptLost(at=ctx.now, attempt=command.attempt),)


def pay(order: Order, command: Pay, ctx: Context) -> tuple[Event, ...]:
    """A capture: it counts, or it is owed back. A capture that is known already changes nothing."""
    id = f"{command.channel}:{command.transaction}"  # noqa: A001
    known = order.payment(id)
    if known is not None:
        return _again(known, command, ctx)
    attempt = order.attempt(command.attempt)
    payment = _payment(
        id=id,
        channel=command.channel,
        transaction=command.transaction,
        attempt=command.attempt,
        amount=command.amount,
        currency=command.currency,
        part=0 if attempt is None else attempt.part,
        captured_at=command.captured_at,
        recorded_at=ctx.now,
    )
    if order.life is Life.CLOSED:
        return _owed(order, payment, PaymentState.LATE, ctx)
    what = _mismatch(order, attempt, command)
    if what:
        return _owed(order, payment, PaymentState.MISMATCHED, ctx, what)
    parts = open_parts(order)
    if not order.terms.payable or payment.part not in parts:
        return _owed(order, payment, PaymentState.EXCESS, ctx)
    return _accepted(order, payment, command, ctx, is_last=len(parts) == 1)


def _again(known: Payment, command: Pay, ctx: Context) -> tuple[Event, ...]:
    told = (command.attempt, command.amount, command.currency)
    if told == (known.attempt, known.amount, known.currency):
        return ()
    return (
        PaymentConflicted(
            at=ctx.now,
            payment=known.id,
            attempt=command.attempt,
            amount=command.amount,
            currency=command.currency,
        ),
    )


def _mismatch(order: Order, attempt: Attempt | None, command: Pay) -> str:
    """What does not match the attempt, or nothing."""
    if attempt is None or attempt.channel != command.channel:
        return "attempt"
    if command.order is not None and command.order != order.id:
        return "order"
    if command.currency != attempt.currency:
        return "currency"
    return "" if command.amount == attempt.amount else "amount"


_OWED_FOR = {
    PaymentState.LATE: OwedFor.LATE,
    PaymentState.EXCESS: OwedFor.EXCESS,
    PaymentState.MISMATCHED: OwedFor.MISMATCHED,
}


def _owed(order: Order, payment: Payment, state: PaymentState, ctx: Context, what: str = "") -> tuple[Event, ...]:
    payment = changed(payment, state=state)
    obligation = owed(order, payment, _OWED_FOR[state])
    event = _owed_event(payment, obligation, ctx, what)
    return (event, grant_owed(obligation, ctx)) if ctx.policy.refund_owed == "auto" else (event,)


def _owed_event(payment: Payment, obligation: Obligation, ctx: Context, what: str) -> Event:
    if payment.state is PaymentState.LATE:
        return LatePaymentOwed(at=ctx.now, payment=payment, obligation=obligation)
    if payment.state is PaymentState.EXCESS:
        return ExcessPaymentOwed(at=ctx.now, payment=payment, obligation=obligation)
    return MismatchedPaymentOwed(at=ctx.now, payment=payment, obligation=obligation, what=what)


def _accepted(order: Order, payment: Payment, command: Pay, ctx: Context, *, is_last: bool) -> tuple[Event, ...]:
    event: Event
    if is_last:
        event = _paid(at=ctx.now, payment=payment, amount=order.captured + payment.amount)
    else:
        event = PartlyPaid(at=ctx.now, payment=payment)
    if command.has_stock and all(line.ships for line in order.terms.lines):
        return (event,)
    draft = Draft(order, ctx)
    draft.note(event)
    if not command.has_stock:
        draft.note(PaidWithoutStock(at=ctx.now, payment=payment.id))
        close(draft, "no_stock")
    elif is_last:
        hand_out(draft)
    return draft.done()
