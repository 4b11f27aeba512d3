"""What a shopper could do to pay less: claims, points, and changes that do not pay. Amounts are fen."""

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from minishop import Cart, CartLine, Coupon, Engine
from minishop.errors import InvalidInput
from minishop.promotions import Group, PointsPolicy, Policy, Rule, Scope, Threshold
from minishop.promotions.benefits import AmountOff, NthUnit, PercentOff, Step, Tiers
from minishop.quotes import Hint, PointsRequest, QuoteRequest
from minishop.testing.strategies import scenarios

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)


def off(rule, threshold, amount, layer="order", **more):
    return Rule(id=rule, layer=layer, threshold=Threshold(amount=threshold), benefit=AmountOff(amount), **more)


def cart(*prices):
    return Cart([CartLine(id=str(n), sku=f"S{n}", quantity=1, unit_price=price) for n, price in enumerate(prices)])


def test_a_change_that_does_not_pay_is_told_only_if_asked_for():
    quote = Engine([off("a", 20000, 3000)]).quote(cart(10000), at=NOW)
    assert quote.hints == quote.find_hints() == ()
    # 100.00 more of goods for 30.00 off: 70.00 more to pay.
    assert quote.find_hints(dearer=True) == (Hint("a", 7000, add_amount=10000),)


def test_hints_are_ranked_by_what_they_save():
    rules = [off("small", 20100, 1000), off("large", 20200, 3000)]
    quote = Engine(rules).quote(cart(20000), at=NOW)
    # large: 202 - 30. (small, which comes first, would leave too little for it.) small: 201 - 10.
    assert quote.hints == (Hint("large", -2800, add_amount=200), Hint("small", -900, add_amount=100))


def test_the_addition_makes_up_for_what_other_rules_take_away():
    # Of every 100.00 one rule takes 10 %: to leave 180.00 for the other there must be 200.00, not 180.00.
    rules = [
        Rule(id="ten", layer="order", priority=1, threshold=Threshold(amount=100), benefit=PercentOff(1000)),
        off("reach", 18000, 4000),
    ]
    quote = Engine(rules, policy=Policy(choice="priority")).quote(cart(19000), at=NOW)
    # 190 - 19 = 171. With 10.00 more: 200 - 20 - 40 = 140.
    assert quote.hints == (Hint("reach", 14000 - 17100, add_amount=1000),)


def test_a_coupon_that_could_be_claimed_saves_at_once():
    rules = [off("new", 9900, 2000, layer="shop-coupon"), off("big", 30000, 6000, layer="shop-coupon")]
    quote = Engine(rules).quote(cart(20000), at=NOW)
    assert quote.find_hints() == ()
    hints = quote.find_hints(claimable=["new", "big"])
    assert hints == (Hint("new", -2000, is_claim=True),)
    assert hints[0].to_dict() == {"rule": "new", "claim": True, "payable_change": -2000}


def test_a_coupon_to_claim_may_need_goods_or_units_besides():
    rules = [
        off("big", 30000, 20500, layer="shop-coupon"),
        Rule(id="three", layer="shop-coupon", threshold=Threshold(quantity=3), benefit=AmountOff(15000)),
    ]
    quote = Engine(rules).quote(cart(10000, 10000), at=NOW)
    assert quote.find_hints(claimable=["big", "three"]) == (
        Hint("big", 30000 - 20500 - 20000, add_amount=10000, is_claim=True),
        Hint("three", 30000 - 15000 - 20000, add_quantity=1, line="0", is_claim=True),
    )


def test_who_uses_listed_coupons_may_claim_one_more_and_who_uses_none_may_not():
    rules = [off("a", 100, 1000, layer="shop-coupon"), off("b", 100, 2000, layer="shop-coupon")]
    engine, held = Engine(rules), [Coupon(id="claim:b", rule="a")]
    listed = engine.quote(cart(10000), at=NOW, coupons=held, use_coupons=["claim:b"])
    assert listed.find_hints(claimable=["b"]) == (Hint("b", -2000, is_claim=True),)
    assert engine.quote(cart(10000), at=NOW, coupons=held, use_coupons="none").find_hints(claimable=["b"]) == ()


