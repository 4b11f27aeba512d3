"""Documents that must be refused: where, and by what code."""

import pytest

from minishop import Engine
from minishop.errors import InvalidDocument
from minishop.promotions.documents import parse_rules_json, parse_rules_toml, read_rules
from minishop.quotes.documents import parse_request_json, read_request
from tests.documents.samples import CART, DROP, RULES, spoilt

R = "rule"
RULES_CASES = [
    # the document
    ((), [], "", "wrong_type"),
    (("format",), DROP, "format", "missing_key"),
    (("format",), 2, "format", "unknown_format"),
    (("format",), True, "format", "unknown_format"),
    (("rules",), [], "rules", "unknown_key"),
    ((R,), {}, "rule", "wrong_type"),
    ((R, 0), "618", "rule[0]", "wrong_type"),
    # money
    ((R, 0, "threshold", "amount"), 300, "rule[0].threshold.amount", "wrong_type"),
    ((R, 0, "threshold", "amount"), 300.0, "rule[0].threshold.amount", "wrong_type"),
    ((R, 0, "threshold", "amount"), True, "rule[0].threshold.amount", "wrong_type"),
    ((R, 0, "threshold", "amount"), "300.001", "rule[0].threshold.amount", "too_many_decimals"),
    ((R, 0, "threshold", "amount"), "0.00", "rule[0].threshold.amount", "out_of_range"),
    ((R, 0, "benefit", "amount"), "-5.00", "rule[0].benefit.amount", "negative"),
    ((R, 0, "benefit", "amount"), "5e1", "rule[0].benefit.amount", "malformed"),
    ((R, 0, "benefit", "amount"), "５.00", "rule[0].benefit.amount", "malformed"),
    ((R, 0, "benefit", "amount"), " 5.00", "rule[0].benefit.amount", "malformed"),
    ((R, 0, "benefit", "amount"), "NaN", "rule[0].benefit.amount", "malformed"),
    ((R, 0, "benefit", "amount"), "9" * 30, "rule[0].benefit.amount", "too_large"),
    ((R, 0, "limit", "budget"), "", "rule[0].limit.budget", "malformed"),
    # percentages
    ((R, 3, "benefit", "percent"), "0%", "rule[3].benefit.percent", "out_of_range"),
    ((R, 3, "benefit", "percent"), "100.01%", "rule[3].benefit.percent", "out_of_range"),
    ((R, 3, "benefit", "percent"), "12.555%", "rule[3].benefit.percent", "malformed"),
    ((R, 3, "benefit", "percent"), "12", "rule[3].benefit.percent", "malformed"),
    ((R, 3, "benefit", "percent"), 0.125, "rule[3].benefit.percent", "wrong_type"),
    # shapes
    ((R, 0, "benefit", "evry"), True, "rule[0].benefit.evry", "unknown_key"),
    ((R, 0, "benefit"), DROP, "rule[0].benefit", "missing_key"),
    ((R, 0, "benefit"), {}, "rule[0].benefit.kind", "missing_key"),
    ((R, 0, "benefit", "kind"), "half-price", "rule[0].benefit.kind", "unknown_value"),
    ((R, 0, "benefit", "every"), 1, "rule[0].benefit.every", "wrong_type"),
    ((R, 0, "id"), "", "rule[0].id", "empty"),
    ((R, 0, "id"), 618, "rule[0].id", "wrong_type"),
    ((R, 0, "layer"), "orders", "rule[0].layer", "unknown_value"),
    ((R, 0, "priority"), "high", "rule[0].priority", "wrong_type"),
    ((R, 0, "excludes"), "new-20", "rule[0].excludes", "wrong_type"),
    ((R, 0, "scope", "category"), "home", "rule[0].scope.category", "wrong_type"),
    ((R, 0, "scope", "category"), [], "rule[0].scope.category", "empty"),
    ((R, 0, "scope", "category"), [""], "rule[0].scope.category[0]", "empty"),
    ((R, 0, "scope", "colour"), ["red"], "rule[0].scope.colour", "unknown_key"),
    ((R, 0, "scope", "except", "only_undiscounted"), True, "rule[0].scope.except.only_undiscounted", "unknown_key"),
    ((R, 0, "audience", "new_customer"), "yes", "rule[0].audience.new_customer", "wrong_type"),
    ((R, 0, "starts_at"), "2026-06-01T00:00:00", "rule[0].starts_at", "naive_time"),
    ((R, 0, "starts_at"), "1st of June", "rule[0].starts_at", "malformed"),
    ((R, 0, "starts_at"), 1780243200, "rule[0].starts_at", "wrong_type"),
    ((R, 0, "conditions"), [{"kind": "weekday"}], "rule[0].conditions[0].kind", "unknown_value"),
    ((R, 4, "benefit", "n"), 1, "rule[4].benefit.n", "out_of_range"),
    ((R, 4, "benefit", "n"), 10**30, "rule[4].benefit.n", "out_of_range"),
    ((R, 4, "benefit", "order"), "random", "rule[4].benefit.order", "unknown_value"),
    ((R, 5, "benefit", "quantity"), 0, "rule[5].benefit.quantity", "out_of_range"),
    ((R, 12, "benefit", "times"), "0", "rule[12].benefit.times", "out_of_range"),
    ((R, 12, "benefit", "times"), "1.505", "rule[12].benefit.times", "too_many_decimals"),
    ((R, 2, "benefit", "steps"), [], "rule[2].benefit.steps", "empty"),
    # between fields
    ((R, 0, "threshold", "quantity"), 3, "rule[0].threshold", "one_measure"),
    ((R, 0, "threshold"), {}, "rule[0].threshold", "one_measure"),
    ((R, 0, "ends_at"), "2026-06-01T00:00:00+08:00", "rule[0].ends_at", "empty_window"),
    ((R, 0, "funding", "shop"), "50%", "rule[0].funding", "not_whole"),
    ((R, 0, "funding", "bank"), "10%", "rule[0].funding.bank", "unknown_key"),
    ((R, 0, "threshold"), DROP, "rule[0].benefit.every", "needs_threshold"),
    ((R, 0, "threshold"), {"distinct": 2}, "rule[0].benefit.every", "needs_threshold"),
    ((R, 0, "layer"), "item", "rule[0].benefit.every", "not_allowed"),
    ((R, 4, "layer"), "order", "rule[4].benefit.kind", "wrong_layer"),
    ((R, 8, "layer"), "order", "rule[8].benefit.kind", "wrong_layer"),
    ((R, 9, "layer"), "order", "rule[9].benefit.kind", "wrong_layer"),
    ((R, 2, "layer"), "freight", "rule[2].benefit.kind", "wrong_layer"),
    ((R, 3, "benefit", "cap"), "5.00", "rule[3].benefit.cap", "not_allowed"),
    ((R, 3, "group"), "full-reduction", "rule[3].group", "not_allowed"),
    ((R, 3, "threshold"), {"quantity": 2}, "rule[3].threshold", "not_allowed"),
    ((R, 3, "excludes"), ["618"], "rule[3].excludes", "not_allowed"),
    (
        (R, 3, "benefit"),
        {"kind": "amount-off", "amount": "1.00", "every": True},
        "rule[3].benefit.every",
        "not_allowed",
    ),
    ((R, 2, "threshold"), {"amount": "1.00"}, "rule[2].threshold", "not_allowed"),
    ((R, 2, "benefit", "steps", 0, "quantity"), 1, "rule[2].benefit.steps[0]", "one_measure"),
    ((R, 2, "benefit", "steps", 1), {"quantity": 3, "off": "20.00"}, "rule[2].benefit.steps[1]", "mixed_measures"),
    ((R, 2, "benefit", "steps", 0, "percent"), "1%", "rule[2].benefit.steps[0]", "one_cut"),
    ((R, 2, "benefit", "steps", 1, "amount"), "100.00", "rule[2].benefit.steps[1]", "not_ascending"),
    ((R, 2, "benefit", "steps", 1, "percent"), "4.99%", "rule[2].benefit.steps[1]", "shrinking_ladder"),
    (
        (R, 2, "benefit", "steps"),
        [{"quantity": 2, "off": "5.00"}, {"quantity": 3, "off": "4.00"}],
        "rule[2].benefit.steps[1]",
        "shrinking_ladder",
    ),
    (
        (R, 2, "benefit", "steps"),
        [{"quantity": 2, "off": "5.00"}, {"quantity": 3, "percent": "50%"}],
        "rule[2].benefit.steps[1]",
        "mixed_cuts",
    ),
    # between rules
    ((R, 1, "id"), "618", "rule[1].id", "duplicate_id"),
    ((R, 1, "id"), "member-price", "rule[1].id", "reserved_id"),
    ((R, 1, "id"), "freight:x", "rule[1].id", "reserved_id"),
    ((R, 0, "group"), "nowhere", "rule[0].group", "unknown_id"),
    ((R, 0, "excludes"), ["new-21"], "rule[0].excludes[0]", "unknown_id"),
    ((R, 0, "excludes"), ["new-20", "group:x"], "rule[0].excludes[1]", "unknown_id"),
    ((R, 0, "excludes"), ["618"], "rule[0].excludes[0]", "excludes_itself"),
    ((R, 0, "excludes", 0), "sale", "rule[0].excludes[0]", "not_allowed"),
    ((R, 0, "starts_at"), "0001-01-01T00:00:00+08:00", "rule[0].starts_at", "out_of_range"),
    ((R, 0, "ends_at"), "9999-12-31T23:59:59-08:00", "rule[0].ends_at", "out_of_range"),
    ((R, 0, "name"), "\ud83c", "rule[0].name", "malformed"),
    ((R, 0, "scope", "category"), ["home", "\udc00"], "rule[0].scope.category[1]", "malformed"),
    ((R, 11, "group"), "shared-out", "rule[11].group", "not_allowed"),
    ((R, 9, "group"), "shared-out", "rule[9].group", "not_allowed"),
    (("group", 1, "id"), "full-reduction", "group[1].id", "duplicate_id"),
    (("group", 1, "pick"), 2, "group[1].pick", "not_allowed"),
    (("group", 0, "pick"), 0, "group[0].pick", "out_of_range"),
    (("group", 0, "pick"), "all", "group[0].pick", "wrong_type"),
    (("group", 0, "per"), "item", "group[0].per", "unknown_value"),
    # policy, points, freight
    (("policy", "basis"), "serial", "policy.basis", "unknown_value"),
    (("policy", "minimum_payable"), "0.02", "policy.minimum_payable", "out_of_range"),
    (("policy", "search_nodes"), 0, "policy.search_nodes", "out_of_range"),
    (("points", "value"), "0.00", "points.value", "out_of_range"),
    (("points", "value"), DROP, "points.value", "missing_key"),
    (("points", "max_share"), "101%", "points.max_share", "out_of_range"),
    (("points", "step"), 0, "points.step", "out_of_range"),
    (("freight", 0, "by"), "parcel", "freight[0].by", "unknown_value"),
    (("freight", 0, "regions"), [], "freight[0].regions", "empty"),
    (("freight", 0, "regions", 0, "extra"), "0", "freight[0].regions[0].extra", "out_of_range"),
    (("freight", 0, "regions", 0, "start"), "0.0000001", "freight[0].regions[0].start", "too_many_decimals"),
    (("freight", 0, "regions", 0, "region"), ["*", "*"], "freight[0].regions[0].region[1]", "duplicate_region"),
    (("freight", 1, "regions", 0, "start"), "1.5", "freight[1].regions[0].start", "too_many_decimals"),
    (("freight", 0, "free", "quantity"), 3, "freight[0].free", "one_measure"),
    (("freight", 0, "free"), {"all": []}, "freight[0].free.all", "empty"),
    (("freight", 1, "id"), "default", "freight[1].id", "duplicate_id"),
]

