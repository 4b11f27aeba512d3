"""What typed values refuse: an error of our tree that names the field and has a code."""

from datetime import date, datetime, timedelta, timezone, tzinfo

import pytest

from minishop import Cart, CartLine, Coupon, Engine, Shopper
from minishop.errors import CallerError, InvalidDocument, InvalidInput
from minishop.money import MAX_FEN
from minishop.promotions import (
    Audience,
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    Group,
    Limit,
    PointsPolicy,
    Policy,
    Rule,
    RuleSet,
    Scope,
    Threshold,
)
from minishop.promotions.benefits import (
    AmountOff,
    Bundle,
    BuyGet,
    Exchange,
    FreeShipping,
    Gift,
    NthUnit,
    PercentOff,
    PointsMultiplier,
    ShippingOff,
    Step,
    Tiers,
    UnitPrice,
)
from minishop.quotes import PointsRequest, QuoteRequest, Usage
from tests.promotions.build import NOW, does, line, off

NAIVE = datetime(2026, 6, 2)
GOOD = {
    Audience: {},
    Bundle: {"quantity": 3, "price": 9900},
    BuyGet: {"buy": 2, "get": 1},
    AmountOff: {"amount": 100},
    Cart: {"lines": ()},
    CartLine: {"id": "1", "sku": "S1", "quantity": 1, "unit_price": 100},
    Coupon: {"id": "c", "rule": "r"},
    Exchange: {},
    FreeCondition: {"thresholds": [Threshold(amount=1)]},
    FreightRegion: {"region": "*", "start": 1, "start_fee": 100},
    FreightTemplate: {"id": "t", "by": "piece", "regions": ()},
    Gift: {"sku": "G1"},
    Group: {"id": "g"},
    Limit: {},
    NthUnit: {"n": 2, "percent": 5000},
    PercentOff: {"percent": 1000},
    PointsMultiplier: {"times": 200},
    PointsPolicy: {"value": 1},
    PointsRequest: {"balance": 0},
    Policy: {},
    Rule: {"id": "r", "layer": "order", "benefit": AmountOff(1)},
    RuleSet: {},
    Scope: {},
    ShippingOff: {"amount": 100},
    Shopper: {},
    Step: {"amount": 100, "off": 10},
    Threshold: {},
    Tiers: {"steps": [Step(amount=100, off=10)]},
    UnitPrice: {"price": 100},
    Usage: {},
}

#: What no field of a kind takes, and the code it is refused with.
COUNT = [(True, "wrong_type"), ("1", "wrong_type"), (1.0, "wrong_type"), (-1, "out_of_range")]
FROM_1 = [*COUNT, (0, "out_of_range")]
FEN = [*COUNT, (MAX_FEN + 1, "out_of_range")]
TEXT = [(5, "wrong_type"), (b"a", "wrong_type"), ("", "empty"), ("\ud800", "malformed")]
TEXTS = [(5, "wrong_type"), ([5], "wrong_type"), ([""], "empty"), ("", "empty"), (["a", None], "wrong_type")]
FLAG = [(1, "wrong_type"), (0, "wrong_type"), ("yes", "wrong_type")]
FIRST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))
TIME = [
    (FIRST, "out_of_range"),
    (NAIVE, "naive_time"),
    (date(2026, 6, 2), "wrong_type"),
    ("2026-06-02T12:00:00+08:00", "wrong_type"),
]
CHOICE = [("other", "unknown_value"), (1, "unknown_value"), (["best"], "unknown_value")]
NONE = [(None, "wrong_type")]
PERCENT = [*FROM_1, (10001, "out_of_range")]
TABLE = [(5, "wrong_type"), ([], "wrong_type"), ("a", "wrong_type")]
LIST = [(5, "wrong_type"), ("abc", "wrong_type"), (["a"], "wrong_type"), (None, "wrong_type")]

