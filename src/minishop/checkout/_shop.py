"""The shop as an object: every use case as a method, blocking on :class:`Shop`, awaitable on :class:`AsyncShop`.

A method is made from the flow of the same name: what the flow needs to know comes from the shop, the rest are the
method's parameters. So there is one text for both, and the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from minishop.cart import Shelf
from minishop.checkout import (
    _after_sales,
    _alerts,
    _carts,
    _close,
    _following,
    _health,
    _hearing,
    _looking,
    _parcels,
    _pay,
    _place,
    _reacting,
    _receiving,
    _reconcile,
    _refunds,
    _relay,
    _reporting,
    _settling,
    _sweep,
    _wallet,
)
from minishop.checkout._claims import claim_handlers
from minishop.checkout._desk import Desk, GetShelf, GetShopper
from minishop.checkout._ports import (
    Messages,
    Openid,
    Trackers,
    as_trackers,
    message_handlers,
    platform_handlers,
    tracker_handlers,
)
from minishop.checkout._relay import Publish
from minishop.errors import CallerError, InvalidInput
from minishop.flows import Handlers, Now, awaitable, blocking
from minishop.inventory import AsyncClaimStore, ClaimStore
from minishop.logistics import AsyncTrackingProvider, TrackingProvider
from minishop.orders import OrderPolicy
from minishop.payments import AsyncGateway, Gateway, gateway_handlers
from minishop.promotions import Engine
from minishop.quotes import Shopper
from minishop.storage import AsyncStore, OutboxRow, Store, store_handlers
from minishop.wechat import AsyncMiniProgram, MiniProgram

__all__ = ["AsyncShop", "Shop"]


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
        mini_program: The mini-program platform: what leaves is reported to it, so that the shop gets its money.
        openid: Gets an order, answers who paid it: their openid under the mini-program; ``None``: it was not paid
            there, so it is not reported and nobody is told. By default the buyer's id is their openid.
        messages: What shoppers are told by subscribe message when an order gets a new label: gets the order and the
            label's code, answers template id, page and data, or ``None``; or such functions of the order, by label.
        tracking: Who follows parcels: a provider, or several by their names.
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
        mini_program: MiniProgram | AsyncMiniProgram | None = None,
        openid: Openid | None = None,
        messages: Messages | None = None,
        tracking: TrackingProvider | AsyncTrackingProvider | Trackers | None = None,
        **settings: Any,
    ) -> None:
        if messages is not None and mini_program is None:
            raise InvalidInput("mini_program", "missing_key", "must be given with messages: it sends them")
        trackers = as_trackers(tracking)
        #: What every use case goes by.
        self.desk = Desk(
            shop=shop,
            engine=engine,
            gateway=gateway.name,
            merchant=gateway.merchant,
            policy=policy or OrderPolicy(),
            reports=mini_program is not None,
            trackers={name: provider.capabilities for name, provider in trackers.items()},
            notifies=messages is not None,
            **settings,
        )
        heard = publish or (_nobody if mini_program is None and not trackers else _ignore)
        known = shopper or (lambda buyer: Shopper(id=buyer))
        #: What answers the requests of flows; a flow of the app's own can be run with them.
        self.handlers: Handlers = {
            **store_handlers(store),
            **gateway_handlers(gateway),
            **claim_handlers(claims),
            **platform_handlers(mini_program, openid),
            **message_handlers(messages),
            **tracker_handlers(trackers),
            Now: lambda ask: clock(),
            GetShelf: lambda ask: shelf(ask.skus, ask.buyer),
            GetShopper: lambda ask: known(ask.buyer),
            Publish: lambda ask: heard(ask.row),
        }

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.desk.shop}>"


def _nobody(row: OutboxRow) -> None:
    raise CallerError("nobody listens to the outbox", code="no_consumer", next_step="Give the shop `publish`.")


def _ignore(row: OutboxRow) -> None:
    """The shop itself listens, so the app need not."""


class Shop(_Base):
    """A shop for blocking code: Flask, Django, workers, scripts."""

    read_cart = blocking(_carts.read_cart)
    sync_cart = blocking(_carts.sync_cart)
    merge_carts = blocking(_carts.merge_carts)
    preview_order = blocking(_place.preview_order)
    place_order = blocking(_place.place_order)
    start_payment = blocking(_pay.start_payment)
    pay_notified = blocking(_pay.pay_notified)
    query_payment = blocking(_pay.query_payment)
    close = blocking(_close.close)
    fail_hold = blocking(_close.fail_hold)
    expire = blocking(_close.expire)
    reprice = blocking(_close.reprice)
    ship = blocking(_parcels.ship)
    void_shipment = blocking(_parcels.void_shipment)
    correct_tracking = blocking(_parcels.correct_tracking)
    deliver = blocking(_parcels.deliver)
    confirm = blocking(_parcels.confirm)
    receive_parcel = blocking(_parcels.receive_parcel)
    release_hold = blocking(_parcels.release_hold)
    open_after_sale = blocking(_after_sales.open_after_sale)
    change_kind = blocking(_after_sales.change_kind)
    approve = blocking(_after_sales.approve)
    refuse = blocking(_after_sales.refuse)
    withdraw = blocking(_after_sales.withdraw)
    send_back = blocking(_after_sales.send_back)
    deliver_return = blocking(_after_sales.deliver_return)
    receive_return = blocking(_after_sales.receive_return)
    grant = blocking(_after_sales.grant)
    refund = blocking(_after_sales.refund)
    grant_owed = blocking(_after_sales.grant_owed)
    retry_refund = blocking(_after_sales.retry_refund)
    settle_offline = blocking(_after_sales.settle_offline)
    cancel_grant = blocking(_after_sales.cancel_grant)
    refund_notified = blocking(_refunds.refund_notified)
    claim_coupon = blocking(_wallet.claim_coupon)
    wallet = blocking(_wallet.wallet)
    grant_points = blocking(_wallet.grant_points)
    points_of = blocking(_wallet.points_of)
    find_order = blocking(_looking.find_order)
    list_orders = blocking(_looking.list_orders)
    available_commands = blocking(_looking.available_commands)
    preview_refund = blocking(_looking.preview_refund)
    history = blocking(_looking.history)
    erase_shopper = blocking(_looking.erase_shopper)
    receive_stock = blocking(_receiving.receive_stock)
    adjust_stock = blocking(_receiving.adjust_stock)
    stock_levels = blocking(_receiving.stock_levels)
    sweep = blocking(_sweep.sweep)
    relay = blocking(_relay.relay)
    parked_events = blocking(_relay.parked_events)
    requeue_event = blocking(_relay.requeue_event)
    skip_event = blocking(_relay.skip_event)
    reconcile_day = blocking(_reconcile.reconcile_day)
    parcels = blocking(_following.parcels)
    parcel_pushed = blocking(_hearing.parcel_pushed)
    platform_pushed = blocking(_settling.platform_pushed)
    shipping_reports = blocking(_reporting.shipping_reports)
    follow_again = blocking(_reacting.follow_again)
    alerts = blocking(_alerts.list_alerts)
    close_alert = blocking(_alerts.close_alert)
    health = blocking(_health.health)


class AsyncShop(_Base):
    """A shop for async code; the same names, parameters and answers as :class:`Shop`."""

    read_cart = awaitable(_carts.read_cart)
    sync_cart = awaitable(_carts.sync_cart)
    merge_carts = awaitable(_carts.merge_carts)
    preview_order = awaitable(_place.preview_order)
    place_order = awaitable(_place.place_order)
    start_payment = awaitable(_pay.start_payment)
    pay_notified = awaitable(_pay.pay_notified)
    query_payment = awaitable(_pay.query_payment)
    close = awaitable(_close.close)
    fail_hold = awaitable(_close.fail_hold)
    expire = awaitable(_close.expire)
    reprice = awaitable(_close.reprice)
    ship = awaitable(_parcels.ship)
    void_shipment = awaitable(_parcels.void_shipment)
    correct_tracking = awaitable(_parcels.correct_tracking)
    deliver = awaitable(_parcels.deliver)
    confirm = awaitable(_parcels.confirm)
    receive_parcel = awaitable(_parcels.receive_parcel)
    release_hold = awaitable(_parcels.release_hold)
    open_after_sale = awaitable(_after_sales.open_after_sale)
    change_kind = awaitable(_after_sales.change_kind)
    approve = awaitable(_after_sales.approve)
    refuse = awaitable(_after_sales.refuse)
    withdraw = awaitable(_after_sales.withdraw)
    send_back = awaitable(_after_sales.send_back)
    deliver_return = awaitable(_after_sales.deliver_return)
    receive_return = awaitable(_after_sales.receive_return)
    grant = awaitable(_after_sales.grant)
    refund = awaitable(_after_sales.refund)
    grant_owed = awaitable(_after_sales.grant_owed)
    retry_refund = awaitable(_after_sales.retry_refund)
    settle_offline = awaitable(_after_sales.settle_offline)
    cancel_grant = awaitable(_after_sales.cancel_grant)
    refund_notified = awaitable(_refunds.refund_notified)
    claim_coupon = awaitable(_wallet.claim_coupon)
    wallet = awaitable(_wallet.wallet)
    grant_points = awaitable(_wallet.grant_points)
    points_of = awaitable(_wallet.points_of)
    find_order = awaitable(_looking.find_order)
    list_orders = awaitable(_looking.list_orders)
    available_commands = awaitable(_looking.available_commands)
    preview_refund = awaitable(_looking.preview_refund)
    history = awaitable(_looking.history)
    erase_shopper = awaitable(_looking.erase_shopper)
    receive_stock = awaitable(_receiving.receive_stock)
    adjust_stock = awaitable(_receiving.adjust_stock)
    stock_levels = awaitable(_receiving.stock_levels)
    sweep = awaitable(_sweep.sweep)
    relay = awaitable(_relay.relay)
    parked_events = awaitable(_relay.parked_events)
    requeue_event = awaitable(_relay.requeue_event)
    skip_event = awaitable(_relay.skip_event)
    reconcile_day = awaitable(_reconcile.reconcile_day)
    parcels = awaitable(_following.parcels)
    parcel_pushed = awaitable(_hearing.parcel_pushed)
    platform_pushed = awaitable(_settling.platform_pushed)
    shipping_reports = awaitable(_reporting.shipping_reports)
    follow_again = awaitable(_reacting.follow_again)
    alerts = awaitable(_alerts.list_alerts)
    close_alert = awaitable(_alerts.close_alert)
    health = awaitable(_health.health)
