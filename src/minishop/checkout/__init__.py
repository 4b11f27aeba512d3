"""Checkout: the only place where carts, prices, orders, payments and storage meet.

:class:`Shop` and :class:`AsyncShop` have a method for every use case. Each is a flow in this package: a generator that
asks for what it needs (:mod:`minishop.flows`), so the same text serves both and every step can be stopped in a test.
"""

from minishop.checkout._act import Request
from minishop.checkout._alerts import Alert, AlertPage
from minishop.checkout._carts import CartView
from minishop.checkout._close import rebuy_operations
from minishop.checkout._desk import Desk, GetShelf, GetShopper
from minishop.checkout._health import Health
from minishop.checkout._hearing import Heard
from minishop.checkout._kept import NoticeRecord, ParcelRecord, ReportRecord, Settlement, Work
from minishop.checkout._looking import OrderPage
from minishop.checkout._outcomes import Answer, Done, Refused
from minishop.checkout._plan import ParcelPolicy
from minishop.checkout._ports import (
    AskAboutParcel,
    CheckTrade,
    ComposeMessage,
    FindShippingOrder,
    GetOpenid,
    ReportShipping,
    SendMessage,
    SubscribeToParcel,
)
from minishop.checkout._records import find_drift
from minishop.checkout._relay import Publish, Relayed
from minishop.checkout._shop import AsyncShop, Shop
from minishop.checkout._sweep import Swept

__all__ = [
    "Alert",
    "AlertPage",
    "Answer",
    "AskAboutParcel",
    "AsyncShop",
    "CartView",
    "CheckTrade",
    "ComposeMessage",
    "Desk",
    "Done",
    "FindShippingOrder",
    "GetOpenid",
    "GetShelf",
    "GetShopper",
    "Health",
    "Heard",
    "NoticeRecord",
    "OrderPage",
    "ParcelPolicy",
    "ParcelRecord",
    "Publish",
    "Refused",
    "Relayed",
    "ReportRecord",
    "ReportShipping",
    "Request",
    "SendMessage",
    "Settlement",
    "Shop",
    "SubscribeToParcel",
    "Swept",
    "Work",
    "find_drift",
    "rebuy_operations",
]
