"""Rules that do something other than their reader expects: gifts that nobody counts, the dearer of a pair cut."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from minishop.promotions.benefits import Gift, NthUnit
from minishop.promotions.lint._audit import Audit, amount_of
from minishop.promotions.lint._breaks import SAMPLE, amounts_of
from minishop.promotions.lint._shelf import Goods
from minishop.promotions.lint.findings import Finding
from minishop.promotions.rules import Rule
from minishop.quotes import CartLine, QuoteRequest

__all__ = ["ascending_nth_units", "gifts_without_stock"]


def ascending_nth_units(audit: Audit) -> Iterator[Finding]:
    """Nth-unit rules that cut the dearest unit, with what the usual order would take."""
    for rule in audit.rules:
        scene, goods = audit.scene_for(rule), audit.goods_for(rule)
        benefit = rule.benefit
        if not isinstance(benefit, NthUnit) or benefit.order == "descending" or scene is None or goods is None:
            continue
        quantity = max(benefit.n, audit.compiled(rule).reach if not amounts_of(audit.compiled(rule)) else 1)
        dear = max([SAMPLE, *amounts_of(audit.compiled(rule))])
        cheap = [goods.line(1, max(1, dear // 10), quantity - 1)]
        request = audit.request(scene, [*cheap, goods.line(2, dear)], [rule])
        usual = attrs.evolve(rule, benefit=attrs.evolve(benefit, order="descending"))
        rules = [usual if other is rule else other for other in audit.rules]
        other = audit.engine_of(attrs.evolve(audit.engine.rules, rules=rules))
        takes, usually = (amount_of(audit.quote(request, engine), rule) or 0 for engine in (audit.engine, other))
        if takes > usually:
            yield audit.finding(
                "ascending_nth_unit", "warning", [rule], request, n=benefit.n, takes=takes, usually=usually
            )


def gifts_without_stock(audit: Audit) -> Iterator[Finding]:
    """Gifts whose stock nobody knows, or that the catalogue does not have."""
    for rule in audit.rules:
        if isinstance(rule.benefit, Gift):
            yield from _gift(audit, rule, rule.benefit)


def _gift(audit: Audit, rule: Rule, gift: Gift) -> Iterator[Finding]:
    """The finding, with a cart that gets the gift although nobody knows of any stock."""
    if audit.catalog is None:
        reason, stock = "unknown", None
        if rule.limit.total is not None:
            return
    else:
        items = [item for item in audit.catalog.items if item.sku == gift.sku]
        stock = items[0].stock if items else None
        if stock is not None and stock >= gift.quantity:
            return
        reason = "not_sold" if not items else "no_stock" if stock is None else "short"
    left = {} if stock is None else {"stock": stock}
    cart = _with_gift(audit, rule, gift)
    yield audit.finding(
        "gift_without_stock", "warning", [rule], cart, reason=reason, sku=gift.sku, quantity=gift.quantity, **left
    )


def _with_gift(audit: Audit, rule: Rule, gift: Gift) -> QuoteRequest | None:
    scene, goods = audit.scene_for(rule), audit.goods_for(rule)
    if scene is None or goods is None:
        return None
    request = audit.request(scene, _reaching(audit, rule, goods), [rule])
    if audit.compiled(rule).coupon_layer:  # a coupon for a gift is used only if it is asked for
        request = attrs.evolve(request, use_coupons=[coupon.id for coupon in request.coupons])
    given = {entry.rule for entry in audit.quote(request).gifts}
    return request if rule.id in given else None


def _reaching(audit: Audit, rule: Rule, goods: Goods) -> list[CartLine]:
    """Lines that reach the rule's threshold at twice its amount, so that earlier cuts do not matter."""
    compiled = audit.compiled(rule)
    amounts = amounts_of(compiled)
    if amounts:
        return [goods.line(1, 2 * amounts[0])]
    return [goods.line(number, SAMPLE) for number in range(1, min(max(compiled.reach, 1), 100) + 1)]
