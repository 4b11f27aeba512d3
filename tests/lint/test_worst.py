"""The worst cart: by hand, against every cart there is, and when the search is cut short."""

from datetime import timedelta
from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop import Cart, Coupon, Engine, Shopper
from minishop.promotions import Audience, Group, Limit, Policy, Scope, Threshold
from minishop.promotions.benefits import (
    AmountOff,
    Bundle,
    BuyGet,
    Exchange,
    NthUnit,
    PercentOff,
    Step,
    Tiers,
    UnitPrice,
)
from minishop.promotions.lint import Catalog, CatalogItem, audit
from minishop.testing.strategies import rule_sets
from tests.lint.build import bounds, found, item, only
from tests.lint.claims import assert_true
from tests.promotions.build import DAY, NOW, does, off

KETTLE, MUG, TEA = item("KETTLE", 25900, 12000), item("MUG", 4100, 1500), item("TEA", 9900, 6000)


def test_the_largest_discount_is_just_at_the_threshold():
    # 50.00 from 300.00 on: 259.00 + 41.00 = 300.00 exactly, a sixth. No other three lines of two come closer.
    finding = only(
        found([off("300-50", 5000, 30000)], items=[KETTLE, MUG, TEA], bounds=bounds(3, 2)), "largest_discount"
    )
    assert {line.sku: line.quantity for line in finding.cart.cart.lines} == {"KETTLE": 1, "MUG": 1}
    assert (finding.params["amount"], finding.params["payable"], finding.params["rate"]) == (30000, 25000, 1666)
    assert (finding.params["proven"], finding.params["gap"], finding.severity) == (True, 0, "info")


def test_the_smallest_profit():
    # Tea earns 39.00 on 99.00. Half off leaves 49.50, less than its cost of 60.00; the kettle still earns 9.50.
    rules = [does("half", PercentOff(5000))]
    finding = only(found(rules, items=[KETTLE, TEA], bounds=bounds(2, 2)), "largest_loss")
    assert {line.sku: line.quantity for line in finding.cart.cart.lines} == {"TEA": 2}
    assert (finding.params["cost"], finding.params["payable"], finding.params["loss"]) == (12000, 9900, 2100)
    assert (finding.params["reason"], finding.severity) == ("loss", "error")


def test_no_loss_tells_the_least_profit():
    rules = [does("tenth", PercentOff(1000))]
    finding = only(found(rules, items=[KETTLE, MUG, TEA]), "largest_loss")
    # One mug: 41.00 - 4.10 - 15.00 = 21.90.
    assert (finding.params["reason"], finding.severity) == ("profit", "info")
    assert (finding.params["profit"], finding.params["cost"], finding.params["payable"]) == (2190, 1500, 3690)


def test_what_the_platform_pays_is_no_loss_of_the_shop():
    rules = [does("half", PercentOff(5000), "platform-coupon", funding={"shop": 2000, "platform": 8000})]
    finding = only(found(rules, items=[TEA], bounds=bounds(1, 1)), "largest_loss")
    # 49.50 of 99.00 off, of which the platform bears 39.60: 49.50 + 39.60 - 60.00.
    assert (finding.params["payable"], finding.params["funded"], finding.params["profit"]) == (4950, 3960, 2910)


def test_a_floor_holds():
    rules = [does("most", PercentOff(9000))]
    finding = only(found(rules, items=[item("TEA", 9900, 6000, floor=6500)]), "largest_discount")
    assert (finding.params["rate"], finding.params["payable"]) == (3434, 6500)


def test_a_catalogue_that_is_sold_free_is_an_error():
    rules = [does("all", PercentOff(10000))]
    finding = only(found(rules, items=[TEA]), "largest_discount")
    assert (finding.severity, finding.params["rate"], finding.params["payable"]) == ("error", 10000, 0)


def test_stock_bounds_the_units_and_unknown_costs_are_left_out():
    rules = [does("half", PercentOff(5000))]
    findings = found(rules, items=[item("TEA", 9900, 6000, stock=1), item("CUP", 5000), item("OUT", 1, 9, stock=0)])
    assert only(findings, "largest_loss").params["loss"] == 1050
    findings = found(rules, items=[item("CUP", 5000)])
    assert [finding.code for finding in findings] == ["largest_discount"]
    assert found(rules, items=[item("OUT", 5000, 9, stock=0)])[1:] == ()
    assert found([does("none", PercentOff(1000), scope=Scope(sku="CUP"))], items=[item("CUP", 0)]) == ()


def test_without_discounts_there_is_no_largest_one():
    findings = found([], items=[TEA])
    assert [finding.code for finding in findings] == ["largest_loss"]
    assert findings[0].params["profit"] == 3900


