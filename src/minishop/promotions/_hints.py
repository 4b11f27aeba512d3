"""What is the smallest change that pays (凑单): found by pricing the changed cart.

For each rule below its amount or quantity, and for each freight template that is not free, the missing goods are
added and everything is quoted again; where other discounts keep the rule out of reach, more is added, a few times.
What is still missing is a lower bound of what has to be added, so the first addition that reaches the rule is the
smallest one. Who asks for more is also told of coupons that could be claimed, of the next step of points, and of the
next step of a rule that applies already (the ladder of 阶梯满减, once more of 每满减).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from minishop.errors import InvalidInput
from minishop.promotions._ground import Candidate
from minishop.promotions._program import ITEM, Compiled, covers
from minishop.promotions._settle import Settlement
from minishop.promotions.benefits import Tiers
from minishop.promotions.rules import SCOPE_KEYS, PointsPolicy, Rule, Scope
from minishop.quotes import Cart, CartLine, Coupon, Hint, Quote, QuoteRequest

__all__ = ["find_all_hints", "find_hints"]

_TRIES = 8
Requote = Callable[[QuoteRequest], Quote]
#: What is still missing in a quote of the changed cart, fen or units; ``None`` if nothing is, 0 if adding is no use.
_Missing = Callable[[Quote], int | None]


def find_hints(settlement: Settlement, requote: Requote) -> tuple[Hint, ...]:
    """The changes that pay, of the rules out of reach and the templates not free; best first."""
    return _Finder(settlement, requote, dearer=False).ranked(extra=False, claimable=())


def find_all_hints(
    settlement: Settlement, requote: Requote, *, claimable: Sequence[str], dearer: bool
) -> tuple[Hint, ...]:
    """The same with points, with coupons of the rules ``claimable``, and if wanted with changes that do not pay."""
    coupons = settlement.problem.program.coupons
    for index, rule in enumerate(claimable):
        if rule not in coupons:
            raise InvalidInput(
                f"claimable[{index}]",
                "not_a_coupon" if rule in settlement.problem.program.by_id else "unknown_id",
                f"{rule!r} is not a rule of a coupon layer",
                params={"rule": rule},
            )
    return _Finder(settlement, requote, dearer=dearer).ranked(extra=True, claimable=claimable)


class _Finder:
    def __init__(self, settlement: Settlement, requote: Requote, *, dearer: bool) -> None:
        self.settlement = settlement
        self.request = settlement.problem.request
        self.requote = requote
        self.dearer = dearer

    def ranked(self, *, extra: bool, claimable: Sequence[str]) -> tuple[Hint, ...]:
        if self.settlement.payable is None or not self.settlement.problem.lines:
            return ()
        found = [*self._rules(), *self._templates()]
        if extra:
            found += self._next_steps()
            found += self._points()
            for rule in dict.fromkeys(claimable):
                found += self._claim(rule)
        return tuple(sorted(found, key=lambda hint: (hint.payable_change, hint.rule)))

    def _tell(self, quote: Quote, hint: Hint) -> Iterator[Hint]:
        """The hint with its effect, if it is worth telling."""
        if quote.payable is None or self.settlement.payable is None:
            return
        change = quote.payable - self.settlement.payable
        if change < 0 or self.dearer:
            yield attrs.evolve(hint, payable_change=change)

    # -- rules out of reach ---------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[Hint]:
        seen: set[str] = set()
        for rejected in self.settlement.rejected():
            code = rejected.reason.code
            if rejected.rule is None or rejected.rule in seen or code not in ("below_amount", "below_quantity"):
                continue
            rule = self.settlement.problem.program.by_id[rejected.rule].rule
            if code == "below_amount" or not _is_distinct(rule):
                seen.add(rule.id)
                yield from self._reach(rule, self.request, rejected.reason.params["missing"], Hint(rule.id, 0))

    def _reach(self, rule: Rule, request: QuoteRequest, missing: object, hint: Hint) -> Iterator[Hint]:
        """Adds to the cart until the rule is in reach."""
        assert isinstance(missing, int)
        yield from self._add(request, rule, missing, lambda quote: _missing(quote, rule.id), hint)

    def _next_steps(self) -> Iterator[Hint]:
        """The same for rules that apply, and would take more at their next step."""
        for rule, (measured, step) in _steps(self.settlement).items():
            if not step:
                continue

            def still(quote: Quote, rule: Compiled = rule, step: int = step) -> int | None:
                now = _steps(_parts(quote)).get(rule)
                if now is None:
                    return 0
                return step - now[0] if step > now[0] else None

            yield from self._add(self.request, rule.rule, step - measured, still, Hint(rule.rule.id, 0))

    def _add(self, request: QuoteRequest, rule: Rule, missing: int, still: _Missing, hint: Hint) -> Iterator[Hint]:
        if _counts_units(rule):
            yield from self._add_units(request, rule, missing, still, hint)
            return
        line = self._line_like(rule.scope)
        if line is not None:
            yield from self._add_goods(request, line, missing, still, hint)

    def _add_goods(
        self, request: QuoteRequest, line: CartLine, missing: int, still: _Missing, hint: Hint
    ) -> Iterator[Hint]:
        amount, short = 0, missing
        for _ in range(_TRIES):
            amount += short
            more = attrs.evolve(line, unit_price=amount)
            quote = self.requote(_with_lines(request, (*request.cart.lines, more)))
            left = still(quote)
            if left is None:
                yield from self._tell(quote, attrs.evolve(hint, add_amount=amount))
                return
            if not left:
                return
            short = left

    def _add_units(
        self, request: QuoteRequest, rule: Rule, missing: int, still: _Missing, hint: Hint
    ) -> Iterator[Hint]:
        problem = self.settlement.problem
        compiled = problem.program.by_id[rule.id]
        candidate = Candidate(compiled, None, problem.scope(compiled))
        places = self.settlement.state.scope(candidate, candidate.places) or candidate.places
        lines = [problem.lines[place] for place in places]
        units, short = 0, missing
        for _ in range(_TRIES):
            units += short
            changed, cheapest = _more_units(request, lines, units)
            quote = self.requote(changed)
            left = still(quote)
            if left is None:
                yield from self._tell(quote, attrs.evolve(hint, add_quantity=units, line=cheapest.id))
                return
            if not left:
                return
            short = left

    def _new_line(self) -> CartLine:
        """A line of one unit that is like no other; its price is still to be set."""
        ids = {line.id for line in self.request.cart.lines}
        name = "hint"
        while name in ids:
            name += "+"
        return CartLine(id=name, sku=name, quantity=1, unit_price=0)

    def _line_like(self, scope: Scope) -> CartLine | None:
        """Such a line that the scope picks: the first value of each key, unless ``except`` leaves just those out."""
        line = self._new_line()
        line = attrs.evolve(line, **{key: getattr(scope, key)[0] for key in SCOPE_KEYS if getattr(scope, key)})
        if covers(scope, line):
            return line
        for key in SCOPE_KEYS:
            spare = [value for value in getattr(scope, key) if value not in getattr(scope.exclude, key)]
            if spare and getattr(scope.exclude, key):
                return attrs.evolve(line, **{key: spare[0]})
        return None

    # -- freight --------------------------------------------------------------------------------------------------

    def _templates(self) -> Iterator[Hint]:
        settlement = self.settlement
        desk = settlement.desk
        if desk is None or not settlement.freight:
            return
        for template, _, missing in desk.missing(settlement.freight_basis(), "amount"):
            line = attrs.evolve(self._new_line(), freight=template.id, weight_mg=0, volume_cm3=0)

            def still(quote: Quote, name: str = template.id) -> int | None:
                now = _parts(quote)
                assert now.desk is not None
                left = {other.id: short for other, _, short in now.desk.missing(now.freight_basis(), "amount")}
                return left.get(name)

            yield from self._add_goods(self.request, line, missing, still, Hint(f"freight:{template.id}", 0))
        for template, places, missing in desk.missing(settlement.freight_basis(), "quantity"):
            lines = [settlement.problem.lines[place] for place in places]
            changed, cheapest = _more_units(self.request, lines, missing)
            hint = Hint(f"freight:{template.id}", 0, add_quantity=missing, line=cheapest.id)
            yield from self._tell(self.requote(changed), hint)

    # -- points and coupons to claim ------------------------------------------------------------------------------

    def _points(self) -> Iterator[Hint]:
        """The goods that let one more step of points be used."""
        policy, wish = self.settlement.problem.program.ruleset.points, self.request.points
        if policy is None or wish is None or wish.use == "none":
            return
        wanted = _next_step(policy, self.settlement.points.used)
        most = wish.balance if wish.use == "max" else min(wish.balance, wish.use)
        if wanted > (most if policy.maximum is None else min(most, policy.maximum)):
            return
        needed = -(-wanted * policy.value * 10000 // policy.max_share)

        def still(quote: Quote) -> int | None:
            short = needed - sum(_parts(quote).state.amounts)
            return None if quote.points.used >= wanted else max(short, 1)

        missing = needed - sum(self.settlement.state.amounts)
        if missing > 0:
            yield from self._add_goods(self.request, self._new_line(), missing, still, Hint("points", 0))

    def _claim(self, name: str) -> Iterator[Hint]:
        """The coupon if it saves something at once, else what would have to be added besides."""
        request = self.request
        if request.use_coupons == "none":
            return
        held = {coupon.id for coupon in request.coupons}
        claimed = f"claim:{name}"
        while claimed in held:
            claimed += "+"
        listed = request.use_coupons if request.use_coupons == "best" else (*request.use_coupons, claimed)
        richer = attrs.evolve(request, coupons=(*request.coupons, Coupon(id=claimed, rule=name)), use_coupons=listed)
        quote = self.requote(richer)
        hint = Hint(name, 0, is_claim=True)
        if any(applied.coupon == claimed for applied in quote.applied):
            yield from self._tell(quote, hint)
            return
        reason = next((entry.reason for entry in quote.rejected if entry.coupon == claimed), None)
        rule = self.settlement.problem.program.by_id[name].rule
        if reason is not None and reason.code in ("below_amount", "below_quantity") and not _is_distinct(rule):
            yield from self._reach(rule, richer, reason.params["missing"], hint)


def _parts(quote: Quote) -> Settlement:
    parts = quote._parts
    assert isinstance(parts, Settlement)
    return parts


def _steps(settlement: Settlement) -> dict[Compiled, tuple[int, int]]:
    """The ladders and 每满减 in a price: what each was measured by at its turn, and its next step (0: none)."""
    found: dict[Compiled, tuple[int, int]] = {}
    state = settlement.problem.start()
    for entry in settlement.state.trace:
        candidate = entry.candidate
        rule = candidate.rule
        if rule.every or isinstance(rule.benefit, Tiers):
            if state.stage is None and rule.layer > ITEM and settlement.problem.ground.parallel:
                state.enter_stage()
            measured, reach = state.measured(candidate, state.scope(candidate, entry.places))
            found[rule] = measured, _step_above(rule, measured, reach)
        state.take(candidate, entry.places)
    return found


def _step_above(rule: Compiled, measured: int, reach: int) -> int:
    if not isinstance(rule.benefit, Tiers):
        return measured - measured % reach + reach
    steps = [step.amount or step.quantity or 0 for step in rule.benefit.steps]
    return next((step for step in steps if step > measured), 0)


def _next_step(policy: PointsPolicy, used: int) -> int:
    """The number of points after ``used`` that the policy lets be used."""
    wanted = max(used + policy.step, policy.minimum, policy.step)
    return -(-wanted // policy.step) * policy.step


def _counts_units(rule: Rule) -> bool:
    steps = getattr(rule.benefit, "steps", None)
    if steps:
        return steps[0].quantity is not None
    return rule.threshold is not None and rule.threshold.quantity is not None


def _is_distinct(rule: Rule) -> bool:
    return rule.threshold is not None and rule.threshold.distinct is not None


def _missing(quote: Quote, rule: str) -> int | None:
    """What the rule still lacks in a quote; ``None`` if it is not out of reach any more."""
    for rejected in quote.rejected:
        if rejected.rule == rule and rejected.reason.code in ("below_amount", "below_quantity"):
            missing = rejected.reason.params["missing"]
            assert isinstance(missing, int)
            return missing
    return None


def _with_lines(request: QuoteRequest, lines: Sequence[CartLine]) -> QuoteRequest:
    cart = request.cart
    return attrs.evolve(request, cart=Cart(lines, gift_stock=cart.gift_stock, usage=cart.usage))


def _more_units(request: QuoteRequest, lines: Sequence[CartLine], units: int) -> tuple[QuoteRequest, CartLine]:
    """The request with more units of the cheapest of ``lines``, and that line."""
    cheapest = min(lines, key=lambda line: line.unit_price)
    more = attrs.evolve(cheapest, quantity=cheapest.quantity + units)
    return _with_lines(request, [more if line is cheapest else line for line in request.cart.lines]), cheapest
