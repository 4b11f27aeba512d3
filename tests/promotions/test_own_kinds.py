"""An app's own benefits and conditions: typed, in documents, in the digest, and caught when they break the promise."""

import json
import pickle
from typing import ClassVar

import jsonschema
import pytest
from attrs import field, frozen

from minishop import Engine, Shopper
from minishop.errors import CallerError, InvalidDocument
from minishop.promotions import Policy, Scope
from minishop.promotions.benefits import (
    BUILT_IN_BENEFITS,
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    Exchange,
    FreeShipping,
    ItemBenefit,
    NthUnit,
    OrderBenefit,
    PercentOff,
    PriceBenefit,
    Share,
    Step,
    Tiers,
    UnitPrice,
)
from minishop.promotions.conditions import Condition
from minishop.promotions.documents import rules_schema
from minishop.promotions.fields import COUNT, MONEY, TEXT, Field
from minishop.quotes import Reason
from minishop.quotes.checks import at_least, text
from minishop.quotes.documents import read_request
from minishop.testing import check_monotonic
from tests.promotions.build import does, held, line, off, price, reasons, taken

ORDER_LAYERS = frozenset({"order", "shop-coupon", "platform-coupon"})


@frozen
class HalfAbove(OrderBenefit):
    """Half of what the scope costs above an amount."""

    kind: ClassVar[str] = "half-above"
    layers: ClassVar[frozenset[str]] = ORDER_LAYERS
    fields: ClassVar[tuple[Field, ...]] = (Field("amount", MONEY),)

    amount: int = field(validator=at_least(1))

    def cutter(self):
        return lambda base, quantity, times: max(0, base - self.amount) // 2


@frozen
class PerUnit(OrderBenefit):
    """An amount for every unit in scope."""

    kind: ClassVar[str] = "per-unit"
    layers: ClassVar[frozenset[str]] = ORDER_LAYERS
    fields: ClassVar[tuple[Field, ...]] = (Field("amount", MONEY),)

    amount: int

    def cutter(self):
        return lambda base, quantity, times: self.amount * quantity


@frozen
class Dearest(ItemBenefit):
    """An amount off the dearest unit."""

    kind: ClassVar[str] = "dearest"
    layers: ClassVar[frozenset[str]] = frozenset({"item"})
    fields: ClassVar[tuple[Field, ...]] = (Field("amount", MONEY),)

    amount: int

    def shares(self, units):
        dearest, place, at = max((unit, -place, -at) for place, row in enumerate(units) for at, unit in enumerate(row))
        weights = [0] * len(units[-place])
        weights[-at] = 1
        return [Share(min(self.amount, dearest), {-place: weights})]


@frozen
class WholeYuan(PriceBenefit):
    """No fen in a price."""

    kind: ClassVar[str] = "whole-yuan"
    layers: ClassVar[frozenset[str]] = frozenset({"price"})
    fields: ClassVar[tuple[Field, ...]] = ()

    def sale_price(self, list_price):
        return list_price // 100 * 100


@frozen
class SoldTo(Condition):
    """Only in one city, and with at least so many lines."""

    kind: ClassVar[str] = "sold-to"
    fields: ClassVar[tuple[Field, ...]] = (Field("city", TEXT), Field("lines", COUNT, default=1))

    city: str = field(validator=text)
    lines: int = 1

    def refuse(self, facts):
        if self.city not in (facts.destination or ()):
            return Reason("wrong_city", {"city": self.city})
        if len(facts.cart.lines) < self.lines:
            return Reason("too_few_lines", {"lines": self.lines})
        return None


@frozen
class Named(Condition):
    kind: ClassVar[str] = "named"
    fields: ClassVar[tuple[Field, ...]] = ()

    def refuse(self, facts):
        return None if facts.shopper.id else Reason("anonymous")


KINDS = (HalfAbove, PerUnit, Dearest, WholeYuan, SoldTo, Named)


# -- benefits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["progressive", "parallel"])
def test_an_order_benefit_of_ones_own(basis):
    # (130.00 - 30.00) / 2 = 50.00, by weight 100 : 30 -> 38.46, 11.54.
    quote = price(
        [does("r", HalfAbove(3000))],
        [line("1", 5000, 2), line("2", 3000)],
        kinds=KINDS,
        policy=Policy(basis=basis),
    )
    assert [one.payable for one in quote.lines] == [10000 - 3846, 3000 - 1154]


def test_it_counts_units_of_its_scope():
    quote = price([does("r", PerUnit(200), scope=Scope(sku="S2"))], [line("1", 500), line("2", 500, 3)], kinds=KINDS)
    assert [one.payable for one in quote.lines] == [500, 1500 - 600]


