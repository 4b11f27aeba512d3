"""Calls that go with an access token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.wechat._codes import TOKEN_CODES
from minishop.wechat._exchange import Answer, Message, exchange
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal
from minishop.wechat._tokens import access_token, other_token

__all__ = ["call", "send"]

_PATH = re.compile(r"(/[0-9A-Za-z_.-]+)+")


def call(
    program: Program,
    path: str,
    payload: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    is_repeatable: bool = False,
) -> Flow[Mapping[str, Any]]:
    """Calls an address of the platform that the library has no method for.

    Args:
        program: The app.
        path: From the first slash, without a question mark: ``/wxa/getwxacodeunlimit``.
        payload: The JSON body; ``None`` makes it a GET.
        query: Pairs for the address, besides ``access_token``, which is put in.
        is_repeatable: Whether doing it twice does no harm; then silence is followed by a second try.

    Returns:
        Mapping: The JSON object of the answer, whose ``errcode`` is 0 or absent. Numbers with a point are ``Decimal``.

    Raises:
        PlatformError: The platform refuses.
        RemoteError: It cannot be reached; certainly nothing was done.
        OutcomeUnknown: It did not answer what is not repeatable.
    """
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise InvalidInput("path", "malformed", "must be a path such as /wxa/msg_sec_check")
    message = Message(path=path, query=dict(query or {}), payload=payload, is_repeatable=is_repeatable)
    answer = yield from send(program, message)
    if answer.errcode:
        raise (yield from refusal(answer))
    return answer.fields


def send(program: Program, message: Message) -> Flow[Answer]:
    """Sends with a token; once more with another token if that one is refused. Other refusals are answers."""
    token = yield from access_token(program)
    answer = yield from exchange(program, _with_token(message, token))
    if answer.errcode in TOKEN_CODES:
        token = yield from other_token(program, token)
        answer = yield from exchange(program, _with_token(message, token))
    return answer


def _with_token(message: Message, token: str) -> Message:
    return evolve(message, query={**message.query, "access_token": token})
