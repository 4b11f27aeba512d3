"""What events about placing and paying make of an order."""

from __future__ import annotations

from minishop.orders._enums import AttemptState, Life
from minishop.orders._facts import Payment, Unit
from minishop.orders._order import Order
from minishop.orders._terms import Terms
from minishop.orders.events import (
    AttemptClosed,
    AttemptFailed,
    AttemptLost,
    AttemptReady,
    Closed,
    ExcessPaymentOwed,
    HoldFailed,
    HoldReleased,
    LatePaymentOwed,
    MismatchedPaymentOwed,
    MoneyOwed,
    Paid,
    PartlyPaid,
    PaymentStarted,
    Placed,
    Repriced,
)
from minishop.orders.evolving._changed import changed, put, swapped

__all__ = [
    "attempt_closed",
    "attempt_failed",
    "attempt_lost",
    "attempt_ready",
    "closed",
    "hold_ended",
    "money_owed",
    "owed",
    "paid",
    "partly_paid",
    "payment_started",
    "placed",
    "repriced",
]


def placed(event: Placed) -> Order:
    """The order as it begins."""
    terms = event.terms
    return Order(
        terms=terms,
        units=_units(terms),
        hold=event.hold,
        freight_left=terms.freight,
        pay_until=event.pay_until,
    )


def _units(terms: Terms) -> tuple[Unit, ...]:
    return tuple(
        Unit(id=unit.id, line=line.id, origin=unit.id, stock=line.stock, cash_left=unit.cash)
        for line in terms.lines
        for unit in line.units
    )


def payment_started(order: Order, event: PaymentStarted) -> Order:
    return put(order, attempts=(*order.attempts, event.attempt))


def attempt_ready(order: Order, event: AttemptReady) -> Order:
    attempts = swapped(order.attempts, event.attempt, state=AttemptState.READY, parameters=event.parameters)
    return put(order, attempts=attempts)


def attempt_closed(order: Order, event: AttemptClosed) -> Order:
    return put(order, attempts=swapped(order.attempts, event.attempt, state=AttemptState.CLOSED))


def attempt_failed(order: Order, event: AttemptFailed) -> Order:
    return put(order, attempts=swapped(order.attempts, event.attempt, state=AttemptState.FAILED))


def attempt_lost(order: Order, event: AttemptLost) -> Order:
    return put(order, attempts=swapped(order.attempts, event.attempt, state=AttemptState.UNKNOWN))


def partly_paid(order: Order, event: PartlyPaid) -> Order:
    return _with_payment(order, event.payment)


def paid(order: Order, event: Paid) -> Order:
    if event.payment is None:
        return put(order, paid_at=event.at)
    return _with_payment(order, event.payment, paid_at=event.at)


def owed(order: Order, event: LatePaymentOwed | ExcessPaymentOwed | MismatchedPaymentOwed) -> Order:
    return _with_payment(order, event.payment, obligations=(*order.obligations, event.obligation))


def _with_payment(order: Order, payment: Payment, **also: object) -> Order:
    attempts = swapped(order.attempts, payment.attempt, state=AttemptState.PAID)
    return put(order, attempts=attempts, payments=(*order.payments, payment), **also)


def repriced(order: Order, event: Repriced) -> Order:
    terms = event.terms
    return put(order, terms=terms, units=_units(terms), freight_left=terms.freight)


def closed(order: Order, event: Closed) -> Order:
    if not event.pledged:
        return put(order, life=Life.CLOSED, reason=event.reason)
    pledged = set(event.pledged)
    units = tuple(changed(unit, pledge="close", cash_left=0) if unit.id in pledged else unit for unit in order.units)
    return put(order, life=Life.CLOSED, reason=event.reason, units=units, freight_left=0)


def money_owed(order: Order, event: MoneyOwed) -> Order:
    return put(order, obligations=(*order.obligations, event.obligation))


def hold_ended(order: Order, event: HoldReleased | HoldFailed) -> Order:
    return put(order, hold="none")