def test_it_takes_no_more_than_there_is():
    quote = price([does("r", PerUnit(700))], [line("1", 500, 3)], kinds=KINDS)
    assert quote.payable == 0
    assert [(entry.amount, entry.unused) for entry in quote.applied] == [(1500, 600)]


def test_the_search_chooses_among_them():
    # 100.00: half above 60.00 is 20.00; with a coupon of 50.00 before it nothing is above, 50.00 is more.
    rules = [does("half", HalfAbove(6000), "platform-coupon"), off("fifty", 5000, layer="shop-coupon")]
    quote = price(rules, [line("1", 10000)], kinds=KINDS, coupons=held("half", "fifty"))
    assert taken(quote) == {"c-fifty": 5000}
    assert reasons(quote) == {"c-half": ("saves_nothing", {})}
    assert quote.optimality.proven


def test_an_item_benefit_of_ones_own():
    quote = price([does("r", Dearest(1500), "item")], [line("1", 2000, 2), line("2", 4000, 2)], kinds=KINDS)
    assert quote.payable == 12000 - 1500
    assert [adjustment.units for adjustment in quote.lines[1].adjustments] == [(1500, 0)]


def test_a_price_benefit_of_ones_own():
    quote = price([does("r", WholeYuan(), "price")], [line("1", 1099, 2), line("2", 500)], kinds=KINDS)
    assert quote.payable == 2 * 1000 + 500
    assert taken(quote) == {"r": 198}


# -- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "destination, answer",
    [
        (None, ("wrong_city", {"city": "440300"})),
        (("110000",), ("wrong_city", {"city": "440300"})),
        (("440000", "440300"), ("too_few_lines", {"lines": 2})),
    ],
)
@pytest.mark.parametrize("layer", ["price", "item", "order", "shop-coupon", "freight"])
def test_a_condition_of_ones_own_gives_a_reason_of_its_own(layer, destination, answer):
    benefit = FreeShipping() if layer == "freight" else AmountOff(100)
    rule = does("r", benefit, layer, conditions=[SoldTo("440300", 2)])
    coupons = held("r") if layer == "shop-coupon" else ()
    quote = price([rule], [line("1", 1000)], kinds=KINDS, destination=destination, coupons=coupons)
    assert quote.payable == 1000
    assert list(reasons(quote).values()) == [answer]


def test_all_conditions_must_hold_and_the_first_that_does_not_is_told():
    rule = off("r", 100, conditions=[Named(), SoldTo("440300")])

    def ask(**request):
        return price([rule], [line("1", 1000)], kinds=KINDS, **request)

    assert reasons(ask()) == {"r": ("anonymous", {})}
    assert reasons(ask(destination=["440300"])) == {"r": ("anonymous", {})}
    assert reasons(ask(shopper=Shopper(id="u"))) == {"r": ("wrong_city", {"city": "440300"})}
    assert ask(shopper=Shopper(id="u"), destination=["440300"]).payable == 900


# -- documents --------------------------------------------------------------------------------------------------------

DOCUMENT = {
    "format": 1,
    "rule": [
        {
            "id": "r",
            "layer": "order",
            "benefit": {"kind": "half-above", "amount": "30.00"},
            "conditions": [{"kind": "sold-to", "city": "440300"}, {"kind": "named"}],
        }
    ],
}
TOML = """
format = 1
[[rule]]
id = "r"
layer = "order"
benefit = { kind = "half-above", amount = "30.00" }
conditions = [{ kind = "sold-to", city = "440300" }, { kind = "named" }]
"""


def test_own_kinds_stand_in_documents(tmp_path):
    (tmp_path / "rules.toml").write_text(TOML, encoding="utf-8")
    engines = [
        Engine.from_document(DOCUMENT, kinds=iter(KINDS)),
        Engine.from_json(json.dumps(DOCUMENT), kinds=iter(KINDS)),
        Engine.from_toml(TOML, kinds=iter(KINDS)),
        Engine.from_file(tmp_path / "rules.toml", kinds=iter(KINDS)),
        Engine([does("r", HalfAbove(3000), conditions=[SoldTo("440300"), Named()])], kinds=iter(KINDS)),
    ]
    engines += [pickle.loads(pickle.dumps(engines[0])), Engine.from_document(engines[0].to_document(), kinds=KINDS)]
    request = read_request(
        {
            "at": "2026-06-02T12:00:00+08:00",
            "shopper": {"id": "u1"},
            "lines": [{"id": "1", "sku": "S1", "quantity": 2, "unit_price": "50.00"}],
            "destination": ["440000", "440300"],
        }
    )
    for engine in engines:
        assert engine.rules == engines[0].rules
        assert engine.digest == engines[0].digest
        assert engine.quote_request(request).payable == 10000 - 3500


