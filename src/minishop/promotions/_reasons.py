"""Why a rule or coupon is not in the price: the first reason that holds, in the order of the published code list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minishop.promotions._choose import replay
from minishop.promotions._gates import closed
from minishop.promotions._ground import Candidate
from minishop.promotions._problem import Problem, application_order, coupon_closed
from minishop.promotions._program import FREIGHT, ITEM, Compiled, Measure, Op
from minishop.promotions._settle import Settlement
from minishop.promotions._waterfall import LIMIT, State
from minishop.quotes import Coupon, Reason, Rejected

__all__ = ["Inquiry", "rejected_rules"]


def rejected_rules(settlement: Settlement) -> tuple[Rejected, ...]:
    """Every automatic rule and considered coupon that is not applied, in application order, then coupons not held."""
    return tuple([rejected for _, rejected in Inquiry(settlement).run()])


class Inquiry:
    """One settlement, asked about everything that is not in its price."""

    def __init__(self, settlement: Settlement) -> None:
        self.settlement = settlement
        self.problem: Problem = settlement.problem
        self.applied = {(entry.rule, entry.coupon) for entry in settlement.applied()}
        idle = settlement.shipping.idle if settlement.shipping is not None else ()
        used = [
            entry
            for entry in settlement.state.trace
            if (entry.source.rule, entry.source.coupon) in self.applied and entry.candidate not in idle
        ]
        self.used = used
        self.selection = {entry.candidate.place: entry.places for entry in used if not entry.candidate.rule.weightless}

    def run(self) -> Iterator[tuple[Candidate | None, Rejected]]:
        """What is not in the price, with the candidate it stands for (``None``: a coupon that is not held)."""
        problem = self.problem
        known = {(candidate.source.rule, candidate.source.coupon): candidate for candidate in problem.candidates}
        asked: list[Candidate] = []
        for rule in problem.program.rules:
            if not rule.coupon_layer and (rule.rule.id, None) not in self.applied:
                asked.append(known.get((rule.rule.id, None)) or self._stranger(rule, None))
        for coupon in self._considered():
            key = (coupon.rule, coupon.id)
            if key not in self.applied:
                asked.append(known.get(key) or self._stranger(problem.program.coupons[coupon.rule], coupon))
        asked.sort(key=application_order)
        state = problem.start()
        ahead = iter(problem.candidates)
        following = next(ahead, None)
        for candidate in asked:
            while following is not None and application_order(following) < application_order(candidate):
                self._go_past(state, following)
                following = next(ahead, None)
            source = candidate.source
            yield candidate, Rejected(source.rule, source.coupon, self._reason(state, candidate))
        if problem.request.use_coupons not in ("best", "none"):
            held = {coupon.id for coupon in problem.request.coupons}
            for name in dict.fromkeys(problem.request.use_coupons):
                if name not in held:
                    yield None, Rejected(None, name, Reason("not_held"))

    def _considered(self) -> Iterator[Coupon]:
        request = self.problem.request
        if request.use_coupons == "none":
            return
        for coupon in request.coupons:
            if request.use_coupons == "best":
                if not self.problem.program.coupons[coupon.rule].weightless:
                    yield coupon
            elif coupon.id in request.use_coupons:
                yield coupon

    def _stranger(self, rule: Compiled, coupon: Coupon | None) -> Candidate:
        """A candidate for what never was in the running."""
        candidate = Candidate(rule, coupon, self.problem.scope(rule))
        self.problem.ground.count(candidate)
        return candidate

    def _go_past(self, state: State, candidate: Candidate) -> None:
        given = self.selection.get(candidate.place)
        if given is not None:
            state.take(candidate, given)

    # -- the reasons, in order ------------------------------------------------------------------------------------

    def _reason(self, state: State, candidate: Candidate) -> Reason:
        rule, coupon = candidate.rule, candidate.coupon
        shut = None if coupon is None else coupon_closed(coupon, self.problem.now)
        gate = closed(rule, self.problem.facts, self.problem.now)
        if shut is not None and shut.code == "not_started" and (gate is None or gate.code != "not_started"):
            return shut
        if gate is not None:
            return gate
        return (
            self._out_of_scope(state, candidate)
            or self._below(state, candidate)
            or self._rival(candidate)
            or shut
            or self._dearer(candidate)
            or self._limited(state, candidate)
            or Reason("saves_nothing")
        )

    def _out_of_scope(self, state: State, candidate: Candidate) -> Reason | None:
        rule = candidate.rule
        places = candidate.places
        if rule.op is Op.PRICE:
            places = [place for place in places if self.problem.lines[place].activity_price is None]
        if state.scope(candidate, places):
            return None
        if not places and rule.layer != FREIGHT and self.problem.touches_activity(rule):
            return Reason("activity_line")
        return Reason("no_line_in_scope")

    def _below(self, state: State, candidate: Candidate) -> Reason | None:
        rule = candidate.rule
        if rule.op is Op.PRICE or rule.measure is Measure.NONE:
            return None
        if state.stage is None and rule.layer > ITEM and self.problem.ground.parallel:
            state.enter_stage()
        measure, reach = state.measured(candidate, state.scope(candidate, candidate.places))
        if measure >= reach:
            return None
        code = "below_amount" if rule.measure is Measure.AMOUNT else "below_quantity"
        return Reason(code, {"missing": reach - measure})

    def _rival(self, candidate: Candidate) -> Reason | None:
        rule = candidate.rule
        for entry in self.used:
            if entry.candidate.rule.no in rule.excluded:
                return Reason("excluded_by", {"rule": entry.source.rule})
        if rule.group is None:
            return None
        members = [entry for entry in self.used if entry.candidate.rule.group == rule.group]
        if rule.pick is not None and len(members) >= rule.pick:
            return Reason("group_full", {"rule": members[0].source.rule})
        if rule.per_line:
            taken = {place for entry in members for place in entry.places}
            if taken.issuperset(candidate.places) and taken:
                holder = next(entry for entry in members if not taken.isdisjoint(entry.places))
                return Reason("group_full", {"rule": holder.source.rule})
        return None

    def _dearer(self, candidate: Candidate) -> Reason | None:
        if not candidate.bit or candidate.rule.weightless or self.settlement.undeliverable:
            return None
        more = self._cost(self.with_added(candidate)) - self.cost_of(self.selection)
        return Reason("would_cost_more", {"by": more}) if more > 0 else None

    def with_added(self, candidate: Candidate) -> State:
        """The price with one more candidate; what it pushes below its threshold drops out."""
        places: Sequence[int] = candidate.places
        if candidate.rule.per_line:
            taken = {
                place
                for entry in self.used
                if entry.candidate.rule.group == candidate.rule.group
                for place in entry.places
            }
            places = [place for place in places if place not in taken]
        return replay(self.problem, {**self.selection, candidate.place: places}, weightless=False)

    def cost_of(self, selection: dict[int, Sequence[int]]) -> int:
        """Goods and freight of a selection, fen, before points."""
        return self._cost(replay(self.problem, selection, weightless=False))

    def _cost(self, state: State) -> int:
        goods = sum(state.amounts)
        desk = self.settlement.desk
        if desk is not None:
            goods += desk.charge(state.amounts, state.shipping, state.over_budget).total
        return max(goods, self.problem.program.ruleset.policy.minimum_payable)

    def _limited(self, state: State, candidate: Candidate) -> Reason | None:
        rule = candidate.rule
        if rule.op is Op.PRICE:
            return Reason("limit_reached") if self._would_set_a_price(candidate) else None
        final = self.settlement.state
        if rule.limited and final.over_count(rule):
            return Reason("limit_reached")
        if candidate.bit:
            places = final.open_places(candidate)
            if replay(self.problem, self.selection, until=candidate.place).copy().take(candidate, places) == LIMIT:
                return Reason("limit_reached")
        return None

    def _would_set_a_price(self, candidate: Candidate) -> bool:
        """Whether a price rule would win a line as prices are: then it is out only because a limit is reached."""
        problem, price_of = self.problem, candidate.rule.sale_price
        if not candidate.rule.limited or price_of is None or problem.sale is None:
            return False
        open_lines = (place for place in candidate.places if problem.lines[place].activity_price is None)
        return any(price_of(problem.lines[place].unit_price) < problem.sale[place][0] for place in open_lines)
