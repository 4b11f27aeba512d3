"""The typed rules: what a rules document says, as frozen values.

Constructors check each field alone; what holds between fields and between rules (a ladder that shrinks, a group that
does not exist, a kind in the wrong layer) is checked once for the whole set by :mod:`minishop.promotions.validation`,
so that every fault is reported and not only the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.promotions.benefits import Benefit
from minishop.promotions.conditions import Condition
from minishop.quotes.checks import (
    as_dict,
    as_names,
    as_tuple,
    at_least,
    aware,
    each,
    fen,
    flag,
    instance_of,
    mapping_of,
    names,
    one_of,
    optional,
    text,
    text_or_empty,
)

__all__ = [
    "BEARERS",
    "COUPON_LAYERS",
    "LAYERS",
    "SCOPE_KEYS",
    "Audience",
    "Bearer",
    "FreeCondition",
    "FreightRegion",
    "FreightTemplate",
    "Group",
    "Layer",
    "Limit",
    "PointsPolicy",
    "Policy",
    "Rule",
    "RuleSet",
    "Scope",
    "Threshold",
]

Layer = Literal["price", "item", "order", "shop-coupon", "platform-coupon", "freight"]
#: The layers that rules live in, in the order in which they are applied.
LAYERS: tuple[Layer, ...] = get_args(Layer)
COUPON_LAYERS: tuple[Layer, ...] = ("shop-coupon", "platform-coupon")
Bearer = Literal["shop", "platform", "brand"]
#: Who may bear a discount, in the order in which leftover fen are handed out.
BEARERS: tuple[Bearer, ...] = get_args(Bearer)
#: The keys of a scope, in the order of a document.
SCOPE_KEYS = ("sku", "product", "category", "brand", "tag", "shop")


def _exclude(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    instance_of(Scope)(instance, attribute, value)
    if isinstance(value, Scope) and (value.exclude is not None or value.only_undiscounted):
        raise InvalidInput("exclude", "not_allowed", "must have no keys but sku to shop")


@frozen(kw_only=True)
class Scope:
    """Which lines a rule looks at: all given keys must match, several values of a key mean any of them.

    Attributes:
        exclude: Leaves out the lines that match all its keys (``except`` in a document); has no ``exclude`` of its own.
        only_undiscounted: Leaves out lines from which an earlier layer, the price layer included, took something.
    """

    sku: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    product: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    category: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    brand: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    shop: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    exclude: Scope | None = field(default=None, validator=_exclude)
    only_undiscounted: bool = field(default=False, validator=flag)


@frozen(kw_only=True)
class Audience:
    """Who may use a rule: all given keys must match."""

    level: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    channel: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    new_customer: bool | None = field(default=None, validator=optional(flag))


@frozen(kw_only=True)
class Threshold:
    """What the scope's lines must reach together (``>=``): exactly one of the measures.

    Attributes:
        amount: Fen.
        quantity: Units.
        distinct: Different products (sku where a line has no product).
    """

    amount: int | None = field(default=None, validator=optional(at_least(1)))
    quantity: int | None = field(default=None, validator=optional(at_least(1)))
    distinct: int | None = field(default=None, validator=optional(at_least(1)))


@frozen(kw_only=True)
class Limit:
    """How often a rule may be used; the quote returns the claims, storage enforces them.

    Attributes:
        order: Coupons of the rule in one order.
        shopper: Uses by one shopper.
        total: Uses by all.
        budget: Fen by all; a use that would exceed it is refused, not cut.
    """

    order: int | None = field(default=None, validator=optional(at_least(1)))
    shopper: int | None = field(default=None, validator=optional(at_least(1)))
    total: int | None = field(default=None, validator=optional(at_least(1)))
    budget: int | None = field(default=None, validator=optional(at_least(1)))


@frozen(kw_only=True)
class Rule:
    """One rule of a campaign.

    Attributes:
        id: Unique among rules.
        layer: One of :data:`LAYERS`.
        benefit: What the customer gets.
        name: What people read; the id if empty.
        group: Id of a :class:`Group`, or none.
        priority: Higher is applied earlier within the layer.
        excludes: Ids of rules, or ``group:<id>``, that may not be used together with this one (symmetric).
        starts_at: First instant; aware.
        ends_at: First instant after (half-open); aware.
        conditions: Conditions of the app's own; all must hold.
        funding: Bearer to basis points, together 10000; empty means the shop bears all.
    """

    id: str = field(validator=text)
    layer: Layer = field(validator=one_of(*LAYERS))
    benefit: Benefit = field(validator=instance_of(Benefit))
    name: str = field(default="", validator=text_or_empty)
    group: str | None = field(default=None, validator=optional(text))
    priority: int = field(default=0, validator=at_least(-(10**9), 10**9))
    excludes: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    starts_at: datetime | None = field(default=None, validator=optional(aware))
    ends_at: datetime | None = field(default=None, validator=optional(aware))
    scope: Scope = field(factory=Scope, validator=instance_of(Scope))
    audience: Audience = field(factory=Audience, validator=instance_of(Audience))
    threshold: Threshold | None = field(default=None, validator=optional(instance_of(Threshold)))
    conditions: tuple[Condition, ...] = field(default=(), converter=as_tuple, validator=each(Condition))
    funding: Mapping[Bearer, int] = field(
        factory=dict, converter=as_dict, validator=mapping_of(at_least(0, 10000), BEARERS), hash=False
    )
    limit: Limit = field(factory=Limit, validator=instance_of(Limit))


@frozen(kw_only=True)
class Group:
    """Rules that share a choice.

    Attributes:
        pick: How many of the group an order may use; ``None`` is any number.
        per: ``"order"``; or ``"line"``: each line counts for at most one rule of the group.
    """

    id: str = field(validator=text)
    pick: int | None = field(default=None, validator=optional(at_least(1)))
    per: Literal["order", "line"] = field(default="order", validator=one_of("order", "line"))


@frozen(kw_only=True)
class Policy:
    """How the engine reads all rules; see the explanation page of the docs for each choice.

    Attributes:
        minimum_payable: 0 or 1 fen.
        search_nodes: Node budget of the best-price search, at least 1.
    """

    basis: Literal["progressive", "parallel"] = field(
        default="progressive", validator=one_of("progressive", "parallel")
    )
    choice: Literal["best", "priority"] = field(default="best", validator=one_of("best", "priority"))
    allocation: Literal["largest-remainder", "last-line", "first-lines"] = field(
        default="largest-remainder", validator=one_of("largest-remainder", "last-line", "first-lines")
    )
    activity: Literal["exclusive", "stackable"] = field(default="exclusive", validator=one_of("exclusive", "stackable"))
    minimum_payable: int = field(default=0, validator=at_least(0, 1))
    free_shipping_basis: Literal["list", "after-discounts", "after-points"] = field(
        default="after-discounts", validator=one_of("list", "after-discounts", "after-points")
    )
    freight_combine: Literal["sum", "highest-first-plus-extra", "max"] = field(
        default="sum", validator=one_of("sum", "highest-first-plus-extra", "max")
    )
    search_nodes: int = field(default=200_000, validator=at_least(1))


@frozen(kw_only=True)
class PointsPolicy:
    """What points are worth and how they are earned.

    Attributes:
        value: Fen per point.
        max_share: Basis points of the goods payable that points may pay.
        maximum: Most points per order.
        step: Points are used in multiples of this.
        minimum: Fewer points than this are not used at all.
        with_coupons: Whether points may be used beside a coupon.
        earn_per_yuan: Points earned per yuan of cash paid for goods.
        earn_on_freight: Whether freight earns as well.
    """

    value: int = field(validator=at_least(1))
    max_share: int = field(default=10000, validator=at_least(1, 10000))
    maximum: int | None = field(default=None, validator=optional(at_least(0)))
    step: int = field(default=1, validator=at_least(1))
    minimum: int = field(default=0, validator=at_least(0))
    with_coupons: bool = field(default=True, validator=flag)
    earn_per_yuan: int = field(default=0, validator=at_least(0))
    earn_on_freight: bool = field(default=False, validator=flag)


@frozen(kw_only=True)
class FreightRegion:
    """One tariff of a template. Measures are pieces, milligrams or cubic centimetres, by the template's ``by``.

    Attributes:
        region: Destination codes; ``*`` is everywhere else.
        start: The measure that ``start_fee`` covers.
        start_fee: Fen.
        extra: Each begun ``extra`` beyond ``start`` costs ``extra_fee``.
        extra_fee: Fen.
    """

    region: tuple[str, ...] = field(converter=as_names, validator=names)
    start: int = field(validator=at_least(0))
    start_fee: int = field(validator=fen)
    extra: int = field(default=1, validator=at_least(1))
    extra_fee: int = field(default=0, validator=fen)


@frozen(kw_only=True)
class FreeCondition:
    """When a template ships free: thresholds over the template's own lines.

    Attributes:
        thresholds: At least one.
        match: Whether ``"all"`` or ``"any"`` of them must be reached.
    """

    thresholds: tuple[Threshold, ...] = field(converter=as_tuple, validator=each(Threshold))
    match: Literal["all", "any"] = field(default="all", validator=one_of("all", "any"))


@frozen(kw_only=True)
class FreightTemplate:
    """A freight tariff that lines name.

    Attributes:
        by: ``piece``, ``weight`` or ``volume``.
        regions: The region whose code comes last in the destination wins; no match is undeliverable, never free.
        free: When the template waives its fee.
        no_delivery: Destination codes that it never delivers to, whatever ``regions`` say of places within them.
    """

    id: str = field(validator=text)
    by: Literal["piece", "weight", "volume"] = field(validator=one_of("piece", "weight", "volume"))
    regions: tuple[FreightRegion, ...] = field(converter=as_tuple, validator=each(FreightRegion))
    free: FreeCondition | None = field(default=None, validator=optional(instance_of(FreeCondition)))
    no_delivery: tuple[str, ...] = field(default=(), converter=as_names, validator=names)


@frozen(kw_only=True)
class RuleSet:
    """A whole rules document: what an engine is compiled from."""

    rules: tuple[Rule, ...] = field(default=(), converter=as_tuple, validator=each(Rule))
    groups: tuple[Group, ...] = field(default=(), converter=as_tuple, validator=each(Group))
    policy: Policy = field(factory=Policy, validator=instance_of(Policy))
    points: PointsPolicy | None = field(default=None, validator=optional(instance_of(PointsPolicy)))
    freight: tuple[FreightTemplate, ...] = field(default=(), converter=as_tuple, validator=each(FreightTemplate))