REFUSED = [
    (CartLine, "id sku", TEXT + NONE),
    (CartLine, "quantity", [*FROM_1, (10**6 + 1, "out_of_range"), *NONE]),
    (CartLine, "unit_price floor", FEN + NONE),
    (CartLine, "activity_price", FEN),
    (CartLine, "product brand shop freight", TEXT),
    (CartLine, "category tag", TEXTS + NONE),
    (CartLine, "weight_mg volume_cm3", COUNT),
    (CartLine, "selected", FLAG + NONE),
    (CartLine, "member_prices", [*TABLE, ({"gold": -1}, "out_of_range"), ({"gold": "1"}, "wrong_type")]),
    (CartLine, "member_prices", [({"": 1}, "empty"), ({5: 1}, "wrong_type"), ({"gold": True}, "wrong_type"), *NONE]),
    (Cart, "lines", LIST),
    (Cart, "gift_stock", [*TABLE, ({"G": -1}, "out_of_range"), ({"G": True}, "wrong_type"), ({1: 1}, "wrong_type")]),
    (Cart, "usage", [*TABLE, ({"r": 1}, "wrong_type"), ({"": Usage()}, "empty")]),
    (Usage, "shopper total", COUNT + NONE),
    (Usage, "budget", FEN + NONE),
    (Shopper, "id level", TEXT),
    (Shopper, "tag", TEXTS + NONE),
    (Shopper, "new_customer", FLAG + NONE),
    (Coupon, "id rule", TEXT + NONE),
    (Coupon, "claimed_at valid_from valid_until", TIME),
    (PointsRequest, "balance", COUNT + NONE),
    (PointsRequest, "use", [(bad, "unknown_value") for bad in (-1, True, 1.5, "all", "", None, ["c"])]),
    (Rule, "id", TEXT + NONE),
    (Rule, "layer", CHOICE),
    (Rule, "benefit", [*TABLE, *NONE, (AmountOff, "wrong_type")]),
    (Rule, "name", [(5, "wrong_type"), ("\udfff", "malformed"), *NONE]),
    (Rule, "conditions", LIST),
    (Rule, "group", TEXT),
    (Rule, "priority", [(True, "wrong_type"), ("1", "wrong_type"), (10**9 + 1, "out_of_range")]),
    (Rule, "excludes", TEXTS + NONE),
    (Rule, "starts_at ends_at", TIME),
    (Rule, "scope audience limit", TABLE + NONE),
    (Rule, "threshold", TABLE),
    (Rule, "funding", [*TABLE, *NONE, ({"shop": 10001}, "out_of_range"), ({"shop": "60%"}, "wrong_type")]),
    (Rule, "funding", [({"bank": 10000}, "unknown_key")]),
    (Scope, "sku product category brand tag shop", TEXTS + NONE),
    (Scope, "only_undiscounted", FLAG + NONE),
    (Scope, "exclude", TABLE),
    (
        Scope,
        "exclude",
        [(Scope(exclude=Scope(sku="S")), "not_allowed"), (Scope(only_undiscounted=True), "not_allowed")],
    ),
    (Audience, "level channel tag", TEXTS + NONE),
    (Audience, "new_customer", FLAG),
    (Threshold, "amount quantity distinct", FROM_1),
    (Limit, "order shopper total budget", FROM_1),
    (Group, "id", TEXT + NONE),
    (Group, "pick", FROM_1),
    (Group, "per", CHOICE),
    (Policy, "basis choice allocation activity free_shipping_basis freight_combine", CHOICE),
    (Policy, "minimum_payable", [*COUNT, (2, "out_of_range"), *NONE]),
    (Policy, "search_nodes", FROM_1 + NONE),
    (PointsPolicy, "value step", FROM_1 + NONE),
    (PointsPolicy, "max_share", PERCENT + NONE),
    (PointsPolicy, "maximum", COUNT),
    (PointsPolicy, "minimum earn_per_yuan", COUNT + NONE),
    (PointsPolicy, "with_coupons earn_on_freight", FLAG + NONE),
    (FreightRegion, "region", TEXTS + NONE),
    (FreightRegion, "start", COUNT + NONE),
    (FreightRegion, "extra", FROM_1 + NONE),
    (FreightRegion, "start_fee extra_fee", FEN + NONE),
    (FreightTemplate, "id", TEXT + NONE),
    (FreightTemplate, "by", CHOICE),
    (FreightTemplate, "regions", LIST),
    (FreightTemplate, "free", TABLE),
    (FreightTemplate, "no_delivery", TEXTS + NONE),
    (FreeCondition, "thresholds", LIST),
    (FreeCondition, "match", CHOICE),
    (RuleSet, "rules groups freight", LIST),
    (RuleSet, "policy", TABLE + NONE),
    (RuleSet, "points", TABLE),
    (AmountOff, "amount", FROM_1 + NONE),
    (AmountOff, "every", FLAG + NONE),
    (AmountOff, "cap", FROM_1),
    (PercentOff, "percent", PERCENT + NONE),
    (PercentOff, "cap", FROM_1),
    (UnitPrice, "price", FEN + NONE),
    (NthUnit, "n", [*COUNT, (1, "out_of_range"), *NONE]),
    (NthUnit, "percent", PERCENT + NONE),
    (NthUnit, "order", CHOICE),
    (BuyGet, "buy get", FROM_1 + NONE),
    (BuyGet, "percent", PERCENT + NONE),
    (Bundle, "quantity", FROM_1 + NONE),
    (Bundle, "price", FEN + NONE),
    (Bundle, "repeat", FLAG + NONE),
    (Exchange, "quantity", FROM_1 + NONE),
    (Gift, "sku", TEXT + NONE),
    (Gift, "quantity", FROM_1 + NONE),
    (ShippingOff, "amount", FROM_1 + NONE),
    (PointsMultiplier, "times", [*FROM_1, (10**6 + 1, "out_of_range"), *NONE]),
    (Tiers, "steps", LIST),
    (Step, "amount quantity off", FROM_1),
    (Step, "percent", PERCENT),
]


