"""Freight: tariffs, regions, free conditions, combinations, and what shipping rules and coupons take off."""

import pytest

from minishop import Coupon, Engine
from minishop.errors import InvalidInput
from minishop.promotions import (
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    PointsPolicy,
    Policy,
    Scope,
    Threshold,
)
from minishop.promotions.benefits import FreeShipping, ShippingOff
from minishop.quotes import PointsRequest
from minishop.quotes.documents import read_request
from tests.promotions.build import does, flat, held, line, off, price, reasons, taken


def template(name, by, start, start_fee, extra=1, extra_fee=0, *, region="*", free=None):
    regions = [FreightRegion(region=region, start=start, start_fee=start_fee, extra=extra, extra_fee=extra_fee)]
    return FreightTemplate(id=name, by=by, regions=regions, free=free)


def free(match="all", **measures):
    return FreeCondition(thresholds=[Threshold(**{key: value}) for key, value in measures.items()], match=match)


def sent(*lines, by, **more):
    return price([], lines, freight=[by], **more)


# -- tariffs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces, fee", [(1, 600), (2, 600), (3, 750), (4, 750), (5, 900), (7, 1050)])
def test_by_piece(pieces, fee):
    # 2 pieces for 6.00, every two begun beyond for 1.50.
    quote = sent(line("1", 100, pieces, freight="t"), by=template("t", "piece", 2, 600, 2, 150))
    assert (quote.freight, quote.freight_list, quote.payable) == (fee, fee, pieces * 100 + fee)


@pytest.mark.parametrize(
    "milligrams, fee",
    [(0, 800), (350_000, 800), (1_000_000, 800), (1_000_001, 1000), (1_500_000, 1000), (2_300_000, 1400)],
)
def test_by_weight(milligrams, fee):
    # 1 kg for 8.00, every begun half kilogram beyond for 2.00.
    by_weight = template("t", "weight", 1_000_000, 800, 500_000, 200)
    assert sent(line("1", 100, freight="t", weight_mg=milligrams), by=by_weight).freight == fee


def test_by_volume():
    # 3 x 0.007 = 0.021 m3: 0.01 for 10.00, 0.011 beyond are three begun steps of 0.005 at 3.00.
    by_volume = template("t", "volume", 10_000, 1000, 5_000, 300)
    assert sent(line("1", 100, 3, freight="t", volume_cm3=7_000), by=by_volume).freight == 1900


def test_measures_are_summed_before_the_steps_are_counted():
    # 2 x 0.3 + 0.6 = 1.2 kg: 8.00 + 2.00, where each line alone would ship in the first kilogram.
    by_weight = template("t", "weight", 1_000_000, 800, 500_000, 200)
    lines = [line("1", 100, 2, freight="t", weight_mg=300_000), line("2", 100, freight="t", weight_mg=600_000)]
    assert sent(*lines, by=by_weight).freight == 1000


def test_six_decimals_of_a_document_are_exact():
    # 3 x 0.333334 kg = 1.000002 kg is beyond 1 kg; 3 x 0.333333 is not.
    engine = Engine.from_document(
        {
            "format": 1,
            "freight": [
                {
                    "id": "t",
                    "by": "weight",
                    "regions": [
                        {"region": ["*"], "start": "1", "start_fee": "8.00", "extra": "0.1", "extra_fee": "2.00"}
                    ],
                }
            ],
        }
    )

    def fee(weight):
        goods = {"id": "1", "sku": "S", "quantity": 3, "unit_price": "1.00", "freight": "t", "weight": weight}
        return engine.quote_request(read_request({"at": "2026-06-02T12:00:00+08:00", "lines": [goods]})).freight

    assert (fee("0.333333"), fee("0.333334")) == (800, 1000)


def test_a_line_without_a_template_ships_free():
    quote = sent(line("1", 100), line("2", 100, freight="t"), by=template("t", "piece", 1, 600, 1, 600))
    assert quote.freight == 600
    nothing = sent(line("1", 100), by=flat())
    assert (nothing.freight, nothing.freight_list, nothing.payable) == (0, 0, 100)


def test_unselected_lines_do_not_ship():
    assert sent(line("1", 100), line("2", 100, freight="post", selected=False), by=flat()).payable == 100


