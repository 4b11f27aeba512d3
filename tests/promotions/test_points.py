"""Points: how many may be used, what they pay, what the order earns; and the fen that must be left to pay."""

import pytest

from minishop import Shopper
from minishop.promotions import FreeCondition, FreightRegion, FreightTemplate, PointsPolicy, Policy, Scope, Threshold
from minishop.promotions.benefits import (
    BuyGet,
    Exchange,
    FreeShipping,
    PointsMultiplier,
)
from minishop.quotes import PointsRequest
from minishop.testing import assert_quote_invariants
from tests.promotions.build import does, flat, held, line, off, price, taken

GOODS = [line("1", 10000)]


def spent(points, balance, use="max", lines=GOODS, **more):
    quote = price(lines=lines, points=points, spend=PointsRequest(balance, use), **more)
    assert_quote_invariants(quote)
    return quote.points.used, quote.points.value, quote.payable


# -- how many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy, balance, use, used",
    [
        # What is asked for, what there is, what may be used.
        (PointsPolicy(value=1), 500, "max", 500),
        (PointsPolicy(value=1), 500, "none", 0),
        (PointsPolicy(value=1), 500, 0, 0),
        (PointsPolicy(value=1), 500, 300, 300),
        (PointsPolicy(value=1), 500, 501, 500),
        (PointsPolicy(value=1), 0, "max", 0),
        (PointsPolicy(value=1, maximum=250), 500, "max", 250),
        (PointsPolicy(value=1, maximum=250), 500, 249, 249),
        (PointsPolicy(value=1, maximum=0), 500, "max", 0),
        # What the goods can take: 100.00 and a share of it.
        (PointsPolicy(value=1), 20000, "max", 10000),
        (PointsPolicy(value=1, max_share=5000), 20000, "max", 5000),
        (PointsPolicy(value=1, max_share=3333), 20000, "max", 3333),
        (PointsPolicy(value=3), 20000, "max", 3333),
        (PointsPolicy(value=10, max_share=1234), 20000, "max", 123),
        # Down to a multiple, and not below the least.
        (PointsPolicy(value=1, step=100), 1234, "max", 1200),
        (PointsPolicy(value=1, step=100), 99, "max", 0),
        (PointsPolicy(value=1, minimum=100), 99, "max", 0),
        (PointsPolicy(value=1, minimum=100), 100, "max", 100),
        (PointsPolicy(value=1, minimum=100), 5000, 99, 0),
        (PointsPolicy(value=1, step=100, minimum=150), 199, "max", 0),
        (PointsPolicy(value=1, step=100, minimum=150), 200, "max", 200),
    ],
    ids=str,
)
def test_a_request_is_cut_to_what_is_allowed(policy, balance, use, used):
    assert spent(policy, balance, use) == (used, used * policy.value, 10000 - used * policy.value)


def test_a_share_is_rounded_down_before_it_is_counted_in_points():
    # 50 % of 19.99 is 9.995: 9.99 yuan; at 0.10 a point these are 99 points.
    assert spent(PointsPolicy(value=10, max_share=5000), 1000, lines=[line("1", 1999)]) == (99, 990, 1009)


def test_the_share_is_of_what_discounts_left():
    quote = price(
        [off("r", 4000)], GOODS, points=PointsPolicy(value=1, max_share=5000), spend=PointsRequest(9999, "max")
    )
    assert (quote.points.used, quote.payable, quote.discount_total) == (3000, 3000, 4000)


def test_without_a_policy_there_are_no_points():
    quote = price(lines=GOODS, spend=PointsRequest(500, "max"))
    assert quote.points.to_dict() == {"used": 0, "value": 0, "earned": 0}


def test_without_a_request_none_are_used_and_some_are_earned():
    quote = price(lines=GOODS, points=PointsPolicy(value=1, earn_per_yuan=1))
    assert quote.points.to_dict() == {"used": 0, "value": 0, "earned": 100}


def test_points_do_not_pay_freight():
    quote = price(
        lines=[line("1", 1000, freight="post")],
        freight=[flat()],
        points=PointsPolicy(value=1),
        spend=PointsRequest(5000, "max"),
    )
    assert (quote.points.used, quote.freight, quote.payable) == (1000, 800, 800)


