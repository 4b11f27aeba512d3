"""From an order and an event to the next order. No decisions here: an event has happened, whatever one thinks of it.

An order never changes. But between two orders that anybody sees there may be many events, so the steps work on an open
copy that nobody else has yet, and fill it in place; it is sealed before it is given out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from minishop.errors import CallerError
from minishop.orders import events
from minishop.orders._order import Order
from minishop.orders.events import AppEvent, Event, Placed
from minishop.orders.evolving import _after_sales, _paying, _refunds, _shipping
from minishop.orders.evolving._changed import builder, changed, copied, put, sealed
from minishop.orders.evolving._clocks import is_awaited

__all__ = ["advance", "apply", "builder", "changed", "copied", "evolve", "is_awaited"]


def evolve(order: Order | None, event: Event) -> Order:
    """The order after an event.

    Args:
        order: ``None`` before ``Placed``.
        event: Taken as it is.

    Raises:
        CallerError: ``no_order``, ``order_exists`` or ``unknown_event``: the history is not that of one order.
    """
    return _begun(event) if order is None else sealed(advance(copied(order), event))


def apply(order: Order | None, history: Iterable[Event]) -> Order:
    """The order after a history.

    Raises:
        CallerError: As :func:`evolve`; ``no_order`` also if there is neither an order nor a history.
    """
    working = None if order is None else copied(order)
    for event in history:
        working = copied(_begun(event)) if working is None else advance(working, event)
    if working is None:
        raise CallerError("there is no order and no event", code="no_order")
    return sealed(working)


def _begun(event: Event) -> Order:
    if not isinstance(event, Placed):
        raise CallerError(f"{type(event).__name__} cannot come before Placed", code="no_order")
    return _paying.placed(event)


def advance(working: Order, event: Event) -> Order:
    """The same order after an event: a copy that nobody else has is changed in place.

    Raises:
        CallerError: As :func:`evolve`.
    """
    step = _STEPS.get(type(event))
    if step is not None:
        return step(working, event)
    if isinstance(event, AppEvent):
        return _app_event(working, event)
    if isinstance(event, Placed):
        raise CallerError("the order is placed already", code="order_exists", params={"order": working.id})
    raise CallerError(f"{type(event).__name__} is no event of an order", code="unknown_event")


def _app_event(order: Order, event: AppEvent) -> Order:
    known = order.extra.get(event.namespace, {})
    return put(order, extra={**order.extra, event.namespace: {**known, **event.data}})


def _unchanged(order: Order, event: Event) -> Order:
    return order


_STEPS: dict[type[Event], Callable[[Order, Any], Order]] = {
    events.AfterSaleApproved: _after_sales.approved,
    events.AfterSaleKindChanged: _after_sales.kind_changed,
    events.AfterSaleOpened: _after_sales.opened,
    events.AfterSaleOverdue: _unchanged,
    events.AfterSaleRefused: _after_sales.refused,
    events.AfterSaleSettled: _after_sales.settled,
    events.AfterSaleWindowClosed: _unchanged,
    events.AfterSaleWithdrawn: _after_sales.withdrawn,
    events.AttemptClosed: _paying.attempt_closed,
    events.AttemptFailed: _paying.attempt_failed,
    events.AttemptLost: _paying.attempt_lost,
    events.AttemptReady: _paying.attempt_ready,
    events.Closed: _paying.closed,
    events.Completed: _shipping.completed,
    events.CouponsReturned: _refunds.coupons_returned,
    events.Delivered: _shipping.delivered,
    events.ExcessPaymentOwed: _paying.owed,
    events.HoldFailed: _paying.hold_ended,
    events.HoldReleased: _paying.hold_ended,
    events.LatePaymentOwed: _paying.owed,
    events.MismatchedPaymentOwed: _paying.owed,
    events.MoneyOwed: _paying.money_owed,
    events.OverRefunded: _refunds.over_refunded,
    events.OwedGranted: _refunds.owed_granted,
    events.Paid: _paying.paid,
    events.PaidWithoutStock: _unchanged,
    events.ParcelReturned: _shipping.parcel_returned,
    events.PartlyPaid: _paying.partly_paid,
    events.PaymentConflicted: _unchanged,
    events.PaymentStarted: _paying.payment_started,
    events.PointsClawedBack: _refunds.points_clawed_back,
    events.PointsEarned: _refunds.points_earned,
    events.PointsReturned: _refunds.points_returned,
    events.RefundAmountDiffered: _unchanged,
    events.RefundCancelled: _refunds.cancelled,
    events.RefundFailed: _refunds.failed,
    events.RefundGranted: _refunds.granted,
    events.RefundLost: _refunds.lost,
    events.RefundRetried: _refunds.retried,
    events.RefundSettled: _refunds.settled,
    events.RefundSubmitted: _refunds.submitted,
    events.ReplacementsAllocated: _after_sales.replacements_allocated,
    events.ReplacementsCancelled: _after_sales.replacements_cancelled,
    events.Repriced: _paying.repriced,
    events.ReturnDelivered: _after_sales.return_delivered,
    events.ReturnReceived: _after_sales.return_received,
    events.ReturnSent: _after_sales.return_sent,
    events.ShipmentVoided: _shipping.shipment_voided,
    events.Shipped: _shipping.shipped,
    events.StrayRefund: _unchanged,
    events.TimerArmed: _shipping.timer_armed,
    events.TimerDisarmed: _shipping.timer_disarmed,
    events.TrackingCorrected: _shipping.tracking_corrected,
    events.UnitsReceived: _shipping.units_received,
    events.UnitsReversed: _refunds.reversed_,
}
