"""Calling WeChat Pay: payments, refunds, bills, combined payments, profit sharing, transfers, and the rest by path.

:class:`WechatPay` blocks, :class:`AsyncWechatPay` is awaited; :class:`WechatPayGateway` and
:class:`AsyncWechatPayGateway` are the port that a :class:`~minishop.checkout.Shop` takes. Nothing here opens a
connection: the transport and the machine are given (:mod:`minishop.adapters.wechatpay` has both ready).
"""

from minishop.payments.wechatpay.client._bill import Bill
from minishop.payments.wechatpay.client._bill_cells import Row
from minishop.payments.wechatpay.client._bill_rows import FlowRow, FlowSummary, TradeRow, TradeSummary
from minishop.payments.wechatpay.client._billing import OpenSpool
from minishop.payments.wechatpay.client._call import Answer
from minishop.payments.wechatpay.client._client import AsyncWechatPay, WechatPay
from minishop.payments.wechatpay.client._combining import CombinedOrder, SubOrder
from minishop.payments.wechatpay.client._desk import BACKUP_HOST, MAIN_HOST, SubMerchant
from minishop.payments.wechatpay.client._errors import (
    BadBill,
    BillNotReady,
    BusinessRefused,
    Busy,
    GatewayFailed,
    NoStatement,
    NotAuthentic,
    NotEnough,
    NotThere,
    RequestRefused,
    UnsupportedSuite,
)
from minishop.payments.wechatpay.client._gateway import AsyncWechatPayGateway, WechatPayGateway
from minishop.payments.wechatpay.client._gateway_flows import Received
from minishop.payments.wechatpay.client._orders import Channel, PaymentOrder
from minishop.payments.wechatpay.client._payments import Prepared
from minishop.payments.wechatpay.client._sensitive import Sealed
from minishop.payments.wechatpay.client._shares import Receiver, Share, Sharing, SharingReturn
from minishop.payments.wechatpay.client._suite import RsaSuite, Suite
from minishop.payments.wechatpay.client._transferring import TransferReceipt

__all__ = [
    "BACKUP_HOST",
    "MAIN_HOST",
    "Answer",
    "AsyncWechatPay",
    "AsyncWechatPayGateway",
    "BadBill",
    "Bill",
    "BillNotReady",
    "BusinessRefused",
    "Busy",
    "Channel",
    "CombinedOrder",
    "FlowRow",
    "FlowSummary",
    "GatewayFailed",
    "NoStatement",
    "NotAuthentic",
    "NotEnough",
    "NotThere",
    "OpenSpool",
    "PaymentOrder",
    "Prepared",
    "Received",
    "Receiver",
    "RequestRefused",
    "Row",
    "RsaSuite",
    "Sealed",
    "Share",
    "Sharing",
    "SharingReturn",
    "SubMerchant",
    "SubOrder",
    "Suite",
    "TradeRow",
    "TradeSummary",
    "TransferReceipt",
    "UnsupportedSuite",
    "WechatPay",
    "WechatPayGateway",
]
