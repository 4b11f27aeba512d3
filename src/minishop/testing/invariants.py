"""What must hold for every quote, whatever the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from minishop.quotes import Quote, QuoteLine

__all__ = ["assert_quote_invariants"]

_GOODS_LAYERS = ("price", "item", "order", "shop-coupon", "platform-coupon")
_BOUND_BY_FLOOR = ("item", "order", "shop-coupon", "platform-coupon")


def assert_quote_invariants(quote: Quote) -> None:
    """Checks that a quote adds up, down to the single unit, and that nothing is negative.

    Args:
        quote: Any quote, fresh or stored.

    Raises:
        AssertionError: With what does not hold, and the numbers.
    """
    problems = [*_totals(quote), *_lines(quote), *_applied(quote), *_freight(quote), *_claims(quote)]
    assert not problems, "\n".join(problems)


def _equal(what: str, left: object, right: object) -> Iterator[str]:
    if left != right:
        yield f"{what}: {left} is not {right}"


def _at_least_zero(what: str, amount: int) -> Iterator[str]:
    if amount < 0:
        yield f"{what}: {amount} is negative"


def _totals(quote: Quote) -> Iterator[str]:
    lines = quote.lines
    discounts = sum(cut.amount for line in lines for cut in line.adjustments if cut.layer in _GOODS_LAYERS)
    paid_in_points = sum(cut.amount for line in lines for cut in line.adjustments if cut.layer == "points")
    yield from _equal("goods_total and the lines' list totals", quote.goods_total, sum(x.list_total for x in lines))
    yield from _equal("discount_total and the lines' discounts", quote.discount_total, discounts)
    yield from _equal("the value of the points and the lines' points", quote.points.value, paid_in_points)
    if quote.payable is None:
        yield from _equal("freight of what cannot be delivered", quote.freight, None)
        return
    assert quote.freight is not None
    yield from _equal("payable and lines + freight", quote.payable, sum(x.payable for x in lines) + quote.freight)
    total = quote.goods_total - quote.discount_total - quote.points.value + quote.freight
    yield from _equal("payable and goods - discounts - points + freight", quote.payable, total)
    yield from _at_least_zero("payable", quote.payable)


def _lines(quote: Quote) -> Iterator[str]:
    for line in quote.lines:
        name = f"line {line.id}"
        cuts = sum(cut.amount for cut in line.adjustments)
        yield from _equal(f"{name}: payable and list total - adjustments", line.payable, line.list_total - cuts)
        yield from _at_least_zero(f"{name}: payable", line.payable)
        yield from _units(line, name)


def _units(line: QuoteLine, name: str) -> Iterator[str]:
    left = [line.line.unit_price] * line.quantity
    for cut in line.adjustments:
        where = f"{name}, {cut.rule}"
        if cut.amount <= 0:
            yield f"{where}: an adjustment of {cut.amount}"
        yield from _equal(f"{where}: amount and units", cut.amount, sum(cut.units))
        yield from _equal(f"{where}: units", len(cut.units), line.quantity)
        for at, part in enumerate(cut.units):
            yield from _at_least_zero(f"{where}, unit {at}", part)
            left[at] -= part
            yield from _at_least_zero(f"{where}, what is left of unit {at}", left[at])
            if part and cut.layer in _BOUND_BY_FLOOR and left[at] < line.line.floor:
                yield f"{where}, unit {at}: {left[at]} is below the floor {line.line.floor}"
    shares = line.units
    yield from _equal(f"{name}: units and payable", sum(share.cash for share in shares), line.payable)
    for at, share in enumerate(shares):
        yield from _equal(f"{name}, unit {at}: components and list price", share.list_price, line.line.unit_price)
        yield from _at_least_zero(f"{name}, unit {at}: cash", share.cash)


def _applied(quote: Quote) -> Iterator[str]:
    taken: Counter[tuple[str, str | None]] = Counter()
    for line in quote.lines:
        for cut in line.adjustments:
            if cut.layer in _GOODS_LAYERS:
                taken[cut.rule, cut.coupon] += cut.amount
    for applied in quote.applied:
        name = f"applied {applied.rule} {applied.coupon or ''}".rstrip()
        yield from _at_least_zero(name, applied.amount)
        yield from _at_least_zero(f"{name}: unused", applied.unused)
        yield from _equal(f"{name}: funding and amount", sum(applied.funding.values()), applied.amount)
        key = (applied.rule, applied.coupon)
        if key in taken:
            yield from _equal(f"{name}: amount and adjustments", applied.amount, taken.pop(key))
    for (rule, coupon), amount in taken.items():
        yield f"{rule} {coupon or ''}: {amount} taken off lines, but not applied"
    keys = [(applied.rule, applied.coupon) for applied in quote.applied]
    both = set(keys) & {(rejected.rule, rejected.coupon) for rejected in quote.rejected}
    yield from _equal("applied twice", len(keys), len(set(keys)))
    yield from _equal("applied and rejected", both, set())


def _freight(quote: Quote) -> Iterator[str]:
    if quote.freight is None or quote.freight_list is None:
        return
    yield from _at_least_zero("freight", quote.freight)
    if quote.freight > quote.freight_list:
        yield f"freight {quote.freight} is above its list price {quote.freight_list}"


def _claims(quote: Quote) -> Iterator[str]:
    applied = {(entry.rule, entry.coupon): entry.amount for entry in quote.applied}
    for claim in quote.claims:
        key = (claim.rule, claim.coupon)
        yield from _equal(f"claim of {claim.rule}", claim.amount, applied.get(key))
