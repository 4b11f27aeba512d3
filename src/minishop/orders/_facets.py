"""What an order looks like from five sides, derived from its facts and stored nowhere but beside it, for queries."""

from __future__ import annotations

from attrs import frozen

from minishop.orders._enums import Goods, LegState, Life, Money, PaymentState, Settled
from minishop.orders._facts import Unit
from minishop.orders._order import Order

__all__ = [
    "Facets",
    "after_sale_facet",
    "check_facets",
    "facets",
    "goods_facet",
    "heads",
    "is_settled",
    "money_facet",
]


@frozen
class Facets:
    """The five facets. Each value is its own text, as it is stored for queries."""

    life: Life
    money: Money
    goods: Goods
    after_sale: Settled
    hold: str


def facets(order: Order) -> Facets:
    """All five at once."""
    return Facets(order.life, money_facet(order), goods_facet(order), after_sale_facet(order), order.hold)


def check_facets(order: Order, stored: Facets) -> tuple[str, ...]:
    """Names of the facets that were stored otherwise than they are: drift between a document and its columns."""
    fresh = facets(order)
    return tuple(
        name
        for name in ("life", "money", "goods", "after_sale", "hold")
        if str(getattr(fresh, name)) != str(getattr(stored, name))
    )


def heads(order: Order) -> list[Unit]:
    """The paid units as the buyer has them now: gifts left out, replaced units represented by their replacements."""
    gifts = {line.id for line in order.terms.lines if line.is_gift}
    heirs = {unit.replaced_by for unit in order.units}
    return [
        unit
        for unit in order.units
        if not unit.replaced_by and unit.line not in gifts and (not unit.is_replacement or unit.id in heirs)
    ]


def money_facet(order: Order) -> Money:
    """Captures that count against payable, then settled refunds against captures."""
    payable = order.terms.payable
    if not payable:
        return _without_cash(order)
    captured = order.captured
    if captured < payable:
        return Money.PARTLY_PAID if captured else Money.UNPAID
    if not order.legs:
        return Money.PAID
    counts = {payment.id for payment in order.payments if payment.state is PaymentState.ACCEPTED}
    back = sum(leg.amount for leg in order.legs if leg.state is LegState.SETTLED and leg.payment in counts)
    if not back:
        return Money.PAID
    return Money.PARTLY_REFUNDED if back < captured else Money.REFUNDED


def _without_cash(order: Order) -> Money:
    units = heads(order)
    back = sum(unit.is_reversed for unit in units)
    if not back:
        return Money.PAID
    return Money.PARTLY_REFUNDED if back < len(units) else Money.REFUNDED


def goods_facet(order: Order) -> Goods:
    """Over the units that were not given up before they were shipped; replacements do not count."""
    here = gone = received = open_ = 0
    kept = []
    for unit in order.units:
        if unit.id != unit.origin:
            continue
        if unit.is_received:
            gone += 1
            received += 1
            kept.append(unit)
        elif unit.shipment:
            gone += 1
            open_ += not unit.is_reversed
            kept.append(unit)
        elif not unit.pledge:
            here += 1
    if not gone:
        return Goods.NONE
    if here:
        return Goods.PARTLY_SHIPPED
    if not received:
        return Goods.SHIPPED
    if open_:
        return Goods.PARTLY_RECEIVED
    return Goods.RETURNED if _all_returned(order, kept) else Goods.RECEIVED


def _all_returned(order: Order, units: list[Unit]) -> bool:
    if not any(unit.is_returned for unit in units):
        return False
    gifts = {line.id for line in order.terms.lines if line.is_gift}
    return all(unit.is_returned for unit in units if unit.line not in gifts)


def after_sale_facet(order: Order) -> Settled:
    """``open`` while one is, ``settled`` if one came to its end."""
    result = Settled.NONE
    for after_sale in order.after_sales:
        if after_sale.is_open:
            return Settled.OPEN
        if after_sale.state == "settled":
            result = Settled.SETTLED
    return result


def is_settled(order: Order) -> bool:
    """Whether nothing is to be expected any more: ended, no after-sale open, nothing owed, no refund on its way."""
    return (
        order.life is not Life.OPEN
        and after_sale_facet(order) is not Settled.OPEN
        and all(obligation.is_settled for obligation in order.obligations)
        and all(leg.state in (LegState.SETTLED, LegState.CANCELLED) for leg in order.legs)
    )
