"""Ladder steps that give nothing beyond the step below."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from minishop.money import MAX_FEN
from minishop.promotions.benefits import Step, Tiers
from minishop.promotions.lint._audit import Audit, amount_of, goods_payable
from minishop.promotions.lint._breaks import SAMPLE, reach_amount
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import Rule
from minishop.quotes import CartLine, QuoteRequest

__all__ = ["dead_tiers"]


def dead_tiers(audit: Audit) -> Iterator[Finding]:
    """Every step of a ladder that is nowhere better than the step below."""
    for rule in audit.rules:
        if not isinstance(rule.benefit, Tiers):
            continue
        steps = rule.benefit.steps
        for place in range(1, len(steps)):
            end = steps[place + 1].amount if place + 1 < len(steps) else None
            if _is_dead(steps[place - 1], steps[place], end):
                cart = _shown(audit, rule, place)
                if cart is not None:
                    yield _finding(audit, rule, place, cart)


def _is_dead(below: Step, step: Step, end: int | None) -> bool:
    """Whether a step gives no more than the one below on all it is for: from its own reach to ``end``, fen.

    Both cuts are linear with one bend (where a fixed cut is as large as the base), so ends and bends decide.
    """
    if step.amount is None:
        return (step.off, step.percent) == (below.off, below.percent)
    last = (end if end is not None else MAX_FEN) - 1
    bends = {step.amount, last, *(bend for cut in (step.off, below.off) if cut for bend in (cut, cut + 1))}
    return all(step.cut(base) <= below.cut(base) for base in bends if step.amount <= base <= last)


def _shown(audit: Audit, rule: Rule, place: int) -> QuoteRequest | None:
    """A cart at the step that pays the same without it, by the engine."""
    assert isinstance(rule.benefit, Tiers)
    step = rule.benefit.steps[place]
    scene, goods = audit.scene_for(rule), audit.goods_for(rule)
    if scene is None or goods is None:
        return None
    if step.amount is not None:
        amount = reach_amount(audit, scene, goods, rule, step.amount)
        lines: list[CartLine] = [] if amount is None else [goods.line(1, amount)]
    else:
        lines = [goods.line(1, SAMPLE, step.quantity or 1)]
    request = audit.request(scene, lines, [rule])
    quote = audit.quote(request)
    shorter = attrs.evolve(
        rule, benefit=Tiers(tuple(other for at, other in enumerate(rule.benefit.steps) if at != place))
    )
    rules = [shorter if other is rule else other for other in audit.rules]
    other = audit.engine_of(attrs.evolve(audit.engine.rules, rules=rules)).quote_request(request)
    same = amount_of(quote, rule) and goods_payable(quote) >= goods_payable(other)
    return request if same else None


def _finding(audit: Audit, rule: Rule, place: int, cart: QuoteRequest) -> Finding:
    assert isinstance(rule.benefit, Tiers)
    step, below = rule.benefit.steps[place], rule.benefit.steps[place - 1]
    if step.amount is not None:
        return audit.finding(
            "dead_tier", "warning", [rule], cart, reason="amount", step=place + 1, reach=step.amount, below=below.amount
        )
    return audit.finding(
        "dead_tier",
        "warning",
        [rule],
        cart,
        reason="quantity",
        step=place + 1,
        reach=step.quantity,
        below=below.quantity,
    )
