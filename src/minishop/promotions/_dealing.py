"""Sharing out lines among the rules of one set, where each line counts for one of them.

Theory of operation. Lines are given away largest first, each first to the rule that needs it most. A branch ends when
the goods that are left do not cover what is missing, or cannot give a better sum. Partial answers that leave every
rule with as much as another, earlier seen one are not followed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from minishop.promotions._line_rule import UNIT, LineRule

__all__ = ["Effort", "OutOfNodes", "Sharing", "best_sharing", "first_sharing"]

#: Line -> index of the rule of the set that gets it.
Sharing = dict[int, int]


class OutOfNodes(Exception):
    """The nodes are used up."""


class Effort:
    """The amounts of the lines, fen, and how much has been looked at of what may be."""

    __slots__ = ("amounts", "budget", "nodes")

    def __init__(self, amounts: Sequence[int], budget: int) -> None:
        self.amounts = amounts
        self.budget = budget
        self.nodes = 0

    def count(self) -> None:
        """One more node."""
        self.nodes += 1
        if self.nodes > self.budget:
            raise OutOfNodes


class _Deal:
    """The lines on the table, dealt one after another.

    ``goods[i]`` is what rule ``i`` has got, ``rest[x][i]`` what lines from ``x`` on may still bring it.
    """

    __slots__ = ("constant", "effort", "goods", "growing", "lines", "open", "reaches", "rest", "rules", "together")

    def __init__(self, effort: Effort, rules: Sequence[LineRule], lines: Sequence[int], goods: list[int]) -> None:
        self.effort = effort
        self.rules = rules
        self.lines = lines
        self.goods = goods
        self.reaches = [rule.reach for rule in rules]
        #: What the rules save that save the same once they are reached; and the others, those of the best rate first.
        self.constant = sum([rule.least for rule in rules if rule.is_constant])
        self.growing = [i for i, rule in enumerate(rules) if not rule.is_constant]
        amounts = effort.amounts
        self.open = [[i for i, rule in enumerate(rules) if rule.lines >> line & 1] for line in lines]
        row, total = [0] * len(rules), 0
        self.rest = [row]
        self.together = [total]
        for line, owners in zip(reversed(lines), reversed(self.open), strict=True):
            row = row[:]
            for owner in owners:
                row[owner] += amounts[line]
            total += amounts[line]
            self.rest.append(row)
            self.together.append(total)
        self.rest.reverse()
        self.together.reverse()

    def most(self, at: int) -> int:
        """The most that the set can save from here on; -1 if some threshold is out of reach."""
        rest, goods, spare = self.rest[at], self.goods, self.together[at]
        for i, reach in enumerate(self.reaches):
            lack = reach - goods[i]
            if lack > 0:
                if lack > rest[i]:
                    return -1
                spare -= lack
        if spare < 0:
            return -1
        value = self.constant
        for i in self.growing:
            # No more than it may have, and no more than the thresholds of the others leave.
            enough = max(goods[i], self.reaches[i])
            value += self.rules[i].save(min(goods[i] + rest[i], enough + spare))
        return min(value, self._together(spare)) if len(self.growing) > 1 else value

    def _together(self, spare: int) -> int:
        """The most that the set can save if ``spare`` fen are divided among the rules that go on growing."""
        value = self.constant * UNIT
        for i in self.growing:
            rule = self.rules[i]
            had = max(self.goods[i], rule.reach)
            value += min(rule.top * UNIT, had * rule.rate)
        for i in self.growing:
            rule = self.rules[i]
            width = min(spare, max(0, rule.width - max(self.goods[i], rule.reach)))
            value += width * rule.rate
            spare -= width
        return value // UNIT

    def is_settled(self) -> bool:
        """Whether nothing that is still to come changes anything."""
        return not self.growing and all(had >= reach for had, reach in zip(self.goods, self.reaches, strict=True))

    def key(self, at: int) -> tuple[int, ...]:
        """What distinguishes this position from others with as many lines dealt."""
        return (
            at,
            *[
                min(goods, rule.reach) if rule.is_constant else goods
                for goods, rule in zip(self.goods, self.rules, strict=True)
            ],
        )

    def neediest(self, at: int) -> Iterator[int]:
        """The owners of a line, those first that miss most of what they can still get."""
        rest = self.rest[at]
        return iter(
            sorted(
                self.open[at],
                key=lambda i: (-(self.rules[i].reach - self.goods[i]) * 10000 // rest[i] if rest[i] else 0, i),
            )
        )

    def walk(self, wanted: int, limit: int | None) -> tuple[int, Sharing] | None:
        """The best way to deal the lines, depth first; the first that saves ``wanted`` fen ends the walk.

        Args:
            wanted: An answer of as much is good enough.
            limit: Answers that save less need not be told apart; ``None``: none below ``wanted`` is of interest.
        """
        amounts, lines, goods = self.effort.amounts, self.lines, self.goods
        best: tuple[int, Sharing] | None = None
        dealt: list[int] = []
        seen: set[tuple[int, ...]] = set()
        stack: list[Iterator[int]] = []
        least = wanted if limit is None else 0
        while True:
            at = len(dealt)
            self.effort.count()
            most, key = self.most(at), self.key(at)
            owners: Iterator[int] = iter(())
            if most >= least and key not in seen:
                if at < len(lines) and not self.is_settled():
                    owners = self.neediest(at)
                else:
                    saving = sum([rule.save(had) for rule, had in zip(self.rules, goods, strict=True)])
                    best = saving, dict(zip(lines, dealt, strict=False))
                    if saving >= wanted:
                        return best
                    least = max(least, saving + 1, limit or 0)
            seen.add(key)
            stack.append(owners)
            while (owner := next(stack[-1], None)) is None:
                stack.pop()
                if not stack:
                    return best
                goods[dealt.pop()] -= amounts[lines[len(stack) - 1]]
            goods[owner] += amounts[lines[len(stack) - 1]]
            dealt.append(owner)


def best_sharing(effort: Effort, rules: Sequence[LineRule], limit: int) -> tuple[int, Sharing] | None:
    """What the set saves at best and whose the lines are then, or ``None`` if some rule must go without.

    An answer below ``limit`` need not be the best one.
    """
    lines = range(len(effort.amounts))
    return _deal_out(effort, rules, [0] * len(rules), lines, wanted=None, limit=limit)


def _deal_out(
    effort: Effort,
    rules: Sequence[LineRule],
    goods: list[int],
    lines: Iterable[int],
    *,
    wanted: int | None,
    limit: int | None,
) -> tuple[int, Sharing] | None:
    """Deals lines on top of what rules have got already; those that only one rule may have go there at once.

    ``goods`` is used up. Without ``wanted`` the best answer is looked for.
    """
    given: Sharing = {}
    open_lines: list[int] = []
    for line in lines:
        owners = [i for i, rule in enumerate(rules) if rule.lines >> line & 1]
        if len(owners) == 1:
            given[line] = owners[0]
            goods[owners[0]] += effort.amounts[line]
        elif owners:
            open_lines.append(line)
    open_lines.sort(key=lambda line: (-effort.amounts[line], line))
    deal = _Deal(effort, rules, open_lines, goods)
    most = deal.most(0)
    if most < 0 or (wanted is not None and most < wanted):
        return None
    found = deal.walk(most if wanted is None else wanted, limit)
    return None if found is None else (found[0], {**given, **found[1]})


def first_sharing(effort: Effort, rules: Sequence[LineRule], saving: int, known: Sharing) -> Sharing:
    """The assignment that saves as much and comes first: line by line nobody, then by rule id.

    ``known`` is one that saves as much. Only what would come before it has to be looked for.
    """
    amounts = effort.amounts
    order = sorted(range(len(rules)), key=lambda i: (rules[i].candidate.rule.rule.id, rules[i].candidate.place))
    fixed = [0] * len(rules)
    lines = [line for line in range(len(amounts)) if any(rule.lines >> line & 1 for rule in rules)]
    for at, line in enumerate(lines):
        now = known.get(line)
        if now is None:
            continue
        for owner in (None, *[i for i in order if rules[i].lines >> line & 1]):
            if owner == now:
                break
            better = {**known, line: owner} if owner is not None else {k: v for k, v in known.items() if k != line}
            if _saves(effort, rules, better) < saving:
                goods = fixed[:]
                if owner is not None:
                    goods[owner] += amounts[line]
                found = _deal_out(effort, rules, goods, lines[at + 1 :], wanted=saving, limit=None)
                if found is None:
                    continue
                before = {k: v for k, v in known.items() if k < line}
                better = {**before, **({} if owner is None else {line: owner}), **found[1]}
            known = better
            break
        now = known.get(line)
        if now is not None:
            fixed[now] += amounts[line]
    return known


def _saves(effort: Effort, rules: Sequence[LineRule], sharing: Sharing) -> int:
    """What an assignment saves; -1 if it leaves a rule below its threshold."""
    goods = [0] * len(rules)
    for line, owner in sharing.items():
        goods[owner] += effort.amounts[line]
    if any(had < rule.reach for rule, had in zip(rules, goods, strict=True)):
        return -1
    return sum([rule.save(had) for rule, had in zip(rules, goods, strict=True)])
