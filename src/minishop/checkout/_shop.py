"""The shop as an object: every use case as a method, blocking on :class:`Shop`, awaitable on :class:`AsyncShop`.

A method is made from the flow of the same name: what the flow needs to know comes from the shop, the rest are the
method's parameters. So there is one text for both, and the two cannot differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from minishop.cart import Shelf
from minishop.checkout import (
    _after_sales,
    _carts,
    _close,
    _looking,
    _parcels,
    _pay,
    _place,
    _receiving,
    _reconcile,
    _refunds,
    _relay,
    _sweep,
    _wallet,
)
from minishop.checkout._claims import claim_handlers
from minishop.checkout._desk import Desk, GetShelf, GetShopper, Now
from minishop.checkout._relay import Publish
from minishop.errors import CallerError
from minishop.flows import Flow, Handlers, arun, run
from minishop.inventory import AsyncClaimStore, ClaimStore
from minishop.orders import OrderPolicy
from minishop.payments import AsyncGateway, Gateway, gateway_handlers
from minishop.promotions import Engine
from minishop.quotes import Shopper
from minishop.storage import AsyncStore, OutboxRow, Store, store_handlers

__all__ = ["AsyncShop", "Shop"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _Base:
    """What both shops are made of.

    Args:
        shop: Id of the shop.
        engine: Prices carts.
        store: Where everything is kept.
        gateway: Where money comes from.
        shelf: The app's goods: called with skus and a buyer, answers sku to product.
        shopper: The app's people: called with a buyer's id, answers level, tags, new or not. ``None``: just the id.
        clock: Tells the time; aware.
        claims: Where flash-sale claims are kept; ``None``: there are no flash sales.
        publish: Gets every event of an order, at least once and in order; an exception means it comes again.
        policy: Of orders.
        settings: Further fields of :class:`Desk`.
    """

    def __init__(
        self,
        shop: str,
        *,
        engine: Engine,
        store: Store | AsyncStore,
        gateway: Gateway | AsyncGateway,
        shelf: Callable[[Sequence[str], str], Shelf | Awaitable[Shelf]],
        clock: Callable[[], datetime],
        shopper: Callable[[str], Shopper | Awaitable[Shopper]] | None = None,
        claims: ClaimStore | AsyncClaimStore | None = None,
        publish: Callable[[OutboxRow], object] | None = None,
        policy: OrderPolicy | None = None,
        **settings: Any,
    ) -> None:
        #: What every use case goes by.
        self.desk = Desk(
            shop=shop,
            engine=engine,
            gateway=gateway.name,
            merchant=gateway.merchant,
            policy=policy or OrderPolicy(),
            **settings,
        )
        known = shopper or (lambda buyer: Shopper(id=buyer))
        #: What answers the requests of flows; a flow of the app's own can be run with them.
        self.handlers: Handlers = {
            **store_handlers(store),
            **gateway_handlers(gateway),
            **claim_handlers(claims),
            Now: lambda ask: clock(),
            GetShelf: lambda ask: shelf(ask.skus, ask.buyer),
            GetShopper: lambda ask: known(ask.buyer),
            Publish: lambda ask: (publish or _nobody)(ask.row),
        }

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.desk.shop}>"


def _nobody(row: OutboxRow) -> None:
    raise CallerError("nobody listens to the outbox", code="no_consumer", next_step="Give the shop `publish`.")


def _blocking(flow: Callable[Concatenate[Desk, _P], Flow[_R]]) -> Callable[Concatenate[Shop, _P], _R]:
    def method(shop: Shop, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return run(flow(shop.desk, *args, **kwargs), shop.handlers)

    return _signed(method, flow)


def _awaitable(
    flow: Callable[Concatenate[Desk, _P], Flow[_R]],
) -> Callable[Concatenate[AsyncShop, _P], Coroutine[Any, Any, _R]]:
    async def method(shop: AsyncShop, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await arun(flow(shop.desk, *args, **kwargs), shop.handlers)

    return _signed(method, flow)


_Method = TypeVar("_Method", bound=Callable[..., Any])


def _signed(method: _Method, flow: Callable[..., Any]) -> _Method:
    """The method with the flow's name, text, and parameters after ``self``, for help and documentation."""
    update_wrapper(method, flow)
    first, *others = inspect.signature(flow).parameters.values()
    signature = inspect.Signature([first.replace(name="self", annotation=inspect.Parameter.empty), *others])
    method.__signature__ = signature  # type: ignore[attr-defined]
    return method


