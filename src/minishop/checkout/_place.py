"""Placing an order, in three steps that survive a crash at any point.

*Prepare* commits one batch: the order with its frozen prices, stock, coupon locks, points, a payment attempt, the cart
without the ordered lines, the receipt of the caller's key. *Pay* asks the gateway to make that payment, outside any
transaction. *Finalise* records that the shopper can pay now. A call with the same key goes on where the last one
stopped: at the second step if the receipt of the first is there.

Money arrives minutes later, as a notification: see :mod:`minishop.checkout._pay`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import attrs
from attrs import frozen

from minishop.cart import SavedCart, SavedLine, Shelf, find_blocking_problems, remove_ordered, source_key, to_cart
from minishop.checkout._act import Request, decide_all, find_done, order_batch
from minishop.checkout._claims import confirm_claims, find_ended
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, GetShopper, now_of, shelf_of
from minishop.checkout._effects import STOCK_AT, points_account
from minishop.checkout._keys import check_key, derived_id
from minishop.checkout._outcomes import Answer, Done, Refused, refused
from minishop.checkout._pay import prepare_payment
from minishop.checkout._plan import DELIVERY, delivery_kind
from minishop.checkout._records import CLAIMS, ORDER, cart_put, load_cart, load_order
from minishop.checkout._reprice import PRICED_FROM
from minishop.checkout._wallet import load_coupons
from minishop.errors import InvalidInput
from minishop.flows import Flow, ask
from minishop.orders import Actor, Address, Order, Place, PointsLot, Rejected, Role, StartPayment, Terms, freeze
from minishop.promotions import covers
from minishop.quotes import Cart, Coupon, PointsRequest, Quote, QuoteRequest, Shopper, Usage
from minishop.quotes.documents import write_request
from minishop.storage import (
    Batch,
    Committed,
    Conflict,
    GetBalance,
    GetStock,
    GetTaken,
    Insufficient,
    KeyReused,
    Put,
    Replayed,
    StockKey,
    StoreBusy,
)

__all__ = ["place_order", "preview_order"]


@frozen(kw_only=True)
class _Wish:
    """What the shopper asked for."""

    buyer: str
    cart: str | None
    lines: tuple[SavedLine, ...]
    address: Address | None
    note: str
    use_coupons: Literal["best", "none"] | tuple[str, ...]
    use_points: int | Literal["max", "none"]
    hold: str
    is_flash: bool
    payment_channel: str
    claims: tuple[tuple[str, str], ...]
    delivery: str
    order: str
    source: str


@frozen(kw_only=True)
class _Priced:
    """A wish with its price at one moment."""

    cart: SavedCart
    version: int
    shelf: Shelf
    request: QuoteRequest
    quote: Quote

    @property
    def virtual(self) -> tuple[str, ...]:
        """Lines that are not shipped."""
        return tuple(line.key for line in self.cart.active_lines if not self.shelf[line.sku].ships)


def place_order(
    desk: Desk,
    *,
    buyer: str,
    key: str,
    expected_total: int,
    cart: str | None = None,
    lines: tuple[SavedLine, ...] = (),
    address: Address | None = None,
    note: str = "",
    use_coupons: Literal["best", "none"] | tuple[str, ...] = "best",
    use_points: int | Literal["max", "none"] = "none",
    hold: str = "none",
    is_flash: bool = False,
    payment_channel: str = "",
    payer: str = "",
    claims: tuple[tuple[str, str], ...] = (),
    delivery: str = "express",
    order: str | None = None,
) -> Flow[Answer]:
    """Places an order for the selected lines of a cart, or for lines bought at once, and prepares its payment.

    Args:
        desk: The shop's.
        buyer: Id of the buyer.
        key: The caller's idempotency key. The same key continues, or returns, the same order.
        expected_total: ``quote.payable`` that the shopper agreed to, fen.
        cart: Id of the stored cart.
        lines: Instead of a cart: what is bought at once.
        address: Where the parcels go; its region decides on freight.
        note: The buyer's.
        use_coupons: As in :meth:`minishop.Engine.quote`.
        use_points: How many of the buyer's points to use.
        hold: ``group``: nothing is shipped before the group is full.
        is_flash: The shorter deadline for paying holds.
        payment_channel: The gateway's way of paying, for example ``jsapi``.
        payer: Who pays, as the gateway knows them (an openid). Not part of the order.
        claims: Flash-sale claims that the order uses: pairs of activity and token. A token is for one order.
        delivery: ``express``, ``same-city`` or ``pickup``: what WeChat is told of goods that are sent.
        order: The order's id; made from the key unless given.

    Returns:
        Done: The order; ``client`` has what the front end needs to pay, unless nothing is to pay. If the gateway did
            not take the payment, ``notice`` says why, and :func:`start_payment` makes another.
        Refused: ``cart_problems``, ``empty_cart``, ``undeliverable_order``, ``total_changed(was, now)`` with the fresh
            quote, ``stock_short(which)``, ``gift_short(which)``, ``claim_over(which)``, ``already_taken(which)``,
            ``key_reused``, ``no_such_cart``, or a reason of the order's own guards.

    Raises:
        StoreBusy: ``busy``, after ``desk.rounds`` rounds.
        InvalidInput: Neither or both of ``cart`` and ``lines``; ``expected_total`` is no amount; ``delivery``.
    """
    if (cart is None) == (not lines):
        raise InvalidInput("cart", "missing_key", "needs a cart or lines, one of the two")
    check_key(key)
    if type(expected_total) is not int or expected_total < 0:
        raise InvalidInput("expected_total", "wrong_type", "must be the payable of the quote, fen")
    wish = _Wish(
        buyer=buyer,
        cart=cart,
        lines=lines,
        address=address,
        note=note,
        use_coupons=use_coupons,
        use_points=use_points,
        hold=hold,
        is_flash=is_flash,
        payment_channel=payment_channel,
        claims=claims,
        delivery=delivery_kind(delivery),
        order=order or derived_id("o", desk.shop, buyer, key),
        source=f"buy-now:{buyer}:{key}",
    )
    request = Request(
        name="place_order",
        actor=Actor(Role.BUYER, buyer),
        key=f"{key}#prepare",
        arguments=attrs.asdict(wish, recurse=False, filter=lambda one, _: one.name != "order")
        | {"expected_total": expected_total, "lines": [(line.key, line.quantity) for line in lines]},
    )
    prepared = yield from _prepare(desk, wish, expected_total, request)
    if isinstance(prepared, Refused):
        return prepared
    yield from confirm_claims(prepared.order)
    attempt = derived_id("p", prepared.order.id)
    return (
        yield from prepare_payment(
            desk, prepared, attempt, channel=payment_channel, payer=payer, finalise=f"{key}#finalise"
        )
    )


def preview_order(
    desk: Desk,
    *,
    buyer: str,
    cart: str | None = None,
    lines: tuple[SavedLine, ...] = (),
    address: Address | None = None,
    use_coupons: Literal["best", "none"] | tuple[str, ...] = "best",
    use_points: int | Literal["max", "none"] = "none",
) -> Flow[Quote | Refused]:
    """What the order would cost now; its ``payable`` is what :func:`place_order` is told to expect.

    Returns:
        Quote: The price.
        Refused: ``no_such_cart``, ``empty_cart`` or ``cart_problems``.
    """
    wish = _Wish(
        buyer=buyer,
        cart=cart,
        lines=lines,
        address=address,
        note="",
        use_coupons=use_coupons,
        use_points=use_points,
        hold="none",
        is_flash=False,
        payment_channel="",
        claims=(),
        delivery="express",
        order="",
        source="",
    )
    priced = yield from _price(desk, wish, (yield from now_of()))
    return priced if isinstance(priced, Refused) else priced.quote


def _prepare(desk: Desk, wish: _Wish, expected_total: int, request: Request) -> Flow[Answer]:
    without_gifts: frozenset[str] = frozenset()
    for _ in range(desk.rounds):
        now = yield from now_of()
        drafted = yield from _draft(desk, wish, expected_total, without_gifts, now, request)
        if isinstance(drafted, Refused):
            return (yield from find_done(desk, request)) or drafted
        order, batch = drafted
        result = yield from commit(desk, batch)
        match result:
            case Committed():
                return Done(order=order, version=1, topics=tuple(row.topic for row in batch.events))
            case Replayed() | KeyReused():
                return (yield from find_done(desk, request)) or refused("key_reused", key=request.key)
            case Insufficient("stock", which):
                short = _short(order, which)
                if short.code != "gift_short" or not desk.drop_gift:
                    return short
                without_gifts |= {which}
            case Conflict("version", which) if which == f"{ORDER}:{order.id}":
                return (yield from _placed_long_ago(order.id))
            case Conflict("unique", which) if which.startswith("claim:"):
                return refused("already_taken", which=which)
            case Insufficient() | Conflict():
                continue  # somebody used up a limit, or changed the cart: price it again
    raise StoreBusy("the cart changed faster than it could be ordered", code="busy")


def _placed_long_ago(order: str) -> Flow[Answer]:
    """The order that a key had led to; its receipt has been forgotten."""
    loaded = yield from load_order(order)
    if loaded is None:
        return refused("no_such_order", id=order)
    return Done(order=loaded[0], version=loaded[1], is_repeated=True)


def _draft(
    desk: Desk,
    wish: _Wish,
    expected_total: int,
    without_gifts: frozenset[str],
    now: datetime,
    request: Request,
) -> Flow[tuple[Order, Batch] | Refused]:
    """The order as it will be, and the batch that makes it so; or why not."""
    ended = yield from find_ended(wish.claims, now)
    if ended is not None:
        return ended
    priced = yield from _price(desk, wish, now, without_gifts)
    if isinstance(priced, Refused):
        return priced
    refusal = _refusal(priced.quote, expected_total)
    if refusal is not None:
        return refusal
    gift_values = yield from _gift_values(priced.quote, wish.buyer)
    return _write(desk, wish, priced, gift_values, now, request)


def _refusal(quote: Quote, expected_total: int) -> Refused | None:
    if quote.payable is None:
        return attrs.evolve(refused("undeliverable_order", lines=", ".join(quote.undeliverable)), quote=quote)
    if quote.payable != expected_total:
        return attrs.evolve(refused("total_changed", was=expected_total, now=quote.payable), quote=quote)
    return None


def _short(order: Order, which: str) -> Refused:
    """Of goods, or only of a gift."""
    lines = [line for line in order.lines if str(StockKey(line.stock.sku, line.stock.location)) == which]
    is_gift = bool(lines) and all(line.is_gift for line in lines)
    return refused("gift_short" if is_gift else "stock_short", which=which)


def _price(
    desk: Desk, wish: _Wish, now: datetime, without_gifts: frozenset[str] = frozenset()
) -> Flow[_Priced | Refused]:
    if wish.cart is None:
        cart, version = SavedCart(id="buy-now", shopper=wish.buyer, lines=wish.lines), 0
    else:
        loaded = yield from load_cart(wish.cart)
        if loaded is None or loaded[0].shopper not in (None, wish.buyer):
            return refused("no_such_cart", id=wish.cart)
        cart, version = loaded
    shelf = yield from shelf_of([line.sku for line in cart.active_lines], wish.buyer)
    problems = find_blocking_problems(cart, shelf, now)
    if problems:
        code = problems[0].code if problems[0].line is None else "cart_problems"
        shown = () if problems[0].line is None else problems
        return attrs.evolve(refused(code, count=len(problems)), problems=shown)
    coupons = yield from load_coupons(desk, wish.buyer)
    usage = yield from _usage(desk, wish.buyer)
    gift_stock = yield from _gift_stock(desk, now, without_gifts)
    active = attrs.evolve(cart, lines=cart.active_lines)
    request = yield from _request(
        desk, wish, to_cart(active, shelf, now, gift_stock=gift_stock, usage=usage), coupons, now
    )
    quote = desk.engine.quote_request(request)
    return _Priced(cart=cart, version=version, shelf=shelf, request=request, quote=quote)


def _request(desk: Desk, wish: _Wish, cart: Cart, coupons: tuple[Coupon, ...], now: datetime) -> Flow[QuoteRequest]:
    points: PointsRequest | None = None
    if wish.use_points != "none":
        balance = yield from ask(GetBalance(points_account(wish.buyer)))
        points = PointsRequest(max(0, balance), wish.use_points)
    shopper: Shopper = yield from ask(GetShopper(wish.buyer))
    return QuoteRequest(
        cart=cart,
        at=now,
        channel=desk.channel,
        shopper=shopper,
        coupons=coupons,
        use_coupons=wish.use_coupons,
        points=points,
        destination=wish.address.region if wish.address and wish.address.region else None,
    )


def _usage(desk: Desk, buyer: str) -> Flow[Mapping[str, Usage] | None]:
    """What was used up of the rules that have limits."""
    limited = [rule for rule in desk.engine.rules.rules if rule.limit is not None]
    keys = [
        key
        for rule in limited
        for key, ceiling in (
            (f"rule:{rule.id}", rule.limit.total),
            (f"rule:{rule.id}:{buyer}", rule.limit.shopper),
            (f"budget:{rule.id}", rule.limit.budget),
        )
        if ceiling is not None
    ]
    if not keys:
        return None
    taken = yield from ask(GetTaken(tuple(keys)))
    return {
        rule.id: Usage(
            total=taken.get(f"rule:{rule.id}", 0),
            shopper=taken.get(f"rule:{rule.id}:{buyer}", 0),
            budget=taken.get(f"budget:{rule.id}", 0),
        )
        for rule in limited
    }


def _gift_stock(desk: Desk, now: datetime, without: frozenset[str]) -> Flow[Mapping[str, int] | None]:
    """Stock of the gifts that rules give; of those that were found short, none."""
    skus = sorted({sku for rule in desk.engine.rules.rules if (sku := getattr(rule.benefit, "sku", None))})
    if not skus:
        return None
    levels = yield from ask(GetStock(tuple(StockKey(sku) for sku in skus), now))
    return {sku: 0 if sku in without else levels[StockKey(sku)].available for sku in skus}


def _gift_values(quote: Quote, buyer: str) -> Flow[Mapping[str, int]]:
    """What each gift costs if it does not come back, fen."""
    if not quote.gifts:
        return {}
    shelf = yield from shelf_of([gift.sku for gift in quote.gifts], buyer)
    return {gift.sku: shelf[gift.sku].unit_price for gift in quote.gifts if gift.sku in shelf}


def _write(
    desk: Desk, wish: _Wish, priced: _Priced, gift_values: Mapping[str, int], now: datetime, request: Request
) -> tuple[Order, Batch] | Refused:
    """The order as it will be, and the batch that makes it so."""
    terms = _terms(desk, wish, priced, gift_values, now)
    decided = decide_all(desk, None, [Place(terms=terms, hold=wish.hold)], now, request.actor)
    if isinstance(decided, Rejected):
        return Refused(reasons=decided.reasons, quote=priced.quote)
    order, events = decided
    if order.payable:
        attempt = derived_id("p", order.id)
        start = StartPayment(attempt=attempt, channel=desk.gateway)
        decided = decide_all(desk, order, [start], now, request.actor)
        if isinstance(decided, Rejected):
            return Refused(reasons=decided.reasons, quote=priced.quote)
        order, events = decided[0], (*events, *decided[1])
    puts: tuple[Put, ...] = ()
    if wish.cart is not None:
        emptied = remove_ordered(priced.cart, [line.key for line in priced.cart.active_lines], now)
        puts = (cart_put(desk, emptied, priced.version, now),)
    return order, order_batch(desk, order, None, 0, events, now, request, puts=puts)


def _terms(desk: Desk, wish: _Wish, priced: _Priced, gift_values: Mapping[str, int], now: datetime) -> Terms:
    """What is frozen: the quote's numbers, and what the cart knows of its lines."""
    terms = freeze(
        priced.quote,
        order=wish.order,
        shop=desk.shop,
        buyer=wish.buyer,
        source_key=wish.source if wish.cart is None else source_key(priced.cart),
        placed_at=now,
        currency=priced.cart.currency,
        virtual=priced.virtual,
        gift_values=gift_values,
        earned_by=_earned_by(desk, priced),
        lots=[PointsLot("", priced.quote.points.used)] if priced.quote.points.used else (),
        address=wish.address,
        note=wish.note,
        rules=priced.quote.digest,
        is_flash=wish.is_flash,
    )
    extra: dict[str, object] = {}
    if desk.stock_at == "pay":
        extra[STOCK_AT] = "pay"
    if wish.claims:
        extra[CLAIMS] = [list(claim) for claim in wish.claims]
    if wish.delivery != "express":
        extra[DELIVERY] = str(wish.delivery)
    if desk.policy.threshold == "reprice":
        extra[PRICED_FROM] = write_request(priced.request)
    saved = {line.key: line for line in priced.cart.active_lines}
    lines = tuple(
        attrs.evolve(line, customisation=saved[line.id].customisation, activity=saved[line.id].activity)
        if line.id in saved
        else line
        for line in terms.lines
    )
    return attrs.evolve(terms, lines=lines, extra=extra)


def _earned_by(desk: Desk, priced: _Priced) -> dict[str, tuple[str, ...]]:
    """Gift rule to the ids of the lines in its scope."""
    if not priced.quote.gifts:
        return {}
    rules = {rule.id: rule for rule in desk.engine.rules.rules}
    lines = priced.request.cart.lines
    return {
        gift.rule: tuple(line.id for line in lines if covers(rules[gift.rule].scope, line))
        for gift in priced.quote.gifts
        if gift.rule in rules
    }
