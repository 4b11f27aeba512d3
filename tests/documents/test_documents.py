"""Documents in, typed values; typed values, documents out."""

import contextlib
import json
import random
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop import Cart, CartLine, Coupon, Engine, Shopper
from minishop.errors import InvalidDocument
from minishop.money import MAX_FEN
from minishop.promotions import FreeCondition, Group, Limit, Policy, Rule, Scope, Threshold
from minishop.promotions.benefits import AmountOff, PointsMultiplier, Step, Tiers, UnitPrice
from minishop.promotions.documents import parse_rules_json, parse_rules_toml, read_rules, rules_schema, write_rules
from minishop.quotes import PointsRequest, QuoteRequest, Usage
from minishop.quotes.documents import cart_schema, parse_request_json, read_request, write_request
from tests.documents.samples import CART, RULES, spoilt

TOML = """
format = 1
[policy]
minimum_payable = "0.01"

[[group]]
id = "g"
pick = "any"

[[rule]]
id = "a"
layer = "order"
group = "g"
starts_at = 2026-06-01T00:00:00+08:00
scope = { category = ["home"], except = { tag = ["clearance"] } }
threshold = { amount = "300.00" }
benefit = { kind = "amount-off", amount = "50.00", every = true, cap = "200.00" }
funding = { platform = "40%", shop = "60%" }

[points]
value = "0.01"
"""
SAME_IN_JSON = {
    "points": {"value": "0.01"},
    "rule": [
        {
            "funding": {"shop": "60%", "platform": "40%"},
            "benefit": {"cap": "200", "amount": "50.0", "kind": "amount-off", "every": True},
            "threshold": {"amount": "300.00"},
            "scope": {"except": {"tag": ["clearance"]}, "category": ["home"]},
            "starts_at": "2026-05-31T16:00:00Z",
            "group": "g",
            "layer": "order",
            "id": "a",
        }
    ],
    "group": [{"id": "g"}],
    "policy": {"minimum_payable": "0.01", "basis": "progressive"},
    "format": 1,
}


def test_rules_become_typed_values():
    rules = read_rules(RULES)
    full, new, ladder = rules.rules[:3]
    assert full.benefit == AmountOff(5000, every=True, cap=20000)
    assert full.threshold == Threshold(amount=30000)
    assert full.scope == Scope(category=("home",), exclude=Scope(tag=("clearance",)))
    assert full.starts_at == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert full.funding == {"shop": 6000, "platform": 4000}
    assert (full.limit.order, full.limit.shopper, full.limit.total, full.limit.budget) == (1, 2, 1000, 500000)
    assert (new.layer, new.scope, new.group, new.priority) == ("shop-coupon", Scope(), None, 0)
    assert ladder.benefit == Tiers((Step(amount=10000, off=1000), Step(amount=20000, percent=1500)))
    assert rules.rules[12].benefit == PointsMultiplier(200)
    assert rules.groups == (Group(id="full-reduction", pick=1), Group(id="shared-out", per="line"))
    assert rules.points is not None
    assert (rules.points.value, rules.points.max_share, rules.points.step) == (1, 5000, 100)
    by_weight, by_piece = rules.freight
    assert (by_weight.regions[0].start, by_weight.regions[0].extra) == (1_000_000, 500_000)
    assert (by_piece.regions[0].start, by_piece.regions[0].extra, by_piece.regions[0].extra_fee) == (2, 1, 0)
    assert by_weight.free == FreeCondition(thresholds=(Threshold(amount=9900),))
    assert by_piece.free == FreeCondition(thresholds=(Threshold(amount=5000), Threshold(quantity=4)), match="any")


def test_a_cart_becomes_typed_values():
    request = read_request(CART)
    first = request.cart.lines[0]
    assert isinstance(request.cart, Cart)
    assert first == CartLine(
        id="1",
        sku="S1",
        product="P1",
        quantity=2,
        unit_price=5990,
        member_prices={"gold": 5690},
        category=("home",),
        brand="b1",
        shop="main",
        weight_mg=350_000,
        volume_cm3=2_000,
        floor=4000,
        freight="default",
    )
    assert request.at == datetime(2026, 6, 2, 4, tzinfo=UTC)
    assert request.shopper == Shopper(id="u1", level="gold", tag=("vip",))
    assert request.coupons == (
        Coupon(
            id="c1",
            rule="new-20",
            claimed_at=datetime(2026, 5, 20, tzinfo=UTC),
            valid_from=datetime(2026, 5, 19, 16, tzinfo=UTC),
            valid_until=datetime(2026, 6, 29, 16, tzinfo=UTC),
        ),
    )
    assert request.points == PointsRequest(1200, "none")
    assert request.destination == ("440000", "440300")
    assert request.cart.gift_stock == {"G1": 3}
    assert request.cart.usage == {"618": Usage(shopper=1, total=7, budget=1250)}


