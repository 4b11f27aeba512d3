"""Orders and carts as records: the document, and what stands beside it so that it can be found.

Everything beside the document is written from the same value in the same commit, so it cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from minishop.cart import SavedCart
from minishop.checkout._desk import Desk
from minishop.flows import Flow, ask
from minishop.orders import (
    AttemptState,
    Event,
    ExcessPaymentOwed,
    Facets,
    LatePaymentOwed,
    LegState,
    Life,
    MismatchedPaymentOwed,
    Order,
    Paid,
    PartlyPaid,
    Payment,
    RefundSettled,
    facets,
    label,
)
from minishop.payments import BillKind, BookRow
from minishop.storage import EventRow, FindUnique, Load, Put, Stored, Timer
from minishop.storage.codec import decode, encode, encode_event

__all__ = [
    "BOOK",
    "CART",
    "CLAIMS",
    "GIVE_BACK",
    "GRANT_OWED",
    "ORDER",
    "QUERY_LEG",
    "QUERY_PAYMENT",
    "SEND_LEG",
    "book_id",
    "book_put",
    "cart_put",
    "claims_of",
    "decode_order",
    "event_rows",
    "find_drift",
    "has_claims_to_give_back",
    "keeps_claims",
    "load_cart",
    "load_order",
    "order_of_attempt",
    "order_of_leg",
    "order_put",
    "refund_row",
]

#: Kinds of records.
ORDER, CART, BOOK = "order", "cart", "book"
#: Where an order's terms keep its flash-sale claims: pairs of activity and token.
CLAIMS = "flash_claims"
#: Kinds of clocks beside the order's own: what the sweep asks the gateway.
QUERY_PAYMENT, SEND_LEG, QUERY_LEG, GRANT_OWED = "query-payment", "send-leg", "query-leg", "grant-owed"
GIVE_BACK = "give-back-claims"

_SEND_AFTER = timedelta(seconds=60)


def order_put(
    desk: Desk, order: Order, before: Order | None, version: int, events: Iterable[Event], now: datetime
) -> tuple[Put, tuple[Put, ...]]:
    """The record of an order, and those of the money that just moved, for reconciling.

    Args:
        desk: The shop's.
        order: As it is now.
        before: As it was stored; ``None``: a new order. What it was known by stays its own without being told again.
        version: The stored version that it replaces; 0: none.
        events: That led to it.
        now: The time of the decision.
    """
    encoded = encode(order)
    put = Put(
        kind=ORDER,
        id=order.id,
        expected=version,
        document=encoded.document,
        personal=encoded.personal,
        shop=order.shop,
        shopper=order.buyer,
        label=label(order).code,
        facets=_columns(order),
        created_at=order.terms.placed_at,
        unique=tuple(_unique_keys(order, before)),
        timers=tuple(_timers(desk, order, now)),
    )
    return put, tuple(_book_puts(desk, order, events))


def _columns(order: Order) -> dict[str, str]:
    now: Facets = facets(order)
    return {
        "life": str(now.life),
        "money": str(now.money),
        "goods": str(now.goods),
        "after_sale": str(now.after_sale),
        "hold": now.hold,
    }


def _unique_keys(order: Order, before: Order | None) -> Iterator[str]:
    known = frozenset() if before is None else frozenset(_names(before))
    return (name for name in _names(order) if name not in known)


def _names(order: Order) -> Iterator[str]:
    yield f"source:{order.source_key}"
    for attempt in order.attempts:
        yield f"attempt:{attempt.id}"
    for payment in order.payments:
        yield f"transaction:{payment.id}"
    for leg in order.legs:
        yield f"leg:{leg.id}"
    for activity, token in claims_of(order):
        yield f"claim:{activity}:{token}"


def claims_of(order: Order) -> tuple[tuple[str, str], ...]:
    """The flash-sale claims that the order uses: pairs of activity and token."""
    return tuple((activity, token) for activity, token in order.terms.extra.get(CLAIMS, ()))


def has_claims_to_give_back(order: Order) -> bool:
    """Whether an order ended before anything was shipped, and has not noted yet that it gave its claims back."""
    return bool(claims_of(order)) and not keeps_claims(order) and not order.extra.get(CLAIMS)


def keeps_claims(order: Order) -> bool:
    """Whether the claims of an order are used; not if it ended before anything was shipped."""
    return order.life is not Life.CLOSED or any(unit.is_shipped for unit in order.units)


def _timers(desk: Desk, order: Order, now: datetime) -> Iterator[Timer]:
    for due in order.timers:
        yield Timer(str(due.kind), due.subject, due.at)
    for attempt in order.attempts:  # of a closed order too: what is paid late must be found, to go back
        if attempt.state in (AttemptState.CREATED, AttemptState.READY, AttemptState.UNKNOWN):
            yield Timer(QUERY_PAYMENT, attempt.id, attempt.created_at + desk.query_after)
    for leg in order.legs:
        if leg.state is LegState.GRANTED:
            yield Timer(SEND_LEG, leg.id, leg.granted_at + _SEND_AFTER)
        elif leg.state in (LegState.SUBMITTED, LegState.UNKNOWN):
            yield Timer(QUERY_LEG, leg.id, (leg.sent_at or leg.granted_at) + desk.query_after)
    if has_claims_to_give_back(order):
        yield Timer(GIVE_BACK, "", now)
    if desk.policy.refund_owed == "auto":
        served = {leg.source for leg in order.legs}
        for obligation in order.obligations:
            if obligation.id not in served and not obligation.is_settled:
                yield Timer(GRANT_OWED, obligation.id, now)


def _book_puts(desk: Desk, order: Order, events: Iterable[Event]) -> Iterator[Put]:
    for event in events:
        match event:
            case Paid(payment=None):
                continue
            case (
                Paid(payment=Payment() as payment)
                | PartlyPaid(payment=payment)
                | LatePaymentOwed(payment=payment)
                | ExcessPaymentOwed(payment=payment)
                | MismatchedPaymentOwed(payment=payment)
            ):
                row = BookRow(
                    kind=BillKind.PAYMENT,
                    gateway=payment.channel,
                    number=payment.transaction,
                    order=order.id,
                    amount=payment.amount,
                    currency=payment.currency,
                    at=payment.captured_at,
                )
            case RefundSettled(leg=name, settled_at=settled_at, is_offline=False):
                row = refund_row(order, name, settled_at)
            case _:
                continue
        yield book_put(desk, row)


def refund_row(order: Order, leg_id: str, at: datetime, *, is_success: bool = True) -> BookRow:
    """The books' row of a refund leg."""
    leg = order.leg(leg_id)
    payment = order.payment(leg.payment) if leg else None
    if leg is None or payment is None:
        raise KeyError(leg_id)
    return BookRow(
        kind=BillKind.REFUND,
        gateway=payment.channel,
        number=leg.id,
        order=order.id,
        amount=leg.amount,
        currency=payment.currency,
        at=at,
        is_success=is_success,
    )