def test_the_schema_knows_them():
    jsonschema.validate(DOCUMENT, rules_schema(kinds=KINDS))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(DOCUMENT, rules_schema())


def problems(caught):
    return [(problem.path, problem.code) for problem in caught.value.problems]


def test_a_kind_that_was_not_passed_is_unknown():
    with pytest.raises(InvalidDocument) as caught:
        Engine.from_document(DOCUMENT)
    assert problems(caught) == [
        ("rule[0].conditions[0].kind", "unknown_value"),
        ("rule[0].conditions[1].kind", "unknown_value"),
        ("rule[0].benefit.kind", "unknown_value"),
    ]
    with pytest.raises(InvalidDocument) as caught:
        Engine([does("r", HalfAbove(1), conditions=[Named(), SoldTo("1")])], kinds=[Named])
    assert problems(caught) == [("rule[0].benefit", "unknown_kind"), ("rule[0].conditions[1]", "unknown_kind")]


@pytest.mark.parametrize(
    "key, value, problem",
    [
        ("benefit", {"kind": "half-above"}, ("rule[0].benefit.amount", "missing_key")),
        ("benefit", {"kind": "half-above", "amount": 5}, ("rule[0].benefit.amount", "wrong_type")),
        ("benefit", {"kind": "half-above", "amount": "5", "cap": "1"}, ("rule[0].benefit.cap", "unknown_key")),
        ("conditions", [{"kind": "sold-to", "city": ""}], ("rule[0].conditions[0].city", "empty")),
        ("conditions", [{"city": "1"}], ("rule[0].conditions[0].kind", "missing_key")),
        ("conditions", ["sold-to"], ("rule[0].conditions[0]", "wrong_type")),
        ("layer", "item", ("rule[0].benefit.kind", "wrong_layer")),
    ],
)
def test_own_kinds_are_read_as_strictly_as_ours(key, value, problem):
    rule = {**DOCUMENT["rule"][0], key: value}
    with pytest.raises(InvalidDocument) as caught:
        Engine.from_document({"format": 1, "rule": [rule]}, kinds=KINDS)
    assert problems(caught) == [problem]


def test_what_a_constructor_refuses_is_a_problem_with_a_path():
    @frozen
    class Picky(HalfAbove):
        kind: ClassVar[str] = "picky"
        amount: int = field(validator=at_least(1000))

    rule = {"id": "r", "layer": "order", "benefit": {"kind": "picky", "amount": "9.99"}}
    with pytest.raises(InvalidDocument) as caught:
        Engine.from_document({"format": 1, "rule": [rule]}, kinds=[Picky])
    assert problems(caught) == [("rule[0].benefit.amount", "out_of_range")]


def test_the_digest_tells_kinds_apart():
    rules = [off("r", 100)]
    plain = Engine(rules).digest

    class Other:
        @frozen
        class SoldTo(SoldTo):
            pass

    digests = [Engine(rules, kinds=kinds).digest for kinds in ([SoldTo], [Named], [SoldTo, Named], [Other.SoldTo])]
    assert len({plain, *digests}) == 5
    assert Engine(rules, kinds=[Named, SoldTo]).digest == digests[2]


# -- errors -----------------------------------------------------------------------------------------------------------


@frozen
class Taken(OrderBenefit):
    kind: ClassVar[str] = "amount-off"
    layers: ClassVar[frozenset[str]] = ORDER_LAYERS
    fields: ClassVar[tuple[Field, ...]] = ()


@frozen
class AlsoNamed(Condition):
    kind: ClassVar[str] = "named"
    fields: ClassVar[tuple[Field, ...]] = ()


@pytest.mark.parametrize(
    "kinds, code, params",
    [
        ([Taken], "duplicate_kind", {"kind": "amount-off"}),
        ([Named, AlsoNamed], "duplicate_kind", {"kind": "named"}),
        ([AmountOff], "duplicate_kind", {"kind": "amount-off"}),
        ([int], "unknown_kind", {}),
        (["weekday"], "unknown_kind", {}),
    ],
)
def test_kinds_that_are_refused(kinds, code, params):
    with pytest.raises(CallerError) as caught:
        Engine.from_document({"format": 1}, kinds=kinds)
    assert (caught.value.code, caught.value.params) == (code, params)


