"""Each kind of finding on the smallest campaign that has it, with the figures worked out by hand, and where it ends."""

import pytest
from attrs import frozen

from minishop.promotions import Audience, FreeCondition, Group, Limit, PointsPolicy, Policy, Scope, Threshold
from minishop.promotions.benefits import (
    AmountOff,
    Bundle,
    BuyGet,
    FreeShipping,
    Gift,
    NthUnit,
    PercentOff,
    PointsMultiplier,
    ShippingOff,
    Step,
    Tiers,
)
from minishop.promotions.conditions import Condition
from tests.lint.build import codes, found, item, only
from tests.promotions.build import DAY, NOW, does, flat, off

ONE = [Group(id="one", pick=1)]
PRIORITY = Policy(choice="priority")


def ladder(*steps):
    return Tiers([Step(amount=reach, off=cut) for reach, cut in steps])


def test_a_clean_campaign_gives_nothing():
    rules = [
        does("member", PercentOff(500), "price", audience=Audience(level="gold")),
        does("tenth", PercentOff(1000), scope=Scope(category="tea")),
        does("birthday", PercentOff(500, cap=3500), "shop-coupon", limit=Limit(order=1)),
    ]
    assert found(rules) == ()
    assert found([]) == ()


# -- cliffs -----------------------------------------------------------------------------------------------------------


def test_the_cliff_of_the_specification():
    # 满200减30: 199.99 pays 199.99, 200.00 pays 170.00.
    finding = only(found([off("200-30", 3000, 20000)]), "price_cliff")
    assert finding.severity == "info"
    assert finding.params == {
        "reason": "worst",
        "before": 19999,
        "before_payable": 19999,
        "after": 20000,
        "after_payable": 17000,
        "less": 2999,
    }


def test_the_worst_cliff_of_a_ladder_and_of_the_campaign_comes_first():
    rules = [off("50-5", 500, 5000), does("ladder", ladder((10000, 1000), (20000, 3000), (30000, 6000)), group="one")]
    first, second = found(rules, groups=ONE)[-2:]
    # The ladder goes first (100.00 less 0 is more than 50.00 less 5.00). 299.99 - 30.00 - 5.00; 300.00 - 60.00 - 5.00.
    assert (first.rules, first.params["reason"]) == (("ladder",), "worst")
    assert (first.params["before"], first.params["before_payable"]) == (29999, 26499)
    assert (first.params["after"], first.params["after_payable"]) == (30000, 23500)
    assert (second.rules, second.params["reason"], second.params["less"]) == (("50-5",), "other", 499)


def test_a_fen_at_a_fen_is_no_cliff():
    assert found([off("1-0.01", 1, 100)]) == ()


@pytest.mark.parametrize(
    "benefit, threshold, less",
    [
        # Two at 100.00 pay 200.00; a third that costs a fen: 0.01 of it is free, and then it costs nothing.
        (Bundle(3, 9900), None, 20000 - 9900),
        (PercentOff(5000), Threshold(quantity=3), 20000 - 10000),
        (PercentOff(5000), Threshold(distinct=3), 20000 - 10000),
    ],
    ids=["bundle", "quantity", "distinct"],
)
def test_cliffs_of_counts(benefit, threshold, less):
    finding = only(found([does("n", benefit, "item", threshold=threshold)]), "price_cliff")
    assert finding.params["before"] == 20000
    assert finding.params["after"] == 20001
    assert finding.params["less"] == pytest.approx(less, abs=1)


@pytest.mark.parametrize("benefit", [NthUnit(2, 5000), BuyGet(2, 1)], ids=["nth", "buy-get"])
def test_the_cheaper_unit_free_is_no_cliff(benefit):
    assert found([does("n", benefit, "item")]) == ()


def test_the_dearer_unit_at_half_price_is_one():
    findings = found([does("n", NthUnit(2, 5000, order="ascending"), "item")])
    # 100.00; with a fen more the dearest unit costs half: 50.00 + 0.01.
    assert only(findings, "price_cliff").params["less"] == 4999
    finding = only(findings, "ascending_nth_unit")
    assert finding.severity == "warning"
    # 100.00 and 10.00: half of the dear one, where the usual order takes half of the cheap one.
    assert finding.params == {"n": 2, "takes": 5000, "usually": 500}


