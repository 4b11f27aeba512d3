"""A payment gateway for tests and demos: it keeps a book, takes money when told to, and can be made to misbehave.

Its book is a sqlite file (or memory), so it outlives a process that is killed, as a real gateway's does. It is strict
where real ones are: the same refund number with another amount is refused, refunds never exceed the payment, a payment
that was closed or has expired takes no money.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.payments import (
    BillKind,
    BillRow,
    CaptureNotice,
    Closed,
    Declined,
    NotFound,
    PaymentAnswer,
    PaymentRequest,
    Pending,
    Ready,
    RefundAnswer,
    RefundNotice,
    RefundRequest,
    Settled,
    Submitted,
)

__all__ = ["AsyncFakeGateway", "FakeGateway", "Fault"]

#: ``refuse``: nothing done, and it says so. ``lose_request``: nothing done, no answer. ``lose_reply``: done, no answer.
Fault: TypeAlias = Literal["refuse", "lose_request", "lose_reply"]

_SCHEMA = """
create table if not exists payments (
    attempt text primary key, number integer not null, "order" text not null, amount integer not null,
    currency text not null, expires_at text not null, state text not null, paid integer, paid_at text
);
create table if not exists refunds (
    leg text primary key, attempt text not null, amount integer not null, state text not null, at text
);
"""
_SHANGHAI = timezone(timedelta(hours=8))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FakeGateway:
    """A gateway to build and test against.

    Args:
        path: File of its book; ``":memory:"`` forgets it with the object.
        clock: Tells the time; the machine's unless given.
        settles_at_once: Refunds are settled when asked for, instead of when :meth:`settle_refund` is called.
        pays_at_once: Payments are captured when asked for, as with a stored card.
        name: Name in transactions and bills.
        merchant: Its merchant number.
    """

    def __init__(
        self,
        path: str = ":memory:",
        *,
        clock: Callable[[], datetime] = _utc_now,
        settles_at_once: bool = False,
        pays_at_once: bool = False,
        name: str = "fake",
        merchant: str = "M1",
    ) -> None:
        self.name = name
        self.merchant = merchant
        self._clock = clock
        self._settles_at_once = settles_at_once
        self._pays_at_once = pays_at_once
        self._faults: list[Fault] = []
        self._lock = threading.RLock()
        self._book = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._book.executescript(_SCHEMA)

    def close_book(self) -> None:
        """Closes the file."""
        self._book.close()

    # -- the port -----------------------------------------------------------------------------------------------------

    def create(self, request: PaymentRequest) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        with self._call():
            self._book.execute(
                "insert into payments select ?, count(*) + 1, ?, ?, ?, ?, 'ready', null, null from payments where true "
                "on conflict do nothing",
                (request.attempt, request.order, request.amount, request.currency, request.expires_at.isoformat()),
            )
            stored = self._payment(request.attempt)
            if stored is None or stored["amount"] != request.amount:
                raise CallerError("the number is another payment's", code="attempt_reused")
            if self._pays_at_once and stored["state"] == "ready":
                return self._capture(request.attempt, request.amount)
            return self._answer(request.attempt, Ready({"pay": request.attempt}))

    def query(self, attempt: str) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        with self._call():
            return self._answer(attempt, Pending())

    def close(self, attempt: str) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        with self._call():
            self._book.execute("update payments set state = 'closed' where attempt = ? and state = 'ready'", (attempt,))
            return self._answer(attempt, Pending())

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        with self._call():
            known = self._refund(request.leg)
            if known is not None and (known["attempt"], known["amount"]) != (request.attempt, request.amount):
                raise CallerError("the number is another refund's", code="leg_reused")
            if known is None or known["state"] == "failed":
                payment = self._payment(request.attempt)
                if payment is None or payment["state"] != "paid":
                    return Declined("not_paid")
                if self._refunded(request.attempt) + request.amount > payment["paid"]:
                    return Declined("not_enough")
                state = "settled" if self._settles_at_once else "submitted"
                self._book.execute(
                    "insert or replace into refunds values (?, ?, ?, ?, ?)",
                    (request.leg, request.attempt, request.amount, state, self._clock().isoformat()),
                )
            return self._refund_answer(request.leg)

    def query_refund(self, leg: str) -> RefundAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        with self._call():
            return self._refund_answer(leg)

    def bill(self, day: date) -> tuple[BillRow, ...]:
        """See :class:`~minishop.payments.Gateway`; a day that is not over has no bill yet."""
        with self._call():
            if day >= self._clock().astimezone(_SHANGHAI).date():
                raise RemoteError("the day is not over", code="bill_not_ready")
            return tuple(row for row in self.book() if row.at.astimezone(_SHANGHAI).date() == day)

    # -- what a test or a demo does -----------------------------------------------------------------------------------

    def fail_next(self, *faults: Fault) -> None:
        """Makes the next calls of the port fail, in this order."""
        with self._lock:
            self._faults.extend(faults)

    def pay(self, attempt: str, *, amount: int | None = None) -> CaptureNotice:
        """The shopper pays; returns what the gateway notifies the shop of, again if called again.

        Args:
            attempt: The shop's number.
            amount: Another amount than asked for, fen, to test what must never happen.

        Raises:
            CallerError: ``not_payable``: unknown, closed or expired.
        """
        with self._transaction():
            return self._capture(attempt, amount)

    def settle_refund(self, leg: str) -> RefundNotice:
        """The money arrives; returns the notification."""
        return self._end_refund(leg, "settled")

    def decline_refund(self, leg: str) -> RefundNotice:
        """The refund fails, for example because the card is gone; returns the notification."""
        return self._end_refund(leg, "failed")

    def pending_refunds(self) -> tuple[str, ...]:
        """Legs that are accepted and not settled, oldest first."""
        rows = self._rows("select leg from refunds where state = 'submitted' order by at, leg")
        return tuple(row["leg"] for row in rows)

    def book(self) -> tuple[BillRow, ...]:
        """Everything that moved money, whatever the day: payments, then refunds."""
        paid = self._rows("select * from payments where state = 'paid' order by paid_at, attempt")
        back = self._rows("select * from refunds where state = 'settled' order by at, leg")
        row = self._bill_row
        return (
            *(row(BillKind.PAYMENT, _transaction(one), one["attempt"], one["paid"], one["paid_at"]) for one in paid),
            *(row(BillKind.REFUND, one["leg"], one["attempt"], one["amount"], one["at"]) for one in back),
        )

    # -- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _call(self) -> Iterator[None]:
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
        if fault == "refuse":
            raise RemoteError("the gateway refuses", code="gateway_refused")
        if fault == "lose_request":
            raise OutcomeUnknown("no answer came")
        with self._transaction():
            yield
        if fault == "lose_reply":
            raise OutcomeUnknown("no answer came")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._book.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._book.execute("rollback")
                raise
            self._book.execute("commit")

    def _rows(self, sql: str, *values: str) -> list[sqlite3.Row]:
        with self._lock:
            cursor = self._book.execute(sql, values)
            cursor.row_factory = sqlite3.Row
            return cursor.fetchall()

    def _payment(self, attempt: str) -> sqlite3.Row | None:
        return next(iter(self._rows("select * from payments where attempt = ?", attempt)), None)

    def _refund(self, leg: str) -> sqlite3.Row | None:
        return next(iter(self._rows("select * from refunds where leg = ?", leg)), None)

    def _refunded(self, attempt: str) -> int:
        (row,) = self._rows(
            "select coalesce(sum(amount), 0) as total from refunds where attempt = ? and state <> 'failed'", attempt
        )
        total: int = row["total"]
        return total

    def _answer(self, attempt: str, unpaid: PaymentAnswer) -> PaymentAnswer:
        row = self._payment(attempt)
        if row is None:
            return NotFound()
        if row["state"] == "paid":
            return self._notice(row)
        if row["state"] == "closed" or self._clock() >= datetime.fromisoformat(row["expires_at"]):
            return Closed()
        return unpaid

    def _capture(self, attempt: str, amount: int | None) -> CaptureNotice:
        row = self._payment(attempt)
        if row is None or row["state"] == "closed":
            raise CallerError(f"{attempt} cannot be paid", code="not_payable")
        if row["state"] == "ready":
            if self._clock() >= datetime.fromisoformat(row["expires_at"]):
                raise CallerError(f"{attempt} has expired", code="not_payable")
            self._book.execute(
                "update payments set state = 'paid', paid = ?, paid_at = ? where attempt = ?",
                (row["amount"] if amount is None else amount, self._clock().isoformat(), attempt),
            )
            row = self._payment(attempt)
        assert row is not None  # it was there a moment ago, and nothing deletes
        return self._notice(row)

    def _notice(self, row: sqlite3.Row) -> CaptureNotice:
        return CaptureNotice(
            gateway=self.name,
            merchant=self.merchant,
            attempt=row["attempt"],
            transaction=_transaction(row),
            amount=row["paid"],
            currency=row["currency"],
            captured_at=datetime.fromisoformat(row["paid_at"]),
        )

    def _refund_answer(self, leg: str) -> RefundAnswer:
        row = self._refund(leg)
        if row is None:
            return NotFound()
        if row["state"] == "settled":
            return Settled(amount=row["amount"], settled_at=datetime.fromisoformat(row["at"]), refund=f"R-{leg}")
        return Submitted(f"R-{leg}") if row["state"] == "submitted" else Declined("refund_failed")

    def _end_refund(self, leg: str, state: str) -> RefundNotice:
        with self._transaction():
            self._book.execute(
                "update refunds set state = ?, at = ? where leg = ? and state = 'submitted'",
                (state, self._clock().isoformat(), leg),
            )
            return RefundNotice(self.name, leg, self._refund_answer(leg))

    def _bill_row(self, kind: BillKind, number: str, attempt: str, amount: int, at: str) -> BillRow:
        return BillRow(
            kind=kind,
            gateway=self.name,
            number=number,
            attempt=attempt,
            amount=amount,
            at=datetime.fromisoformat(at),
            merchant=self.merchant,
        )


def _transaction(row: sqlite3.Row) -> str:
    return f"T{row['number']:010d}"


class AsyncFakeGateway:
    """The same gateway for async apps; what a test does with it is on :attr:`fake`.

    Args:
        fake: The gateway.
    """

    def __init__(self, fake: FakeGateway) -> None:
        self.fake = fake

    @property
    def name(self) -> str:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.name

    @property
    def merchant(self) -> str:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.merchant

    async def create(self, request: PaymentRequest) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.create(request)

    async def query(self, attempt: str) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.query(attempt)

    async def close(self, attempt: str) -> PaymentAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.close(attempt)

    async def refund(self, request: RefundRequest) -> RefundAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.refund(request)

    async def query_refund(self, leg: str) -> RefundAnswer:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.query_refund(leg)

    async def bill(self, day: date) -> tuple[BillRow, ...]:
        """See :class:`~minishop.payments.Gateway`."""
        return self.fake.bill(day)
