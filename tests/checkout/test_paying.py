"""Money coming in: notifications in every order, late, twice, wrong; closing; time running out."""

from datetime import date

import attrs
import pytest

from minishop.checkout import Done, Refused
from minishop.orders import AttemptState, Life, OrderPolicy
from minishop.payments import BillKind, CaptureNotice, gateway_handlers


@pytest.fixture
def placed(world):
    world.fill(TEA=1)
    return world.place()


def test_a_repeated_notification_changes_nothing(world, placed):
    paid = world.gateway.pay(placed.attempt)
    first = world.shop.pay_notified(paid)
    for _ in range(3):
        again = world.shop.pay_notified(paid)
        assert (again.topics, again.version) == ((), first.version)
    assert world.order(placed.order.id).captured == 12900


def test_a_notification_leaves_its_number_in_the_batch_of_its_effect(world, placed):
    paid = world.gateway.pay(placed.attempt)
    world.shop.pay_notified(paid, notification="n-1")
    again = world.shop.pay_notified(paid, notification="n-1")
    assert again.is_repeated
    assert "order.paid" in again.topics
    later = world.shop.pay_notified(paid, notification="n-2")  # the same fact told in another notification
    assert (later.is_repeated, later.topics) == (False, ())
    assert world.order(placed.order.id).captured == 12900


def test_money_counts_although_its_notification_has_the_number_of_another(world, placed):
    paid = world.gateway.pay(placed.attempt)
    wrong = world.shop.pay_notified(attrs.evolve(paid, transaction="T-other", amount=1), notification="n-1")
    assert "order.mismatched-payment-owed" in wrong.topics
    right = world.shop.pay_notified(paid, notification="n-1")
    assert (right.is_repeated, "order.paid" in right.topics) == (False, True)


def test_money_of_another_merchant_is_refused(world, placed):
    paid = attrs.evolve(world.gateway.pay(placed.attempt), merchant="M2")
    assert world.shop.pay_notified(paid).code == "wrong_merchant"
    assert world.label(placed.order.id) == "to-pay"


@pytest.mark.parametrize("amount", [12899, 12901, 1])
def test_a_wrong_amount_is_owed_back_whole(world, placed, amount):
    answer = world.shop.pay_notified(world.gateway.pay(placed.attempt, amount=amount))
    assert "order.mismatched-payment-owed" in answer.topics
    assert world.label(placed.order.id) == "to-pay"
    world.settle()
    assert [(row.kind, row.amount) for row in world.gateway.book()] == [("payment", amount), ("refund", amount)]
    assert world.order(placed.order.id).captured == 0


def test_late_money_goes_back_and_the_order_stays_closed(world, placed):
    world.shop.close(placed.order.id, buyer="u1", key="c")
    notice = CaptureNotice(
        gateway="fake",
        merchant="M1",
        attempt=placed.attempt,
        transaction="T0000000001",
        amount=12900,
        captured_at=world.clock(),
    )
    _force_paid(world, placed.attempt)
    answer = world.shop.pay_notified(notice)
    assert "order.late-payment-owed" in answer.topics
    world.settle()
    order = world.order(placed.order.id)
    assert (order.life, order.captured, world.label(order.id)) == (Life.CLOSED, 0, "closed")
    assert [(row.kind, row.amount) for row in world.gateway.book()] == [("payment", 12900), ("refund", 12900)]


def _force_paid(world, attempt):
    """The gateway took the money although it had said that it would not."""
    world.gateway._book.execute("update payments set state = 'ready' where attempt = ?", (attempt,))
    world.gateway.pay(attempt)


def test_money_for_no_order_goes_back(world):
    notice = CaptureNotice(
        gateway="fake",
        merchant="M1",
        attempt="unknown-1",
        transaction="T9",
        amount=500,
        captured_at=world.clock(),
    )
    # The gateway has no such payment, so it declines the refund: the sweep keeps trying, and the debt is on record.
    assert world.shop.pay_notified(notice).code == "stray_payment"
    assert world.shop.pay_notified(notice).code == "stray_payment"
    stored = world.store.load("stray-payment", "fake:T9")
    assert (stored.label, stored.shop) == ("failed", "main")


