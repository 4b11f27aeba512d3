"""SF Express (顺丰, 丰桥): routes of parcels.

:class:`Sf` and :class:`AsyncSf` are providers; the rest are their pure parts.
"""

from minishop.logistics.sf._account import SfAccount
from minishop.logistics.sf._client import AsyncSf, Sf
from minishop.logistics.sf._push import parse_push
from minishop.logistics.sf._sign import java_url_encode, sign

__all__ = ["AsyncSf", "Sf", "SfAccount", "java_url_encode", "parse_push", "sign"]
