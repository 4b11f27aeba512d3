"""What goes into the simulated gateway and what comes out, whatever carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from attrs import field, frozen

from minishop.flows import Headers

__all__ = ["JSON", "SHANGHAI", "Received", "Reply", "moment", "to_json"]

JSON = (("Content-Type", "application/json; charset=utf-8"),)

#: The gateway's day and its time texts are those of Shanghai.
SHANGHAI = timezone(timedelta(hours=8))


@frozen(kw_only=True)
class Received:
    """One HTTP request as it arrived.

    Attributes:
        method: In upper case.
        target: Path and query, exactly as sent.
        headers: Its header fields.
        body: The exact bytes.
    """

    method: str
    target: str
    headers: Headers = field(factory=Headers)
    body: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class Reply:
    """One HTTP answer.

    Attributes:
        status: The HTTP status.
        headers: Pairs, without those that only a connection knows.
        body: The exact bytes.
        is_proven: Whether the gateway signs it, if it is a success.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    is_proven: bool = True


def to_json(value: Mapping[str, object]) -> bytes:
    """Compact JSON in UTF-8, as the gateway writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def moment(at: datetime) -> str:
    """RFC 3339 in Shanghai's time, whole seconds."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
