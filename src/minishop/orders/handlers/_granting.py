"""Granting a refund: amounts are fixed, units pledged, capacity of payments taken."""

from __future__ import annotations

from attrs import frozen

from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleKind, AfterSaleState, LegState, PaymentState
from minishop.orders._facts import AfterSale, Leg, Payment, Refund
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected, refuse
from minishop.orders.commands import CancelGrant, Grant, GrantOwed
from minishop.orders.events import Event, RefundCancelled, RefundGranted
from minishop.orders.handlers._amounts import refund_amounts
from minishop.orders.handlers._applying import find
from minishop.orders.handlers._closing import grant_owed
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._endings import earn
from minishop.orders.handlers._settling import finish

__all__ = ["Granted", "cancel_grant", "grant", "grant_obligation", "granted"]

_MAX_ID = 64


@frozen
class Granted:
    """A refund and its legs."""

    refund: Refund
    legs: tuple[Leg, ...]


def grant(order: Order, command: Grant, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Fixes the refund of an after-sale; without cash to pay it is settled at once."""
    result = granted(order, command, ctx)
    if isinstance(result, Rejected):
        return result
    pledged = {entry.unit for entry in result.refund.units}
    lines = {line.id: line.ships for line in order.terms.lines}
    here = tuple(unit.id for unit in order.units if unit.id in pledged and not unit.is_shipped and lines[unit.line])
    draft = Draft(order, ctx)
    draft.note(RefundGranted(at=ctx.now, refund=result.refund, legs=result.legs, units=here))
    if not result.legs:
        finish(draft, result.refund)
    return draft.done()


def granted(order: Order, command: Grant, ctx: Context) -> Granted | Rejected:
    """The refund as it would be granted."""
    found = _grantable(order, command)
    if isinstance(found, Rejected):
        return found
    amounts = refund_amounts(order, command, found, ctx)
    if isinstance(amounts, Rejected):
        return amounts
    if command.expected_cash is not None and command.expected_cash != amounts.cash:
        return refuse("cash_changed", was=command.expected_cash, now=amounts.cash)
    legs = _legs(order, command, amounts.cash, ctx)
    if isinstance(legs, Rejected):
        return legs
    refund = Refund(
        id=command.refund,
        after_sale=found.id,
        units=amounts.units,
        freight=amounts.freight,
        goodwill=amounts.goodwill,
        deductions=amounts.deductions,
        cash=amounts.cash,
        is_settled=not legs,
    )
    return Granted(refund, legs)


def _grantable(order: Order, command: Grant) -> AfterSale | Rejected:
    found = find(order, command.after_sale, AfterSaleState.APPROVED, AfterSaleState.RECEIVED)
    if isinstance(found, Rejected):
        return found
    if found.kind is AfterSaleKind.EXCHANGE:
        return refuse("nothing_to_refund")
    if found.refund:
        return refuse("already_granted", refund=found.refund)
    if order.refund(command.refund) is not None or order.leg(command.refund) is not None:
        return refuse("id_taken", id=command.refund)
    return found


def _legs(order: Order, command: Grant, cash: int, ctx: Context) -> tuple[Leg, ...] | Rejected:
    """At most one leg for each payment, in the order of capture or as the command says; all of the cash or nothing."""
    payments = _payments(order, command)
    if isinstance(payments, Rejected):
        return payments
    legs: list[Leg] = []
    left = cash
    for payment in payments:
        part = min(left, _free(order, payment))
        if part > 0:
            number = len(legs) + 1
            id = command.refund if number == 1 else f"{command.refund}-{number}"  # noqa: A001
            if len(id) > _MAX_ID:
                return refuse("id_too_long", id=id, most=_MAX_ID)
            legs.append(Leg(id=id, source=command.refund, payment=payment.id, amount=part, granted_at=ctx.now))
            left -= part
    return refuse("no_capacity", missing=left) if left else tuple(legs)


def _payments(order: Order, command: Grant) -> list[Payment] | Rejected:
    counted = {payment.id: payment for payment in order.payments if payment.state is PaymentState.ACCEPTED}
    if not command.payments:
        return sorted(counted.values(), key=lambda payment: (payment.captured_at, payment.id))
    for id in command.payments:  # noqa: A001
        if id not in counted:
            return refuse("unknown_payment", payment=id)
    return [counted[id] for id in dict.fromkeys(command.payments)]  # noqa: A001


def _free(order: Order, payment: Payment) -> int:
    """What a new leg may take: failed legs are left room, so that they can be tried again under their own number."""
    taken = sum(leg.amount for leg in order.legs if leg.payment == payment.id and leg.state is not LegState.CANCELLED)
    return payment.amount - taken


def grant_obligation(order: Order, command: GrantOwed, ctx: Context) -> tuple[Event, ...] | Rejected:
    """The one leg of an obligation."""
    obligation = order.obligation(command.obligation)
    if obligation is None:
        return refuse("unknown_obligation", obligation=command.obligation)
    if any(leg.source == obligation.id for leg in order.legs):
        return refuse("already_granted", refund=obligation.id)
    return (grant_owed(obligation, ctx),)


def cancel_grant(order: Order, command: CancelGrant, ctx: Context) -> tuple[Event, ...] | Rejected:
    """Takes a refund back of which no leg can succeed; what is still here may be shipped again."""
    refund = order.refund(command.refund)
    if refund is None:
        return refuse("unknown_refund", refund=command.refund)
    if refund.is_cancelled or refund.is_settled:
        return refuse("refund_has_ended", refund=refund.id)
    for leg in order.legs:
        if leg.source == refund.id and leg.state is not LegState.CANCELLED and not _is_dead(leg):
            return refuse("leg_not_final", leg=leg.id)
    units = {entry.unit for entry in refund.units}
    lines = {line.id: line.ships for line in order.terms.lines}
    again = tuple(unit.id for unit in order.units if unit.id in units and not unit.is_shipped and lines[unit.line])
    draft = Draft(order, ctx)
    draft.note(RefundCancelled(at=ctx.now, refund=refund.id, units=again))
    if order.life == "completed":
        earn(draft, [unit for unit in draft.order.units if unit.id in units and not unit.earned])
    return draft.done()


def _is_dead(leg: Leg) -> bool:
    return leg.state is LegState.FAILED and leg.is_final
