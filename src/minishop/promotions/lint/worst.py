"""The worst cart that a catalogue allows: the largest discount rate, and the largest loss.

All carts of so many lines and units are the search space; in every situation the shopper holds one coupon of each rule.
Carts are built line by line, depth first. What a cart that is still to be filled can come to at most is a sum over
lines (:class:`minishop.promotions.lint._limits.Limits`), so a branch that cannot beat the worst cart so far is cut off,
and the engine prices only the carts that could.

A rate is a quotient, which sums do not bound. As Dinkelbach showed (*On nonlinear fractional programming*, 1967), the
cart with the largest ``discount - rate * amount``, where ``rate`` is the best so far, beats that rate if the result is
above 0, and no cart does if it is not. So both questions are one search: the greatest ``discount + sum of weights``,
where the weight of a unit is ``-rate * price``, or ``cost - price``.

The result is exact if the search comes to its end. If it runs out of carts, what is left open is the bound of the whole
space less the best found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Protocol

import attrs

from minishop.promotions.lint._audit import Audit, goods_payable
from minishop.promotions.lint._limits import NANO, Limits, Picked, Slot
from minishop.promotions.lint._scenes import Scene
from minishop.promotions.lint.catalog import CatalogItem
from minishop.promotions.lint.findings import Finding
from minishop.quotes import Quote, QuoteRequest

__all__ = ["worst_margins"]

_WHOLE = 10_000
#: Carts that are looked at for each that may be priced.
_LOOKS = 20


def worst_margins(audit: Audit) -> Iterator[Finding]:
    """The cart with the largest discount rate and, if costs are known, the one with the largest loss."""
    if audit.catalog is None:
        return
    yield from _largest_discount(audit, audit.catalog.items)
    yield from _largest_loss(audit, [item for item in audit.catalog.items if item.cost is not None])


def _largest_discount(audit: Audit, items: Sequence[CatalogItem]) -> Iterator[Finding]:
    search = _Search(audit, items, _Rate())
    search.run()
    if search.worst is None:
        return
    quote = audit.quote(search.worst)
    rate = _Rate.of(quote)
    if search.is_proven and not quote.discount_total:
        return
    gap = 0 if search.is_proven else max(0, search.open_bound() - rate)
    yield audit.finding(
        "largest_discount",
        "error" if not goods_payable(quote) else "info",
        [applied.rule for applied in quote.applied],
        search.worst,
        amount=quote.goods_total,
        payable=goods_payable(quote),
        rate=rate,
        **_certificate(audit, search, gap),
    )


def _largest_loss(audit: Audit, items: Sequence[CatalogItem]) -> Iterator[Finding]:
    aim = _Loss({item.sku: item.cost or 0 for item in items})
    search = _Search(audit, items, aim)
    search.run()
    if search.worst is None:
        return
    quote, cost = audit.quote(search.worst), aim.cost(search.worst)
    funded = _funded(quote)
    loss = cost - goods_payable(quote) - funded
    gap = 0 if search.is_proven else max(0, search.open_bound() - loss)
    yield audit.finding(
        "largest_loss",
        "error" if loss > 0 else "info",
        [applied.rule for applied in quote.applied],
        search.worst,
        reason="loss" if loss > 0 else "profit",
        amount=quote.goods_total,
        payable=goods_payable(quote),
        funded=funded,
        cost=cost,
        **{"loss" if loss > 0 else "profit": abs(loss)},
        **_certificate(audit, search, gap),
    )


def _certificate(audit: Audit, search: _Search, gap: int) -> dict[str, object]:
    return {
        "proven": search.is_proven,
        "gap": gap,
        "lines": audit.bounds.lines,
        "units": audit.bounds.units,
        "carts": search.priced,
    }


def _funded(quote: Quote) -> int:
    """What others than the shop bear of the discounts, fen."""
    return sum(part for applied in quote.applied for bearer, part in applied.funding.items() if bearer != "shop")


class _Aim(Protocol):
    """What the worst cart is the worst in."""

    #: Whether discounts that others bear are left out.
    own: bool

    def weight(self, item: CatalogItem) -> int:
        """What a unit adds besides its discount, nano-fen."""
        ...

    def least(self) -> int:
        """What discount and weights must exceed to be the worst so far, nano-fen."""
        ...

    def offer(self, quote: Quote, request: QuoteRequest) -> bool:
        """Takes a cart if it is the worst so far."""
        ...

    def could(self, discount: int, picked: Picked) -> bool:
        """Whether a cart would be the worst so far if it lost as much as ``discount`` fen."""
        ...

    def reach(self, search: _Search) -> int:
        """The bound of the whole space, in the unit of the answer."""
        ...


class _Rate:
    """Discount over list amount; ``discount`` and ``amount`` are those of the worst cart so far."""

    own = False

    def __init__(self, discount: int = 0, amount: int = 1) -> None:
        self.discount = discount
        self.amount = amount
        self._is_first = True

    @staticmethod
    def of(quote: Quote) -> int:
        """The rate in basis points, rounded down."""
        return quote.discount_total * _WHOLE // quote.goods_total

    def weight(self, item: CatalogItem) -> int:
        return -item.price * (NANO * self.discount // self.amount)

    def least(self) -> int:
        return 0

    def could(self, discount: int, picked: Picked) -> bool:
        amount = sum(slot.item.price * units for slot, units in picked)
        return amount > 0 and (self._is_first or discount * self.amount > self.discount * amount)

    def offer(self, quote: Quote, request: QuoteRequest) -> bool:
        if not self._is_first and quote.discount_total * self.amount <= self.discount * quote.goods_total:
            return False
        self._is_first = False
        self.discount, self.amount = quote.discount_total, quote.goods_total
        return True

    def reach(self, search: _Search) -> int:
        """Basis points: the least rate that no cart can exceed, by bisection."""
        low, high = self.discount * _WHOLE // self.amount, _WHOLE
        while high - low > 1:
            middle = (low + high) // 2
            if search.most(_Rate(middle, _WHOLE)) > 0:
                low = middle
            else:
                high = middle
        return high


class _Loss:
    """Cost less payable, without what others bear of the discount."""

    own = True

    def __init__(self, costs: dict[str, int]) -> None:
        self._costs = costs
        self._worst: int | None = None

    def weight(self, item: CatalogItem) -> int:
        return NANO * (self._costs[item.sku] - item.price)

    def least(self) -> int:
        return -(10**40) if self._worst is None else NANO * self._worst

    def could(self, discount: int, picked: Picked) -> bool:
        margin = sum((self._costs[slot.item.sku] - slot.item.price) * units for slot, units in picked)
        return self._worst is None or margin + discount > self._worst

    def offer(self, quote: Quote, request: QuoteRequest) -> bool:
        loss = self.cost(request) - goods_payable(quote) - _funded(quote)
        if self._worst is not None and loss <= self._worst:
            return False
        self._worst = loss
        return True

    def cost(self, request: QuoteRequest) -> int:
        """What the goods cost the shop, fen."""
        return sum(self._costs[line.sku] * line.quantity for line in request.cart.lines)

    def reach(self, search: _Search) -> int:
        """Fen."""
        return search.most(self) // NANO


class _OutOfCarts(Exception):
    pass


class _Search:
    """One search over all situations; the worst cart so far is common to them."""

    def __init__(self, audit: Audit, items: Sequence[CatalogItem], aim: _Aim) -> None:
        self.audit = audit
        self.aim = aim
        self.worst: QuoteRequest | None = None
        self.is_proven = True
        self.priced = 0
        self._looks = audit.bounds.carts * _LOOKS
        self._spaces = [_Space(audit, scene, items, aim) for scene in audit.scenes]

    def run(self) -> None:
        """Looks for the worst cart."""
        spaces = [space for space in self._spaces if space.slots]
        try:
            for space in spaces:
                for slot in space.slots:
                    for units in range(1, slot.units + 1):
                        self._try(space, [(slot, units)])
            for space in spaces:
                space.sort(self.aim)
                self._fill(space, 0, [], space.limits.start)
        except _OutOfCarts:
            self.is_proven = False

    def most(self, aim: _Aim) -> int:
        """The bound of discount and weights over all carts, nano-fen."""
        return max(space.most(aim) for space in self._spaces if space.slots)

    def open_bound(self) -> int:
        """What the worst cart cannot exceed, in the unit of the answer."""
        return self.aim.reach(self)

    def _fill(self, space: _Space, first: int, picked: list[tuple[Slot, int]], sums: Sequence[int]) -> None:
        """Tries all carts that begin with ``picked`` and go on with slots from ``first`` on."""
        left = self.audit.bounds.lines - len(picked)
        for place in range(first, len(space.slots)):
            if space.rest(place, left, sums) <= self.aim.least():
                return
            slot = space.slots[place]
            for units in range(1, slot.units + 1):
                self._look()
                weight = self.aim.weight(slot.item)
                more = [total + units * (gain + weight) for total, gain in zip(sums, slot.gains, strict=True)]
                cart = [*picked, (slot, units)]
                if picked and min(more) > self.aim.least():
                    self._try(space, cart)
                if left > 1:
                    self._fill(space, place + 1, cart, more)

    def _look(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            raise _OutOfCarts

    def _try(self, space: _Space, picked: Picked) -> None:
        """Prices a cart if its bound is beyond the worst so far."""
        if not self.aim.could(space.limits.most(picked), picked):
            return
        if self.priced >= self.audit.bounds.carts:
            raise _OutOfCarts
        self.priced += 1
        request = space.request(picked)
        quote = self.audit.quote(request)
        self.is_proven = self.is_proven and quote.optimality.proven
        if self.aim.offer(quote, request):
            self.worst = _lean(self.audit, request, quote)
            space.weigh(self.aim)


def _lean(audit: Audit, request: QuoteRequest, quote: Quote) -> QuoteRequest:
    """The request without the coupons that are not used, if it has the same price."""
    used = {applied.coupon for applied in quote.applied}
    lean = attrs.evolve(request, coupons=[coupon for coupon in request.coupons if coupon.id in used])
    return lean if audit.quote(lean).applied == quote.applied else request


class _Space:
    """The carts of one situation."""

    def __init__(self, audit: Audit, scene: Scene, items: Sequence[CatalogItem], aim: _Aim) -> None:
        self._audit = audit
        self._scene = scene
        self._held = [rule for rule in audit.rules if scene.opens(rule)]
        self._lines = audit.bounds.lines
        self.limits = Limits(audit, scene, items, own=aim.own)
        self.slots = _distinct(self.limits.slots, self._lines)
        self._best: list[list[list[int]]] = []
        self.sort(aim)

    def request(self, picked: Picked) -> QuoteRequest:
        """The cart as a request."""
        lines = [slot.item.line(str(number), units) for (slot, units), number in zip(picked, count(1), strict=False)]
        return self._audit.request(self._scene, lines, self._held)

    def sort(self, aim: _Aim) -> None:
        """The most promising items first."""
        self.slots.sort(key=lambda slot: (-_gain(slot, aim, slot.gains[1]), slot.item.sku))
        self.weigh(aim)

    def weigh(self, aim: _Aim) -> None:
        """Computes anew what the items from each place on can add at most, for the aim as it is."""
        self._best = []
        for kind in range(3):
            table: list[list[int]] = [[] for _ in self.slots]
            top: list[int] = []
            for place in range(len(self.slots) - 1, -1, -1):
                slot = self.slots[place]
                top = sorted([*top, _gain(slot, aim, slot.gains[kind])], reverse=True)[: self._lines]
                table[place] = top
            self._best.append(table)

    def rest(self, place: int, left: int, sums: Sequence[int]) -> int:
        """The bound of carts with these sums and one to ``left`` more lines from ``place`` on, nano-fen."""
        return min(
            total + top[0] + sum(gain for gain in top[1:left] if gain > 0)
            for total, top in zip(sums, (table[place] for table in self._best), strict=True)
        )

    def most(self, aim: _Aim) -> int:
        """The bound of all carts, nano-fen."""
        self.weigh(aim)
        return self.rest(0, self._lines, self.limits.start)


def _gain(slot: Slot, aim: _Aim, gain: int) -> int:
    """What a line of it adds at most, nano-fen."""
    each = gain + aim.weight(slot.item)
    return each * slot.units if each > 0 else each


def _distinct(slots: Sequence[Slot], lines: int) -> list[Slot]:
    """Without items that differ in nothing but their names from as many others as a cart has lines."""
    seen: dict[object, int] = {}
    kept = []
    for slot in slots:
        item = slot.item
        key = (item.price, item.cost, item.floor, slot.units, slot.rules, slot.sale, item.product)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= lines:
            kept.append(slot)
    return kept