# -- regions ----------------------------------------------------------------------------------------------------------

REGIONAL = FreightTemplate(
    id="t",
    by="piece",
    regions=[
        FreightRegion(region="*", start=1, start_fee=1500),
        FreightRegion(region=("440000", "330000"), start=1, start_fee=800),
        FreightRegion(region="440300", start=1, start_fee=500),
    ],
)


@pytest.mark.parametrize(
    "destination, fee",
    [
        (None, 1500),
        ((), 1500),
        (("110000",), 1500),
        (("*",), 1500),
        (("440000",), 800),
        (("440000", "440400"), 800),
        (("330000", "330100"), 800),
        (("440000", "440300"), 500),
        (("440000", "440300", "440305"), 500),
    ],
)
def test_the_most_specific_region_wins(destination, fee):
    assert sent(line("1", 100, freight="t"), by=REGIONAL, destination=destination).freight == fee


def test_no_region_is_undeliverable_and_never_free():
    local = template("t", "piece", 1, 800, region="440000", free=free(amount=1))
    quote = price(
        [off("r", 1000)],
        [line("2", 5000, freight="t"), line("3", 5000), line("1", 5000, freight="t")],
        freight=[local],
        points=PointsPolicy(value=1),
        spend=PointsRequest(500, "max"),
        destination=("110000",),
    )
    assert (quote.payable, quote.freight, quote.freight_list) == (None, None, None)
    assert quote.undeliverable == ("2", "1")
    assert (quote.goods_total, quote.discount_total, quote.points.used) == (15000, 1000, 0)
    assert quote.hints == ()
    assert quote.to_dict()["undeliverable"] == ["2", "1"]
    assert sent(line("1", 100, freight="t"), by=local).payable is None


def test_what_can_be_delivered_has_no_such_key():
    assert "undeliverable" not in sent(line("1", 100, freight="post"), by=flat()).to_dict()


def test_the_minimum_is_not_applied_to_what_cannot_be_delivered():
    local = template("t", "piece", 1, 800, region="440000")
    lines = [line("1", 100, freight="t")]
    quote = price([off("r", 100)], lines, freight=[local], policy=Policy(minimum_payable=1))
    assert (quote.payable, quote.discount_total) == (None, 100)


# -- free -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition, is_free",
    [
        (free(amount=9000), True),
        (free(amount=9001), False),
        (free(quantity=3), True),
        (free(quantity=4), False),
        (free(distinct=2), True),
        (free(distinct=3), False),
        (free(amount=9000, quantity=3), True),
        (free(amount=9000, quantity=4), False),
        (free("any", amount=9001, quantity=3), True),
        (free("any", amount=9001, quantity=4), False),
    ],
    ids=str,
)
def test_a_template_is_free_from(condition, is_free):
    lines = [line("1", 3000, 2, freight="t"), line("2", 3000, freight="t")]
    quote = sent(*lines, by=template("t", "piece", 1, 800, free=condition))
    assert (quote.freight, quote.freight_list) == (0 if is_free else 800, 800)
    assert [entry.to_dict() for entry in quote.applied] == [
        {"rule": "freight:t", "coupon": None, "layer": "freight", "amount": 800, "unused": 0, "funding": {"shop": 800}}
    ] * is_free


def test_only_the_templates_own_lines_count():
    lines = [line("1", 5000, freight="t"), line("2", 5000, freight="post"), line("3", 5000)]
    templates = [template("t", "piece", 1, 600, free=free(amount=5001)), flat(free=free(amount=5000))]
    quote = price([], lines, freight=templates)
    assert (quote.freight, taken(quote)) == (600, {"freight:post": 800})