def book_id(kind: BillKind, gateway: str, number: str) -> str:
    """Id of the record of one payment or refund."""
    return f"{kind}:{gateway}:{number}"


def book_put(desk: Desk, row: BookRow) -> Put:
    """The record of a row of the books; its label is the merchant number, whose bill it is compared with."""
    return Put(
        kind=BOOK,
        id=book_id(row.kind, row.gateway, row.number),
        expected=0,
        document=encode(row).document,
        shop=desk.shop,
        label=desk.merchant,
        created_at=row.at,
    )


def event_rows(order: str, events: Iterable[Event]) -> tuple[EventRow, ...]:
    """History and outbox rows of an order's events."""
    return tuple(EventRow(ORDER, order, index, *encode_event(event)) for index, event in enumerate(events))


def load_order(order: str) -> Flow[tuple[Order, int] | None]:
    """An order and its version.

    Raises:
        NewerDocument: A newer release has written it.
    """
    stored = yield from ask(Load(ORDER, order))
    return None if stored is None else (decode_order(stored), stored.version)


def decode_order(stored: Stored) -> Order:
    """The order of a record."""
    return decode(Order, stored.document, stored.personal)


def order_of_attempt(attempt: str) -> Flow[tuple[Order, int] | None]:
    """The order that a payment attempt belongs to, and its version."""
    return (yield from _find(f"attempt:{attempt}"))


def order_of_leg(leg: str) -> Flow[tuple[Order, int] | None]:
    """The order that a refund leg belongs to, and its version."""
    return (yield from _find(f"leg:{leg}"))


def _find(key: str) -> Flow[tuple[Order, int] | None]:
    stored = yield from ask(FindUnique(key))
    return (decode_order(stored), stored.version) if stored is not None and stored.kind == ORDER else None


def load_cart(cart: str) -> Flow[tuple[SavedCart, int] | None]:
    """A stored cart and its version."""
    stored = yield from ask(Load(CART, cart))
    return None if stored is None else (decode(SavedCart, stored.document, stored.personal), stored.version)


def cart_put(desk: Desk, cart: SavedCart, version: int, now: datetime) -> Put:
    """The record of a stored cart."""
    encoded = encode(cart)
    return Put(
        kind=CART,
        id=cart.id,
        expected=version,
        document=encoded.document,
        personal=encoded.personal,
        shop=desk.shop,
        shopper=cart.shopper or "",
        created_at=now,
    )


def find_drift(stored: Stored) -> tuple[str, ...]:
    """Names of the columns beside an order that do not say what its document says."""
    order = decode_order(stored)
    columns = _columns(order) | {"label": label(order).code}
    found = dict(stored.facets) | {"label": stored.label}
    return tuple(name for name, value in columns.items() if found.get(name) != value)
