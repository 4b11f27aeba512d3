"""Refusals of the gateway: a status, a code, and a text that says what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from minishop.testing.wechatpay._refusal_texts import TEXTS
from minishop.testing.wechatpay._wire import JSON, Reply, to_json

__all__ = ["OTHER_SPELLINGS", "Refusal", "bad_field"]

#: Codes that the gateway also spells otherwise.
OTHER_SPELLINGS = {
    "FREQUENCY_LIMITED": "RATELIMIT_EXCEEDED",
    "NOT_ENOUGH": "NOTENOUGH",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "ORDER_PAID": "ORDERPAID",
    "RULE_LIMIT": "RULELIMIT",
    "SYSTEM_ERROR": "SYSTEMERROR",
}


class Refusal(Exception):
    """Why a request is not carried out. Nothing has been changed.

    Args:
        status: HTTP status.
        code: The gateway's code.
        key: Which text.
        detail: More for programs; the gateway sends it with ``PARAM_ERROR`` and ``SIGN_ERROR``.
        params: What the text mentions.
    """

    def __init__(
        self, status: int, code: str, key: str, *, detail: Mapping[str, object] | None = None, **params: object
    ) -> None:
        super().__init__(f"{status} {code}: {key}")
        self.status = status
        self.code = code
        self.key = key
        self.detail = detail
        self.params = params

    def message(self, language: str) -> str:
        """The text, in English for a language that begins with ``en``, otherwise in Chinese."""
        chinese, english = TEXTS[self.key]
        return (english if language.lower().startswith("en") else chinese).format(**self.params)

    def reply(self, language: str = "", *, other_spelling: bool = False) -> Reply:
        """The unsigned answer.

        Args:
            language: The request's ``Accept-Language``; Chinese unless it asks for English.
            other_spelling: Uses the code's other spelling, where it has one.
        """
        code = OTHER_SPELLINGS.get(self.code, self.code) if other_spelling else self.code
        content: dict[str, object] = {"code": code, "message": self.message(language)}
        if self.detail is not None:
            content["detail"] = dict(self.detail)
        return Reply(status=self.status, headers=JSON, body=to_json(content))


def bad_field(field: str, value: object, key: str, *, location: str = "body", **params: object) -> Refusal:
    """``PARAM_ERROR`` that names a field by its JSON pointer or its name in the query."""
    shown = value if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__
    detail = {"field": field, "value": shown, "issue": key, "location": location}
    return Refusal(400, "PARAM_ERROR", key, detail=detail, field=field, **params)
