"""Thresholds that are not what they seem: a face that covers its own, a cut that moves another one out of reach."""

from __future__ import annotations

from collections.abc import Iterator

from minishop.promotions._program import Measure
from minishop.promotions.benefits import AmountOff, Tiers
from minishop.promotions.lint._audit import Audit, amount_of, goods_payable
from minishop.promotions.lint._breaks import amounts_of, nominal, reach_amount
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint._shelf import Goods
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import Rule

__all__ = ["faces_that_cover", "self_defeating_thresholds"]


def faces_that_cover(audit: Audit) -> Iterator[Finding]:
    """Fixed cuts that are at least their own threshold, so that the goods cost nothing there."""
    for rule in audit.rules:
        scene, goods = audit.scene_for(rule), audit.goods_for(rule)
        if not audit.is_cut(rule) or scene is None or goods is None:
            continue
        for amount, face in _faces(audit, rule):
            request = audit.request(scene, [goods.line(1, amount)], [rule])
            quote = audit.quote(request)
            if goods_payable(quote) == 0 and amount_of(quote, rule):
                has_threshold = audit.compiled(rule).measure is Measure.AMOUNT
                yield audit.finding(
                    "face_covers_threshold",
                    "error" if has_threshold else "warning",
                    [rule],
                    request,
                    reason="amount" if has_threshold else "none",
                    amount=amount,
                    face=face,
                    payable=0,
                )
                break


def _faces(audit: Audit, rule: Rule) -> Iterator[tuple[int, int]]:
    """The amounts at which the rule's own fixed cut is all there is, and that cut; fen."""
    compiled, benefit = audit.compiled(rule), rule.benefit
    if isinstance(benefit, AmountOff) and compiled.measure in (Measure.AMOUNT, Measure.NONE):
        face = benefit.amount if benefit.cap is None else min(benefit.amount, benefit.cap)
        if face >= compiled.reach:
            yield compiled.reach or face, face
    elif isinstance(benefit, Tiers):
        for step in benefit.steps:
            if step.amount is not None and step.off is not None and step.off >= step.amount:
                yield step.amount, step.off


def self_defeating_thresholds(audit: Audit) -> Iterator[Finding]:
    """Thresholds that a cart meets at list price and then misses, because an earlier rule cuts it below."""
    for rule in audit.rules:
        steps = amounts_of(audit.compiled(rule))
        if not audit.is_cut(rule) or not steps:
            continue
        for other in audit.rules:
            if not _may_defeat(audit, other, rule) or not nominal(audit.compiled(other), steps[0]):
                continue
            scene, goods = audit.scene_for(rule, other), audit.goods_for(rule, other)
            if scene is None or goods is None:
                continue
            finding = _defeated(audit, scene, goods, rule, other, steps[0])
            if finding is not None:
                yield finding


def _may_defeat(audit: Audit, other: Rule, rule: Rule) -> bool:
    """Whether the other rule comes first by itself, and the two may be used together."""
    theirs, mine = audit.compiled(other), audit.compiled(rule)
    shares = mine.group is not None and mine.group == theirs.group and (mine.pick == 1 or mine.per_line)
    is_first = theirs.no < mine.no and audit.is_cut(other) and not theirs.coupon_layer
    return is_first and not shares and theirs.no not in mine.excluded


def _defeated(audit: Audit, scene: Scene, goods: Goods, rule: Rule, other: Rule, reach: int) -> Finding | None:
    request = audit.request(scene, [goods.line(1, reach)], [rule])
    quote = audit.quote(request)
    takes = amount_of(quote, other)
    if not takes or amount_of(quote, rule) or not amount_of(audit.quote(request, audit.without(other)), rule):
        return None
    needs = reach_amount(audit, scene, goods, rule, reach)
    later = {} if needs is None else {"needs": needs}
    return audit.finding(
        "self_defeating_threshold",
        "warning",
        [rule, other],
        request,
        reason="never" if needs is None else "later",
        reach=reach,
        takes=takes,
        left=goods_payable(quote),
        **later,
    )