CART_CASES = [
    ((), "cart", "", "wrong_type"),
    (("at",), DROP, "at", "missing_key"),
    (("at",), "2026-06-02T12:00:00", "at", "naive_time"),
    (("lines",), DROP, "lines", "missing_key"),
    (("lines",), {}, "lines", "wrong_type"),
    (("basket",), [], "basket", "unknown_key"),
    (("lines", 0, "id"), DROP, "lines[0].id", "missing_key"),
    (("lines", 0, "sku"), None, "lines[0].sku", "wrong_type"),
    (("lines", 0, "quantity"), 0, "lines[0].quantity", "out_of_range"),
    (("lines", 0, "quantity"), "2", "lines[0].quantity", "wrong_type"),
    (("lines", 0, "quantity"), True, "lines[0].quantity", "wrong_type"),
    (("lines", 0, "unit_price"), 59.9, "lines[0].unit_price", "wrong_type"),
    (("lines", 0, "unit_price"), "59.901", "lines[0].unit_price", "too_many_decimals"),
    (("lines", 0, "activity_price"), "60.00", "lines[0].activity_price", "above_list_price"),
    (("lines", 0, "member_prices"), ["gold"], "lines[0].member_prices", "wrong_type"),
    (("lines", 0, "member_prices", "gold"), 5690, "lines[0].member_prices.gold", "wrong_type"),
    (("lines", 0, "weight"), 0.35, "lines[0].weight", "wrong_type"),
    (("lines", 0, "weight"), "0.1234567", "lines[0].weight", "too_many_decimals"),
    (("lines", 0, "weight"), "-1", "lines[0].weight", "malformed"),
    (("lines", 0, "selected"), "yes", "lines[0].selected", "wrong_type"),
    (("lines", 0, "colour"), "red", "lines[0].colour", "unknown_key"),
    (("lines", 1, "id"), "1", "lines[1].id", "duplicate_id"),
    (("lines", 1, "unit_price"), "x", "lines[1].unit_price", "malformed"),
    (("coupons", 0, "rule"), DROP, "coupons[0].rule", "missing_key"),
    (("coupons", 0, "valid_until"), "2026-06-30", "coupons[0].valid_until", "naive_time"),
    (("coupons", 1), {"id": "c1", "rule": "new-20"}, "coupons[1].id", "duplicate_id"),
    (("use_coupons",), "all", "use_coupons", "unknown_value"),
    (("use_coupons",), [1], "use_coupons[0]", "wrong_type"),
    (("points", "balance"), -1, "points.balance", "out_of_range"),
    (("points", "use"), "all", "points.use", "unknown_value"),
    (("destination",), "440000", "destination", "wrong_type"),
    (("at",), "0001-01-01T00:00:00+08:00", "at", "out_of_range"),
    (("lines", 0, "sku"), "\ud800", "lines[0].sku", "malformed"),
    (("lines", 0, "member_prices", "\ud800"), "1.00", "lines[0].member_prices.\ud800", "malformed"),
    (("lines", 0, "member_prices", ""), "1.00", "lines[0].member_prices.", "empty"),
    (("gift_stock", "G1"), -1, "gift_stock.G1", "out_of_range"),
    (("usage", "618", "budget"), 1250, "usage.618.budget", "wrong_type"),
    (("shopper", "vip"), True, "shopper.vip", "unknown_key"),
]


