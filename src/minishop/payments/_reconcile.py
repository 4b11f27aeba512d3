"""Compares a gateway's bill of one day with the shop's books.

Rows meet by (gateway, transaction) for payments and by leg for refunds. A number that stands on the bill and, in the
books, on a neighbouring day is ``other_day``, because the two clocks disagree about midnight; it is not missing. Fees
are shown, not compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from attrs import field, frozen

from minishop.payments._gateway import BillKind, BillRow

__all__ = ["SHANGHAI", "BookRow", "Difference", "Reconciliation", "reconcile"]

#: The days of Chinese gateways are those of Shanghai, which has had no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))

Finding: TypeAlias = Literal[
    "missing_here",
    "missing_there",
    "amount_differs",
    "currency_differs",
    "status_differs",
    "duplicate",
    "other_day",
]


@frozen(kw_only=True)
class BookRow:
    """What the shop's books say of one payment or refund.

    Attributes:
        kind: Payment (captures, owed ones too) or refund.
        gateway: Name of the gateway.
        number: The gateway's transaction of a payment; the leg of a refund.
        order: The order it belongs to; empty for stray money.
        amount: Fen.
        currency: ISO 4217.
        at: The gateway's success time as far as known, else ours.
        is_success: ``False`` for a leg that we think failed, or do not know of.
    """

    kind: BillKind
    gateway: str
    number: str
    order: str
    amount: int
    currency: str = "CNY"
    at: datetime
    is_success: bool = True


@frozen
class Difference:
    """One thing on which the two disagree; ``bill`` or ``book`` is ``None`` if that side lacks the row."""

    code: Finding
    number: str
    bill: BillRow | None = None
    book: BookRow | None = None


@frozen(kw_only=True)
class Reconciliation:
    """The comparison of one day.

    Attributes:
        day: The day in Shanghai.
        agreed: Rows on which both sides agree.
        differences: All others, in the order of the bill, then of the books.
        received: Fen of the bill's successful payments.
        refunded: Fen of its successful refunds.
        fees: Fen that the gateway kept.
    """

    day: date
    agreed: int
    differences: tuple[Difference, ...] = field(factory=tuple)
    received: int = 0
    refunded: int = 0
    fees: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs a person."""
        return all(difference.code == "other_day" for difference in self.differences)


def reconcile(
    day: date, bill: Iterable[BillRow], books: Iterable[BookRow], neighbours: Iterable[BillRow] = ()
) -> Reconciliation:
    """Compares one day's bill with the books of that day and of the days beside it.

    Args:
        day: The day of the bill, in Shanghai.
        bill: All its rows.
        books: The shop's rows from the day before to the day after; those of other days are only looked up.
        neighbours: Rows of the bills beside it: what the books have on the day and a neighbour's bill has is
            ``other_day`` instead of ``missing_there``.
    """
    rows = tuple(bill)
    ours = {_key(row): row for row in books}
    seen: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    differences: list[Difference] = []
    agreed = 0
    for row in rows:
        seen[_key(row)] += 1
        found = _compare(row, ours.get(_key(row)), day) if seen[_key(row)] == 1 else "duplicate"
        if found is None:
            agreed += 1
        else:
            differences.append(Difference(found, row.number, row, ours.get(_key(row))))
    elsewhere = {_key(row): row for row in neighbours}
    for key, book in ours.items():
        if key not in seen and book.is_success and _day(book.at) == day:
            other = elsewhere.get(key)
            differences.append(Difference("other_day" if other else "missing_there", book.number, other, book))
    paid = [row for row in rows if row.is_success]
    return Reconciliation(
        day=day,
        agreed=agreed,
        differences=tuple(differences),
        received=sum(row.amount for row in paid if row.kind is BillKind.PAYMENT),
        refunded=sum(row.amount for row in paid if row.kind is BillKind.REFUND),
        fees=sum(row.fee for row in rows),
    )


def _key(row: BillRow | BookRow) -> tuple[str, str, str]:
    return row.kind, row.gateway, row.number


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _compare(bill: BillRow, book: BookRow | None, day: date) -> Finding | None:
    if book is None:
        return "missing_here" if bill.is_success else None
    if bill.is_success != book.is_success:
        return "status_differs"
    if bill.currency != book.currency:
        return "currency_differs"
    if bill.amount != book.amount:
        return "amount_differs"
    return None if _day(book.at) == day else "other_day"
