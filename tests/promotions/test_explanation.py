"""What the explanation of a price says, with numbers worked out by hand. Amounts are fen."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from minishop import Cart, CartLine, Coupon, Engine
from minishop.errors import CallerError, InvalidInput
from minishop.messages import catalogue
from minishop.promotions import Group, PointsPolicy, Policy, Rule, Scope, Threshold
from minishop.promotions.benefits import AmountOff, PercentOff
from minishop.quotes import PointsRequest, QuoteRequest, Rival
from minishop.testing.strategies import scenarios

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)


def off(rule, threshold, amount, layer="order", **more):
    return Rule(id=rule, layer=layer, threshold=Threshold(amount=threshold), benefit=AmountOff(amount), **more)


def line(name, price, quantity=1, **more):
    return CartLine(id=name, sku=f"S{name}", quantity=quantity, unit_price=price, **more)


ONE = Group(id="one", pick=1)


def test_an_applied_rule_says_on_what_base_it_took_how_much_off_which_line():
    rules = [off("a", 30000, 5000, priority=1), off("b", 20000, 3000, scope=Scope(sku="S1"))]
    quote = Engine(rules).quote(Cart([line("1", 30000), line("2", 10000)]), at=NOW)
    first, second = quote.explain().entries
    assert (first.rule, first.params["base"], first.params["reach"], first.params["measured"]) == (
        "a",
        40000,
        30000,
        40000,
    )
    assert first.lines == {"1": 3750, "2": 1250}
    # The second one sees line 1 after the first: 300.00 - 37.50.
    assert (second.params["base"], second.params["amount"], second.lines) == (26250, 3000, {"1": 3000})
    assert "-50.00 on 400.00: S1 37.50, S2 12.50" in first.text
    assert "asks for 200.00, there is 262.50" in second.text


def test_the_chosen_one_names_its_rival_and_what_that_would_have_cost():
    rules = [off("50", 30000, 5000, group="one"), off("40", 20000, 4000, group="one")]
    quote = Engine(rules, groups=[ONE]).quote(Cart([line("1", 30000)]), at=NOW)
    chosen = quote.explain().of("50")
    assert chosen is not None
    assert chosen.rivals == (Rival("40", None, 1000),)
    assert "chosen over 40, with which the cart would cost 10.00 more" in chosen.text


def test_under_priority_a_cheaper_rival_is_named_too():
    rules = [off("first", 10000, 1000, group="one", priority=1), off("cheaper", 10000, 1500, group="one")]
    engine = Engine(rules, groups=[ONE], policy=Policy(choice="priority"))
    explanation = engine.quote(Cart([line("1", 20000)]), at=NOW).explain()
    chosen = explanation.of("first")
    assert chosen is not None
    assert chosen.rivals == (Rival("cheaper", None, -500),)
    assert explanation.summary == "To pay 190.00 for goods of 200.00; rules in order of their priority."


def test_would_cost_more_says_by_how_much_and_against_which_combination():
    # 300.00: the small rule first would leave 255.00 and cost the big one its threshold: 300 - 45 against 300 - 60.
    rules = [off("small", 10000, 4500, priority=1), off("big", 26000, 6000)]
    quote = Engine(rules).quote(Cart([line("1", 30000)]), at=NOW)
    assert [applied.rule for applied in quote.applied] == ["big"]
    left_out = quote.explain().of("small")
    assert left_out is not None
    assert (left_out.code, left_out.params) == ("would_cost_more", {"by": 1500})
    assert (left_out.against, left_out.dropped) == (("big",), ("big",))
    assert "would cost 15.00 more" in left_out.text
    assert "with it, big would miss the threshold" in left_out.text


def test_what_the_clamp_cut_off_is_said():
    rules = [off("a", 10000, 9000, priority=1), off("b", 10000, 5000)]
    quote = Engine(rules, policy=Policy(basis="parallel")).quote(Cart([line("1", 10000)]), at=NOW)
    second = quote.explain().of("b")
    assert second is not None
    assert (second.params["amount"], second.params["unused"]) == (1000, 4000)
    assert "40.00 of it could not be used" in second.text


def test_points_and_the_price_layer_are_explained():
    rules = [Rule(id="sale", layer="price", benefit=PercentOff(1000))]
    engine = Engine(rules, points=PointsPolicy(value=1))
    quote = engine.quote(Cart([line("1", 10000, 2)]), at=NOW, points=PointsRequest(300, "max"))
    sale, points = quote.explain().entries
    assert (sale.params["base"], sale.lines) == (20000, {"1": 2000})
    assert (points.rule, points.params, points.lines) == ("points", {"amount": 300, "used": 300}, {"1": 300})


def test_the_texts_are_chinese_for_chinese_readers():
    rules = [
        off("618", 30000, 5000, name="618 每满300减50", group="one"),
        off("n", 20000, 4000, name="满200减40", group="one"),
    ]
    engine = Engine([*rules, off("far", 90000, 100, name="满900减1")], groups=[ONE])
    text = str(engine.quote(Cart([line("1", 30000)]), at=NOW).explain("zh-CN"))
    assert text.splitlines() == [
        "商品总额 300.00 元，应付 250.00 元；没有更省的优惠组合。",
        "",
        "✓ 618 每满300减50：按 300.00 元计算，减 50.00 元，分摊：S1 50.00",
        "  门槛 300.00 元，已有 300.00 元",
        "  没有选“满200减40”：换成它要多付 10.00 元",
        "",
        "✗ 满900减1：还差 600.00 元",
        "",
        "✗ 满200减40：已享“618 每满300减50”",
    ]


def test_a_locale_of_the_apps_own():
    own = catalogue("en").with_texts({"explain:rejected": "NO {name} ({reason})"}, language="en-XX")
    explanation = Engine([off("a", 90000, 100)]).quote(Cart([line("1", 30000)]), at=NOW).explain(own)
    assert explanation.language == "en-XX"
    assert explanation.entries[0].text == "NO a (600.00 short of its threshold)"


@pytest.mark.parametrize("name", ["quote", "request"])
def test_what_is_no_quote_or_request_is_refused(name):
    cart = Cart([line("1", 100)])
    request = QuoteRequest(cart=cart, at=NOW)
    engine = Engine()
    arguments = {"quote": engine.quote_request(request), "request": request, name: cart}
    with pytest.raises(InvalidInput) as caught:
        engine.explain(**arguments)
    assert (caught.value.field, caught.value.code) == (name, "wrong_type")


@pytest.mark.parametrize("locale", ["fr", None, {"explain:summary": "…"}], ids=str)
def test_an_unknown_locale_is_refused(locale):
    with pytest.raises(InvalidInput) as error:
        Engine().quote(Cart([line("1", 100)]), at=NOW).explain(locale)
    assert error.value.code == "unknown_language"


def test_a_stored_quote_is_explained_by_its_engine():
    engine = Engine([off("a", 10000, 1000)])
    request = QuoteRequest(cart=Cart([line("1", 10000)]), at=NOW)
    fresh = engine.quote_request(request)
    stored = fresh.stored()
    assert engine.explain(stored, request) == fresh.explain()
    with pytest.raises(CallerError) as error:
        stored.explain()
    assert error.value.code == "stored_quote"
    with pytest.raises(CallerError, match="quote the cart again"):
        stored.find_hints()
    with pytest.raises(InvalidInput) as error:
        Engine([off("a", 10000, 1001)]).explain(stored, request)
    assert error.value.code == "other_rules"
    with pytest.raises(InvalidInput) as error:
        engine.explain(stored, QuoteRequest(cart=Cart([line("1", 10001)]), at=NOW))
    assert error.value.code == "other_quote"


def test_an_undeliverable_cart_is_explained_without_a_price():
    held = [Coupon(id="c", rule="a")]
    engine = Engine([off("a", 10000, 1000, layer="shop-coupon")])
    explanation = engine.quote(Cart([line("1", 9000)]), at=NOW, coupons=held, use_coupons=["c", "zz"]).explain()
    assert [(entry.rule, entry.coupon, entry.code) for entry in explanation.entries] == [
        ("a", "c", "below_amount"),
        (None, "zz", "not_held"),
    ]


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_every_rule_is_explained_and_the_lines_add_up(scenario):
    quote = scenario.quote()
    explanation = quote.explain()
    applied = [entry for entry in explanation.entries if entry.is_applied and entry.rule != "points"]
    assert [(entry.rule, entry.coupon) for entry in applied] == [(one.rule, one.coupon) for one in quote.applied]
    for entry, one in zip(applied, quote.applied, strict=True):
        assert entry.params["amount"] == one.amount
        if entry.lines:
            assert sum(entry.lines.values()) == one.amount
    rest = [(entry.rule, entry.coupon, entry.code) for entry in explanation.entries if not entry.is_applied]
    assert rest == [(one.rule, one.coupon, one.reason.code) for one in quote.rejected]
    assert all(entry.text and "{" not in entry.text for entry in explanation.entries)
    assert len(quote.explain("zh-CN").to_dict()["entries"]) == len(explanation.entries)
    if quote.optimality.proven and scenario.rules.policy.choice == "best":
        assert all(rival.by >= 0 for entry in applied for rival in entry.rivals)
