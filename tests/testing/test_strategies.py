"""What an app's tests get from us: things to draw, and an assertion that sees a quote that does not add up."""

import attrs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from minishop import Cart, CartLine, Quote, QuoteLine, Shopper
from minishop.promotions import FreeCondition, Limit, PointsPolicy, Policy, Rule, RuleSet, Threshold
from minishop.promotions.benefits import FreeShipping
from minishop.quotes import Adjustment, Claim, PointsRequest, PointsResult, Reason, Rejected, Source
from minishop.testing import assert_quote_invariants
from minishop.testing.strategies import (
    carts,
    coupons,
    policies,
    quotes,
    requests,
    rule_sets,
    rules,
)
from tests.promotions.build import does, flat, held, line, off, price

quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)

# -- strategies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Cart, CartLine, Shopper, RuleSet, Rule, Policy, Quote])
def test_types_draw_themselves(kind):
    # Without our strategies hypothesis would guess from the annotations, and the constructors refuse most guesses.
    @quick
    @given(st.from_type(kind))
    def draw(value):
        assert isinstance(value, kind)

    draw()


def test_annotations_are_enough():
    @quick
    @given(...)
    def draw(cart: Cart, shopper: Shopper, quote: Quote):
        assert len(cart.ranked_lines) <= len(cart.lines)
        assert_quote_invariants(quote)

    draw()


@quick
@given(carts(least=2, most=3))
def test_carts_have_as_many_lines_as_asked(cart):
    assert 2 <= len(cart.lines) <= 3


@quick
@given(policies(basis="parallel", choice="priority"))
def test_policies_may_be_fixed_in_part(policy):
    assert (policy.basis, policy.choice) == ("parallel", "priority")


@quick
@given(st.data())
def test_wallets_hold_coupons_of_the_rules(data):
    ruleset = data.draw(rule_sets(most=8, per_line=False))
    names = {rule.id for rule in ruleset.rules if rule.layer.endswith("coupon")}
    assert {coupon.rule for coupon in data.draw(coupons(ruleset))} <= names
    assert {coupon.rule for coupon in data.draw(requests(ruleset)).coupons} <= names
    assert all(group.per == "order" for group in ruleset.groups)


@pytest.mark.parametrize("layer", ["price", "item", "order", "shop-coupon", "platform-coupon", "freight"])
def test_rules_of_one_layer(layer):
    assert find(rules(layer=layer), lambda rule: True).layer == layer


