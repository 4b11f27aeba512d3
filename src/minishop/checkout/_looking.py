"""Looking at orders: one, a shopper's, what can be done with one, what has happened to it."""

from __future__ import annotations

from attrs import frozen

from minishop.checkout._desk import Desk, now_of
from minishop.checkout._outcomes import Refused, refused
from minishop.checkout._records import ORDER, decode_order, load_order
from minishop.flows import Flow, ask
from minishop.orders import Actor, Availability, Event, Grant, OpenAfterSale, Order, RefundPreview, Rejected, available
from minishop.orders import preview_refund as preview
from minishop.storage import ErasePersonal, GetHistory, ListRecords
from minishop.storage.codec import decode_event

__all__ = [
    "OrderPage",
    "available_commands",
    "erase_shopper",
    "find_order",
    "history",
    "list_orders",
    "preview_refund",
]


@frozen
class OrderPage:
    """Some orders, newest first; ``next`` is the cursor of those that follow, ``None`` at the end."""

    orders: tuple[Order, ...]
    next: str | None = None


def find_order(desk: Desk, order: str) -> Flow[tuple[Order, int] | None]:
    """An order and its version."""
    return (yield from load_order(order))


def list_orders(
    desk: Desk, *, buyer: str | None = None, label: str | None = None, cursor: str | None = None, limit: int = 20
) -> Flow[OrderPage]:
    """A shop's orders, newest first.

    Args:
        desk: The shop's.
        buyer: Only this buyer's.
        label: Only those with this label, for example ``to-ship``.
        cursor: ``next`` of the page before.
        limit: Orders on a page.
    """
    page = yield from ask(
        ListRecords(kind=ORDER, shop=desk.shop, shopper=buyer, label=label, cursor=cursor, limit=limit)
    )
    return OrderPage(tuple(decode_order(stored) for stored in page.records), page.next)


def available_commands(desk: Desk, order: str, *, actor: Actor) -> Flow[tuple[Availability, ...]]:
    """What an actor can do with an order now, and why not where not; nothing for an order that does not exist."""
    loaded = yield from load_order(order)
    now = yield from now_of()
    return available(loaded[0], desk.context(now, actor)) if loaded else ()


def preview_refund(
    desk: Desk, order: str, command: Grant | OpenAfterSale, *, actor: Actor
) -> Flow[RefundPreview | Refused]:
    """What a grant would pay, to the fen, without doing it: pass the result's cash as ``expected_cash``."""
    loaded = yield from load_order(order)
    if loaded is None:
        return refused("no_such_order", id=order)
    now = yield from now_of()
    result = preview(loaded[0], command, desk.context(now, actor))
    return Refused(reasons=result.reasons, order=loaded[0]) if isinstance(result, Rejected) else result


def history(desk: Desk, order: str) -> Flow[tuple[Event, ...]]:
    """All that has happened to an order, oldest first; without personal data."""
    rows = yield from ask(GetHistory(ORDER, order))
    return tuple(decode_event(row.topic, row.payload) for row in rows)


def erase_shopper(desk: Desk, *, shopper: str) -> Flow[int]:
    """Erases a shopper's personal data (addresses, notes) for good; amounts and goods stay.

    Returns how many records had some.
    """
    return (yield from ask(ErasePersonal(shopper)))
