"""Receiving a push: is it the platform's, is it new, what does it say, and what to answer.

How it works. With a key set, only encrypted messages are accepted, and only by ``msg_signature``: the plain
``signature`` covers the time and the nonce, not the message, so it proves nothing about the body. Without a key there
is nothing better than that one; then a nonce that was seen with one body is refused with another, so that a signature
that somebody has seen cannot be used for a message of their own.

The same message again is not refused but marked (``is_repeat``): the platform repeats itself when no answer came in 5
seconds, and the first may have been lost in a crash after it was seen. Events are to be handled once by their ``key``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from attrs import field, frozen

from minishop.errors import CallerError, InvalidInput
from minishop.flows import Flow, Headers, HttpResponse, Now, Remember, ask
from minishop.quotes.checks import as_dict
from minishop.wechat._errors import InvalidPush
from minishop.wechat._json import as_text, read_object
from minishop.wechat._program import Program, PushSettings
from minishop.wechat.push._cipher import open_sealed
from minishop.wechat.push._events import PushEvent
from minishop.wechat.push._reading import read_event
from minishop.wechat.push._signature import is_signature, push_signature
from minishop.wechat.push._xml import read_xml

__all__ = ["PushRequest", "ReceivedPush", "Verification", "receive_push"]

_WINDOW = timedelta(minutes=5)
_LARGEST = 1024 * 1024
_LONGEST_ECHO = 1024


def _pairs(query: Mapping[str, str] | str) -> Any:
    return dict(parse_qsl(query, keep_blank_values=True)) if isinstance(query, str) else as_dict(query)


@frozen(kw_only=True)
class PushRequest:
    """A request as the app's framework got it.

    Attributes:
        method: ``GET`` or ``POST``.
        query: What stands in the address after the question mark: pairs, or the text of it.
        body: The raw bytes.
    """

    method: str
    query: Mapping[str, str] = field(converter=_pairs, repr=False, hash=False)
    body: bytes = field(default=b"", repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.method, str):
            raise InvalidInput("method", "wrong_type", "must be the HTTP method")
        if not isinstance(self.query, dict):
            raise InvalidInput("query", "wrong_type", "must be a mapping, or the text after the question mark")
        if not isinstance(self.body, bytes):
            raise InvalidInput("body", "wrong_type", "must be the raw bytes")

    def value(self, name: str) -> str:
        """A value of the query; empty if there is none."""
        value = self.query.get(name, "")
        return value if isinstance(value, str) else ""


def _text_response(body: bytes) -> HttpResponse:
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(status=200, headers=Headers(headers), body=body)


@frozen(kw_only=True)
class Verification:
    """The console verifies the address: answer with ``ack``, and that is all.

    Attributes:
        ack: The exact answer: it repeats ``echostr``.
    """

    ack: HttpResponse


@frozen(kw_only=True)
class ReceivedPush:
    """A message of the platform's.

    Attributes:
        event: What it says.
        is_repeat: It was received before; perhaps not handled.
        ack: The exact answer: ``success``. Due within 5 seconds; store the event, answer, then work.
    """

    event: PushEvent
    is_repeat: bool = False
    ack: HttpResponse = field(factory=lambda: _text_response(b"success"))


def receive_push(program: Program, request: PushRequest) -> Flow[Verification | ReceivedPush]:
    """Verifies a push and reads it.

    Args:
        program: The app.
        request: What came, untouched.

    Raises:
        InvalidPush: ``bad_signature``, ``stale``, ``replayed``, ``other_app`` (403); ``malformed``, ``undecryptable``,
            ``encrypted`` (400), ``not_a_post`` (405). Answer with that status.
        CallerError: ``no_push_settings``.
    """
    settings = program.push
    if settings is None:
        raise CallerError(
            "this app has no settings for message pushes",
            code="no_push_settings",
            next_step="Make the MiniProgram with push=PushSettings(…) and nonces=…",
        )
    method = request.method.upper()
    if method not in ("GET", "POST"):
        raise InvalidPush("pushes are POST requests", code="not_a_post", http_status_hint=405)
    now = yield from ask(Now())
    _check_time(request.value("timestamp"), now)
    if method == "GET":
        return _verify(settings, request)
    text = _open(program, settings, request)
    raw = _parse(text)
    if "Encrypt" in raw and not ("Event" in raw or "MsgType" in raw):
        raise InvalidPush(
            "the message is encrypted, and the settings have no key",
            code="encrypted",
            http_status_hint=400,
            next_step="Set the EncodingAESKey of the console in PushSettings.",
        )
    is_repeat = yield from _note(program, request, text, now)
    return ReceivedPush(event=read_event(raw), is_repeat=is_repeat)


def _verify(settings: PushSettings, request: PushRequest) -> Verification:
    _check_signature(settings, request)
    echo = request.value("echostr")
    if not echo.isascii() or not echo.isprintable() or not 1 <= len(echo) <= _LONGEST_ECHO:
        raise _malformed("there is nothing to repeat in it")
    return Verification(ack=_text_response(echo.encode()))


def _open(program: Program, settings: PushSettings, request: PushRequest) -> bytes:
    """The message inside, of a request that is the platform's."""
    if not settings.encoding_aes_key:
        _check_signature(settings, request)
        return request.body
    sealed = as_text(_parse(request.body).get("Encrypt"))
    given = request.value("msg_signature")
    expected = push_signature(settings.token, request.value("timestamp"), request.value("nonce"), sealed)
    if not sealed or not given or not is_signature(given, expected):
        raise InvalidPush("the signature of the message is not the platform's", code="bad_signature")
    return open_sealed(sealed, encoding_aes_key=settings.encoding_aes_key, appid=program.appid)