@pytest.mark.parametrize(
    "make, name, refused",
    [(make, name, refused) for make, names, refused in REFUSED for name in names.split()],
    ids=lambda value: getattr(value, "__name__", value if isinstance(value, str) else ""),
)
def test_a_field_refuses_what_it_cannot_be(make, name, refused):
    make(**GOOD[make])
    for value, code in refused:
        with pytest.raises(InvalidInput) as caught:
            make(**{**GOOD[make], name: value})
        assert (caught.value.field, caught.value.code) == (name, code), value
        assert str(caught.value).startswith(f"{name}: must")


@pytest.mark.parametrize("make", GOOD, ids=lambda make: make.__name__)
def test_every_field_is_tried(make):
    tried = {name for tried, names, _ in REFUSED if tried is make for name in names.split()}
    fields = {one.name for one in make.__attrs_attrs__ if one.init}
    assert fields - tried == set()


def test_an_error_says_what_was_given_and_what_to_do():
    with pytest.raises(InvalidInput) as caught:
        CartLine(id="1", sku="S", quantity=True, unit_price=1)
    error = caught.value
    assert isinstance(error, ValueError)
    assert isinstance(error, CallerError)
    assert (error.http_status_hint, error.retryable, error.params) == (400, False, {"got": "bool"})
    assert str(error) == "quantity: must be an int"
    assert error.next_step


# -- carts ------------------------------------------------------------------------------------------------------------


def test_an_activity_price_is_not_above_the_list_price():
    with pytest.raises(InvalidInput) as caught:
        line("1", 100, activity_price=101)
    assert (caught.value.field, caught.value.code) == ("activity_price", "above_list_price")
    assert caught.value.params == {"activity_price": 101, "unit_price": 100}
    assert line("1", 100, activity_price=100).activity_price == 100


def test_line_ids_are_unique_unselected_ones_included():
    with pytest.raises(InvalidInput) as caught:
        Cart([line("1", 100), line("2", 100), line("1", 50, selected=False)])
    assert (caught.value.field, caught.value.code, caught.value.params) == ("lines", "duplicate_id", {"id": "1"})


def test_sequences_are_taken_as_they_come():
    assert Cart(iter([line("1", 100)])).lines == (line("1", 100),)
    assert Cart([]).lines == ()
    assert Scope(sku="S1").sku == ("S1",)
    assert Scope(sku={"S1": 1}).sku == ("S1",)
    assert Shopper(tag=iter(["a", "b"])).tag == ("a", "b")


