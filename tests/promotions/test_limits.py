"""Limits per order, shopper, total and budget; what is used up already; the claims for storage; gift stock."""

import attrs
import pytest

from minishop import Coupon
from minishop.promotions import FreightRegion, FreightTemplate, Group, Limit, Policy, Threshold
from minishop.promotions.benefits import (
    AmountOff,
    Exchange,
    FreeShipping,
    Gift,
    NthUnit,
    PercentOff,
    ShippingOff,
    UnitPrice,
)
from minishop.quotes import Usage
from tests.promotions.build import DAY, NOW, does, flat, held, line, off, price, reasons, taken

GOODS = [line("1", 10000)]


def coupons(rule, *names):
    return [Coupon(id=name, rule=rule) for name in names]


def claims(quote):
    return [claim.to_dict() for claim in quote.claims]


# -- per order --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most, payable", [(1, 9000), (2, 8000), (3, 7000), (None, 7000)])
def test_the_limit_of_an_order_counts_coupons(most, payable):
    rule = off("r", 1000, layer="shop-coupon", limit=Limit(order=most))
    quote = price([rule], GOODS, coupons=coupons("r", "c1", "c2", "c3"))
    assert quote.payable == payable
    assert [entry.reason.code for entry in quote.rejected] == ["limit_reached"] * (3 - len(quote.applied))


def test_the_limit_of_an_order_needs_no_usage_and_holds_under_priority():
    rule = off("r", 1000, layer="shop-coupon", limit=Limit(order=1))
    quote = price([rule], GOODS, coupons=coupons("r", "c1", "c2"), policy=Policy(choice="priority"))
    assert taken(quote) == {"c1": 1000}
    assert reasons(quote) == {"c2": ("limit_reached", {})}


def test_of_equal_coupons_the_one_that_ends_or_was_claimed_first_is_used():
    rule = off("r", 1000, layer="shop-coupon", limit=Limit(order=1))

    def used(*wallet):
        return list(taken(price([rule], GOODS, coupons=wallet)))

    open_end = Coupon(id="a", rule="r")
    late = Coupon(id="b", rule="r", valid_until=NOW + 2 * DAY)
    soon = Coupon(id="c", rule="r", valid_until=NOW + DAY)
    old = Coupon(id="d", rule="r", valid_until=NOW + DAY, claimed_at=NOW - DAY)
    assert used(open_end, late, soon, old) == ["d"]
    assert used(open_end, late, soon) == ["c"]
    assert used(open_end, late) == ["b"]
    assert used(Coupon(id="e", rule="r"), open_end) == ["a"]


# -- per shopper, in total --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["shopper", "total"])
@pytest.mark.parametrize("used, uses", [(0, 2), (1, 1), (2, 0), (9, 0)])
def test_what_was_used_before_counts(key, used, uses):
    rule = off("r", 1000, layer="shop-coupon", limit=Limit(**{key: 2}))
    usage = {"r": Usage(**{key: used})}
    quote = price([rule], GOODS, coupons=coupons("r", "c1", "c2", "c3"), usage=usage)
    assert quote.payable == 10000 - uses * 1000
    assert len(quote.claims) == uses
    assert [entry.reason.code for entry in quote.rejected] == ["limit_reached"] * (3 - uses)


@pytest.mark.parametrize("limit", [Limit(shopper=1), Limit(total=1), Limit(budget=1)], ids=str)
def test_without_usage_storage_has_the_last_word(limit):
    quote = price([off("r", 1000, limit=limit)], GOODS)
    assert claims(quote) == [{"rule": "r", "coupon": None, "count": 1, "amount": 1000}]


def test_a_rule_that_usage_does_not_name_is_unused():
    rules = [off("r", 1000, limit=Limit(shopper=1)), off("dear", 2000, limit=Limit(budget=1999))]
    quote = price(rules, GOODS, usage={"other": Usage(shopper=9)})
    assert taken(quote) == {"r": 1000}
    assert reasons(quote) == {"dear": ("limit_reached", {})}


