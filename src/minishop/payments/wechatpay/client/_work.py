"""What passes between the steps of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import define, field, frozen

from minishop.errors import MinishopError, OutcomeUnknown
from minishop.flows import Sink
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._policy import Policy
from minishop.payments.wechatpay.client._refusals import Kind

__all__ = ["Call", "Failure", "Unknown", "Work", "unknown_outcome"]

#: A method to ask with if the outcome of a call is unknown, and its arguments.
Unknown: TypeAlias = tuple[str, Mapping[str, str]]


@frozen(kw_only=True)
class Call:
    """One call, ready to be signed.

    Attributes:
        what: What it does, for messages: ``create a payment``.
        method: In upper case.
        target: Path and query, percent-encoded.
        body: The exact bytes.
        policy: When it may be repeated.
        unknown: The method to call, and with what, if its outcome is unknown.
        serial: ``Wechatpay-Serial`` of the request: which key encrypted its sensitive fields, or shall sign the answer.
        sink: Gets the content of a file.
        restart: Called before each try, so that a sink begins anew.
        is_signed: Whether a success is signed; downloads are not.
        host: Only to this host.
    """

    what: str
    method: str
    target: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    policy: Policy
    unknown: Unknown | None = None
    serial: str = ""
    sink: Sink | None = field(default=None, repr=False)
    restart: Callable[[], object] = field(default=bool, repr=False)
    is_signed: bool = True
    host: str = ""


@frozen
class Failure:
    """A try that gave no answer to believe.

    Attributes:
        kind: What is certain about it.
        error: What to raise if it was certainly not carried out; else where its message and parameters come from.
        advice: What helps beyond asking again.
        is_probe: The answer was a probe.
    """

    kind: Kind
    error: MinishopError
    advice: str = ""
    is_probe: bool = False


@define
class Work:
    """One call in the making.

    Attributes:
        desk: The client's.
        call: What to do.
        keys: That the answer is verified with.
        serial: ``Wechatpay-Serial`` of the request.
        doubt: The first try that may have been carried out.
    """

    desk: Desk
    call: Call
    keys: PlatformKeys
    serial: str
    doubt: Failure | None = None

    def doubts(self, failure: Failure) -> None:
        self.doubt = self.doubt or failure


def unknown_outcome(
    unknown: Unknown | None, told: str, *, code: str, params: Mapping[str, object], advice: str = ""
) -> OutcomeUnknown:
    """The error that says what to ask before anything else."""
    known, steps = dict(params), [advice] if advice else []
    if unknown is not None:
        method, numbers = unknown
        asked = ", ".join(f"{name}={value!r}" for name, value in numbers.items())
        known.update(ask=method, **numbers)
        steps.append(f"Call {method}({asked}) before anything else; repeat the call only with the same numbers.")
    return OutcomeUnknown(told, code=code, params=known, next_step=" ".join(steps) or None)