def name(value):
    return value if isinstance(value, str) else None


def found(error):
    return [(problem.path, problem.code) for problem in error.value.problems]


@pytest.mark.parametrize("place, value, path, code", RULES_CASES, ids=name)
def test_a_spoilt_rules_document_is_refused_for_just_that(place, value, path, code):
    with pytest.raises(InvalidDocument) as error:
        read_rules(spoilt(RULES, place, value))
    assert (path, code) in found(error)
    assert len(found(error)) <= 3, "one fault, and what follows from it"


@pytest.mark.parametrize("place, value, path, code", CART_CASES, ids=name)
def test_a_spoilt_cart_document_is_refused_for_just_that(place, value, path, code):
    with pytest.raises(InvalidDocument) as error:
        read_request(spoilt(CART, place, value))
    assert found(error) == [(path, code)]


def test_there_are_enough_of_them():
    assert len(RULES_CASES) + len(CART_CASES) >= 90


def test_every_fault_is_named_not_only_the_first():
    document = RULES
    for place, value in [
        ((R, 0, "threshold", "amount"), 300.0),
        ((R, 1, "id"), "points"),
        ((R, 3, "group"), "full-reduction"),
        (("points", "step"), 0),
        (("freight", 0, "regions", 0, "extra"), "0"),
        (("colour",), "red"),
    ]:
        document = spoilt(document, place, value)
    with pytest.raises(InvalidDocument) as error:
        read_rules(document)
    assert {path for path, _ in found(error)} == {
        "rule[0].threshold.amount",
        "rule[1].id",
        "rule[3].group",
        "points.step",
        "freight[0].regions[0].extra",
        "colour",
    }


