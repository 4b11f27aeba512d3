"""kuaidi100's return codes. The HTTP status is 200 also for failures.

Code 408 is known from a single source only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._failures import Failure, Failures, failed
from minishop.logistics._reading import text_of
from minishop.logistics.kuaidi100._account import NAME, Kuaidi100Account

__all__ = ["QUERY", "SUBSCRIBE", "query_failed", "subscribe_failed"]

_LATER = timedelta(minutes=30)
_SOON = timedelta(minutes=1)

QUERY: Failures = {
    "400": Failure(
        ErrorKind.PERMISSION, "the request is incomplete, the customer number is wrong, or the account has no balance"
    ),
    "408": Failure(ErrorKind.PHONE_REQUIRED_OR_MISMATCH, "the phone number does not fit the parcel", field="phone"),
    "500": Failure(ErrorKind.NOT_FOUND_YET, "nothing is known of this number yet", retry_after=_LATER),
    "501": Failure(ErrorKind.UNAVAILABLE, "it has a server error", retry_after=_SOON),
    "502": Failure(ErrorKind.UNAVAILABLE, "it is busy", retry_after=_SOON),
    "503": Failure(ErrorKind.AUTH, "the signature is wrong"),
    "601": Failure(ErrorKind.AUTH, "the key has expired"),
}

SUBSCRIBE: Failures = {
    "500": Failure(ErrorKind.UNAVAILABLE, "it has a server error, or a parameter is malformed", retry_after=_SOON),
    "600": Failure(ErrorKind.AUTH, "the key is not valid"),
    "601": Failure(ErrorKind.AUTH, "the key has expired"),
    "700": Failure(ErrorKind.INVALID_REQUEST, "the data or the callback address is not acceptable"),
    "701": Failure(ErrorKind.INVALID_REQUEST, "it does not follow this carrier", field="carrier"),
    "702": Failure(ErrorKind.INVALID_REQUEST, "it does not recognise the carrier of this number", field="carrier"),
}

#: Subscribed before: as good as done.
_ALREADY = "501"


def query_failed(account: Kuaidi100Account, answer: Mapping[str, Any]) -> ProviderError | None:
    """The error that a query's answer is; ``None`` if it is none."""
    is_refused = answer.get("result") in (False, "false")
    code = text_of(answer.get("returnCode")) or text_of(answer.get("status"))
    if not is_refused and (code == "200" or (not code and isinstance(answer.get("data"), list))):
        return None
    return failed(account, NAME, QUERY, code, text_of(answer.get("message")))


def subscribe_failed(account: Kuaidi100Account, answer: Mapping[str, Any]) -> ProviderError | None:
    """The error that a subscription's answer is; ``None`` if it is none."""
    code = text_of(answer.get("returnCode"))
    is_accepted = code == "200" and answer.get("result") not in (False, "false")
    if is_accepted or code == _ALREADY:
        return None
    return failed(account, NAME, SUBSCRIBE, code, text_of(answer.get("message")))
