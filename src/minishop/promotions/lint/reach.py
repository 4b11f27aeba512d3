"""Rules that nobody can reach, and windows that are over.

Each reason is a proof of its own: it holds for every cart, whatever the other rules do, as far as the rules (and the
catalogue, if there is one) say what carts there are. Rules with conditions of the app's own are proved by what stands
in the rule beside them. Where a cart can show the failure it is priced first; if the rule is applied after all, nothing
is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from minishop.promotions._program import Measure, Op, covers
from minishop.promotions.benefits import AmountOff
from minishop.promotions.lint._audit import Audit, amount_of
from minishop.promotions.lint._breaks import SAMPLE, amounts_of
from minishop.promotions.lint._open import is_open_whenever
from minishop.promotions.lint._shelf import goods_for, is_empty, is_within
from minishop.promotions.lint.catalog import CatalogItem
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import Rule, Scope
from minishop.quotes import CartLine

__all__ = ["never_opens", "unreachable_rules"]

_MOST_UNITS = 10**6


def never_opens(audit: Audit) -> Iterator[Finding]:
    """Rules whose window is over now; the cart has what they ask for, priced now."""
    now = audit.now
    for rule in audit.rules:
        if now is None or rule.ends_at is None or rule.ends_at > now:
            continue
        scene = audit.scene_for(attrs.evolve(rule, starts_at=None, ends_at=None))
        goods, cart = audit.goods_for(rule), None
        if scene is not None and goods is not None:
            amount = max([SAMPLE, *amounts_of(audit.compiled(rule))])
            cart = audit.request(attrs.evolve(scene, at=now), [goods.line(1, amount)], [rule])
        yield audit.finding(
            "never_opens", "warning", [rule], cart, ends_at=rule.ends_at.isoformat(), at=now.isoformat()
        )


def unreachable_rules(audit: Audit) -> Iterator[Finding]:
    """Rules that no cart can use, with the reason."""
    for rule in audit.rules:
        for check in _CHECKS:
            finding = check(audit, rule)
            if finding is not None:
                yield finding
                break


def _empty_scope(audit: Audit, rule: Rule) -> Finding | None:
    """``except`` leaves out all that the scope asks for."""
    if not is_empty(rule.scope):
        return None
    return audit.finding("unreachable_rule", "error", [rule], reason="scope_empty")


def _no_freight(audit: Audit, rule: Rule) -> Finding | None:
    """Nothing is charged for freight, so nothing can be waived."""
    if audit.engine.rules.freight or audit.compiled(rule).op not in (Op.FREE_SHIPPING, Op.SHIPPING_OFF):
        return None
    return _with_cart(audit, rule, reason="no_freight")


def _no_points(audit: Audit, rule: Rule) -> Finding | None:
    """Nothing earns points, so nothing can be multiplied."""
    points = audit.engine.rules.points
    if audit.compiled(rule).op is not Op.MULTIPLIER or (points is not None and points.earn_per_yuan):
        return None
    return _with_cart(audit, rule, reason="no_points")


def _with_cart(audit: Audit, rule: Rule, *, reason: str) -> Finding:
    """A finding with a cart that has what the rule asks for, and gets nothing."""
    scene, goods = audit.scene_for(rule), audit.goods_for(rule)
    cart = None
    if scene is not None and goods is not None:
        amount = max([SAMPLE, *amounts_of(audit.compiled(rule))])
        cart = audit.request(scene, [goods.line(1, amount)], [rule])
    return audit.finding("unreachable_rule", "warning", [rule], cart, reason=reason)


def _few_products(audit: Audit, rule: Rule) -> Finding | None:
    """More different products are asked for than the scope names."""
    compiled, named = audit.compiled(rule), set(rule.scope.product)
    if compiled.measure is not Measure.DISTINCT or not named or compiled.reach <= len(named):
        return None
    cart = None
    scene = audit.scene_for(rule)
    goods = [goods_for([rule.scope, Scope(product=product)]) for product in rule.scope.product]
    if scene is not None:
        lines = [one.line(number, SAMPLE) for number, one in enumerate(goods, 1) if one is not None]
        cart = audit.request(scene, lines, [rule])
        if amount_of(audit.quote(cart), rule) is not None:
            return None
    return audit.finding(
        "unreachable_rule", "error", [rule], cart, reason="few_products", reach=compiled.reach, most=len(named)
    )


def _already_cut(audit: Audit, rule: Rule) -> Finding | None:
    """Only undiscounted lines count, and a sale price takes something off every one of them."""
    if not rule.scope.only_undiscounted:
        return None
    for sale in audit.rules:
        if (
            sale.layer == "price"
            and isinstance(sale.benefit, AmountOff)
            and is_open_whenever(sale, rule)
            and is_within(rule.scope, sale.scope)
        ):
            return _tried(audit, rule, [sale], reason="already_cut")
    return None


def _first_taken(audit: Audit, rule: Rule) -> Finding | None:
    """By fixed priority, an earlier rule always takes the group's only place, or excludes this one."""
    if audit.engine.rules.policy.choice != "priority":
        return None
    mine = audit.compiled(rule)
    for other in audit.rules:
        theirs = audit.compiled(other)
        if theirs.no >= mine.no or theirs.coupon_layer or not _bars(audit, other, rule):
            continue
        if is_open_whenever(other, rule) and is_within(rule.scope, other.scope) and _asks_less(audit, other, rule):
            return _tried(audit, rule, [other], reason="first_taken")
    return None