def test_the_cart_is_of_the_shopper_and_the_time_that_are_worst():
    rules = [
        does("gold", PercentOff(2000), audience=Audience(level="gold"), starts_at=NOW, ends_at=NOW + DAY),
        does("app", PercentOff(1000), "shop-coupon", audience=Audience(channel="app"), limit=Limit(order=1)),
    ]
    finding = only(found(rules, items=[TEA], bounds=bounds(1, 1)), "largest_discount")
    # 99.00 - 19.80 = 79.20, less 7.92.
    assert finding.params["payable"] == 7128
    cart = finding.cart
    assert (cart.at, cart.shopper.level, cart.channel, len(cart.coupons)) == (NOW, "gold", "app", 1)


def test_coupons_that_the_worst_cart_does_not_use_are_not_in_it():
    rules = [
        off("big", 2000, 9900, "shop-coupon", group="one"),
        off("small", 1000, 9900, "shop-coupon", group="one"),
    ]
    finding = only(found(rules, groups=[Group(id="one", pick=1)], items=[TEA]), "largest_discount")
    assert [coupon.rule for coupon in finding.cart.coupons] == ["big"]


# -- cut short --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("carts", [1, 2, 5, 20])
def test_a_search_that_is_cut_short_says_what_is_left_open(carts):
    rules = [off("300-50", 5000, 30000), does("tenth", PercentOff(1000), "shop-coupon", limit=Limit(order=1))]
    items = [item(f"S{number}", 3000 + 1709 * number, 2500 + 1500 * number) for number in range(12)]
    full = found(rules, items=items, bounds=bounds(3, 3, 10**5))
    short = found(rules, items=items, bounds=bounds(3, 3, carts))
    rate, truth = only(short, "largest_discount").params, only(full, "largest_discount").params
    assert truth["proven"]
    assert rate["rate"] <= truth["rate"] <= rate["rate"] + rate["gap"]
    worst, exact = only(short, "largest_loss").params, only(full, "largest_loss").params
    loss = {"loss": 1, "profit": -1}
    found_loss, true_loss = (params[params["reason"]] * loss[params["reason"]] for params in (worst, exact))
    assert found_loss <= true_loss <= found_loss + worst["gap"]
    assert rate["carts"] <= carts
    if not rate["proven"]:
        assert rate["gap"] > 0
        assert "Not all carts were looked at" in only(short, "largest_discount").text()
        assert "未查完" in only(short, "largest_discount").text("zh-CN")


def test_more_carts_than_may_be_looked_at():
    rules = [off("300-50", 5000, 30000)]
    items = [item(f"S{number}", 5000 + 37 * number, 900) for number in range(40)]
    finding = only(found(rules, items=items, bounds=bounds(3, 3, 2)), "largest_discount")
    assert not finding.params["proven"]
    assert finding.params["rate"] + finding.params["gap"] >= 1666


# -- against every cart -----------------------------------------------------------------------------------------------


def shoppers(rules):
    """Everybody whom the audiences tell apart, at every time that the windows tell apart."""
    audiences = [rule.audience for rule in rules]
    levels = {None, *chain.from_iterable(audience.level for audience in audiences)}
    channels = {None, *chain.from_iterable(audience.channel for audience in audiences)}
    tags = sorted(set(chain.from_iterable(audience.tag for audience in audiences)))
    edges = {edge for rule in rules for edge in (rule.starts_at, rule.ends_at) if edge is not None}
    times = {NOW - timedelta(days=400), *edges}
    groups = chain.from_iterable(combinations(tags, count) for count in range(len(tags) + 1))
    for level, channel, labels, new, at in product(levels, channels, list(groups), (False, True), times):
        yield {"shopper": Shopper(level=level, tag=labels, new_customer=new), "channel": channel, "at": at}


def every_cart(items, lines, units):
    for count in range(1, lines + 1):
        for chosen in combinations(items, count):
            for many in product(range(1, units + 1), repeat=count):
                if all(one.stock is None or number <= one.stock for one, number in zip(chosen, many, strict=True)):
                    yield list(zip(chosen, many, strict=True))


