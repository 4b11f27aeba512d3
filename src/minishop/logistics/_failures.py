"""Tables of a provider's error codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

from attrs import frozen

from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._secrets import Credentials

__all__ = ["Failure", "Failures", "failed"]


@frozen
class Failure:
    """What a provider's error code means.

    Attributes:
        kind: What to do about it.
        text: The sentence of the error.
        field: The argument that is at fault, if it is one.
        retry_after: When it makes sense to ask again.
        retryable: Overrides what the kind says.
    """

    kind: ErrorKind
    text: str
    field: str = ""
    retry_after: timedelta | None = None
    retryable: bool | None = None


Failures: TypeAlias = Mapping[str, Failure]

_UNKNOWN = Failure(ErrorKind.PROTOCOL, "it refused with a code that nobody has explained")


def failed(account: Credentials, provider: str, failures: Failures, code: str, said: str) -> ProviderError:
    """The error for a provider's code.

    Args:
        account: Hides its secrets in what the provider wrote.
        provider: Its name.
        failures: Its codes.
        code: The code it gave.
        said: The prose it gave; kept in ``params["said"]``, because some providers tell everything in prose.
    """
    failure = failures.get(code, _UNKNOWN)
    return ProviderError(
        f"{provider}: {failure.text}",
        kind=failure.kind,
        provider=provider,
        provider_code=account.hide(code),
        field=failure.field,
        retry_after=failure.retry_after,
        retryable=failure.retryable,
        params={"said": account.hide(said)},
    )
