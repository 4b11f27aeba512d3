"""What must hold between the fields of a rule and between rules.

Used for documents and for rules built in Python alike, so both name the same paths and codes. Every check is a small
generator of ``(path below the rule, code, message)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from minishop.errors import Problem
from minishop.promotions.benefits import (
    BUILT_IN_BENEFITS,
    AmountOff,
    Benefit,
    FreeShipping,
    Gift,
    PercentOff,
    ShippingOff,
    Step,
    Tiers,
)
from minishop.promotions.conditions import Condition
from minishop.promotions.rules import FreightTemplate, Group, Rule, RuleSet, Threshold

__all__ = ["RESERVED_IDS", "check_rules", "validate"]

#: Ids that quotes use for what no rule gave.
RESERVED_IDS = ("member-price", "activity-price", "points", "minimum-payable")

_Finding = tuple[str, str, str]


def validate(ruleset: RuleSet, kinds: Iterable[type[Benefit] | type[Condition]] = ()) -> list[Problem]:
    """Every problem of a typed rule set, by the path it would have in a document."""
    known: set[type] = {*BUILT_IN_BENEFITS.values(), *kinds}
    problems = [
        Problem(f"rule[{index}].{where}", "unknown_kind", f"pass {kind.__name__} in kinds=")
        for index, rule in enumerate(ruleset.rules)
        for where, kind in _kinds_of(rule)
        if kind not in known
    ]
    return problems + check_rules(
        dict(enumerate(ruleset.rules)), dict(enumerate(ruleset.groups)), dict(enumerate(ruleset.freight))
    )


def _kinds_of(rule: Rule) -> Iterator[tuple[str, type]]:
    yield "benefit", type(rule.benefit)
    for index, condition in enumerate(rule.conditions):
        yield f"conditions[{index}]", type(condition)


def check_rules(
    rules: Mapping[int, Rule],
    groups: Mapping[int, Group],
    freight: Mapping[int, FreightTemplate],
    named: Mapping[str, Set[str]] | None = None,
) -> list[Problem]:
    """Every problem of rules, groups and templates, each under its index in the document.

    Args:
        rules: Index to rule; entries whose shape was wrong are left out.
        groups: Index to group.
        freight: Index to template.
        named: Ids of ``rule`` and ``group`` that the document names, those left out included.
    """
    named = named or {}
    rule_ids = {rule.id for rule in rules.values()} | named.get("rule", set())
    price_ids = {rule.id for rule in rules.values() if rule.layer == "price"}
    by_group = {group.id: group for group in groups.values()}
    group_ids = by_group.keys() | named.get("group", set())
    problems: list[Problem] = []
    for key, entries in (("group", groups), ("rule", rules), ("freight", freight)):
        seen: set[str] = set()
        for index, entry in entries.items():
            path = f"{key}[{index}]"
            if entry.id in seen:
                problems.append(Problem(f"{path}.id", "duplicate_id", f"{entry.id!r} is used before"))
            seen.add(entry.id)
            problems += [Problem(f"{path}.{where}", code, message) for where, code, message in _check(entry, by_group)]
            if isinstance(entry, Rule):
                problems += [
                    Problem(f"{path}.{where}", code, message)
                    for where, code, message in _references(entry, rule_ids, group_ids, price_ids)
                ]
    return problems


def _check(entry: Rule | Group | FreightTemplate, groups: Mapping[str, Group]) -> Iterator[_Finding]:
    if isinstance(entry, Group):
        if entry.per == "line" and entry.pick is not None:
            yield "pick", "not_allowed", 'a group per line has no number to pick: leave it out or write "any"'
    elif isinstance(entry, FreightTemplate):
        yield from _template(entry)
    else:
        group = groups.get(entry.group or "")
        for check in (_id, _layer, _price_layer, _window, _threshold, _ladder, _funding):
            yield from check(entry)
        if group is not None and group.per == "line" and isinstance(entry.benefit, (Gift, FreeShipping, ShippingOff)):
            yield "group", "not_allowed", f"{entry.benefit.kind} cannot share lines out: use a group per order"


def _references(rule: Rule, rules: Set[str], groups: Set[str], prices: Set[str]) -> Iterator[_Finding]:
    if rule.group is not None and rule.group not in groups:
        yield "group", "unknown_id", f"no group {rule.group!r}"
    for index, name in enumerate(rule.excludes):
        path = f"excludes[{index}]"
        if name.startswith("group:"):
            if name[6:] not in groups:
                yield path, "unknown_id", f"no group {name[6:]!r}"
        elif name not in rules:
            yield path, "unknown_id", f"no rule {name!r}"
        elif name == rule.id:
            yield path, "excludes_itself", "a rule cannot exclude itself"
        elif name in prices and rule.layer != "price":
            yield path, "not_allowed", f"{name!r} sets a price, which nothing excludes: see scope.only_undiscounted"


def _id(rule: Rule) -> Iterator[_Finding]:
    if rule.id in RESERVED_IDS or rule.id.startswith(("freight:", "group:")):
        yield "id", "reserved_id", f"{rule.id!r} is a name that quotes use themselves"


def _layer(rule: Rule) -> Iterator[_Finding]:
    benefit = rule.benefit
    if rule.layer not in benefit.layers:
        layers = ", ".join(sorted(benefit.layers))
        yield "benefit.kind", "wrong_layer", f"{benefit.kind} stands in: {layers}"
    if isinstance(benefit, AmountOff) and benefit.every:
        if rule.layer == "item":
            yield "benefit.every", "not_allowed", "an item rule takes its amount once per line"
        elif rule.layer != "price" and (rule.threshold is None or rule.threshold.distinct is not None):
            yield "benefit.every", "needs_threshold", "needs a threshold of amount or quantity to count"


def _price_layer(rule: Rule) -> Iterator[_Finding]:
    if rule.layer != "price":
        return
    benefit = rule.benefit
    if isinstance(benefit, (AmountOff, PercentOff)) and benefit.cap is not None:
        yield "benefit.cap", "not_allowed", "a sale price has no cap"
    if isinstance(benefit, AmountOff) and benefit.every:
        yield "benefit.every", "not_allowed", "a sale price has no every"
    for key in ("group", "threshold", "excludes"):
        if getattr(rule, key):
            yield key, "not_allowed", f"a price rule has no {key}: the lowest price wins"


def _window(rule: Rule) -> Iterator[_Finding]:
    if rule.starts_at is not None and rule.ends_at is not None and rule.ends_at <= rule.starts_at:
        yield "ends_at", "empty_window", "must be after starts_at"


def _measures(threshold: Threshold) -> int:
    return sum(value is not None for value in (threshold.amount, threshold.quantity, threshold.distinct))


def _threshold(rule: Rule) -> Iterator[_Finding]:
    if rule.threshold is not None and _measures(rule.threshold) != 1:
        yield "threshold", "one_measure", "give exactly one of amount, quantity, distinct"


def _ladder(rule: Rule) -> Iterator[_Finding]:
    benefit = rule.benefit
    if not isinstance(benefit, Tiers):
        return
    if rule.threshold is not None:
        yield "threshold", "not_allowed", "the steps of tiers are the thresholds"
    fine = bool(benefit.steps)
    if not fine:
        yield "benefit.steps", "empty", "must not be empty"
    for index, step in enumerate(benefit.steps):
        path = f"benefit.steps[{index}]"
        if (step.amount is None) == (step.quantity is None):
            yield path, "one_measure", "give exactly one of amount, quantity"
            fine = False
        elif (step.amount is None) != (benefit.steps[0].amount is None):
            yield path, "mixed_measures", "all steps count amounts or all count quantities"
            fine = False
        if (step.off is None) == (step.percent is None):
            yield path, "one_cut", "give exactly one of off, percent"
            fine = False
    if fine:
        yield from _climb(benefit.steps)


def _climb(steps: tuple[Step, ...]) -> Iterator[_Finding]:
    """A step must not give less than the one below, at its own threshold."""
    for index in range(1, len(steps)):
        below, step = steps[index - 1], steps[index]
        path = f"benefit.steps[{index}]"
        by_amount = step.amount is not None
        reach, last = (step.amount, below.amount) if by_amount else (step.quantity, below.quantity)
        assert reach is not None
        assert last is not None
        if reach <= last:
            yield path, "not_ascending", "must be higher than the step before"
        elif by_amount:
            if step.cut(reach) < below.cut(reach):
                yield path, "shrinking_ladder", "gives less than the step before gives at this amount"
        elif (step.off is None) != (below.off is None):
            yield path, "mixed_cuts", "steps by quantity all give an amount or all give a percentage"
        elif (step.off or step.percent or 0) < (below.off or below.percent or 0):
            yield path, "shrinking_ladder", "gives less than the step before"


def _funding(rule: Rule) -> Iterator[_Finding]:
    if rule.funding and sum(rule.funding.values()) != 10000:
        yield "funding", "not_whole", "the shares must add up to 100%"


def _template(template: FreightTemplate) -> Iterator[_Finding]:
    if not template.regions:
        yield "regions", "empty", "must not be empty"
    seen: set[str] = set()
    for index, region in enumerate(template.regions):
        if not region.region:
            yield f"regions[{index}].region", "empty", "must name at least one"
        for at, code in enumerate(region.region):
            if code in seen:
                yield f"regions[{index}].region[{at}]", "duplicate_region", f"{code!r} is listed before"
            seen.add(code)
    for at, code in enumerate(template.no_delivery):
        if code == "*":
            yield f"no_delivery[{at}]", "not_allowed", "a template that delivers nowhere is none"
        elif code in seen:
            yield f"no_delivery[{at}]", "duplicate_region", f"{code!r} is listed before"
        seen.add(code)
    free = template.free
    if free is not None:
        if not free.thresholds:
            yield f"free.{free.match}", "empty", "must not be empty"
        for index, threshold in enumerate(free.thresholds):
            if _measures(threshold) != 1:
                path = "free" if len(free.thresholds) == 1 else f"free.{free.match}[{index}]"
                yield path, "one_measure", "give exactly one of amount, quantity, distinct"
