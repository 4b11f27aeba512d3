"""What the gateway says about refunds. Facts: none of it is ever rejected.

A leg is granted, then submitted, then settled, failed or unknown. Notifications come late, twice and in any order, so
each is read against the state of its leg: it moves the leg forward, or it changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from minishop.orders._context import Context
from minishop.orders._enums import LegState, OwedFor
from minishop.orders._facts import Leg, Refund
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import (
    FailRefund,
    RefundNotFound,
    RetryRefund,
    SettleOffline,
    SettleRefund,
    SubmitRefund,
    UnknownRefund,
)
from minishop.orders.events import (
    AfterSaleSettled,
    Event,
    OverRefunded,
    RefundAmountDiffered,
    RefundFailed,
    RefundLost,
    RefundRetried,
    RefundSettled,
    RefundSubmitted,
    StrayRefund,
)
from minishop.orders.evolving import changed
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import reverse, settle_down

__all__ = ["fail", "finish", "lose", "not_found", "retry", "settle", "settle_offline", "submit"]

_IN_FLIGHT = (LegState.GRANTED, LegState.SUBMITTED, LegState.UNKNOWN)


def submit(order: Order, command: SubmitRefund, ctx: Context) -> tuple[Event, ...]:
    """Accepted by the gateway; also what it had declined when it was asked at another time."""
    leg = order.leg(command.leg)
    if leg is None:
        return ()
    is_again = leg.state is LegState.FAILED and not leg.is_final
    if not (is_again or leg.state in (LegState.GRANTED, LegState.UNKNOWN)):
        return ()
    return (RefundSubmitted(at=ctx.now, leg=leg.id),)


def lose(order: Order, command: UnknownRefund, ctx: Context) -> tuple[Event, ...]:
    """No answer."""
    leg = order.leg(command.leg)
    if leg is None or leg.state not in (LegState.GRANTED, LegState.SUBMITTED):
        return ()
    return (RefundLost(at=ctx.now, leg=leg.id),)


def fail(order: Order, command: FailRefund, ctx: Context) -> tuple[Event, ...]:
    """Refused by the gateway, for now or for good."""
    leg = order.leg(command.leg)
    if leg is None:
        return ()
    is_news = leg.state in _IN_FLIGHT or (leg.state is LegState.FAILED and command.is_final and not leg.is_final)
    if not is_news:
        return ()
    return (RefundFailed(at=ctx.now, leg=leg.id, reason=command.reason, is_final=command.is_final),)


def not_found(order: Order, command: RefundNotFound, ctx: Context) -> tuple[Event, ...]:
    """The gateway does not know it: too early to tell, or it never arrived and is sent again under its number."""
    leg = order.leg(command.leg)
    if leg is None or leg.sent_at is None or leg.state not in (LegState.SUBMITTED, LegState.UNKNOWN):
        return ()
    if ctx.now < leg.sent_at + ctx.policy.resend_after:
        return ()
    return (RefundRetried(at=ctx.now, leg=leg.id),)


def settle(order: Order, command: SettleRefund, ctx: Context) -> tuple[Event, ...]:
    """Paid. Another amount than granted proves nothing about this leg: it has to be queried."""
    leg = order.leg(command.leg)
    if leg is None:
        return (StrayRefund(at=ctx.now, leg=command.leg, amount=command.amount),)
    if command.amount != leg.amount:
        alert = RefundAmountDiffered(at=ctx.now, leg=leg.id, amount=command.amount)
        lost = RefundLost(at=ctx.now, leg=leg.id)
        return (alert, lost) if leg.state in (LegState.GRANTED, LegState.SUBMITTED) else (alert,)
    if leg.state is LegState.SETTLED:
        return (OverRefunded(at=ctx.now, leg=leg.id, amount=leg.amount),) if leg.is_offline else ()
    return _settled(order, leg, ctx, command.settled_at, command.reference, is_offline=False)


def settle_offline(order: Order, command: SettleOffline, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Paid by hand."""
    leg = order.leg(command.leg)
    if leg is None:
        return refuse("unknown_leg", leg=command.leg)
    if leg.state is not LegState.FAILED:
        return refuse("leg_not_failed", leg=leg.id, state=str(leg.state))
    return _settled(order, leg, ctx, ctx.now, command.reference, is_offline=True)


def _settled(
    order: Order, leg: Leg, ctx: Context, at: datetime, reference: str, *, is_offline: bool
) -> tuple[Event, ...]:
    draft = Draft(order, ctx)
    draft.note(RefundSettled(at=ctx.now, leg=leg.id, settled_at=at, reference=reference, is_offline=is_offline))
    if leg.state is LegState.CANCELLED:
        draft.note(OverRefunded(at=ctx.now, leg=leg.id, amount=leg.amount))
        return draft.done()
    refund = draft.order.refund(leg.source)
    if refund is None:
        _finish_owed(draft, leg)
    elif refund.is_settled:
        finish(draft, refund)
    return draft.done()


def _finish_owed(draft: Draft, leg: Leg) -> None:
    """Units of a closed order are reversed when all of its captures have gone back."""
    order = draft.order
    obligation = order.obligation(leg.source)
    if obligation is None or obligation.source is not OwedFor.CLOSED:
        return
    if all(each.is_settled for each in order.obligations if each.source is OwedFor.CLOSED):
        units = tuple(unit.id for unit in order.units if unit.pledge == "close" and not unit.is_reversed)
        reverse(draft, "close", "close", units)


def finish(draft: Draft, refund: Refund) -> None:
    """The refund has settled: its units are reversed, its after-sale ends."""
    units = tuple(entry.unit for entry in refund.units)
    shipments = tuple(dict.fromkeys(unit.shipment for unit in draft.order.units if unit.id in units and unit.shipment))
    reverse(draft, refund.id, refund.after_sale, units)
    draft.note(AfterSaleSettled(at=draft.now, after_sale=refund.after_sale))
    settle_down(draft, shipments)


def retry(order: Order, command: RetryRefund, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Sends a failed leg again: under its number, or under a new one if that is dead."""
    leg = order.leg(command.leg)
    if leg is None:
        return refuse("unknown_leg", leg=command.leg)
    if leg.state is not LegState.FAILED:
        return refuse("leg_not_failed", leg=leg.id, state=str(leg.state))
    if leg.is_final != bool(command.new_leg):
        return refuse("leg_final" if leg.is_final else "leg_not_final", leg=leg.id)
    if command.new_leg and (order.leg(command.new_leg) or order.refund(command.new_leg)):
        return refuse("id_taken", id=command.new_leg)
    if order.capacity(leg.payment) < leg.amount:
        return refuse("no_capacity", missing=leg.amount - order.capacity(leg.payment))
    if not command.new_leg:
        return (RefundRetried(at=ctx.now, leg=leg.id),)
    new = changed(
        leg,
        id=command.new_leg,
        state=LegState.GRANTED,
        reason="",
        is_final=False,
        granted_at=ctx.now,
        sent_at=None,
    )
    return (RefundRetried(at=ctx.now, leg=leg.id, new_leg=new),)