def _bars(audit: Audit, other: Rule, rule: Rule) -> bool:
    """Whether ``other`` keeps ``rule`` out once it is applied, and nothing but its own group can keep it out."""
    theirs, mine = audit.compiled(other), audit.compiled(rule)
    shares = theirs.group is not None and theirs.group == mine.group and theirs.pick == 1
    free = theirs.excluded <= {mine.no} and not theirs.per_line
    alone = theirs.group is None or shares
    return free and alone and (shares or mine.no in theirs.excluded)


def _asks_less(audit: Audit, other: Rule, rule: Rule) -> bool:
    """Whether ``other`` reaches its threshold whenever ``rule`` does, and then takes something."""
    theirs, mine = audit.compiled(other), audit.compiled(rule)
    if theirs.cut is None or mine.cut is None or other.scope.only_undiscounted:
        return False
    if theirs.measure is not Measure.AMOUNT or mine.measure is not Measure.AMOUNT:
        return False
    return theirs.reach <= mine.reach and theirs.cut(theirs.reach, 1, 1) > 0


def _tried(audit: Audit, rule: Rule, because: list[Rule], *, reason: str) -> Finding | None:
    """The finding, unless one of the rule's own amounts makes the engine apply it after all."""
    scene, goods = audit.scene_for(rule, *because), audit.goods_for(rule, *because)
    if scene is None or goods is None:
        return None
    cart, steps = None, amounts_of(audit.compiled(rule))
    for amount in sorted({SAMPLE, *steps, *(2 * step for step in steps)}):
        request = audit.request(scene, [goods.line(1, amount)], [rule])
        if amount_of(audit.quote(request), rule) is not None:
            return None
        cart = request
    return audit.finding("unreachable_rule", "error", [rule, *because], cart, reason=reason)


def _not_sold(audit: Audit, rule: Rule) -> Finding | None:
    """The catalogue has nothing in the scope."""
    if audit.catalog is None or _in_scope(audit, rule):
        return None
    scene = audit.scene_for(rule)
    cart = None
    if scene is not None:
        lines = [item.line(str(number)) for number, item in enumerate(audit.catalog.items[:20], 1)]
        cart = audit.request(scene, lines, [rule])
    return audit.finding("unreachable_rule", "error", [rule], cart, reason="not_sold")


def _in_scope(audit: Audit, rule: Rule) -> list[CatalogItem]:
    items = audit.catalog.items if audit.catalog is not None else ()
    return [item for item in items if covers(rule.scope, item.line("1"))]


def _out_of_stock(audit: Audit, rule: Rule) -> Finding | None:
    """All the stock in scope together does not reach the threshold."""
    if audit.catalog is None:
        return None
    compiled, items = audit.compiled(rule), _in_scope(audit, rule)
    if compiled.measure is Measure.DISTINCT:
        most: int | None = len({item.product or item.sku for item in items if item.stock != 0})
    else:
        most = _total(items, (lambda item: item.price) if compiled.measure is Measure.AMOUNT else (lambda item: 1))
    if most is None or most >= max(compiled.reach, 1):
        return None
    cart, scene = None, audit.scene_for(rule)
    lines = _all_of(items)
    if scene is not None and lines:
        cart = audit.request(scene, lines, [rule])
        if amount_of(audit.quote(cart), rule) is not None:
            return None
    reason = "short_stock" if compiled.measure is Measure.AMOUNT else "few_units"
    return audit.finding("unreachable_rule", "error", [rule], cart, reason=reason, reach=compiled.reach, most=most)


def _total(items: list[CatalogItem], weight: Callable[[CatalogItem], int]) -> int | None:
    """The weight of all the stock; ``None`` if the stock of something is not known."""
    total = 0
    for item in items:
        if item.stock is None:
            return None
        total += item.stock * weight(item)
    return total


def _all_of(items: list[CatalogItem]) -> list[CartLine]:
    return [
        item.line(str(number), min(1 if item.stock is None else item.stock, _MOST_UNITS))
        for number, item in enumerate(items, 1)
        if item.stock != 0
    ]


_CHECKS: tuple[Callable[[Audit, Rule], Finding | None], ...] = (
    _empty_scope,
    _no_freight,
    _no_points,
    _few_products,
    _already_cut,
    _first_taken,
    _not_sold,
    _out_of_stock,
)
