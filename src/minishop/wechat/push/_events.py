"""What a push may tell, each as a type of its own. What we do not know is kept as :class:`UnknownPush`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.wechat._content import Verdict

__all__ = [
    "ConfirmedBy",
    "ExpressAction",
    "ExpressPathAdded",
    "MediaChecked",
    "MessageDelivery",
    "OrderSettled",
    "PushEvent",
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
    "latest_settlement",
]


@frozen(kw_only=True)
class PushEvent:
    """What every push has.

    Attributes:
        name: The event, or the type of a message that is none.
        openid: From whom; for events about orders that is an account of the platform's.
        created_at: When the platform wrote it; ``None`` if it does not say.
        raw: Everything it says. Values are texts in XML; in JSON they are what they are.
    """

    name: str
    openid: str = field(default="", repr=False)
    created_at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @property
    def subject(self) -> str:
        """What it is about, as far as its type says; empty if it does not."""
        return ""

    @property
    def key(self) -> str:
        """The same for a repetition of the same push: remember it, and do nothing for what you have seen."""
        seconds = "" if self.created_at is None else str(int(self.created_at.timestamp()))
        if self.subject:
            return f"{self.name}:{self.subject}:{seconds}"
        text = json.dumps(self.raw, sort_keys=True, ensure_ascii=True, default=str)
        return f"{self.name}:{seconds}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


@frozen(kw_only=True)
class UnknownPush(PushEvent):
    """An event or message that has no type here."""


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


@frozen(kw_only=True)
class MediaChecked(PushEvent):
    """The check of an image or a recording has ended (wxa_media_check).

    Attributes:
        trace_id: As :meth:`MiniProgram.check_media` gave it.
        verdict: What the platform thinks; to be reviewed if the check failed.
        errcode: 0 if the check was carried out.
    """

    trace_id: str
    verdict: Verdict
    errcode: int = 0

    @property
    def subject(self) -> str:
        """The check."""
        return self.trace_id


@frozen(kw_only=True)
class ExpressAction:
    """One thing that happened to a parcel.

    Attributes:
        at: When.
        type: The platform's number: 100001 picked up, 200001 under way, 300002 out for delivery, 300003 delivered, …
        message: For people.
    """

    at: datetime | None
    type: int | None
    message: str = field(default="", repr=False)


@frozen(kw_only=True)
class ExpressPathAdded(PushEvent):
    """A parcel of the platform's logistics assistant (物流助手) has moved (add_express_path).

    Attributes:
        company: Who carries it.
        waybill: Its number.
        order_id: The shop's number, as it was handed in with the label.
        version: Counts the updates.
        actions: Everything that happened, by time. The platform does not promise an order.
    """

    company: str
    waybill: str
    order_id: str = ""
    version: int | None = None
    actions: tuple[ExpressAction, ...] = ()

    @property
    def subject(self) -> str:
        """The parcel and the update."""
        return f"{self.company}:{self.waybill}:{'' if self.version is None else self.version}"


@frozen(kw_only=True)
class SubscribeChoice:
    """What a shopper has said to a template.

    Attributes:
        template_id: Of the template.
        is_accepted: Whether they agreed.
        raw: The platform's word: ``accept``, ``reject``, or another.
    """

    template_id: str
    is_accepted: bool
    raw: str


@frozen(kw_only=True)
class SubscribeAnswered(PushEvent):
    """A shopper has answered the question for consent (subscribe_msg_popup_event).

    Attributes:
        choices: Template by template.
    """

    choices: tuple[SubscribeChoice, ...]


@frozen(kw_only=True)
class SubscribeChanged(PushEvent):
    """A shopper has changed what they get in the settings (subscribe_msg_change_event); only refusals are told.

    Attributes:
        choices: Template by template.
    """

    choices: tuple[SubscribeChoice, ...]


@frozen(kw_only=True)
class MessageDelivery:
    """What became of a message.

    Attributes:
        template_id: Of the template.
        message_id: As :class:`~minishop.wechat.Sent` had it.
        errcode: 0 if it arrived; ``None`` if the platform does not say.
        status: The platform's word.
    """

    template_id: str
    message_id: str
    errcode: int | None
    status: str


@frozen(kw_only=True)
class SubscribeDelivered(PushEvent):
    """Messages have arrived, or have not (subscribe_msg_sent_event).

    Attributes:
        deliveries: One by one.
    """

    deliveries: tuple[MessageDelivery, ...]
