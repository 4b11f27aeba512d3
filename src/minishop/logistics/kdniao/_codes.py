"""KDNiao's failures. Most are prose in ``Reason``; numbers are rare, and known from a public client only.

What the prose means is guessed by words that stand in it; the prose itself is in ``params["said"]`` of the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._failures import Failure, Failures, failed
from minishop.logistics._reading import text_of
from minishop.logistics._times import SHANGHAI
from minishop.logistics.kdniao._account import NAME, KdniaoAccount

__all__ = ["FAILURES", "WORDS", "is_success", "refused"]

_LATER = timedelta(minutes=30)

FAILURES: Failures = {
    "101": Failure(ErrorKind.INVALID_REQUEST, "a parameter is missing"),
    "102": Failure(ErrorKind.AUTH, "the signature or the account does not fit"),
    "103": Failure(ErrorKind.INVALID_REQUEST, "the request is malformed"),
    "104": Failure(ErrorKind.AUTH, "the account is not valid"),
    "105": Failure(ErrorKind.PROTOCOL, "it failed for another reason"),
    "401": Failure(ErrorKind.INVALID_REQUEST, "the request data is malformed"),
    "402": Failure(ErrorKind.INVALID_REQUEST, "the number is missing", field="number"),
    "403": Failure(ErrorKind.INVALID_REQUEST, "a value has special characters"),
    "404": Failure(ErrorKind.INVALID_REQUEST, "the number has a wrong length", field="number"),
    "405": Failure(ErrorKind.QUOTA, "the calls of this day are used up"),
    "quota": Failure(ErrorKind.QUOTA, "the calls are used up"),
    "system": Failure(ErrorKind.UNAVAILABLE, "it has a server error", retry_after=timedelta(minutes=1)),
    "sign": Failure(ErrorKind.AUTH, "the signature or the account does not fit"),
    "phone": Failure(ErrorKind.PHONE_REQUIRED_OR_MISMATCH, "the phone number does not fit the parcel", field="phone"),
    "rights": Failure(ErrorKind.PERMISSION, "the account has not booked this"),
    "nothing": Failure(ErrorKind.NOT_FOUND_YET, "nothing is known of this number yet", retry_after=_LATER),
}

#: Words of the prose, in the order they are looked for, and the failure they stand for.
WORDS: tuple[tuple[str, str], ...] = (
    ("次数", "quota"),
    ("超限", "quota"),
    ("上限", "quota"),
    ("余额", "quota"),
    ("系统", "system"),
    ("签名", "sign"),
    ("手机", "phone"),
    ("电话", "phone"),
    ("验证", "sign"),
    ("权限", "rights"),
    ("套餐", "rights"),
    ("未开通", "rights"),
    ("没有轨迹", "nothing"),
    ("无轨迹", "nothing"),
)

#: In the prose of a subscription that was asked for before.
_AGAIN = "重复"


def is_success(answer: Mapping[str, Any]) -> bool:
    """Whether an answer says so; "no trace yet" is a success."""
    return answer.get("Success") in (True, "true", "True")


def was_before(answer: Mapping[str, Any]) -> bool:
    """Whether a refusal only says that it was asked for before."""
    return _AGAIN in text_of(answer.get("Reason"))


def refused(account: KdniaoAccount, answer: Mapping[str, Any], now: datetime) -> ProviderError:
    """The error that a refusal is.

    Args:
        account: Hides its secrets in the prose.
        answer: KDNiao's.
        now: The time, to tell when tomorrow begins.
    """
    reason, code = text_of(answer.get("Reason")), text_of(answer.get("ResultCode"))
    known = code if code in FAILURES else next((name for word, name in WORDS if word in reason), code)
    error = failed(account, NAME, FAILURES, known, reason)
    error.provider_code = account.hide(code)
    if error.kind is ErrorKind.QUOTA:
        error.retry_after = _until_tomorrow(now)
    return error


def _until_tomorrow(now: datetime) -> timedelta:
    here = now.astimezone(SHANGHAI)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - here