# -- budgets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("used, payable", [(0, 9000), (1500, 9000), (1501, 10000), (2500, 10000)])
def test_a_budget_is_refused_not_cut(used, payable):
    quote = price([off("r", 1000, limit=Limit(budget=2500))], GOODS, usage={"r": Usage(budget=used)})
    assert quote.payable == payable


def test_a_budget_counts_all_coupons_of_the_order():
    rule = off("r", 1000, layer="shop-coupon", limit=Limit(budget=2500))
    quote = price([rule], GOODS, coupons=coupons("r", "c1", "c2", "c3"), usage={})
    assert taken(quote) == {"c1": 1000, "c2": 1000}
    assert reasons(quote) == {"c3": ("limit_reached", {})}


#: Each takes 1000 fen: off one line of 2 x 50.00, or off its freight of 10.00.
TAKES_1000 = {
    "order cut": (does("r", PercentOff(1000)), ()),
    "line cut": (does("r", AmountOff(1000), "item"), ()),
    "unit cut": (does("r", NthUnit(2, 2000), "item"), ()),
    "free shipping": (does("r", FreeShipping(), "freight"), ()),
    "shipping off": (does("r", ShippingOff(1000), "freight"), ()),
    "shipping coupon": (does("r", FreeShipping(), "shop-coupon"), held("r")),
    "order coupon": (does("r", AmountOff(1000), "platform-coupon"), held("r")),
}


@pytest.mark.parametrize("name", TAKES_1000)
@pytest.mark.parametrize("choice", ["best", "priority"])
def test_every_layer_keeps_to_its_budget(name, choice):
    rule, wallet = TAKES_1000[name]
    rule = attrs.evolve(rule, limit=Limit(budget=1000))
    entry = wallet[0].id if wallet else "r"

    def quote(used):
        return price(
            [rule],
            [line("1", 5000, 2, freight="post")],
            freight=[flat(fee=1000)],
            coupons=wallet,
            usage={"r": Usage(budget=used)},
            policy=Policy(choice=choice),
        )

    fits = quote(0)
    assert (fits.payable, taken(fits)) == (10000, {entry: 1000})
    assert claims(fits) == [{"rule": "r", "coupon": wallet[0].id if wallet else None, "count": 1, "amount": 1000}]
    over = quote(1)
    assert (over.payable, over.applied, over.claims) == (11000, (), ())
    assert list(reasons(over)) == [entry]


def test_an_exchange_keeps_to_its_budget():
    rule = does("r", Exchange(), "shop-coupon", limit=Limit(budget=6000))
    lines = [line("1", 6000), line("2", 4000)]
    assert price([rule], lines, coupons=held("r"), usage={}).payable == 4000
    short = price([rule], lines, coupons=held("r"), usage={"r": Usage(budget=1)})
    assert (short.payable, reasons(short)) == (10000, {"c-r": ("limit_reached", {})})


@pytest.mark.parametrize(
    "limit, usage, payable",
    [
        (Limit(budget=1000), Usage(), 9000),
        (Limit(budget=1000), Usage(budget=1), 10000),
        (Limit(total=3), Usage(total=2), 9000),
        (Limit(total=3), Usage(total=3), 10000),
        (Limit(shopper=3), Usage(shopper=3), 10000),
    ],
    ids=str,
)
def test_a_sale_price_keeps_to_its_limits(limit, usage, payable):
    # 5.00 off each of two units: one use of the rule, 10.00 of its budget.
    quote = price([off("r", 500, layer="price", limit=limit)], [line("1", 5000, 2)], usage={"r": usage})
    assert quote.payable == payable


def test_where_one_sale_price_is_used_up_the_next_one_counts():
    rules = [
        does("low", UnitPrice(4000), "price", limit=Limit(budget=999)),
        does("high", UnitPrice(4500), "price"),
    ]
    assert taken(price(rules, [line("1", 5000)], usage={})) == {"high": 500}
    assert taken(price(rules, [line("1", 5000)])) == {"low": 1000}


# -- claims -----------------------------------------------------------------------------------------------------------


