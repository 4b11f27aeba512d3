"""What each finding claims, checked by feeding its cart, as a document, to an engine that knows nothing of audits."""

import json

from minishop.quotes.documents import parse_request_json, write_request


def priced(engine, request):
    """The quote of a cart that has been a document on the way."""
    document = json.dumps(write_request(request), ensure_ascii=False)
    return engine.quote_request(parse_request_json(document))


def taken(quote, rule):
    return sum(applied.amount for applied in quote.applied if applied.rule == rule)


def used(quote):
    return {applied.rule for applied in quote.applied}


def assert_true(finding, engine, catalog=None):
    """Every figure of a finding is one that the engine gives."""
    params = finding.params
    if finding.cart is None:
        assert finding.code in ("unreachable_rule", "never_opens", "gift_without_stock")
        return
    quote = priced(engine, finding.cart)
    if "amount" in params:
        assert quote.goods_total == params["amount"]
    if "payable" in params:
        assert quote.payable == params["payable"]
    _CLAIMS[finding.code](finding, quote, engine, catalog)


def _free(finding, quote, engine, catalog):
    assert quote.payable == 0
    assert quote.goods_total > 0
    assert set(finding.rules) <= used(quote)


def _covers(finding, quote, engine, catalog):
    assert quote.payable == 0
    assert finding.rules[0] in used(quote)
    assert finding.params["face"] >= finding.params["amount"]


def _unused(finding, quote, engine, catalog):
    if finding.params["reason"] == "no_points":  # what multiplies nothing may be applied
        assert quote.points.earned == 0
        return
    assert finding.rules[0] not in used(quote)


def _over(finding, quote, engine, catalog):
    (reason,) = {entry.reason.code for entry in quote.rejected if entry.rule == finding.rules[0]}
    assert reason == "expired"


def _tier(finding, quote, engine, catalog):
    assert taken(quote, finding.rules[0])


def _beaten(finding, quote, engine, catalog):
    rule, other = finding.rules
    assert rule not in used(quote)
    assert taken(quote, other) == finding.params["other_takes"] >= finding.params["takes"]


def _tie(finding, quote, engine, catalog):
    winner, loser = finding.rules
    assert taken(quote, winner) == finding.params["takes"]
    assert loser not in used(quote)


def _defeated(finding, quote, engine, catalog):
    rule, other = finding.rules
    assert rule not in used(quote)
    assert quote.goods_total == finding.params["reach"]
    assert taken(quote, other) == finding.params["takes"]
    assert quote.payable == finding.params["left"]


def _meet(finding, quote, engine, catalog):
    assert sum(taken(quote, rule) for rule in finding.rules) == finding.params["takes"]
    assert set(finding.rules) <= used(quote)
    assert finding.params["takes"] * 10000 // quote.goods_total == finding.params["rate"]


def _twice(finding, quote, engine, catalog):
    (rule,) = finding.rules
    assert len({applied.coupon for applied in quote.applied if applied.rule == rule}) == 2
    assert taken(quote, rule) == finding.params["takes"]


def _ascending(finding, quote, engine, catalog):
    assert taken(quote, finding.rules[0]) == finding.params["takes"] > finding.params["usually"]


def _gift(finding, quote, engine, catalog):
    assert (finding.params["sku"], finding.params["quantity"]) in {(gift.sku, gift.quantity) for gift in quote.gifts}


def _cliff(finding, quote, engine, catalog):
    params, more = finding.params, priced(engine, finding.changed)
    assert (quote.goods_total, quote.payable) == (params["before"], params["before_payable"])
    assert (more.goods_total, more.payable) == (params["after"], params["after_payable"])
    assert more.goods_total > quote.goods_total
    assert quote.payable - more.payable == params["less"] > 0


def _discount(finding, quote, engine, catalog):
    assert (quote.goods_total - quote.payable) * 10000 // quote.goods_total == finding.params["rate"]


def _loss(finding, quote, engine, catalog):
    params, costs = finding.params, {item.sku: item.cost for item in catalog.items}
    cost = sum(costs[line.sku] * line.quantity for line in finding.cart.cart.lines)
    others = sum(fen for applied in quote.applied for bearer, fen in applied.funding.items() if bearer != "shop")
    assert (cost, others) == (params["cost"], params["funded"])
    assert cost - quote.payable - others == (params["loss"] if params["reason"] == "loss" else -params["profit"])


_CLAIMS = {
    "percent_chain_free": _free,
    "stack_free": _free,
    "face_covers_threshold": _covers,
    "unreachable_rule": _unused,
    "never_opens": _over,
    "dead_tier": _tier,
    "always_beaten": _beaten,
    "tie_break_overlap": _tie,
    "self_defeating_threshold": _defeated,
    "thresholds_meet": _meet,
    "coupon_repeats": _twice,
    "ascending_nth_unit": _ascending,
    "gift_without_stock": _gift,
    "price_cliff": _cliff,
    "largest_discount": _discount,
    "largest_loss": _loss,
}
