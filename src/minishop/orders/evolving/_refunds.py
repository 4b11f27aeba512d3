"""What events about refunds make of an order."""

from __future__ import annotations

from minishop.orders._enums import LegState
from minishop.orders._facts import Refund, Unit
from minishop.orders._order import Order
from minishop.orders.events import (
    CouponsReturned,
    OverRefunded,
    OwedGranted,
    PointsClawedBack,
    PointsEarned,
    PointsReturned,
    RefundCancelled,
    RefundFailed,
    RefundGranted,
    RefundLost,
    RefundRetried,
    RefundSettled,
    RefundSubmitted,
    UnitsReversed,
)
from minishop.orders.evolving._changed import changed, put, swapped

__all__ = [
    "cancelled",
    "coupons_returned",
    "failed",
    "granted",
    "lost",
    "owed_granted",
    "points_clawed_back",
    "points_earned",
    "points_returned",
    "retried",
    "reversed_",
    "settled",
    "submitted",
]


def granted(order: Order, event: RefundGranted) -> Order:
    refund = event.refund
    pledged = {entry.unit for entry in refund.units}
    taken = {entry.unit: entry.cash for entry in refund.goodwill}
    units = tuple(_pledged(unit, refund.id, unit.id in pledged, taken.get(unit.id, 0)) for unit in order.units)
    return put(
        order,
        units=units,
        freight_left=order.freight_left - refund.freight - taken.get("", 0),
        refunds=(*order.refunds, refund),
        legs=(*order.legs, *event.legs),
        after_sales=swapped(order.after_sales, refund.after_sale, refund=refund.id),
    )


def _pledged(unit: Unit, refund: str, is_pledged: bool, goodwill: int) -> Unit:
    if is_pledged:
        return changed(unit, pledge=refund, cash_left=0)
    return changed(unit, cash_left=unit.cash_left - goodwill) if goodwill else unit


def cancelled(order: Order, event: RefundCancelled) -> Order:
    refund = order.refund(event.refund)
    assert refund is not None
    legs = tuple(changed(leg, state=LegState.CANCELLED) if leg.source == refund.id else leg for leg in order.legs)
    return put(
        order,
        units=_restored(order.units, refund),
        freight_left=order.freight_left + refund.freight + sum(e.cash for e in refund.goodwill if not e.unit),
        refunds=swapped(order.refunds, refund.id, is_cancelled=True),
        legs=legs,
        after_sales=swapped(order.after_sales, refund.after_sale, refund=""),
    )


def _restored(units: tuple[Unit, ...], refund: Refund) -> tuple[Unit, ...]:
    cash = {entry.unit: entry.cash for entry in refund.units}
    goodwill = {entry.unit: entry.cash for entry in refund.goodwill}
    result = []
    for unit in units:
        if unit.id in cash:
            unit = changed(unit, pledge="", cash_left=cash[unit.id])
        elif unit.id in goodwill:
            unit = changed(unit, cash_left=unit.cash_left + goodwill[unit.id])
        result.append(unit)
    return tuple(result)


def owed_granted(order: Order, event: OwedGranted) -> Order:
    return put(order, legs=(*order.legs, event.leg))


def submitted(order: Order, event: RefundSubmitted) -> Order:
    return _sent(order, event.leg, event, LegState.SUBMITTED)


def lost(order: Order, event: RefundLost) -> Order:
    return _sent(order, event.leg, event, LegState.UNKNOWN)


def _sent(order: Order, id: str, event: RefundSubmitted | RefundLost, state: LegState) -> Order:  # noqa: A002
    leg = order.leg(id)
    sent_at = event.at if leg is None or leg.sent_at is None else leg.sent_at
    return put(order, legs=swapped(order.legs, id, state=state, sent_at=sent_at))


def settled(order: Order, event: RefundSettled) -> Order:
    leg = order.leg(event.leg)
    assert leg is not None
    was_given_up = leg.state is LegState.CANCELLED
    changes = {
        "state": LegState.SETTLED,
        "settled_at": event.settled_at,
        "reference": event.reference,
        "is_offline": event.is_offline,
    }
    order = put(order, legs=swapped(order.legs, leg.id, **changes))
    if was_given_up:
        return order
    if order.refund(leg.source) is None:
        return put(order, obligations=swapped(order.obligations, leg.source, is_settled=True))
    if all(other.state in (LegState.SETTLED, LegState.CANCELLED) for other in order.legs if other.source == leg.source):
        return put(order, refunds=swapped(order.refunds, leg.source, is_settled=True))
    return order


def over_refunded(order: Order, event: OverRefunded) -> Order:
    return put(order, legs=swapped(order.legs, event.leg, is_offline=False))


def failed(order: Order, event: RefundFailed) -> Order:
    changes = {"state": LegState.FAILED, "reason": event.reason, "is_final": event.is_final}
    return put(order, legs=swapped(order.legs, event.leg, **changes))


def retried(order: Order, event: RefundRetried) -> Order:
    if event.new_leg is None:
        return put(order, legs=swapped(order.legs, event.leg, state=LegState.GRANTED, sent_at=None))
    return put(order, legs=(*swapped(order.legs, event.leg, state=LegState.CANCELLED), event.new_leg))


def reversed_(order: Order, event: UnitsReversed) -> Order:
    units = tuple(changed(unit, is_reversed=True) if unit.id in event.units else unit for unit in order.units)
    return put(order, units=units)


def points_returned(order: Order, event: PointsReturned) -> Order:
    return put(order, points_back=order.points_back + event.points)


def points_earned(order: Order, event: PointsEarned) -> Order:
    gained = {entry.unit: entry.points for entry in event.units}
    units = tuple(changed(unit, earned=gained[unit.id]) if unit.id in gained else unit for unit in order.units)
    return put(order, units=units, points_earned=order.points_earned + event.points)


def points_clawed_back(order: Order, event: PointsClawedBack) -> Order:
    lost_by = {entry.unit for entry in event.units}
    units = tuple(changed(unit, earned=0) if unit.id in lost_by else unit for unit in order.units)
    return put(order, units=units, points_earned=order.points_earned - event.points)


def coupons_returned(order: Order, event: CouponsReturned) -> Order:
    return put(order, is_released=True)