def test_activity_lines_may_be_paid_in_points():
    assert spent(PointsPolicy(value=1), 900, lines=[line("1", 1000, activity_price=700)]) == (700, 700, 0)


# -- beside coupons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_coupons, used", [(True, 500), (False, 0)])
def test_beside_a_coupon(with_coupons, used):
    quote = price(
        [off("r", 1000, layer="shop-coupon")],
        GOODS,
        coupons=held("r"),
        points=PointsPolicy(value=1, with_coupons=with_coupons),
        spend=PointsRequest(500, "max"),
    )
    assert (quote.points.used, quote.payable) == (used, 9000 - used)


@pytest.mark.parametrize("reach, use", [(10001, "best"), (None, "none")])
def test_a_coupon_that_is_not_used_does_not_matter(reach, use):
    quote = price(
        [off("r", 1000, reach, layer="shop-coupon")],
        GOODS,
        coupons=held("r"),
        use_coupons=use,
        points=PointsPolicy(value=1, with_coupons=False),
        spend=PointsRequest(500, "max"),
    )
    assert (quote.points.used, quote.payable) == (500, 9500)


def test_automatic_rules_are_no_coupons():
    quote = price(
        [off("r", 1000)], GOODS, points=PointsPolicy(value=1, with_coupons=False), spend=PointsRequest(500, "max")
    )
    assert (quote.points.used, quote.payable) == (500, 8500)


def test_a_shipping_coupon_and_a_listed_multiplier_are_coupons():
    rules = [does("post", FreeShipping(), "shop-coupon"), does("double", PointsMultiplier(200), "platform-coupon")]
    for coupon in held("post", "double"):
        quote = price(
            rules,
            [line("1", 10000, freight="post")],
            freight=[flat()],
            coupons=[coupon],
            use_coupons=[coupon.id],
            points=PointsPolicy(value=1, with_coupons=False),
            spend=PointsRequest(500, "max"),
        )
        assert [entry.coupon for entry in quote.applied] == [coupon.id]
        assert quote.points.used == 0


# -- where they go ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "allocation, parts",
    [
        ("largest-remainder", [74, 51, 32]),
        ("last-line", [74, 50, 33]),
        ("first-lines", [75, 51, 31]),
    ],
)
def test_points_are_shared_over_the_lines(allocation, parts):
    # 1.57 over 5.01, 3.42, 2.13, as any other amount.
    quote = price(
        lines=[line("1", 501), line("2", 342), line("3", 213)],
        points=PointsPolicy(value=1),
        spend=PointsRequest(157, "max"),
        policy=Policy(allocation=allocation),
    )
    assert [[(cut.rule, cut.layer, cut.amount) for cut in one.adjustments] for one in quote.lines] == [
        [("points", "points", part)] for part in parts
    ]
    assert [one.payable for one in quote.lines] == [501 - parts[0], 342 - parts[1], 213 - parts[2]]
    assert (quote.applied, quote.discount_total) == ((), 0)


def test_a_unit_knows_its_points():
    # 1.00 over three units of 3.34: 34, 33, 33.
    quote = price(lines=[line("1", 334, 3)], points=PointsPolicy(value=1), spend=PointsRequest(100, "max"))
    (only,) = quote.lines
    assert [(unit.points, unit.cash) for unit in only.units] == [(34, 300), (33, 301), (33, 301)]


# -- earning ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount, rate, earned",
    [(9999, 1, 99), (9999, 2, 199), (10000, 3, 300), (99, 1, 0), (50, 2, 1), (49, 2, 0), (10000, 0, 0)],
)
def test_earning_is_rounded_down_once(amount, rate, earned):
    assert price(lines=[line("1", amount)], points=PointsPolicy(value=1, earn_per_yuan=rate)).points.earned == earned


def test_earning_is_rounded_over_the_whole_order():
    lines = [line("1", 50), line("2", 50), line("3", 199)]
    assert price(lines=lines, points=PointsPolicy(value=1, earn_per_yuan=1)).points.earned == 2


def test_only_cash_earns():
    quote = price(
        [off("r", 1000)], GOODS, points=PointsPolicy(value=1, earn_per_yuan=1), spend=PointsRequest(2050, "max")
    )
    assert quote.points.to_dict() == {"used": 2050, "value": 2050, "earned": 69}


