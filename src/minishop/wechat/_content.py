"""What shoppers write and show: is it allowed?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from attrs import frozen

from minishop.errors import InvalidInput, RemoteError
from minishop.flows import Flow
from minishop.wechat._call import send
from minishop.wechat._exchange import Message
from minishop.wechat._json import as_int, as_mapping, as_text
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal

__all__ = ["LABELS", "MediaType", "Scene", "Suggestion", "Verdict", "check_media", "check_text", "read_verdict"]

MediaType: TypeAlias = Literal["audio", "image"]
Scene: TypeAlias = Literal["profile", "comment", "forum", "social-log"]

_SCENES = {"profile": 1, "comment": 2, "forum": 3, "social-log": 4}
_MEDIA = {"audio": 1, "image": 2}
_LONGEST_TEXT = 2500

LABELS: Mapping[int, str] = {
    100: "normal",
    10001: "advertisement",
    20001: "politics",
    20002: "pornography",
    20003: "abuse",
    20006: "crime",
    20008: "fraud",
    20012: "vulgar",
    20013: "copyright",
    21000: "other",
}
"""What a label means. A number that is not in here is ``unknown``."""


class Suggestion(StrEnum):
    """What the platform suggests to do. Anything we do not know is ``REVIEW``: let a person look."""

    PASS = "pass"
    REVIEW = "review"
    RISKY = "risky"


@frozen(kw_only=True)
class Verdict:
    """What the platform thinks of a content.

    Attributes:
        suggestion: What to do.
        label: What it is held for; a word of :data:`LABELS`, or ``unknown``.
        raw_label: The platform's number of that; ``None`` if it gave none.
        trace_id: The platform's id of the check.
    """

    suggestion: Suggestion
    label: str
    raw_label: int | None
    trace_id: str = ""


def read_verdict(result: Mapping[str, Any], trace_id: str) -> Verdict:
    """The verdict in an answer or event."""
    said, number = as_text(result.get("suggest")), as_int(result.get("label"))
    known = said in (Suggestion.PASS, Suggestion.RISKY)
    return Verdict(
        suggestion=Suggestion(said) if known else Suggestion.REVIEW,
        label="unknown" if number is None else LABELS.get(number, "unknown"),
        raw_label=number,
        trace_id=trace_id,
    )


def check_text(
    program: Program, content: str, *, openid: str, scene: Scene = "comment", nickname: str = "", title: str = ""
) -> Flow[Verdict]:
    """Has a text checked (msg_sec_check, version 2).

    Args:
        program: The app.
        content: 1 to 2500 characters.
        openid: Who wrote it; must have been active in the last 2 hours.
        scene: Where it is to stand.
        nickname: How the writer is called.
        title: Its title.

    Raises:
        InvalidInput: ``content``: empty or too long.
        InvalidRequest: ``user_inactive``.
        PlatformError: Anything else. A text that was not checked has not passed.
    """
    if not isinstance(content, str) or not 1 <= len(content) <= _LONGEST_TEXT:
        raise InvalidInput("content", "out_of_range", f"must be 1 to {_LONGEST_TEXT} characters")
    more = {"nickname": nickname, "title": title}
    payload = {**_common(openid, scene), "content": content, **{name: text for name, text in more.items() if text}}
    fields = yield from _ask(program, "/wxa/msg_sec_check", payload)
    result = as_mapping(fields.get("result"))
    if not result:
        raise RemoteError("the platform's answer holds no verdict", code="unreadable_answer")
    return read_verdict(result, as_text(fields.get("trace_id")))


def check_media(
    program: Program, url: str, *, media_type: MediaType, openid: str, scene: Scene = "comment"
) -> Flow[str]:
    """Has an image or a recording checked (media_check_async, version 2).

    The verdict comes within 30 minutes as a push, :class:`~minishop.wechat.push.MediaChecked`, with the same trace id.

    Args:
        program: The app.
        url: Where the platform can fetch it.
        media_type: ``image`` or ``audio``.
        openid: Who made it; must have been active in the last 2 hours.
        scene: Where it is to stand.

    Returns:
        str: The trace id.
    """
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise InvalidInput("url", "malformed", "must be an address that the platform can reach")
    if media_type not in _MEDIA:
        raise InvalidInput("media_type", "unknown_value", f"must be one of {', '.join(_MEDIA)}")
    payload = {**_common(openid, scene), "media_url": url, "media_type": _MEDIA[media_type]}
    trace_id = as_text((yield from _ask(program, "/wxa/media_check_async", payload)).get("trace_id"))
    if not trace_id:
        raise RemoteError("the platform's answer holds no trace id", code="unreadable_answer")
    return trace_id


def _common(openid: str, scene: str) -> dict[str, Any]:
    if scene not in _SCENES:
        raise InvalidInput("scene", "unknown_value", f"must be one of {', '.join(_SCENES)}")
    if not isinstance(openid, str) or not openid:
        raise InvalidInput("openid", "empty", "must be the openid of who made it")
    return {"openid": openid, "scene": _SCENES[scene], "version": 2}


def _ask(program: Program, path: str, payload: Mapping[str, Any]) -> Flow[Mapping[str, Any]]:
    answer = yield from send(program, Message(path=path, payload=payload, is_repeatable=True))
    if answer.errcode:
        raise (yield from refusal(answer))
    return answer.fields
