"""What the rules can take off a cart at most, without pricing it.

The search for the worst margin (:mod:`minishop.promotions.lint.worst`) rests on these bounds, so each is an upper one
for every cart, whatever combination of rules the engine picks. They lean on the monotonicity promise: a cut computed
on the sale prices, before any other rule took anything, is at least the cut that the engine will make.

Two kinds:

* :meth:`Limits.most`, of one cart: the nominal cut of every rule, the dearest ``pick`` of every group, together never
  more than the floors leave.
* :attr:`Slot.gains`, of any cart that is still to be filled: sums over lines, of which the least counts. By *room*:
  each unit gives all that its floor leaves. By *rate*: a cut of 50.00 from 300.00 on is at most a sixth of what is in
  scope. By *rate and face*: the same, but a rule that is known by its face counts with that, once and not per line.

Bounds are whole nano-fen (:data:`NANO`), always rounded up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from attrs import frozen

from minishop.promotions._program import Compiled, Measure, Op, covers
from minishop.promotions.benefits import (
    AmountOff,
    Bundle,
    BuyGet,
    Exchange,
    NthUnit,
    PercentOff,
    Tiers,
    UnitPrice,
)
from minishop.promotions.lint._audit import Audit
from minishop.promotions.lint._breaks import nominal
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint.catalog import CatalogItem

__all__ = ["NANO", "Limits", "Picked", "Slot"]

#: Parts of a fen that bounds are counted in, so that rates lose next to nothing.
NANO = 10**9
_WHOLE = 10_000


@frozen(eq=False)
class Slot:
    """An item of the catalogue in a situation; amounts are fen.

    Attributes:
        item: The item.
        sale: What a unit costs after the price layer.
        room: What can be taken off a unit at most, the price layer included.
        units: Units that a line may have.
        rules: The rules that look at it.
        gains: Upper bounds of what a unit loses: by room, by rate, by rate and face; nano-fen.
    """

    item: CatalogItem
    sale: int
    room: int
    units: int
    rules: frozenset[int]
    gains: tuple[int, int, int]


#: A cart under construction: items and their units.
Picked = Sequence[tuple[Slot, int]]


@frozen
class _Bound:
    """An item before it is known what the rules may take."""

    item: CatalogItem
    sale: int
    units: int
    rules: frozenset[int]


class Limits:
    """The bounds of one situation.

    Args:
        audit: The audit; its bounds say how large carts are.
        scene: The situation.
        items: What may be in a cart.
        own: Whether only what the shop itself bears counts.
    """

    def __init__(self, audit: Audit, scene: Scene, items: Iterable[CatalogItem], *, own: bool) -> None:
        self._own = own
        self._lines = audit.bounds.lines
        program = audit.engine._program
        is_open = [rule for rule in program.rules if scene.opens(rule.rule)]
        prices = [rule for rule in is_open if rule.op is Op.PRICE]
        cuts = [rule for rule in is_open if rule.op in (Op.LINES, Op.UNITS, Op.CUT, Op.EXCHANGE)]
        found = [_bound(item, prices, cuts, audit.bounds.units) for item in items]
        bounds = [bound for bound in found if bound is not None]
        self._faces = {rule.no: self._face(rule, bounds) for rule in cuts}
        self._cuts = {rule.no: rule for rule in cuts if self._faces[rule.no]}
        self._rounded = sum(_roundings(rule, self._lines) + (2 if own else 0) for rule in self._cuts.values())
        self.slots = [self._slot(bound) for bound in bounds]
        faces = [
            (rule, self._share(rule, NANO * self._faces[no])) for no, rule in self._cuts.items() if self._is_flat(rule)
        ]
        #: What the three sums begin with, nano-fen: roundings, and the faces that count once.
        self.start = (0, self._rounded * NANO // 2, self._rounded * NANO // 2 + _picked(faces))

    # -- one rule -----------------------------------------------------------------------------------------------------

    def _face(self, rule: Compiled, bounds: Sequence[_Bound]) -> int:
        """The most it can take off any cart within the bounds, fen; 0 if no such cart reaches it."""
        inside = [bound for bound in bounds if rule.no in bound.rules]
        amounts = sorted((bound.sale * bound.units for bound in inside), reverse=True)[: self._lines]
        units = sum(sorted((bound.units for bound in inside), reverse=True)[: self._lines])
        base = sum(amounts)
        measured = {Measure.AMOUNT: base, Measure.QUANTITY: units, Measure.DISTINCT: len(amounts)}.get(rule.measure, 1)
        if not inside or measured < rule.reach:
            return 0
        if rule.cut is not None:
            return nominal(rule, base, units)
        benefit = rule.benefit
        if isinstance(benefit, Exchange):
            return min(base, benefit.quantity * max(bound.sale for bound in inside))
        if isinstance(benefit, AmountOff):
            return min(base, benefit.amount * self._lines, base if benefit.cap is None else benefit.cap)
        return base if rule.cap is None else min(base, rule.cap)

    def _share(self, rule: Compiled, amount: int) -> int:
        """The part of a cut that counts, rounded up."""
        if not self._own or not rule.funding:
            return amount
        return -(-amount * dict(rule.funding).get("shop", 0) // _WHOLE)

    def _is_flat(self, rule: Compiled) -> bool:
        """Whether its face is more to the point than its rate, when carts are as large as they may be."""
        benefit = rule.benefit
        if isinstance(benefit, AmountOff):
            return rule.op is Op.CUT and not (rule.every and rule.cap is None)
        if isinstance(benefit, Tiers):
            return all(step.off is not None for step in benefit.steps)
        return rule.cap is not None or isinstance(benefit, Exchange)

    # -- sums over lines ----------------------------------------------------------------------------------------------

    def _slot(self, bound: _Bound) -> Slot:
        price, sale = bound.item.price, bound.sale
        room = price - min(sale, bound.item.floor)
        rules = [self._cuts[no] for no in sorted(bound.rules) if no in self._cuts]
        rates = [(rule, self._share(rule, sale * _rate(rule, sale))) for rule in rules]
        by_rate = _picked(rates)
        by_both = _picked([(rule, gain) for rule, gain in rates if not self._is_flat(rule)])
        off = NANO * (price - sale)
        gains = (NANO * room, off + by_rate, off + by_both)
        return Slot(bound.item, sale, room, bound.units, frozenset(rule.no for rule in rules), gains)

    # -- one cart -----------------------------------------------------------------------------------------------------

    def most(self, picked: Picked) -> int:
        """What can be taken off this cart at most, fen."""
        room = sum(slot.room * units for slot, units in picked)
        lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for slot, units in picked:
            for no in slot.rules:
                lines[no].append((slot.sale, units))
        cuts = [
            (self._cuts[no], self._share(self._cuts[no], _nominal(self._cuts[no], row)) + (1 if self._own else 0))
            for no, row in lines.items()
        ]
        sales = sum((slot.item.price - slot.sale) * units for slot, units in picked)
        return min(room, sales + _picked(cuts, once=True))


def _bound(item: CatalogItem, prices: list[Compiled], cuts: list[Compiled], most: int) -> _Bound | None:
    """The item with its sale price and the rules that look at it; ``None`` if it is sold out."""
    line = item.line("1")
    units = most if item.stock is None else min(most, item.stock)
    if not units:
        return None
    sale = item.price
    for rule in prices:
        if rule.sale_price is not None and covers(rule.rule.scope, line):
            sale = min(sale, rule.sale_price(item.price))
    return _Bound(item, sale, units, frozenset(rule.no for rule in cuts if covers(rule.rule.scope, line)))


def _picked(cuts: Iterable[tuple[Compiled, int]], *, once: bool = False) -> int:
    """The sum over rules, of each group no more than it lets an order use.

    Args:
        cuts: Rules, and what each gives.
        once: The cuts are those of whole carts: rules of a group per line may all apply, on lines of their own.
    """
    total = 0
    groups: dict[str, list[int]] = defaultdict(list)
    picks: dict[str, int | None] = {}
    for rule, cut in cuts:
        if rule.group is None:
            total += cut
        else:
            groups[rule.group].append(cut)
            picks[rule.group] = 1 if rule.per_line and not once else rule.pick
    return total + sum(sum(sorted(found, reverse=True)[: picks[group]]) for group, found in groups.items())


def _rate(rule: Compiled, sale: int) -> int:
    """The most that a rule takes off a fen of goods that cost ``sale`` a unit, nano-fen, rounded up."""
    benefit = rule.benefit
    if not sale:
        return 0
    if isinstance(benefit, PercentOff):
        part = (benefit.percent, _WHOLE)
    elif isinstance(benefit, Tiers):
        return max(_step_rate(step.amount, step.off, step.percent) for step in benefit.steps)
    elif isinstance(benefit, AmountOff):
        # Whatever the cart: a cut that a unit alone exceeds is a part of that unit, any other a part of the threshold.
        measured = rule.threshold_amount if rule.op is Op.CUT else 0
        reach = max(sale, measured) if not rule.every else measured or sale
        part = (benefit.amount, reach) if not rule.every or measured else (1, 1)
    elif isinstance(benefit, UnitPrice):
        part = (max(0, sale - benefit.price), sale)
    elif isinstance(benefit, Bundle):
        part = (max(0, benefit.quantity * sale - benefit.price), benefit.quantity * sale)
    elif isinstance(benefit, NthUnit):
        part = (benefit.percent, _WHOLE * (benefit.n if benefit.order == "descending" else 1))
    elif isinstance(benefit, BuyGet):
        part = (benefit.percent * benefit.get, _WHOLE * (benefit.buy + benefit.get))
    else:
        part = (1, 1)
    return min(NANO, -(-NANO * part[0] // part[1]))


def _step_rate(amount: int | None, off: int | None, percent: int | None) -> int:
    if percent is not None:
        return NANO * percent // _WHOLE
    return NANO if amount is None or off is None else min(NANO, -(-NANO * off // amount))


def _roundings(rule: Compiled, lines: int) -> int:
    """How many halves of a fen rounding may add to what the rates say."""
    if rule.op is Op.CUT:
        return 0 if isinstance(rule.benefit, AmountOff) else 1
    return lines if isinstance(rule.benefit, (PercentOff, NthUnit, BuyGet)) else 0


def _nominal(rule: Compiled, row: Sequence[tuple[int, int]]) -> int:
    """What a rule takes off lines of (price, units), before any other did; fen."""
    base = sum(sale * units for sale, units in row)
    count = sum(units for _, units in row)
    if rule.cut is not None:
        return nominal(rule, base, count)
    measured = {Measure.AMOUNT: base, Measure.QUANTITY: count, Measure.DISTINCT: len(row)}.get(rule.measure, 1)
    if measured < rule.reach:
        return 0
    if isinstance(rule.benefit, Exchange):
        dearest = sorted((sale for sale, units in row for _ in range(units)), reverse=True)
        return sum(dearest[: rule.benefit.quantity])
    assert rule.item is not None
    whole = [[sale] * units for sale, units in row]
    is_exact = rule.op is Op.LINES or isinstance(rule.benefit, UnitPrice)  # then dearer lines are never cut less
    cut = sum(share.cut for share in rule.item.shares(whole)) if is_exact else rule.item.most(whole)
    return min(base, cut if rule.cap is None else min(cut, rule.cap))
