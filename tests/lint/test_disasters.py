"""What has cost real shops money, found before it does."""

import pytest

from minishop import Engine
from minishop.promotions import Group, Limit, Policy, Scope
from minishop.promotions.benefits import PercentOff
from tests.lint.build import codes, found, only
from tests.promotions.build import does, held, line, off, price, taken

PARALLEL = Policy(basis="parallel")


def test_a_sale_of_40_percent_and_a_voucher_of_70_percent_sell_free_where_both_see_the_list_price():
    rules = [does("sale", PercentOff(4000)), does("voucher", PercentOff(7000), "platform-coupon")]
    finding = only(found(rules, policy=PARALLEL), "percent_chain_free")
    assert finding.severity == "error"
    assert finding.rules == ("sale", "voucher")
    assert finding.params == {"amount": 10000, "payable": 0, "percent": 11000}
    assert "110%" in finding.text()
    # One after the other they leave 100.00 x 0.6 x 0.3 = 18.00, which is cheap and not free.
    assert price(rules, [line("1", 10000)], coupons=held("voucher")).payable == 1800
    assert "percent_chain_free" not in dict(codes(found(rules)))


def test_the_same_sale_as_a_price_is_no_chain():
    rules = [does("sale", PercentOff(4000), "price"), does("voucher", PercentOff(7000), "platform-coupon")]
    assert "percent_chain_free" not in dict(codes(found(rules, policy=PARALLEL)))


def test_a_group_or_an_exclusion_ends_the_chain():
    rules = [
        does("sale", PercentOff(4000), group="one"),
        does("voucher", PercentOff(7000), "platform-coupon", group="one"),
    ]
    assert "percent_chain_free" not in dict(codes(found(rules, policy=PARALLEL, groups=[Group(id="one", pick=1)])))
    rules = [does("sale", PercentOff(4000), excludes="voucher"), does("voucher", PercentOff(7000), "platform-coupon")]
    assert "percent_chain_free" not in dict(codes(found(rules, policy=PARALLEL)))


def test_two_full_reductions_of_50_from_100_on_meet_and_sell_free():
    rules = [off("A", 5000, 10000), off("B", 5000, 10000)]
    finding = only(found(rules, policy=PARALLEL), "stack_free")
    assert (finding.severity, finding.rules) == ("error", ("A", "B"))
    assert finding.params == {"amount": 10000, "payable": 0}


def test_two_full_reductions_of_50_from_100_on_meet_one_after_the_other():
    # 150.00 - 50.00 leaves 100.00, which is the other one's threshold: 50.00, a third of the price.
    finding = only(found([off("A", 5000, 10000), off("B", 5000, 10000)]), "thresholds_meet")
    assert (finding.severity, finding.rules) == ("warning", ("A", "B"))
    assert finding.params == {"amount": 15000, "payable": 5000, "takes": 10000, "rate": 6666}


def test_two_full_reductions_of_which_one_is_picked_do_not_meet():
    rules = [off("A", 5000, 10000, group="one"), off("B", 5000, 10000, group="one")]
    findings = found(rules, groups=[Group(id="one", pick=1)])
    assert codes(findings) == [("tie_break_overlap", ("A", "B"))]


@pytest.mark.parametrize("basis", ["progressive", "parallel"])
def test_9901_fen_never_pass_a_threshold_of_100(basis):
    rules = [off("100-50", 5000, 10000)]
    policy = Policy(basis=basis)
    assert price(rules, [line("1", 9901)], policy=policy).payable == 9901
    assert price(rules, [line("1", 9999)], policy=policy).payable == 9999
    assert price(rules, [line("1", 10000)], policy=policy).payable == 5000
    # Nor in three lines, nor where a sale price leaves 99.01 of 110.01.
    assert price(rules, [line("1", 3301), line("2", 3300), line("3", 3300)], policy=policy).payable == 9901
    rules.append(does("tenth", PercentOff(1000), "price"))
    assert price(rules, [line("1", 11001)], policy=policy).payable == 9901
    finding = only(found(rules[:1], policy=policy), "price_cliff")
    assert (finding.params["before_payable"], finding.params["after_payable"]) == (9999, 5000)


def test_a_chain_of_one():
    finding = only(found([does("all", PercentOff(10000), "shop-coupon")]), "percent_chain_free")
    assert (finding.rules, finding.params["percent"]) == (("all",), 10000)


def test_a_chain_only_counts_where_the_scopes_meet():
    tea, cups = Scope(category="tea"), Scope(category="cups", exclude=Scope(category="tea"))
    rules = [
        does("tea", PercentOff(6000), scope=tea),
        does("cups", PercentOff(6000), scope=cups),
    ]
    assert codes(found(rules, policy=PARALLEL)) == []


def test_three_rules_of_which_two_are_enough():
    rules = [
        does("small", PercentOff(1000)),
        does("A", PercentOff(5000)),
        does("B", PercentOff(5000), "shop-coupon"),
    ]
    findings = found(rules, policy=PARALLEL)
    assert only(findings, "percent_chain_free").rules == ("A", "B")


def test_a_voucher_that_a_shopper_holds_twice():
    # 30.00 from 99.00 on: 129.00 - 30.00 leaves 99.00, and the second is used as well.
    rules = [off("99-30", 3000, 9900, "shop-coupon")]
    finding = only(found(rules), "coupon_repeats")
    assert finding.severity == "warning"
    assert finding.params == {"amount": 12900, "payable": 6900, "takes": 6000}
    limited = [off("99-30", 3000, 9900, "shop-coupon", limit=Limit(order=1))]
    assert codes(found(limited)) == []
    grouped = [off("99-30", 3000, 9900, "shop-coupon", group="one")]
    assert codes(found(grouped, groups=[Group(id="one", pick=1)])) == []


def test_a_cart_of_a_finding_is_the_one_that_sells_free():
    rules = [does("sale", PercentOff(4000)), does("voucher", PercentOff(7000), "platform-coupon")]
    finding = only(found(rules, policy=PARALLEL), "percent_chain_free")
    quote = Engine(rules, policy=PARALLEL).quote_request(finding.cart)
    assert taken(quote) == {"sale": 4000, "c-voucher": 6000}
    assert quote.payable == 0
