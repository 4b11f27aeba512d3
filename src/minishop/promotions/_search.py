"""The best price: branch and bound over which candidates are used.

Theory of operation. Candidates stand in application order; a node is a :class:`State` in which some of them have been
taken, and its children take one more, further down the order. Every node is also an answer (take nothing more).

*Bound.* A benefit never shrinks when its base grows (the promise of :mod:`minishop.promotions.benefits`), and going
down the waterfall amounts, rooms and scopes only shrink. So what a candidate would take at a node, it will never
exceed below that node. A group of which r more may be picked contributes its r largest. Freight cannot fall below
what it is with every shipping candidate used on today's amounts. Together: payable >= goods - sum of these + least
freight.

*Order.* The children of a node take, in turn, the first, second, ... of the candidates that are left; their bounds grow
monotonically, so the first child that is pruned ends the node.

*Ties.* The answer is the least by (payable, coupons, rules, the coupons' faces ..., rule ids, assignment), which is
total; a node is cut only if it cannot win that comparison. Of several coupons of one rule, an earlier one is used
before a later one: exchanging them changes nothing but makes the tie worse.

*Lines.* Where every line counts for one rule only, sets of rules are searched first and lines shared out afterwards, if
nothing else bears on the price (:mod:`minishop.promotions._lines`). Otherwise every part of its scope is a child.

*Budget.* When the nodes are used up, the best answer so far stands, and the smallest bound of what was left open is the
proven lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from attrs import frozen

from minishop.promotions._freight import FreightDesk
from minishop.promotions._ground import Candidate
from minishop.promotions._lines import can_share_out, share_out_lines
from minishop.promotions._problem import Problem, tie_key
from minishop.promotions._program import Measure, Op
from minishop.promotions._waterfall import APPLIED, State
from minishop.promotions.benefits import Exchange

__all__ = ["Found", "search"]

_Tie = tuple[object, ...]
#: Finishes a state: applies what is not searched, returns the freight, or ``None`` if the answer is no answer.
Finish = Callable[[State], int | None]


@frozen
class Found:
    """The best selection: which candidates, on which lines.

    Attributes:
        selection: Candidate place -> the lines it was given.
        payable: Goods and freight, before points, fen.
        bound: No permitted selection costs less than this.
        nodes: States computed.
        proven: Whether everything was looked at or ruled out.
    """

    selection: dict[int, Sequence[int]]
    payable: int
    bound: int
    nodes: int
    proven: bool


class _Node:
    """A state on the stack, with the bounds of what may still be taken from it.

    ``most[i]`` bounds what candidate ``first + i`` can take, ``suffix[i]`` what it and all after it can take together.
    ``above`` is the part of the parent's ``most`` that concerns the same candidates: what was 0 there stays 0.
    """

    __slots__ = ("coupons", "first", "least", "most", "next", "room", "rules", "state", "subsets", "suffix")

    def __init__(
        self,
        state: State,
        pool: Sequence[Candidate],
        first: int,
        above: Sequence[int],
        taken: tuple[int, int],
        least: int,
    ) -> None:
        self.state = state
        self.first = first
        self.next = first
        self.coupons, self.rules = taken
        #: The least freight, fen, and what cuts may take in all.
        self.least = least
        self.room = state.total if state.ground.floors is None else sum(state.room)
        self.subsets: Iterator[Sequence[int]] | None = None
        most: list[int] = []
        suffix = [0]
        tops: dict[object, list[int]] = {}
        fixed = 0
        compound = _Compound(state)
        look = _most if state.stage is not None or state.ground.floors is not None else _most_by_amount
        for candidate, before in zip(reversed(pool[first:]), reversed(above), strict=True):
            amount = look(state, candidate) if before and state.permits(candidate) else 0
            if amount > 0 and not compound.takes(candidate, amount):
                fixed += _counted(state, candidate, amount, tops)
            most.append(amount)
            suffix.append(fixed + compound.most)
        most.reverse()
        suffix.reverse()
        self.most = most
        self.suffix = suffix


class _Compound:
    """Whole-cart percentages, bounded together: each finds less left than the one before.

    If a percentage p takes half a fen per rounding more than p of what is left, and any other cut at most a fixed
    amount, then whatever the order, total x (1 - p1) x (1 - p2) ... less the fixed amounts and the roundings is at
    most what is left in the end. Holds for the progressive preset without floors, where a percentage meets all that
    is left.
    """

    __slots__ = ("_additive", "_left", "_roundings", "_state", "_usable", "most")

    _ONE = 10**16

    def __init__(self, state: State) -> None:
        self._state = state
        self._usable = not state.ground.parallel and state.ground.floors is None
        self._left = self._ONE
        self._additive = 0
        self._roundings = 0
        #: At least what the percentages seen so far can take together, fen.
        self.most = 0

    def takes(self, candidate: Candidate, amount: int) -> bool:
        """Whether the candidate is one of them; if so it is counted in :attr:`most`."""
        rule = candidate.rule
        if (
            rule.percent is None
            or not self._usable
            or candidate.places is not self._state.ground.everything
            or rule.group is not None
            or rule.limited
        ):
            return False
        self._left = self._left * (10000 - rule.percent) // 10000
        self._additive += amount
        self._roundings += 1 if rule.op is Op.CUT else len(candidate.places)
        total = self._state.total
        self.most = min(self._additive, total - total * self._left // self._ONE + self._roundings)
        return True


class _Search:
    def __init__(
        self, problem: Problem, desk: FreightDesk | None, pool: Sequence[Candidate], finish: Finish, nodes: int
    ) -> None:
        self.problem = problem
        self.desk = desk
        self.pool = pool
        self.finish = finish
        self.budget = nodes
        self.nodes = 0
        self.minimum = problem.program.ruleset.policy.minimum_payable if problem.lines else 0
        #: Every candidate that may change the freight, those included that ``finish`` applies.
        self.shipping = [candidate for candidate in problem.candidates if candidate.rule.op >= Op.FREE_SHIPPING]
        self.best: tuple[int, int, int] | None = None
        self.best_state: State | None = None
        self.best_tie: _Tie | None = None
        #: Goods that no candidate touches.
        self.outside = 0
        self.steady: int | None = None

    def run(self, start: State) -> Found:
        self.outside = sum(start.amounts) - start.total
        self._set_freight(start)
        if self.steady is not None and can_share_out(start, self.pool):
            shared = share_out_lines(start, self.pool, self.budget)
            payable = self.outside + start.total + self.steady - shared.saving
            if payable >= self.minimum:
                given = {entry.candidate.place: entry.places for entry in start.trace}
                bound = max(self.minimum, payable + shared.saving - shared.most)
                return Found({**given, **shared.selection}, payable, bound, shared.nodes, bound == payable)
        self._answer(start, 0, 0)
        stack = [_Node(start, self.pool, 0, (1,) * len(self.pool), (0, 0), self._least_freight(start))]
        proven = True
        while stack:
            child = self._advance(stack[-1])
            if child is None:
                stack.pop()
            elif self.nodes > self.budget:
                proven = False
                break
            else:
                stack.append(child)
        assert self.best is not None
        assert self.best_state is not None
        payable = self.best[0]
        bound = payable if proven else min(payable, *(self._bound(node, node.next) for node in stack))
        selection = {entry.candidate.place: entry.places for entry in self.best_state.trace}
        return Found(selection, payable, bound, self.nodes, proven)

    # -- nodes ----------------------------------------------------------------------------------------------------

    def _bound(self, node: _Node, at: int) -> int:
        """The least that anything can cost which takes nothing between the node and candidate ``at``."""
        offset = at - node.first
        if offset >= len(node.most):
            return 2**80
        saving = min(node.suffix[offset], node.room)
        return max(self.minimum, self.outside + node.state.total - saving + node.least)

    def _advance(self, node: _Node) -> _Node | None:
        """The next child of a node that may hold a better answer, or ``None``."""
        pool, state = self.pool, node.state
        assert self.best is not None
        while True:
            if node.subsets is None:
                at = node.next
                if at >= len(pool):
                    return None
                candidate = pool[at]
                bound = self._bound(node, at)
                if bound > self.best[0]:
                    return None
                if (
                    not node.most[at - node.first]
                    or (at > node.first and candidate.coupon is not None and pool[at - 1].rule is candidate.rule)
                    or (bound == self.best[0] and self._loses_tie(node, candidate))
                ):
                    node.next += 1
                    continue
                node.subsets = _subsets(state, candidate)
            candidate = pool[node.next]
            places = next(node.subsets, None)
            if places is None:
                node.subsets = None
                node.next += 1
                continue
            child = state.copy()
            self.nodes += 1
            if child.take(candidate, places) != APPLIED:
                continue
            coupons = node.coupons + (candidate.coupon is not None)
            rules = node.rules + (candidate.coupon is None)
            self._answer(child, coupons, rules)
            after = node.next + 1
            above = node.most[after - node.first :]
            return _Node(child, pool, after, above, (coupons, rules), self._least_freight(child))

    def _loses_tie(self, node: _Node, candidate: Candidate) -> bool:
        """Whether taking the candidate gives more coupons, or as many and more rules, than the best answer has."""
        assert self.best is not None
        coupons = node.coupons + (candidate.coupon is not None)
        rules = node.rules + (candidate.coupon is None)
        return (coupons, rules) > self.best[1:]

    # -- answers --------------------------------------------------------------------------------------------------

    def _answer(self, state: State, coupons: int, rules: int) -> None:
        freight = self.steady
        if freight is None:
            freight = self.finish(state)
            if freight is None:
                return
        payable = max(self.minimum, self.outside + state.total + freight)
        rank = (payable, coupons, rules)
        if self.best is not None and rank > self.best:
            return
        tie = _tie(state)
        if self.best is None or self.best_tie is None or rank < self.best or tie < self.best_tie:
            self.best, self.best_state, self.best_tie = rank, state, tie

    # -- freight --------------------------------------------------------------------------------------------------

    def _set_freight(self, start: State) -> None:
        """Finds out whether the freight is the same whatever is chosen."""
        desk = self.desk
        if desk is None or not desk.ships:
            self.steady = None if self.shipping else 0
        elif not self.shipping:
            # What is not free at today's amounts never becomes free at lower ones.
            now = desk.charge(start.amounts, (), start.over_budget)
            if not desk.conditional or not now.waivers:
                self.steady = now.total

    def _least_freight(self, state: State) -> int:
        if self.steady is not None:
            return self.steady
        if self.desk is None or not self.desk.ships:
            return 0
        return self.desk.least(state.amounts, self.shipping)


def _subsets(state: State, candidate: Candidate) -> Iterator[Sequence[int]]:
    """The line sets that a candidate may be given: its scope, or in a per-line group any part of what is not taken."""
    places = state.open_places(candidate)
    if not candidate.rule.per_line:
        return iter((places,))
    return (part for size in range(len(places), 0, -1) for part in combinations(places, size))


def _counted(state: State, candidate: Candidate, amount: int, tops: dict[object, list[int]]) -> int:
    """By how much the bound grows with one more candidate: in a group with r picks left, only the r largest count."""
    rule = candidate.rule
    key: object
    if rule.pick is not None:
        key, left = rule.group, rule.pick - state.picked.get(rule.group, 0)  # type: ignore[arg-type]
    elif rule.rule.limit.order is not None:
        key, left = rule.no, rule.rule.limit.order - state.uses.get(rule.no, 0)
    else:
        return amount
    top = tops.setdefault(key, [])
    if len(top) < left:
        top.append(amount)
        return amount
    smallest = min(top)
    if amount <= smallest:
        return 0
    top[top.index(smallest)] = amount
    return amount - smallest


def _most_by_amount(state: State, candidate: Candidate) -> int:
    """:func:`_most` in the progressive preset without floors: most rules of the field need no more than a sum."""
    rule = candidate.rule
    if not rule.by_amount:
        return _most(state, candidate)
    places = candidate.places
    if places is state.ground.everything:
        base = state.total
    else:
        amounts = state.amounts
        base = sum([amounts[place] for place in places])
    if base < rule.reach:
        return 0
    nominal: int = rule.cut(base, 0, base // rule.reach if rule.every else 1)  # type: ignore[misc]
    return nominal if nominal < base else base


def _most(state: State, candidate: Candidate) -> int:
    """At least what the candidate can take in this state or any below it; shipping counts as one fen, to be tried."""
    rule = candidate.rule
    places = state.scope(candidate, state.open_places(candidate))
    if not places:
        return 0
    op = rule.op
    if op >= Op.FREE_SHIPPING:
        return 1 if _may_reach(state, candidate, places) else 0
    room = state.room
    if op is Op.CUT:
        if places is state.ground.everything and state.stage is None:
            base = state.total
        else:
            basis = state.amounts if state.stage is None else state.stage
            base = sum([basis[place] for place in places])
        times = 1
        if rule.measure is Measure.AMOUNT:
            if base < rule.reach:
                return 0
            if rule.every:
                times = base // rule.reach
        elif rule.measure:
            measure, reach = state.measured(candidate, places)
            if measure < reach:
                return 0
            if rule.every:
                times = measure // reach
        quantity = state.quantity(candidate, places) if rule.counts else 0
        nominal = rule.cut(base, quantity, times)  # type: ignore[misc]
        if state.ground.floors is None and state.stage is None:
            return nominal if nominal < base else base
        return min(nominal, sum([room[place] for place in places]))
    if not _may_reach(state, candidate, places):
        return 0
    left = sum([room[place] for place in places])
    if op is Op.EXCHANGE:
        benefit = rule.benefit
        assert isinstance(benefit, Exchange)
        return min(left, sum(amount for amount, _, _ in state.dearest(places, benefit.quantity)))
    return min(left, _most_item(state, candidate, places))


def _may_reach(state: State, candidate: Candidate, places: Sequence[int]) -> bool:
    measure, reach = state.measured(candidate, places)
    return measure >= reach


def _most_item(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    rule = candidate.rule
    if rule.op is Op.UNITS:
        assert state.units is not None
        assert rule.item is not None
        return rule.item.most([state.units[place] for place in places])
    amounts = state.amounts
    if rule.percent is not None:
        most = sum([(amounts[place] * rule.percent + 5000) // 10000 for place in places])
    else:
        most = rule.face * len(places)
    return most if rule.cap is None else min(most, rule.cap)


def _tie(state: State) -> _Tie:
    """What decides between selections of one price with as many coupons and rules."""
    used = [entry.candidate for entry in state.trace if not entry.candidate.rule.weightless]
    coupons = tuple(tie_key(candidate) for candidate in used if candidate.coupon is not None)
    rules = tuple(sorted(candidate.rule.rule.id for candidate in used))
    return coupons, rules, _assignment(state)


def _assignment(state: State) -> _Tie:
    """Per per-line group, in order of their ids: what each line counts for."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for entry in state.trace:
        rule = entry.candidate.rule
        if rule.per_line and rule.group is not None:
            row = groups.setdefault(rule.group, [("", 0)] * len(state.amounts))
            for place in entry.places:
                row[place] = (rule.rule.id, entry.candidate.place)
    return tuple((group, tuple(row)) for group, row in sorted(groups.items()))


def search(
    problem: Problem,
    desk: FreightDesk | None,
    start: State,
    pool: Sequence[Candidate],
    finish: Finish,
    nodes: int,
) -> Found:
    """The selection out of ``pool`` that costs least on top of ``start``.

    Args:
        problem: The cart.
        desk: Its freight side, or ``None``.
        start: What has been applied already.
        pool: What may be taken, in application order; not changed.
        finish: Returns the freight of a final state in fen, or ``None`` if the state is not an answer.
        nodes: Most states to compute.
    """
    return _Search(problem, desk, pool, finish, nodes).run(start)
