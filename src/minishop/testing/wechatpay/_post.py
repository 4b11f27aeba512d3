"""Posting notifications to their addresses, on this machine unless more is allowed."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from attrs import frozen

from minishop.testing.wechatpay._checks import LOOPBACK

__all__ = ["Poster"]

#: The gateway gives a merchant five seconds.
_LONGEST = 5


@frozen
class Poster:
    """Posts notifications.

    Attributes:
        to: Where to all of them, instead of each one's own address.
        hosts: Names of hosts that may be posted to besides this machine.
    """

    to: str | None = None
    hosts: frozenset[str] = frozenset()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Posts and returns the status of the answer; 0: none came, or the host is not allowed."""
        parts = urlsplit(self.to or url)
        if parts.hostname not in {*LOOPBACK, *self.hosts}:
            return 0
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_LONGEST)
        try:
            connection.request("POST", parts.path or "/", body, dict(headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
