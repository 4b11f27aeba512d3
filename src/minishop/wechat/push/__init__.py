"""Message pushes (消息推送): what the platform tells the shop by itself."""

from minishop.wechat.push._cipher import open_sealed
from minishop.wechat.push._events import (
    ExpressAction,
    ExpressPathAdded,
    MediaChecked,
    MessageDelivery,
    PushEvent,
    SubscribeAnswered,
    SubscribeChanged,
    SubscribeChoice,
    SubscribeDelivered,
    UnknownPush,
)
from minishop.wechat.push._receiving import PushRequest, ReceivedPush, Verification
from minishop.wechat.push._signature import push_signature
from minishop.wechat.push._trade_events import (
    ConfirmedBy,
    OrderSettled,
    ReportingRequired,
    SettlementExpected,
    ShippingOverdue,
    TradeControlled,
    TradeEvent,
    latest_settlement,
)

__all__ = [
    "ConfirmedBy",
    "ExpressAction",
    "ExpressPathAdded",
    "MediaChecked",
    "MessageDelivery",
    "OrderSettled",
    "PushEvent",
    "PushRequest",
    "ReceivedPush",
    "ReportingRequired",
    "SettlementExpected",
    "ShippingOverdue",
    "SubscribeAnswered",
    "SubscribeChanged",
    "SubscribeChoice",
    "SubscribeDelivered",
    "TradeControlled",
    "TradeEvent",
    "UnknownPush",
    "Verification",
    "latest_settlement",
    "open_sealed",
    "push_signature",
]
