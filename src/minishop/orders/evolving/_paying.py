"""What events about placing and paying make of an order."""

from __future__ import annotations

from minishop.orders._enums import AttemptState, Life, TimerKind
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
from minishop.orders.evolving._changed import Open, changed, put, swapped
from minishop.orders.evolving._clocks import clock, without

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
    terms, until = event.terms, event.pay_until
    return Order(
        terms=terms,
        units=_units(terms),
        hold=event.hold,
        freight_left=terms.freight,
        timers=() if until is None else (clock(TimerKind.UNPAID, terms.id, "", until),),
        pay_until=until,
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


def partly_paid(order: Open, event: PartlyPaid) -> Open:
    return _with_payment(order, event.payment)


def paid(order: Open, event: Paid) -> Open:
    order.paid_at = event.at
    order.timers = without(order.timers, TimerKind.UNPAID)
    return order if event.payment is None else _with_payment(order, event.payment)


def owed(order: Open, event: LatePaymentOwed | ExcessPaymentOwed | MismatchedPaymentOwed) -> Open:
    order.obligations = (*order.obligations, event.obligation)
    return _with_payment(order, event.payment)


def _with_payment(order: Open, payment: Payment) -> Open:
    order.attempts = swapped(order.attempts, payment.attempt, state=AttemptState.PAID)
    order.payments = (*order.payments, payment)
    return order


def repriced(order: Order, event: Repriced) -> Order:
    terms = event.terms
    return put(order, terms=terms, units=_units(terms), freight_left=terms.freight)


def closed(order: Order, event: Closed) -> Order:
    if not event.pledged:
        return put(order, life=Life.CLOSED, reason=event.reason, timers=())
    pledged = set(event.pledged)
    units = tuple(changed(unit, pledge="close", cash_left=0) if unit.id in pledged else unit for unit in order.units)
    return put(order, life=Life.CLOSED, reason=event.reason, units=units, freight_left=0, timers=())


def money_owed(order: Order, event: MoneyOwed) -> Order:
    return put(order, obligations=(*order.obligations, event.obligation))


def hold_ended(order: Order, event: HoldReleased | HoldFailed) -> Order:
    return put(order, hold="none")
