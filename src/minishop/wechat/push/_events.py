"""What a push may tell: messages, media, parcels. What we do not know is kept as :class:`UnknownPush`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.wechat._content import Verdict

__all__ = [
    "ExpressAction",
    "ExpressPathAdded",
    "MediaChecked",
    "MessageDelivery",
    "PushEvent",
    "SubscribeAnswered",
    "SubscribeChanged",
    "SubscribeChoice",
    "SubscribeDelivered",
    "UnknownPush",
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
