"""Posting a notification to its address, on this machine only."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from minishop.testing.wechatpay._checks import LOOPBACK

__all__ = ["post_to"]

#: The gateway gives a merchant five seconds.
_LONGEST = 5


def post_to(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Posts and returns the status of the answer; 0: none came, or the address is not on this machine."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        return 0
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_LONGEST)
    try:
        connection.request("POST", parts.path or "/", body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
