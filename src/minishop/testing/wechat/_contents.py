"""The fake's content checks: texts at once, media later, by a push."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minishop.testing.wechat._wire import Call, Refusal

__all__ = ["Contents"]


class Contents:
    """Holds for risky what contains one of :attr:`words`.

    Args:
        appid: The app.
        notify: Called with the event's name and fields when the platform would push one.
    """

    def __init__(self, appid: str, notify: Callable[[str, dict[str, Any]], object]) -> None:
        self._appid, self._notify = appid, notify
        self.words: dict[str, int] = {}
        self.inactive: set[str] = set()
        self.waiting: dict[str, str] = {}

    def check_text(self, call: Call) -> dict[str, Any]:
        """``/wxa/msg_sec_check``, version 2."""
        fields = self._checked(call)
        content = fields.get("content")
        if not isinstance(content, str) or not content:
            raise Refusal(44002, "empty post data")
        if len(content) > 2500:
            raise Refusal(45002, "content size out of limit")
        return {"result": self._verdict(content), "detail": [], "trace_id": self._trace(content)}

    def check_media(self, call: Call) -> dict[str, Any]:
        """``/wxa/media_check_async``, version 2."""
        fields = self._checked(call)
        if fields.get("media_type") not in (1, 2) or not str(fields.get("media_url", "")).startswith("http"):
            raise Refusal(40097, "invalid args")
        trace = self._trace(fields["media_url"])
        self.waiting[trace] = fields["media_url"]
        return {"trace_id": trace}

    def finish_media(self, trace: str) -> None:
        """The check of a medium ends; its result is pushed."""
        verdict = self._verdict(self.waiting.pop(trace))
        detail = [{"strategy": "content_model", "errcode": 0, "prob": 90, **verdict}]
        told = {"appid": self._appid, "trace_id": trace, "version": 2, "detail": detail, "errcode": 0, "errmsg": "ok"}
        self._notify("wxa_media_check", {**told, "result": verdict})

    def _checked(self, call: Call) -> dict[str, Any]:
        fields = call.fields
        if fields.get("version") != 2 or fields.get("scene") not in (1, 2, 3, 4):
            raise Refusal(40097, "invalid args")
        if not fields.get("openid"):
            raise Refusal(40003, "invalid openid")
        if fields["openid"] in self.inactive:
            raise Refusal(61010, "user access record timeout")
        return fields

    def _verdict(self, content: str) -> dict[str, Any]:
        for word, label in self.words.items():
            if word in content:
                return {"suggest": "risky", "label": label}
        return {"suggest": "pass", "label": 100}

    def _trace(self, content: str) -> str:
        return f"trace-{len(content)}-{len(self.waiting) + 1}"
