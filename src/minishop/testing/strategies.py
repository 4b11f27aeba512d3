"""Hypothesis strategies for what minishop prices: carts, shoppers, wallets, rules, and scenarios of all of them.

Stored carts and the operations on them are here as well. Everything drawn is valid. Alphabets are small and amounts
close together, so that rules meet lines and thresholds are often just met or just missed: that is where prices go
wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from minishop.promotions.benefits import AmountOff, FreeShipping, Gift, ShippingOff, Tiers
from minishop.promotions.rules import (
    Audience,
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    Group,
    Layer,
    Limit,
    PointsPolicy,
    Policy,
    Rule,
    RuleSet,
    Scope,
    Threshold,
)
from minishop.quotes import Cart, CartLine, Coupon, PointsRequest, Quote, QuoteRequest, Shopper, Usage
from minishop.testing._benefit_strategies import BENEFITS, maybe, prices
from minishop.testing._cart_strategies import operations, products, saved_carts, shelves

__all__ = [
    "NOW",
    "Scenario",
    "cart_lines",
    "carts",
    "coupons",
    "held_coupons",
    "operations",
    "policies",
    "products",
    "quotes",
    "requests",
    "rule_sets",
    "rules",
    "saved_carts",
    "scenarios",
    "shelves",
    "shoppers",
    "wallets",
]

#: The instant around which windows are drawn.
NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)

_SKUS = ("S1", "S2", "S3", "S4")
_CATEGORIES = ("home", "food", "toys")
_BRANDS = ("b1", "b2")
_TAGS = ("new", "clearance")
_LEVELS = ("gold", "silver")
_TEMPLATES = ("by-piece", "by-weight", "nearby")


def _some(values: Sequence[str], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


@st.composite
def cart_lines(
    draw: st.DrawFn,
    *,
    id: str | None = None,  # noqa: A002
    most: int = 4,
    freight: Sequence[str] = (),
) -> CartLine:
    """One line; ``most`` units at the most, charged by one of the templates ``freight`` or none."""
    price = draw(prices())
    return CartLine(
        id=id or draw(st.integers(1, 99).map(str)),
        sku=draw(st.sampled_from(_SKUS)),
        quantity=draw(st.integers(1, most)),
        unit_price=price,
        product=draw(maybe(st.sampled_from(("P1", "P2")))),
        category=draw(_some(_CATEGORIES)),
        brand=draw(maybe(st.sampled_from(_BRANDS))),
        tag=draw(_some(_TAGS)),
        member_prices=draw(st.dictionaries(st.sampled_from(_LEVELS), st.integers(0, price), max_size=2)),
        activity_price=draw(st.none() | st.none() | st.none() | st.integers(0, price)),
        floor=draw(st.just(0) | st.just(0) | st.integers(0, price)),
        freight=draw(maybe(st.sampled_from(freight))) if freight else None,
        weight_mg=draw(st.integers(0, 3_000_000)),
        selected=draw(st.sampled_from((True, True, True, False))),
    )


@st.composite
def carts(draw: st.DrawFn, *, least: int = 0, most: int = 4, freight: Sequence[str] = ()) -> Cart:
    """A cart of ``least`` to ``most`` lines, ids in any order.

    ``freight`` names templates of your rules that lines may be charged by; without it everything ships free.
    """
    ids = draw(st.permutations([str(number) for number in range(8, 8 + draw(st.integers(least, most)))]))
    return Cart(
        [draw(cart_lines(id=name, freight=freight)) for name in ids],
        gift_stock=draw(maybe(st.dictionaries(st.just("G1"), st.integers(0, 3)))),
    )


def shoppers() -> st.SearchStrategy[Shopper]:
    """A shopper of any level, tags and age."""
    return st.builds(
        Shopper,
        id=maybe(st.just("u1")),
        level=maybe(st.sampled_from(_LEVELS)),
        tag=_some(_TAGS),
        new_customer=st.booleans(),
    )


# -- rules ------------------------------------------------------------------------------------------------------------


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """The whole cart half of the time, else one or two keys."""
    if draw(st.booleans()):
        keys: dict[str, Any] = {}
    else:
        keys = draw(
            st.sampled_from(
                (
                    {"category": ("home",)},
                    {"category": ("home", "food")},
                    {"sku": ("S1", "S2")},
                    {"brand": ("b1",)},
                    {"category": ("toys",), "brand": ("b2",)},
                    {"tag": ("new",)},
                )
            )
        )
    exclude = draw(st.none() | st.none() | st.just(Scope(tag=("clearance",))))
    return Scope(**keys, exclude=exclude, only_undiscounted=draw(st.sampled_from((False, False, False, True))))


@st.composite
def thresholds(draw: st.DrawFn) -> Threshold:
    """One measure, of a size that small carts reach about half of the time."""
    return draw(
        st.one_of(
            st.builds(Threshold, amount=prices(50_000)),
            st.builds(Threshold, amount=prices(50_000)),
            st.builds(Threshold, quantity=st.integers(1, 6)),
            st.builds(Threshold, distinct=st.integers(1, 3)),
        )
    )


def _windows() -> st.SearchStrategy[tuple[datetime | None, datetime | None]]:
    day = timedelta(days=1)
    always = st.just((None, None))
    return st.one_of(
        always, always, always, st.sampled_from(((NOW, NOW + day), (NOW - day, NOW), (NOW + day, None), (None, NOW)))
    )


@st.composite
def rules(
    draw: st.DrawFn,
    *,
    id: str = "r1",  # noqa: A002
    layer: Layer | None = None,
    groups: Sequence[Group] = (),
    others: Sequence[str] = (),
) -> Rule:
    """One valid rule.

    Args:
        draw: Given by Hypothesis.
        id: Its id.
        layer: Its layer, or any.
        groups: Groups it may be in.
        others: Ids of rules it may exclude.
    """
    stands = draw(st.sampled_from(tuple(BENEFITS)) if layer is None else st.just(layer))
    benefit = draw(BENEFITS[stands]())
    starts, ends = draw(_windows())
    rule = Rule(
        id=id,
        layer=stands,
        benefit=benefit,
        priority=draw(st.sampled_from((0, 0, 0, 1, 2))),
        starts_at=starts,
        ends_at=ends,
        scope=draw(scopes()),
        audience=draw(
            st.sampled_from((Audience(), Audience(), Audience(level=("gold",)), Audience(new_customer=True)))
        ),
        funding=draw(st.sampled_from(({}, {"shop": 6000, "platform": 4000}, {"brand": 3333, "shop": 6667}))),
        limit=draw(st.sampled_from((Limit(), Limit(), Limit(order=1), Limit(shopper=2, budget=3_000), Limit(total=5)))),
    )
    if stands == "price":
        return rule
    every = isinstance(benefit, AmountOff) and benefit.every
    if not isinstance(benefit, Tiers):
        threshold = draw(thresholds() if every else maybe(thresholds()))
        if every and threshold.distinct is not None:
            threshold = Threshold(quantity=threshold.distinct)
        rule = attrs.evolve(rule, threshold=threshold)
    shares_out = not isinstance(benefit, (Gift, FreeShipping, ShippingOff))
    names = [group.id for group in groups if shares_out or group.per == "order"]
    return attrs.evolve(
        rule,
        group=draw(maybe(st.sampled_from(names))) if names else None,
        excludes=draw(st.just(()) | st.just(()) | st.sampled_from(others).map(lambda name: (name,))) if others else (),
    )


@st.composite
def policies(draw: st.DrawFn, *, basis: str | None = None, choice: str | None = None) -> Policy:
    """A policy, some of it fixed if wanted."""
    return Policy(
        basis=basis or draw(st.sampled_from(("progressive", "parallel"))),  # type: ignore[arg-type]
        choice=choice or draw(st.sampled_from(("best", "priority"))),  # type: ignore[arg-type]
        allocation=draw(st.sampled_from(("largest-remainder", "largest-remainder", "last-line", "first-lines"))),
        activity=draw(st.sampled_from(("exclusive", "stackable"))),
        minimum_payable=draw(st.integers(0, 1)),
        free_shipping_basis=draw(st.sampled_from(("after-discounts", "after-discounts", "list", "after-points"))),
        freight_combine=draw(st.sampled_from(("sum", "highest-first-plus-extra", "max"))),
    )


def _templates() -> tuple[FreightTemplate, ...]:
    return (
        FreightTemplate(
            id="by-piece",
            by="piece",
            regions=[FreightRegion(region="*", start=2, start_fee=600, extra=1, extra_fee=150)],
            free=FreeCondition(thresholds=[Threshold(amount=9_900)]),
        ),
        FreightTemplate(
            id="by-weight",
            by="weight",
            regions=[FreightRegion(region=("*", "440000"), start=10**6, start_fee=800, extra=500_000, extra_fee=333)],
            free=FreeCondition(thresholds=[Threshold(amount=20_000), Threshold(quantity=5)], match="any"),
        ),
        FreightTemplate(
            id="nearby", by="piece", regions=[FreightRegion(region="440300", start=1, start_fee=500, extra=1)]
        ),
    )


@st.composite
def rule_sets(
    draw: st.DrawFn, *, most: int = 6, basis: str | None = None, choice: str | None = None, per_line: bool = True
) -> RuleSet:
    """A valid rule set with up to ``most`` rules, two groups, points and two freight templates."""
    groups = [Group(id="g1", pick=draw(st.sampled_from((None, 1, 1, 2))))]
    groups.append(Group(id="g2", per="line") if per_line else Group(id="g2", pick=1))
    count = draw(st.sampled_from((0, *range(most // 2, most + 1), most)))
    ids = [f"r{number}" for number in range(count)]
    drawn = [draw(rules(id=name, groups=groups, others=[*ids[:place], "group:g1"])) for place, name in enumerate(ids)]
    drawn = [attrs.evolve(rule, excludes=()) if rule.layer == "price" else rule for rule in drawn]
    price_rules = {rule.id for rule in drawn if rule.layer == "price"}
    drawn = [
        attrs.evolve(rule, excludes=tuple(name for name in rule.excludes if name not in price_rules)) for rule in drawn
    ]
    points = draw(
        maybe(
            st.builds(
                PointsPolicy,
                value=st.sampled_from((1, 2, 10)),
                max_share=st.sampled_from((10000, 5000, 3333)),
                step=st.sampled_from((1, 10)),
                minimum=st.sampled_from((0, 50)),
                with_coupons=st.booleans(),
                earn_per_yuan=st.integers(0, 3),
                earn_on_freight=st.booleans(),
            )
        )
    )
    return RuleSet(
        rules=drawn,
        groups=groups,
        policy=draw(policies(basis=basis, choice=choice)),
        points=points,
        freight=_templates(),
    )


# -- the whole --------------------------------------------------------------------------------------------------------


@st.composite
def held_coupons(draw: st.DrawFn, *, id: str = "c0", rules: Sequence[str] = ("r0", "r1", "r2")) -> Coupon:  # noqa: A002
    """One coupon of one of the rules; now and then one that is not valid any more."""
    day = timedelta(days=1)
    until = st.sampled_from((None, NOW + day, NOW + 2 * day, NOW + day, NOW))
    return Coupon(id=id, rule=draw(st.sampled_from(rules)), valid_until=draw(until))


@st.composite
def coupons(draw: st.DrawFn, ruleset: RuleSet, *, most: int = 3) -> tuple[Coupon, ...]:
    """A wallet of up to ``most`` coupons of the rule set's coupon rules; a few of them not valid now."""
    names = [rule.id for rule in ruleset.rules if rule.layer in ("shop-coupon", "platform-coupon")]
    if not names:
        return ()
    count = draw(st.integers(0, most))
    return tuple(draw(held_coupons(id=f"c{number}", rules=names)) for number in range(count))


