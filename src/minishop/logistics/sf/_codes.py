"""SF's two layers of errors: the gateway's codes, and the service's inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from minishop.logistics._errors import ErrorKind
from minishop.logistics._failures import Failure, Failures, failed
from minishop.logistics._reading import object_of, text_of
from minishop.logistics.sf._account import NAME, SfAccount

__all__ = ["GATEWAY", "SERVICE", "unwrap"]

_SOON = timedelta(minutes=1)

GATEWAY: Failures = {
    "A1001": Failure(ErrorKind.INVALID_REQUEST, "a parameter is missing"),
    "A1002": Failure(ErrorKind.AUTH, "the access token has expired"),
    "A1003": Failure(ErrorKind.PERMISSION, "this address may not call"),
    "A1004": Failure(ErrorKind.PERMISSION, "the account has no right to this service"),
    "A1005": Failure(ErrorKind.RATE_LIMITED, "too many calls", retry_after=_SOON),
    "A1006": Failure(ErrorKind.AUTH, "the digest is wrong"),
    "A1007": Failure(ErrorKind.DUPLICATE, "the same request came before"),
    "A1008": Failure(ErrorKind.AUTH, "the request could not be decrypted"),
    "A1009": Failure(ErrorKind.UNAVAILABLE, "a service behind it failed", retry_after=_SOON),
    "A1010": Failure(ErrorKind.PERMISSION, "the sandbox and the live platform are mixed up"),
    "A1011": Failure(ErrorKind.AUTH, "the access token has expired"),
    "A1099": Failure(ErrorKind.UNAVAILABLE, "it has a server error", retry_after=_SOON),
}

SERVICE: Failures = {
    "6133": Failure(ErrorKind.INVALID_REQUEST, "the method type is wrong"),
    "6150": Failure(ErrorKind.NOT_FOUND_YET, "nothing is known of this number", retryable=False),
    "8003": Failure(ErrorKind.INVALID_REQUEST, "more than ten numbers at once", field="number"),
    "8016": Failure(ErrorKind.DUPLICATE, "the order is there already"),
    "8037": Failure(ErrorKind.INVALID_REQUEST, "the order is cancelled"),
    "8177": Failure(ErrorKind.UNAVAILABLE, "it takes nothing more in this rush", retry_after=timedelta(hours=1)),
    "8196": Failure(ErrorKind.PHONE_REQUIRED_OR_MISMATCH, "the phone number is not acceptable", field="phone"),
    "8247": Failure(ErrorKind.INVALID_REQUEST, "the waybill number is not valid", field="number"),
    "8252": Failure(ErrorKind.DUPLICATE, "the order is confirmed already"),
    "20035": Failure(ErrorKind.INVALID_REQUEST, "the goods are forbidden"),
}


def unwrap(account: SfAccount, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``msgData`` of a service's answer, which is JSON text inside JSON.

    A1000 of the gateway only says that the call went through; the service inside has its own success and code.

    Raises:
        ProviderError: Whichever layer refused.
    """
    gateway = text_of(answer.get("apiResultCode"))
    if gateway != "A1000":
        raise failed(account, NAME, GATEWAY, gateway, text_of(answer.get("apiErrorMsg")))
    inside = object_of(answer.get("apiResultData"))
    code = text_of(inside.get("errorCode"))
    if inside.get("success") not in (True, "true") or code not in ("S0000", ""):
        raise failed(account, NAME, SERVICE, code, text_of(inside.get("errorMsg")))
    return object_of(inside.get("msgData"))
