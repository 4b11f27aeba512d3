"""A rule set, compiled: what an engine looks up instead of reading rules again for every quote.

Rules are numbered in application order, so sorting numbers is sorting rules. Scopes are turned inside out: from a
sku, a category, ... to the numbers of the rules that name it. A cart pays for the rules that its lines touch and for
no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from operator import attrgetter
from typing import Any

from minishop.promotions.benefits import (
    AmountOff,
    Benefit,
    Cutter,
    Exchange,
    FreeShipping,
    Gift,
    ItemBenefit,
    OrderBenefit,
    PercentOff,
    PointsMultiplier,
    PriceBenefit,
    ShippingOff,
    Tiers,
)
from minishop.promotions.rules import BEARERS, COUPON_LAYERS, LAYERS, SCOPE_KEYS, Group, Rule, RuleSet, Scope, Threshold
from minishop.quotes import CartLine, Source

__all__ = ["Compiled", "Measure", "Op", "Program", "compile_rules", "instant"]

PRICE, ITEM, ORDER, SHOP_COUPON, PLATFORM_COUPON, FREIGHT = range(len(LAYERS))

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(time: datetime) -> int:
    """An aware time as microseconds since 1970: exact, and quick to compare."""
    return (time - _EPOCH) // _MICROSECOND


class Op(IntEnum):
    """What applying a rule does."""

    PRICE = 0
    #: An item cut that looks at whole lines: no need to know single units.
    LINES = 1
    #: An item cut on chosen units.
    UNITS = 2
    #: One cut over the scope, allocated.
    CUT = 3
    EXCHANGE = 4
    GIFT = 5
    MULTIPLIER = 6
    FREE_SHIPPING = 7
    SHIPPING_OFF = 8


class Measure(IntEnum):
    """What a threshold counts."""

    NONE = 0
    AMOUNT = 1
    QUANTITY = 2
    DISTINCT = 3


def _operation(rule: Rule) -> Op:
    benefit = rule.benefit
    if rule.layer == "price":
        return Op.PRICE
    if rule.layer == "item":
        return Op.LINES if isinstance(benefit, (AmountOff, PercentOff)) else Op.UNITS
    for kind, op in (
        (Exchange, Op.EXCHANGE),
        (Gift, Op.GIFT),
        (PointsMultiplier, Op.MULTIPLIER),
        (FreeShipping, Op.FREE_SHIPPING),
        (ShippingOff, Op.SHIPPING_OFF),
    ):
        if isinstance(benefit, kind):
            return op
    return Op.CUT


def _threshold(rule: Rule) -> tuple[Measure, int]:
    threshold = rule.threshold
    if isinstance(rule.benefit, Tiers):
        step = rule.benefit.steps[0]
        threshold = Threshold(amount=step.amount, quantity=step.quantity)
    if threshold is None:
        return Measure.NONE, 0
    if threshold.amount is not None:
        return Measure.AMOUNT, threshold.amount
    if threshold.quantity is not None:
        return Measure.QUANTITY, threshold.quantity
    assert threshold.distinct is not None
    return Measure.DISTINCT, threshold.distinct


def _application_key(rule: Rule) -> tuple[int, int, int, str]:
    measure, reach = _threshold(rule)
    face = rule.benefit.face if isinstance(rule.benefit, OrderBenefit) else 0
    return LAYERS.index(rule.layer), -rule.priority, face - (reach if measure is Measure.AMOUNT else 0), rule.id


class Compiled:
    """One rule, ready to be applied. Built once, never changed."""

    __slots__ = (
        "benefit",
        "by_amount",
        "cap",
        "counts",
        "coupon_layer",
        "cut",
        "every",
        "excluded",
        "face",
        "free",
        "fresh",
        "funding",
        "gated",
        "group",
        "item",
        "layer",
        "limited",
        "measure",
        "no",
        "op",
        "per_line",
        "percent",
        "pick",
        "plain",
        "reach",
        "rule",
        "sale_price",
        "source",
        "threshold_amount",
        "weightless",
        "whole",
    )

    def __init__(self, no: int, rule: Rule, group: Group | None) -> None:
        self.no = no
        self.rule = rule
        self.benefit: Benefit = rule.benefit
        self.layer = LAYERS.index(rule.layer)
        self.coupon_layer = rule.layer in COUPON_LAYERS
        self.op = _operation(rule)
        self.source = Source(rule.id, None, rule.layer)
        self.measure, self.reach = _threshold(rule)
        self.threshold_amount = self.reach if self.measure is Measure.AMOUNT else 0
        self.group = None if group is None else group.id
        self.per_line = group is not None and group.per == "line"
        self.pick = None if group is None else group.pick
        self.fresh = rule.scope.only_undiscounted
        self.whole = _is_whole(rule.scope)
        self.weightless = self.op in (Op.GIFT, Op.MULTIPLIER)
        benefit = rule.benefit
        self.face = benefit.face if isinstance(benefit, OrderBenefit) else 0
        self.every = isinstance(benefit, AmountOff) and benefit.every
        self.cap = benefit.cap if isinstance(benefit, (AmountOff, PercentOff)) else None
        self.percent = benefit.percent if isinstance(benefit, PercentOff) else None
        #: Whether quantities must be known to apply it.
        self.counts = self.measure is Measure.QUANTITY or not isinstance(benefit, (AmountOff, PercentOff, Tiers))
        self.cut: Cutter | None = benefit.cutter() if self.op is Op.CUT and isinstance(benefit, OrderBenefit) else None
        #: Whether the sum of its lines is all that its cut depends on.
        self.by_amount = (
            self.op is Op.CUT and self.measure <= Measure.AMOUNT and not (self.counts or self.fresh or self.per_line)
        )
        self.item = benefit if isinstance(benefit, ItemBenefit) else None
        self.sale_price: Callable[[int], int] | None = benefit.sale_price if isinstance(benefit, PriceBenefit) else None
        audience = rule.audience
        self.gated = bool(
            rule.starts_at
            or rule.ends_at
            or audience.level
            or audience.channel
            or audience.tag
            or audience.new_customer is not None
            or rule.conditions
        )
        limit = rule.limit
        self.limited = (limit.order, limit.shopper, limit.total, limit.budget) != (None, None, None, None)
        self.funding = tuple((bearer, rule.funding[bearer]) for bearer in BEARERS if rule.funding.get(bearer))
        #: Numbers of the rules that may not be used together with this one.
        self.excluded: frozenset[int] = frozenset()
        #: Whether no group, exclude or limit stands between it and its use.
        self.free = False
        #: Whether it needs no more than lines and their amounts.
        self.plain = False


def _is_whole(scope: Scope) -> bool:
    return scope.exclude is None and not any(getattr(scope, key) for key in SCOPE_KEYS)


def _matches(scope: Scope, line: CartLine) -> bool:
    """Whether all given keys match the line, its ``exclude`` left out of account."""
    for key in SCOPE_KEYS:
        wanted = getattr(scope, key)
        if not wanted:
            continue
        has = getattr(line, key)
        if isinstance(has, tuple):
            if not any(value in wanted for value in has):
                return False
        elif has not in wanted:
            return False
    return True


def covers(scope: Scope, line: CartLine) -> bool:
    """Whether a scope picks a line, ``only_undiscounted`` left out of account."""
    return _matches(scope, line) and (scope.exclude is None or not _matches(scope.exclude, line))


class ScopeIndex:
    """From the attributes of lines to the rules whose scope they are in.

    A scope is filed under one of its keys (the one that names the fewest values); what else it asks for is checked line
    by line, only where the first key matched.
    """

    __slots__ = ("_by", "_checked", "_rest", "whole")

    def __init__(self, rules: Iterable[Compiled]) -> None:
        #: Numbers of the rules that cover every line.
        self.whole: tuple[int, ...] = ()
        self._rest: tuple[tuple[int, Scope], ...] = ()
        self._checked: dict[int, Scope] = {}
        filed: dict[str, dict[str, list[int]]] = {}
        whole: list[int] = []
        rest: list[tuple[int, Scope]] = []
        for compiled in rules:
            scope = compiled.rule.scope
            if compiled.whole:
                whole.append(compiled.no)
                continue
            keys = [key for key in SCOPE_KEYS if getattr(scope, key)]
            if not keys:
                rest.append((compiled.no, scope))
                continue
            key = min(keys, key=lambda name: len(getattr(scope, name)))
            for value in dict.fromkeys(getattr(scope, key)):
                filed.setdefault(key, {}).setdefault(value, []).append(compiled.no)
            if len(keys) > 1 or scope.exclude is not None:
                self._checked[compiled.no] = scope
        self.whole = tuple(whole)
        self._rest = tuple(rest)
        self._by = tuple(
            (attrgetter(key), key in ("category", "tag"), filed[key]) for key in SCOPE_KEYS if key in filed
        )

    def hits(self, lines: tuple[CartLine, ...], places: Sequence[int]) -> dict[int, Sequence[int]]:
        """Rule number -> places of the lines in its scope, ascending; rules of :attr:`whole` left out."""
        result: dict[int, Sequence[int]] = {}
        chosen = lines if len(places) == len(lines) else [lines[place] for place in places]
        for read, many, filed in self._by:
            # Lines with one value share their row, so that a value is looked up once, not once per line.
            rows: dict[Any, list[int]] = {}
            for place, value in zip(places, map(read, chosen)):  # noqa: B905  (of one length; hot)
                row = rows.get(value)
                if row is not None:
                    row.append(place)
                elif many or value in filed:
                    rows[value] = [place]
            mixed: set[int] = set()
            for value, row in rows.items():
                for one in value if many else (value,):
                    for no in filed.get(one, ()):
                        if no in result:
                            result[no] = [*result[no], *row]
                            mixed.add(no)
                        else:
                            result[no] = row
            for no in mixed:
                result[no] = sorted(set(result[no]))
        for no, scope in self._rest:
            row = [place for place in places if covers(scope, lines[place])]
            if row:
                result[no] = row
        if self._checked:
            for no in self._checked.keys() & result.keys():
                scope = self._checked[no]
                row = [place for place in result[no] if covers(scope, lines[place])]
                if row:
                    result[no] = row
                else:
                    del result[no]
        return result


class Program:
    """A compiled rule set."""

    __slots__ = (
        "by_id",
        "coupons",
        "freight",
        "freight_index",
        "goods_index",
        "has_freight_rules",
        "multiplies",
        "price_index",
        "priced",
        "rules",
        "ruleset",
    )

    def __init__(self, ruleset: RuleSet) -> None:
        groups = {group.id: group for group in ruleset.groups}
        ordered = sorted(ruleset.rules, key=_application_key)
        self.ruleset = ruleset
        self.rules = tuple(
            Compiled(no, rule, groups[rule.group] if rule.group is not None else None)
            for no, rule in enumerate(ordered)
        )
        self.by_id = {compiled.rule.id: compiled for compiled in self.rules}
        _link_excludes(self.rules, self.by_id)
        self.freight = {template.id: template for template in ruleset.freight}
        price = [compiled for compiled in self.rules if compiled.layer == PRICE]
        freight = [compiled for compiled in self.rules if compiled.layer == FREIGHT]
        goods = [compiled for compiled in self.rules if ITEM <= compiled.layer <= ORDER]
        self.priced = bool(price)
        self.has_freight_rules = bool(freight)
        self.multiplies = any(compiled.op is Op.MULTIPLIER for compiled in self.rules)
        self.price_index = ScopeIndex(price)
        self.goods_index = ScopeIndex(goods)
        self.freight_index = ScopeIndex(freight)
        self.coupons = {compiled.rule.id: compiled for compiled in self.rules if compiled.coupon_layer}


def _link_excludes(rules: tuple[Compiled, ...], by_id: dict[str, Compiled]) -> None:
    found: dict[int, set[int]] = {}
    members: dict[str, list[int]] = {}
    for compiled in rules:
        if compiled.group is not None:
            members.setdefault(compiled.group, []).append(compiled.no)
    for compiled in rules:
        for name in compiled.rule.excludes:
            others = members.get(name[6:], []) if name.startswith("group:") else [by_id[name].no]
            for other in others:
                if other != compiled.no:
                    found.setdefault(compiled.no, set()).add(other)
                    found.setdefault(other, set()).add(compiled.no)
    for no, others_of in found.items():
        rules[no].excluded = frozenset(others_of)
    for compiled in rules:
        compiled.free = compiled.group is None and not (compiled.limited or compiled.excluded)
        compiled.plain = (
            compiled.op in (Op.LINES, Op.CUT)
            and compiled.measure <= Measure.AMOUNT
            and not (compiled.counts or compiled.fresh or compiled.excluded)
        )


def compile_rules(ruleset: RuleSet) -> Program:
    """The program of a valid rule set."""
    return Program(ruleset)
