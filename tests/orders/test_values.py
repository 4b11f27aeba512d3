"""Freezing quotes, folding events, what is available, what is said."""

import ast
import copy
import pickle
import re
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve as changed_by_attrs

import minishop.orders
from minishop import Cart, CartLine, Engine, Shopper
from minishop.errors import CallerError, InvalidInput
from minishop.messages import catalogue
from minishop.orders import (
    Actor,
    Approve,
    Close,
    Completed,
    Confirm,
    Context,
    Event,
    Expire,
    FailRefund,
    Grant,
    OpenAfterSale,
    OrderPolicy,
    Place,
    PointsLot,
    Rejected,
    Ship,
    StockKey,
    apply,
    available,
    check_facets,
    decide,
    evolve,
    facets,
    freeze,
    label_of,
)
from minishop.orders._available import examples
from minishop.quotes import Coupon, PointsRequest, PointsResult
from tests.orders.build import BUYER, NOON, SELLER, SYSTEM, Story, captured, line, terms
from tests.orders.walk import Size, Walk

RULES = """
format = 1

[[rule]]
id = "second-half"
layer = "item"
benefit = { kind = "nth-unit", n = 2, percent = "50%" }

[[rule]]
id = "50-10"
layer = "order"
threshold = { amount = "50.00" }
benefit = { kind = "amount-off", amount = "10.00" }
limit = { total = 100 }

[[rule]]
id = "coupon-5"
layer = "shop-coupon"
benefit = { kind = "amount-off", amount = "5.00" }

[[rule]]
id = "bag"
layer = "order"
threshold = { amount = "50.00" }
benefit = { kind = "gift", sku = "BAG" }

[points]
value = "0.01"
earn_per_yuan = 1
"""


def quote(rules=RULES, **more):
    lines = [
        CartLine(id="10", sku="mug", quantity=1, unit_price=1000),
        CartLine(id="2", sku="cup", quantity=2, unit_price=5990, member_prices={"gold": 5690}),
    ]
    return Engine.from_toml(rules).quote(
        Cart(lines),
        at=NOON,
        shopper=Shopper(level="gold"),
        coupons=[Coupon(id="C1", rule="coupon-5")],
        points=PointsRequest(501, "max"),
        **more,
    )


BASE = {"order": "o1", "shop": "s", "buyer": "b", "source_key": "k", "placed_at": NOON}


def frozen():
    return freeze(
        quote(),
        **BASE,
        stock={"2": StockKey("cup", "Shenzhen")},
        virtual=["10"],
        gift_values={"BAG": 500},
        earned_by={"bag": ("2",)},
        lots=[PointsLot("L1", 501)],
    )


def test_a_quote_is_frozen_unit_by_unit():
    priced, made = quote(), frozen()
    units = [unit for each in made.lines for unit in each.units]
    assert [unit.id for unit in units] == ["10/1", "2/1", "2/2", "gift:1/1"]
    for each in priced.lines:
        for share, unit in zip(each.units, next(one for one in made.lines if one.id == each.id).units, strict=True):
            assert (share.price, share.item, share.order) == (unit.price, unit.item, unit.order)
            assert (share.coupon, share.points, share.cash) == (
                sum(cut.amount for cut in unit.coupons),
                unit.points_value,
                unit.cash,
            )
            assert unit.list_price == each.line.unit_price
    assert sum(unit.cash for unit in units) + made.freight == made.payable == priced.payable
    assert sum(unit.points_count for unit in units) == priced.points.used == 501
    assert sum(unit.earned for unit in units) == priced.points.earned
    cup = made.lines[1]
    assert (cup.stock, cup.ships, made.lines[0].ships, cup.sku) == (StockKey("cup", "Shenzhen"), True, False, "cup")
    gift = made.lines[2]
    assert (gift.is_gift, gift.value, gift.earned_by, gift.rule) == (True, 500, ("2",), "bag")
    assert [(each.id, each.rule) for each in made.coupons] == [("C1", "coupon-5")]
    assert [claim.rule for claim in made.claims] == [claim.rule for claim in priced.claims]
    assert made.digest == priced.digest


def test_points_count_apart_from_fen_in_canonical_order():
    # 3 points pay 1.00 over 50 + 50: counts 2 and 1, and the odd one goes to line "2", which comes before "10"
    class Fake:
        payable = 9900
        freight = 0
        digest = "d"
        undeliverable = applied = gifts = claims = ()
        points = PointsResult(used=3, value=100, earned=3)
        lines = ()

    class Adjustment:
        layer, coupon, rule, units = "points", None, "points", (50,)

    class Line:
        def __init__(self, key):
            self.id = key
            self.line = CartLine(id=key, sku=key, quantity=1, unit_price=5000)
            self.quantity = 1
            self.adjustments = (Adjustment,)

    Fake.lines = (Line("10"), Line("2"))
    made = freeze(Fake, **BASE)
    assert [(each.id, each.units[0].points_count, each.units[0].earned) for each in made.lines] == [
        ("10", 1, 1),
        ("2", 2, 2),
    ]
    weighted = freeze(Fake, **BASE, multipliers={"10": 20000})
    assert [each.units[0].earned for each in weighted.lines] == [2, 1]


def test_what_cannot_be_delivered_is_not_ordered():
    class Nowhere:
        payable = None
        undeliverable = ("1",)

    with pytest.raises(InvalidInput) as error:
        freeze(Nowhere, **BASE)
    assert error.value.code == "undeliverable"


