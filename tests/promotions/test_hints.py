"""Hints (凑单): what they say comes true when the cart is changed as they say."""

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from minishop import Cart, CartLine, Engine
from minishop.promotions import FreeCondition, Group, PointsPolicy, Policy, Scope, Threshold
from minishop.promotions.benefits import AmountOff, FreeShipping, PercentOff, Step, Tiers
from minishop.promotions.rules import SCOPE_KEYS
from minishop.quotes import PointsRequest
from minishop.quotes.documents import read_request
from minishop.testing.strategies import Scenario, scenarios
from tests.promotions.build import DAY, NOW, does, flat, held, line, off, price

quick = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def hints(quote):
    return [hint.to_dict() for hint in quote.hints]


def follow(scenario, hint):
    """The scenario with its cart changed as the hint says."""
    rules, request = scenario.rules, scenario.request
    lines = {one.id: one for one in request.cart.lines}
    if hint.line is not None:
        wanted = lines[hint.line]
        lines[hint.line] = attrs.evolve(wanted, quantity=wanted.quantity + hint.add_quantity)
    else:
        more = {"sku": "new"}
        if hint.rule.startswith("freight:"):
            more |= {"freight": hint.rule.removeprefix("freight:"), "weight_mg": 0, "volume_cm3": 0}
        else:
            scope = next(rule.scope for rule in rules.rules if rule.id == hint.rule)
            lost = {key: getattr(scope.exclude, key, ()) for key in SCOPE_KEYS}
            assert {key for key, values in lost.items() if values} <= {"tag"}, "all that the strategies leave out"
            allowed = {key: [value for value in getattr(scope, key) if value not in lost[key]] for key in SCOPE_KEYS}
            more |= {key: values[0] for key, values in allowed.items() if values}
        lines["new"] = CartLine(id="new", quantity=1, unit_price=hint.add_amount, **more)
    cart = Cart(lines.values(), gift_stock=request.cart.gift_stock, usage=request.cart.usage)
    return Scenario(rules, attrs.evolve(request, cart=cart))


def check(scenario):
    quote = scenario.quote()
    for hint in quote.hints:
        assert hint.payable_change < 0
        assert follow(scenario, hint).quote().payable == quote.payable + hint.payable_change


@quick
@given(scenarios())
def test_a_hint_comes_true(scenario):
    check(scenario)


@pytest.mark.oracle
@thorough
@given(scenarios(rules=8, lines=5))
def test_many_hints_come_true(scenario):
    check(scenario)


@pytest.mark.long
@settings(thorough, max_examples=3000)
@given(scenarios(rules=8, lines=5))
def test_very_many_hints_come_true(scenario):
    check(scenario)


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_199_before_200_minus_30():
    rule = off("200-30", 3000, 20000)
    before, after = price([rule], [line("1", 19900)]), price([rule], [line("1", 19900), line("2", 100)])
    assert (before.payable, after.payable) == (19900, 17000)
    assert hints(before) == [{"rule": "200-30", "add_amount": 100, "payable_change": -2900}]
    assert hints(after) == []


RULES = {
    "format": 1,
    "group": [{"id": "full-reduction", "pick": 1}],
    "rule": [
        {
            "id": "618",
            "layer": "order",
            "group": "full-reduction",
            "scope": {"category": ["home"], "except": {"tag": ["clearance"]}},
            "audience": {"level": ["gold"], "channel": ["mini-program"]},
            "threshold": {"amount": "300.00"},
            "benefit": {"kind": "amount-off", "amount": "50.00", "every": True, "cap": "200.00"},
        },
        {
            "id": "new-20",
            "layer": "shop-coupon",
            "threshold": {"amount": "99.00"},
            "benefit": {"kind": "amount-off", "amount": "20.00"},
        },
    ],
    "points": {"value": "0.01", "max_share": "50%", "step": 100, "minimum": 100, "earn_per_yuan": 1},
    "freight": [
        {
            "id": "default",
            "by": "weight",
            "regions": [{"region": ["*"], "start": "1", "start_fee": "8.00", "extra": "1", "extra_fee": "2.00"}],
            "free": {"amount": "99.00"},
        }
    ],
}
HOME = {
    "id": "1",
    "sku": "S1",
    "quantity": 2,
    "unit_price": "59.90",
    "member_prices": {"gold": "56.90"},
    "category": ["home"],
    "weight": "0.35",
    "freight": "default",
}
SMALL = {"id": "2", "sku": "S2", "quantity": 1, "unit_price": "5.20", "weight": "0", "freight": "default"}


def test_free_freight_is_5_20_away():
    # 2 x 56.90 - 20.00 = 93.80, and 8.00 of freight: 101.80. With 5.20 more 99.00, free.
    engine = Engine.from_document(RULES)

    def quote(*lines):
        return engine.quote_request(
            read_request(
                {
                    "at": "2026-06-02T12:00:00+08:00",
                    "channel": "mini-program",
                    "shopper": {"level": "gold"},
                    "lines": lines,
                    "coupons": [{"id": "c1", "rule": "new-20"}],
                    "points": {"balance": 1200},
                    "destination": ["440000", "440300"],
                }
            )
        )

    before = quote(HOME)
    assert (before.payable, before.freight, before.points.earned) == (10180, 800, 93)
    assert hints(before) == [{"rule": "freight:default", "add_amount": 520, "payable_change": -280}]
    after = quote(HOME, SMALL)
    assert (after.payable, after.freight) == (9900, 0)
    assert hints(after) == []


