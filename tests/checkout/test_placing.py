"""From cart to paid order. Amounts are worked out by hand, in fen."""

from datetime import timedelta

import pytest

from minishop.cart import Add, SavedLine, Set
from minishop.checkout import Done, Refused
from minishop.errors import InvalidInput
from minishop.inventory import StockKey
from minishop.orders import AttemptState, Life, Role
from tests.checkout.world import ADDRESS, RULES


def test_the_frozen_units_add_up_to_what_is_paid(world):
    # 129.00 + 2 × 50.00 = 229.00, less 30.00 = 199.00; freight is free from 99.00 on.
    order = world.paid(TEA=1, CUP=2)
    units = [unit for line in order.lines for unit in line.units]
    assert (order.payable, order.terms.freight) == (19900, 0)
    assert sum(unit.cash for unit in units) == 19900
    assert sum(unit.order for unit in units) == 3000
    assert (order.captured, world.label(order.id)) == (19900, "to-ship")


def test_placing_takes_stock_and_empties_the_cart_of_what_was_ordered(world):
    world.fill(TEA=2, CUP=1)
    world.shop.sync_cart("cart-1", [Set(device="pad", number=1, base=0, sku="PEN", quantity=1)], shopper="u1")
    cart = world.shop.read_cart("cart-1").cart
    assert [line.sku for line in cart.lines] == ["TEA", "CUP", "PEN"]
    placed = world.place()
    assert isinstance(placed, Done)
    assert (world.stock("TEA"), world.stock("CUP"), world.stock("PEN")) == ((10, 2, 0), (10, 1, 0), (10, 1, 0))
    assert world.shop.read_cart("cart-1").cart.lines == ()


def test_the_same_key_is_the_same_order(world):
    world.fill(TEA=1)
    first = world.place(address=ADDRESS)
    again = world.place(address=ADDRESS, total=first.order.payable)
    assert (again.order.id, again.client, again.is_repeated) == (first.order.id, first.client, True)
    assert world.stock("TEA") == (10, 1, 0)
    assert len(world.shop.list_orders(buyer="u1").orders) == 1


def test_the_same_key_for_something_else_is_refused(world):
    world.fill(TEA=1)
    placed = world.place()
    other = world.place(total=placed.order.payable, note="faster please")
    assert isinstance(other, Refused)
    assert other.code == "key_reused"


def test_a_key_that_was_forgotten_still_makes_no_second_order(world):
    world.fill(TEA=1)
    first = world.place()
    world.clock.advance(days=4)
    world.shop.sweep(relays=False)
    world.fill(TEA=1)
    again = world.place(total=12900)
    assert (again.order.id, again.is_repeated) == (first.order.id, True)
    assert len(world.shop.list_orders(buyer="u1").orders) == 1


def test_a_new_key_on_an_ordered_cart_finds_it_empty(world):
    world.fill(TEA=1)
    world.place()
    assert world.place("place-2", total=12900).code == "empty_cart"


def test_another_total_is_refused_with_the_fresh_quote(world):
    world.fill(TEA=1)
    answer = world.place(total=12899)
    assert (answer.code, answer.reasons[0].params) == ("total_changed", {"was": 12899, "now": 12900})
    assert answer.quote.payable == 12900
    assert "129.00" in answer.text("zh-CN")
    assert world.stock("TEA") == (10, 0, 0)


def test_only_what_is_to_pay_is_compared(make):
    # The rules changed between the preview and the click, the price did not.
    world = make()
    world.fill(TEA=1)
    total = world.shop.preview_order(buyer="u1", cart="cart-1").payable
    other = make(RULES.replace("满200减30", "全场满200减30"), store=world.store)
    assert isinstance(other.shop.place_order(buyer="u1", key="k", cart="cart-1", expected_total=total), Done)


def test_an_order_needs_an_expected_total_and_a_source(world):
    with pytest.raises(InvalidInput, match="expected_total"):
        world.shop.place_order(buyer="u1", key="k", cart="c", expected_total=None)
    with pytest.raises(InvalidInput, match="cart"):
        world.shop.place_order(buyer="u1", key="k", expected_total=1)