def test_stray_money_is_refunded_once(world, placed):
    from minishop.payments import StrayPayment
    from minishop.storage.codec import decode

    # The order's record is lost (another database, a restored backup), the gateway has the payment.
    paid = world.gateway.pay(placed.attempt)
    other = type(world)()
    other.gateway.close_book()
    other.gateway = world.gateway
    other.shop.handlers |= gateway_handlers(world.gateway)
    assert other.shop.pay_notified(paid).code == "stray_payment"
    stray = decode(StrayPayment, other.store.load("stray-payment", "fake:T0000000001").document)
    assert stray.state == "submitted"
    assert world.gateway.pending_refunds() == (stray.leg,)
    notice = world.gateway.settle_refund(stray.leg)
    assert other.shop.refund_notified(notice).code == "stray_payment"
    assert other.store.load("stray-payment", "fake:T0000000001").label == "settled"
    assert other.shop.refund_notified(notice).code == "stray_payment"
    assert [(row.kind, row.amount) for row in world.gateway.book()] == [("payment", 12900), ("refund", 12900)]


# -- closing -------------------------------------------------------------------------------------------------


def test_closing_closes_the_payment_first(world, placed):
    closed = world.shop.close(placed.order.id, buyer="u1", key="c")
    assert (closed.order.life, closed.order.reason) == (Life.CLOSED, "buyer")
    assert type(world.gateway.query(placed.attempt)).__name__ == "Closed"
    assert world.stock("TEA") == (10, 0, 0)
    again = world.shop.close(placed.order.id, buyer="u1", key="c")
    assert (again.is_repeated, again.order) == (True, closed.order)


def test_a_buyer_cannot_close_what_turns_out_to_be_paid(world, placed):
    world.gateway.pay(placed.attempt)  # the notification is still on its way
    answer = world.shop.close(placed.order.id, buyer="u1", key="c")
    assert answer.code == "paid_already"
    assert world.label(placed.order.id) == "to-ship"


def test_a_seller_closes_a_paid_order_and_everything_goes_back(world):
    order = world.paid(TEA=1)
    closed = world.shop.close(order.id, seller="s", key="c", reason="risk")
    assert world.label(order.id) == "closed"
    assert closed.order.legs[0].amount == 12900
    world.settle()
    assert (world.label(order.id), world.stock("TEA")) == ("refunded", (10, 0, 0))


def test_an_unclear_answer_closes_nothing(world, placed):
    world.gateway.fail_next("lose_reply")
    answer = world.shop.close(placed.order.id, buyer="u1", key="c")
    assert (answer.code, world.label(placed.order.id)) == ("payment_unknown", "to-pay")
    assert isinstance(world.shop.close(placed.order.id, buyer="u1", key="c"), Done)


def test_the_goods_of_a_closed_order_can_be_put_back(world, placed):
    from minishop.checkout import rebuy_operations

    closed = world.shop.close(placed.order.id, buyer="u1", key="c")
    cart = world.shop.read_cart("cart-1").cart
    again = world.shop.sync_cart("cart-1", rebuy_operations(closed.order, base=cart.sequence), shopper="u1")
    assert [(line.sku, line.quantity) for line in again.cart.lines] == [("TEA", 1)]


def test_the_seller_changes_the_price_of_an_unpaid_order(world, placed):
    changed = world.shop.reprice(placed.order.id, seller="s", key="p", goods=10000)
    assert (changed.order.payable, changed.order.attempts[0].state) == (10000, AttemptState.CLOSED)
    started = world.shop.start_payment(placed.order.id, buyer="u1", key="again")
    paid = world.shop.pay_notified(world.gateway.pay(started.attempt))
    assert (paid.order.captured, world.label(placed.order.id)) == (10000, "to-ship")


