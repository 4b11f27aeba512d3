"""Freight templates as other shop systems have them (运费模板): where those go wrong, and why a fee is what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop import Engine, allocate
from minishop.errors import InvalidDocument, InvalidInput
from minishop.promotions import FreeCondition, FreightRegion, FreightTemplate, Policy, Threshold
from minishop.quotes.documents import read_request
from tests.promotions.build import flat, line, off, price

KILOGRAM = 1_000_000


def template(name, by, start, start_fee, extra, extra_fee, **more):
    region = FreightRegion(region="*", start=start, start_fee=start_fee, extra=extra, extra_fee=extra_fee)
    return FreightTemplate(id=name, by=by, regions=[region], **more)


def fee(*lines, freight, **more):
    return price([], lines, freight=freight, **more).freight


# -- worked examples --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces, fen", [(10, 1000), (11, 3000), (12, 3000), (20, 3000), (21, 5000), (120, 23000)])
def test_begun_steps_count_whole(pieces, fen):
    assert fee(line("1", 100, pieces, freight="t"), freight=[template("t", "piece", 10, 1000, 10, 2000)]) == fen


def by_weight(start, extra, weight, quantity):
    """The freight of a document, where weights are texts."""
    region = {"region": ["*"], "start": start, "start_fee": "8.00", "extra": extra, "extra_fee": "2.00"}
    engine = Engine.from_document({"format": 1, "freight": [{"id": "t", "by": "weight", "regions": [region]}]})
    goods = {"id": "1", "sku": "S", "quantity": quantity, "unit_price": "1.00", "freight": "t", "weight": weight}
    return engine.quote_request(read_request({"at": "2026-06-02T12:00:00+08:00", "lines": [goods]})).freight


def test_three_tenths_are_not_more_than_three_tenths():
    # In binary fractions 3 x 0.1 - 0.1 is more than two steps of 0.1, which would make three of them: 14.00.
    assert by_weight("0.1", "0.1", "0.1", 3) == 800 + 2 * 200


def test_three_grams_too_much_are_a_step():
    # With two decimals 1.003 would be 1.00, and the step would be lost: 8.00.
    assert by_weight("1", "1", "1.003", 1) == 1000


@pytest.mark.parametrize("combine, fen", [("sum", 2800), ("highest-first-plus-extra", 2300), ("max", 1400)])
def test_two_templates(combine, fen):
    pieces = template("a", "piece", 1, 1000, 1, 200)
    weight = template("b", "weight", KILOGRAM, 800, KILOGRAM, 300)
    lines = [line("1", 100, 3, freight="a"), line("2", 100, freight="b", weight_mg=2_400_000)]
    assert fee(*lines, freight=[pieces, weight], policy=Policy(freight_combine=combine)) == fen


@pytest.mark.parametrize(
    "pieces, each, match, is_free",
    [
        (5, 1980, "all", True),  # 99.00
        (1, 9900, "any", True),
        (4, 2475, "all", False),  # 99.00 of four pieces
        (5, 1979, "all", False),  # 98.95
        (5, 1, "any", True),
    ],
)
def test_number_and_amount_or_either(pieces, each, match, is_free):
    condition = FreeCondition(thresholds=[Threshold(quantity=5), Threshold(amount=9900)], match=match)
    post = [flat(free=condition)]
    assert fee(line("1", each, pieces, freight="post"), freight=post) == (0 if is_free else 800)


@pytest.mark.parametrize("basis, fen", [("after-discounts", 800), ("list", 0)])
def test_what_the_threshold_is_compared_with_is_said(basis, fen):
    # Free from 88.00; goods for 90.00, of which a rule takes 5.00.
    quote = price(
        [off("r", 500)],
        [line("1", 9000, freight="post")],
        freight=[flat(free=FreeCondition(thresholds=[Threshold(amount=8800)]))],
        policy=Policy(free_shipping_basis=basis, choice="priority"),
    )
    assert (quote.freight, quote.discount_total) == (fen, 500)


def test_no_threshold_is_never_reached():
    assert fee(line("1", 10**7, freight="post"), freight=[flat()]) == 800


@pytest.mark.parametrize(
    "weights, policy, parts",
    [
        ([1000, 5000], "largest-remainder", [500, 2500]),
        ([1, 1, 1], "last-line", [1000, 1000, 1000]),
        ([0, 7], "largest-remainder", [0, 3000]),
        ([0, 0], "largest-remainder", [1500, 1500]),
    ],
)
def test_sharing_a_fee_out(weights, policy, parts):
    assert list(allocate(3000, weights, policy=policy)) == parts


@pytest.mark.parametrize("policy, parts", [("last-line", [333, 333, 334]), ("largest-remainder", [334, 333, 333])])
def test_what_does_not_divide(policy, parts):
    assert list(allocate(1000, [1, 1, 1], policy=policy)) == parts


# -- where it does not go ---------------------------------------------------------------------------------------------

REGIONS = [
    FreightRegion(region="*", start=1, start_fee=1500),
    FreightRegion(region="650100", start=1, start_fee=3000),
    FreightRegion(region="440000", start=1, start_fee=800),
]
SOME = FreightTemplate(id="t", by="piece", regions=REGIONS, no_delivery=("650000", "440305"))


@pytest.mark.parametrize(
    "destination, fen",
    [
        (None, 1500),
        (("110000",), 1500),
        (("440000", "440300"), 800),
        (("440000", "440300", "440305"), None),
        (("650000",), None),
        (("650000", "650100"), None),  # although a region names the city
        (("650100",), 3000),
    ],
)
def test_no_delivery_comes_first(destination, fen):
    quote = price([], [line("1", 100, freight="t"), line("2", 100)], freight=[SOME], destination=destination)
    assert quote.freight == fen
    assert quote.undeliverable == (("1",) if fen is None else ())


def document(**more):
    region = {"region": ["*", "440000"], "start": "1", "start_fee": "8.00"}
    return {"format": 1, "freight": [{"id": "t", "by": "piece", "regions": [region], **more}]}


def test_in_a_document():
    engine = Engine.from_document(document(no_delivery=["650000"]))
    goods = {"id": "1", "sku": "S", "quantity": 1, "unit_price": "1.00", "freight": "t"}
    cart = {"at": "2026-06-02T12:00:00+08:00", "lines": [goods], "destination": ["650000", "650100"]}
    assert engine.quote_request(read_request(cart)).undeliverable == ("1",)
    plain = Engine.from_document(document())
    assert plain.digest == Engine.from_document(document(no_delivery=[])).digest != engine.digest


@pytest.mark.parametrize(
    "codes, path, code",
    [
        (["*"], "freight[0].no_delivery[0]", "not_allowed"),
        (["650000", "650000"], "freight[0].no_delivery[1]", "duplicate_region"),
        (["440000"], "freight[0].no_delivery[0]", "duplicate_region"),
        ([""], "freight[0].no_delivery[0]", "empty"),
        ("650000", "freight[0].no_delivery", "wrong_type"),
    ],
)
def test_what_makes_no_sense_is_refused(codes, path, code):
    with pytest.raises(InvalidDocument) as refused:
        Engine.from_document(document(no_delivery=codes))
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, code)]


def test_in_python_too():
    with pytest.raises(InvalidInput):
        FreightTemplate(id="t", by="piece", regions=REGIONS, no_delivery=(5,))


# -- why --------------------------------------------------------------------------------------------------------------


def told(*lines, freight, language="en", **more):
    return price([], lines, freight=freight, **more).explain(language).freight


def test_a_fee_says_how_it_came_about():
    city = FreightRegion(region="440300", start=KILOGRAM, start_fee=800, extra=500_000, extra_fee=200)
    by_weight = FreightTemplate(id="t", by="weight", regions=[REGIONS[0], city])
    (one,) = told(
        line("2", 100, 2, freight="t", weight_mg=600_000),
        line("1", 100, freight="t", weight_mg=100_000),
        line("3", 100),
        freight=[by_weight],
        destination=("440000", "440300", "440305"),
    )
    assert (one.template, one.region, one.by, one.how) == ("t", "440300", "weight", "whole")
    assert (one.measure, one.steps, one.fee, one.lines, one.is_free) == (1_300_000, 1, 1000, ("1", "2"), False)
    assert one.text == "freight t (440300): 1.3 kg: 8.00 up to 1 kg, 1 more of 0.5 kg at 2.00: 10.00"


def test_a_fee_in_chinese_has_a_first_part_and_further_ones():
    region = FreightRegion(region="*", start=1, start_fee=800, extra=1, extra_fee=100)
    template = FreightTemplate(id="t", by="piece", regions=[region])
    (one,) = told(line("1", 100, 3, freight="t"), freight=[template], language="zh-CN", destination=("440000",))
    assert one.text == "运费 t（*）：共 3 件：首 1 件 8.00 元，续 2 次、每 1 件 1.00 元，合计 10.00 元"


def test_why_it_is_free():
    condition = FreeCondition(
        thresholds=[Threshold(amount=20000), Threshold(quantity=3), Threshold(distinct=2)], match="any"
    )
    lines = [line("1", 3000, 2, freight="post"), line("2", 3000, freight="post")]
    (one,) = told(*lines, freight=[flat(free=condition)])
    assert (one.is_free, one.fee) == (True, 800)
    assert one.text.splitlines()[1:] == [
        "  its free condition is reached",
        "  asks for 3 units, there are 3",
        "  asks for 2 different products, there are 2",
    ]
    (one,) = told(*lines, freight=[flat(free=FreeCondition(thresholds=[Threshold(amount=9000)]))], language="zh-CN")
    assert one.text.splitlines()[1:] == ["  已满足包邮条件", "  门槛 90.00 元，已有 90.00 元"]


def test_templates_beside_each_other():
    pieces = template("a", "piece", 1, 1000, 1, 200)
    weight = template("b", "weight", KILOGRAM, 800, KILOGRAM, 300)
    lines = [line("1", 100, 3, freight="a"), line("2", 100, freight="b", weight_mg=2_500_000)]

    def ways(combine):
        found = told(*lines, freight=[pieces, weight], policy=Policy(freight_combine=combine))
        return [(one.template, one.how, one.steps, one.fee) for one in found]

    assert ways("sum") == [("a", "whole", 2, 1400), ("b", "whole", 2, 1400)]
    assert ways("highest-first-plus-extra") == [("a", "whole", 2, 1400), ("b", "extra-only", 3, 900)]
    assert ways("max") == [("a", "whole", 2, 1400), ("b", "none", 2, 0)]


def test_nothing_is_told_of_what_does_not_ship():
    assert told(line("1", 100), freight=[flat()]) == ()
    assert told(line("1", 100, freight="t"), freight=[SOME], destination=("650000",)) == ()


def test_the_explanation_as_data_and_as_text():
    quote = price(
        [], [line("1", 100, freight="v", volume_cm3=7_000)], freight=[template("v", "volume", 10_000, 5, 1, 1)]
    )
    explanation = quote.explain("en")
    assert str(explanation).endswith("freight v (*): 0.007 m³: 0.05 up to 0.01 m³, 0 more of 0.000001 m³ at 0.01: 0.05")
    (one,) = explanation.to_dict()["freight"]
    assert (one["template"], one["measure"], one["lines"]) == ("v", 7_000, ["1"])


measures = st.integers(0, 3_000_000)
fees = st.integers(0, 2_000)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), measures, st.integers(1, 4)), min_size=1, max_size=5),
    st.lists(st.tuples(measures, fees, st.integers(1, 800_000), fees), min_size=3, max_size=3),
    st.sampled_from(["sum", "highest-first-plus-extra", "max"]),
)
def test_what_is_told_adds_up_to_the_freight(goods, tariffs, combine):
    templates = [template(name, "weight", *tariff) for name, tariff in zip("abc", tariffs, strict=True)]
    lines = [
        line(str(n), 100, quantity, freight=name, weight_mg=weight) for n, (name, weight, quantity) in enumerate(goods)
    ]
    quote = price([], lines, freight=templates, policy=Policy(freight_combine=combine))
    found = quote.explain("en").freight
    assert sum(one.fee for one in found) == quote.freight_list
    for one in found:
        start, start_fee, extra, extra_fee = dict(zip("abc", tariffs, strict=True))[one.template]
        beyond = one.measure - (start if one.how == "whole" else 0)
        assert (one.steps - 1) * extra < max(0, beyond) <= one.steps * extra or one.how == "none"
        if one.how == "whole":
            assert one.fee == start_fee + one.steps * extra_fee