@pytest.mark.parametrize(
    "short, long",
    [
        ({"amount": "90.00"}, {"all": [{"amount": "90.00"}]}),
        ({"quantity": 3}, {"any": [{"quantity": 3}]}),
        ({"distinct": 1}, {"all": [{"distinct": 1}, {"quantity": 1}]}),
    ],
)
def test_the_short_form_is_one_threshold(short, long):
    for condition in (short, long):
        engine = Engine.from_document(
            {
                "format": 1,
                "freight": [
                    {
                        "id": "t",
                        "by": "piece",
                        "regions": [{"region": ["*"], "start": "1", "start_fee": "8.00"}],
                        "free": condition,
                    }
                ],
            }
        )
        goods = {"id": "1", "sku": "S", "quantity": 3, "unit_price": "30.00", "freight": "t"}
        quote = engine.quote_request(read_request({"at": "2026-06-02T12:00:00+08:00", "lines": [goods]}))
        assert quote.payable == 9000


@pytest.mark.parametrize(
    "basis, used, fee",
    [("list", "max", 0), ("after-discounts", "max", 0), ("after-points", "max", 800), ("after-points", "none", 0)],
)
def test_after_points_tests_what_points_left(basis, used, fee):
    # 100.00 less 10.00 is 90.00, free from 90.00; 2.00 in points leave 88.00.
    quote = price(
        [off("r", 1000)],
        [line("1", 10000, freight="post")],
        freight=[flat(free=free(amount=9000))],
        policy=Policy(free_shipping_basis=basis),
        points=PointsPolicy(value=1),
        spend=PointsRequest(200, used),
    )
    points = 200 if used == "max" else 0
    assert (quote.freight, quote.payable) == (fee, 9000 - points + fee)


@pytest.mark.parametrize("basis, fee", [("list", 0), ("after-discounts", 800), ("after-points", 800)])
def test_after_discounts_tests_what_discounts_left(basis, fee):
    # 100.00 less the sale of 5.00 and the order's 5.00 is 90.00, free from 95.00.
    quote = price(
        [off("sale", 500, layer="price"), off("r", 500)],
        [line("1", 10000, freight="post")],
        freight=[flat(free=free(amount=9500))],
        policy=Policy(free_shipping_basis=basis, choice="priority"),
    )
    assert (quote.freight, quote.payable) == (fee, 9000 + fee)


def test_the_search_weighs_free_freight_against_a_discount():
    # With 5.00 off: 90.00 + 8.00. Without: 95.00 and free.
    rules = [off("sale", 500, layer="price"), off("r", 500)]
    goods, post = [line("1", 10000, freight="post")], [flat(free=free(amount=9500))]
    assert price(rules, goods, freight=post).payable == 9500
    assert price(rules, goods, freight=post, policy=Policy(free_shipping_basis="list")).payable == 9000


# -- several templates ------------------------------------------------------------------------------------------------

PIECES = template("a", "piece", 2, 600, 1, 150)
WEIGHT = template("b", "weight", 1_000_000, 800, 1_000_000, 200)


@pytest.mark.parametrize(
    "combine, fee",
    [
        # 4 pieces: 6.00 + 2 x 1.50 = 9.00; 2.5 kg: 8.00 + 2 x 2.00 = 12.00.
        ("sum", 2100),
        ("max", 1200),
        # The 8.00 start is the higher; the pieces pay 4 x 1.50.
        ("highest-first-plus-extra", 1800),
    ],
)
def test_combining_templates(combine, fee):
    lines = [line("1", 100, 4, freight="a"), line("2", 100, freight="b", weight_mg=2_500_000)]
    quote = price([], lines, freight=[PIECES, WEIGHT], policy=Policy(freight_combine=combine))
    assert quote.freight == fee
    assert price([], lines[:1], freight=[PIECES, WEIGHT], policy=Policy(freight_combine=combine)).freight == 900


def test_of_equal_start_fees_the_smaller_id_comes_first():
    # a: 6.00 + 0, and 3 begun pieces of b at 1.00; the other way round it would be 6.00 + 2 x 1.00 and 1 x 5.00.
    dear, cheap = template("a", "piece", 1, 600, 1, 500), template("b", "piece", 1, 600, 1, 100)
    lines = [line("1", 100, 1, freight="a"), line("2", 100, 3, freight="b")]
    policy = Policy(freight_combine="highest-first-plus-extra")
    assert price([], lines, freight=[cheap, dear], policy=policy).freight == 900