def test_a_later_change_of_a_mapping_does_not_reach_the_value():
    members, stock = {"gold": 50}, {"G1": 1}
    one, cart = line("1", 100, member_prices=members), Cart([], gift_stock=stock)
    members["gold"], stock["G1"] = 1, 9
    assert (one.member_prices, cart.gift_stock) == ({"gold": 50}, {"G1": 1})


# -- requests ---------------------------------------------------------------------------------------------------------

CART = Cart([line("1", 10000)])


@pytest.mark.parametrize(
    "name, value, code",
    [
        ("cart", [line("1", 100)], "wrong_type"),
        ("cart", None, "wrong_type"),
        ("at", NAIVE, "naive_time"),
        ("at", FIRST, "out_of_range"),
        ("at", None, "wrong_type"),
        ("at", date(2026, 6, 2), "wrong_type"),
        ("at", "2026-06-02T12:00:00+08:00", "wrong_type"),
        ("shopper", "u1", "wrong_type"),
        ("shopper", {"level": "gold"}, "wrong_type"),
        ("coupons", ["c1"], "wrong_type"),
        ("coupons", "c1", "wrong_type"),
        ("use_coupons", "all", "unknown_value"),
        ("use_coupons", [5], "unknown_value"),
        ("use_coupons", None, "unknown_value"),
        ("use_coupons", 5, "unknown_value"),
        ("points", 100, "wrong_type"),
        ("points", "max", "wrong_type"),
        ("channel", 5, "wrong_type"),
        ("channel", ["app"], "wrong_type"),
        ("destination", "440000", "wrong_type"),
        ("destination", [440000], "wrong_type"),
        ("destination", 440000, "wrong_type"),
    ],
    ids=str,
)
def test_a_quote_refuses_what_it_cannot_price(name, value, code):
    request = {"cart": CART, "at": NOW, name: value}
    for call in (lambda: QuoteRequest(**request), lambda: Engine().quote(request.pop("cart"), **request)):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert (caught.value.field, caught.value.code) == (name, code)


def test_a_time_zone_without_an_offset_is_naive():
    class Nowhere(tzinfo):
        def utcoffset(self, dt):
            return None

    with pytest.raises(InvalidInput, match="UTC offset"):
        Engine().quote(CART, at=NAIVE.replace(tzinfo=Nowhere()))


RULES = [off("coupon", 100, layer="shop-coupon"), off("auto", 100)]


@pytest.mark.parametrize(
    "wallet, field, code, params",
    [
        ([("a", "coupon"), ("b", "ghost")], "coupons[1].rule", "unknown_id", {"rule": "ghost"}),
        ([("a", "auto")], "coupons[0].rule", "not_a_coupon", {"rule": "auto"}),
        ([("a", "coupon"), ("b", "coupon"), ("a", "coupon")], "coupons[2].id", "duplicate_id", {"id": "a"}),
    ],
)
@pytest.mark.parametrize("use", ["best", "none", []], ids=str)
def test_a_wallet_that_cannot_be(wallet, field, code, params, use):
    coupons = [Coupon(id=name, rule=rule) for name, rule in wallet]
    with pytest.raises(InvalidInput) as caught:
        Engine(RULES).quote(CART, at=NOW, coupons=coupons, use_coupons=use)
    assert (caught.value.field, caught.value.code, caught.value.params) == (field, code, params)


# -- rules ------------------------------------------------------------------------------------------------------------


