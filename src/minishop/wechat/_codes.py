"""The platform's numbers as a table, and the error that each is raised as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias

from attrs import frozen

from minishop.wechat._errors import (
    InvalidRequest,
    LoginRefused,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    ShippingStateError,
)

__all__ = ["BUSY", "CODES", "TOKEN_CODES", "Code", "Kind", "error_for"]

Kind: TypeAlias = Literal[
    "auth",
    "busy",
    "consent",
    "invalid_request",
    "login",
    "not_found_yet",
    "permission",
    "quota",
    "rate_limited",
    "risky",
    "state",
    "token",
    "unknown",
]


@frozen
class Code:
    """What a number means.

    Attributes:
        name: A stable word for it; the ``code`` of the error.
        kind: What sort of refusal.
        text: What it means, in one sentence.
        next_step: What to do; empty takes that of the error's class.
        field: The field that is wrong, as the platform calls it.
    """

    name: str
    kind: Kind
    text: str
    next_step: str = ""
    field: str = ""


_TOKEN = "The library fetches a new token and repeats the call once by itself; if this goes on, look at the app secret."
_PERMISSION = "Ask for the permission in the platform's console, or let the authorising account grant it."
_LATER = "Call less often; wait a minute."

CODES: Mapping[int, Code] = {
    -1: Code("platform_busy", "busy", "the platform is busy"),
    40001: Code("token_rejected", "token", "the access token or the app secret is not accepted", _TOKEN),
    40002: Code("wrong_grant_type", "auth", "the grant type is not accepted"),
    40003: Code("invalid_openid", "invalid_request", "the openid is not of this app", field="openid"),
    40013: Code("invalid_appid", "auth", "the appid is not accepted", "Compare the appid with the console."),
    40014: Code("token_rejected", "token", "the access token is not accepted", _TOKEN),
    40029: Code("code_invalid", "login", "the code is not valid or has run out"),
    40037: Code("invalid_template", "invalid_request", "there is no such template", field="template_id"),
    40097: Code("invalid_argument", "invalid_request", "an argument is missing or wrong", field="appid"),
    40125: Code("invalid_secret", "auth", "the app secret is wrong", "Compare the secret with the console."),
    40163: Code("code_used", "login", "the code was used before"),
    40164: Code("ip_not_listed", "permission", "this machine's address is not on the list", "Add it in the console."),
    40226: Code("user_blocked", "login", "the platform holds this user for risky", "Do not let this user in."),
    41001: Code("token_missing", "token", "the call came without an access token", _TOKEN),
    41002: Code("appid_missing", "auth", "the appid is missing"),
    41004: Code("secret_missing", "auth", "the app secret is missing"),
    41008: Code("code_missing", "login", "the code is missing"),
    41030: Code("invalid_page", "invalid_request", "no such page in the released version", field="page"),
    42001: Code("token_expired", "token", "the access token has run out", _TOKEN),
    43101: Code("no_consent", "consent", "the shopper has not consented, or the consent is used up"),
    44990: Code("rate_limited", "rate_limited", "too many calls", _LATER),
    45002: Code("too_long", "invalid_request", "the content is too long", field="content"),
    45009: Code("quota_used_up", "quota", "the calls of the day are used up", "Wait until midnight in China."),
    45011: Code("rate_limited", "rate_limited", "too many calls in a minute", _LATER),
    47001: Code("wrong_shape", "invalid_request", "the body does not have the shape that is meant", field="body"),
    47003: Code("wrong_argument", "invalid_request", "a value does not fit its key's format", field="data"),
    48001: Code("api_not_granted", "permission", "the app may not use this call", _PERMISSION),
    61003: Code("not_authorised", "permission", "the app has not authorised this third party", _PERMISSION),
    61004: Code("ip_not_listed", "permission", "the third party's address is not listed", "Add it in the console."),
    61010: Code("user_inactive", "invalid_request", "the shopper was not active in the last 2 hours", field="openid"),
    61011: Code("invalid_component", "permission", "the third party is not accepted", _PERMISSION),
    87009: Code("invalid_signature", "login", "the session is over", "Let the mini-program log in again."),
    87014: Code("risky_content", "risky", "the content is not allowed"),
    9300507: Code("waybill_token_invalid", "invalid_request", "the waybill token is wrong", field="waybill_token"),
    9300513: Code("quota_used_up", "quota", "the calls for this user or app are used up", "Wait until tomorrow."),
    9300534: Code("openid_mismatch", "invalid_request", "the openid is not the waybill's", field="openid"),
    9300559: Code("waybill_unknown", "not_found_yet", "there is no such waybill", field="waybill_id"),
    9300560: Code("edit_limit", "state", "the waybill was edited as often as is allowed"),
}
"""Numbers that any call may answer with, and those of the logistics plugin."""

BUSY = -1
TOKEN_CODES = frozenset({40001, 40014, 42001})
"""Another token may help."""

_RETRY_AFTER = {"rate_limited": timedelta(minutes=1)}


def error_for(
    errcode: int,
    *,
    rid: str = "",
    field: str = "",
    retry_after: timedelta | None = None,
    more: Mapping[int, Code] | None = None,
) -> PlatformError:
    """The error for a number; nothing of what was sent is in it.

    Args:
        errcode: The platform's number.
        rid: The platform's id of the call.
        field: The field that the platform blames, if it said so more exactly than the number does.
        retry_after: The least time to wait, where that is known.
        more: Numbers of one family of calls; looked at first.
    """
    known = (more or {}).get(errcode) or CODES.get(errcode)
    code = known or Code("platform_refused", "unknown", "the platform refused the call with a number we do not know")
    error = _build(code, f"{code.text} ({errcode})", field or code.field or "body", code.next_step or None)
    error.about(errcode, code.kind, rid, retry_after or _RETRY_AFTER.get(code.kind))
    return error


def _build(code: Code, message: str, field: str, next_step: str | None) -> PlatformError:
    match code.kind:
        case "busy" | "rate_limited" | "quota" | "not_found_yet":
            return PlatformUnavailable(message, code=code.name, next_step=next_step)
        case "invalid_request" | "risky":
            return InvalidRequest(field, code.name, message, next_step=next_step)
        case "login":
            return LoginRefused(message, code=code.name, next_step=next_step)
        case "state":
            return ShippingStateError(message, code=code.name, next_step=next_step)
        case _:
            return PlatformRefused(message, code=code.name, next_step=next_step)