@pytest.mark.parametrize("name, code", [("zz", "unknown_id"), ("order", "not_a_coupon")])
def test_only_coupon_rules_can_be_claimed(name, code):
    quote = Engine([off("order", 100, 1), off("coupon", 100, 1, layer="shop-coupon")]).quote(cart(1000), at=NOW)
    with pytest.raises(InvalidInput) as error:
        quote.find_hints(claimable=["coupon", name])
    assert (error.value.field, error.value.code) == ("claimable[1]", code)


LADDER = Tiers([Step(amount=10000, off=1000), Step(amount=20000, off=4000)])


def test_the_next_step_of_a_ladder():
    # 195.00 - 10.00 = 185.00; 5.00 more: 200.00 - 40.00 = 160.00. At the top there is nothing to tell.
    engine = Engine([Rule(id="t", layer="order", benefit=LADDER)])
    quote = engine.quote(cart(19500), at=NOW)
    assert (quote.hints, quote.find_hints()) == ((), (Hint("t", 16000 - 18500, add_amount=500),))
    assert engine.quote(cart(20000), at=NOW).find_hints(dearer=True) == ()


@pytest.mark.parametrize("basis", ["progressive", "parallel"])
def test_the_next_step_is_measured_after_what_comes_before(basis):
    # 10 % off each line first: 194.50 - 19.45 = 175.05, of which the ladder takes 10.00; 27.72 more leave 200.00.
    item = Rule(id="ten", layer="item", benefit=PercentOff(1000))
    engine = Engine([item, Rule(id="t", layer="order", benefit=LADDER)], policy=Policy(basis=basis, choice="priority"))
    quote = engine.quote(cart(19450), at=NOW)
    assert quote.payable == 16505
    (hint,) = quote.find_hints()
    assert hint == Hint("t", 16000 - 16505, add_amount=2772)


def test_once_more_of_what_comes_every_time():
    every = AmountOff(3000, every=True)
    amount = Rule(id="e", layer="order", threshold=Threshold(amount=10000), benefit=every)
    # 195.00 - 30.00 = 165.00; 5.00 more: 200.00 - 60.00 = 140.00.
    assert Engine([amount]).quote(cart(19500), at=NOW).find_hints() == (Hint("e", 14000 - 16500, add_amount=500),)
    # Three units at 20.00: 60.00 - 30.00. A fourth: 80.00 - 60.00.
    units = Rule(id="e", layer="order", threshold=Threshold(quantity=2), benefit=every)
    quote = Engine([units]).quote(cart(2000, 2000, 2000), at=NOW)
    assert quote.find_hints() == (Hint("e", 2000 - 3000, add_quantity=1, line="0"),)


def test_a_next_step_that_gives_way_to_another_rule_is_not_told():
    # From 200.00 on the other rule is better, and the two share a group.
    rules = [
        Rule(id="t", layer="order", benefit=LADDER, group="one"),
        off("other", 20000, 6000, group="one"),
    ]
    quote = Engine(rules, groups=[Group(id="one", pick=1)]).quote(cart(19500), at=NOW)
    assert quote.find_hints() == (Hint("other", 14000 - 18500, add_amount=500),)
    # A cap that is reached: once more gives nothing more.
    capped = AmountOff(3000, every=True, cap=3000)
    rule = Rule(id="e", layer="order", threshold=Threshold(amount=10000), benefit=capped)
    quote = Engine([rule]).quote(cart(19500), at=NOW)
    assert quote.find_hints() == ()
    assert quote.find_hints(dearer=True) == (Hint("e", 500, add_amount=500),)


