"""The shopper's telephone number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import Flow
from minishop.wechat._call import send
from minishop.wechat._errors import InvalidUserData
from minishop.wechat._exchange import Message
from minishop.wechat._json import as_mapping, as_text
from minishop.wechat._login import check_code, unfinished
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal
from minishop.wechat._user_data import decrypt_user_data

__all__ = ["PhoneNumber", "decrypt_phone_number", "fetch_phone_number"]


@frozen(kw_only=True)
class PhoneNumber:
    """A telephone number that the platform vouches for.

    Attributes:
        number: With the country's code where it is not China.
        national: Without it.
        country: The country's code, for example ``86``.
    """

    number: str = field(repr=False)
    national: str = field(repr=False)
    country: str


def fetch_phone_number(program: Program, code: str) -> Flow[PhoneNumber]:
    """Trades the code of the telephone button for the number (getuserphonenumber). Good once, for 5 minutes.

    Args:
        program: The app.
        code: What the front end sent; not the code of ``wx.login``.

    Raises:
        LoginRefused: ``code_invalid``.
        InvalidUserData: ``other_app``.
        RemoteError: ``login_unfinished``: no answer; the code may be used up.
    """
    message = Message(path="/wxa/business/getuserphonenumber", payload={"code": check_code(code)})
    try:
        answer = yield from send(program, message)
    except OutcomeUnknown:
        raise unfinished() from None
    if answer.errcode:
        raise (yield from refusal(answer))
    return _read(as_mapping(answer.fields.get("phone_info")), program.appid)


def decrypt_phone_number(session_key: str, iv: str, encrypted_data: str, *, appid: str) -> PhoneNumber:
    """The number out of the older interface, which sends it encrypted with the session key.

    Args:
        session_key: Of the session that was current when the shopper pressed the button.
        iv: What the front end sent beside it.
        encrypted_data: What the front end sent.
        appid: The app; the watermark must name it.

    Raises:
        InvalidUserData: ``undecryptable``, or ``other_app``.
    """
    return _read(decrypt_user_data(session_key, iv, encrypted_data, appid=appid), appid)


def _read(info: Mapping[str, Any], appid: str) -> PhoneNumber:
    if as_mapping(info.get("watermark")).get("appid") != appid:
        raise InvalidUserData("the telephone number is another app's", code="other_app")
    number, national = as_text(info.get("phoneNumber")), as_text(info.get("purePhoneNumber"))
    if not number or not national:
        raise RemoteError("the platform's answer holds no telephone number", code="unreadable_answer")
    return PhoneNumber(number=number, national=national, country=as_text(info.get("countryCode")))
