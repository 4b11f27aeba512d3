"""Looking texts up by code.

A text is a template with named places: ``{missing:yuan}`` prints fen as yuan, ``{rate:percent}`` basis points as a
percentage, ``{starts_at:time}`` an instant without its seconds, ``{missing}`` the value as it is. Any other format
is a kind of words: ``{command:command}`` prints ``Ship`` as the text ``command:Ship`` has it; see
:meth:`Catalogue.word`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
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
    _en_words,
    _zh,
    _zh_alerts,
    _zh_checkout,
    _zh_lint,
    _zh_logistics,
    _zh_orders,
    _zh_words,
)
from minishop.money import format_percent, format_yuan

__all__ = ["Catalogue", "catalogue", "languages"]

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class _Formatter(string.Formatter):
    def __init__(self, texts: Catalogue) -> None:
        self._texts = texts

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "yuan" and isinstance(value, int):
            return format_yuan(value)
        if format_spec == "percent" and isinstance(value, int):
            return format_percent(value)
        if format_spec == "time":
            return self._texts.time(value)
        return self._texts.word(format_spec, value) if format_spec else str(value)


@frozen
class Catalogue:
    """The texts of one language.

    Attributes:
        language: A language tag, for example ``zh-CN``.
        texts: Code to template.
        zone: Where instants are told; ``None`` tells each as it is given, with its offset.
    """

    language: str
    texts: Mapping[str, str] = field(hash=False)
    zone: tzinfo | None = None

    def text(self, code: str, params: Mapping[str, object] | None = None) -> str:
        """The text of a code with its parameters filled in.

        A code that the catalogue does not know (one of the app's own) gives the code itself and its parameters.
        """
        template = self.texts.get(code)
        params = params or {}
        if template is None:
            return " ".join([code, *(f"{key}={value}" for key, value in params.items())])
        try:
            return _Formatter(self).vformat(template, (), params)
        except KeyError:
            return template

    def word(self, kind: str, value: object) -> str:
        """What people call a word of the code, for example ``word("command", "Ship")``.

        The text ``kind:value`` says it; for a kind in two parts, ``value:goods``, a word that is the same for all of
        ``value`` needs only the first; ``kind:*`` is for all words that have no text. Any other is shown as it is.
        """
        keys = (f"{kind}:{value}", f"{kind.partition(':')[0]}:{value}", f"{kind}:*")
        return next((self.texts[key] for key in keys if key in self.texts), str(value))

    def time(self, at: datetime | str) -> str:
        """An instant to the minute: ``2026-06-01 12:30`` in Chinese, ``2026-06-01 04:30 UTC`` in English.

        Args:
            at: Aware, or the same as ISO text; anything else is shown as it is.
        """
        try:
            moment = datetime.fromisoformat(str(at))
            if self.zone is not None and moment.tzinfo is not None:
                return moment.astimezone(self.zone).isoformat(" ", "minutes")[:16]
        except ValueError:
            return str(at)
        except OverflowError:  # the last hours of the year 9999, or the first of the year 1
            pass
        said = moment.isoformat(" ", "minutes")
        offset = "UTC" if said.endswith("+00:00") else said[16:]
        return f"{said[:16]} {offset}".rstrip()

    def with_texts(self, texts: Mapping[str, str], *, language: str | None = None) -> Catalogue:
        """A catalogue with some texts added or replaced: for the app's own codes, or for another language."""
        return Catalogue(language or self.language, {**self.texts, **texts}, self.zone)


_ENGLISH = (_en, _en_alerts, _en_checkout, _en_lint, _en_logistics, _en_orders, _en_words)
_CHINESE = (_zh, _zh_alerts, _zh_checkout, _zh_lint, _zh_logistics, _zh_orders, _zh_words)

_CATALOGUES = {
    "en": Catalogue("en", {code: text for area in _ENGLISH for code, text in area.TEXTS.items()}),
    "zh-CN": Catalogue("zh-CN", {code: text for area in _CHINESE for code, text in area.TEXTS.items()}, _SHANGHAI),
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
