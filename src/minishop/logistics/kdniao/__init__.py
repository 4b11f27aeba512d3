"""KDNiao (快递鸟): queries, subscriptions, pushes, recognition of carriers.

:class:`Kdniao` and :class:`AsyncKdniao` are providers; the rest are their pure parts.
"""

from minishop.logistics.kdniao._account import KdniaoAccount
from minishop.logistics.kdniao._client import AsyncKdniao, Kdniao
from minishop.logistics.kdniao._push import parse_push
from minishop.logistics.kdniao._sign import sign

__all__ = ["AsyncKdniao", "Kdniao", "KdniaoAccount", "parse_push", "sign"]
