"""The price layer: one unit sale price per line.

An activity line sells at the activity price. Any other takes the lowest of list price, member price and the price rules
in force; candidates never add up. Of equal prices the list price wins, then the member price, then the application
order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minishop.promotions._program import Compiled
from minishop.quotes import CartLine, Source, Usage

__all__ = ["ACTIVITY_PRICE", "MEMBER_PRICE", "sale_prices"]

MEMBER_PRICE = Source("member-price", None, "price")
ACTIVITY_PRICE = Source("activity-price", None, "price")

#: Per line: the unit sale price in fen, and where it comes from (``None``: the list price).
Prices = list[tuple[int, Source | None]]


def sale_prices(
    lines: Sequence[CartLine],
    level: str | None,
    rules: Mapping[int, tuple[Compiled, Sequence[int]]],
    usage: Mapping[str, Usage] | None,
) -> Prices:
    """The price of each line.

    Args:
        lines: In canonical order.
        level: The shopper's level.
        rules: The open price rules by number, with the lines in their scope.
        usage: What is used up of limits; a rule whose budget would be exceeded is left out altogether.
    """
    rules = dict(sorted(rules.items()))
    while True:
        prices = [_base_price(line, level) for line in lines]
        for rule, places in rules.values():
            assert rule.sale_price is not None
            for place in places:
                price = rule.sale_price(lines[place].unit_price)
                if price < prices[place][0]:
                    prices[place] = (price, rule.source)
        broke = next((no for no, (rule, _) in rules.items() if _over_limit(rule, lines, prices, usage)), None)
        if broke is None:
            return prices
        del rules[broke]


def _base_price(line: CartLine, level: str | None) -> tuple[int, Source | None]:
    if line.activity_price is not None:
        return line.activity_price, ACTIVITY_PRICE
    if level is not None and level in line.member_prices and line.member_prices[level] < line.unit_price:
        return line.member_prices[level], MEMBER_PRICE
    return line.unit_price, None


def _over_limit(rule: Compiled, lines: Sequence[CartLine], prices: Prices, usage: Mapping[str, Usage] | None) -> bool:
    if usage is None or not rule.limited:
        return False
    taken = sum(
        (line.unit_price - price) * line.quantity
        for line, (price, source) in zip(lines, prices, strict=True)
        if source is rule.source
    )
    if not taken:
        return False
    limit, used = rule.rule.limit, usage.get(rule.rule.id, Usage())
    return (
        (limit.shopper is not None and used.shopper + 1 > limit.shopper)
        or (limit.total is not None and used.total + 1 > limit.total)
        or (limit.budget is not None and used.budget + taken > limit.budget)
    )
