"""Rules that are harmless one by one and expensive together.

* *Sold free*: at some threshold the rules in force take all there is. The smallest set of them that does so is named.
* *Thresholds that meet*: two rules of one layer (两个满100减50) count the same money.
* *Coupons that repeat*: a shopper who holds a coupon twice uses it twice.

Each is looked for at the amounts where a cut jumps, and told only if the engine gives the price.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import attrs

from minishop.promotions._program import Compiled, Measure, Op
from minishop.promotions.benefits import PercentOff, Tiers
from minishop.promotions.lint._audit import Audit, amount_of, goods_payable
from minishop.promotions.lint._breaks import SAMPLE, amounts_of, nominal, search_grid
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint._shelf import Goods
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import Rule
from minishop.quotes import Coupon, Quote, QuoteRequest

__all__ = ["coupons_that_repeat", "sold_free", "thresholds_that_meet"]

_WHOLE = 10_000
#: From these shares of the goods on, thresholds that meet are worth knowing, or a warning: 30 % and half.
_NOTICED, _MUCH = 3_000, 5_000


# -- sold free --------------------------------------------------------------------------------------------------------


def sold_free(audit: Audit) -> Iterator[Finding]:
    """Every smallest set of rules that together leave nothing to pay, each once."""
    seen: set[frozenset[str]] = set()
    for scene in audit.scenes:
        cutting = [rule for rule in audit.rules if scene.opens(rule) and _cuts(audit, rule)]
        if not any(_can_finish(audit, rule) for rule in cutting):
            continue
        for goods, rules in _piles(audit, cutting):
            for amount in sorted({SAMPLE, *(step for rule in rules for step in amounts_of(audit.compiled(rule)))}):
                chain = _chain(audit, rules, amount)
                found = None if chain is None else _smallest(audit, scene, goods, amount, chain)
                if found is not None and frozenset(rule.id for rule in found[0]) not in seen:
                    seen.add(frozenset(rule.id for rule in found[0]))
                    yield _free(audit, found[0], found[1])


def _can_finish(audit: Audit, rule: Rule) -> bool:
    """Whether it may be the rule that takes the last fen.

    Where rules see what earlier ones left, the last one must be able to take all there is at some amount. Where all
    see the same, any of them may be.
    """
    if audit.engine.rules.policy.basis == "parallel":
        return True
    face = audit.compiled(rule).face
    amounts = {SAMPLE, face or SAMPLE, *amounts_of(audit.compiled(rule))}
    return any(_nominal(audit, rule, amount) >= amount for amount in amounts)


def _chain(audit: Audit, rules: Sequence[Rule], amount: int) -> list[Rule] | None:
    """The largest cuts that may be used together and make up the amount; ``None`` if there are none."""
    chosen: list[Rule] = []
    places: Counter[str] = Counter()
    total = 0
    for cut, _, rule in sorted(((_nominal(audit, rule, amount), rule.id, rule) for rule in rules), key=_largest):
        compiled = audit.compiled(rule)
        if (
            cut
            and _has_place(compiled, places)
            and not any(audit.compiled(one).no in compiled.excluded for one in chosen)
        ):
            chosen.append(rule)
            places[compiled.group or ""] += 1
            total += cut
            if total >= amount:
                return [rule for rule in rules if rule in chosen]
    return None


def _largest(entry: tuple[int, str, Rule]) -> tuple[int, str]:
    return -entry[0], entry[1]


def _has_place(rule: Compiled, places: Counter[str]) -> bool:
    """Whether the group of a rule has a place left; one line counts once in a group per line."""
    pick = 1 if rule.per_line else rule.pick
    return rule.group is None or pick is None or places[rule.group] < pick


def _cuts(audit: Audit, rule: Rule) -> bool:
    """Whether it takes money off whole lines; a coupon that is there to give a unit away is not looked at."""
    return audit.compiled(rule).op in (Op.PRICE, Op.LINES, Op.UNITS, Op.CUT)


def _piles(audit: Audit, rules: Sequence[Rule]) -> list[tuple[Goods, list[Rule]]]:
    """For each rule, goods that it and as many others as can be look at."""
    piles: dict[Goods, list[Rule]] = {}
    for rule in rules:
        chosen = [rule]
        for other in rules:
            if other is not rule and audit.goods_for(*chosen, other) is not None:
                chosen.append(other)
        goods = audit.goods_for(*chosen)
        if goods is not None:
            piles.setdefault(goods, chosen)
    return list(piles.items())


def _nominal(audit: Audit, rule: Rule, amount: int) -> int:
    """At least what a rule takes off one unit of ``amount`` fen."""
    compiled = audit.compiled(rule)
    if compiled.cut is not None:
        return nominal(compiled, amount)
    if compiled.sale_price is not None and compiled.op is Op.PRICE:
        return amount - compiled.sale_price(amount)
    assert compiled.item is not None
    return compiled.item.most([[amount]])


def _smallest(
    audit: Audit, scene: Scene, goods: Goods, amount: int, rules: list[Rule]
) -> tuple[list[Rule], QuoteRequest] | None:
    """The rules without which the goods would not be free, and the cart that shows it."""
    request = audit.request(scene, [goods.line(1, amount)], rules)
    quote = audit.quote(request)
    if goods_payable(quote):
        return None
    needed = [rule for rule in rules if amount_of(quote, rule)]
    for rule in list(needed):
        fewer = [other for other in needed if other is not rule]
        gone = [other for other in audit.rules if other not in fewer]
        smaller = audit.request(scene, [goods.line(1, amount)], fewer)
        if goods_payable(audit.quote(smaller, audit.without(*gone))) == 0:
            needed = fewer
    if len(needed) == 1 and not isinstance(needed[0].benefit, (PercentOff, Tiers)):
        return None  # a face that covers its threshold is a finding of its own
    shown = audit.request(scene, [goods.line(1, amount)], needed)
    return (needed, shown) if goods_payable(audit.quote(shown)) == 0 else (needed, request)


def _free(audit: Audit, rules: list[Rule], request: QuoteRequest) -> Finding:
    amount = request.cart.list_amounts[0]
    if all(isinstance(rule.benefit, (PercentOff, Tiers)) for rule in rules):
        percent = sum(_percent(rule, amount) for rule in rules)
        return audit.finding("percent_chain_free", "error", rules, request, amount=amount, payable=0, percent=percent)
    return audit.finding("stack_free", "error", rules, request, amount=amount, payable=0)


def _percent(rule: Rule, amount: int) -> int:
    if isinstance(rule.benefit, PercentOff):
        return rule.benefit.percent
    assert isinstance(rule.benefit, Tiers)
    step = [step for step in rule.benefit.steps if step.amount is None or step.amount <= amount][-1]
    return step.percent if step.percent is not None else step.cut(amount) * _WHOLE // amount


# -- thresholds that meet ---------------------------------------------------------------------------------------------


def thresholds_that_meet(audit: Audit) -> Iterator[Finding]:
    """Pairs of rules of one layer that take much of the same goods, with the cart they cut deepest."""
    counting = [rule for rule in audit.rules if _counts_money(audit, rule)]
    for one, other in combinations(counting, 2):
        if one.layer != other.layer:
            continue
        scene, goods = audit.scene_for(one, other), audit.goods_for(one, other)
        if scene is not None and goods is not None:
            finding = _deepest(audit, scene, goods, (one, other))
            if finding is not None:
                yield finding


def _counts_money(audit: Audit, rule: Rule) -> bool:
    return audit.is_cut(rule) and audit.compiled(rule).measure is Measure.AMOUNT


def _deepest(audit: Audit, scene: Scene, goods: Goods, pair: tuple[Rule, Rule]) -> Finding | None:
    """The cart of both rules with the largest share taken off; ``None`` if that is little, or all."""
    best: tuple[int, int, QuoteRequest, Quote] | None = None
    for amount in search_grid(audit, pair):
        if sum(_nominal(audit, rule, amount) for rule in pair) * _WHOLE < amount * _NOTICED:
            continue
        request = audit.request(scene, [goods.line(1, amount)], pair)
        quote = audit.quote(request)
        cuts = [amount_of(quote, rule) for rule in pair]
        if all(cuts):
            taken = sum(cut or 0 for cut in cuts)
            rate = taken * _WHOLE // amount
            if best is None or rate > best[0]:
                best = rate, taken, request, quote
    if best is None or best[0] < _NOTICED or not goods_payable(best[3]):
        return None
    rate, taken, request, quote = best
    return audit.finding(
        "thresholds_meet",
        "warning" if rate >= _MUCH else "info",
        pair,
        request,
        amount=quote.goods_total,
        payable=goods_payable(quote),
        takes=taken,
        rate=rate,
    )


# -- coupons that repeat ----------------------------------------------------------------------------------------------


def coupons_that_repeat(audit: Audit) -> Iterator[Finding]:
    """Coupon rules of which a shopper may use two in one order."""
    for rule in audit.rules:
        scene, goods = audit.scene_for(rule), audit.goods_for(rule)
        if not audit.compiled(rule).coupon_layer or not audit.is_cut(rule) or scene is None or goods is None:
            continue
        for amount in search_grid(audit, [rule]):
            request = audit.request(scene, [goods.line(1, amount)], [rule])
            twice = attrs.evolve(
                request, coupons=[Coupon(id=f"{copy}-{rule.id}", rule=rule.id) for copy in ("c1", "c2")]
            )
            quote = audit.quote(twice)
            used = [applied.amount for applied in quote.applied if applied.rule == rule.id]
            if len(used) == 2:
                yield audit.finding(
                    "coupon_repeats",
                    "warning",
                    [rule],
                    twice,
                    amount=quote.goods_total,
                    payable=goods_payable(quote),
                    takes=sum(used),
                )
                break
