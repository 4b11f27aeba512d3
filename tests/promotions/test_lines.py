"""Groups in which each line counts for one rule: against every way to deal the lines, and what the budget leaves."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from minishop import Coupon
from minishop.promotions import Group, Policy, Rule, Scope, Threshold
from minishop.promotions.benefits import AmountOff, PercentOff, Step, Tiers
from tests.promotions.build import held, line, off, price

SHARED = [Group(id="g", per="line")]


def half_up(value):
    return int(value + Fraction(1, 2))


def draw_rule(draw, name, names):
    """A rule with its scope, and what it takes off lines of a sum, by hand."""
    scope = sorted(draw.sample(names, draw.randint(1, len(names))))
    reach = draw.choice([0, 300, 500, 900, 1500])
    amount, percent = draw.choice([1, 70, 120, 250, 400]), draw.choice([100, 1500, 3333, 10000])
    kind = draw.choice(["off", "every", "percent", "capped", "tiers", "percent tiers"])
    threshold = Threshold(amount=reach) if reach else None
    steps = [(300, amount), (800, 2 * amount + 30), (1400, 3 * amount + 60)]
    if kind == "off":
        benefit, takes = AmountOff(amount), lambda base: amount
    elif kind == "every":
        threshold = Threshold(amount=max(reach, 300))
        benefit, takes = AmountOff(amount, every=True), lambda base: base // max(reach, 300) * amount
    elif kind == "percent":
        benefit, takes = PercentOff(percent), lambda base: half_up(Fraction(base * percent, 10000))
    elif kind == "capped":
        cap = amount
        benefit = PercentOff(percent, cap=cap)
        takes = lambda base: min(cap, half_up(Fraction(base * percent, 10000)))  # noqa: E731
    elif kind == "tiers":
        threshold, reach = None, 300
        benefit = Tiers([Step(amount=at, off=cut) for at, cut in steps])
        takes = lambda base: max(cut for at, cut in steps if base >= at)  # noqa: E731
    else:
        threshold, reach = None, 300
        rates = [(300, 500), (800, 1000), (1400, 1250)]
        benefit = Tiers([Step(amount=at, percent=rate) for at, rate in rates])
        takes = lambda base: half_up(Fraction(base * max(rate for at, rate in rates if base >= at), 10000))  # noqa: E731
    if kind == "every":
        reach = max(reach, 300)
    layer = draw.choice(["order", "order", "shop-coupon"])
    rule = Rule(id=name, layer=layer, group="g", scope=Scope(sku=scope), threshold=threshold, benefit=benefit)
    return rule, scope, lambda base: min(base, takes(base)) if base >= max(reach, 1) else None


def every_deal(amounts, rules, excluded):
    """The best of (saving, fewest coupons, fewest rules), over every way to deal the lines."""
    best = (0, 0, 0)
    owners = [[None, *[i for i, (_, scope, _) in enumerate(rules) if name in scope]] for name in amounts]
    for deal in product(*owners):
        used = sorted({owner for owner in deal if owner is not None})
        if any((rules[i][0].id, rules[j][0].id) in excluded for i in used for j in used):
            continue
        cuts = [
            rules[i][2](sum(amount for amount, owner in zip(amounts.values(), deal, strict=True) if owner == i))
            for i in used
        ]
        if all(cuts):  # neither below its threshold nor saving nothing
            coupons = sum(rules[i][0].layer == "shop-coupon" for i in used)
            best = max(best, (sum(cuts), -coupons, coupons - len(used)))
    return best


@pytest.mark.parametrize("seed", range(150))
def test_the_best_deal(seed):
    draw = Random(seed)
    amounts = {f"S{number}": draw.choice([100, 199, 300, 300, 450, 701]) for number in range(draw.randint(1, 5))}
    rules = [draw_rule(draw, f"r{number}", list(amounts)) for number in range(draw.randint(1, 4))]
    excluded = set()
    if len(rules) > 1 and draw.random() < 0.4:
        excluded = {("r0", "r1"), ("r1", "r0")}
        rules[0] = (
            Rule(
                id="r0",
                layer=rules[0][0].layer,
                group="g",
                excludes=["r1"],
                scope=rules[0][0].scope,
                threshold=rules[0][0].threshold,
                benefit=rules[0][0].benefit,
            ),
            *rules[0][1:],
        )
    coupons = held(*[rule.id for rule, _, _ in rules if rule.layer == "shop-coupon"])
    lines = [line(name[1:], amount) for name, amount in amounts.items()]
    quote = price([rule for rule, _, _ in rules], lines, groups=SHARED, coupons=coupons)
    saving, few_coupons, few_rules = every_deal(amounts, rules, excluded)
    used = [entry.coupon is not None for entry in quote.applied]
    assert quote.optimality.proven
    assert quote.payable == sum(amounts.values()) - saving
    assert (sum(used), len(used) - sum(used)) == (-few_coupons, -few_rules)
    assert all(len(one.adjustments) <= 1 for one in quote.lines)


def many(count, *, percent=0):
    """Rules that ask for about as much as there is, over lines whose sums rarely meet what they ask for."""
    lines = [line(f"{number:02}", 1000 + 37 * number * number % 911) for number in range(9)]
    rules = [off(f"r{number}", 240 + 7 * number, reach=2900 + 61 * number, group="g") for number in range(count)]
    if percent:
        threshold = Threshold(amount=2000)
        rules.append(Rule(id="rate", layer="order", group="g", threshold=threshold, benefit=PercentOff(percent)))
    return rules, lines


@pytest.mark.parametrize("nodes", [1, 3, 10, 40, 200])
@pytest.mark.parametrize("percent", [0, 600])
def test_out_of_nodes_the_gap_still_holds_the_best_price(nodes, percent):
    rules, lines = many(4, percent=percent)
    best = price(rules, lines, groups=SHARED)
    assert best.optimality.proven
    quote = price(rules, lines, groups=SHARED, policy=Policy(search_nodes=nodes))
    assert quote.payable - quote.optimality.gap <= best.payable <= quote.payable
    assert quote.optimality.proven == (quote.optimality.gap == 0)
    assert quote.payable == price(rules, lines, groups=SHARED, policy=Policy(search_nodes=nodes)).payable


def test_of_equal_deals_the_first_line_by_line():
    # 600 asks for two of three lines of 300: the first line goes without, before any that goes without later.
    quote = price(
        [off("a", 50, reach=600, group="g")],
        [line("1", 300), line("2", 300), line("3", 300)],
        groups=SHARED,
    )
    assert [len(one.adjustments) for one in quote.lines] == [0, 1, 1]


def test_of_equal_deals_the_smaller_rule_id_first():
    quote = price(
        [off("b", 50, reach=300, group="g"), off("a", 50, reach=300, group="g")],
        [line("1", 300), line("2", 300)],
        groups=SHARED,
    )
    assert [one.adjustments[0].rule for one in quote.lines] == ["a", "b"]


def test_of_coupons_of_one_rule_the_first_is_used_and_the_other_if_there_are_lines_for_it():
    rule = off("c", 80, reach=500, layer="shop-coupon", group="g")
    coupons = [*held("c"), Coupon(id="again", rule="c")]
    quote = price([rule], [line("1", 500), line("2", 400)], groups=SHARED, coupons=coupons)
    assert [entry.coupon for entry in quote.applied] == ["again"]
    quote = price([rule], [line("1", 500), line("2", 600)], groups=SHARED, coupons=coupons)
    assert quote.payable == 1100 - 160


def test_a_percentage_that_rounds_to_nothing_needs_more_goods():
    # 1 % of 49 fen is nothing, of 50 fen one fen: half up.
    rule = Rule(id="one", layer="order", group="g", benefit=PercentOff(100))
    few = price([rule], [line("1", 20), line("2", 29)], groups=SHARED)
    enough = price([rule], [line("1", 20), line("2", 30)], groups=SHARED)
    assert (few.payable, few.applied) == (49, ())
    assert (enough.payable, [entry.rule for entry in enough.applied]) == (49, ["one"])


def test_a_minimum_to_pay_is_kept():
    rule = Rule(id="all", layer="order", group="g", benefit=PercentOff(10000))
    quote = price([rule], [line("1", 300), line("2", 200)], groups=SHARED, policy=Policy(minimum_payable=1))
    assert quote.payable == 1