class Shop(_Base):
    """A shop for blocking code: Flask, Django, workers, scripts."""

    read_cart = _blocking(_carts.read_cart)
    sync_cart = _blocking(_carts.sync_cart)
    merge_carts = _blocking(_carts.merge_carts)
    preview_order = _blocking(_place.preview_order)
    place_order = _blocking(_place.place_order)
    start_payment = _blocking(_pay.start_payment)
    pay_notified = _blocking(_pay.pay_notified)
    query_payment = _blocking(_pay.query_payment)
    close = _blocking(_close.close)
    fail_hold = _blocking(_close.fail_hold)
    expire = _blocking(_close.expire)
    reprice = _blocking(_close.reprice)
    ship = _blocking(_parcels.ship)
    void_shipment = _blocking(_parcels.void_shipment)
    correct_tracking = _blocking(_parcels.correct_tracking)
    deliver = _blocking(_parcels.deliver)
    confirm = _blocking(_parcels.confirm)
    receive_parcel = _blocking(_parcels.receive_parcel)
    release_hold = _blocking(_parcels.release_hold)
    open_after_sale = _blocking(_after_sales.open_after_sale)
    change_kind = _blocking(_after_sales.change_kind)
    approve = _blocking(_after_sales.approve)
    refuse = _blocking(_after_sales.refuse)
    withdraw = _blocking(_after_sales.withdraw)
    send_back = _blocking(_after_sales.send_back)
    deliver_return = _blocking(_after_sales.deliver_return)
    receive_return = _blocking(_after_sales.receive_return)
    grant = _blocking(_after_sales.grant)
    refund = _blocking(_after_sales.refund)
    grant_owed = _blocking(_after_sales.grant_owed)
    retry_refund = _blocking(_after_sales.retry_refund)
    settle_offline = _blocking(_after_sales.settle_offline)
    cancel_grant = _blocking(_after_sales.cancel_grant)
    refund_notified = _blocking(_refunds.refund_notified)
    claim_coupon = _blocking(_wallet.claim_coupon)
    wallet = _blocking(_wallet.wallet)
    grant_points = _blocking(_wallet.grant_points)
    points_of = _blocking(_wallet.points_of)
    find_order = _blocking(_looking.find_order)
    list_orders = _blocking(_looking.list_orders)
    available_commands = _blocking(_looking.available_commands)
    preview_refund = _blocking(_looking.preview_refund)
    history = _blocking(_looking.history)
    erase_shopper = _blocking(_looking.erase_shopper)
    receive_stock = _blocking(_receiving.receive_stock)
    adjust_stock = _blocking(_receiving.adjust_stock)
    stock_levels = _blocking(_receiving.stock_levels)
    sweep = _blocking(_sweep.sweep)
    relay = _blocking(_relay.relay)
    parked_events = _blocking(_relay.parked_events)
    requeue_event = _blocking(_relay.requeue_event)
    skip_event = _blocking(_relay.skip_event)
    reconcile_day = _blocking(_reconcile.reconcile_day)


class AsyncShop(_Base):
    """A shop for async code; the same names, parameters and answers as :class:`Shop`."""

    read_cart = _awaitable(_carts.read_cart)
    sync_cart = _awaitable(_carts.sync_cart)
    merge_carts = _awaitable(_carts.merge_carts)
    preview_order = _awaitable(_place.preview_order)
    place_order = _awaitable(_place.place_order)
    start_payment = _awaitable(_pay.start_payment)
    pay_notified = _awaitable(_pay.pay_notified)
    query_payment = _awaitable(_pay.query_payment)
    close = _awaitable(_close.close)
    fail_hold = _awaitable(_close.fail_hold)
    expire = _awaitable(_close.expire)
    reprice = _awaitable(_close.reprice)
    ship = _awaitable(_parcels.ship)
    void_shipment = _awaitable(_parcels.void_shipment)
    correct_tracking = _awaitable(_parcels.correct_tracking)
    deliver = _awaitable(_parcels.deliver)
    confirm = _awaitable(_parcels.confirm)
    receive_parcel = _awaitable(_parcels.receive_parcel)
    release_hold = _awaitable(_parcels.release_hold)
    open_after_sale = _awaitable(_after_sales.open_after_sale)
    change_kind = _awaitable(_after_sales.change_kind)
    approve = _awaitable(_after_sales.approve)
    refuse = _awaitable(_after_sales.refuse)
    withdraw = _awaitable(_after_sales.withdraw)
    send_back = _awaitable(_after_sales.send_back)
    deliver_return = _awaitable(_after_sales.deliver_return)
    receive_return = _awaitable(_after_sales.receive_return)
    grant = _awaitable(_after_sales.grant)
    refund = _awaitable(_after_sales.refund)
    grant_owed = _awaitable(_after_sales.grant_owed)
    retry_refund = _awaitable(_after_sales.retry_refund)
    settle_offline = _awaitable(_after_sales.settle_offline)
    cancel_grant = _awaitable(_after_sales.cancel_grant)
    refund_notified = _awaitable(_refunds.refund_notified)
    claim_coupon = _awaitable(_wallet.claim_coupon)
    wallet = _awaitable(_wallet.wallet)
    grant_points = _awaitable(_wallet.grant_points)
    points_of = _awaitable(_wallet.points_of)
    find_order = _awaitable(_looking.find_order)
    list_orders = _awaitable(_looking.list_orders)
    available_commands = _awaitable(_looking.available_commands)
    preview_refund = _awaitable(_looking.preview_refund)
    history = _awaitable(_looking.history)
    erase_shopper = _awaitable(_looking.erase_shopper)
    receive_stock = _awaitable(_receiving.receive_stock)
    adjust_stock = _awaitable(_receiving.adjust_stock)
    stock_levels = _awaitable(_receiving.stock_levels)
    sweep = _awaitable(_sweep.sweep)
    relay = _awaitable(_relay.relay)
    parked_events = _awaitable(_relay.parked_events)
    requeue_event = _awaitable(_relay.requeue_event)
    skip_event = _awaitable(_relay.skip_event)
    reconcile_day = _awaitable(_reconcile.reconcile_day)
