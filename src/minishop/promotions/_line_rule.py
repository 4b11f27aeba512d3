"""What one rule saves, as a function of the sum of the lines that it is given.

Rates are whole numbers of 1 / :data:`UNIT` fen per fen, rounded up, so that every bound built on them is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from minishop.promotions._ground import Candidate
from minishop.promotions.benefits import Tiers

__all__ = ["UNIT", "LineRule"]

UNIT = 1 << 40


class LineRule:
    """A candidate as a function from the sum of its lines to what it saves."""

    __slots__ = ("candidate", "extra", "full", "is_constant", "least", "lines", "rate", "reach", "sure", "top", "width")

    def __init__(self, candidate: Candidate, amounts: Sequence[int], lines: Sequence[int]) -> None:
        self.candidate = candidate
        self.lines = 0
        for line in lines:
            self.lines |= 1 << line
        self.full = sum([amounts[line] for line in lines])
        #: The smallest sum that saves anything, and what it saves; what all lines together save.
        self.reach = max(candidate.rule.reach, 1)
        self.top = self.save(self.full) if self.full >= self.reach else 0
        self.least = self.save(self.reach) if self.top else 0
        if self.top and not self.least:
            self.reach = self._find_reach()
            self.least = self.save(self.reach)
        self.is_constant = self.top == self.least
        #: The saving is at most ``rate`` x sum of lines and at most ``top``, which it may reach at ``width``.
        self.rate = self._find_rate() if self.top else 0
        self.width = -(-self.top * UNIT // self.rate) if self.top else 0
        #: Of that, what belongs to the threshold, in 1 / ``UNIT`` fen; and the goods that may still add to it.
        self.sure = self.least * UNIT if self.is_constant else min(self.top, -(-self.reach * self.rate // UNIT)) * UNIT
        self.extra = 0 if self.is_constant else max(0, self.width - self.reach)

    def save(self, base: int) -> int:
        """Fen off for lines of ``base`` fen, which reach the threshold."""
        rule = self.candidate.rule
        times = base // rule.reach if rule.every else 1
        cut: int = rule.cut(base, 0, times)  # type: ignore[misc]
        return cut if cut < base else base

    def _find_reach(self) -> int:
        low, high = self.reach, self.full
        while high - low > 1:
            middle = (low + high) // 2
            if self.save(middle):
                high = middle
            else:
                low = middle
        return high

    def _find_rate(self) -> int:
        """The most that a fen of goods can save, counted from the first one."""
        rule, benefit = self.candidate.rule, self.candidate.rule.benefit
        if self.is_constant:
            return min(UNIT, -(-self.top * UNIT // self.reach))
        if rule.percent is not None:
            # Half a fen of rounding, spread over the smallest sum that saves anything.
            return min(UNIT, -(-rule.percent * UNIT // 10000) + -(-UNIT // (2 * self.reach)))
        if isinstance(benefit, Tiers):
            steps = [max(step.amount or 0, self.reach) for step in benefit.steps if (step.amount or 0) <= self.full]
            rounded = -(-UNIT // self.reach)
            if benefit.steps[0].percent is not None:
                return min(UNIT, max(-(-(step.percent or 0) * UNIT // 10000) for step in benefit.steps) + rounded)
            return min(UNIT, max(-(-self.save(step) * UNIT // step) for step in steps))
        if rule.every and rule.face:
            return min(UNIT, -(-rule.face * UNIT // rule.reach))
        return UNIT
