"""The platform's record of what was shipped (发货信息管理): reports, look-ups, reminders."""

from minishop.wechat.shipping._asking import TradeHealth
from minishop.wechat.shipping._masking import mask_phone
from minishop.wechat.shipping._orders import OrderPage, OrderState, ReportedParcel, ReportedShipping, ShippingOrder
from minishop.wechat.shipping._reporting import Reported
from minishop.wechat.shipping._retrying import next_report_at, report_retries
from minishop.wechat.shipping._values import (
    CombinedReport,
    DeliveryKind,
    OrderKey,
    OrderShipping,
    Parcel,
    ShippingReport,
    describe_goods,
)

__all__ = [
    "CombinedReport",
    "DeliveryKind",
    "OrderKey",
    "OrderPage",
    "OrderShipping",
    "OrderState",
    "Parcel",
    "Reported",
    "ReportedParcel",
    "ReportedShipping",
    "ShippingOrder",
    "ShippingReport",
    "TradeHealth",
    "describe_goods",
    "mask_phone",
    "next_report_at",
    "report_retries",
]
