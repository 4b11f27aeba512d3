"""Price cliffs: spending more pays less.

A threshold is a cliff wherever it gives more than a fen. The worst one of each rule is reported: the cart just below,
and what it pays when a little is added.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from attrs import frozen

from minishop.promotions._program import Measure
from minishop.promotions.lint._audit import Audit, amount_of, goods_payable
from minishop.promotions.lint._breaks import SAMPLE, amounts_of, counts_of, reach_amount
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint._shelf import Goods
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import FreightTemplate, Rule
from minishop.quotes import CartLine, QuoteRequest

__all__ = ["price_cliffs"]


@frozen
class _Cliff:
    """A cart just below a threshold, and a dearer one that pays less; fen."""

    cart: QuoteRequest
    changed: QuoteRequest
    before: int
    before_payable: int
    after: int
    after_payable: int

    @property
    def drop(self) -> int:
        """How much less the dearer cart pays."""
        return self.before_payable - self.after_payable


def price_cliffs(audit: Audit) -> Iterator[Finding]:
    """The worst cliff of every rule and freight template that has one; the worst of all first, and named so."""
    found: list[tuple[Rule | str, _Cliff]] = []
    for rule in audit.rules:
        scene, goods = audit.scene_for(rule), audit.goods_for(rule)
        if scene is not None and goods is not None:
            cliffs = [*_by_amount(audit, rule, scene, goods), *_by_count(audit, rule, scene, goods)]
            found += [(rule, cliff) for cliff in cliffs]
    for template in audit.engine.rules.freight:
        found += [(f"freight:{template.id}", cliff) for cliff in _by_freight(audit, template)]
    worst: dict[Rule | str, _Cliff] = {}
    for source, cliff in found:
        if source not in worst or cliff.drop > worst[source].drop:
            worst[source] = cliff
    ranked = sorted(worst.items(), key=lambda entry: -entry[1].drop)
    for place, (source, cliff) in enumerate(ranked):
        yield _finding(audit, source, cliff, is_worst=place == 0)


def _finding(audit: Audit, source: Rule | str, cliff: _Cliff, *, is_worst: bool) -> Finding:
    return audit.finding(
        "price_cliff",
        "info",
        [source],
        cliff.cart,
        cliff.changed,
        reason="worst" if is_worst else "other",
        before=cliff.before,
        before_payable=cliff.before_payable,
        after=cliff.after,
        after_payable=cliff.after_payable,
        less=cliff.drop,
    )


def _by_amount(audit: Audit, rule: Rule, scene: Scene, goods: Goods) -> Iterator[_Cliff]:
    for step in amounts_of(audit.compiled(rule)):
        amount = reach_amount(audit, scene, goods, rule, step)
        if amount is not None and amount > 1:
            yield from _cliff(audit, rule, scene, [goods.line(1, amount - 1)], [goods.line(1, amount)])


def _by_count(audit: Audit, rule: Rule, scene: Scene, goods: Goods) -> Iterator[_Cliff]:
    """One more unit that costs a fen."""
    compiled = audit.compiled(rule)
    for count in counts_of(compiled):
        if count < 2:
            continue
        if compiled.measure is Measure.DISTINCT:
            below = [goods.line(number, SAMPLE) for number in range(1, count)]
        else:
            below = [goods.line(1, SAMPLE, count - 1)]
        yield from _cliff(audit, rule, scene, below, [*below, goods.line(count, 1)])


def _by_freight(audit: Audit, template: FreightTemplate) -> Iterator[_Cliff]:
    """The amount and the number of pieces from which a template is free, with nothing else in the cart."""
    free = template.free
    if free is None or (free.match == "all" and len(free.thresholds) > 1):
        return
    scene, goods = Scene(audit.times[0]), Goods()
    place = next((region.region[0] for region in template.regions if region.region), None)
    where = None if place is None or place == "*" else (place,)
    for threshold in free.thresholds:
        if threshold.amount is not None and threshold.amount > 1:
            amounts = [[goods.line(1, threshold.amount - 1)], [goods.line(1, threshold.amount)]]
        elif threshold.quantity is not None and threshold.quantity > 1:
            below = goods.line(1, SAMPLE, threshold.quantity - 1)
            amounts = [[below], [below, goods.line(2, 1)]]
        else:
            continue
        carts = [
            attrs.evolve(audit.request(scene, [_sent(line, template) for line in lines]), destination=where)
            for lines in amounts
        ]
        before, after = (audit.quote(cart) for cart in carts)
        if before.payable is not None and after.payable is not None and before.payable > after.payable:
            yield _Cliff(carts[0], carts[1], before.goods_total, before.payable, after.goods_total, after.payable)


def _sent(line: CartLine, template: FreightTemplate) -> CartLine:
    """The line, sent by the template; a kilogram, or a thousandth of a cubic metre."""
    return attrs.evolve(line, freight=template.id, weight_mg=10**6, volume_cm3=10**3)


def _cliff(audit: Audit, rule: Rule, scene: Scene, below: list[CartLine], above: list[CartLine]) -> Iterator[_Cliff]:
    """The cliff between two carts, if the prices say that there is one and that it is the rule's."""
    cart, changed = audit.request(scene, below, [rule]), audit.request(scene, above, [rule])
    before, after = audit.quote(cart), audit.quote(changed)
    if (amount_of(after, rule) or 0) <= (amount_of(before, rule) or 0):
        return
    cliff = _Cliff(cart, changed, before.goods_total, goods_payable(before), after.goods_total, goods_payable(after))
    if cliff.drop > 0:
        yield cliff
