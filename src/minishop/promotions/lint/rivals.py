"""Rules of one group that only one of them may come out of: the one that never does, and the ones that tie.

A rule is *always beaten* by another of its ``pick = 1`` group that is open to the same shoppers or more, looks at the
same lines or more, asks for no more, and takes at least as much at every amount where either cut jumps. That makes it a
candidate. Later thresholds can turn a smaller cut into the better one (what it leaves reaches a coupon), so carts are
priced with and without the rule around every threshold, with no coupons, with one and with all; one cart that the rule
makes cheaper acquits it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from minishop.promotions._program import covers
from minishop.promotions.lint._audit import Audit, amount_of, goods_payable
from minishop.promotions.lint._breaks import SAMPLE, amounts_of, nominal
from minishop.promotions.lint._open import is_open_whenever
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint._shelf import Goods, is_within
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import COUPON_LAYERS, Rule
from minishop.quotes import CartLine

__all__ = ["rivals"]


def rivals(audit: Audit) -> Iterator[Finding]:
    """Always beaten rules, then ties of those that are not."""
    beaten: set[str] = set()
    for rule in audit.rules:
        for other in audit.rules:
            if _may_beat(audit, other, rule):
                finding = _beaten(audit, rule, other)
                if finding is not None:
                    beaten.add(rule.id)
                    yield finding
                    break
    for one, other in combinations(audit.rules, 2):
        if one.id not in beaten and other.id not in beaten and _share_one_place(audit, one, other):
            yield from _tie(audit, one, other)


def _share_one_place(audit: Audit, one: Rule, other: Rule) -> bool:
    mine, theirs = audit.compiled(one), audit.compiled(other)
    return mine.group is not None and mine.group == theirs.group and mine.pick == 1 and not mine.per_line


def _may_beat(audit: Audit, other: Rule, rule: Rule) -> bool:
    """Whether the other rule is a candidate: wider, easier to reach, and nowhere less."""
    if other is rule or other.layer in COUPON_LAYERS or not _share_one_place(audit, other, rule):
        return False
    theirs, mine = audit.compiled(other), audit.compiled(rule)
    return (
        theirs.layer <= mine.layer
        and theirs.cut is not None
        and mine.cut is not None
        and theirs.excluded - {mine.no} <= mine.excluded
        and is_open_whenever(other, rule)
        and is_within(rule.scope, other.scope)
        and _takes_no_less(audit, other, rule)
    )


def _takes_no_less(audit: Audit, other: Rule, rule: Rule) -> bool:
    """Whether the other rule takes at least as much at every base where a cut jumps, and somewhere more."""
    theirs, mine = audit.compiled(other), audit.compiled(rule)
    if mine.measure is not theirs.measure and theirs.reach:
        return False
    jumps = {SAMPLE, *amounts_of(theirs), *amounts_of(mine)}
    caps = {getattr(item.benefit, "cap", None) or 0 for item in (mine, theirs)}
    bases = sorted({base for jump in jumps for base in (jump - 1, jump, jump + 1, 10 * jump, 1000 * jump)} | caps)
    counts = sorted({1, max(mine.reach, 1), max(theirs.reach, 1)}) if not amounts_of(mine) else [1]
    pairs = [
        (nominal(theirs, base, count), nominal(mine, base, count)) for base in bases if base > 0 for count in counts
    ]
    return all(his >= own for his, own in pairs) and any(his > own for his, own in pairs)


def _beaten(audit: Audit, rule: Rule, other: Rule) -> Finding | None:
    """The finding, if no priced cart is cheaper for the rule."""
    scene, goods = audit.scene_for(rule, other), audit.goods_for(rule, other)
    if scene is None or goods is None or any(_is_cheaper(audit, rule, trial) for trial in _trials(audit, rule, other)):
        return None
    return _shown(audit, rule, other, scene, goods)


#: A situation, a line, and the coupons held beside the rule.
_Trial = tuple[Scene, CartLine, list[Rule]]


def _is_cheaper(audit: Audit, rule: Rule, trial: _Trial) -> bool:
    """Whether a cart costs less because the rule is there."""
    scene, line, wallet = trial
    quote = audit.quote(audit.request(scene, [line], [rule, *wallet]))
    fewer = audit.quote(audit.request(scene, [line], wallet), audit.without(rule))
    return goods_payable(quote) < goods_payable(fewer)


def _trials(audit: Audit, rule: Rule, other: Rule) -> Iterator[_Trial]:
    """Carts in which the smaller cut might be the better one: around the threshold of every rule that may follow.

    A following rule begins to apply at its threshold, and at that plus what is taken before.
    """
    coupons = [one for one in audit.rules if one.layer in COUPON_LAYERS and one is not rule]
    for one in audit.rules:
        scene, goods = audit.scene_for(rule, other, one), audit.goods_for(rule, other, one)
        if scene is None or goods is None:
            continue
        held = [coupon for coupon in coupons if scene.opens(coupon) and covers(coupon.scope, goods.line(1, 0))]
        wallets = [[], held] if one not in held else [[], [one], held]
        for step in {SAMPLE, *amounts_of(audit.compiled(one))}:
            cart = audit.request(scene, [goods.line(1, step)], held)
            taken = step - goods_payable(audit.quote(cart))
            cuts = (nominal(audit.compiled(two), step) for two in (rule, other))
            for amount in sorted({step, step + taken, *(step + cut for cut in cuts)}):
                for wallet in wallets:
                    yield scene, goods.line(1, amount), wallet


def _shown(audit: Audit, rule: Rule, other: Rule, scene: Scene, goods: Goods) -> Finding | None:
    """A cart at the rule's own threshold, where the other one is used instead."""
    mine = audit.compiled(rule)
    amount, units = max([SAMPLE, *amounts_of(mine)[:1]]), max(1, mine.reach if not amounts_of(mine) else 1)
    request = audit.request(scene, [goods.line(1, amount, units)], [rule])
    quote = audit.quote(request)
    other_takes, takes = amount_of(quote, other), amount_of(audit.quote(request, audit.without(other)), rule)
    if other_takes is None or takes is None or amount_of(quote, rule) is not None:
        return None
    return audit.finding(
        "always_beaten",
        "warning",
        [rule, other],
        request,
        amount=quote.goods_total,
        takes=takes,
        other_takes=other_takes,
    )


