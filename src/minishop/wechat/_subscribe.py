"""Subscribe messages: one message for each time that the shopper has agreed to get one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.quotes.checks import as_dict, one_of, text, text_or_empty
from minishop.wechat._call import send
from minishop.wechat._exchange import Message
from minishop.wechat._fields import check_field
from minishop.wechat._json import as_text
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal

__all__ = ["NoConsent", "Release", "Sent", "SubscribeMessage", "send_subscribe_message"]

Release: TypeAlias = Literal["developer", "trial", "formal"]

_NO_CONSENT = 43101


@frozen(kw_only=True)
class SubscribeMessage:
    """A message to a shopper. Its values are checked by the formats of their keys when it is made.

    Attributes:
        template_id: Of the template, as the console shows it.
        openid: To whom.
        data: Key of the template to text: ``{"thing1": "茶", "amount2": "19.90元"}``.
        page: What opens on a tap, with its query; empty: nothing.
        release: Which version of the app opens.
        language: ``zh_CN``, ``en_US``, ``zh_HK``, ``zh_TW``.
    """

    template_id: str = field(validator=text)
    openid: str = field(validator=text, repr=False)
    data: Mapping[str, str] = field(converter=as_dict, repr=False, hash=False)
    page: str = field(default="", validator=text_or_empty, repr=False)
    release: Release = field(default="formal", validator=one_of("developer", "trial", "formal"))
    language: str = field(default="zh_CN", validator=one_of("zh_CN", "en_US", "zh_HK", "zh_TW"))

    @data.validator
    def _check_data(self, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, Mapping) or not value:
            raise InvalidInput("data", "empty", "must be a mapping of the template's keys to texts")
        for key, item in value.items():
            check_field(key, item)


@frozen(kw_only=True)
class Sent:
    """The platform has taken the message; whether it arrives comes as a push.

    Attributes:
        message_id: The platform's id of it; empty if it gave none.
    """

    message_id: str = ""


@frozen
class NoConsent:
    """The shopper has not agreed, or no further time: nothing was sent, and nothing is wrong."""


def send_subscribe_message(program: Program, message: SubscribeMessage) -> Flow[Sent | NoConsent]:
    """Sends a message (subscribe/send). It is never sent twice by itself: the shopper would get it twice.

    Returns:
        Sent: Taken.
        NoConsent: An ordinary outcome; ask for consent at the next opportunity.

    Raises:
        InvalidRequest: ``wrong_argument`` names the key; ``invalid_template``, ``invalid_openid``, ``invalid_page``.
        OutcomeUnknown: No answer; it may be under way.
    """
    payload = {
        "touser": message.openid,
        "template_id": message.template_id,
        "data": {key: {"value": value} for key, value in message.data.items()},
        "miniprogram_state": message.release,
        "lang": message.language,
        **({"page": message.page} if message.page else {}),
    }
    answer = yield from send(program, Message(path="/cgi-bin/message/subscribe/send", payload=payload))
    if answer.errcode == _NO_CONSENT:
        return NoConsent()
    if answer.errcode:
        blamed = answer.blamed(message.data)
        raise (yield from refusal(answer, field=f"data.{blamed}" if blamed else ""))
    return Sent(message_id=as_text(answer.fields.get("msgid")))
