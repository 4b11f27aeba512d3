"""The gateway's bill against the shop's books.

Every capture and every settled refund leaves a record of kind ``book`` in the batch that records it. A day's books are
those records; what is on the bill and not among them is looked up one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from minishop.checkout._desk import Desk
from minishop.checkout._pay import pay_notified
from minishop.checkout._records import BOOK, book_id, order_of_leg, refund_row
from minishop.checkout._refunds import refund_notified
from minishop.errors import RemoteError
from minishop.flows import Flow, ask
from minishop.payments import (
    SHANGHAI,
    BillKind,
    BillRow,
    BookRow,
    CaptureNotice,
    FetchBill,
    Reconciliation,
    RefundNotice,
    Settled,
    reconcile,
)
from minishop.storage import ListRecords, Load
from minishop.storage.codec import decode

__all__ = ["reconcile_day"]


def reconcile_day(desk: Desk, day: date, *, apply: bool = False) -> Flow[Reconciliation]:
    """Compares the gateway's bill of one day with the orders.

    Args:
        desk: The shop's.
        day: In Shanghai; it must be over.
        apply: Feed what the bill has and the books lack through :func:`pay_notified` and :func:`refund_notified`, then
            compare again.

    Raises:
        RemoteError: ``bill_not_ready``: the bill is not published yet.
    """
    bill = yield from ask(FetchBill(day))
    result = yield from _compare(desk, day, bill)
    missing = [one.bill for one in result.differences if one.code in ("missing_here", "status_differs")]
    if not apply or not any(missing):
        return result
    for row in missing:
        if row is not None and row.is_success:
            yield from _apply(desk, row)
    return (yield from _compare(desk, day, bill))


def _compare(desk: Desk, day: date, bill: tuple[BillRow, ...]) -> Flow[Reconciliation]:
    books = yield from _books(desk, day, bill)
    result = reconcile(day, bill, books)
    if any(one.code == "missing_there" for one in result.differences):
        neighbours = yield from _neighbours(day)
        result = reconcile(day, bill, books, neighbours)
    return result


def _neighbours(day: date) -> Flow[tuple[BillRow, ...]]:
    rows: list[BillRow] = []
    for other in (day - timedelta(days=1), day + timedelta(days=1)):
        try:
            rows.extend((yield from ask(FetchBill(other))))
        except RemoteError:
            continue  # not published: what is missing today may be on it tomorrow
    return tuple(rows)


def _books(desk: Desk, day: date, bill: Iterable[BillRow]) -> Flow[tuple[BookRow, ...]]:
    """Our rows of the day, of every shop with this merchant number, and those that the bill names."""
    start = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    rows: dict[str, BookRow] = {}
    cursor: str | None = None
    while True:
        page = yield from ask(ListRecords(kind=BOOK, label=desk.merchant, cursor=cursor, limit=200))
        for stored in page.records:
            if stored.created_at >= start:
                rows[stored.id] = decode(BookRow, stored.document)
        cursor = page.next
        if cursor is None or page.records[-1].created_at < start:
            break
    for row in bill:
        name = book_id(row.kind, row.gateway, row.number)
        if name not in rows:
            stored_row = yield from ask(Load(BOOK, name))
            if stored_row is not None:
                rows[name] = decode(BookRow, stored_row.document)
            elif (unsettled := (yield from _unsettled(row))) is not None:
                rows[name] = unsettled
    return tuple(rows.values())


def _unsettled(row: BillRow) -> Flow[BookRow | None]:
    """Our row of a refund that we do not know to be settled, although the bill has it."""
    if row.kind is not BillKind.REFUND:
        return None
    loaded = yield from order_of_leg(row.number)
    return refund_row(loaded[0], row.number, row.at, is_success=False) if loaded else None


def _apply(desk: Desk, row: BillRow) -> Flow[None]:
    if row.kind is BillKind.PAYMENT:
        notice = CaptureNotice(
            gateway=row.gateway,
            merchant=row.merchant or desk.merchant,
            attempt=row.attempt,
            transaction=row.number,
            amount=row.amount,
            currency=row.currency,
            captured_at=row.at,
        )
        yield from pay_notified(desk, notice)
    else:
        settled = Settled(amount=row.amount, settled_at=row.at)
        yield from refund_notified(desk, RefundNotice(row.gateway, row.number, settled))