def test_a_free_template_leaves_the_rest_to_pay():
    lines = [line("1", 5000, 4, freight="a"), line("2", 100, freight="b", weight_mg=2_500_000)]
    free_pieces = template("a", "piece", 2, 600, 1, 150, free=free(quantity=4))
    for combine, listed, waived in (("sum", 2100, 900), ("max", 1200, 0), ("highest-first-plus-extra", 1800, 600)):
        quote = price([], lines, freight=[free_pieces, WEIGHT], policy=Policy(freight_combine=combine))
        assert (quote.freight_list, quote.freight) == (listed, 1200)
        assert taken(quote) == ({"freight:a": waived} if waived else {})


# -- shipping rules and coupons ---------------------------------------------------------------------------------------

STEPS = template("t", "piece", 1, 500, 1, 100)
TWO = [line("1", 1000, 3, freight="t"), line("2", 1000, 2, freight="t")]  # 5.00 + 4 x 1.00


def test_free_shipping_takes_its_lines_out_of_the_template():
    whole = price([does("r", FreeShipping(), "freight")], TWO, freight=[STEPS])
    assert (whole.freight_list, whole.freight, taken(whole)) == (900, 0, {"r": 900})
    # Two pieces are left: 5.00 + 1.00.
    part = price([does("r", FreeShipping(), "freight", scope=Scope(sku="S1"))], TWO, freight=[STEPS])
    assert (part.freight, taken(part)) == (600, {"r": 300})


@pytest.mark.parametrize("amount, fee, unused", [(400, 500, 0), (900, 0, 0), (2000, 0, 1100)])
def test_shipping_off_is_never_below_0(amount, fee, unused):
    quote = price([does("r", ShippingOff(amount), "freight")], TWO, freight=[STEPS])
    assert (quote.freight, quote.payable) == (fee, 5000 + fee)
    assert [(entry.amount, entry.unused) for entry in quote.applied] == [(900 - fee, unused)]


@pytest.mark.parametrize("amount, fee, unused", [(200, 700, 0), (500, 540, 140)])
def test_shipping_off_takes_its_lines_share(amount, fee, unused):
    # Of 9.00 the two pieces of five bear 3.60.
    rule = does("r", ShippingOff(amount), "freight", scope=Scope(sku="S2"))
    quote = price([rule], TWO, freight=[STEPS])
    assert (quote.freight, [entry.unused for entry in quote.applied]) == (fee, [unused])


def test_shipping_off_takes_nothing_from_a_template_that_is_not_charged():
    rule = does("r", ShippingOff(300), "freight", scope=Scope(sku="S1"))
    lines = [line("1", 100, freight="cheap"), line("2", 100, freight="dear")]
    quote = price([rule], lines, freight=[flat("cheap", 300), flat("dear", 900)], policy=Policy(freight_combine="max"))
    assert (quote.freight, reasons(quote)) == (900, {"r": ("saves_nothing", {})})


def test_free_shipping_comes_before_shipping_off():
    # 9.00; without line 1 6.00; 4.00 off leave 2.00.
    rules = [
        does("off", ShippingOff(400), "freight", priority=1),
        does("free", FreeShipping(), "freight", scope=Scope(sku="S1")),
    ]
    quote = price(rules, TWO, freight=[STEPS])
    assert (quote.freight, taken(quote)) == (200, {"free": 300, "off": 400})


def test_shipping_coupons_and_rules_add_up():
    rules = [does("rule", ShippingOff(300), "freight"), does("coupon", ShippingOff(500), "platform-coupon")]
    quote = price(rules, TWO, freight=[STEPS], coupons=held("coupon"))
    assert (quote.freight, taken(quote)) == (100, {"rule": 300, "c-coupon": 500})


@pytest.mark.parametrize("choice", ["best", "priority"])
@pytest.mark.parametrize("benefit", [FreeShipping(), ShippingOff(500)], ids=str)
def test_a_shipping_coupon_that_saves_nothing_is_not_used(benefit, choice):
    rule = does("r", benefit, "shop-coupon")
    for goods, post in (([line("1", 1000)], []), ([line("1", 1000, freight="post")], [flat(free=free(amount=1))])):
        quote = price([rule], goods, freight=post, coupons=held("r"), policy=Policy(choice=choice))
        assert (quote.payable, reasons(quote)) == (1000, {"c-r": ("saves_nothing", {})})


