"""Closing: what was paid is owed back, what was taken is free again."""

from __future__ import annotations

import re
from hashlib import sha256

from minishop.orders._context import Context
from minishop.orders._enums import LegState, OwedFor, PaymentState, Role
from minishop.orders._facts import Leg, Obligation, Payment
from minishop.orders._order import Order
from minishop.orders.commands import Close, FailHold, ReleaseHold
from minishop.orders.events import (
    AfterSaleWithdrawn,
    Closed,
    Event,
    HoldFailed,
    HoldReleased,
    MoneyOwed,
    OwedGranted,
)
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import give_back_benefits, hand_out, return_points, reverse, settle_down

__all__ = ["close", "decide_close", "fail_hold", "grant_owed", "kept_back", "owed", "owed_id", "release_hold"]

_SAFE = re.compile(r"[0-9A-Za-z_-]{1,59}")


def owed_id(order: Order, payment: Payment) -> str:
    """The number of an obligation and of its leg: always the same for one payment, and fit for every gateway."""
    namesakes = (other.id for other in order.payments if other.transaction == payment.transaction)
    if next(namesakes, payment.id) == payment.id and _SAFE.fullmatch(payment.transaction):
        return f"owed-{payment.transaction}"
    return f"owed-{sha256(payment.id.encode()).hexdigest()[:40]}"


def owed(order: Order, payment: Payment, source: OwedFor) -> Obligation:
    """All of a payment that does not count goes back."""
    return Obligation(id=owed_id(order, payment), source=source, payment=payment.id, amount=payment.amount)


def grant_owed(obligation: Obligation, ctx: Context) -> OwedGranted:
    """The one leg of an obligation."""
    leg = Leg(
        id=obligation.id,
        source=obligation.id,
        payment=obligation.payment,
        amount=obligation.amount,
        granted_at=ctx.now,
    )
    return OwedGranted(at=ctx.now, obligation=obligation.id, leg=leg)


def kept_back(order: Order) -> int:
    """Deductions that stand, fen. Closing gives a threshold's back: of an order that is gone nothing is kept."""
    is_closed = any(unit.pledge == "close" for unit in order.units)
    return sum(
        deduction.taken
        for refund in order.refunds
        if not refund.is_cancelled
        for deduction in refund.deductions
        if not (is_closed and deduction.code == "threshold")
    )


def decide_close(order: Order, command: Close, ctx: Context) -> tuple[Event, ...]:
    """Somebody closes the order."""
    draft = Draft(order, ctx)
    by_default = "buyer" if ctx.actor.role is Role.BUYER else "seller"
    close(draft, command.reason or by_default)
    return draft.done()


def release_hold(order: Order, command: ReleaseHold, ctx: Context) -> tuple[Event, ...]:
    """What the order waited for has come about; virtual goods are handed out, if they are paid."""
    draft = Draft(order, ctx)
    draft.note(HoldReleased(at=ctx.now, hold=order.hold))
    if order.paid_at is not None:
        hand_out(draft)
    return draft.done()


def fail_hold(order: Order, command: FailHold, ctx: Context) -> tuple[Event, ...]:
    """What the order waited for did not come about."""
    draft = Draft(order, ctx)
    draft.note(HoldFailed(at=ctx.now, hold=order.hold))
    close(draft, command.reason)
    return draft.done()


def close(draft: Draft, reason: str) -> None:
    """Closes: after-sales lapse, clocks stop, money is owed, points and coupons go back when it is."""
    now = draft.now
    for after_sale in draft.order.after_sales:
        if after_sale.is_open and not after_sale.refund:
            draft.note(AfterSaleWithdrawn(at=now, after_sale=after_sale.id, reason="order_closed"))
    order = draft.order
    is_paid = order.paid_at is not None
    left = [unit for unit in order.units if not unit.pledge]
    stocked = tuple(unit.id for unit in left if not unit.is_shipped and _ships(order, unit.line))
    pledged = tuple(unit.id for unit in left) if is_paid else ()
    owed_now = _money_owed(order)
    draft.note(Closed(at=now, reason=reason, units=stocked, pledged=pledged))
    for obligation in owed_now:
        draft.note(MoneyOwed(at=now, obligation=obligation))
        if draft.ctx.policy.refund_owed == "auto":
            draft.note(grant_owed(obligation, draft.ctx))
    if not is_paid:
        return_points(draft, "close", tuple(unit.id for unit in order.units))
        give_back_benefits(draft)
    elif not owed_now:
        reverse(draft, "close", "close", pledged)
        settle_down(draft)


def _ships(order: Order, line: str) -> bool:
    return any(found.ships for found in order.terms.lines if found.id == line)


def _money_owed(order: Order) -> list[Obligation]:
    """What is left of each capture that counts, less what is kept back for good."""
    keep = sum(
        deduction.taken
        for refund in order.refunds
        if not refund.is_cancelled
        for deduction in refund.deductions
        if deduction.code != "threshold"
    )
    result = []
    for payment in reversed(order.payments):
        if payment.state is not PaymentState.ACCEPTED:
            continue
        left = payment.amount - _claimed(order, payment)
        kept = min(keep, left)
        keep -= kept
        if left > kept:
            result.append(
                Obligation(id=owed_id(order, payment), source=OwedFor.CLOSED, payment=payment.id, amount=left - kept)
            )
    return result[::-1]


def _claimed(order: Order, payment: Payment) -> int:
    return sum(leg.amount for leg in order.legs if leg.payment == payment.id and leg.state is not LegState.CANCELLED)