def _tie(audit: Audit, one: Rule, other: Rule) -> Iterator[Finding]:
    """The finding, if at the higher threshold either rule alone gives the same price."""
    scene, goods = audit.scene_for(one, other), audit.goods_for(one, other)
    if scene is None or goods is None:
        return
    for lines in _tie_lines(audit, goods, (one, other)):
        held = [one, other]
        request = audit.request(scene, lines, held)
        first, second = audit.without(other), audit.without(one)
        alone = audit.quote(audit.request(scene, lines, [one]), first)
        apart = audit.quote(audit.request(scene, lines, [other]), second)
        saved = amount_of(alone, one), amount_of(apart, other)
        both = audit.quote(request)
        if (
            saved[0]
            and saved[1]
            and goods_payable(alone) == goods_payable(apart) == goods_payable(both)
            and (amount_of(both, one) is None) != (amount_of(both, other) is None)
        ):
            winner, loser = (one, other) if amount_of(both, one) is not None else (other, one)
            amount = both.goods_total
            yield audit.finding("tie_break_overlap", "info", [winner, loser], request, amount=amount, takes=saved[0])
            return


def _tie_lines(audit: Audit, goods: Goods, rules: Sequence[Rule]) -> Iterator[list[CartLine]]:
    """Carts at the higher threshold of two rules: of one unit, and of as many as a count asks for."""
    compiled = [audit.compiled(rule) for rule in rules]
    amount = max([1, *(step for rule in compiled for step in amounts_of(rule)[:1])])
    units = max([1, *(rule.reach for rule in compiled if not amounts_of(rule))])
    amount = amount if amount > 1 else SAMPLE
    if units <= 10_000:
        yield [goods.line(1, amount, units)]
