"""What credentials have in common: they are not shown, and not written anywhere by accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, cast

import attrs

from minishop.errors import CallerError, InvalidInput

__all__ = ["Credentials", "filled"]

_LONGEST = 120


def filled(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A key or an id. An empty key, from a variable that is not set, would let anybody sign pushes."""
    if not isinstance(value, str):
        raise InvalidInput(attribute.name, "wrong_type", "must be a text", params={"got": type(value).__name__})
    if not value.strip():
        raise InvalidInput(attribute.name, "empty", "must not be empty")


class Credentials:
    """Base of classes that hold secrets: their fields are not shown, and they cannot be pickled."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise CallerError(
            f"{type(self).__name__} holds secrets and is not pickled",
            code="holds_secrets",
            next_step="Make it from your configuration in each process.",
        )

    def hide(self, text: str) -> str:
        """What a provider wrote, fit for an error: short, in one line, without the secrets that it may echo."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        return "".join(sign if sign.isprintable() else " " for sign in text)[:_LONGEST].strip()

    def _secrets(self) -> Iterator[str]:
        for attribute in attrs.fields(cast("Any", type(self))):
            if attribute.repr is False:
                value = getattr(self, attribute.name)
                yield from filter(None, (value,) if isinstance(value, str) else value)
