"""Rules for the fields of a request: small functions that are put together into the shape of a body.

A rule takes a value and its JSON pointer, and raises the gateway's ``PARAM_ERROR`` if it does not like the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from minishop.testing.wechatpay._refusal import Refusal, bad_field

__all__ = [
    "LOOPBACK",
    "Rule",
    "anything",
    "choice",
    "flag",
    "integer",
    "listed",
    "notify_url",
    "number",
    "shape",
    "text",
    "time",
]

Rule: TypeAlias = Callable[[object, str], None]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_LARGEST = 2**63 - 1


def anything(value: object, at: str) -> None:
    """No rule: what the simulator does not look at."""


def text(most: int, least: int = 1, pattern: str | None = None) -> Rule:
    """Text of ``least`` to ``most`` characters, all of them like ``pattern``."""
    allowed = re.compile(pattern, re.ASCII) if pattern else None

    def rule(value: object, at: str) -> None:
        if not isinstance(value, str):
            raise bad_field(at, value, "not_text")
        if len(value) < least:
            raise bad_field(at, value, "too_short", least=least)
        if len(value) > most:
            raise bad_field(at, value, "too_long", most=most)
        if allowed and not allowed.fullmatch(value):
            raise bad_field(at, value, "bad_pattern")

    return rule


def number(most: int, least: int = 1, extra: str = "") -> Rule:
    """One of the merchant's own numbers: letters, digits and ``_|*-``, and what is given as extra."""
    return text(most, least, rf"[0-9A-Za-z_|*\-{extra}]+")


def integer(least: int = 1, most: int = _LARGEST) -> Rule:
    """A whole number; JSON's ``true`` and ``1.0`` are none."""

    def rule(value: object, at: str) -> None:
        if type(value) is not int:
            raise bad_field(at, value, "not_integer")
        if value < least:
            raise bad_field(at, value, "too_small", least=least)
        if value > most:
            raise bad_field(at, value, "too_large", most=most)

    return rule


def flag(value: object, at: str) -> None:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise bad_field(at, value, "not_flag")


def choice(*allowed: str) -> Rule:
    """One of some words."""

    def rule(value: object, at: str) -> None:
        if value not in allowed:
            raise bad_field(at, value, "not_choice", allowed=", ".join(allowed))

    return rule


def time(value: object, at: str) -> None:
    """RFC 3339 with an offset."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise bad_field(at, value, "not_time")
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise bad_field(at, value, "not_time") from None


def notify_url(value: object, at: str) -> None:
    """An https address without a query; plain http is for this machine only."""
    text(255)(value, at)
    try:
        parts = urlsplit(str(value))
        host = parts.hostname
    except ValueError:
        raise bad_field(at, value, "bad_notify_url") from None
    allowed = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not (allowed and host) or "?" in str(value) or "#" in str(value):
        raise bad_field(at, value, "bad_notify_url")


def listed(rule: Rule, least: int, most: int) -> Rule:
    """A list of things of one kind."""

    def check(value: object, at: str) -> None:
        if not isinstance(value, list):
            raise bad_field(at, value, "not_list")
        if not least <= len(value) <= most:
            raise bad_field(at, value, "wrong_count", least=least, most=most)
        for place, one in enumerate(value):
            rule(one, f"{at}/{place}")

    return check


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *, is_open: bool = False) -> Rule:
    """An object with these members and, unless it is open, no others."""
    known = {**required, **(optional or {})}

    def rule(value: object, at: str) -> None:
        if not isinstance(value, dict):
            raise bad_field(at, value, "not_object")
        for name in required:
            if value.get(name) is None:
                raise bad_field(f"{at}/{name}", None, "missing")
        for name, member in value.items():
            if name in known:
                known[name](member, f"{at}/{name}")
            elif not is_open:
                field = f"{at}/{name}"
                raise Refusal(400, "INVALID_REQUEST", "unknown_field", field=field)

    return rule
