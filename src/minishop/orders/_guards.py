"""What is asked before a command, beside the facets. Each guard answers with a reason why not, or with ``None``.

Guards are policy: they have names, and an app may switch one off or add its own. What keeps money and goods conserved
(a payment's capacity, a unit shipped or reversed at most once) is no guard; the handlers hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minishop.orders._context import Context
from minishop.orders._enums import LegState, Life, Role
from minishop.orders._facets import money_facet
from minishop.orders._facts import Unit
from minishop.orders._lifecycle import Guard
from minishop.orders._order import Order
from minishop.orders.commands import Close, OpenAfterSale
from minishop.orders.handlers import OPEN_ATTEMPTS, why_no_application_left, why_not_in_window
from minishop.quotes import Reason

__all__ = ["GUARDS"]


def is_open(order: Order, command: Any, ctx: Context) -> Reason | None:
    """The order has not ended."""
    return None if order.life is Life.OPEN else Reason("order_is", {"life": str(order.life)})


def is_not_closed(order: Order, command: Any, ctx: Context) -> Reason | None:
    """The order is open or completed."""
    return Reason("order_is", {"life": str(order.life)}) if order.life is Life.CLOSED else None


def is_paid(order: Order, command: Any, ctx: Context) -> Reason | None:
    """Everything was paid. Whether it has gone back meanwhile is a question to each unit."""
    return None if order.paid_at is not None else Reason("not_paid", {"money": str(money_facet(order))})


def is_in_time(order: Order, command: Any, ctx: Context) -> Reason | None:
    """The deadline for paying has not passed."""
    until = order.pay_until
    return None if until is None or ctx.now < until else Reason("too_late", {"ended_at": until.isoformat()})


def has_no_open_attempt(order: Order, command: Any, ctx: Context) -> Reason | None:
    """Nobody is paying just now."""
    for attempt in order.attempts:
        if attempt.state in OPEN_ATTEMPTS:
            return Reason("attempt_open", {"attempt": attempt.id})
    return None


def has_shipped_nothing(order: Order, command: Any, ctx: Context) -> Reason | None:
    """No unit has left: from then on only after-sales cancel units."""
    units = sum(unit.is_shipped for unit in order.units)
    return Reason("has_shipped_units", {"units": units}) if units else None


def has_no_refund_in_flight(order: Order, command: Any, ctx: Context) -> Reason | None:
    """No refund is at the gateway without an answer."""
    for leg in order.legs:
        if leg.state is LegState.SUBMITTED or leg.state is LegState.UNKNOWN:
            return Reason("refund_in_flight", {"leg": leg.id})
    return None


def may_cancel_paid(order: Order, command: Close, ctx: Context) -> Reason | None:
    """A buyer cancels a paid order only where the policy says so."""
    if ctx.actor.role is not Role.BUYER or order.paid_at is None or ctx.policy.instant_cancel:
        return None
    return Reason("paid_already")


def holds_nothing(order: Order, command: Any, ctx: Context) -> Reason | None:
    """The order does not wait for anything."""
    return None if order.hold == "none" else Reason("on_hold", {"hold": order.hold})


def is_in_window(order: Order, command: OpenAfterSale, ctx: Context) -> Reason | None:
    """The buyer's time for after-sales runs, for each unit by its own receipt; the seller is not bound by it."""
    return _first(order, command, ctx, why_not_in_window)


def has_applications_left(order: Order, command: OpenAfterSale, ctx: Context) -> Reason | None:
    """The buyer has not applied too often for one unit."""
    return _first(order, command, ctx, why_no_application_left)


def _first(
    order: Order, command: OpenAfterSale, ctx: Context, why_not: Callable[[Unit, Context], Reason | None]
) -> Reason | None:
    """What speaks against a unit that is named; units that are counted are chosen among those that nothing does."""
    named = (unit for unit in order.units if unit.id in command.units)
    return next((reason for unit in named if (reason := why_not(unit, ctx)) is not None), None)


#: The guards that come with the library, by the names under which they are switched off.
GUARDS: Mapping[str, Guard] = {
    "open": is_open,
    "not_closed": is_not_closed,
    "paid": is_paid,
    "in_time": is_in_time,
    "no_open_attempt": has_no_open_attempt,
    "nothing_shipped": has_shipped_nothing,
    "no_refund_in_flight": has_no_refund_in_flight,
    "may_cancel_paid": may_cancel_paid,
    "hold_none": holds_nothing,
    "in_window": is_in_window,
    "applications_left": has_applications_left,
}
