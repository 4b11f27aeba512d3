"""What a push may tell of orders and money."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from minishop.wechat.push._events import PushEvent

__all__ = [
    "ConfirmedBy",
    "OrderSettled",
    "ReportingRequired",
    "SettlementExpected",
    "ShippingOverdue",
    "TradeControlled",
    "TradeEvent",
    "latest_settlement",
]


@frozen(kw_only=True)
class TradeEvent(PushEvent):
    """Something about one payment.

    Attributes:
        transaction_id: WeChat Pay's number of it.
        merchant_id: The merchant that took it.
        sub_merchant_id: Its sub-merchant, or empty.
        merchant_trade_no: The shop's number.
        paid_at: When it was paid.
    """

    transaction_id: str
    merchant_id: str = ""
    sub_merchant_id: str = ""
    merchant_trade_no: str = ""
    paid_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The payment."""
        return self.transaction_id


@frozen(kw_only=True)
class ReportingRequired(PushEvent):
    """The app must report what it ships (trade_manage_remind_access_api); daily until it does.

    Attributes:
        message: The platform's words.
    """

    message: str = ""


@frozen(kw_only=True)
class TradeControlled(PushEvent):
    """The app's payments are limited, because it does not report (wxa_trade_controlled).

    Which fields it has is not described anywhere; look into ``raw``.

    Attributes:
        message: The platform's words, if any.
    """

    message: str = ""


@frozen(kw_only=True)
class ShippingOverdue(TradeEvent):
    """A payment was not reported for 48 hours (trade_manage_remind_shipping).

    Attributes:
        message: The platform's words.
    """

    message: str = ""


@frozen(kw_only=True)
class SettlementExpected(TradeEvent):
    """Everything was shipped; says when the money will come (trade_manage_order_settlement, the first of two).

    Attributes:
        shipped_at: When everything had left.
        estimated_at: When the money is expected.
    """

    shipped_at: datetime | None = None
    estimated_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The payment, and which of the two."""
        return f"{self.transaction_id}:expected"


class ConfirmedBy(StrEnum):
    """Who said that the goods have arrived."""

    TIME = "time"
    SHOPPER = "shopper"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class OrderSettled(TradeEvent):
    """The receipt is confirmed and the money on its way (trade_manage_order_settlement, the second of two).

    Attributes:
        confirmed_by: Who confirmed.
        raw_confirmed_by: The platform's number of that.
        confirmed_at: When.
        settled_at: When the money is settled.
        shipped_at: When everything had left.
    """

    confirmed_by: ConfirmedBy
    raw_confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    settled_at: datetime | None = None
    shipped_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The payment, and which of the two."""
        return f"{self.transaction_id}:settled"


def latest_settlement(
    known: SettlementExpected | OrderSettled | None, told: SettlementExpected | OrderSettled
) -> SettlementExpected | OrderSettled:
    """What holds after a settlement event, whatever the order they come in: a late first never undoes the second."""
    if isinstance(known, OrderSettled) and isinstance(told, SettlementExpected):
        return known
    return told