def test_missing_units_are_of_the_cheapest_line_in_scope():
    # 100.00 + 6.00 + 1.00; a third unit in scope costs 6.00 and takes 20 % of 112.00: 22.40.
    rule = does("r", PercentOff(2000), scope=Scope(sku=("S1", "S2")), threshold=Threshold(quantity=3))
    quote = price([rule], [line("1", 10000), line("2", 600), line("3", 100)])
    assert hints(quote) == [{"rule": "r", "add_quantity": 1, "line": "2", "payable_change": 600 - 2240}]
    after = price([rule], [line("1", 10000), line("2", 600, 2), line("3", 100)])
    assert after.payable == quote.payable + 600 - 2240


def test_a_hint_by_amount_buys_in_scope():
    rule = off("r", 3000, 10000, scope=Scope(category=("home", "food"), brand="b1"))
    lines = [line("1", 9000, category="home", brand="b1"), line("2", 9000)]
    quote = price([rule], lines)
    assert hints(quote) == [{"rule": "r", "add_amount": 1000, "payable_change": -2000}]
    assert price([rule], [*lines, line("3", 1000, category="food", brand="b1")]).payable == 18000 - 2000
    assert price([rule], [*lines, line("3", 1000)]).payable == 19000


def test_a_hint_by_amount_buys_what_the_scope_does_not_leave_out():
    # 97.00 + 3.00 = 100.00 - 5.00 = 95.00. "food" is named first, and excepted.
    left_out = Scope(category="food", brand="b1")
    rule = off("r", 500, 10000, scope=Scope(category=("food", "home"), brand="b1", exclude=left_out))
    lines = [line("1", 9700, category="home", brand="b1")]
    assert hints(price([rule], lines)) == [{"rule": "r", "add_amount": 300, "payable_change": -200}]
    assert price([rule], [*lines, line("2", 300, category="home", brand="b1")]).payable == 9500
    nothing_left = off("r", 500, 10000, scope=Scope(category="food", exclude=Scope(category="food")))
    assert hints(price([nothing_left], [line("1", 9700, category=("food", "home"))])) == []


def test_missing_units_are_not_of_a_line_that_an_earlier_layer_cut():
    # 5.00 - 1.00 on sale; 2 x 7.00 count for the rule. A third: 4.00 + 21.00 - 15.00 = 10.00 instead of 18.00.
    rules = [
        does("sale", AmountOff(100), "price", scope=Scope(sku="S1")),
        does("r", AmountOff(1500), scope=Scope(only_undiscounted=True), threshold=Threshold(quantity=3)),
    ]
    quote = price(rules, [line("1", 500), line("2", 700, 2)])
    assert (quote.payable, hints(quote)) == (
        1800,
        [{"rule": "r", "add_quantity": 1, "line": "2", "payable_change": -800}],
    )


def test_the_net_effect_is_on_the_whole_stack():
    # 190.00 - 10.00 = 180.00, freight 8.00: 188.00. With 10.00 more: 200.00 - 30.00 = 170.00, and free from 170.00.
    rules = [off("200-30", 3000, 20000, group="g"), off("100-10", 1000, 10000, group="g")]
    post = [flat(free=FreeCondition(thresholds=[Threshold(quantity=2)]))]
    quote = price(rules, [line("1", 19000, freight="post")], groups=[Group(id="g", pick=1)], freight=post)
    assert quote.payable == 18800
    assert hints(quote) == [{"rule": "200-30", "add_amount": 1000, "payable_change": 17000 + 800 - 18800}]


def test_where_an_earlier_discount_takes_its_share_more_is_added():
    # 10 % off first: 180.00 left, 20.00 missing. 20.00 more leave 198.00, then 2.00: 199.80, 0.20: 199.98, 0.02:
    # 200.00. In all 22.22: 222.22 - 22.22 = 200.00 - 30.00 = 170.00.
    rules = [does("tenth", PercentOff(1000), priority=1), off("200-30", 3000, 20000)]
    quote = price(rules, [line("1", 20000)], policy=Policy(choice="priority"))
    assert quote.payable == 18000
    assert hints(quote) == [{"rule": "200-30", "add_amount": 2222, "payable_change": -1000}]


def test_it_gives_up_after_eight_attempts():
    # Of whatever is added nine tenths are taken off again: eight times is not enough.
    rules = [does("most", PercentOff(9000), priority=1), off("r", 90000, 100000)]
    quote = price(rules, [line("1", 100000)], policy=Policy(choice="priority"))
    assert quote.payable == 10000
    assert hints(quote) == []


