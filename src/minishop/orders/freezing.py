"""From a quote to the terms of an order: every unit's share of every amount, frozen.

Fen are copied from the quote, which has split them already. Points are counted apart from fen, by largest remainder,
and are never converted again: the used ones over what points paid for each unit, the earned ones over what cash did.
Units go in canonical order, lines by (length of id, id), so the split does not depend on how the cart was filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve

from minishop.errors import InvalidInput
from minishop.money import WHOLE, allocate
from minishop.orders._terms import (
    Address,
    ClaimTaken,
    CouponShare,
    Line,
    LockedCoupon,
    PointsLot,
    StockKey,
    Terms,
    UnitTerms,
)
from minishop.quotes import Quote, QuoteLine

__all__ = ["check_terms", "freeze"]

_LAYERS = {"price": "price", "item": "item", "order": "order", "points": "points_value"}


def freeze(
    quote: Quote,
    *,
    order: str,
    shop: str,
    buyer: str,
    source_key: str,
    placed_at: datetime,
    currency: str = "CNY",
    stock: Mapping[str, StockKey] | None = None,
    virtual: Iterable[str] = (),
    gift_values: Mapping[str, int] | None = None,
    earned_by: Mapping[str, tuple[str, ...]] | None = None,
    multipliers: Mapping[str, int] | None = None,
    lots: Iterable[PointsLot] = (),
    slices: Iterable[int] = (),
    address: Address | None = None,
    note: str = "",
    rules: str = "",
    is_flash: bool = False,
) -> Terms:
    """The terms of an order, from the quote that the shopper agreed to.

    Args:
        quote: What the order costs and why.
        order: The order's id.
        shop: The shop's id.
        buyer: The buyer's id.
        source_key: What it is placed from; unique over all orders.
        placed_at: The moment; aware.
        currency: ISO code.
        stock: Line id to the shelf it is served from; by default the line's sku, no location.
        virtual: Ids of the lines that are not shipped.
        gift_values: Gift sku to the list price of one, fen; a gift without one can only come back.
        earned_by: Gift rule to the ids of the lines in its scope; by default all lines.
        multipliers: Line id to basis points by which it earns more points than others.
        lots: Where the used points come from, in the order in which they are taken.
        slices: What is paid separately, fen; by default all at once.
        address: Where the parcels go.
        note: The buyer's.
        rules: Where the rules document is kept.
        is_flash: Whether the shorter deadline for paying holds.

    Raises:
        InvalidInput: ``undeliverable``, or the terms do not add up (see :func:`check_terms`).
    """
    if quote.payable is None:
        raise InvalidInput(
            "quote", "undeliverable", "cannot be delivered", params={"lines": ", ".join(quote.undeliverable)}
        )
    ranked = sorted(quote.lines, key=lambda line: (len(line.id), line.id))
    vectors = {line.id: _vectors(line) for line in ranked}
    counted = _with_points(quote, ranked, vectors, multipliers or {})
    shelves, not_shipped = stock or {}, frozenset(virtual)
    lines = tuple(
        Line(
            id=line.id,
            stock=shelves.get(line.id, StockKey(line.line.sku)),
            units=counted[line.id],
            ships=line.id not in not_shipped,
        )
        for line in quote.lines
    )
    terms = Terms(
        id=order,
        shop=shop,
        buyer=buyer,
        source_key=source_key,
        placed_at=placed_at,
        currency=currency,
        lines=(*lines, *_gifts(quote, gift_values or {}, earned_by or {})),
        freight=quote.freight or 0,
        payable=quote.payable,
        slices=tuple(slices),
        address=address,
        note=note,
        digest=quote.digest,
        rules=rules,
        coupons=_coupons(quote),
        claims=tuple(ClaimTaken(claim.rule, claim.coupon, claim.count, claim.amount) for claim in quote.claims),
        lots=tuple(lots),
        is_flash=is_flash,
    )
    check_terms(terms)
    return terms


def _vectors(line: QuoteLine) -> list[UnitTerms]:
    taken: list[dict[str, int]] = [dict.fromkeys(_LAYERS.values(), 0) for _ in range(line.quantity)]
    coupons: list[list[CouponShare]] = [[] for _ in range(line.quantity)]
    for adjustment in line.adjustments:
        layer = _LAYERS.get(adjustment.layer)
        for place, amount in enumerate(adjustment.units):
            if layer is not None:
                taken[place][layer] += amount
            elif amount:
                coupons[place].append(CouponShare(adjustment.coupon or adjustment.rule, amount))
    return [
        _vector(f"{line.id}/{place + 1}", line.line.unit_price, parts, tuple(cut))
        for place, (parts, cut) in enumerate(zip(taken, coupons, strict=True))
    ]


def _vector(id: str, price: int, parts: Mapping[str, int], coupons: tuple[CouponShare, ...]) -> UnitTerms:  # noqa: A002
    return UnitTerms(
        id=id,
        list_price=price,
        price=parts["price"],
        item=parts["item"],
        order=parts["order"],
        coupons=coupons,
        points_value=parts["points_value"],
        cash=price - sum(parts.values()) - sum(share.amount for share in coupons),
    )


def _with_points(
    quote: Quote, ranked: list[QuoteLine], vectors: Mapping[str, list[UnitTerms]], multipliers: Mapping[str, int]
) -> dict[str, tuple[UnitTerms, ...]]:
    units = [(line.id, unit) for line in ranked for unit in vectors[line.id]]
    if not quote.points.used and not quote.points.earned:
        return {line: tuple(own) for line, own in vectors.items()}
    used = allocate(quote.points.used, [unit.points_value for _, unit in units])
    weights = [unit.cash * multipliers.get(line, WHOLE) for line, unit in units]
    earned = allocate(quote.points.earned, weights)
    result: dict[str, list[UnitTerms]] = {line: [] for line in vectors}
    for (line, unit), count, gain in zip(units, used, earned, strict=True):
        result[line].append(evolve(unit, points_count=count, earned=gain))
    return {line: tuple(own) for line, own in result.items()}


def _gifts(quote: Quote, values: Mapping[str, int], earned_by: Mapping[str, tuple[str, ...]]) -> tuple[Line, ...]:
    everything = tuple(line.id for line in quote.lines)
    result = []
    for place, gift in enumerate(quote.gifts, 1):
        id = f"gift:{place}"  # noqa: A001
        result.append(
            Line(
                id=id,
                stock=StockKey(gift.sku),
                units=tuple(
                    UnitTerms(id=f"{id}/{number + 1}", list_price=0, cash=0) for number in range(gift.quantity)
                ),
                is_gift=True,
                value=values.get(gift.sku, 0),
                earned_by=earned_by.get(gift.rule, everything),
                rule=gift.rule,
            )
        )
    return tuple(result)


def _coupons(quote: Quote) -> tuple[LockedCoupon, ...]:
    rules = {entry.coupon: entry.rule for entry in quote.applied if entry.coupon is not None}
    rules |= {gift.coupon: gift.rule for gift in quote.gifts if gift.coupon is not None}
    return tuple(LockedCoupon(coupon, rule) for coupon, rule in rules.items())


def check_terms(terms: Terms) -> None:
    """Refuses terms that do not add up: no refund could be right afterwards.

    Raises:
        InvalidInput: ``empty``, ``duplicate_id``, ``negative``, ``does_not_add_up`` or ``naive_time``.
    """
    units = [unit for line in terms.lines for unit in line.units]
    if not units:
        raise InvalidInput("lines", "empty", "an order needs at least one unit")
    if len({unit.id for unit in units}) != len(units) or len({line.id for line in terms.lines}) != len(terms.lines):
        raise InvalidInput("lines", "duplicate_id", "ids of lines and units must be unique")
    if terms.placed_at.utcoffset() is None:
        raise InvalidInput("placed_at", "naive_time", "must have a UTC offset, for example +08:00")
    for unit in units:
        _check_unit(unit)
    goods = sum(unit.cash for unit in units)
    if goods + terms.freight != terms.payable:
        raise _unequal("payable", goods + terms.freight, terms.payable)
    if terms.slices and (sum(terms.slices) != terms.payable or min(terms.slices) <= 0):
        raise _unequal("slices", terms.payable, sum(terms.slices))


def _check_unit(unit: UnitTerms) -> None:
    if min(unit.list_price, unit.points_value, unit.cash, unit.points_count, unit.earned) < 0:
        raise InvalidInput(unit.id, "negative", "no amount of a unit may be negative")
    cuts = unit.price + unit.item + unit.order + sum(share.amount for share in unit.coupons) + unit.reprice
    if unit.list_price - cuts - unit.points_value != unit.cash:
        raise _unequal(unit.id, unit.list_price - cuts - unit.points_value, unit.cash)


def _unequal(field: str, sum_: int, said: int) -> InvalidInput:
    message = f"does not add up: the parts make {sum_} fen, not {said}"
    return InvalidInput(field, "does_not_add_up", message, params={"sum": sum_, "got": said})
