"""kuaidi100 (快递100): queries, subscriptions, pushes, recognition of carriers.

:class:`Kuaidi100` and :class:`AsyncKuaidi100` are providers; the rest are their pure parts.
"""

from minishop.logistics.kuaidi100._account import Kuaidi100Account
from minishop.logistics.kuaidi100._client import AsyncKuaidi100, Kuaidi100
from minishop.logistics.kuaidi100._push import parse_push
from minishop.logistics.kuaidi100._sign import sign_cloud, sign_label, sign_push, sign_query, sign_sms

__all__ = [
    "AsyncKuaidi100",
    "Kuaidi100",
    "Kuaidi100Account",
    "parse_push",
    "sign_cloud",
    "sign_label",
    "sign_push",
    "sign_query",
    "sign_sms",
]