@pytest.mark.parametrize(
    "free, before, after",
    [
        (Threshold(amount=9900), (9899, 9899 + 800), (9900, 9900)),
        (Threshold(quantity=3), (20000, 20800), (20001, 20001)),
    ],
    ids=["amount", "quantity"],
)
def test_free_freight_is_a_cliff(free, before, after):
    template = flat(free=FreeCondition(thresholds=[free]))
    finding = only(found([], freight=[template]), "price_cliff")
    assert finding.rules == ("freight:post",)
    assert (finding.params["before"], finding.params["before_payable"]) == before
    assert (finding.params["after"], finding.params["after_payable"]) == after
    assert "Free freight (post)" in finding.text()


@pytest.mark.parametrize(
    "free",
    [
        None,
        FreeCondition(thresholds=[Threshold(distinct=2)]),
        FreeCondition(thresholds=[Threshold(amount=1)]),
        FreeCondition(thresholds=[Threshold(amount=9900), Threshold(quantity=2)]),
    ],
    ids=["never", "distinct", "always", "both"],
)
def test_where_free_freight_is_none(free):
    assert found([], freight=[flat(free=free)]) == ()


# -- rules that nobody can use ----------------------------------------------------------------------------------------


def test_a_ladder_step_that_gives_no_more():
    # 20 % from 100.00 and 20.00 from 100.01 on: never more, from there on less.
    rules = [does("ladder", Tiers([Step(amount=10000, percent=2000), Step(amount=20000, percent=2000)]))]
    finding = only(found(rules), "dead_tier")
    assert finding.severity == "warning"
    assert finding.params == {"reason": "amount", "step": 2, "reach": 20000, "below": 10000}
    rules = [does("count", Tiers([Step(quantity=2, off=500), Step(quantity=3, off=500)]))]
    assert only(found(rules), "dead_tier").params == {"reason": "quantity", "step": 2, "reach": 3, "below": 2}


def test_a_ladder_step_that_gives_more_is_alive():
    assert codes(found([does("ladder", ladder((10000, 1000), (20000, 1001)))])) == []


def unreachable(rules, **options):
    findings = found(rules, **options)
    return [
        (finding.rules, finding.params["reason"], finding.severity)
        for finding in findings
        if finding.code == "unreachable_rule"
    ]


def test_a_scope_that_excludes_itself():
    scope = Scope(category="tea", exclude=Scope(category=["tea", "cups"]))
    assert unreachable([does("a", PercentOff(1000), scope=scope)]) == [(("a",), "scope_empty", "error")]
    scope = Scope(category=["tea", "cups"], exclude=Scope(category="tea"))
    assert unreachable([does("a", PercentOff(1000), scope=scope)]) == []


@pytest.mark.parametrize("benefit", [FreeShipping(), ShippingOff(500)], ids=["free", "off"])
def test_shipping_rules_without_freight(benefit):
    assert unreachable([does("a", benefit, "freight")]) == [(("a",), "no_freight", "warning")]
    assert unreachable([does("a", benefit, "freight")], freight=[flat()]) == []


def test_points_that_nobody_earns():
    rules = [does("a", PointsMultiplier(200))]
    assert unreachable(rules) == [(("a",), "no_points", "warning")]
    assert unreachable(rules, points=PointsPolicy(value=1)) == [(("a",), "no_points", "warning")]
    assert unreachable(rules, points=PointsPolicy(value=1, earn_per_yuan=1)) == []


def test_more_different_products_than_the_scope_names():
    scope = Scope(product=["P1", "P2"])
    rules = [does("a", PercentOff(1000), scope=scope, threshold=Threshold(distinct=3))]
    assert unreachable(rules) == [(("a",), "few_products", "error")]
    rules = [does("a", PercentOff(1000), scope=scope, threshold=Threshold(distinct=2))]
    assert unreachable(rules) == []


def test_undiscounted_goods_that_a_sale_cuts():
    sale = does("sale", AmountOff(100), "price")
    fresh = does("a", PercentOff(1000), scope=Scope(only_undiscounted=True))
    assert unreachable([sale, fresh]) == [(("a", "sale"), "already_cut", "error")]
    sale = does("sale", AmountOff(100), "price", audience=Audience(level="gold"))
    assert unreachable([sale, fresh]) == []
    sale = does("sale", AmountOff(100), "price", scope=Scope(category="tea"))
    assert unreachable([sale, fresh]) == []


