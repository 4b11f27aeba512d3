"""Short ways to write rules, carts and wallets. All amounts are fen."""

from datetime import UTC, datetime, timedelta

from minishop import Cart, CartLine, Coupon, Engine
from minishop.promotions import FreightRegion, FreightTemplate, Rule, Threshold
from minishop.promotions.benefits import AmountOff

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TOMORROW = "2026-06-03T04:00:00+00:00"
TODAY = "2026-06-02T04:00:00+00:00"


def line(name, price, quantity=1, **more):
    return CartLine(id=name, sku=f"S{name}", quantity=quantity, unit_price=price, **more)


def off(name, amount, reach=None, layer="order", **more):
    """A fixed amount off, from ``reach`` fen in scope on."""
    threshold = None if reach is None else Threshold(amount=reach)
    return Rule(id=name, layer=layer, threshold=threshold, benefit=AmountOff(amount), **more)


def does(name, benefit, layer="order", **more):
    return Rule(id=name, layer=layer, benefit=benefit, **more)


def held(*rules):
    """One coupon of each rule, named ``c-<rule>``."""
    return [Coupon(id=f"c-{rule}", rule=rule) for rule in rules]


def flat(name="post", fee=800, **more):
    """A template that charges one fee, whatever is sent and wherever to."""
    return FreightTemplate(id=name, by="piece", regions=[FreightRegion(region="*", start=10**6, start_fee=fee)], **more)


def price(
    rules=(),
    lines=(),
    *,
    groups=(),
    policy=None,
    points=None,
    freight=(),
    kinds=(),
    gift_stock=None,
    usage=None,
    spend=None,
    **request,
):
    """The quote of some lines by some rules; ``spend`` is the points request."""
    engine = Engine(rules, groups=groups, policy=policy, points=points, freight=freight, kinds=kinds)
    return engine.quote(Cart(lines, gift_stock=gift_stock, usage=usage), at=NOW, points=spend, **request)


def reasons(quote):
    """Coupon id, or rule id, to code and parameters of everything rejected."""
    return {entry.coupon or entry.rule: (entry.reason.code, dict(entry.reason.params)) for entry in quote.rejected}


def taken(quote):
    """Coupon id, or rule id, to the fen taken."""
    return {entry.coupon or entry.rule: entry.amount for entry in quote.applied}