def test_an_order_tells_of_itself():
    order = Story(frozen()).order
    assert (order.id, order.shop, order.buyer, order.source_key, order.address) == ("o1", "s", "b", "k", None)
    assert order.payable == order.terms.payable
    assert order.line("2").id == "2"
    assert order.line("9") is None
    with pytest.raises(KeyError):
        order.terms_of(changed_by_attrs(order.units[0], line="9"))


def test_orders_can_be_copied_pickled_hashed_and_compared():
    story = Story(terms(line("1", 100)))
    story.pay()
    assert pickle.loads(pickle.dumps(story.order)) == copy.deepcopy(story.order) == story.order
    assert hash(story.order) == hash(copy.copy(story.order))
    assert apply(None, story.history) == story.order


def test_histories_that_are_none():
    story = Story(terms(line("1", 100)))
    placed = story.history[0]

    class Odd(Event):
        pass

    for order, event, code in (
        (None, Completed(at=NOON), "no_order"),
        (story.order, placed, "order_exists"),
        (story.order, Odd(at=NOON), "unknown_event"),
    ):
        with pytest.raises(CallerError) as error:
            evolve(order, event)
        assert error.value.code == code
    with pytest.raises(CallerError):
        apply(None, ())


def test_drift_of_stored_facets_is_seen():
    order = Story(terms(line("1", 100))).order
    now = facets(order)
    assert check_facets(order, now) == ()
    assert check_facets(order, changed_by_attrs(now, money="paid", hold="group")) == ("money", "hold")


def test_labels_of_facets_that_are_hard_to_reach():
    now = facets(Story(terms(line("1", 100))).order)
    assert label_of(changed_by_attrs(now, life="closed", money="refunded")).code == "refunded"


# -- available --------------------------------------------------------------------------------------------------------


def test_what_is_available_says_why_the_rest_is_not():
    story = Story(terms(line("1", 100)))
    said = {each.command: each for each in available(story.order, story.ctx(BUYER))}
    assert [name for name, each in said.items() if not each.reasons] == ["StartPayment", "Close"]
    assert [reason.code for reason in said["RepriceOrder"].reasons] == ["not_allowed"]
    assert [reason.code for reason in said["Ship"].reasons] == ["not_allowed", "not_paid"]
    assert [reason.code for reason in said["CancelGrant"].reasons] == ["nothing_to_act_on"]


def test_every_example_passes_and_whatever_passes_is_available():
    walked = Walk(
        Story(terms(line("1", 100), slices=(30, 70))).order,
        Size(payments=2, after_sales=1, windows=False, is_flaky=False, fails=False),
    )
    for order in walked.states[::3]:
        for actor in (BUYER, SELLER, SYSTEM):
            ctx = Context(NOON, actor)
            for example in examples(order, ctx):
                assert not isinstance(decide(order, example, ctx), Rejected)


def test_what_is_available_under_other_policies():
    story = Story(terms(line("1", 100)), policy=OrderPolicy(threshold="reprice"))
    story.pay()
    story.tell(OpenAfterSale(after_sale="a", kind="refund-only", units=("1/1",)), BUYER)
    story.tell(Approve(after_sale="a"), SELLER)
    assert "Grant" in {type(each).__name__ for each in examples(story.order, story.ctx(SELLER))}
    story.tell(Grant(after_sale="a", refund="r"), SELLER)
    story.tell(FailRefund(leg="r", is_final=True))
    names = {type(each).__name__ for each in examples(story.order, story.ctx(SELLER))}
    assert {"RetryRefund", "SettleOffline", "CancelGrant"} <= names


# -- texts ------------------------------------------------------------------------------------------------------------

SOURCE = Path(minishop.orders.__file__).parent


def codes():
    """Code to the names of its parameters, for every reason that is made in the source."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "refuse":
                names = {keyword.arg for keyword in node.keywords}
            elif node.func.id == "Reason":
                given = node.args[1].keys if len(node.args) > 1 and isinstance(node.args[1], ast.Dict) else []
                names = {key.value for key in given}
            else:
                continue
            for one in ast.walk(node.args[0]):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.setdefault(one.value, []).append(names)
    return found


def test_every_reason_has_a_text_whose_places_are_all_given():
    made = codes()
    assert len(made) > 50
    for language in ("en", "zh-CN"):
        texts = catalogue(language).texts
        for code, given in made.items():
            places = set(re.findall(r"{(\w+)", texts[code]))
            assert all(places <= names for names in given), code


def test_a_rejection_speaks_both_languages():
    story = Story(terms(line("1", 100)))
    result = story.ask(Ship(shipment="p"), BUYER)
    assert result.text().splitlines()[1] == "the order is not paid yet: wait for the payment"
    assert result.text("zh-CN").splitlines()[1] == "订单尚未付清，请等待付款"
    assert result.text(catalogue("en")) == result.text()


def test_a_whole_life_in_a_few_lines():
    order = apply(None, decide(None, Place(terms=frozen()), Context(NOON, Actor("buyer", "b"))))
    assert facets(order).money == "unpaid"
    late = Context(NOON + timedelta(minutes=30))
    assert apply(order, decide(order, Expire(kind="unpaid"), late)).life == "closed"
    assert decide(order, Close(), Context(NOON, Actor("buyer", "other"))).code == "not_owner"
    assert decide(order, Confirm(), Context(NOON, BUYER)).code == "not_while"
    assert decide(order, captured("unknown-1", 1), late)[0].what == "attempt"
