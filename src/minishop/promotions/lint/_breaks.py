"""Where the cut of a rule jumps: the amounts and counts worth pricing a cart at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minishop.money import MAX_FEN
from minishop.promotions._program import Compiled, Measure
from minishop.promotions.benefits import AmountOff, Bundle, BuyGet, NthUnit, PercentOff, Tiers
from minishop.promotions.lint._audit import Audit, amount_of
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint._shelf import Goods
from minishop.promotions.rules import Rule

__all__ = ["SAMPLE", "amounts_of", "counts_of", "nominal", "reach_amount", "search_grid"]

#: What a unit costs in a sample cart where only the count matters: 100.00.
SAMPLE = 10_000
#: The most units in a sample cart.
_MOST_UNITS = 10_000


def amounts_of(rule: Compiled) -> tuple[int, ...]:
    """The amounts in scope at which the cut jumps, fen, ascending."""
    benefit = rule.benefit
    if isinstance(benefit, Tiers):
        steps = [step.amount for step in benefit.steps if step.amount is not None]
    elif rule.measure is Measure.AMOUNT:
        steps = [rule.reach * times for times in _times(rule)]
    else:
        steps = []
    return tuple(step for step in steps if step <= MAX_FEN // 10)


def _times(rule: Compiled) -> Sequence[int]:
    """How often the threshold fits in, where that is worth a look: three times, and where the cap is met."""
    benefit = rule.benefit
    if not isinstance(benefit, AmountOff) or not benefit.every:
        return (1,)
    full = -(-benefit.cap // benefit.amount) if benefit.cap is not None else 1
    return sorted({1, 2, 3, full})


def counts_of(rule: Compiled) -> tuple[int, ...]:
    """The units (or different products) in scope at which the cut jumps, ascending."""
    benefit = rule.benefit
    counts: list[int] = []
    if isinstance(benefit, Tiers):
        counts = [step.quantity for step in benefit.steps if step.quantity is not None]
    elif rule.measure in (Measure.QUANTITY, Measure.DISTINCT):
        counts = [rule.reach * times for times in _times(rule)]
    if isinstance(benefit, NthUnit):
        counts.append(benefit.n)
    elif isinstance(benefit, BuyGet):
        counts.append(benefit.buy + benefit.get)
    elif isinstance(benefit, Bundle):
        counts.append(benefit.quantity)
    return tuple(sorted({count for count in counts if count <= _MOST_UNITS}))


def nominal(rule: Compiled, base: int, quantity: int = 1) -> int:
    """What an order or coupon cut takes off ``base`` fen of ``quantity`` units in scope, fen; 0 below its threshold."""
    if rule.cut is None:
        return 0
    measured = {Measure.AMOUNT: base, Measure.QUANTITY: quantity, Measure.DISTINCT: quantity}.get(rule.measure, 1)
    if measured < rule.reach:
        return 0
    times = measured // rule.reach if rule.every else 1
    return min(base, rule.cut(base, quantity, times))


def reach_amount(audit: Audit, scene: Scene, goods: Goods, rule: Rule, step: int) -> int | None:
    """The smallest list amount of one unit at which a rule takes what its step at ``step`` gives, fen.

    Found by pricing carts: what other rules take before it is in the answer. ``None`` if it never does.
    """
    wanted = _wanted(audit.compiled(rule), step)

    def takes_it(amount: int) -> bool:
        quote = audit.quote(audit.request(scene, [goods.line(1, amount)], [rule]))
        taken = amount_of(quote, rule)
        return taken is not None and taken >= wanted

    return _first(takes_it, step)


def _wanted(rule: Compiled, step: int) -> int:
    """The least cut that tells that a step was reached."""
    if rule.cut is not None:
        return max(1, nominal(rule, step))
    return 1 if isinstance(rule.benefit, (AmountOff, PercentOff)) else 0


def _first(holds: Callable[[int], bool], start: int) -> int | None:
    """The smallest amount from ``start`` on at which something holds that does not end once it has begun."""
    if holds(start):
        return start
    low, high = start, start * 2
    for _ in range(6):
        if holds(high):
            break
        low, high = high, high * 2
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def search_grid(audit: Audit, rules: Sequence[Rule]) -> tuple[int, ...]:
    """List amounts at which some of the rules come into reach, with what the others take before; fen, ascending.

    Beside each threshold: the threshold plus what each other rule takes there, for those that see what is left.
    """
    compiled = [audit.compiled(rule) for rule in rules]
    steps = sorted({SAMPLE, *(step for rule in compiled for step in amounts_of(rule))})
    grid = set(steps)
    for step in steps:
        for rule in compiled:
            amount = step
            for _ in range(3):
                amount = step + nominal(rule, amount)
            grid.add(amount)
    return tuple(sorted(grid))
