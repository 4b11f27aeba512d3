"""What the client raises, as errors of our tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,  # noqa: A004
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004
    TryAgainError,
)

from minishop.errors import OutcomeUnknown
from minishop.storage import StoreBusy

__all__ = ["translated"]


@contextmanager
def translated() -> Iterator[None]:
    """Turns what Redis refused, and what nobody knows, into :class:`StoreBusy` and :class:`OutcomeUnknown`."""
    try:
        yield
    except (BusyLoadingError, ClusterDownError, OutOfMemoryError, ReadOnlyError, TryAgainError) as error:
        raise StoreBusy(f"redis did nothing: {error}", params={"reason": type(error).__name__}) from error
    except (ConnectionError, TimeoutError) as error:
        raise OutcomeUnknown(
            f"redis did not answer: {type(error).__name__}",
            params={"reason": type(error).__name__},
            next_step="Call again with the same token, owner or version: it is done once.",
        ) from error
