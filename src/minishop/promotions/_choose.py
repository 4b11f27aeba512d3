"""Which candidates are used: by priority, or by search; then once more with everything that costs nothing.

Gifts and points multipliers weigh nothing, so the search leaves them out. Whatever was chosen is replayed from the
start with each of them at its own turn, as far as thresholds, groups, excludes and limits still allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minishop.promotions._freight import FreightDesk
from minishop.promotions._ground import Candidate
from minishop.promotions._problem import Problem
from minishop.promotions._program import FREIGHT
from minishop.promotions._search import Found, search
from minishop.promotions._waterfall import APPLIED, State
from minishop.quotes import Optimality

__all__ = ["choose", "replay"]

_CERTAIN = Optimality()


def choose(problem: Problem, desk: FreightDesk | None) -> tuple[State, Optimality]:
    """The final state of a cart, and the certificate of the choice."""
    policy = problem.program.ruleset.policy
    if policy.choice == "priority":
        return _by_priority(problem, desk)
    pool = [candidate for candidate in problem.candidates if not candidate.rule.weightless]
    if not pool:
        return replay(problem, {}), _CERTAIN

    def finish(state: State) -> int | None:
        if desk is None or not desk.ships:
            return None if state.shipping else 0
        freight = desk.charge(state.amounts, state.shipping, state.over_budget)
        return None if freight.idle else freight.total

    found = search(problem, desk, problem.start(), pool, finish, policy.search_nodes)
    return replay(problem, found.selection), _certificate(found)


def _certificate(found: Found) -> Optimality:
    return Optimality(found.proven, found.nodes, found.payable - found.bound)


def _by_priority(problem: Problem, desk: FreightDesk | None) -> tuple[State, Optimality]:
    state = problem.start()
    coupons, freight = False, []
    for candidate in problem.candidates:
        rule = candidate.rule
        if candidate.coupon is not None:
            coupons = True
        elif rule.layer == FREIGHT:
            freight.append(candidate)
        elif rule.free:
            state.take(candidate, candidate.places)
        elif state.permits(candidate):
            state.take(candidate, state.open_places(candidate))
    if not coupons:
        take_freight(state, freight, desk)
        return state, _CERTAIN
    pool = [
        candidate
        for candidate in problem.candidates
        if candidate.coupon is not None and not candidate.rule.weightless and state.permits(candidate)
    ]

    def finish(final: State) -> int | None:
        if desk is None or not desk.ships:
            return None if final.shipping else 0
        twin = final.copy()
        take_freight(twin, freight, desk)
        charged = desk.charge(twin.amounts, twin.shipping, twin.over_budget)
        if any(candidate.coupon is not None for candidate in charged.idle):
            return None
        return charged.total

    found = search(problem, desk, state, pool, finish, problem.program.ruleset.policy.search_nodes)
    final = replay(problem, found.selection)
    take_freight(final, freight, desk)
    return final, _certificate(found)


def take_freight(state: State, rules: Iterable[Candidate], desk: FreightDesk | None) -> None:
    """Applies automatic freight rules in order, each if it still saves something."""
    if desk is None or not desk.ships:
        return
    total = None
    for candidate in rules:
        if not state.permits(candidate):
            continue
        if total is None:
            total = desk.charge(state.amounts, state.shipping, state.over_budget).total
        twin = state.copy()
        if twin.take(candidate, candidate.places) != APPLIED:
            continue
        with_it = desk.charge(twin.amounts, twin.shipping, twin.over_budget).total
        if with_it < total:
            state.take(candidate, candidate.places)
            total = with_it


def replay(
    problem: Problem, selection: dict[int, Sequence[int]], *, until: int | None = None, weightless: bool = True
) -> State:
    """The state that a selection leads to.

    Args:
        problem: The cart.
        selection: Candidate place -> lines it is given. One that no longer reaches its threshold drops out.
        until: Stop before this candidate place.
        weightless: Whether to add the gifts and multipliers that are still allowed.
    """
    state = problem.start()
    candidates = problem.candidates
    rivals = _Rivals(candidates, selection)
    for candidate in candidates[:until]:
        given = selection.get(candidate.place)
        if given is not None:
            state.take(candidate, given)
        elif weightless and candidate.rule.weightless and rivals.leave_room(state, candidate):
            state.take(candidate, rivals.leave_lines(state, candidate))
    return state


class _Rivals:
    """What a selection, taken as a whole, leaves for candidates that weigh nothing."""

    def __init__(self, candidates: Sequence[Candidate], selection: dict[int, Sequence[int]]) -> None:
        self._ahead: dict[str, set[int]] = {}
        self._lines: dict[str, int] = {}
        self._barred = 0
        for place, lines in selection.items():
            candidate = candidates[place]
            rule = candidate.rule
            self._barred |= candidate.barring
            if rule.group is not None:
                self._ahead.setdefault(rule.group, set()).add(place)
                if rule.per_line:
                    for line in lines:
                        self._lines[rule.group] = self._lines.get(rule.group, 0) | 1 << line

    def leave_room(self, state: State, candidate: Candidate) -> bool:
        rule = candidate.rule
        if (self._barred | state.barred) & candidate.bit or (rule.limited and state.over_count(rule)):
            return False
        if rule.pick is None or rule.group is None:
            return True
        later = sum(place > candidate.place for place in self._ahead.get(rule.group, ()))
        return state.picked.get(rule.group, 0) + later < rule.pick

    def leave_lines(self, state: State, candidate: Candidate) -> Sequence[int]:
        places = state.open_places(candidate)
        taken = self._lines.get(candidate.rule.group, 0) if candidate.rule.per_line else 0  # type: ignore[arg-type]
        return [place for place in places if not taken >> place & 1] if taken else places
