"""One call of the platform and what its answer says.

An answer is JSON with ``errcode``, or without it where all is well. Anything else (a page of a proxy, half a body) says
nothing about what was done. So a call is either *repeatable* (it reads, or doing it twice is doing it once), and then
it is tried once more and fails as :class:`~minishop.errors.RemoteError`; or it is not, and then silence is
:class:`~minishop.errors.OutcomeUnknown` and nobody here repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from attrs import field, frozen

from minishop.errors import MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, HttpRequest, HttpResponse, Sleep, ask
from minishop.wechat._codes import BUSY
from minishop.wechat._json import as_int, as_text, read_object, write_object
from minishop.wechat._program import Program

__all__ = ["Answer", "Message", "exchange"]

_PAUSE = timedelta(seconds=1)
_ANSWER_WITHIN = timedelta(seconds=10)
_RID = re.compile(r"rid:\s*([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})(?![0-9A-Za-z-])")


@frozen(kw_only=True)
class Message:
    """What to send.

    Attributes:
        path: Begins with a slash.
        query: Pairs after the question mark; may hold secrets.
        payload: The JSON body; ``None`` makes it a GET.
        is_repeatable: Whether sending it twice does no harm.
        timeout: The longest wait for an answer.
    """

    path: str
    query: Mapping[str, str] = field(factory=dict, repr=False)
    payload: Mapping[str, Any] | None = field(default=None, repr=False)
    is_repeatable: bool = False
    timeout: timedelta = _ANSWER_WITHIN

    def request(self, program: Program) -> HttpRequest:
        """The call; its address may hold a secret."""
        address = f"{program.host}{self.path}?{urlencode(self.query)}" if self.query else program.host + self.path
        if self.payload is None:
            return HttpRequest(method="GET", url=address, timeout=self.timeout)
        headers = (("Content-Type", "application/json; charset=utf-8"),)
        body = write_object(self.payload)
        return HttpRequest(method="POST", url=address, headers=headers, body=body, timeout=self.timeout)


@frozen(kw_only=True)
class Answer:
    """What came back.

    Attributes:
        errcode: 0 if all is well.
        fields: The whole object.
    """

    errcode: int
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def rid(self) -> str:
        """The platform's id of the call; empty if it gave none."""
        found = _RID.search(as_text(self.fields.get("errmsg")))
        return found[1] if found else ""

    def blamed(self, keys: Iterable[str]) -> str:
        """The first of some keys of the body's ``data`` that the platform names as wrong; empty if it names none."""
        said = as_text(self.fields.get("errmsg"))
        return next((key for key in keys if f"data.{key}." in said), "")


def exchange(program: Program, message: Message) -> Flow[Answer]:
    """Sends a message; once more after a pause if the platform is busy, or if it did not answer what may be repeated.

    Raises:
        RemoteError: ``unreachable``, ``no_answer``, ``unreadable_answer``: nothing was done, or nothing hangs on it.
        OutcomeUnknown: The same codes, of what is not repeatable.
    """
    request = message.request(program)
    answer = yield from _attempt(request, message)
    if isinstance(answer, MinishopError) and not message.is_repeatable:
        raise answer
    if isinstance(answer, MinishopError) or answer.errcode == BUSY:
        yield from ask(Sleep(_PAUSE))
        answer = yield from _attempt(request, message)
    if isinstance(answer, MinishopError):
        raise answer
    return answer


def _attempt(request: HttpRequest, message: Message) -> Flow[Answer | MinishopError]:
    try:
        response = yield from ask(request)
    except (OutcomeUnknown, RemoteError) as error:
        return _harmless(error) if message.is_repeatable else error
    return _read(response, message)


def _harmless(error: MinishopError) -> RemoteError:
    return RemoteError(error.message, code=error.code, params=error.params)


def _read(response: HttpResponse, message: Message) -> Answer | MinishopError:
    fields = read_object(response.body)
    if fields is not None:
        errcode = as_int(fields.get("errcode", 0))
        if errcode is not None and (errcode != 0 or 200 <= response.status < 300):
            return Answer(errcode=errcode, fields=fields)
    params = {"path": message.path, "status": response.status}
    text = f"the answer to {message.path} is none of the platform's (status {response.status})"
    if message.is_repeatable or 400 <= response.status < 500:
        return RemoteError(text, code="unreadable_answer", params=params)
    return OutcomeUnknown(text, code="unreadable_answer", params=params)