def test_by_priority_the_first_takes_the_only_place():
    rules = [off("big", 2000, 10000, group="one", priority=2), off("small", 1000, 10000, group="one")]
    assert unreachable(rules, groups=ONE, policy=PRIORITY) == [(("small", "big"), "first_taken", "error")]
    rules = [off("big", 2000, 20000, group="one", priority=2), off("small", 1000, 10000, group="one")]
    assert unreachable(rules, groups=ONE, policy=PRIORITY) == []
    rules = [off("big", 2000, 10000, priority=2, excludes="small"), off("small", 1000, 10000)]
    assert unreachable(rules, policy=PRIORITY) == [(("small", "big"), "first_taken", "error")]


def test_what_the_catalogue_does_not_have():
    rules = [does("a", PercentOff(1000), scope=Scope(category="tea"))]
    assert unreachable(rules, items=[item("S1", 1000, category="tea")]) == []
    assert unreachable(rules, items=[item("S1", 1000, category="cups")]) == [(("a",), "not_sold", "error")]


@pytest.mark.parametrize(
    "threshold, reason, enough",
    [
        (Threshold(amount=3001), "short_stock", Threshold(amount=3000)),
        (Threshold(quantity=4), "few_units", Threshold(quantity=3)),
        (Threshold(distinct=3), "few_units", Threshold(distinct=2)),
    ],
    ids=["amount", "quantity", "distinct"],
)
def test_what_the_stock_does_not_reach(threshold, reason, enough):
    items = [item("S1", 1000, stock=2), item("S2", 1000, stock=1), item("S3", 1000, stock=0)]
    assert unreachable([does("a", PercentOff(1000), threshold=threshold)], items=items) == [(("a",), reason, "error")]
    assert unreachable([does("a", PercentOff(1000), threshold=enough)], items=items) == []
    items = [item("S1", 1000), item("S2", 1000)]
    if threshold.distinct is None:  # any number of them may be there
        assert unreachable([does("a", PercentOff(1000), threshold=threshold)], items=items) == []


# -- windows ----------------------------------------------------------------------------------------------------------


def test_a_window_that_is_over():
    rules = [does("old", PercentOff(1000), ends_at=NOW), does("new", PercentOff(1000), starts_at=NOW)]
    findings = found(rules, now=NOW)
    assert codes(findings) == [("never_opens", ("old",))]
    assert findings[0].severity == "warning"
    assert findings[0].cart.at == NOW
    assert findings[0].text("zh-CN") == "old：已于 2026-06-02 12:00 结束，不会再生效"
    assert codes(found(rules, now=NOW - DAY)) == []
    assert codes(found(rules)) == []


def test_what_is_over_is_not_audited_from_then_on():
    rules = [off("old", 3000, 20000, ends_at=NOW, audience=Audience(level="gold"))]
    assert [finding.code for finding in found(rules)] == ["price_cliff"]
    assert [finding.code for finding in found(rules, at=NOW)] == ["never_opens"]
    assert [finding.code for finding in found(rules, at=NOW - DAY)] == ["price_cliff"]


def test_windows_and_audiences_that_do_not_meet_make_no_stack():
    early = does("A", PercentOff(6000), ends_at=NOW)
    late = does("B", PercentOff(6000), starts_at=NOW)
    parallel = Policy(basis="parallel")
    assert codes(found([early, late], policy=parallel)) == []
    old = does("A", PercentOff(6000), audience=Audience(new_customer=False))
    new = does("B", PercentOff(6000), audience=Audience(new_customer=True))
    assert codes(found([old, new], policy=parallel)) == []
    overlapping = does("B", PercentOff(6000), starts_at=NOW - DAY, audience=Audience(channel="app", tag="vip"))
    finding = only(found([early, overlapping], policy=parallel), "percent_chain_free")
    assert NOW - DAY <= finding.cart.at < NOW
    assert (finding.cart.channel, finding.cart.shopper.tag) == ("app", ("vip",))


# -- rivals -----------------------------------------------------------------------------------------------------------


def test_a_rule_that_is_always_beaten():
    rules = [off("100-10", 1000, 10000, group="one"), off("100-20", 2000, 10000, group="one")]
    finding = only(found(rules, groups=ONE), "always_beaten")
    assert (finding.severity, finding.rules) == ("warning", ("100-10", "100-20"))
    assert finding.params == {"amount": 10000, "takes": 1000, "other_takes": 2000}