@pytest.mark.parametrize("on_freight, earned", [(False, 99), (True, 100)])
def test_freight_earns_only_if_set(on_freight, earned):
    quote = price(
        lines=[line("1", 9990, freight="post")],
        freight=[flat(fee=60)],
        points=PointsPolicy(value=1, earn_per_yuan=1, earn_on_freight=on_freight),
    )
    assert quote.points.earned == earned


TWO = [line("1", 1000), line("2", 2000)]


@pytest.mark.parametrize(
    "rules, earned",
    [
        ([does("a", PointsMultiplier(200))], 60),
        ([does("a", PointsMultiplier(150))], 45),
        ([does("a", PointsMultiplier(200), scope=Scope(sku="S2"))], 50),
        # The highest counts for a line, they do not multiply.
        ([does("a", PointsMultiplier(200)), does("b", PointsMultiplier(300), scope=Scope(sku="S1"))], 70),
        ([does("a", PointsMultiplier(300)), does("b", PointsMultiplier(200), scope=Scope(sku="S1"))], 90),
        ([does("a", PointsMultiplier(200), threshold=Threshold(amount=3001))], 30),
        ([does("a", PointsMultiplier(200)), off("cut", 1000)], 40),
    ],
)
def test_multipliers(rules, earned):
    quote = price(rules, TWO, points=PointsPolicy(value=1, earn_per_yuan=1))
    assert quote.points.earned == earned


def test_a_multiplier_is_applied_with_an_amount_of_0():
    quote = price([does("a", PointsMultiplier(200))], TWO, points=PointsPolicy(value=1, earn_per_yuan=1))
    assert taken(quote) == {"a": 0}
    assert quote.payable == 3000


def test_a_multiplied_line_paid_in_points_earns_for_its_cash():
    # 99.99 less 33.33 in points: 66.66 x 1.5 = 99.99.
    quote = price(
        [does("a", PointsMultiplier(150))],
        [line("1", 9999)],
        points=PointsPolicy(value=1, earn_per_yuan=1),
        spend=PointsRequest(3333, "max"),
    )
    assert quote.points.earned == 99


def test_freight_is_not_multiplied():
    quote = price(
        [does("a", PointsMultiplier(200))],
        [line("1", 1000, freight="post")],
        freight=[flat(fee=500)],
        points=PointsPolicy(value=1, earn_per_yuan=1, earn_on_freight=True),
    )
    assert quote.points.earned == 25


# -- the minimum ------------------------------------------------------------------------------------------------------

ONE_FEN = Policy(minimum_payable=1)


def cuts(quote):
    return [[(cut.rule, cut.amount, cut.units) for cut in one.adjustments] for one in quote.lines]


def test_points_give_way_first():
    quote = price(
        [off("r", 9000)], GOODS, points=PointsPolicy(value=1), spend=PointsRequest(5000, "max"), policy=ONE_FEN
    )
    assert (quote.payable, quote.points.used, taken(quote)) == (1, 999, {"r": 9000})


def test_points_give_way_by_whole_points_and_steps():
    assert spent(PointsPolicy(value=10), 5000, policy=ONE_FEN) == (999, 9990, 10)
    assert spent(PointsPolicy(value=1, step=100), 50000, policy=ONE_FEN) == (9900, 9900, 100)


def test_freight_is_enough_to_pay():
    goods, post = [line("1", 1000, freight="post")], [flat()]
    assert spent(PointsPolicy(value=1), 5000, lines=goods, freight=post, policy=ONE_FEN) == (1000, 1000, 800)
    assert price([off("r", 1000)], goods, freight=post, policy=ONE_FEN).payable == 800


def test_then_the_last_discount_gives_a_fen_back():
    rules = [off("order", 4000), off("coupon", 8000, layer="shop-coupon")]
    quote = price(rules, GOODS, coupons=held("coupon"), policy=ONE_FEN)
    assert_quote_invariants(quote)
    assert (quote.payable, quote.discount_total) == (1, 9999)
    assert taken(quote) == {"order": 4000, "c-coupon": 5999}
    assert price(rules, GOODS, coupons=held("coupon")).payable == 0