def _check_signature(settings: PushSettings, request: PushRequest) -> None:
    expected = push_signature(settings.token, request.value("timestamp"), request.value("nonce"))
    if not request.value("nonce") or not is_signature(request.value("signature"), expected):
        raise InvalidPush("the signature is not the platform's", code="bad_signature")


def _check_time(timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise InvalidPush("the signature is not the platform's", code="bad_signature")
    if abs(int(timestamp) - int(now.timestamp())) > _WINDOW // timedelta(seconds=1):
        raise InvalidPush(
            "the message was signed more than 5 minutes before or after now",
            code="stale",
            next_step="Look whether the clock of this machine is right.",
        )


def _parse(text: bytes) -> Mapping[str, Any]:
    """JSON or XML, whichever it is; the content type does not always tell."""
    if len(text) > _LARGEST:
        raise _malformed("it is too large")
    raw = read_xml(text) if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else read_object(text)
    if not raw:
        raise _malformed("it is neither a JSON object nor plain XML")
    return raw


def _note(program: Program, request: PushRequest, text: bytes, now: datetime) -> Flow[bool]:
    """Whether the message was seen before. A nonce that was seen with another message is refused.

    The message is noted before its nonce: after a crash in between, the repetition counts as new.
    """
    nonce = f"minishop:wx:push:{program.appid}:{request.value('timestamp')}:{request.value('nonce')}"
    message = f"{nonce}:{hashlib.sha256(text).hexdigest()}"
    until = now + 3 * _WINDOW
    if (yield from _is_new(nonce, now)):
        is_first = yield from ask(Remember(message, now, until))
        if (yield from ask(Remember(nonce, now, until))):
            return False
        if not is_first:
            return True
    elif not (yield from _is_new(message, now)):
        return True
    raise InvalidPush("the nonce was seen with another message", code="replayed")


def _is_new(key: str, now: datetime) -> Flow[bool]:
    """Whether a key is not noted; notes nothing that another process, whose clock is behind, could take for a note."""
    return (yield from ask(Remember(key, now, now - 3 * _WINDOW)))


def _malformed(why: str) -> InvalidPush:
    return InvalidPush(f"the message cannot be read: {why}", code="malformed", http_status_hint=400)