@pytest.mark.parametrize(
    "rival",
    [
        off("B", 2000, 10001, group="one"),
        off("B", 2000, 10000, group="one", scope=Scope(category="tea")),
        off("B", 2000, 10000, group="one", ends_at=NOW),
        off("B", 2000, 10000, group="one", audience=Audience(level="gold")),
        off("B", 2000, 10000, group="one", limit=Limit(total=10)),
        off("B", 2000, 10000, "shop-coupon", group="one", limit=Limit(order=1)),
        off("B", 2000, 10000),
    ],
    ids=["threshold", "scope", "window", "audience", "limit", "coupon", "group"],
)
def test_a_rule_that_is_sometimes_not_beaten(rival):
    findings = found([off("A", 1000, 10000, group="one"), rival], groups=ONE)
    assert "always_beaten" not in dict(codes(findings))


def test_a_smaller_cut_that_leaves_more_for_a_coupon_is_not_beaten():
    # Worked example 9: 300.00 - 40.00 leaves the 260.00 of the platform coupon, 300.00 - 50.00 does not.
    rules = [
        off("300-50", 5000, 20000, group="one"),
        off("200-40", 4000, 20000, group="one"),
        off("260-30", 3000, 26000, "platform-coupon", limit=Limit(order=1)),
    ]
    assert "always_beaten" not in dict(codes(found(rules, groups=ONE)))


def test_a_tie_that_only_the_id_breaks():
    rules = [off("A", 1000, 10000, group="one"), does("B", PercentOff(1000), group="one")]
    finding = only(found(rules, groups=ONE), "tie_break_overlap")
    # 10.00 and 10 % of 100.00; fewest and highest face are equal, then the higher face wins.
    assert finding.severity == "info"
    assert finding.params == {"amount": 10000, "takes": 1000}


# -- thresholds -------------------------------------------------------------------------------------------------------


def test_a_threshold_that_an_earlier_cut_defeats():
    # Worked example 7: 满200减30 leaves 170.00 of 200.00, the coupon 满200减15 needs goods of 230.00.
    rules = [off("200-30", 3000, 20000), off("200-15", 1500, 20000, "shop-coupon", limit=Limit(order=1))]
    finding = only(found(rules), "self_defeating_threshold")
    assert (finding.severity, finding.rules) == ("warning", ("200-15", "200-30"))
    assert finding.params == {"reason": "later", "reach": 20000, "takes": 3000, "left": 17000, "needs": 23000}
    assert codes(found(rules, policy=Policy(basis="parallel"))) == []


def test_a_threshold_that_is_never_reached():
    rules = [does("half", PercentOff(9999)), off("200-15", 1500, 20000, "shop-coupon", limit=Limit(order=1))]
    finding = only(found(rules), "self_defeating_threshold")
    # 99.99 % of 200.00 is 199.98.
    assert finding.params == {"reason": "never", "reach": 20000, "takes": 19998, "left": 2}


def test_a_cut_that_is_left_out_where_the_coupon_is_worth_more_defeats_nothing():
    rules = [off("200-10", 1000, 20000), off("200-15", 1500, 20000, "shop-coupon", limit=Limit(order=1))]
    assert "self_defeating_threshold" not in dict(codes(found(rules)))


@pytest.mark.parametrize("face", [5000, 6000])
def test_a_face_at_or_above_its_threshold(face):
    rules = [off("50", face, 5000, "shop-coupon", limit=Limit(order=1))]
    finding = only(found(rules), "face_covers_threshold")
    assert finding.severity == "error"
    assert finding.params == {"reason": "amount", "amount": 5000, "face": face, "payable": 0}


def test_a_face_below_its_threshold_or_capped_is_none():
    assert codes(found([off("50", 4999, 5000, "shop-coupon", limit=Limit(order=1))])) == []
    capped = does("50", AmountOff(6000, cap=100), threshold=Threshold(amount=5000))
    assert codes(found([capped])) == []


def test_a_face_without_a_threshold_is_only_doubtful():
    finding = only(found([off("5", 500, None, "shop-coupon", limit=Limit(order=1))]), "face_covers_threshold")
    assert finding.severity == "warning"
    assert finding.params == {"reason": "none", "amount": 500, "face": 500, "payable": 0}


def test_a_step_that_covers_its_own_threshold():
    rules = [does("ladder", ladder((10000, 1000), (20000, 20000)))]
    finding = only(found(rules), "face_covers_threshold")
    assert (finding.params["amount"], finding.params["face"]) == (20000, 20000)


# -- gifts ------------------------------------------------------------------------------------------------------------


def gift(**more):
    return does("gift", Gift("MUG", 2), threshold=Threshold(amount=5000), **more)


