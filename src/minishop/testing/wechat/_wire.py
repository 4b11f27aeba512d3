"""What goes in and out of the fake: a request that was taken apart, and a refusal with a number."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from attrs import field, frozen

__all__ = ["Call", "Clock", "Refusal", "Reply", "parse_call", "seconds"]

Clock: TypeAlias = Callable[[], datetime]


class Refusal(Exception):
    """The platform says no, with a number."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@frozen(kw_only=True)
class Call:
    """One request that reached the fake.

    Attributes:
        method: GET or POST.
        path: Of the address.
        query: Its pairs; hold secrets.
        body: The raw bytes.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes = field(repr=False)

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object of the body.

        Raises:
            Refusal: 47001: it is not one.
        """
        try:
            value = json.loads(self.body)
        except ValueError:
            raise Refusal(47001, "data format error") from None
        if not isinstance(value, dict):
            raise Refusal(47001, "data format error")
        return value


@frozen
class Reply:
    """What the fake answers with."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    @classmethod
    def json(cls, fields: Mapping[str, Any]) -> Reply:
        """An ordinary answer."""
        body = json.dumps(fields, ensure_ascii=False).encode()
        return cls(200, "application/json; encoding=utf-8", body)


def parse_call(method: str, url: str, body: bytes) -> Call:
    """A request by its address and body."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Call(method=method, path=parts.path, query=query, body=body)


def seconds(moment: datetime) -> int:
    """Seconds since 1970."""
    return int(moment.astimezone(UTC).timestamp())