def test_problems_of_selected_lines_block_and_name_the_line(world):
    world.fill(TEA=1, CUP=1)
    del world.goods["CUP"]
    answer = world.place(total=17900)
    assert (answer.code, [(one.code, one.sku) for one in answer.problems]) == ("cart_problems", [("delisted", "CUP")])
    assert "CUP" in answer.text()


def test_somebody_elses_cart_is_not_there(world):
    world.fill(TEA=1)
    assert world.place(buyer="u2", total=12900).code == "no_such_cart"
    assert world.place(cart="cart-9", total=12900).code == "no_such_cart"
    assert world.shop.preview_order(buyer="u2", cart="cart-1").code == "no_such_cart"


def test_the_last_unit_is_sold_once(world):
    world.goods["TEA"] = world.goods["CUP"]
    world.fill("cart-1", "u1", TEA=6)
    world.fill("cart-2", "u2", TEA=6)
    assert isinstance(world.place("k1", "u1", "cart-1"), Done)
    answer = world.place("k2", "u2", "cart-2")
    assert (answer.code, answer.reasons[0].params) == ("stock_short", {"which": "TEA"})
    # Nothing is half done: the cart is as it was, no order, no stock.
    assert [line.quantity for line in world.shop.read_cart("cart-2").cart.lines] == [6]
    assert world.shop.list_orders(buyer="u2").orders == ()
    assert world.stock("TEA") == (10, 6, 0)


def test_buying_at_once_needs_no_cart(world):
    line = SavedLine(sku="TEA", quantity=2, changed_at=world.clock())
    # 2 × 129.00 = 258.00 less 30.00.
    placed = world.shop.place_order(buyer="u1", key="now", lines=(line,), expected_total=22800)
    assert placed.order.source_key == "buy-now:u1:now"
    world.clock.advance(minutes=1)
    line = SavedLine(sku="TEA", quantity=2, changed_at=world.clock())
    again = world.shop.place_order(buyer="u1", key="now", lines=(line,), expected_total=22800)
    assert again.order.id == placed.order.id


def test_a_zero_order_is_paid_at_once_and_never_reaches_the_gateway(world):
    world.shop.grant_points(buyer="u1", points=20000, key="gift")
    world.fill(TEA=1)
    placed = world.place(use_points="max")
    assert (placed.order.payable, placed.order.attempts, world.gateway.book()) == (0, (), ())
    assert world.label(placed.order.id) == "to-ship"
    assert world.shop.points_of(buyer="u1") == 20000 - 12900


def test_virtual_goods_are_received_when_they_are_paid(world):
    order = world.paid(CODE=1)
    assert (world.label(order.id), order.life) == ("completed", Life.COMPLETED)
    assert world.stock("CODE") == (0, 0, 0)
    assert world.shop.points_of(buyer="u1") == 30  # one for each yuan


# -- coupons, points, limits ---------------------------------------------------------------------------------


def test_a_coupon_is_locked_by_its_order_and_free_again_when_it_closes(world):
    coupon = world.shop.claim_coupon(buyer="u1", rule="new-20", key="banner")
    world.fill(TEA=1)
    placed = world.place()
    assert placed.order.payable == 10900
    assert world.shop.wallet(buyer="u1") == ()
    world.shop.close(placed.order.id, key="close", buyer="u1")
    assert world.shop.wallet(buyer="u1") == (coupon,)


def test_the_last_coupon_goes_to_one(world):
    first = world.shop.claim_coupon(buyer="u1", rule="new-20", key="k", issued=1)
    second = world.shop.claim_coupon(buyer="u2", rule="new-20", key="k", issued=1)
    assert (first.buyer, second.code) == ("u1", "coupons_gone")
    assert world.shop.claim_coupon(buyer="u1", rule="new-20", key="k", issued=1) == first
    assert world.shop.claim_coupon(buyer="u1", rule="new-20", key="k2", per_buyer=1).code == "coupon_limit"
    with pytest.raises(InvalidInput, match="coupon"):
        world.shop.claim_coupon(buyer="u1", rule="full-30", key="k")


