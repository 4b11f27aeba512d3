"""Who the shopper is: from the code of ``wx.login`` to a session, and whether that still holds."""

from __future__ import annotations

from typing import NoReturn

from attrs import field, frozen

from minishop.errors import InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import Flow
from minishop.wechat._call import send
from minishop.wechat._codes import TOKEN_CODES, error_for
from minishop.wechat._errors import LoginRefused
from minishop.wechat._exchange import Message, exchange
from minishop.wechat._json import as_text
from minishop.wechat._program import Program, holds_secrets
from minishop.wechat._refusal import refusal
from minishop.wechat._user_data import session_signature

__all__ = ["Session", "check_session", "log_in"]

_SESSION_OVER = frozenset({87009, 40003})


@frozen(kw_only=True)
class Session:
    """A shopper who has logged in. It cannot be pickled: the session key is a secret that stays on the server.

    Attributes:
        openid: Who it is, under this app.
        unionid: Who it is for all apps of the same owner; empty if the platform does not say.
        session_key: Opens what the front end encrypts for the server; base64. Never give it to the front end.
    """

    openid: str
    unionid: str = ""
    session_key: str = field(repr=False)

    def __reduce__(self) -> NoReturn:
        raise holds_secrets(self)


def log_in(program: Program, code: str) -> Flow[Session]:
    """Trades the code of ``wx.login`` for a session (jscode2session). A code is good once, for 5 minutes.

    Args:
        program: The app.
        code: What the front end sent.

    Raises:
        LoginRefused: ``code_invalid``, ``code_used``, ``user_blocked``: not retryable with this code.
        PlatformUnavailable: ``rate_limited``, ``platform_busy``.
        RemoteError: ``login_unfinished``: no answer; the code may be used up, so let the front end get a new one.
    """
    query = {
        "appid": program.appid,
        "secret": program.secret,
        "js_code": check_code(code),
        "grant_type": "authorization_code",
    }
    try:
        answer = yield from exchange(program, Message(path="/sns/jscode2session", query=query))
    except OutcomeUnknown:
        raise unfinished() from None
    if answer.errcode in TOKEN_CODES:  # no token goes with this call: the number is about the secret
        raise error_for(40125, rid=answer.rid)
    if answer.errcode:
        raise (yield from refusal(answer))
    openid, key = as_text(answer.fields.get("openid")), as_text(answer.fields.get("session_key"))
    if not openid or not key:
        raise RemoteError("the platform's answer names nobody", code="login_unfinished")
    return Session(openid=openid, unionid=as_text(answer.fields.get("unionid")), session_key=key)


def check_session(program: Program, *, openid: str, session_key: str) -> Flow[bool]:
    """Whether a session still holds (checksession). ``False``: let the front end log in again.

    Args:
        program: The app.
        openid: Whose.
        session_key: Its key; only a signature of it is sent.
    """
    query = {"openid": openid, "signature": session_signature(session_key), "sig_method": "hmac_sha256"}
    answer = yield from send(program, Message(path="/wxa/checksession", query=query, is_repeatable=True))
    if answer.errcode in _SESSION_OVER:
        return False
    if answer.errcode:
        raise (yield from refusal(answer))
    return True


def check_code(code: str) -> str:
    """A code as the front end sends it.

    Raises:
        InvalidInput: It cannot be one.
    """
    if not isinstance(code, str) or not code.isascii() or not code.isprintable() or not 1 <= len(code) <= 512:
        raise InvalidInput("code", "malformed", "must be the code from the front end")
    return code


def unfinished() -> RemoteError:
    """No answer to a call that uses up a code."""
    return RemoteError(
        "the platform did not answer, and the code may be used up",
        code="login_unfinished",
        retryable=False,
        next_step=LoginRefused.next_step,
    )