def test_the_next_step_of_points():
    # Points may pay half of the goods and at least 10.00: 18.00 of goods let none be used, 20.00 let 1000 be used.
    engine = Engine(points=PointsPolicy(value=1, max_share=5000, step=100, minimum=1000))
    quote = engine.quote(cart(1800), at=NOW, points=PointsRequest(3000, "max"))
    assert (quote.payable, quote.points.used, quote.hints) == (1800, 0, ())
    assert quote.find_hints() == (Hint("points", 1000 - 1800, add_amount=200),)
    poor = engine.quote(cart(1800), at=NOW, points=PointsRequest(900, "max"))
    assert poor.find_hints(dearer=True) == ()
    unwilling = engine.quote(cart(1800), at=NOW, points=PointsRequest(3000, "none"))
    assert unwilling.find_hints(dearer=True) == ()


def test_the_next_step_of_points_minds_the_discounts():
    engine = Engine(
        [Rule(id="ten", layer="order", benefit=PercentOff(1000))],
        points=PointsPolicy(value=1, max_share=5000, minimum=1000),
    )
    # 90 % of the goods must come to 20.00 again: 22.22 of goods, of which 2.22 are discounted.
    quote = engine.quote(cart(2000), at=NOW, points=PointsRequest(3000, "max"))
    (hint,) = quote.find_hints()
    assert (hint.rule, hint.add_amount, hint.payable_change) == ("points", 222, 1000 - 1800)


def test_a_hint_of_units():
    half = NthUnit(2, 9000)
    rule = Rule(id="half", layer="item", threshold=Threshold(quantity=2), benefit=half, scope=Scope(sku="S0"))
    quote = Engine([rule, off("two", 10500, 9500)]).quote(cart(10000), at=NOW)
    # A second unit costs 100 - 90 = 10 more, and brings 110 within reach of the other rule: 110 - 95.
    assert Hint("half", 1500 - 10000, add_quantity=1, line="0") in quote.hints


def apply_hint(request: QuoteRequest, hint: Hint, rules) -> QuoteRequest:
    """The request as the hint says it should be, made without the engine's own code."""
    lines = list(request.cart.lines)
    rule = next((one for one in rules.rules if one.id == hint.rule), None)
    if hint.add_quantity is not None:
        at = next(n for n, line in enumerate(lines) if line.id == hint.line)
        lines[at] = attrs.evolve(lines[at], quantity=lines[at].quantity + hint.add_quantity)
    if hint.add_amount is not None:
        keys: dict[str, Any] = {"sku": "new-goods"}
        if rule is not None:
            for key in ("sku", "product", "category", "brand", "tag", "shop"):
                lost = getattr(rule.scope.exclude, key, ())
                allowed = [value for value in getattr(rule.scope, key) if value not in lost]
                if allowed:
                    keys[key] = allowed[0]
        if hint.rule.startswith("freight:"):
            keys |= {"freight": hint.rule.removeprefix("freight:"), "weight_mg": 0, "volume_cm3": 0}
        lines.append(CartLine(id="added", quantity=1, unit_price=hint.add_amount, **keys))
    changed = attrs.evolve(request, cart=attrs.evolve(request.cart, lines=lines))
    if hint.is_claim:
        listed = request.use_coupons if request.use_coupons == "best" else (*request.use_coupons, "claimed")
        coupons = (*request.coupons, Coupon(id="claimed", rule=hint.rule))
        changed = attrs.evolve(changed, coupons=coupons, use_coupons=listed)
    return changed


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios(rules=5, lines=3))
def test_the_promised_payable_is_the_payable(scenario):
    quote = scenario.quote()
    claimable = [rule.id for rule in scenario.rules.rules if rule.layer.endswith("coupon")]
    found = quote.find_hints(claimable=claimable, dearer=True)
    assert [hint.payable_change for hint in found] == sorted(hint.payable_change for hint in found)
    engine = Engine.from_rules(scenario.rules)
    for hint in found:
        changed = engine.quote_request(apply_hint(scenario.request, hint, scenario.rules))
        assert changed.payable == quote.payable + hint.payable_change, hint
    assert set(quote.hints) <= set(found)
    assert {hint for hint in found if hint.payable_change < 0} == set(quote.find_hints(claimable=claimable))