def test_points_are_frozen_by_the_order_and_come_back_when_it_closes(world):
    world.shop.grant_points(buyer="u1", points=1000, key="gift")
    assert world.shop.grant_points(buyer="u1", points=1000, key="gift") == 1000  # the same key counts once
    world.fill(TEA=1)
    placed = world.place(use_points=500)
    assert (placed.order.payable, world.shop.points_of(buyer="u1")) == (12400, 500)
    world.shop.close(placed.order.id, key="close", buyer="u1")
    assert world.shop.points_of(buyer="u1") == 1000


def test_a_rule_with_a_limit_is_used_as_often_as_it_says(make):
    limited = RULES.replace(
        'benefit = { kind = "amount-off", amount = "30.00" }',
        """
benefit = { kind = "amount-off", amount = "30.00" }
limit = { total = 2, shopper = 1, budget = "100.00" }""",
    )
    world = make(limited)
    for number, payable in ((1, 22800), (2, 22800), (3, 25800)):  # the third buyer pays in full
        world.fill(f"c{number}", f"u{number}", TEA=2)
        placed = world.place(f"k{number}", f"u{number}", f"c{number}")
        assert placed.order.payable == payable
    world.fill("c4", "u1", CUP=5)
    assert world.place("k4", "u1", "c4").order.payable == 25000
    # Closing the first order frees its use for the next buyer.
    first = world.shop.list_orders(buyer="u2").orders[0]
    world.shop.close(first.id, key="close", buyer="u2")
    world.fill("c5", "u5", TEA=2)
    assert world.place("k5", "u5", "c5").order.payable == 22800


def test_a_limit_that_somebody_else_takes_first_changes_the_total(make):
    limited = RULES.replace('amount = "30.00" }', 'amount = "30.00" }\nlimit = { total = 1 }')
    world = make(limited)
    world.fill("c1", "u1", TEA=2)
    world.fill("c2", "u2", TEA=2)
    total = world.shop.preview_order(buyer="u2", cart="c2").payable
    world.place("k1", "u1", "c1")
    answer = world.place("k2", "u2", "c2", total=total)
    assert (answer.code, answer.reasons[0].params) == ("total_changed", {"was": 22800, "now": 25800})


GIFT = (
    RULES
    + """
[[rule]]
id = "free-pen"
layer = "order"
threshold = { amount = "100.00" }
scope = { category = ["tea"] }
benefit = { kind = "gift", sku = "PEN", quantity = 1 }
"""
)


def test_a_gift_takes_stock_and_knows_what_it_came_with(make):
    world = make(GIFT)
    order = world.paid(TEA=1, CUP=1)
    (gift,) = [line for line in order.lines if line.is_gift]
    assert (gift.sku, gift.value, gift.earned_by, world.stock("PEN")) == ("PEN", 1000, ("TEA",), (10, 1, 0))


def test_a_gift_that_is_gone_is_not_promised(make):
    world = make(GIFT, stock={"TEA": 5, "PEN": 0})
    assert not [line for line in world.paid(TEA=1).lines if line.is_gift]


@pytest.mark.parametrize("drop_gift", [True, False])
def test_a_gift_that_goes_while_the_order_is_placed(make, monkeypatch, drop_gift):
    from minishop.checkout import _place

    world = make(GIFT, stock={"TEA": 5, "PEN": 0}, drop_gift=drop_gift)
    honest = _place._gift_stock

    def stale(desk, now, without):  # the number that was read before somebody took the last one
        found = yield from honest(desk, now, without)
        return {sku: 0 if sku in without else 1 for sku in found}

    monkeypatch.setattr(_place, "_gift_stock", stale)
    world.fill(TEA=1)
    answer = world.place(total=12900)
    if drop_gift:
        assert isinstance(answer, Done)
        assert [line.sku for line in answer.order.lines] == ["TEA"]
    else:
        assert (answer.code, answer.reasons[0].params) == ("gift_short", {"which": "PEN"})


# -- freight -------------------------------------------------------------------------------------------------


