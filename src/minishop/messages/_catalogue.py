"""Looking texts up by code.

A text is a template with named places: ``{missing:yuan}`` prints fen as yuan, ``{rate:percent}`` basis points as a
percentage, ``{starts_at:time}`` an ISO time without its seconds, ``{missing}`` the value as it is.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.messages import (
    _en,
    _en_alerts,
    _en_checkout,
    _en_lint,
    _en_logistics,
    _en_orders,
    _zh,
    _zh_alerts,
    _zh_checkout,
    _zh_lint,
    _zh_logistics,
    _zh_orders,
)
from minishop.money import format_percent, format_yuan

__all__ = ["Catalogue", "catalogue", "languages"]


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "yuan" and isinstance(value, int):
            return format_yuan(value)
        if format_spec == "percent" and isinstance(value, int):
            return format_percent(value)
        if format_spec == "time":
            return str(value)[:16].replace("T", " ")
        return str(value)


@frozen
class Catalogue:
    """The texts of one language.

    Attributes:
        language: A language tag, for example ``zh-CN``.
        texts: Code to template.
    """

    language: str
    texts: Mapping[str, str] = field(hash=False)

    def text(self, code: str, params: Mapping[str, object] | None = None) -> str:
        """The text of a code with its parameters filled in.

        A code that the catalogue does not know (one of the app's own) gives the code itself and its parameters.
        """
        template = self.texts.get(code)
        params = params or {}
        if template is None:
            return " ".join([code, *(f"{key}={value}" for key, value in params.items())])
        try:
            return _Formatter().vformat(template, (), params)
        except KeyError:
            return template

    def with_texts(self, texts: Mapping[str, str], *, language: str | None = None) -> Catalogue:
        """A catalogue with some texts added or replaced: for the app's own codes, or for another language."""
        return Catalogue(language or self.language, {**self.texts, **texts})


_ENGLISH = (_en, _en_alerts, _en_checkout, _en_lint, _en_logistics, _en_orders)
_CHINESE = (_zh, _zh_alerts, _zh_checkout, _zh_lint, _zh_logistics, _zh_orders)

_CATALOGUES = {
    "en": Catalogue("en", {code: text for area in _ENGLISH for code, text in area.TEXTS.items()}),
    "zh-CN": Catalogue("zh-CN", {code: text for area in _CHINESE for code, text in area.TEXTS.items()}),
}


def languages() -> tuple[str, ...]:
    """The languages that come with the library."""
    return tuple(_CATALOGUES)


def catalogue(language: str) -> Catalogue:
    """The catalogue of a language.

    Raises:
        InvalidInput: ``unknown_language``.
    """
    if not isinstance(language, str) or language not in _CATALOGUES:
        allowed = ", ".join(_CATALOGUES)
        raise InvalidInput("language", "unknown_language", f"must be one of {allowed}", params={"got": language})
    return _CATALOGUES[language]
