"""What credentials have in common: they are not shown, and not written anywhere by accident."""

from __future__ import annotations

from typing import NoReturn

from minishop.errors import CallerError

__all__ = ["Credentials"]


class Credentials:
    """Base of classes that hold secrets: their fields are not shown, and they cannot be pickled."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise CallerError(
            f"{type(self).__name__} holds secrets and is not pickled",
            code="holds_secrets",
            next_step="Make it from your configuration in each process.",
        )