@pytest.mark.parametrize("layer", ["order", "shop-coupon"])
def test_a_gift_that_nobody_counts(layer):
    rule = does("gift", Gift("MUG", 2), layer, threshold=Threshold(amount=5000))
    finding = only(found([rule]), "gift_without_stock")
    assert finding.severity == "warning"
    assert finding.cart is not None
    assert finding.params == {"reason": "unknown", "sku": "MUG", "quantity": 2}


def test_a_gift_that_is_counted():
    assert codes(found([gift(limit=Limit(total=100))])) == []
    assert "gift_without_stock" not in dict(codes(found([gift()], items=[item("MUG", 3000, stock=2)])))


@pytest.mark.parametrize(
    "items, expected",
    [
        ([item("S1", 3000)], {"reason": "not_sold"}),
        ([item("MUG", 3000)], {"reason": "no_stock"}),
        ([item("MUG", 3000, stock=1)], {"reason": "short", "stock": 1}),
        ([item("MUG", 3000, stock=0), item("S1", 9000)], {"reason": "short", "stock": 0}),
    ],
    ids=["not sold", "no stock", "short", "none left"],
)
def test_a_gift_that_the_catalogue_does_not_bound(items, expected):
    finding = only(found([gift()], items=items), "gift_without_stock")
    assert finding.params == {"sku": "MUG", "quantity": 2, **expected}


@pytest.mark.parametrize("threshold", [None, Threshold(quantity=3), Threshold(distinct=2)], ids=str)
def test_the_cart_of_a_gift_gets_it(threshold):
    finding = only(found([does("gift", Gift("MUG"), threshold=threshold)]), "gift_without_stock")
    assert finding.cart is not None


# -- the whole --------------------------------------------------------------------------------------------------------


def test_errors_come_first():
    rules = [
        off("200-30", 3000, 20000),
        off("50", 5000, 5000, "shop-coupon"),
        does("gift", Gift("MUG")),
    ]
    severities = [finding.severity for finding in found(rules)]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert set(severities) == {"error", "warning", "info"}


@frozen
class Weekend(Condition):
    kind = "weekend"
    fields = ()

    def refuse(self, facts):
        return None


def test_rules_with_conditions_of_the_apps_own_are_not_vouched_for():
    rules = [
        off("A", 1000, 10000, group="one"),
        off("B", 2000, 10000, group="one", conditions=[Weekend()]),
    ]
    assert "always_beaten" not in dict(codes(found(rules, groups=ONE, kinds=[Weekend])))


def test_progress_is_told():
    told = []
    found([off("200-30", 3000, 20000)], progress=lambda check, carts: told.append((check, carts)))
    assert [carts for _, carts in told] == list(range(1, len(told) + 1))
    assert "price_cliffs" in dict(told)


@pytest.mark.parametrize(
    "first",
    [
        does("A", Gift("MUG"), group="one", priority=1, limit=Limit(total=1)),
        does("A", PercentOff(1000), group="one", priority=1, threshold=Threshold(quantity=1)),
        off("A", 2000, 10000, group="one", priority=1, scope=Scope(only_undiscounted=True)),
        off("A", 2000, 10000, group="one", priority=1, excludes="C"),
    ],
    ids=["gift", "quantity", "undiscounted", "excluded itself"],
)
def test_what_may_leave_the_place_to_another(first):
    rules = [first, off("B", 1000, 10000, group="one"), off("C", 100, 100, priority=2)]
    assert "B" not in {rule for (rule, *_), _, _ in unreachable(rules, groups=ONE, policy=PRIORITY)}


def test_shoppers_of_two_levels_share_no_rules():
    gold, silver = (Audience(level=level) for level in ("gold", "silver"))
    rules = [off("A", 5000, 10000, audience=gold), off("B", 5000, 10000, audience=silver)]
    assert codes(found(rules)) == []


def test_products_that_the_scope_names_and_leaves_out():
    scope = Scope(product=["P1", "P2"], exclude=Scope(product="P2"))
    rules = [does("a", PercentOff(1000), scope=scope, threshold=Threshold(distinct=3))]
    assert unreachable(rules) == [(("a",), "few_products", "error")]


def test_a_catalogue_of_what_is_not_on_sale_yet():
    """A rule that is over is not looked for in the catalogue."""
    rules = [does("a", PercentOff(1000), scope=Scope(category="tea"), ends_at=NOW)]
    findings = found(rules, items=[item("S1", 1000)], at=NOW)
    assert only(findings, "unreachable_rule").cart is None
