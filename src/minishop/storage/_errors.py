"""What a store may raise."""

from __future__ import annotations

from minishop.errors import CallerError, RemoteError

__all__ = ["NewerDocument", "StoreBusy"]


class StoreBusy(RemoteError):
    """The database was busy (deadlocks, lock timeouts) more often than an adapter repeats; nothing was done."""

    code = "store_busy"
    http_status_hint = 503
    next_step = "Try again in a moment with the same idempotency key."


class NewerDocument(CallerError):
    """A record was written by a newer version of minishop: it can be shown, not changed."""

    code = "newer_document"
    http_status_hint = 409
    next_step = "Update minishop on this machine."
