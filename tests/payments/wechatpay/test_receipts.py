"""A notification takes effect once, however often it is delivered and whenever the app crashes.

The id of a notification is written as the receipt of the batch that has its effect. The guard in front refuses copies
of a delivery, the receipt recognises WeChat Pay's own repetitions; only the two together are right.
"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.adapters.memory import MemoryNonceStore, MemoryStore
from minishop.payments.wechatpay import Expectation, Replayed, ReplayGuard, parse_notification
from minishop.storage import Batch, Committed, LedgerEntry, Receipt, ReceiptKey
from minishop.storage import Replayed as Repeated
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import some

EXPECTED = Expectation(mchid=build.MCHID, appid=build.APPID, out_trade_no="A20260601-000001", total=12800)


class Crash(BaseException):
    """The process dies."""


class App:
    """A handler as the documentation shows it; ``crash`` is where it dies."""

    def __init__(self):
        self.store, self.nonces = MemoryStore(), MemoryNonceStore()

    def handle(self, headers, body, now, crash=""):
        notification = parse_notification(
            headers, body, keys=build.platform_keys(), api_v3_key=build.merchant().api_v3_key, now=now
        )
        try:
            ReplayGuard(self.nonces).admit(notification)
        except Replayed as error:
            return error.ack().status
        paid = notification.expect(EXPECTED)
        if crash == "before":
            raise Crash
        receipt = Receipt(
            ReceiptKey("shop", "wechatpay", "notification", notification.id),
            fingerprint=paid.transaction_id,
            outcome="{}",
            expires_at=now + timedelta(days=3),
        )
        entry = LedgerEntry(id=f"{notification.id}:{now.isoformat()}", account="income", amount=paid.total)
        result = self.store.commit(Batch(now=now, receipt=receipt, ledger=(entry,)))
        if crash == "after":
            raise Crash
        assert isinstance(result, Committed | Repeated)
        return notification.ack().status

    @property
    def income(self):
        return self.store.balance("income")


def deliver(app, count, crash=""):
    """WeChat Pay's delivery of one notification, each time signed anew; ``None`` if no response came."""
    now = build.NOW + timedelta(seconds=15 * count)
    headers, body = build.delivery(build.transaction(), nonce=f"n{count}", timestamp=str(int(now.timestamp())))
    try:
        return app.handle(headers, body, now, crash)
    except Crash:
        return None


@pytest.mark.parametrize("crash, income", [("before", 0), ("after", 12800)])
def test_a_crash_loses_nothing_and_books_nothing_twice(crash, income):
    app = App()
    assert deliver(app, 0, crash) is None
    assert app.income == income
    for count in (1, 2):
        assert deliver(app, count) == 204
        assert app.income == 12800


def test_a_copy_of_a_delivery_is_not_acknowledged_as_done():
    """Its effect may not have been stored; the copy would end WeChat Pay's repetitions."""
    app = App()
    assert deliver(app, 0, "before") is None
    assert deliver(app, 0) == 409
    assert app.income == 0
    assert deliver(app, 1) == 204
    assert app.income == 12800


@some
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "before", "after"])), max_size=12))
def test_any_order_of_deliveries_copies_and_crashes(deliveries):
    app = App()
    for count, crash in deliveries:
        answer = deliver(app, count, crash)
        assert app.income in (0, 12800)
        assert answer != 204 or app.income == 12800  # what is acknowledged is stored
    assert deliver(app, 9) == 204
    assert app.income == 12800
