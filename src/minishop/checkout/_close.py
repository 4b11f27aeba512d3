"""Ending an order, and clocks that run out.

The gateway is asked to close the payment before the order is closed, so that no money is on its way to a closed order
when that can be known. If it has the money already, the order is paid instead.
"""

from __future__ import annotations

from minishop.cart import Add, rebuy
from minishop.checkout._act import Request, act
from minishop.checkout._desk import Desk
from minishop.checkout._outcomes import Answer, Refused
from minishop.checkout._pay import end_payments
from minishop.checkout._refunds import send_legs
from minishop.flows import Flow
from minishop.orders import (
    SYSTEM,
    Actor,
    Close,
    Command,
    Expire,
    FailHold,
    LinePrice,
    Order,
    RepriceOrder,
    Role,
    TimerKind,
)

__all__ = ["close", "expire", "fail_hold", "rebuy_operations", "reprice"]


def close(
    desk: Desk, order: str, *, key: str, buyer: str | None = None, seller: str | None = None, reason: str | None = None
) -> Flow[Answer]:
    """Closes an order of which nothing was shipped; what was paid is owed back, and refunded at once by default.

    Args:
        desk: The shop's.
        order: Id of the order.
        key: The caller's idempotency key.
        buyer: Who closes, if it is the buyer.
        seller: Who closes, if it is the seller.
        reason: ``no_stock``, ``risk``, or a word of the app's; ``None``: who closes.

    Returns:
        Done: It is closed; :func:`rebuy_operations` puts its goods back into a cart.
        Refused: Reasons of the order's guards; ``payment_unknown`` if the gateway does not say whether it was paid.
    """
    actor = Actor(Role.BUYER, buyer) if buyer is not None else Actor(Role.SELLER, seller or "")
    command = Close(reason=reason)
    request = Request(name="close", actor=actor, key=key, arguments={"order": order, "reason": reason})
    return (yield from _close(desk, order, command, request))


def fail_hold(desk: Desk, order: str, *, reason: str = "group_failed") -> Flow[Answer]:
    """The group did not fill: the order closes and everything is owed back, freight too. Again is harmless."""
    request = Request(name="fail_hold", actor=SYSTEM, key=order)  # an order is held once
    return (yield from _close(desk, order, FailHold(reason=reason), request))


def reprice(
    desk: Desk,
    order: str,
    *,
    seller: str,
    key: str,
    goods: int | None = None,
    lines: tuple[LinePrice, ...] = (),
    freight: int | None = None,
) -> Flow[Answer]:
    """The seller changes the price of an unpaid order (改价); open payments at the old price are closed first.

    Args:
        desk: The shop's.
        order: Id of the order.
        seller: Who changes it.
        key: The caller's idempotency key.
        goods: New price of all goods, fen.
        lines: Or line by line, fen.
        freight: New freight, fen.
    """
    command = RepriceOrder(goods=goods, lines=lines, freight=freight)
    request = Request(
        name="reprice", actor=Actor(Role.SELLER, seller), key=key, arguments={"order": order, "command": command}
    )
    return (yield from _close(desk, order, command, request))


def _close(desk: Desk, order: str, command: Command, request: Request) -> Flow[Answer]:
    done = yield from end_payments(desk, order, command, request)
    return done if isinstance(done, Refused) else (yield from send_legs(desk, done))


def expire(desk: Desk, order: str, *, kind: TimerKind | str, subject: str = "", force: bool = False) -> Flow[Answer]:
    """Decides what a clock means that has run out; early, late or twice it does no harm.

    Args:
        desk: The shop's.
        order: Id of the order.
        kind: The clock.
        subject: Of what: a parcel, an after-sale, or nothing.
        force: Close an unpaid order even if the gateway does not say whether it was paid: money that comes after all
            is then late, and owed back.

    Returns:
        Done: With what happened, maybe nothing.
        Refused: ``payment_unknown``: nothing was changed, ask again in a minute.
    """
    command, request = Expire(kind=TimerKind(kind), subject=subject), Request(name="expire")
    if command.kind is TimerKind.UNPAID:
        done = yield from end_payments(desk, order, command, request, force=force)
    else:
        done = yield from act(desk, order, [command], request)
    return done if isinstance(done, Refused) else (yield from send_legs(desk, done))


def rebuy_operations(order: Order, *, base: int = 0) -> tuple[Add, ...]:
    """Operations that put the goods of an order back into a cart; the app applies them if it wants to.

    Args:
        order: For example one that was closed.
        base: The cart's present sequence.
    """
    return rebuy(order.id, [line for line in order.lines if not line.is_gift], base=base)