def test_freight_is_paid_with_the_order(world):
    order = world.paid(CUP=1)  # 50.00 + 8.00
    assert (order.payable, order.terms.freight, order.freight_left) == (5800, 800, 800)


def test_what_cannot_be_delivered_is_not_ordered(make):
    world = make(RULES.replace('region = ["*"]', 'region = ["440000"]'))
    world.fill(CUP=1)
    answer = world.place(total=5800)
    assert (answer.code, answer.quote.undeliverable) == ("undeliverable_order", ("CUP",))
    assert isinstance(world.place(address=ADDRESS), Done)


# -- the payment attempt -------------------------------------------------------------------------------------


def test_the_gateway_may_take_the_money_at_once(make):
    from minishop.testing.gateway import FakeGateway

    gateway = FakeGateway(pays_at_once=True)
    world = make(gateway=gateway)
    gateway._clock = world.clock
    world.fill(TEA=1)
    placed = world.place()
    assert (world.label(placed.order.id), placed.client) == ("to-ship", {})


@pytest.mark.parametrize(
    "fault, state, notice",
    [
        ("refuse", AttemptState.CREATED, "gateway_busy"),
        ("lose_request", AttemptState.UNKNOWN, "payment_unknown"),
        ("lose_reply", AttemptState.UNKNOWN, "payment_unknown"),
    ],
)
def test_the_order_stands_whatever_the_gateway_does(world, fault, state, notice):
    world.fill(TEA=1)
    world.gateway.fail_next(fault)
    placed = world.place()
    assert (placed.notice.code, placed.order.attempts[0].state) == (notice, AttemptState.CREATED)
    assert world.order(placed.order.id).attempts[0].state is state
    again = world.place(total=12900)  # the same key goes on where it stopped
    assert (again.order.id, again.client, again.order.attempts[0].state) == (
        placed.order.id,
        {"pay": placed.attempt},
        AttemptState.READY,
    )


def test_a_payment_that_is_declined_can_be_started_again(world):
    world.fill(TEA=1)
    real, world.gateway.create = world.gateway.create, _declining
    placed = world.place()
    world.gateway.create = real
    assert (placed.notice.code, placed.notice.params) == ("payment_declined", {"reason": "no_such_card"})
    again = world.shop.start_payment(placed.order.id, buyer="u1", key="retry")
    assert again.attempt != placed.attempt
    assert again.client == {"pay": again.attempt}
    repeated = world.shop.start_payment(placed.order.id, buyer="u1", key="retry")
    assert (repeated.attempt, repeated.client) == (again.attempt, again.client)


def _declining(request):
    from minishop.errors import CallerError

    raise CallerError("no such card", code="no_such_card")


def test_another_attempt_closes_the_older_one_at_the_gateway(world):
    world.fill(TEA=1)
    placed = world.place()
    second = world.shop.start_payment(placed.order.id, buyer="u1", key="other-way", payment_channel="h5")
    states = {attempt.id: attempt.state for attempt in world.order(placed.order.id).attempts}
    assert states == {placed.attempt: AttemptState.CLOSED, second.attempt: AttemptState.READY}
    assert type(world.gateway.query(placed.attempt)).__name__ == "Closed"


def test_an_older_attempt_that_was_paid_counts(world):
    world.fill(TEA=1)
    placed = world.place()
    world.gateway.pay(placed.attempt)  # and the notification is lost
    second = world.shop.start_payment(placed.order.id, buyer="u1", key="again")
    assert isinstance(second, Refused)
    assert world.label(placed.order.id) == "to-ship"


def test_nobody_else_closes_a_buyers_payment(world):
    world.fill(TEA=1)
    placed = world.place()
    answer = world.shop.start_payment(placed.order.id, buyer="thief", key="k")
    assert answer.code == "not_owner"
    assert world.shop.close(placed.order.id, buyer="thief", key="k").code == "not_owner"
    assert type(world.gateway.query(placed.attempt)).__name__ == "Pending"


def test_no_new_attempt_after_the_deadline(world):
    world.fill(TEA=1)
    placed = world.place()
    world.clock.advance(minutes=30)
    assert world.shop.start_payment(placed.order.id, buyer="u1", key="late").code == "too_late"


