"""What WeChat Pay says when it does not do what it was asked: unsigned, perhaps not even JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from minishop.errors import MinishopError, OutcomeUnknown
from minishop.flows import HttpResponse
from minishop.payments.wechatpay._errors import Malformed
from minishop.payments.wechatpay._json import read_json
from minishop.payments.wechatpay.client._codes import CodeClass, class_of, normalised
from minishop.payments.wechatpay.client._errors import (
    BillNotReady,
    BusinessRefused,
    Busy,
    NoStatement,
    NotAuthentic,
    NotEnough,
    NotThere,
    RequestRefused,
)

__all__ = ["Kind", "is_refusal", "refusal"]


class Kind(StrEnum):
    """How a try failed."""

    UNREACHED = "unreached"
    """It certainly did not arrive."""
    BUSY = "busy"
    """Refused because of too many calls."""
    REFUSED = "refused"
    """Refused because of what it is."""
    FINAL = "final"
    """The state of the business was the answer."""
    PENDING = "pending"
    """Not decided yet."""
    UNKNOWN = "unknown"
    """It may have been carried out."""
    UNVERIFIED = "unverified"
    """It was carried out, says an answer that cannot be believed."""


_KINDS: Mapping[CodeClass, tuple[Kind, type[MinishopError]]] = {
    CodeClass.AGAIN: (Kind.UNKNOWN, OutcomeUnknown),
    CodeClass.SLOW: (Kind.BUSY, Busy),
    CodeClass.PENDING: (Kind.PENDING, OutcomeUnknown),
    CodeClass.LATER: (Kind.FINAL, BillNotReady),
    CodeClass.SETTINGS: (Kind.REFUSED, RequestRefused),
    CodeClass.FINAL: (Kind.FINAL, BusinessRefused),
    CodeClass.ABSENT: (Kind.FINAL, NotThere),
}

#: Codes with an error class of their own, within their class.
_SPECIAL: Mapping[str, type[MinishopError]] = {"NOSTATEMENTEXIST": NoStatement, "NOTENOUGH": NotEnough}

_SHOWN = 200
_SECOND = timedelta(seconds=1)


def is_refusal(response: HttpResponse) -> bool:
    """Whether it is no success. 202 with a code means "not decided yet", for payments by code."""
    if response.status == 202:
        return bool(_said(response).get("code"))
    return not 200 <= response.status < 300


def refusal(what: str, response: HttpResponse, now: datetime) -> tuple[Kind, MinishopError]:
    """How the try failed, and the error for it.

    Args:
        what: What was asked for.
        response: The answer.
        now: The time, to measure how far this machine's clock is off.
    """
    said = _said(response)
    code = normalised(_plain(said.get("code")))
    status = response.status
    kind, family = _KINDS[class_of(status, code)]
    params: dict[str, object] = {
        "status": status,
        "request_id": response.headers.get("Request-ID", ""),
        "said": _plain(said.get("message")),
        **_detail(said.get("detail")),
    }
    if status == 401:
        return Kind.REFUSED, _not_authentic(what, code, params, response, now)
    family = _SPECIAL.get(code, family)
    told = f"could not {what}: WeChat Pay answers {status} {code}".rstrip()
    if params["said"]:
        told += f", {params['said']}"
    return kind, family(told, code=code or f"HTTP{status}", params=params)


def _not_authentic(
    what: str, code: str, params: dict[str, object], response: HttpResponse, now: datetime
) -> NotAuthentic:
    skew = clock_skew(response, now)
    params["clock_skew"] = skew
    told = f"could not {what}: WeChat Pay does not accept the signature, {params['said']}"
    if skew is not None and abs(skew) > 60:
        told += f"; this machine's clock is {abs(skew)} seconds {'ahead' if skew > 0 else 'behind'}"
    return NotAuthentic(told, code=code or "SIGNERROR", params=params)


def clock_skew(response: HttpResponse, now: datetime) -> int | None:
    """Our clock less theirs in whole seconds, by ``Wechatpay-Timestamp`` or ``Date``; ``None`` if neither is there."""
    seconds = response.headers.get("Wechatpay-Timestamp", "")
    try:
        if seconds.isascii() and seconds.isdigit():
            return (now - datetime.fromtimestamp(int(seconds), UTC)) // _SECOND
        date = parsedate_to_datetime(response.headers.get("Date", ""))
        return (now - (date if date.tzinfo else date.replace(tzinfo=UTC))) // _SECOND
    except (ValueError, OverflowError, OSError):
        return None


def _said(response: HttpResponse) -> Mapping[str, Any]:
    """The JSON of a refusal; empty for HTML, nothing, or anything else."""
    try:
        return read_json(response.body)
    except Malformed:
        return {}


def _detail(detail: object) -> dict[str, object]:
    """Which field is wrong. The value and the signed message, which WeChat Pay may repeat there, are left out."""
    if not isinstance(detail, dict):
        return {}
    found = {name: _plain(detail.get(name)) for name in ("field", "issue", "location")}
    return {name: text for name, text in found.items() if text}


def _plain(value: object) -> str:
    """One line of bounded length."""
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in value[:_SHOWN]).strip()
