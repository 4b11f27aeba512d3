"""What is kept, priced again as of the day it was ordered: for shops whose policy is ``threshold = "reprice"``.

Orders never price. Here the kept units are priced by the rules of that time, with the shopper of that time and without
coupons and points, and the result goes into the grant; the order computes the deduction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from minishop.checkout._act import decide_all
from minishop.checkout._desk import Desk
from minishop.errors import CallerError
from minishop.orders import Actor, Command, Grant, Order, Outcome, Rejected
from minishop.promotions import Engine
from minishop.quotes import Cart, Quote
from minishop.quotes.documents import read_request

__all__ = ["PRICED_FROM", "with_repriced"]

#: Where an order's terms keep the cart document that it was priced from.
PRICED_FROM = "priced_from"


def with_repriced(
    desk: Desk, order: Order, commands: Sequence[Command], now: datetime, actor: Actor
) -> Sequence[Command]:
    """The commands, their grants completed with the price of what is kept.

    Raises:
        CallerError: ``rules_unknown``: ``desk.engines`` does not have the rules that the order was priced by.
    """
    if desk.policy.threshold != "reprice":
        return commands
    completed: list[Command] = []
    for command in commands:
        if isinstance(command, Grant):
            repriced, gifts = _reprice(desk, order, command)
            command = evolve(command, repriced=repriced, lost_gifts=gifts)
        completed.append(command)
        decided = decide_all(desk, order, [command], now, actor)
        if isinstance(decided, Rejected):
            return commands
        order, _ = decided
    return completed


def _reprice(desk: Desk, order: Order, grant: Grant) -> tuple[int, tuple[str, ...]]:
    """Goods of the kept units, fen, and the gift units that they no longer earn."""
    after_sale = order.after_sale(grant.after_sale)
    leaving = {unit.unit for unit in (after_sale.units if after_sale else ()) if unit.outcome is not Outcome.MISSING}
    kept: Counter[str] = Counter()
    for unit in order.units:
        line = order.line(unit.line)
        is_kept = not unit.pledge and not unit.is_reversed and not unit.replaced_by and unit.id not in leaving
        if is_kept and line is not None and not line.is_gift:
            kept[unit.line] += 1
    quote = _quote(desk, order, kept) if kept else None
    granted = {gift.rule for gift in quote.gifts} if quote else set()
    lost = tuple(unit.id for line in order.lines if line.is_gift and line.rule not in granted for unit in line.units)
    return (quote.goods_total - quote.discount_total if quote else 0), lost


def _quote(desk: Desk, order: Order, kept: Counter[str]) -> Quote:
    request = read_request(order.terms.extra[PRICED_FROM])
    lines = [evolve(line, quantity=kept[line.id]) for line in request.cart.lines if kept[line.id]]
    cart = Cart(tuple(lines), gift_stock=request.cart.gift_stock, usage=request.cart.usage)
    alone = evolve(request, cart=cart, coupons=(), use_coupons="none", points=None)
    return _engine_of(desk, order.terms.digest).quote_request(alone)


def _engine_of(desk: Desk, digest: str) -> Engine:
    engine = desk.engine if desk.engine.digest == digest else desk.engines(digest)
    if engine is None:
        raise CallerError(
            "the rules of this order's time are not there",
            code="rules_unknown",
            params={"digest": digest},
            next_step="Give the shop `engines`, which finds the rules document of a digest.",
        )
    return engine