EVENTS = {
    "undeliverable": lambda quote: quote.payable is None,
    "points": lambda quote: quote.points.used,
    "freight": lambda quote: quote.freight,
    "coupon": lambda quote: any(entry.coupon for entry in quote.applied),
    "claim": lambda quote: quote.claims,
    "gift": lambda quote: quote.gifts,
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", EVENTS)
def test_scenarios_meet_what_is_rare(name):
    # Generating alone stops at the first hit. How many draws that takes depends on more than the strategies: Hypothesis
    # also draws the constants that it finds in the modules that happen to be loaded.
    patient = settings(quick, max_examples=3000, derandomize=True, phases=[Phase.generate])
    assert EVENTS[name](find(quotes(), lambda quote: bool(EVENTS[name](quote)), settings=patient))


@quick
@given(quotes())
def test_drawn_quotes_add_up_at_rest_too(quote):
    assert_quote_invariants(quote)
    assert_quote_invariants(quote.stored())


# -- a quote that does not add up -------------------------------------------------------------------------------------


def honest():
    """2 x 49.00 + 30.00 - 10.00 - 5.00 - 3.00 in points; 8.00 of freight, waived but for 1.00."""
    return price(
        [
            off("sale", 100, layer="price", scope=line_1()),
            off("cut", 1000, limit=Limit(total=9)),
            off("coupon", 500, layer="shop-coupon"),
            does("post", FreeShipping(), "freight", threshold=Threshold(amount=10**6)),
        ],
        [line("1", 5000, 2, floor=4000, freight="post"), line("2", 3000)],
        freight=[flat(free=FreeCondition(thresholds=[Threshold(amount=10**6)]))],
        coupons=held("coupon"),
        points=PointsPolicy(value=1),
        spend=PointsRequest(300, "max"),
    ).stored()


def line_1():
    from minishop.promotions import Scope

    return Scope(sku="S1")


class Split:
    def __init__(self, rows):
        self._rows = rows

    def rows(self, place):
        return self._rows


def with_parts(**changes):
    return lambda quote: Quote(attrs.evolve(quote._parts, **changes))


def with_line(at, change):
    """One line replaced."""

    def tamper(quote):
        lines = [change(one) if index == at else one for index, one in enumerate(quote.lines)]
        return Quote(attrs.evolve(quote._parts, lines=tuple(lines)))

    return tamper


def with_cut(rule, *, amount=None, units=None):
    """One adjustment of the first line replaced, its amount or what its units say; the line still pays the same."""

    def change(one):
        rows = {cut.source: cut.units for cut in one.adjustments}
        cuts = []
        for cut in one.adjustments:
            if cut.rule == rule:
                rows[cut.source] = units or rows[cut.source]
                cut = Adjustment.of(cut.source, cut.amount if amount is None else amount, Split(rows))
            cuts.append(Adjustment.of(cut.source, cut.amount, Split(rows)))
        return QuoteLine.of(one.line, one.payable, tuple(cuts))

    return with_line(0, change)


def with_applied(rule, **changes):
    def tamper(quote):
        entries = [attrs.evolve(one, **changes) if one.rule == rule else one for one in quote.applied]
        return Quote(attrs.evolve(quote._parts, applied=tuple(entries)))

    return tamper


def twice(quote):
    return Quote(attrs.evolve(quote._parts, applied=(*quote.applied, quote.applied[0])))


def without_applied(quote):
    return Quote(attrs.evolve(quote._parts, applied=quote.applied[1:]))


def also_rejected(quote):
    return Quote(attrs.evolve(quote._parts, rejected=(Rejected("cut", None, Reason("saves_nothing")),)))


def overpaid(one):
    """A line that pays 1.00 less, and says that a rule took it."""
    source = Source("ghost", None, "order")
    split = Split({**{cut.source: cut.units for cut in one.adjustments}, source: (100,)})
    cuts = [Adjustment.of(cut.source, cut.amount, split) for cut in one.adjustments]
    return QuoteLine.of(one.line, one.payable - 100, (*cuts, Adjustment.of(source, 100, split)))


def below_0(one):
    return QuoteLine.of(one.line, -1, one.adjustments)


TAMPERED = [
    (with_parts(payable=0), "payable and lines + freight"),
    (with_parts(payable=-1), "payable: -1 is negative"),
    (with_parts(goods_total=13001), "goods_total and the lines' list totals"),
    (with_parts(discount_total=1699), "discount_total and the lines' discounts"),
    (with_parts(points=PointsResult(300, 299, 0)), "the value of the points"),
    (with_parts(freight=801), "freight 801 is above its list price 800"),
    (with_parts(freight=-1, freight_list=0), "freight: -1 is negative"),
    (with_parts(payable=None), "freight of what cannot be delivered: 800 is not None"),
    (with_line(0, below_0), "line 1: payable: -1 is negative"),
    (with_line(1, overpaid), "ghost : 100 taken off lines, but not applied"),
    (with_cut("cut", amount=0), "line 1, cut: an adjustment of 0"),
    (with_cut("cut", units=(1, 2)), "line 1, cut: amount and units"),
    (with_cut("cut", units=(767, -1)), "unit 1: -1 is negative"),
    (with_cut("cut", units=(901, -135)), "is below the floor 4000"),
    (with_cut("cut", units=(5000, -4234)), "what is left of unit 0: -100 is negative"),
    (with_applied("cut", amount=999), "applied cut: amount and adjustments"),
    (with_applied("coupon", amount=999), "applied coupon c-coupon: amount and adjustments"),
    (with_applied("cut", amount=-1), "applied cut: -1 is negative"),
    (with_applied("cut", unused=-1), "applied cut: unused: -1 is negative"),
    (with_applied("cut", funding={"shop": 1}), "applied cut: funding and amount"),
    (twice, "applied twice"),
    (without_applied, "sale : 200 taken off lines, but not applied"),
    (also_rejected, "applied and rejected"),
    (with_parts(claims=(Claim("cut", None, 1, 1),)), "claim of cut"),
    (with_parts(claims=(Claim("ghost", None, 1, 1),)), "claim of ghost"),
]


def test_the_honest_one_passes():
    quote = honest()
    assert (quote.goods_total, quote.discount_total, quote.freight, quote.payable) == (13000, 1700, 800, 11800)
    assert [claim.to_dict() for claim in quote.claims] == [{"rule": "cut", "coupon": None, "count": 1, "amount": 1000}]
    assert_quote_invariants(quote)


@pytest.mark.parametrize("tamper, told", TAMPERED, ids=[told for _, told in TAMPERED])
def test_a_tampered_one_does_not(tamper, told):
    quote = tamper(honest())
    with pytest.raises(AssertionError) as caught:
        assert_quote_invariants(quote)
    assert told in str(caught.value)