def wallets(ruleset: RuleSet, *, most: int = 3) -> st.SearchStrategy[tuple[Coupon, ...]]:
    """What a shopper may hold: the same as :func:`coupons`."""
    return coupons(ruleset, most=most)


@st.composite
def requests(draw: st.DrawFn, ruleset: RuleSet | None = None, *, lines: int = 4) -> QuoteRequest:
    """A cart, a shopper, a wallet and points for a rule set (a drawn one, if none is given)."""
    ruleset = ruleset or draw(rule_sets())
    wallet = draw(coupons(ruleset))
    listed = st.lists(st.sampled_from([coupon.id for coupon in wallet] or ["c9"]), unique=True).map(tuple)
    cart = draw(carts(least=draw(st.sampled_from((0, 1, 2, 2))), most=lines, freight=_TEMPLATES))
    usage = draw(
        maybe(
            st.dictionaries(
                st.sampled_from(("r0", "r1", "r2")),
                st.builds(Usage, shopper=st.integers(0, 2), total=st.integers(0, 5), budget=st.integers(0, 2_000)),
            )
        )
    )
    return QuoteRequest(
        cart=Cart(cart.lines, gift_stock=cart.gift_stock, usage=usage),
        at=NOW,
        shopper=draw(maybe(shoppers())),
        coupons=wallet,
        use_coupons=draw(st.one_of(st.just("best"), st.just("best"), st.just("none"), listed)),
        points=draw(
            maybe(
                st.builds(
                    PointsRequest,
                    st.integers(0, 5_000),
                    st.one_of(st.just("max"), st.just("none"), st.integers(0, 900)),
                )
            )
        ),
        destination=draw(st.sampled_from((None, ("440000", "440300")))),
    )


@attrs.frozen
class Scenario:
    """Rules, and something to price by them."""

    rules: RuleSet
    request: QuoteRequest

    def quote(self) -> Quote:
        """The quote of the request by the rules."""
        from minishop.promotions import Engine

        return Engine.from_rules(self.rules).quote_request(self.request)


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    rules: int = 6,
    lines: int = 4,
    basis: str | None = None,
    choice: str | None = None,
    per_line: bool = True,
) -> Scenario:
    """A rule set and a request that it can price."""
    ruleset = draw(rule_sets(most=rules, basis=basis, choice=choice, per_line=per_line))
    return Scenario(ruleset, draw(requests(ruleset, lines=lines)))


def quotes() -> st.SearchStrategy[Quote]:
    """Quotes of all kinds."""
    return scenarios().map(Scenario.quote)
