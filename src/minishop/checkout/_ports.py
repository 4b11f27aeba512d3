"""What checkout asks of the world outside the shop: the mini-program platform, providers of tracking news, the app.

One request for each call. Clients have transports of their own, so their methods are called, and the shop never answers
a request of theirs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from attrs import field, frozen

from minishop.flows import Handlers, Request
from minishop.logistics import AsyncTrackingProvider, Shipment, SubscribeRequest, TrackingProvider, TrackRequest
from minishop.orders import Order
from minishop.wechat import AsyncMiniProgram, MiniProgram, NoConsent, Sent, SubscribeMessage
from minishop.wechat.shipping import OrderKey, Reported, ShippingOrder, ShippingReport, TradeHealth

__all__ = [
    "AskAboutParcel",
    "CheckTrade",
    "ComposeMessage",
    "FindShippingOrder",
    "GetOpenid",
    "Message",
    "Messages",
    "Openid",
    "ReportShipping",
    "SendMessage",
    "SubscribeToParcel",
    "Trackers",
    "as_trackers",
    "message_handlers",
    "platform_handlers",
    "tracker_handlers",
]

#: Template id, page (empty: none), and the data of its keys.
Message: TypeAlias = tuple[str, str, Mapping[str, str]]
#: What makes them: of an order and its new label; or of an order, by label.
Messages: TypeAlias = (
    Callable[[Order, str], Message | Awaitable[Message | None] | None]
    | Mapping[str, Callable[[Order], Message | Awaitable[Message | None] | None]]
)
Openid: TypeAlias = Callable[[Order], str | Awaitable[str | None] | None]
Trackers: TypeAlias = Mapping[str, TrackingProvider | AsyncTrackingProvider]


@frozen
class ReportShipping(Request[Reported]):
    """:meth:`MiniProgram.report_shipping`."""

    report: ShippingReport
    is_replacement: bool = False


@frozen
class FindShippingOrder(Request[ShippingOrder]):
    """:meth:`MiniProgram.find_shipping_order`."""

    order: OrderKey


@frozen
class CheckTrade(Request[TradeHealth]):
    """:meth:`MiniProgram.check_trade`."""


@frozen
class SendMessage(Request[Sent | NoConsent]):
    """:meth:`MiniProgram.send_subscribe_message`."""

    message: SubscribeMessage


@frozen
class SubscribeToParcel(Request[Shipment]):
    """:meth:`TrackingProvider.subscribe` of the provider of that name."""

    provider: str
    request: SubscribeRequest


@frozen
class AskAboutParcel(Request[Shipment]):
    """:meth:`TrackingProvider.query` of the provider of that name."""

    provider: str
    request: TrackRequest


@frozen
class GetOpenid(Request[str | None]):
    """Who paid an order, by their openid under the mini-program; ``None``: it was not paid in the mini-program."""

    order: Order = field(repr=False)


@frozen
class ComposeMessage(Request[Message | None]):
    """What the shopper is told now that an order has this label; ``None``: nothing."""

    order: Order = field(repr=False)
    label: str


def platform_handlers(program: MiniProgram | AsyncMiniProgram | None, openid: Openid | None) -> Handlers:
    """Answers what is asked of the platform; of an app without one nothing is asked.

    Args:
        program: The mini-program.
        openid: Finds out who paid an order; by default the buyer's id is their openid.
    """
    if program is None:
        return {}
    return {
        ReportShipping: lambda ask: program.report_shipping(ask.report, replace=ask.is_replacement),
        FindShippingOrder: lambda ask: program.find_shipping_order(ask.order),
        CheckTrade: lambda ask: program.check_trade(),
        SendMessage: lambda ask: program.send_subscribe_message(ask.message),
        GetOpenid: lambda ask: openid(ask.order) if openid is not None else ask.order.buyer,
    }


def message_handlers(messages: Messages | None) -> Handlers:
    """Answers what the shopper is told."""
    if messages is None:
        return {}
    if callable(messages):
        compose = messages
        return {ComposeMessage: lambda ask: compose(ask.order, ask.label)}
    table = messages
    return {ComposeMessage: lambda ask: table[ask.label](ask.order) if ask.label in table else None}


def as_trackers(tracking: TrackingProvider | AsyncTrackingProvider | Trackers | None) -> Trackers:
    """Providers by name; one provider stands for itself."""
    if tracking is None:
        return {}
    return dict(tracking) if isinstance(tracking, Mapping) else {tracking.name: tracking}


def tracker_handlers(trackers: Trackers) -> Handlers:
    """Answers what is asked of providers."""
    return {
        SubscribeToParcel: lambda ask: trackers[ask.provider].subscribe(ask.request),
        AskAboutParcel: lambda ask: trackers[ask.provider].query(ask.request),
    }