def test_best_first_and_only_what_pays():
    # 200.00 would reach "dear", but 100.00 more for 90.00 off ("better" still is the most) does not pay.
    rules = [
        off("dear", 1000, 20000, group="g"),
        off("good", 5000, 12000, group="g"),
        off("better", 9000, 13000, group="g"),
        does("ladder", Tiers([Step(amount=11000, off=3000)]), group="g"),
    ]
    quote = price(rules, [line("1", 10000)], groups=[Group(id="g", pick=1)])
    assert hints(quote) == [
        {"rule": "better", "add_amount": 3000, "payable_change": -6000},
        {"rule": "good", "add_amount": 2000, "payable_change": -3000},
        {"rule": "ladder", "add_amount": 1000, "payable_change": -2000},
    ]


@pytest.mark.parametrize(
    "rule",
    [
        off("r", 3000, 20000, ends_at=NOW),
        off("r", 3000, 20000, starts_at=NOW + DAY),
        off("r", 3000, 20000, scope=Scope(sku="other")),
        does("r", AmountOff(3000), threshold=Threshold(distinct=2)),
        off("r", 100, 20000),
        off("r", 99, 20000),
        off("r", 3000, 20000, layer="shop-coupon"),
    ],
    ids=str,
)
def test_what_is_no_hint(rule):
    assert hints(price([rule], [line("1", 19900)])) == []


def test_a_coupon_out_of_reach_is_a_hint():
    quote = price([off("r", 3000, 20000, layer="shop-coupon")], [line("1", 19900)], coupons=held("r"))
    assert hints(quote) == [{"rule": "r", "add_amount": 100, "payable_change": -2900}]


def test_an_empty_cart_has_no_hints():
    assert price([off("r", 3000, 20000)]).hints == ()


def test_a_hint_names_no_line_of_the_cart():
    lines = [CartLine(id=name, sku=name, quantity=1, unit_price=9950) for name in ("hint", "hint+")]
    assert hints(price([off("r", 3000, 20000)], lines)) == [
        {"rule": "r", "add_amount": 100, "payable_change": -2900},
    ]


def free(match="all", **measures):
    return FreeCondition(thresholds=[Threshold(**{key: value}) for key, value in measures.items()], match=match)


@pytest.mark.parametrize(
    "condition, told",
    [
        # 90.00 and 8.00 of freight; 2 units of 45.00.
        (free(amount=9500), [{"rule": "freight:post", "add_amount": 500, "payable_change": -300}]),
        (free(amount=9800), []),
        (free("any", amount=9500, quantity=9), [{"rule": "freight:post", "add_amount": 500, "payable_change": -300}]),
        (free(quantity=3), []),
        (free(amount=9000), []),
        (free(amount=9500, quantity=9), []),
    ],
    ids=str,
)
def test_free_freight(condition, told):
    quote = price(lines=[line("1", 4500, 2, freight="post")], freight=[flat(free=condition)])
    assert hints(quote) == told


def test_free_freight_by_quantity():
    # A fourth unit of 5.00 saves 8.00.
    lines = [line("1", 4500, 2, freight="post"), line("2", 500, freight="post"), line("3", 100)]
    quote = price(lines=lines, freight=[flat(free=free(quantity=4))])
    assert quote.payable == 9000 + 500 + 100 + 800
    assert hints(quote) == [{"rule": "freight:post", "add_quantity": 1, "line": "2", "payable_change": -300}]


def test_free_freight_after_a_discount_takes_more():
    # 90.00 - 10 % = 81.00, free from 85.50. 4.50 more leave 85.05, 0.45 more 85.45 (94.95 - 9.50), and the last 0.05
    # 95.00 - 9.50 = 85.50.
    quote = price(
        [does("tenth", PercentOff(1000))],
        [line("1", 9000, freight="post")],
        freight=[flat(free=free(amount=8550))],
        policy=Policy(choice="priority"),
    )
    assert quote.payable == 8100 + 800
    assert hints(quote) == [{"rule": "freight:post", "add_amount": 500, "payable_change": 8550 - 8900}]


def test_free_freight_after_points():
    # 100.00 less 10.00 in points is 90.00: 5.00 more.
    quote = price(
        lines=[line("1", 10000, freight="post")],
        freight=[flat(free=free(amount=9500))],
        policy=Policy(free_shipping_basis="after-points"),
        points=PointsPolicy(value=1),
        spend=PointsRequest(1000, "max"),
    )
    assert quote.payable == 9800
    assert hints(quote) == [{"rule": "freight:post", "add_amount": 500, "payable_change": -300}]


def test_where_freight_is_waived_already_there_is_nothing_to_add():
    rule = does("r", FreeShipping(), "freight")
    quote = price([rule], [line("1", 9000, freight="post")], freight=[flat(free=free(amount=9500))])
    assert (quote.payable, hints(quote)) == (9000, [])


def test_a_freight_rule_out_of_reach_is_a_hint():
    rule = does("r", FreeShipping(), "freight", threshold=Threshold(amount=9500))
    quote = price([rule], [line("1", 9000, freight="post")], freight=[flat()])
    assert hints(quote) == [{"rule": "r", "add_amount": 500, "payable_change": -300}]
