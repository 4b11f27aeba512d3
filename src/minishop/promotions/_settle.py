"""From the final state to the answer: freight, points, the minimum, and the parts of the quote.

What a quote is asked for every time (the payable) is computed at once; lines, applied rules, reasons and hints are
built when they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import sub

from minishop.messages import Catalogue
from minishop.money import share_out
from minishop.promotions._freight import Freight, FreightDesk
from minishop.promotions._ground import Entry
from minishop.promotions._prices import ACTIVITY_PRICE, MEMBER_PRICE
from minishop.promotions._problem import Problem
from minishop.promotions._program import Compiled, Op
from minishop.promotions._units import unit_parts
from minishop.promotions._waterfall import State
from minishop.promotions.benefits import Gift as GiftBenefit
from minishop.promotions.benefits import PointsMultiplier
from minishop.promotions.rules import PointsPolicy
from minishop.quotes import (
    Adjustment,
    Applied,
    Claim,
    Explanation,
    Gift,
    Hint,
    Optimality,
    PointsResult,
    QuoteLine,
    Rejected,
    Source,
)

__all__ = ["Answers", "Settlement"]

POINTS = Source("points", None, "points")


class PriceEntry:
    """What one source of sale prices took off: like an :class:`Entry`, of the price layer."""

    __slots__ = ("amount", "parts", "places", "rule", "source")

    def __init__(self, source: Source, rule: Compiled | None) -> None:
        self.source = source
        self.rule = rule
        self.places: list[int] = []
        self.parts: list[int] = []
        self.amount = 0


class Settlement:
    """The parts of one fresh quote; see :class:`minishop.quotes.Quote` for their meaning."""

    __slots__ = (
        "_answers",
        "_earned",
        "_points_parts",
        "_prices",
        "_rows",
        "_used",
        "desk",
        "discount_total",
        "freight",
        "freight_list",
        "goods_total",
        "optimality",
        "payable",
        "problem",
        "shipping",
        "state",
        "undeliverable",
    )

    payable: int | None
    freight: int | None
    freight_list: int | None

    def __init__(
        self, problem: Problem, state: State, desk: FreightDesk | None, optimality: Optimality, answers: Answers
    ) -> None:
        self.problem = problem
        self.state = state
        self.desk = desk
        self.optimality = optimality
        self._answers = answers
        self._points_parts: Sequence[int] | None = None
        self._prices: list[PriceEntry] | None = None if problem.sale is not None else []
        #: Line -> the unit vectors of its adjustments, once somebody has asked for them.
        self._rows: dict[int, dict[Source, tuple[int, ...]]] | None = None
        self.undeliverable: tuple[str, ...] = ()
        self.shipping: Freight | None = None
        self._used = self._earned = 0
        goods = state.total if not problem.exclusive else sum(state.amounts)
        self.goods_total = sum(problem.list_amounts)
        policy = problem.program.ruleset.policy
        if desk is not None and desk.undeliverable:
            lost = set(desk.undeliverable)
            ranked = problem.lines
            self.undeliverable = tuple(ranked[place].id for place in problem.request.cart.input_places if place in lost)
            self.payable = self.freight = self.freight_list = None
            self.discount_total = self.goods_total - goods
            return
        if desk is None:
            freight = self.freight_list = 0
        else:
            self.shipping = desk.charge(state.amounts, state.shipping, state.over_budget)
            freight, self.freight_list = self.shipping.total, self.shipping.listed
        points = problem.program.ruleset.points
        value = 0
        if points is not None and problem.request.points is not None:
            value = self._use_points(points, goods, goods + freight - policy.minimum_payable)
        if desk is not None and value and policy.free_shipping_basis == "after-points":
            self.shipping = desk.charge(self._paid(), state.shipping, state.over_budget)
            freight = self.shipping.total
        if policy.minimum_payable and goods + freight - value < policy.minimum_payable and problem.lines:
            goods, freight = self._give_back(goods, freight)
        self.freight = freight
        self.discount_total = self.goods_total - goods
        self.payable = goods - value + freight
        if points is not None and points.earn_per_yuan:
            self._earned = self._earn(points, goods - value, freight)

    # -- points and the minimum -----------------------------------------------------------------------------------

    def _use_points(self, policy: PointsPolicy, goods: int, allowed: int) -> int:
        request = self.problem.request.points
        assert request is not None
        if request.use == "none" or not request.use:
            return 0
        if not policy.with_coupons and self._coupon_used():
            return 0
        count = min(goods * policy.max_share // 10000, max(0, allowed)) // policy.value
        count = min(count, request.balance)
        if policy.maximum is not None:
            count = min(count, policy.maximum)
        if request.use != "max":
            count = min(count, request.use)
        count -= count % policy.step
        if not count or count < policy.minimum:
            return 0
        self._used = count
        return count * policy.value

    def _value(self) -> int:
        """What points pay, fen."""
        policy = self.problem.program.ruleset.points
        return 0 if policy is None else self._used * policy.value

    @property
    def points(self) -> PointsResult:
        """See :attr:`minishop.quotes.Quote.points`."""
        return PointsResult(self._used, self._value(), self._earned)

    @property
    def _parts_of_points(self) -> Sequence[int] | None:
        """Fen that points pay of each line, or ``None`` if they pay nothing."""
        if self._used and self._points_parts is None:
            amounts = self.state.amounts
            self._points_parts = share_out(self._value(), amounts, amounts, self.problem.ground.policy)
        return self._points_parts

    def _paid(self) -> Sequence[int]:
        """Cash for each line."""
        parts, amounts = self._parts_of_points, self.state.amounts
        if parts is None:
            return amounts
        return list(map(sub, amounts, parts))

    def _coupon_used(self) -> bool:
        idle = self.shipping.idle if self.shipping is not None else ()
        return any(entry.candidate.coupon is not None and entry.candidate not in idle for entry in self.state.trace)

    def _earn(self, policy: PointsPolicy, cash: int, freight: int) -> int:
        factors: dict[int, int] = {}
        if self.problem.program.multiplies:
            for entry in self.state.trace:
                benefit = entry.candidate.rule.benefit
                if isinstance(benefit, PointsMultiplier):
                    for place in entry.places:
                        factors[place] = max(factors.get(place, 0), benefit.times)
        base = cash * 100
        if factors:
            paid = self._paid()
            for place, factor in factors.items():
                base += paid[place] * (factor - 100)
        if policy.earn_on_freight:
            base += freight * 100
        return base * policy.earn_per_yuan // 10000

    def _give_back(self, goods: int, freight: int) -> tuple[int, int]:
        """The last applied discount gives a fen back, so that one is left to pay."""
        trace = self.state.trace
        for at in range(len(trace) - 1, -1, -1):
            entry = trace[at]
            if entry.amount:
                at_line = next(index for index, part in enumerate(entry.parts) if part)
                place = entry.places[at_line]
                parts = list(entry.parts)
                parts[at_line] -= 1
                units = None if entry.units is None else _less_one(entry.units, place)
                trace[at] = Entry(entry.candidate, entry.places, parts, entry.amount - 1, entry.unused, units)
                self.state.amounts[place] += 1
                return goods + 1, freight
        for price in reversed(self.prices()):
            price.parts[0] -= 1
            price.amount -= 1
            self.state.amounts[price.places[0]] += 1
            return goods + 1, freight
        return goods, freight

    # -- the parts of a quote -------------------------------------------------------------------------------------

    def prices(self) -> list[PriceEntry]:
        """What the price layer took off, by source."""
        if self._prices is None:
            self._prices = self._price_entries()
        return self._prices

    def _price_entries(self) -> list[PriceEntry]:
        problem = self.problem
        assert problem.sale is not None
        found: dict[Source, PriceEntry] = {}
        for place, (line, (price, source)) in enumerate(zip(problem.lines, problem.sale, strict=True)):
            part = (line.unit_price - price) * line.quantity
            if source is None or not part:
                continue
            entry = found.get(source)
            if entry is None:
                rule = problem.program.by_id.get(source.rule)
                entry = found[source] = PriceEntry(source, rule)
            entry.places.append(place)
            entry.parts.append(part)
            entry.amount += part

        def order(entry: PriceEntry) -> int:
            if entry.rule is not None:
                return entry.rule.no
            return (ACTIVITY_PRICE, MEMBER_PRICE).index(entry.source) - 2

        return sorted(found.values(), key=order)

    def lines(self) -> tuple[QuoteLine, ...]:
        """See :attr:`minishop.quotes.Quote.lines`."""
        problem, state = self.problem, self.state
        lines = problem.lines
        paid, points = self._paid(), self._points_parts
        rows: list[list[Adjustment]] = [[] for _ in lines]
        entries: Iterable[PriceEntry | Entry] = (*self.prices(), *state.trace)
        cuts = [(entry.source, entry.places, entry.parts) for entry in entries if entry.amount]
        if points is not None:
            cuts.append((POINTS, range(len(lines)), points))
        for source, places, parts in cuts:
            for place, part in zip(places, parts):  # noqa: B905  (of one length; hot)
                if part:
                    made = Adjustment()
                    made.source = source
                    made.amount = part
                    made._split = self
                    made._place = place
                    rows[place].append(made)
        result = []
        for place in problem.request.cart.input_places:
            line = QuoteLine()
            line.line, line.payable, line.adjustments = lines[place], paid[place], tuple(rows[place])
            result.append(line)
        return tuple(result)

    def rows(self, place: int) -> Mapping[Source, tuple[int, ...]]:
        """See :class:`minishop.quotes.UnitSplit`; computed once per line."""
        if self._rows is None:
            self._rows = {}
        known = self._rows.get(place)
        if known is None:
            known = self._rows[place] = self._split(place)
        return known

    def _split(self, place: int) -> dict[Source, tuple[int, ...]]:
        problem, ground = self.problem, self.problem.ground
        line = problem.lines[place]
        floor = 0 if ground.floors is None else ground.floors[place]
        rows: dict[Source, tuple[int, ...]] = {}
        units = [line.unit_price] * line.quantity

        def cut(source: Source, row: Sequence[int]) -> None:
            rows[source] = tuple(row)
            units[:] = [unit - part for unit, part in zip(units, row, strict=True)]

        for price in self.prices():
            if place in price.places:
                part = price.parts[price.places.index(place)]
                if part:
                    cut(price.source, share_out(part, units, units, ground.policy))
        for entry in self.state.trace:
            if not entry.amount or place not in entry.places:
                continue
            part = entry.parts[entry.places.index(place)]
            if part:
                explicit = None if entry.units is None else entry.units[place]
                cut(entry.source, unit_parts(part, units, floor, ground.policy) if explicit is None else explicit)
        points = self._parts_of_points
        if points is not None and points[place]:
            cut(POINTS, unit_parts(points[place], units, 0, ground.policy))
        return rows

    def applied(self) -> tuple[Applied, ...]:
        """See :attr:`minishop.quotes.Quote.applied`."""
        result = [_applied(price.source, price.rule, price.amount, 0) for price in self.prices() if price.amount]
        waived = {}
        if self.shipping is not None:
            waived = {id(waiver.candidate): waiver for waiver in self.shipping.waivers if waiver.candidate is not None}
            templates = [waiver for waiver in self.shipping.waivers if waiver.candidate is None]
        else:
            templates = []
        later: list[Applied] = []
        for entry in self.state.trace:
            rule = entry.candidate.rule
            if rule.op >= Op.FREE_SHIPPING:
                waiver = waived.get(id(entry.candidate))
                if waiver is not None:
                    row = _applied(entry.source, rule, waiver.amount, waiver.unused)
                    (result if rule.coupon_layer else later).append(row)
            elif entry.amount or rule.weightless:
                result.append(_applied(entry.source, rule, entry.amount, entry.unused))
        result += [_applied(waiver.source, None, waiver.amount, 0) for waiver in templates]
        return tuple(result + later)

    def gifts(self) -> tuple[Gift, ...]:
        """See :attr:`minishop.quotes.Quote.gifts`."""
        return tuple(
            Gift(benefit.sku, benefit.quantity, entry.source.rule, entry.source.coupon)
            for entry in self.state.trace
            if isinstance(benefit := entry.candidate.rule.benefit, GiftBenefit)
        )

    def claims(self) -> tuple[Claim, ...]:
        """See :attr:`minishop.quotes.Quote.claims`."""
        rules = self.problem.program.by_id
        return tuple(
            Claim(applied.rule, applied.coupon, 1, applied.amount)
            for applied in self.applied()
            if applied.rule in rules and rules[applied.rule].limited
        )

    def freight_basis(self) -> Sequence[int]:
        """The amounts that a template's free condition was tested on at the end."""
        after_points = self.problem.program.ruleset.policy.free_shipping_basis == "after-points"
        return self._paid() if after_points else self.state.amounts

    def rejected(self) -> tuple[Rejected, ...]:
        """See :attr:`minishop.quotes.Quote.rejected`."""
        return self._answers.rejected(self)

    def hints(self) -> tuple[Hint, ...]:
        """See :attr:`minishop.quotes.Quote.hints`."""
        return self._answers.hints(self)

    def find_hints(self, claimable: Sequence[str], dearer: bool) -> tuple[Hint, ...]:
        """See :meth:`minishop.quotes.Quote.find_hints`."""
        return self._answers.all_hints(self, claimable, dearer)

    def names(self) -> Mapping[str, str]:
        """Rule id to name, of all rules."""
        return self._answers.names()

    def explain(self, texts: Catalogue) -> Explanation:
        """See :meth:`minishop.quotes.Quote.explain`."""
        return self._answers.explain(self, texts)

    @property
    def is_searched(self) -> bool:
        """See :attr:`minishop.quotes.Quote.is_searched`."""
        return self.problem.program.ruleset.policy.choice == "best" or self.optimality.nodes > 0

    def points_parts(self) -> Sequence[int]:
        """Fen that points pay of each line, in canonical order."""
        return self._parts_of_points or (0,) * len(self.problem.lines)

    def digest(self) -> str:
        """See :attr:`minishop.quotes.Quote.digest`."""
        return self._answers.digest


