"""What reading a push has in common for all providers."""

from __future__ import annotations

from datetime import datetime

from minishop.errors import InvalidInput
from minishop.logistics._errors import PushRefused
from minishop.logistics._forms import decode_form, find_header

__all__ = ["read_body", "read_form", "refuse_unsigned"]

#: Bytes of the largest push that is looked at; real ones have some ten thousand.
_LARGEST = 4 * 1024 * 1024


def read_body(body: bytes, *, now: datetime, method: str, provider: str) -> bytes:
    """The bytes of a POST.

    Raises:
        PushRefused: ``not_a_post``; ``malformed_push``: empty or far too long.
        InvalidInput: ``wrong_type``, ``naive_time``: the app's mistake.
    """
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise InvalidInput(
            "body", "wrong_type", "must be the raw bytes of the request", params={"got": type(body).__name__}
        )
    if not isinstance(now, datetime):
        raise InvalidInput("now", "wrong_type", "must be a datetime", params={"got": type(now).__name__})
    if now.tzinfo is None:
        raise InvalidInput("now", "naive_time", "must have a time zone", params={"got": str(now)})
    if not isinstance(method, str):
        raise InvalidInput("method", "wrong_type", "must be the HTTP method", params={"got": type(method).__name__})
    if method.upper() != "POST":
        raise PushRefused("pushes are POST requests", code="not_a_post", provider=provider)
    raw = bytes(body)
    if not raw or len(raw) > _LARGEST:
        raise PushRefused("the push is empty or too long", code="malformed_push", provider=provider)
    return raw


def read_form(headers: object, raw: bytes, *, provider: str) -> dict[str, str]:
    """The fields of a push that is a form; ``Content-Type`` may be missing, but not another one.

    Raises:
        PushRefused: ``malformed_push``.
    """
    kind = find_header(headers, "content-type").partition(";")[0].strip().lower()
    try:
        if kind not in ("", "application/x-www-form-urlencoded"):
            raise ValueError("another content type")
        return decode_form(raw)
    except ValueError:
        raise PushRefused("the push is not a form in UTF-8", code="malformed_push", provider=provider) from None


def refuse_unsigned(provider: str) -> PushRefused:
    """The error for a push that nothing proves, where the account does not say that this is all right."""
    return PushRefused(
        "nothing proves who sent this push",
        code="unsigned_push",
        provider=provider,
        next_step="Configure the secret that pushes are signed with, or set trusts_unsigned_pushes if the callback "
        "address itself is secret.",
    )
