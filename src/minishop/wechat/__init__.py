"""What a mini-program's server asks of the WeChat platform, and what the platform tells it.

:class:`MiniProgram` and :class:`AsyncMiniProgram` have every call as a method: the access token, login and phone
numbers, subscribe messages, content checks, message pushes, the shipping report, and a generic ``call``.
"""

from minishop.wechat._client import AsyncMiniProgram, MiniProgram
from minishop.wechat._codes import CODES, Code
from minishop.wechat._content import LABELS, Suggestion, Verdict
from minishop.wechat._errors import (
    InvalidPush,
    InvalidRequest,
    InvalidUserData,
    LoginRefused,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    ShippingStateError,
)
from minishop.wechat._fields import FIELD_RULES, FieldRule, amount_value, check_field, thing_value, time_value
from minishop.wechat._login import Session
from minishop.wechat._phone import PhoneNumber, decrypt_phone_number
from minishop.wechat._program import Program, PushSettings, TokenMode
from minishop.wechat._redact import redact
from minishop.wechat._subscribe import NoConsent, Sent, SubscribeMessage
from minishop.wechat._user_data import decrypt_user_data, is_signed_by_session
from minishop.wechat._waybills import DeliveryCompany, Waybill, WaybillGoods, WaybillState, WaybillStatus

__all__ = [
    "CODES",
    "FIELD_RULES",
    "LABELS",
    "AsyncMiniProgram",
    "Code",
    "DeliveryCompany",
    "FieldRule",
    "InvalidPush",
    "InvalidRequest",
    "InvalidUserData",
    "LoginRefused",
    "MiniProgram",
    "NoConsent",
    "PhoneNumber",
    "PlatformError",
    "PlatformRefused",
    "PlatformUnavailable",
    "Program",
    "PushSettings",
    "Sent",
    "Session",
    "ShippingStateError",
    "SubscribeMessage",
    "Suggestion",
    "TokenMode",
    "Verdict",
    "Waybill",
    "WaybillGoods",
    "WaybillState",
    "WaybillStatus",
    "amount_value",
    "check_field",
    "decrypt_phone_number",
    "decrypt_user_data",
    "is_signed_by_session",
    "redact",
    "thing_value",
    "time_value",
]