def test_a_benefit_and_a_condition_may_share_a_name():
    @frozen
    class NamedBenefit(HalfAbove):
        kind: ClassVar[str] = "named"

    rule = {"id": "r", "layer": "order", "benefit": {"kind": "named", "amount": "1"}, "conditions": [{"kind": "named"}]}
    engine = Engine.from_document({"format": 1, "rule": [rule]}, kinds=[NamedBenefit, Named])
    assert engine.rules.rules[0].benefit == NamedBenefit(100)
    assert engine.rules.rules[0].conditions == (Named(),)


def test_the_bases_do_nothing_themselves():
    for call in (
        lambda: PriceBenefit().sale_price(1),
        lambda: ItemBenefit().shares([[1]]),
        lambda: OrderBenefit().cutter(),
        lambda: Condition().refuse(None),
    ):
        with pytest.raises(NotImplementedError):
            call()


# -- the promise ------------------------------------------------------------------------------------------------------


@frozen
class DropFen(OrderBenefit):
    """抹零: what is beyond whole yuan. 1.99 gives 0.99, 2.00 nothing."""

    def cutter(self):
        return lambda base, quantity, times: base % 100


@frozen
class FewerIsMore(OrderBenefit):
    def cutter(self):
        return lambda base, quantity, times: max(0, 1000 - quantity)


@frozen
class OnceIsMore(OrderBenefit):
    def cutter(self):
        return lambda base, quantity, times: 1000 // times


@frozen
class Surcharge(OrderBenefit):
    def cutter(self):
        return lambda base, quantity, times: -1


@frozen
class Falling(PriceBenefit):
    def sale_price(self, list_price):
        return list_price % 1000


@frozen
class Rising(PriceBenefit):
    def sale_price(self, list_price):
        return list_price + 1


@frozen
class Negative(PriceBenefit):
    def sale_price(self, list_price):
        return list_price - 10


@frozen
class CheapFree(ItemBenefit):
    """A line is free while it costs less than 50.00."""

    def shares(self, units):
        return [Share(sum(row), {place: row}) for place, row in enumerate(units) if sum(row) < 5000]


@pytest.mark.parametrize(
    "benefit, told",
    [
        (DropFen(), "but .* give"),
        (FewerIsMore(), "but .* give"),
        (OnceIsMore(), "but .* give"),
        (Surcharge(), "a cut of -1"),
        (CheapFree(), "said to give at most"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_benefit_that_shrinks_is_caught(benefit, told, seed):
    with pytest.raises(AssertionError, match=told):
        check_monotonic(benefit, most=20_000, seed=seed)


@pytest.mark.parametrize("benefit", [Falling(), Rising(), Negative()], ids=repr)
def test_a_price_that_falls_is_caught(benefit):
    with pytest.raises(AssertionError, match="a list price of"):
        check_monotonic(benefit)


PROMISING = [
    HalfAbove(3000),
    PerUnit(200),
    Dearest(1500),
    WholeYuan(),
    AmountOff(1000),
    AmountOff(1000, every=True, cap=2500),
    PercentOff(3333),
    PercentOff(3333, cap=2000),
    Tiers([Step(amount=10000, off=1000), Step(amount=20000, percent=1500)]),
    Tiers([Step(quantity=2, off=1000), Step(quantity=4, off=3000)]),
    UnitPrice(990),
    NthUnit(2, 5000),
    NthUnit(3, 3333, order="ascending"),
    BuyGet(2, 1),
    Bundle(3, 9900),
    Bundle(2, 9900, repeat=False),
]


@pytest.mark.parametrize("benefit", PROMISING, ids=repr)
def test_ours_keep_the_promise(benefit):
    check_monotonic(benefit, tries=500)
    check_monotonic(benefit, most=40_000, tries=500, seed=7)


def test_every_built_in_kind_that_cuts_is_tried():
    cuts = {
        kind for kind, make in BUILT_IN_BENEFITS.items() if issubclass(make, (PriceBenefit, ItemBenefit, OrderBenefit))
    }
    assert cuts == {benefit.kind for benefit in PROMISING} & set(BUILT_IN_BENEFITS)


def test_a_benefit_that_cuts_nothing_has_nothing_to_break():
    check_monotonic(Exchange(1))
    assert isinstance(Exchange(1), Benefit)


def test_the_same_seed_tries_the_same():
    texts = set()
    for _ in range(2):
        with pytest.raises(AssertionError) as caught:
            check_monotonic(DropFen(), seed=3)
        texts.add(str(caught.value).splitlines()[0])
    assert len(texts) == 1