def by_brute_force(engine, items, lines, units):
    """The largest discount as a fraction, and the largest loss, over every cart and everybody."""
    rules = engine.rules.rules
    wallet = [Coupon(id=rule.id, rule=rule.id) for rule in rules if rule.layer.endswith("coupon")]
    rate, loss = Fraction(0), None
    for who in shoppers(rules):
        for cart in every_cart(items, lines, units):
            rows = [one.line(str(place), number) for place, (one, number) in enumerate(cart)]
            quote = engine.quote(Cart(rows), coupons=wallet, **who)
            if quote.goods_total:
                rate = max(rate, Fraction(quote.discount_total, quote.goods_total))
            if all(one.cost is not None for one, _ in cart):
                others = sum(
                    fen for applied in quote.applied for bearer, fen in applied.funding.items() if bearer != "shop"
                )
                lost = sum(one.cost * number for one, number in cart) - quote.payable - others
                loss = lost if loss is None else max(loss, lost)
    return rate, loss


def compare(engine, items, lines, units):
    findings = audit(engine, catalog=Catalog(items), bounds=bounds(lines, units))
    rate, loss = by_brute_force(engine, items, lines, units)
    worst = {finding.code: finding for finding in findings if finding.code in ("largest_discount", "largest_loss")}
    for finding in worst.values():
        assert_true(finding, engine, Catalog(items))
        assert finding.params["proven"]
    assert ("largest_discount" in worst) is (rate > 0)
    if rate:
        assert worst["largest_discount"].params["rate"] == int(rate * 10000)
    assert ("largest_loss" in worst) is (loss is not None)
    if loss is not None:
        params = worst["largest_loss"].params
        assert params.get("loss", -params.get("profit", 0)) == loss


KINDS = [
    PercentOff(3333),
    PercentOff(5000, cap=700),
    AmountOff(450),
    AmountOff(450, cap=300),
    NthUnit(2, 5000),
    NthUnit(2, 7000, order="ascending"),
    BuyGet(1, 1),
    Bundle(2, 1500),
    Bundle(2, 1500, repeat=False),
    UnitPrice(800),
]
ORDER_KINDS = [
    PercentOff(3333),
    PercentOff(5000, cap=700),
    AmountOff(450),
    AmountOff(900, cap=300),
    Tiers([Step(amount=1000, off=200), Step(amount=3000, off=1500)]),
    Tiers([Step(amount=1000, percent=1000), Step(amount=3000, percent=4000)]),
    Tiers([Step(quantity=2, percent=1000), Step(quantity=4, percent=4000)]),
    Tiers([Step(quantity=2, off=100), Step(quantity=3, off=900)]),
]
ITEMS = [
    item("A", 1999, 1500, category="a", floor=900),
    item("B", 1001, 333, category=["a", "b"], product="P"),
    item("C", 333, None, tag="t", product="P", stock=2),
    item("D", 0, 5),
]


@pytest.mark.parametrize("basis", ["progressive", "parallel"])
@pytest.mark.parametrize(
    "rule",
    [
        *(does("r", benefit, "item") for benefit in KINDS),
        *(does("r", benefit) for benefit in ORDER_KINDS),
        *(does("r", benefit, "price") for benefit in (PercentOff(3333), AmountOff(450), UnitPrice(800))),
        off("r", 450, 2000),
        does("r", AmountOff(450, every=True), threshold=Threshold(amount=1100)),
        does("r", AmountOff(450, every=True, cap=1000), threshold=Threshold(quantity=2)),
        does("r", PercentOff(2000), threshold=Threshold(distinct=2)),
        does("r", Exchange(), "shop-coupon"),
        does("r", AmountOff(700), "platform-coupon", funding={"platform": 3333, "shop": 6667}),
    ],
    ids=lambda rule: f"{rule.layer} {rule.benefit}",
)
def test_every_kind_against_every_cart(rule, basis):
    other = does("sale", PercentOff(1500), scope=Scope(category="a"))
    compare(Engine([rule, other], policy=Policy(basis=basis)), ITEMS, 2, 2)


def catalogues(most=3):
    maybe = st.none() | st.integers(0, 2500)
    items = st.builds(
        CatalogItem,
        sku=st.sampled_from([f"S{number}" for number in range(9)]),
        price=st.integers(1, 3000),
        cost=maybe,
        floor=st.just(0) | st.integers(0, 1500),
        stock=st.none() | st.integers(0, 3),
        category=st.sampled_from(((), ("home",), ("home", "toys"))),
        brand=st.sampled_from((None, "b1")),
        tag=st.sampled_from(((), ("new",))),
    )
    return st.lists(items, min_size=1, max_size=most, unique_by=lambda one: one.sku)


quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(rule_sets(most=4), catalogues())
def test_random_campaigns_against_every_cart(ruleset, items):
    compare(Engine.from_rules(ruleset), items, 2, 2)


@pytest.mark.oracle
@thorough
@given(rule_sets(), catalogues(4))
def test_many_random_campaigns_against_every_cart(ruleset, items):
    compare(Engine.from_rules(ruleset), items, 3, 2)