def problems(*rules, **engine):
    with pytest.raises(InvalidDocument) as caught:
        Engine(rules, **engine)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "rule, problem",
    [
        (off("member-price", 1), ("rule[0].id", "reserved_id")),
        (off("activity-price", 1), ("rule[0].id", "reserved_id")),
        (off("points", 1), ("rule[0].id", "reserved_id")),
        (off("minimum-payable", 1), ("rule[0].id", "reserved_id")),
        (off("freight:t", 1), ("rule[0].id", "reserved_id")),
        (off("r", 1, group="g"), ("rule[0].group", "unknown_id")),
        (off("r", 1, excludes="s"), ("rule[0].excludes[0]", "unknown_id")),
        (off("r", 1, excludes=("group:g",)), ("rule[0].excludes[0]", "unknown_id")),
        (off("r", 1, excludes="r"), ("rule[0].excludes[0]", "excludes_itself")),
        (off("r", 1, starts_at=NOW, ends_at=NOW), ("rule[0].ends_at", "empty_window")),
        (off("r", 1, starts_at=NOW, ends_at=NOW - timedelta(1)), ("rule[0].ends_at", "empty_window")),
        (off("r", 1, funding={"shop": 9999}), ("rule[0].funding", "not_whole")),
        (does("r", AmountOff(1), threshold=Threshold()), ("rule[0].threshold", "one_measure")),
        (does("r", AmountOff(1), threshold=Threshold(amount=1, quantity=1)), ("rule[0].threshold", "one_measure")),
        (does("r", AmountOff(1, every=True)), ("rule[0].benefit.every", "needs_threshold")),
        (
            does("r", AmountOff(1, every=True), threshold=Threshold(distinct=1)),
            ("rule[0].benefit.every", "needs_threshold"),
        ),
        (
            does("r", AmountOff(1, every=True), "item", threshold=Threshold(quantity=1)),
            ("rule[0].benefit.every", "not_allowed"),
        ),
        (does("r", AmountOff(1, every=True), "price"), ("rule[0].benefit.every", "not_allowed")),
        (does("r", AmountOff(1, cap=1), "price"), ("rule[0].benefit.cap", "not_allowed")),
        (does("r", PercentOff(1, cap=1), "price"), ("rule[0].benefit.cap", "not_allowed")),
        (does("r", AmountOff(1), "price", threshold=Threshold(amount=1)), ("rule[0].threshold", "not_allowed")),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be(rule, problem):
    assert problems(rule) == [problem]


LAYERS = ("price", "item", "order", "shop-coupon", "platform-coupon", "freight")
COUPONS = {"shop-coupon", "platform-coupon"}


@pytest.mark.parametrize(
    "benefit, allowed",
    [
        (AmountOff(1), {"price", "item", "order"} | COUPONS),
        (PercentOff(1), {"price", "item", "order"} | COUPONS),
        (UnitPrice(1), {"price", "item"}),
        (NthUnit(2, 1), {"item"}),
        (BuyGet(1, 1), {"item"}),
        (Bundle(1, 1), {"item"}),
        (Tiers([Step(amount=1, off=1)]), {"order"} | COUPONS),
        (Gift("G"), {"order"} | COUPONS),
        (PointsMultiplier(1), {"order"} | COUPONS),
        (Exchange(), COUPONS),
        (FreeShipping(), {"freight"} | COUPONS),
        (ShippingOff(1), {"freight"} | COUPONS),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else value.kind,
)
def test_the_kinds_of_each_layer(benefit, allowed):
    for layer in LAYERS:
        if layer in allowed:
            Engine([does("r", benefit, layer)])
        else:
            assert problems(does("r", benefit, layer)) == [("rule[0].benefit.kind", "wrong_layer")]


@pytest.mark.parametrize(
    "steps, problem",
    [
        ([], ("rule[0].benefit.steps", "empty")),
        ([Step(off=1)], ("rule[0].benefit.steps[0]", "one_measure")),
        ([Step(amount=1, quantity=1, off=1)], ("rule[0].benefit.steps[0]", "one_measure")),
        ([Step(amount=1)], ("rule[0].benefit.steps[0]", "one_cut")),
        ([Step(amount=1, off=1, percent=1)], ("rule[0].benefit.steps[0]", "one_cut")),
        ([Step(amount=1, off=1), Step(quantity=2, off=2)], ("rule[0].benefit.steps[1]", "mixed_measures")),
        ([Step(amount=2, off=1), Step(amount=2, off=2)], ("rule[0].benefit.steps[1]", "not_ascending")),
        ([Step(amount=200, off=20), Step(amount=300, off=19)], ("rule[0].benefit.steps[1]", "shrinking_ladder")),
        # 10 % of 3.00 is 0.30.
        ([Step(amount=200, percent=1000), Step(amount=300, off=29)], ("rule[0].benefit.steps[1]", "shrinking_ladder")),
        ([Step(quantity=2, off=20), Step(quantity=3, off=19)], ("rule[0].benefit.steps[1]", "shrinking_ladder")),
        ([Step(quantity=2, off=20), Step(quantity=3, percent=900)], ("rule[0].benefit.steps[1]", "mixed_cuts")),
    ],
    ids=str,
)
def test_a_ladder_that_cannot_be(steps, problem):
    assert problems(does("r", Tiers(steps))) == [problem]


def test_a_step_may_give_just_what_the_step_below_gives_there():
    ladder = Tiers([Step(amount=200, percent=1000), Step(amount=300, off=30)])
    assert Engine([does("r", ladder)]).rules.rules[0].benefit == ladder


@pytest.mark.parametrize("benefit", [Gift("G"), FreeShipping(), ShippingOff(1)], ids=repr)
def test_gifts_and_shipping_do_not_share_lines_out(benefit):
    rule = does("r", benefit, "shop-coupon", group="g")
    assert problems(rule, groups=[Group(id="g", per="line")]) == [("rule[0].group", "not_allowed")]


@pytest.mark.parametrize("layer", ["item", "order", "shop-coupon", "freight"])
def test_nothing_excludes_a_price_rule(layer):
    # A price rule is never dropped and takes no `excludes` itself, so a rule that names one would be ignored.
    benefit = ShippingOff(100) if layer == "freight" else PercentOff(1000)
    rules = [does("sale", UnitPrice(1), "price"), does("r", benefit, layer, excludes="sale")]
    assert problems(*rules) == [("rule[1].excludes[0]", "not_allowed")]


def test_a_group_per_line_has_no_number():
    assert problems(groups=[Group(id="g", per="line", pick=2)]) == [("group[0].pick", "not_allowed")]


def test_templates_that_cannot_be():
    region = FreightRegion(region=("a", "b", "a"), start=1, start_fee=1)
    other = FreightRegion(region="b", start=1, start_fee=1)
    free = FreeCondition(thresholds=[Threshold(amount=1), Threshold()], match="any")
    short = FreeCondition(thresholds=[Threshold(amount=1, distinct=1)])
    templates = [
        FreightTemplate(id="t", by="piece", regions=[region, other], free=free),
        FreightTemplate(id="t", by="piece", regions=[], free=short),
        FreightTemplate(
            id="u",
            by="piece",
            regions=[FreightRegion(region=(), start=1, start_fee=1)],
            free=FreeCondition(thresholds=(), match="any"),
        ),
    ]
    assert problems(freight=templates) == [
        ("freight[0].regions[0].region[2]", "duplicate_region"),
        ("freight[0].regions[1].region[0]", "duplicate_region"),
        ("freight[0].free.any[1]", "one_measure"),
        ("freight[1].id", "duplicate_id"),
        ("freight[1].regions", "empty"),
        ("freight[1].free", "one_measure"),
        ("freight[2].regions[0].region", "empty"),
        ("freight[2].free.any", "empty"),
    ]


def test_every_problem_is_told_at_once():
    rules = [off("r", 1, group="g"), off("r", 1, funding={"shop": 1})]
    assert problems(*rules) == [
        ("rule[0].group", "unknown_id"),
        ("rule[1].id", "duplicate_id"),
        ("rule[1].funding", "not_whole"),
    ]


@pytest.mark.parametrize(
    "engine, field",
    [
        ({"rules": [5]}, "rules"),
        ({"groups": ["g"]}, "groups"),
        ({"freight": [5]}, "freight"),
        ({"points": 5}, "points"),
        ({"rules": None}, "rules"),
        ({"policy": {}}, "policy"),
    ],
    ids=str,
)
def test_an_engine_takes_typed_rules_only(engine, field):
    with pytest.raises(InvalidInput) as caught:
        Engine(**engine)
    assert (caught.value.field, caught.value.code) == (field, "wrong_type")
