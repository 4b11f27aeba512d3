"""The best price where each line counts for one rule only: which rules, and whose the lines are.

Theory of operation. All candidates stand in one group with ``per = "line"``, so each is computed on amounts that no
other one touches, and what it saves is a non-decreasing function of the sum of its lines. Trying every way to share out
the lines would be exponential in the lines. But few sets of rules fit into a cart at all, so the rules are chosen first
and the lines are shared out afterwards.

*Choosing.* Rules are tried by what they give per fen of goods, best first. A set is cut off if two of its rules exclude
each other; if some of its rules ask for more than the lines that any of them may have (the marriage condition, with
divisible lines); or if even a fractional knapsack of what is left, at the best rate of every other rule, gives no
better answer. A set whose lines cannot be shared out has no supersets that can.

*Sharing out* the lines of one set stands in :mod:`minishop.promotions._dealing`.

*Ties.* Among sets of one price the order of :mod:`minishop.promotions._search` decides. The lines of the winner are
shared out once more, line by line in canonical order, to find the assignment that comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from minishop.promotions._dealing import Effort, OutOfNodes, Sharing, best_sharing, first_sharing
from minishop.promotions._ground import Candidate
from minishop.promotions._line_rule import UNIT, LineRule
from minishop.promotions._problem import tie_key
from minishop.promotions._program import Measure, Op
from minishop.promotions._waterfall import State

__all__ = ["SharedOut", "can_share_out", "share_out_lines"]


class SharedOut:
    """The best set of rules and the lines of each.

    Attributes:
        selection: Candidate place -> its lines.
        saving: Fen off.
        most: No permitted choice saves more than this.
        nodes: Sets and partial assignments looked at.
    """

    __slots__ = ("most", "nodes", "saving", "selection")

    def __init__(self, selection: dict[int, Sequence[int]], saving: int, most: int, nodes: int) -> None:
        self.selection = selection
        self.saving = saving
        self.most = most
        self.nodes = nodes


def can_share_out(state: State, pool: Sequence[Candidate]) -> bool:
    """Whether the candidates are of the kind that this module is for, and nothing but line amounts matters."""
    if not pool or state.ground.floors is not None or state.stage is not None:
        return False
    group = pool[0].rule.group
    return all(
        rule.per_line
        and rule.group == group
        and rule.op is Op.CUT
        and rule.measure <= Measure.AMOUNT
        and not (rule.counts or rule.fresh or rule.limited)
        for rule in [candidate.rule for candidate in pool]
    )


class _Sharer:
    def __init__(self, state: State, pool: Sequence[Candidate], nodes: int) -> None:
        self.effort = Effort(state.amounts, nodes)
        rules = [
            LineRule(candidate, state.amounts, state.open_places(candidate))
            for candidate in pool
            if state.permits(candidate)
        ]
        self.rules = [rule for rule in rules if rule.top]
        self.rules.sort(key=lambda rule: (-rule.rate, rule.candidate.rule.no, rule.candidate.place))
        self.sums: dict[int, int] = {0: 0}
        self.saving = 0
        self.rank: tuple[object, ...] = (0, 0, (), ())
        self.best: tuple[LineRule, ...] = ()
        self.sharing: Sharing = {}
        #: What sets that were not looked at might save.
        self.open = 0

    def run(self) -> SharedOut:
        goods = self._sum(self._union(self.rules))
        self._choose(0, (), 0, goods, 0, [(0, 0)])
        most = max(self.saving, self.open)
        sharing = self.sharing
        with suppress(OutOfNodes):
            sharing = first_sharing(self.effort, self.best, self.saving, sharing)
        selection: dict[int, Sequence[int]] = {
            rule.candidate.place: tuple(sorted(line for line, owner in sharing.items() if owner == index))
            for index, rule in enumerate(self.best)
        }
        return SharedOut(selection, self.saving, most, self.effort.nodes)

    def _union(self, rules: Sequence[LineRule]) -> int:
        lines = 0
        for rule in rules:
            lines |= rule.lines
        return lines

    def _sum(self, lines: int) -> int:
        known = self.sums.get(lines)
        if known is None:
            known, left = 0, lines
            while left:
                lowest = left & -left
                known += self.effort.amounts[lowest.bit_length() - 1]
                left ^= lowest
            self.sums[lines] = known
        return known

    # -- which rules ----------------------------------------------------------------------------------------------

    def _choose(
        self,
        first: int,
        chosen: tuple[LineRule, ...],
        value: int,
        goods: int,
        barred: int,
        unions: Sequence[tuple[int, int]],
    ) -> None:
        """Looks at the sets that add rules from ``first`` on to ``chosen``.

        Args:
            first: Index of the first rule that may be added.
            chosen: The set so far; it can be shared out.
            value: At least what it saves with just its thresholds, in 1 / ``UNIT`` fen.
            goods: Fen of goods that its thresholds leave.
            barred: The candidates that it bars, as bits.
            unions: For every part of the set, the lines that its rules may have and the sum of their thresholds.
        """
        for at in range(first, len(self.rules)):
            rule = self.rules[at]
            candidate = rule.candidate
            if barred & candidate.bit or rule.reach > goods:
                continue
            bound = (value + self._knapsack(at, chosen, goods, barred)) // UNIT
            if bound < self.saving:
                return
            if bound == self.saving and self._loses_tie(chosen, candidate):
                continue
            if at > first and candidate.coupon is not None and self.rules[at - 1].candidate.rule is candidate.rule:
                continue
            try:
                self.effort.count()
                more = self._married(unions, rule)
                bigger = (*chosen, rule)
                if more is None or not self._try(bigger):
                    continue
            except OutOfNodes:
                self.open = max(self.open, bound)
                return
            self._choose(
                at + 1,
                bigger,
                value + rule.sure,
                goods - rule.reach,
                barred | candidate.bit | candidate.barring,
                [*unions, *more],
            )

    def _loses_tie(self, chosen: Sequence[LineRule], candidate: Candidate) -> bool:
        """Whether one more candidate makes more coupons, or as many and more rules, than the best set has."""
        coupons = sum(rule.candidate.coupon is not None for rule in chosen) + (candidate.coupon is not None)
        return (coupons, len(chosen) + 1 - coupons) > self.rank[:2]

    def _knapsack(self, first: int, chosen: Sequence[LineRule], goods: int, barred: int) -> int:
        """The most that ``goods`` more fen can save, at every rule's best rate; in 1 / ``UNIT`` fen."""
        items = [(rule.rate, rule.extra) for rule in chosen if rule.extra]
        for rule in self.rules[first:]:
            if not barred & rule.candidate.bit and rule.reach <= goods:
                items.append((rule.rate, rule.width))
        items.sort(reverse=True)
        value = 0
        for rate, width in items:
            if width >= goods:
                return value + goods * rate
            value += width * rate
            goods -= width
        return value

    def _married(self, unions: Sequence[tuple[int, int]], rule: LineRule) -> list[tuple[int, int]] | None:
        """The parts of the set that the rule adds, or ``None`` if one of them asks for more goods than there are."""
        more = []
        for lines, reach in unions:
            lines |= rule.lines
            reach += rule.reach
            if self._sum(lines) < reach:
                return None
            more.append((lines, reach))
        return more

    def _try(self, chosen: tuple[LineRule, ...]) -> bool:
        """Whether the lines can be shared out; if that gives a better answer, keeps it."""
        found = best_sharing(self.effort, chosen, self.saving)
        if found is None:
            return False
        saving, sharing = found
        if saving >= self.saving:
            rank = self._rank(chosen)
            if saving > self.saving or rank < self.rank:
                self.saving, self.rank, self.best, self.sharing = saving, rank, chosen, sharing
        return True

    def _rank(self, chosen: Sequence[LineRule]) -> tuple[object, ...]:
        candidates = sorted((rule.candidate for rule in chosen), key=lambda candidate: candidate.place)
        coupons = tuple(tie_key(candidate) for candidate in candidates if candidate.coupon is not None)
        names = tuple(sorted(candidate.rule.rule.id for candidate in candidates))
        return len(coupons), len(chosen) - len(coupons), coupons, names


def share_out_lines(state: State, pool: Sequence[Candidate], nodes: int) -> SharedOut:
    """The set of candidates, and the lines of each, that save most on top of ``state``.

    Args:
        state: What has been applied already.
        pool: Candidates for which :func:`can_share_out` holds.
        nodes: Most sets and partial assignments to look at.
    """
    return _Sharer(state, pool, nodes).run()
