"""What a mini-program's server asks of the WeChat platform, and what the platform tells it.

:class:`MiniProgram` and :class:`AsyncMiniProgram` have every call as a method: the access token, login and phone
numbers, subscribe messages, content checks, message pushes, the shipping report, and a generic ``call``.
"""

from minishop.wechat._client import AsyncMiniProgram, MiniProgram
from minishop.wechat._codes import Code
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
from minishop.wechat._program import Program, PushSettings
from minishop.wechat._redact import redact

__all__ = [
    "AsyncMiniProgram",
    "Code",
    "InvalidPush",
    "InvalidRequest",
    "InvalidUserData",
    "LoginRefused",
    "MiniProgram",
    "PlatformError",
    "PlatformRefused",
    "PlatformUnavailable",
    "Program",
    "PushSettings",
    "ShippingStateError",
    "redact",
]