def _less_one(units: Mapping[int, Sequence[int]], place: int) -> dict[int, Sequence[int]]:
    row = list(units[place])
    row[next(index for index, cut in enumerate(row) if cut)] -= 1
    return {**units, place: row}


def _applied(source: Source, rule: Compiled | None, amount: int, unused: int) -> Applied:
    funding = rule.funding if rule is not None else ()
    if not funding:
        shares = {"shop": amount}
    else:
        weights = [share for _, share in funding]
        parts = share_out(amount, weights, [amount] * len(weights))
        shares = {bearer: part for (bearer, _), part in zip(funding, parts, strict=True)}
    return Applied(source.rule, source.coupon, source.layer, amount, unused, shares)


class Answers:
    """What a settlement asks its engine for when somebody wants to know more."""

    digest: str

    def rejected(self, settlement: Settlement) -> tuple[Rejected, ...]:
        """Why the rest was not applied."""
        raise NotImplementedError

    def hints(self, settlement: Settlement) -> tuple[Hint, ...]:
        """What would pay."""
        raise NotImplementedError

    def all_hints(self, settlement: Settlement, claimable: Sequence[str], dearer: bool) -> tuple[Hint, ...]:
        """What else the shopper could do."""
        raise NotImplementedError

    def names(self) -> Mapping[str, str]:
        """Rule id to name."""
        raise NotImplementedError

    def explain(self, settlement: Settlement, texts: Catalogue) -> Explanation:
        """The price in words."""
        raise NotImplementedError
