"""What a refund would come to, without anything happening: the same code as granting, with the result shown."""

from __future__ import annotations

from attrs import frozen

from minishop.orders._context import Actor, Context
from minishop.orders._deciding import decide, decide_all
from minishop.orders._enums import AfterSaleKind, Outcome, Role
from minishop.orders._facts import Leg, Refund
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected
from minishop.orders.commands import Approve, Grant, OpenAfterSale, ReceiveReturn, UnitOutcome
from minishop.orders.events import RefundGranted
from minishop.orders.evolving import apply

__all__ = ["RefundPreview", "preview_refund"]


@frozen
class RefundPreview:
    """A refund as it would be granted now.

    Attributes:
        refund: Its parts: units, freight, goodwill, deductions; ``refund.cash`` is what is paid back, fen.
        legs: How that is split over payments.
        points: Points that go back.
        earned: Earned points that are taken back.
    """

    refund: Refund
    legs: tuple[Leg, ...]
    points: int
    earned: int


def preview_refund(order: Order, command: Grant | OpenAfterSale, ctx: Context) -> RefundPreview | Rejected:
    """What granting would give, or why it is not possible.

    Args:
        order: The order as it is.
        command: The grant; or an application that has not been made yet, which is then taken as approved and, for a
            return, everything as come back in good order.
        ctx: The moment, the actor, the policy.

    Raises:
        CallerError: As :func:`minishop.orders.decide`.
    """
    if isinstance(command, Grant):
        return _preview(order, command, ctx)
    opened = decide(order, command, ctx)
    if isinstance(opened, Rejected):
        return opened
    order = apply(order, opened)
    seller = Context(ctx.now, Actor(Role.SELLER), ctx.policy, ctx.table)
    steps = decide_all(order, _steps(order, command), seller)
    if isinstance(steps, Rejected):
        return steps
    grant = Grant(after_sale=command.after_sale, refund=command.after_sale)
    return _preview(apply(order, steps), grant, seller)


def _steps(order: Order, command: OpenAfterSale) -> list[Approve | ReceiveReturn]:
    """Yes, and everything came back."""
    steps: list[Approve | ReceiveReturn] = [Approve(after_sale=command.after_sale)]
    made = order.after_sale(command.after_sale)
    if made is not None and command.kind is not AfterSaleKind.REFUND_ONLY:
        outcomes = tuple(UnitOutcome(entry.unit, Outcome.GOOD) for entry in (*made.units, *made.gifts))
        steps.append(ReceiveReturn(after_sale=made.id, outcomes=outcomes))
    return steps


def _preview(order: Order, command: Grant, ctx: Context) -> RefundPreview | Rejected:
    result = decide(order, command, ctx)
    if isinstance(result, Rejected):
        return result
    granted = next(event for event in result if isinstance(event, RefundGranted))
    ids = {entry.unit for entry in granted.refund.units}
    units = [unit for unit in order.units if unit.id in ids]
    points = sum(order.terms_of(unit).points_count for unit in units)
    return RefundPreview(granted.refund, granted.legs, points, sum(unit.earned for unit in units))
