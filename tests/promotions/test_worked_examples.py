"""The worked examples of the pricing semantics, with numbers worked out by hand. All amounts are fen."""

from datetime import UTC, datetime

from minishop import Cart, CartLine, Coupon, Engine, Shopper
from minishop.promotions import (
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    Group,
    PointsPolicy,
    Policy,
    Rule,
    Scope,
    Threshold,
)
from minishop.promotions.benefits import AmountOff, FreeShipping, NthUnit, PercentOff, ShippingOff, Step, Tiers
from minishop.quotes import PointsRequest

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)


def line(name, price, quantity=1, **more):
    return CartLine(id=name, sku=f"S{name}", quantity=quantity, unit_price=price, **more)


def off(name, layer, threshold, amount, **more):
    return Rule(id=name, layer=layer, threshold=Threshold(amount=threshold), benefit=AmountOff(amount), **more)


def held(*rules):
    return [Coupon(id=f"c-{rule}", rule=rule) for rule in rules]


def price(rules, lines, *, groups=(), coupons=(), policy=None):
    return Engine(rules, groups=groups, policy=policy).quote(Cart(lines), at=NOW, coupons=coupons)


PARALLEL = Policy(basis="parallel")


def taken(quote):
    return {applied.rule: applied.amount for applied in quote.applied}


def test_1_two_coupons_test_the_same_amount_in_parallel_only():
    rules = [off("platform", "platform-coupon", 10000, 2000), off("shop", "shop-coupon", 10000, 2000)]
    wallet = held("platform", "shop")
    assert price(rules, [line("1", 10000)], coupons=wallet, policy=PARALLEL).payable == 6000
    assert price(rules, [line("1", 10000)], coupons=wallet).payable == 8000


def test_2_parallel_clamps_a_line_at_zero():
    rules = [off("shop", "shop-coupon", 40000, 38000), off("platform", "platform-coupon", 40000, 5000)]
    wallet = held("platform", "shop")
    parallel = price(rules, [line("1", 40000)], coupons=wallet, policy=PARALLEL)
    assert parallel.payable == 0
    assert taken(parallel) == {"shop": 38000, "platform": 2000}
    assert [applied.unused for applied in parallel.applied] == [0, 3000]
    assert price(rules, [line("1", 40000)], coupons=wallet).payable == 2000


def test_3_what_the_clamp_cuts_off_is_not_moved():
    rules = [
        off("order", "order", 15000, 10000, scope=Scope(sku="SA")),
        off("shop", "shop-coupon", 15000, 3000, scope=Scope(sku="SA")),
        Rule(
            id="platform",
            layer="platform-coupon",
            threshold=Threshold(amount=20000),
            benefit=AmountOff(3000, every=True),
        ),
    ]
    quote = price(rules, [line("A", 15000), line("B", 5000)], coupons=held("shop", "platform"), policy=PARALLEL)
    first, second = quote.lines
    assert [(cut.rule, cut.amount) for cut in first.adjustments] == [
        ("order", 10000),
        ("shop", 3000),
        ("platform", 2000),
    ]
    assert [(cut.rule, cut.amount) for cut in second.adjustments] == [("platform", 750)]
    assert (first.payable, second.payable, quote.payable) == (0, 4250, 4250)
    assert [applied.unused for applied in quote.applied] == [0, 0, 250]


def test_4_coupons_come_before_points():
    engine = Engine([off("coupon", "shop-coupon", 2000, 500)], points=PointsPolicy(value=1))
    wallet, points = held("coupon"), PointsRequest(300, "max")
    quote = engine.quote(Cart([line("1", 2000)]), at=NOW, coupons=wallet, points=points)
    assert (quote.payable, quote.points.used, quote.points.value) == (1200, 300, 300)


def test_5_steps():
    def cut(rule, amount):
        return amount - price([rule], [line("1", amount)]).payable

    every_300 = Rule(id="every", layer="order", threshold=Threshold(amount=30000), benefit=AmountOff(5000, every=True))
    assert (cut(every_300, 89900), cut(every_300, 90000)) == (10000, 15000)
    ladder = Rule(
        id="ladder",
        layer="order",
        benefit=Tiers([Step(amount=10000, off=1000), Step(amount=20000, off=3000), Step(amount=30000, off=6000)]),
    )
    assert cut(ladder, 62000) == 6000
    every_100 = {"id": "every", "layer": "order", "threshold": Threshold(amount=10000)}
    assert cut(Rule(**every_100, benefit=AmountOff(1000, every=True)), 62000) == 6000
    assert cut(Rule(**every_100, benefit=AmountOff(1000, every=True, cap=5000)), 62000) == 5000


def test_5_a_cliff_and_the_hint_before_it():
    rule = off("200-30", "order", 20000, 3000)
    assert price([rule], [line("1", 20000)]).payable == 17000
    quote = price([rule], [line("1", 19900)])
    assert quote.payable == 19900
    assert [hint.to_dict() for hint in quote.hints] == [{"rule": "200-30", "add_amount": 100, "payable_change": -2900}]


def test_6_allocation_over_lines():
    lines = [line("1", 501), line("2", 342), line("3", 213)]
    parts = {}
    for policy in ("largest-remainder", "last-line", "first-lines"):
        quote = price([off("cut", "order", 1, 157)], lines, policy=Policy(allocation=policy))
        parts[policy] = [cut.amount for one in quote.lines for cut in one.adjustments]
    assert parts == {
        "largest-remainder": [74, 51, 32],
        "last-line": [74, 50, 33],
        "first-lines": [75, 51, 31],
    }
    lines = [line("1", 100000), line("2", 100000), line("3", 1)]
    for policy in parts:
        quote = price([off("cut", "order", 1, 200000)], lines, policy=Policy(allocation=policy))
        assert all(one.payable >= 0 for one in quote.lines)
        assert quote.payable == 1