def test_one_shipping_coupon_is_enough():
    rule = does("r", FreeShipping(), "shop-coupon")
    wallet = [Coupon(id="c1", rule="r"), Coupon(id="c2", rule="r")]
    quote = price([rule], TWO, freight=[STEPS], coupons=wallet)
    assert (quote.payable, taken(quote)) == (5000, {"c1": 900})
    assert reasons(quote) == {"c2": ("saves_nothing", {})}


@pytest.mark.parametrize("basis", ["progressive", "parallel"])
def test_a_freight_rule_tests_what_discounts_left(basis):
    # 100.00 - 10.00 = 90.00, in both presets.
    goods = [line("1", 10000, freight="post")]
    for reach, payable, why in ((9000, 9000, {}), (9500, 9800, {"post": ("below_amount", {"missing": 500})})):
        rules = [off("r", 1000), does("post", FreeShipping(), "freight", threshold=Threshold(amount=reach))]
        quote = price(rules, goods, freight=[flat()], policy=Policy(basis=basis, choice="priority"))
        assert (quote.payable, reasons(quote)) == (payable, why)


@pytest.mark.parametrize("choice", ["best", "priority"])
def test_discounts_on_goods_never_touch_freight_nor_the_other_way_round(choice):
    rules = [off("r", 99999), does("post", ShippingOff(99999), "shop-coupon")]
    goods = [line("1", 1000, freight="post")]
    policy = Policy(choice=choice)
    quote = price(rules, goods, freight=[flat()], policy=policy)
    assert (quote.payable, quote.freight, quote.discount_total) == (800, 800, 1000)
    quote = price(rules[1:], goods, freight=[flat()], coupons=held("post"), policy=policy)
    assert (quote.payable, quote.freight, quote.discount_total) == (1000, 0, 0)
    assert quote.lines[0].adjustments == ()


def test_an_activity_line_pays_freight_that_rules_waive_and_coupons_do_not():
    goods = [line("1", 1000, 3, freight="t", activity_price=500), line("2", 1000, 2, freight="t")]
    coupon = does("coupon", FreeShipping(), "shop-coupon")
    # Of 9.00, three pieces are left: 5.00 + 2 x 1.00.
    quote = price([coupon], goods, freight=[STEPS], coupons=held("coupon"))
    assert (quote.freight_list, quote.freight) == (900, 700)
    quote = price([coupon], goods[:1], freight=[STEPS], coupons=held("coupon"))
    assert (quote.freight, reasons(quote)) == (700, {"c-coupon": ("activity_line", {})})
    assert price([does("rule", FreeShipping(), "freight")], goods, freight=[STEPS]).freight == 0


def test_an_activity_line_counts_for_free_freight_but_not_for_a_shipping_coupon():
    goods = [line("1", 5000, freight="post", activity_price=4000), line("2", 1000, freight="post")]
    assert sent(*goods, by=flat(free=free(amount=5000))).freight == 0
    rule = does("r", FreeShipping(), "shop-coupon", threshold=Threshold(amount=1500))
    quote = price([rule], goods, freight=[flat()], coupons=held("r"))
    assert reasons(quote) == {"c-r": ("below_amount", {"missing": 500})}


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by, more, field, code",
    [
        ("weight", {"volume_cm3": 5}, "lines[1].weight", "missing_measure"),
        ("volume", {"weight_mg": 5}, "lines[1].volume", "missing_measure"),
        ("piece", {"freight": "ghost"}, "lines[1].freight", "unknown_id"),
    ],
)
def test_a_line_that_cannot_be_charged_is_an_input_error(by, more, field, code):
    with pytest.raises(InvalidInput) as caught:
        sent(line("9", 100), line("1", 100, **{"freight": "t", **more}), by=template("t", by, 1, 100))
    assert (caught.value.field, caught.value.code, caught.value.params) == (field, code, {"line": "1"})


def test_a_measure_is_needed_where_nothing_is_delivered_as_well():
    with pytest.raises(InvalidInput, match="by weight"):
        sent(line("1", 100, freight="t"), by=template("t", "weight", 1, 100, region="440000"))