def test_a_rule_with_a_fault_is_not_unknown_to_others():
    document = spoilt(RULES, (R, 1, "threshold", "amount"), 99)
    with pytest.raises(InvalidDocument) as error:
        read_rules(document)
    assert found(error) == [("rule[1].threshold.amount", "wrong_type")]


def test_a_near_miss_is_suggested():
    with pytest.raises(InvalidDocument, match="did you mean 'every'"):
        read_rules(spoilt(RULES, (R, 0, "benefit", "evry"), True))


def test_the_text_has_one_line_per_problem():
    with pytest.raises(InvalidDocument) as error:
        read_rules({"format": 1, "rule": [{"id": "a"}]})
    assert str(error.value).splitlines() == [
        "rule[0].layer: missing_key: is required",
        "rule[0].benefit: missing_key: is required",
    ]


@pytest.mark.parametrize(
    "text, code, says",
    [
        ("", "malformed", "line 1, column 1"),
        ("{", "malformed", "line 1, column 2"),
        ('{"format": 1, "format": 1}', "duplicate_key", "'format' stands twice"),
        ('{"format": NaN}', "malformed", "NaN is not JSON"),
        ("[" * 100_000, "malformed", "too deep"),
        ('{"format": ' + "9" * 5000 + "}", "malformed", "too long"),
        ('{"format": 1e' + "9" * 30 + "}", "malformed", "too long"),
        ("\x00", "malformed", "line 1, column 1"),
    ],
    ids=["empty", "open", "twice", "nan", "deep", "long", "exponent", "nul"],
)
def test_text_that_is_not_json_is_refused(text, code, says):
    for parse in (parse_rules_json, parse_request_json):
        with pytest.raises(InvalidDocument, match=says) as error:
            parse(text)
        assert found(error) == [("", code)]


@pytest.mark.parametrize(
    "text", ["format = ", "format = 1\nformat = 1", "a = [" * 5000, "x = 2026-13-01T00:00:00Z"], ids=str
)
def test_text_that_is_not_toml_is_refused(text):
    with pytest.raises(InvalidDocument) as error:
        parse_rules_toml(text)
    assert found(error) == [("", "malformed")]


def test_a_toml_float_is_refused_where_money_is_meant():
    text = 'format = 1\n[[rule]]\nid = "a"\nlayer = "order"\nbenefit = { kind = "amount-off", amount = 5.0 }'
    with pytest.raises(InvalidDocument) as error:
        Engine.from_toml(text)
    assert found(error) == [("rule[0].benefit.amount", "wrong_type")]