def test_a_group_that_does_not_fill_owes_everything_back(world):
    world.fill(CUP=1)
    placed = world.place(hold="group")
    world.shop.pay_notified(world.gateway.pay(placed.attempt))
    assert world.label(placed.order.id) == "waiting-for-group"
    assert world.shop.ship(placed.order.id, seller="s", key="s").code == "on_hold"
    failed = world.shop.fail_hold(placed.order.id)
    assert (failed.order.reason, failed.order.legs[0].amount) == ("group_failed", 5800)
    world.fill("cart-2", "u2", CUP=1)
    other = world.place("k2", "u2", "cart-2", hold="group")
    world.shop.pay_notified(world.gateway.pay(other.attempt))
    assert isinstance(world.shop.release_hold(other.order.id), Done)
    assert world.label(other.order.id) == "to-ship"


# -- time ----------------------------------------------------------------------------------------------------


def test_an_unpaid_order_is_closed_by_the_sweep(world, placed):
    world.sweep(minutes=29)
    assert world.label(placed.order.id) == "to-pay"
    runs = world.sweep(minutes=1)
    order = world.order(placed.order.id)
    assert (order.reason, runs[0].timers, world.stock("TEA")) == ("unpaid_timeout", 1, (10, 0, 0))
    assert world.shop.sweep(relays=False).is_idle


def test_a_lost_notification_is_found_by_asking(world, placed):
    world.gateway.pay(placed.attempt)
    runs = world.sweep(minutes=3)
    assert (runs[0].payments, world.label(placed.order.id)) == (1, "to-ship")


def test_at_the_deadline_the_gateway_decides(world, placed):
    world.clock.advance(minutes=29)
    world.gateway.pay(placed.attempt)  # and the notification is lost
    world.clock.advance(minutes=1)
    world.shop.expire(placed.order.id, kind="unpaid")
    assert world.label(placed.order.id) == "to-ship"


def test_a_silent_gateway_does_not_keep_an_order_open_for_ever(world, placed):
    world.clock.advance(minutes=30)
    world.gateway.fail_next(*["lose_request"] * 60)
    minutes = 0
    while world.label(placed.order.id) == "to-pay":
        world.shop.sweep(relays=False)
        world.clock.advance(minutes=1)
        minutes += 1
        assert minutes < 30
    assert minutes >= 10
    assert world.order(placed.order.id).reason == "unpaid_timeout"


def test_expiring_early_or_twice_is_harmless(world, placed):
    early = world.shop.expire(placed.order.id, kind="auto-receive", subject="x")
    assert early.topics == ()
    assert world.shop.expire(placed.order.id, kind="unpaid").topics == ()
    assert type(world.gateway.query(placed.attempt)).__name__ == "Pending"
    world.clock.advance(minutes=31)
    world.shop.expire(placed.order.id, kind="unpaid")
    assert world.shop.expire(placed.order.id, kind="unpaid").topics == ()


# -- the books -----------------------------------------------------------------------------------------------


def test_a_clean_day(world):
    order = world.paid(TEA=1)
    world.shop.refund(order.id, seller="s", key="r", goodwill=900, expected_version=world.shop.find_order(order.id)[1])
    world.settle()
    world.clock.advance(days=1)
    result = world.shop.reconcile_day(date(2026, 6, 1))
    assert (result.agreed, result.differences, result.received, result.refunded) == (2, (), 12900, 900)


def test_what_only_the_gateway_knows_is_fed_back(world, placed):
    world.gateway.pay(placed.attempt)
    world.clock.advance(days=1)
    before = world.shop.reconcile_day(date(2026, 6, 1))
    assert [one.code for one in before.differences] == ["missing_here"]
    after = world.shop.reconcile_day(date(2026, 6, 1), apply=True)
    assert (after.is_clean, world.label(placed.order.id)) == (True, "to-ship")