def test_claims_are_of_limited_rules_only():
    rules = [
        off("sale", 100, layer="price", limit=Limit(total=5)),
        off("free", 500),
        off("order", 1000, limit=Limit(budget=10**6)),
        does("gift", Gift("G1"), limit=Limit(total=10)),
        off("coupon", 2000, layer="shop-coupon", limit=Limit(order=2)),
        does("post", FreeShipping(), "freight", limit=Limit(shopper=3)),
    ]
    quote = price(
        rules,
        [line("1", 10000, freight="post")],
        coupons=coupons("coupon", "c1", "c2"),
        freight=[flat(fee=700)],
    )
    assert quote.payable == 10000 - 100 - 500 - 1000 - 2 * 2000
    assert sorted(claims(quote), key=str) == sorted(
        [
            {"rule": "sale", "coupon": None, "count": 1, "amount": 100},
            {"rule": "order", "coupon": None, "count": 1, "amount": 1000},
            {"rule": "gift", "coupon": None, "count": 1, "amount": 0},
            {"rule": "coupon", "coupon": "c1", "count": 1, "amount": 2000},
            {"rule": "coupon", "coupon": "c2", "count": 1, "amount": 2000},
            {"rule": "post", "coupon": None, "count": 1, "amount": 700},
        ],
        key=str,
    )


def test_a_limited_rule_that_is_not_applied_claims_nothing():
    assert price([off("r", 1000, 99999, limit=Limit(total=1))], GOODS).claims == ()


# -- gifts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stock, given", [(None, 2), ({}, 2), ({"G2": 0}, 2), ({"G1": 2}, 2), ({"G1": 1}, 0)], ids=str)
def test_a_gift_needs_stock_where_stock_is_known(stock, given):
    quote = price([does("r", Gift("G1", 2))], GOODS, gift_stock=stock)
    assert sum(gift.quantity for gift in quote.gifts) == given
    assert quote.payable == 10000


def test_two_gift_rules_share_the_stock():
    rules = [does("a", Gift("G1", 2), priority=1), does("b", Gift("G1", 2)), does("c", Gift("G1", 1))]
    quote = price(rules, GOODS, gift_stock={"G1": 3})
    assert [gift.to_dict() for gift in quote.gifts] == [
        {"sku": "G1", "quantity": 2, "rule": "a", "coupon": None},
        {"sku": "G1", "quantity": 1, "rule": "c", "coupon": None},
    ]
    assert reasons(quote) == {"b": ("limit_reached", {})}


def test_a_gift_is_given_once_however_much_is_bought():
    quote = price([does("r", Gift("G1"), threshold=Threshold(quantity=2))], [line("1", 100, 9)])
    assert [gift.quantity for gift in quote.gifts] == [1]


def test_gift_coupons_are_used_only_when_listed():
    rule = does("r", Gift("G1"), "shop-coupon")
    assert price([rule], GOODS, coupons=held("r")).gifts == ()
    quote = price([rule], GOODS, coupons=held("r"), use_coupons=["c-r"])
    assert [gift.to_dict() for gift in quote.gifts] == [{"sku": "G1", "quantity": 1, "rule": "r", "coupon": "c-r"}]


def test_a_gift_fills_its_group_only_where_money_leaves_room():
    rules = [does("gift", Gift("G1"), group="g", priority=1), off("cut", 1000, group="g")]
    group = [Group(id="g", pick=1)]
    best = price(rules, GOODS, groups=group)
    assert (best.payable, best.gifts) == (9000, ())
    assert reasons(best) == {"gift": ("group_full", {"rule": "cut"})}
    # Under priority the gift takes its slot at its own turn.
    first = price(rules, GOODS, groups=group, policy=Policy(choice="priority"))
    assert (first.payable, len(first.gifts)) == (10000, 1)
    assert reasons(first) == {"cut": ("group_full", {"rule": "gift"})}


def test_gifts_weigh_nothing():
    template = FreightTemplate(
        id="post", by="piece", regions=[FreightRegion(region="*", start=1, start_fee=500, extra_fee=500)]
    )
    quote = price([does("r", Gift("G1", 3))], [line("1", 10000, freight="post")], freight=[template])
    assert quote.freight == 500
