"""The answer to a command that is not possible: reasons with stable codes, as text in two languages."""

from __future__ import annotations

from attrs import frozen

from minishop.messages import Catalogue, catalogue
from minishop.quotes import Reason

__all__ = ["Rejected", "refuse"]


@frozen
class Rejected:
    """Nothing happened, and why.

    Attributes:
        reasons: At least one; each with a stable code and the numbers of its sentence.
    """

    reasons: tuple[Reason, ...]

    @property
    def code(self) -> str:
        """The code of the first reason."""
        return self.reasons[0].code

    def text(self, locale: str | Catalogue = "en") -> str:
        """All reasons, a line each, with what to do next where there is something to do.

        Args:
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.

        Raises:
            InvalidInput: ``unknown_language``.
        """
        texts = catalogue(locale) if isinstance(locale, str) else locale
        return "\n".join(texts.text(reason.code, reason.params) for reason in self.reasons)


def refuse(code: str, **params: object) -> Rejected:
    """A rejection for one reason."""
    return Rejected((Reason(code, params),))