def test_the_fen_goes_to_the_first_line_in_canonical_order_that_had_a_part():
    lines = [line("10", 500), line("9", 0), line("2", 500)]
    quote = price([off("r", 1000)], lines, policy=ONE_FEN)
    assert [one.payable for one in quote.lines] == [0, 0, 1]
    assert taken(quote) == {"r": 999}
    assert_quote_invariants(quote)


def test_a_cut_on_chosen_units_gives_a_fen_back():
    # The first unit that the rule cut pays it.
    quote = price([does("r", BuyGet(1, 1), "item"), off("s", 500)], [line("1", 500, 2)], policy=ONE_FEN)
    assert_quote_invariants(quote)
    assert (quote.payable, taken(quote)) == (1, {"r": 500, "s": 499})
    quote = price([does("r", Exchange(2), "shop-coupon")], [line("1", 500, 2)], coupons=held("r"), policy=ONE_FEN)
    assert_quote_invariants(quote)
    assert (quote.payable, cuts(quote)) == (1, [[("r", 999, (499, 500))]])


@pytest.mark.parametrize(
    "rules, lines, amounts",
    [
        ([off("sale", 500, layer="price")], [line("1", 500, 2)], {"sale": 999}),
        ([], [line("1", 500, member_prices={"gold": 0})], {"member-price": 499}),
        ([], [line("1", 500, activity_price=0)], {"activity-price": 499}),
        # Of several, the last in application order: the member price comes before the rules.
        (
            [off("sale", 500, layer="price")],
            [line("1", 500), line("2", 600, member_prices={"gold": 0})],
            {"member-price": 600, "sale": 499},
        ),
    ],
    ids=str,
)
def test_a_price_gives_a_fen_back(rules, lines, amounts):
    quote = price(rules, lines, shopper=Shopper(level="gold"), policy=ONE_FEN)
    assert_quote_invariants(quote)
    assert (quote.payable, taken(quote)) == (1, amounts)


def test_of_two_sale_prices_the_later_in_application_order_gives_back():
    # 0 - 5.00 comes before 0 - 6.00.
    rules = [
        off("early", 500, layer="price", scope=Scope(sku="S2")),
        off("late", 600, layer="price", scope=Scope(sku="S1")),
    ]
    quote = price(rules, [line("1", 600), line("2", 500)], policy=ONE_FEN)
    assert_quote_invariants(quote)
    assert taken(quote) == {"early": 500, "late": 599}


def test_a_discount_of_one_fen_that_is_given_back_is_not_applied():
    quote = price([off("r", 1)], [line("1", 1)], policy=ONE_FEN)
    assert (quote.payable, quote.applied, cuts(quote)) == (1, (), [[]])
    assert [entry.rule for entry in quote.rejected] == ["r"]


@pytest.mark.parametrize("choice", ["best", "priority"])
def test_there_is_nothing_to_pay_for_nothing(choice):
    quote = price([off("r", 1000)], policy=Policy(minimum_payable=1, choice=choice))
    assert (quote.payable, quote.goods_total, quote.lines) == (0, 0, ())
    assert price([], [line("1", 500, selected=False)], policy=ONE_FEN).payable == 0


def test_no_second_coupon_is_spent_on_the_last_fen():
    rules = [off("a", 9999, layer="shop-coupon"), off("b", 9999, layer="platform-coupon")]
    quote = price(rules, GOODS, coupons=held("a", "b"), policy=ONE_FEN)
    assert (quote.payable, len(quote.applied)) == (1, 1)
    assert len(price(rules, GOODS, coupons=held("a", "b")).applied) == 2


def test_freight_after_points_may_be_what_is_paid():
    # Free from 10.00 before points; points leave 0.00, so the freight is charged after all.
    post = FreightTemplate(
        id="post",
        by="piece",
        regions=[FreightRegion(region="*", start=9, start_fee=800)],
        free=FreeCondition(thresholds=[Threshold(amount=1000)]),
    )
    quote = price(
        lines=[line("1", 1000, freight="post")],
        freight=[post],
        points=PointsPolicy(value=1),
        spend=PointsRequest(5000, "max"),
        policy=Policy(free_shipping_basis="after-points"),
    )
    assert (quote.points.used, quote.freight, quote.payable) == (1000, 800, 800)
    assert_quote_invariants(quote)
