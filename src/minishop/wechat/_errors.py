"""What the platform's refusals are raised as.

::

    MinishopError
    ├── CallerError
    │   ├── InvalidInput
    │   │   └── InvalidRequest ·      a field of the call is wrong, and the platform saw it before we did
    │   ├── LoginRefused ·            a code of the front end is used up, old or blocked: ask it for a new one
    │   ├── ShippingStateError ·      the order is not in a state for this call: look it up
    │   ├── InvalidPush               a message push that is not the platform's
    │   └── InvalidUserData           encrypted user data that cannot be opened, or is another app's
    └── RemoteError
        ├── PlatformUnavailable ·     busy, over a limit, or not known yet: the same call may succeed later
        └── PlatformRefused ·         settings at the platform (token, address, permission), or an unknown number

Those with a dot are also :class:`PlatformError`: the platform answered with a number, and did nothing. The platform's
own sentence is not kept, because it may repeat what was sent; ``rid`` finds it in the platform's diagnosis tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from minishop.errors import CallerError, InvalidInput, MinishopError, RemoteError

__all__ = [
    "InvalidPush",
    "InvalidRequest",
    "InvalidUserData",
    "LoginRefused",
    "PlatformError",
    "PlatformRefused",
    "PlatformUnavailable",
    "ShippingStateError",
]


class PlatformError(MinishopError):
    """The platform answered with a number other than 0, and did nothing.

    Attributes:
        errcode: The number.
        kind: What sort of refusal: ``busy``, ``rate_limited``, ``quota``, ``not_found_yet``, ``token``, ``auth``,
            ``permission``, ``invalid_request``, ``login``, ``state``, ``consent``, ``risky``, ``unknown``.
        rid: The platform's id of the call; empty if it gave none.
        retry_after: The least time to wait before the same call; ``None`` if nothing is known.
    """

    errcode: int = 0
    kind: str = "unknown"
    rid: str = ""
    retry_after: timedelta | None = None

    def about(self, errcode: int, kind: str, rid: str = "", retry_after: timedelta | None = None) -> Any:
        """Sets what the platform said, and gives the error back."""
        self.errcode, self.kind, self.rid, self.retry_after = errcode, kind, rid, retry_after
        self.params: Mapping[str, object] = {**self.params, "errcode": errcode, **({"rid": rid} if rid else {})}
        return self


class PlatformUnavailable(PlatformError, RemoteError):
    """Busy, over a limit, or the payment is not known yet: the same call may succeed later."""

    code = "platform_unavailable"
    http_status_hint = 503


class PlatformRefused(PlatformError, RemoteError):
    """Not the data of this call: a setting at the platform, or a number that nobody has described to us."""

    code = "platform_refused"
    retryable = False
    next_step = "Look the number up in the platform's list of codes, or the rid in its diagnosis tool."


class InvalidRequest(PlatformError, InvalidInput):
    """A field of the call is wrong; ``field`` names it as the platform does."""

    code = "invalid_request"
    next_step = "Correct the field and call again."


class LoginRefused(PlatformError, CallerError):
    """A code that the front end handed in cannot be used."""

    code = "login_refused"
    http_status_hint = 401
    next_step = "Let the mini-program get a fresh code and send that."


class ShippingStateError(PlatformError, CallerError):
    """The order is not in a state that allows the call; ``find_shipping_order`` tells which it is in."""

    code = "shipping_state"
    http_status_hint = 409
    next_step = "Look the order up at the platform and decide by its state."


class InvalidPush(CallerError):
    """A message push that is not the platform's, not for this app, too old, or cannot be read."""

    code = "invalid_push"
    http_status_hint = 403
    next_step = "Answer with the status of `http_status_hint` and do nothing else."


class InvalidUserData(CallerError):
    """Encrypted user data that this session key does not open, or that belongs to another app."""

    code = "undecryptable"
    next_step = "Let the mini-program log in again, and encrypt with the new session."
