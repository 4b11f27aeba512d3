"""A bill against the books: every kind of disagreement, on numbers made by hand."""

from datetime import UTC, date, datetime

import pytest

from minishop.payments import BillKind, BillRow, BookRow, reconcile

DAY = date(2026, 6, 2)
NOON = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def bill(number, amount=100, kind=BillKind.PAYMENT, **keys):
    return BillRow(
        **{"kind": kind, "gateway": "g", "number": number, "attempt": "a", "amount": amount, "at": NOON, **keys}
    )


def book(number, amount=100, kind=BillKind.PAYMENT, **keys):
    return BookRow(
        **{"kind": kind, "gateway": "g", "number": number, "order": "o", "amount": amount, "at": NOON, **keys}
    )


def codes(result):
    return [(difference.code, difference.number) for difference in result.differences]


def test_what_agrees_is_counted_and_summed():
    rows = [bill("t1", 500, fee=3), bill("t2", 250, fee=2), bill("l1", 40, BillKind.REFUND)]
    result = reconcile(DAY, rows, [book("t1", 500), book("t2", 250), book("l1", 40, BillKind.REFUND)])
    assert (result.agreed, result.differences, result.is_clean) == (3, (), True)
    assert (result.received, result.refunded, result.fees) == (750, 40, 5)


@pytest.mark.parametrize(
    "on_bill, in_books, code",
    [
        ([bill("t1")], [], "missing_here"),
        ([], [book("t1")], "missing_there"),
        ([bill("t1", 99)], [book("t1", 100)], "amount_differs"),
        ([bill("t1", currency="USD")], [book("t1")], "currency_differs"),
        ([bill("l1", kind=BillKind.REFUND)], [book("l1", kind=BillKind.REFUND, is_success=False)], "status_differs"),
        ([bill("l1", is_success=False)], [book("l1")], "status_differs"),
        # 23:59 by the gateway, 00:01 by the shop.
        ([bill("t1")], [book("t1", at=datetime(2026, 6, 2, 16, 1, tzinfo=UTC))], "other_day"),
    ],
)
def test_every_disagreement_has_its_name(on_bill, in_books, code):
    result = reconcile(DAY, on_bill, in_books)
    assert [found for found, _ in codes(result)] == [code]
    assert result.is_clean is (code == "other_day")


def test_a_row_that_stands_twice_on_the_bill_is_a_duplicate():
    result = reconcile(DAY, [bill("t1"), bill("t1")], [book("t1")])
    assert (result.agreed, codes(result)) == (1, [("duplicate", "t1")])


def test_a_payment_and_a_refund_of_one_number_are_two_things():
    result = reconcile(DAY, [bill("x")], [book("x", kind=BillKind.REFUND)])
    assert codes(result) == [("missing_here", "x"), ("missing_there", "x")]


def test_a_day_is_one_of_shanghai():
    late = book("t1", at=datetime(2026, 6, 1, 15, 59, tzinfo=UTC))  # 23:59 on the day before
    early = book("t2", at=datetime(2026, 6, 1, 16, 0, tzinfo=UTC))  # 00:00 on the day
    assert codes(reconcile(DAY, [], [late, early])) == [("missing_there", "t2")]


def test_what_a_neighbouring_bill_has_is_not_missing():
    result = reconcile(DAY, [], [book("t1")], neighbours=[bill("t1")])
    assert codes(result) == [("other_day", "t1")]
    assert result.is_clean


def test_refunds_that_failed_on_both_sides_are_no_news():
    result = reconcile(DAY, [bill("l1", kind=BillKind.REFUND, is_success=False)], [])
    assert (result.agreed, result.differences) == (1, ())
