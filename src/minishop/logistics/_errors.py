"""How asking a provider fails, by kind.

A question about a parcel changes nothing, and a subscription may be asked for twice. So where other calls end in
``OutcomeUnknown``, these end in :class:`ProviderError` as well: asking again is always safe, if it is allowed already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from minishop.errors import RemoteError

__all__ = ["ErrorKind", "ProviderError", "PushRefused"]


class ErrorKind(StrEnum):
    """What to do about it."""

    AUTH = "auth"
    """The credentials or a signature are wrong."""
    PERMISSION = "permission"
    """The account may not do this, or has no balance."""
    QUOTA = "quota"
    """The account's calls are used up, usually until tomorrow."""
    RATE_LIMITED = "rate_limited"
    """Too soon or too fast; also refused here, before the provider was asked."""
    INVALID_REQUEST = "invalid_request"
    """Something in the request; ``field`` names it where that is known."""
    PHONE_REQUIRED_OR_MISMATCH = "phone_required_or_mismatch"
    """The carrier wants the last four digits of a phone number of the parcel."""
    NOT_FOUND_YET = "not_found_yet"
    """Nothing is known of the number; normal in the first hours."""
    DUPLICATE = "duplicate"
    """It was done before."""
    UNAVAILABLE = "unavailable"
    """No answer, or the provider is busy or broken."""
    PROTOCOL = "protocol"
    """An answer that is none."""


_RETRYABLE = frozenset({ErrorKind.QUOTA, ErrorKind.RATE_LIMITED, ErrorKind.NOT_FOUND_YET, ErrorKind.UNAVAILABLE})
_HINTS = {ErrorKind.INVALID_REQUEST: 400, ErrorKind.PHONE_REQUIRED_OR_MISMATCH: 400, ErrorKind.RATE_LIMITED: 429}
_NEXT = {
    ErrorKind.AUTH: "Check the account's keys.",
    ErrorKind.PERMISSION: "Check the account's rights, its balance and the carrier's code.",
    ErrorKind.QUOTA: "Wait until tomorrow, or buy more calls.",
    ErrorKind.RATE_LIMITED: "Ask again later; better, subscribe.",
    ErrorKind.INVALID_REQUEST: "Correct the request.",
    ErrorKind.PHONE_REQUIRED_OR_MISMATCH: "Pass the last four digits of the recipient's or sender's phone number.",
    ErrorKind.NOT_FOUND_YET: "Ask again later; the carrier may not have scanned it yet.",
    ErrorKind.DUPLICATE: "Nothing: it was done before.",
    ErrorKind.UNAVAILABLE: "Ask again later.",
    ErrorKind.PROTOCOL: "Look at what the address answers; it may not be the provider's.",
}


class ProviderError(RemoteError):
    """A provider did not answer the question.

    Args:
        message: What went wrong.
        kind: What to do about it.
        provider: Whose answer it was, for example ``kuaidi100``.
        provider_code: Its own code; empty if it gave none, or if it was not asked.
        field: The argument that is at fault, where that is known.
        code: A finer stable word than the kind; the kind's by default.
        retry_after: When it makes sense to ask again, counted from now; ``None``: unknown.
        retryable: Overrides what the kind says.
        params: Further values.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        provider: str,
        provider_code: str = "",
        field: str = "",
        code: str | None = None,
        retry_after: timedelta | None = None,
        retryable: bool | None = None,
        params: Mapping[str, object] | None = None,
        next_step: str | None = None,
    ) -> None:
        known = {"provider": provider, "provider_code": provider_code, "field": field}
        super().__init__(
            message,
            code=code or kind.value,
            params={**{name: value for name, value in known.items() if value}, **(params or {})},
            next_step=next_step if next_step is not None else _NEXT[kind],
            http_status_hint=_HINTS.get(kind),
            retryable=kind in _RETRYABLE if retryable is None else retryable,
        )
        self.kind = kind
        self.provider = provider
        self.provider_code = provider_code
        self.field = field
        self.retry_after = retry_after


class PushRefused(ProviderError):
    """What came to the callback address is not a provider's push, or cannot be trusted. Answer with its status.

    Codes: ``not_a_post``, ``malformed_push``, ``missing_signature``, ``bad_signature``, ``unsigned_push``.
    """

    def __init__(self, message: str, *, code: str, provider: str, next_step: str = "") -> None:
        is_forged = code in ("missing_signature", "bad_signature", "unsigned_push")
        super().__init__(
            message,
            kind=ErrorKind.AUTH if is_forged else ErrorKind.PROTOCOL,
            provider=provider,
            code=code,
            next_step=next_step
            or "Do not acknowledge it; if pushes should come from there, check the configured secret.",
        )
        self.http_status_hint = 405 if code == "not_a_post" else 403 if is_forged else 400