def test_an_order_that_does_not_exist(world):
    assert world.shop.find_order("nope") is None
    assert world.shop.close("nope", buyer="u1", key="k").code == "no_such_order"
    assert world.shop.ship("nope", seller="s", key="k").code == "no_such_order"
    assert world.shop.available_commands("nope", actor=world_actor()) == ()


def world_actor():
    from minishop.orders import Actor

    return Actor(Role.BUYER, "u1")


# -- stock at payment ----------------------------------------------------------------------------------------


def test_stock_can_be_held_until_the_order_is_paid(make):
    world = make(stock_at="pay")
    world.fill(TEA=2)
    placed = world.place()
    assert world.stock("TEA") == (10, 0, 2)
    world.shop.pay_notified(world.gateway.pay(placed.attempt))
    assert world.stock("TEA") == (10, 2, 0)
    world.shop.ship(placed.order.id, seller="s", key="s")
    assert world.stock("TEA") == (8, 0, 0)


def test_a_hold_goes_with_the_order(make):
    world = make(stock_at="pay")
    world.fill(TEA=2)
    placed = world.place()
    world.shop.close(placed.order.id, buyer="u1", key="c")
    assert world.stock("TEA") == (10, 0, 0)


def test_money_without_stock_goes_back(make):
    world = make(stock_at="pay", stock={"TEA": 2}, policy=_patient())
    world.fill("c1", "u1", TEA=2)
    placed = world.place("k1", "u1", "c1")
    paid = world.gateway.pay(placed.attempt)
    world.clock.advance(minutes=41)  # past the deadline and the grace of ten minutes
    world.fill("c2", "u2", TEA=2)
    assert isinstance(world.place("k2", "u2", "c2"), Done)
    answer = world.shop.pay_notified(paid)
    assert "order.paid-without-stock" in answer.topics
    assert (answer.order.life, answer.order.reason) == (Life.CLOSED, "no_stock")
    world.settle()
    assert world.label(placed.order.id) == "refunded"
    assert [row.amount for row in world.gateway.book()] == [22800, 22800]
    assert world.stock("TEA") == (2, 0, 2)


def _patient():
    from minishop.orders import OrderPolicy

    return OrderPolicy(pay_within=timedelta(minutes=30))


def test_a_zero_order_takes_its_stock_at_once_even_then(make):
    world = make(stock_at="pay")
    world.shop.grant_points(buyer="u1", points=12900, key="gift")
    world.fill(TEA=1)
    world.place(use_points="max")
    assert world.stock("TEA") == (10, 1, 0)


def test_adjusting_stock_is_booked_once(world):
    assert world.shop.adjust_stock({StockKey("TEA"): -3}, key="count-1") is True
    assert world.shop.adjust_stock({StockKey("TEA"): -3}, key="count-1") is False
    assert world.stock("TEA") == (7, 0, 0)


def test_carts_merge_on_login(world):
    world.shop.sync_cart("guest", [Add(device="d", number=1, base=0, sku="TEA", quantity=2)])
    world.fill("mine", "u1", CUP=1)
    merged = world.shop.merge_carts(guest="guest", member="mine", shopper="u1")
    assert sorted((line.sku, line.quantity) for line in merged.cart.lines) == [("CUP", 1), ("TEA", 2)]
    again = world.shop.merge_carts(guest="guest", member="mine", shopper="u1")
    assert again.cart == merged.cart
    # What the guest's phone still had in its queue goes to the member's cart.
    late = [Add(device="d", number=2, base=1, sku="PEN", quantity=1)]
    assert {line.sku for line in world.shop.sync_cart("guest", late, shopper="u1").cart.lines} == {"CUP", "TEA", "PEN"}
    assert world.shop.merge_carts(guest="nobody", member="mine", shopper="u1").cart.id == "mine"


def test_a_paid_order_that_the_seller_cannot_serve_frees_what_it_had_taken(make):
    world = make(stock_at="pay")
    order = world.paid(TEA=2)
    world.shop.close(order.id, seller="s", key="c", reason="no_stock")
    assert world.stock("TEA") == (10, 0, 0)
