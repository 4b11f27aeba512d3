"""One cart against one program: who is in the running, and where everything starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minishop.promotions._gates import closed
from minishop.promotions._ground import Candidate, Ground
from minishop.promotions._prices import Prices, sale_prices
from minishop.promotions._program import FREIGHT, Compiled, Measure, Op, Program, covers, instant
from minishop.promotions._waterfall import State
from minishop.promotions.conditions import Facts
from minishop.quotes import CartLine, Coupon, QuoteRequest, Reason, Shopper

__all__ = ["Problem", "application_order", "coupon_closed", "tie_key"]

_ANYBODY = Shopper()
_NEVER = 2**80


def _coupon_order(coupon: Coupon) -> tuple[int, int, str]:
    until = _NEVER if coupon.valid_until is None else instant(coupon.valid_until)
    claimed = _NEVER if coupon.claimed_at is None else instant(coupon.claimed_at)
    return until, claimed, coupon.id


def coupon_closed(coupon: Coupon, now: int) -> Reason | None:
    """The reason if a coupon is not valid at ``now`` (microseconds since 1970)."""
    if coupon.valid_from is not None and now < instant(coupon.valid_from):
        return Reason("not_started", {"starts_at": coupon.valid_from.isoformat()})
    if coupon.valid_until is not None and now >= instant(coupon.valid_until):
        return Reason("coupon_expired", {"ended_at": coupon.valid_until.isoformat()})
    return None


class Problem:
    """What a quote is about, once the price layer is done.

    ``candidates`` are in application order, weightless ones (gifts, multipliers) among them. Everything is in canonical
    line order.
    """

    __slots__ = (
        "_now",
        "amounts",
        "candidates",
        "exclusive",
        "fresh",
        "ground",
        "lines",
        "list_amounts",
        "program",
        "request",
        "room",
        "sale",
        "tracked",
    )

    def __init__(self, program: Program, request: QuoteRequest) -> None:
        cart = request.cart
        lines = cart.ranked_lines
        self.program = program
        self.request = request
        self.lines = lines
        self._now: int | None = None
        policy = program.ruleset.policy
        everything: Sequence[int] = range(len(lines))
        self.list_amounts, plain = cart.list_amounts, cart.is_plain
        self.exclusive = False
        floors: list[int] | None = None
        self.room: list[int] | None = None
        if plain and not program.priced:
            self.sale: Prices | None = None
            self.amounts = list(self.list_amounts)
        else:
            self.sale = self._prices(lines)
            self.amounts = [line.quantity * price for line, (price, _) in zip(lines, self.sale, strict=True)]
            if any(line.floor for line in lines):
                floors = [line.floor for line in lines]
                self.room = [
                    line.quantity * max(0, price - line.floor)
                    for line, (price, _) in zip(lines, self.sale, strict=True)
                ]
            if policy.activity == "exclusive" and any(line.activity_price is not None for line in lines):
                everything = [place for place, line in enumerate(lines) if line.activity_price is None]
                self.exclusive = True
        self.ground = Ground(
            lines,
            everything,
            floors,
            parallel=policy.basis == "parallel",
            policy=policy.allocation,
            usage=cart.usage,
            gift_stock=cart.gift_stock,
        )
        self.candidates = self._find()
        self._number()

    @property
    def now(self) -> int:
        """The instant of the quote in microseconds since 1970."""
        if self._now is None:
            self._now = instant(self.request.at)
        return self._now

    @property
    def facts(self) -> Facts:
        """What audiences and conditions look at."""
        request = self.request
        return Facts(request.at, request.cart, request.shopper or _ANYBODY, request.channel, request.destination)

    def open(self, rule: Compiled) -> bool:
        """Whether window, audience and conditions let the rule be considered."""
        return not rule.gated or closed(rule, self.facts, self.now) is None

    def start(self) -> State:
        """A state in which nothing has been applied yet."""
        sale, cut_in, units = self.sale, None, None
        if self.fresh:
            cut_in = [
                0 if sale is not None and sale[place][0] < line.unit_price else 99
                for place, line in enumerate(self.lines)
            ]
        if self.tracked:
            units = {
                place: (self.lines[place].unit_price if sale is None else sale[place][0],) * self.lines[place].quantity
                for place in self.tracked
            }
        room = None if self.room is None else self.room[:]
        return State(self.ground, self.amounts[:], room, units, cut_in)

    def _prices(self, lines: tuple[CartLine, ...]) -> Prices:
        program, rules = self.program, {}
        if program.priced:
            places = [place for place, line in enumerate(lines) if line.activity_price is None]
            hits = program.price_index.hits(lines, places)
            for no in program.price_index.whole:
                hits[no] = places
            rules = {no: (program.rules[no], row) for no, row in hits.items() if self.open(program.rules[no])}
        return sale_prices(lines, self.facts.shopper.level, rules, self.request.cart.usage)

    def _find(self) -> list[Candidate]:
        program, lines = self.program, self.lines
        if not lines:
            return []
        rules = program.rules
        everything = self.ground.everything
        hits: dict[int, Sequence[int]] = program.goods_index.hits(lines, everything)
        if everything:
            for no in program.goods_index.whole:
                hits[no] = everything
        if program.has_freight_rules:
            hits.update(program.freight_index.hits(lines, range(len(lines))))
            for no in program.freight_index.whole:
                hits[no] = everything if not self.exclusive else range(len(lines))
        found = []
        for no in sorted(hits):
            rule = rules[no]
            if not rule.gated or self.open(rule):
                found.append(Candidate(rule, None, hits[no]))
        if self.request.coupons and self.request.use_coupons != "none":
            found += self._coupons()
            found.sort(key=application_order)
        return found

    def _coupons(self) -> Iterable[Candidate]:
        request, listed = self.request, self.request.use_coupons
        scopes: dict[int, Sequence[int]] = {}
        for coupon in request.coupons:
            rule = self.program.coupons[coupon.rule]
            if listed != "best" and coupon.id not in listed:
                continue
            if rule.weightless and listed == "best":
                continue
            if not self.open(rule) or coupon_closed(coupon, self.now) is not None:
                continue
            places = scopes.get(rule.no)
            if places is None:
                places = scopes[rule.no] = self.scope(rule)
            if places:
                yield Candidate(rule, coupon, places)

    def scope(self, rule: Compiled) -> Sequence[int]:
        """The lines in a rule's scope, ``only_undiscounted`` left out of account."""
        everything = self.ground.everything if rule.layer != FREIGHT else range(len(self.lines))
        if rule.whole:
            return everything
        return [place for place in everything if covers(rule.rule.scope, self.lines[place])]

    def touches_activity(self, rule: Compiled) -> bool:
        """Whether the rule's scope holds a line that sells at an activity price."""
        return any(line.activity_price is not None and covers(rule.rule.scope, line) for line in self.lines)

    def _number(self) -> None:
        """Gives candidates their places and bits, and says who bars whom and which lines are followed unit by unit."""
        special: list[Candidate] = []
        for place, candidate in enumerate(self.candidates):
            candidate.place = place
            candidate.bit = 1 << place
            if not candidate.rule.plain:
                special.append(candidate)
        self.fresh = False
        self.tracked: Sequence[int] = ()
        if special:
            self._look_at(special)

    def _look_at(self, special: Sequence[Candidate]) -> None:
        tracked: set[int] = set()
        for candidate in special:
            rule = candidate.rule
            if rule.counts or rule.measure > Measure.AMOUNT:
                self.ground.count(candidate)
            if rule.op is Op.UNITS or rule.op is Op.EXCHANGE:
                tracked.update(candidate.places)
            if rule.fresh:
                self.fresh = True
            if rule.excluded:
                for other in special:
                    if other.rule.no in rule.excluded:
                        candidate.barring |= other.bit
        self.tracked = sorted(tracked)


def application_order(candidate: Candidate) -> tuple[int, int, int, str]:
    """The order of candidates: their rules', then of one rule the coupon that expires, was claimed, is named first."""
    coupon = candidate.coupon
    if coupon is None:
        return candidate.rule.no, 0, 0, ""
    return candidate.rule.no, *_coupon_order(coupon)


def tie_key(candidate: Candidate) -> tuple[int, int, int, int, str]:
    """What decides between coupon sets of one price: face, threshold, expiry, claim, id."""
    assert candidate.coupon is not None
    rule = candidate.rule
    return -rule.face, -rule.threshold_amount, *_coupon_order(candidate.coupon)