def test_the_instant_may_come_from_the_caller():
    document = {key: value for key, value in CART.items() if key != "at"}
    now = datetime(2026, 6, 2, tzinfo=UTC)
    assert read_request(document, now=now).at == now


def test_null_is_the_same_as_absent():
    assert read_request(spoilt(CART, ("lines", 0, "brand"), None)).cart.lines[0].brand is None
    assert read_rules(spoilt(RULES, ("rule", 0, "group"), None)).rules[0].group is None


def test_what_is_written_reads_back():
    rules, request = read_rules(RULES), read_request(CART)
    assert read_rules(json.loads(json.dumps(write_rules(rules)))) == rules
    assert read_request(json.loads(json.dumps(write_request(request)))) == request
    engine = Engine.from_document(RULES)
    assert Engine.from_document(engine.to_document()).rules == engine.rules


def test_the_largest_values_that_python_takes_read_back():
    rules = [
        Rule(id="a", layer="order", benefit=AmountOff(1), threshold=Threshold(quantity=MAX_FEN)),
        Rule(id="b", layer="item", benefit=UnitPrice(MAX_FEN), priority=10**9, limit=Limit(total=MAX_FEN)),
    ]
    engine = Engine(rules, policy=Policy(search_nodes=MAX_FEN))
    assert Engine.from_document(engine.to_document()).rules == engine.rules
    request = QuoteRequest(
        cart=Cart([], gift_stock={"G": MAX_FEN}), at=datetime(2026, 6, 2, tzinfo=UTC), points=PointsRequest(MAX_FEN)
    )
    assert read_request(write_request(request)) == request


def test_toml_and_json_of_one_document_agree():
    toml, other = Engine.from_toml(TOML), Engine.from_json(json.dumps(SAME_IN_JSON))
    assert toml.rules == other.rules
    assert toml.digest == other.digest
    assert toml.digest.startswith("sha256:")


@pytest.mark.parametrize(
    "place, value",
    [(("rule", 0, "threshold", "amount"), "300.01"), (("policy", "basis"), "parallel"), (("points", "step"), 2)],
    ids=str,
)
def test_the_digest_sees_every_change(place, value):
    changed = Engine.from_document(spoilt(SAME_IN_JSON, place, value))
    assert changed.digest != Engine.from_document(SAME_IN_JSON).digest


def test_files(tmp_path):
    (tmp_path / "rules.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "rules.json").write_text(json.dumps(SAME_IN_JSON), encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    (tmp_path / "notepad.toml").write_text(TOML, encoding="utf-8-sig")
    assert Engine.from_file(tmp_path / "notepad.toml").rules == Engine.from_file(tmp_path / "rules.toml").rules
    assert Engine.from_file(tmp_path / "rules.toml").rules == Engine.from_file(str(tmp_path / "rules.json")).rules
    with pytest.raises(InvalidDocument, match="not UTF-8"):
        Engine.from_file(tmp_path / "latin.toml")


def test_the_schemas_take_what_the_readers_take():
    rules, cart = rules_schema(), cart_schema()
    for schema in (rules, cart):
        jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(RULES, rules)
    jsonschema.validate(write_rules(read_rules(RULES)), rules)
    jsonschema.validate(write_request(read_request(CART)), cart)


@pytest.mark.parametrize(
    "place, value",
    [
        (("rule", 0, "benefit", "evry"), True),
        (("rule", 0, "benefit", "amount"), 5),
        (("rule", 0, "layer"), "orders"),
        (("group", 0, "pick"), 0),
        (("format",), 2),
    ],
    ids=str,
)
def test_the_schema_refuses_what_it_can_see(place, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt(RULES, place, value), rules_schema())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_no_structure_raises_anything_but_our_error(raw):
    for read in (read_rules, read_request):
        with pytest.raises(InvalidDocument):
            read(raw)


def places(document, path=()):
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*path, index))


@pytest.mark.parametrize("document, read", [(RULES, read_rules), (CART, read_request)], ids=["rules", "cart"])
@given(data=st.data())
def test_anything_in_any_place_is_read_or_refused(document, read, data):
    place = data.draw(st.sampled_from([path for path in places(document) if path]))
    with contextlib.suppress(InvalidDocument):
        assert read(spoilt(document, place, data.draw(anything))) is not None


def test_mangled_text_is_read_or_refused():
    dice = random.Random(7)
    text = json.dumps(RULES, ensure_ascii=False)
    refused = 0
    for _ in range(300):
        at = dice.randrange(len(text))
        mangled = text[:at] + dice.choice('",:{}[]019.-e\\ü') + text[at + dice.randrange(2) :]
        for parse in (parse_rules_json, parse_rules_toml, parse_request_json):
            try:
                parse(mangled)
            except InvalidDocument:
                refused += 1
    assert refused > 600