def test_7_the_full_chain():
    rules = [
        Rule(id="limited", layer="price", scope=Scope(sku="SA"), benefit=AmountOff(2000)),
        off("200-30", "order", 20000, 3000),
        off("180-15", "shop-coupon", 18000, 1500),
        off("200-15", "shop-coupon", 20000, 1500),
    ]
    freight = FreightTemplate(
        id="standard",
        by="piece",
        regions=[FreightRegion(region="*", start=1, start_fee=800)],
        free=FreeCondition(thresholds=[Threshold(amount=9900)]),
    )
    engine = Engine(rules, points=PointsPolicy(value=1, earn_per_yuan=1), freight=[freight])
    cart = Cart(
        [
            line("A", 12900, freight="standard"),
            # 5 % off 59.90 is 56.905, rounded to 56.91 per unit.
            line("B", 5990, 2, member_prices={"gold": 5691}, freight="standard"),
        ]
    )

    def quote(*coupons):
        return engine.quote(
            cart, at=NOW, shopper=Shopper(level="gold"), coupons=held(*coupons), points=PointsRequest(1000, "max")
        )

    full = quote("180-15")
    assert taken(full) == {
        "member-price": 598,
        "limited": 2000,
        "200-30": 3000,
        "180-15": 1500,
        "freight:standard": 800,
    }
    assert (full.goods_total, full.discount_total, full.freight_list, full.freight) == (24880, 7098, 800, 0)
    assert full.payable == 16782
    assert full.points.to_dict() == {"used": 1000, "value": 1000, "earned": 167}
    missed = quote("200-15")
    assert missed.payable == 16782 + 1500
    assert [(one.coupon, one.reason.code, one.reason.params) for one in missed.rejected] == [
        ("c-200-15", "below_amount", {"missing": 20000 - 19282})
    ]


def test_7_a_percentage_in_the_price_layer_rounds_the_unit_price():
    quote = price([Rule(id="member", layer="price", benefit=PercentOff(500))], [line("B", 5990, 2)])
    assert quote.payable == 11382
    assert quote.lines[0].adjustments[0].units == (299, 299)


def test_8_every_second_unit_is_the_cheaper_of_its_pair():
    rule = Rule(id="second", layer="item", benefit=NthUnit(2, 5000))
    quote = price([rule], [line("1", 8000), line("2", 6000), line("3", 5000), line("4", 3000)])
    assert [one.payable for one in quote.lines] == [8000, 3000, 5000, 1500]


def test_9_the_best_combination_is_not_the_greedy_one():
    rules = [
        off("300-50", "shop-coupon", 30000, 5000, group="one"),
        off("200-40", "shop-coupon", 20000, 4000, group="one"),
        off("260-30", "platform-coupon", 26000, 3000),
    ]
    quote = price(
        rules, [line("1", 30000)], groups=[Group(id="one", pick=1)], coupons=held("300-50", "200-40", "260-30")
    )
    assert quote.payable == 23000
    assert taken(quote) == {"200-40": 4000, "260-30": 3000}
    assert quote.optimality.proven
    assert [(one.rule, one.reason.code) for one in quote.rejected] == [("300-50", "group_full")]


def test_freight_rules_run_in_order_and_none_that_saves_nothing_more_is_taken():
    # 9.90 of freight. The rule with the higher threshold comes first and takes it all; nothing is left to waive.
    rules = [
        Rule(id="off", layer="freight", threshold=Threshold(amount=5000), benefit=ShippingOff(1279)),
        Rule(id="free", layer="freight", benefit=FreeShipping()),
    ]
    freight = [FreightTemplate(id="far", by="piece", regions=[FreightRegion(region="*", start=1, start_fee=990)])]
    engine = Engine(rules, policy=Policy(choice="priority"), freight=freight)
    quote = engine.quote(Cart([line("1", 9900, freight="far")]), at=NOW)
    assert (quote.freight_list, quote.freight, taken(quote)) == (990, 0, {"off": 990})
    assert [(one.rule, one.reason.code) for one in quote.rejected] == [("free", "saves_nothing")]


def test_a_freight_rule_that_would_make_freight_dearer_is_not_taken():
    # The dearest template counts: 9.90 for A. Taking 11.43 off A's freight leaves nothing to pay. Waiving A as well
    # would bring the 5.70 of B forward.
    rules = [
        Rule(id="1-off", layer="freight", scope=Scope(sku="SA"), benefit=ShippingOff(1143)),
        Rule(id="2-free", layer="freight", scope=Scope(sku="SA"), benefit=FreeShipping()),
    ]
    freight = [
        FreightTemplate(id=name, by="piece", regions=[FreightRegion(region="*", start=1, start_fee=fee)])
        for name, fee in (("far", 990), ("near", 570))
    ]
    engine = Engine(rules, policy=Policy(choice="priority", freight_combine="max"), freight=freight)
    cart = Cart([line("A", 6300, freight="far"), line("B", 2654, freight="near")])
    quote = engine.quote(cart, at=NOW)
    assert (quote.freight, taken(quote)) == (0, {"1-off": 990})