def test_a_refund_that_we_do_not_know_to_be_settled(world):
    order = world.paid(TEA=1)
    world.shop.close(order.id, seller="s", key="c")
    (leg,) = world.gateway.pending_refunds()
    world.gateway.settle_refund(leg)  # the notification is lost
    world.clock.advance(days=1)
    day = date(2026, 6, 1)
    assert [one.code for one in world.shop.reconcile_day(day).differences] == ["status_differs"]
    assert world.shop.reconcile_day(day, apply=True).is_clean
    assert world.label(order.id) == "refunded"


def test_a_payment_that_the_bill_lacks(world, make):
    order = world.paid(TEA=1)
    world.gateway._book.execute("delete from payments")
    world.clock.advance(days=1)
    (found,) = world.shop.reconcile_day(date(2026, 6, 1)).differences
    assert (found.code, found.book.order, found.book.kind) == ("missing_there", order.id, BillKind.PAYMENT)


def test_shops_with_one_merchant_number_share_a_bill(make):
    first = make()
    second = make(store=first.store, gateway=first.gateway, stock={})
    second.clock = first.clock
    first.paid(TEA=1)
    first.clock.advance(days=1)
    result = second.shop.reconcile_day(date(2026, 6, 1))
    assert (result.agreed, result.is_clean) == (1, True)


def test_shops_with_other_merchant_numbers_do_not_mix_their_books(make):
    from minishop.testing.gateway import FakeGateway

    first = make()
    second = make(store=first.store, gateway=FakeGateway(clock=first.clock, merchant="M2"), stock={})
    first.paid(TEA=1)
    first.clock.advance(days=1)
    result = second.shop.reconcile_day(date(2026, 6, 1))
    assert (result.agreed, result.differences) == (0, ())


def test_a_bill_that_is_not_published_is_an_error(world):
    from minishop.errors import RemoteError

    with pytest.raises(RemoteError):
        world.shop.reconcile_day(date(2026, 6, 1))


# -- going to and fro ----------------------------------------------------------------------------------------


def test_policy_can_leave_refunds_to_a_person(make):
    world = make(policy=OrderPolicy(refund_owed="manual"))
    order = world.paid(TEA=1)
    closed = world.shop.close(order.id, seller="s", key="c")
    assert closed.order.legs == ()
    (obligation,) = closed.order.obligations
    granted = world.shop.grant_owed(order.id, obligation=obligation.id, seller="boss")
    assert [leg.amount for leg in granted.order.legs] == [12900]
    world.settle()
    assert world.label(order.id) == "refunded"
    assert isinstance(world.shop.grant_owed(order.id, obligation=obligation.id, seller="boss"), Refused)


def test_one_transaction_pays_one_order(world, placed):
    world.shop.pay_notified(world.gateway.pay(placed.attempt))
    world.fill("cart-2", "u2", TEA=1)
    other = world.place("k2", "u2", "cart-2")
    twice = attrs.evolve(world.gateway.pay(other.attempt), transaction="T0000000001")
    assert world.shop.pay_notified(twice).code == "payment_conflict"
    assert world.shop.pay_notified(twice).code == "payment_conflict"
    assert world.label(other.order.id) == "to-pay"
    (alert,) = world.store.list_records("alert").records
    assert (alert.label, other.order.id in alert.document) == ("payment_conflict", True)


def test_an_item_that_raises_anything_holds_up_no_other(make):
    world = make()
    orders = []
    for number in (1, 2):
        world.fill(f"c{number}", f"u{number}", TEA=1)
        orders.append(world.place(f"k{number}", f"u{number}", f"c{number}"))
    broken, works = orders
    real = world.gateway.close

    def close(attempt):
        if attempt == broken.attempt:
            raise ZeroDivisionError("a bug of the app's gateway")
        return real(attempt)

    world.gateway.close = close
    world.clock.advance(minutes=30)
    swept = world.shop.sweep(relays=False)
    assert (swept.timers, swept.put_off >= 1) == (1, True)
    assert any("ZeroDivisionError" in said and broken.order.id in said for said in swept.errors)
    assert (world.label(works.order.id), world.label(broken.order.id)) == ("closed", "to-pay")
