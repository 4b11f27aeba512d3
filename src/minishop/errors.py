"""Every exception that minishop raises on purpose.

The tree says whose fault it is, because that decides what to do next::

    MinishopError
    ├── CallerError                  yours: the same call will fail again (400)
    │   ├── InvalidInput             one argument is wrong              also a ValueError
    │   │   └── InvalidMoney         ... and it was meant to be money
    │   └── InvalidDocument          a rules or cart document is wrong  also a ValueError
    ├── RemoteError                  theirs: the other side refused or failed (502, try again)
    └── OutcomeUnknown               nobody knows: it may have happened (504, query first)

Every error carries the same five things:

* ``code``: a stable word for programs. Texts may change between releases, codes do not.
* ``params``: the values that the text mentions, by name, so that a translation can be filled in.
* ``http_status_hint``: what a web handler may answer with if it has no better idea.
* ``retryable``: whether the same call, unchanged, may succeed later.
* ``next_step``: one sentence on what to do now.

Errors survive pickling and copying with all of it. They never hold secrets.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

__all__ = [
    "CallerError",
    "InvalidDocument",
    "InvalidInput",
    "InvalidMoney",
    "MinishopError",
    "OutcomeUnknown",
    "Problem",
    "RemoteError",
]


class MinishopError(Exception):
    """The root of the tree: catch this to catch everything that minishop raises on purpose.

    The class attributes are the defaults of a class; the keyword arguments override them for one error.

    Args:
        message: What went wrong, in one English sentence. The code stands in for a missing one.
        code: A stable word that programs may compare with.
        params: The values that the message mentions, by name. Copied.
        next_step: What the reader should do now.
        http_status_hint: An HTTP status for handlers that have no better idea.
        retryable: Whether the same call may succeed later.
    """

    code: str = "minishop_error"
    http_status_hint: int = 500
    retryable: bool = False
    next_step: str = ""

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        params: Mapping[str, object] | None = None,
        next_step: str | None = None,
        http_status_hint: int | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.params: Mapping[str, object] = dict(params or {})
        if code is not None:
            self.code = code
        if next_step is not None:
            self.next_step = next_step
        if http_status_hint is not None:
            self.http_status_hint = http_status_hint
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        return self.message or self.code

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, message={self.message!r}, params={self.params!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception normally pickles as a call of its class with `args`, which breaks as soon as a
        # subclass takes anything but one message. We rebuild the object from its state instead.
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(cls: type[MinishopError], args: tuple[object, ...], state: dict[str, object]) -> MinishopError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class CallerError(MinishopError):
    """Family 1: the caller's fault. The same call fails again until the caller changes it."""

    code = "caller_error"
    http_status_hint = 400
    next_step = "Correct the input and call again."


class InvalidInput(CallerError, ValueError):
    """One argument or field of a typed value is not acceptable.

    Args:
        field: Which one, as the caller wrote it: ``quantity``, ``weights[2]``.
        code: A stable word for the rule that was broken: ``wrong_type``, ``negative``, ``too_large``.
        message: The rule, and what was given instead.
        params: The values that the message mentions.
        next_step: What would be accepted.
    """

    code = "invalid_input"

    def __init__(
        self,
        field: str,
        code: str,
        message: str,
        *,
        params: Mapping[str, object] | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, code=code, params=params, next_step=next_step)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(field={self.field!r}, code={self.code!r}, "
            f"message={self.message!r}, params={self.params!r})"
        )


class InvalidMoney(InvalidInput):
    """A value that was meant to be an amount of money is not one.

    Codes: ``wrong_type``, ``malformed``, ``too_many_decimals``, ``negative``, ``too_large``.
    """

    code = "invalid_money"
    next_step = 'Write yuan as text with at most two decimals, such as "19.90"; count fen in an int.'


@attrs.frozen
class Problem:
    """One thing that is wrong with a document.

    Attributes:
        path: Where, counted from zero: ``rule[3].threshold.amount``. Empty for the document as a whole.
        code: A stable word for the rule that was broken.
        message: What is wrong and what is allowed, in one English sentence.
        params: The values that the message mentions.
    """

    path: str
    code: str
    message: str
    params: Mapping[str, object] = attrs.field(factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{_printable(self.path)}: {self.code}: {_printable(self.message)}"


def _printable(text: str) -> str:
    # Paths and messages quote what stood in the document. A line break or a terminal's escape code in
    # there must not leave its line, and a lone surrogate must not stop the report from being printed.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class InvalidDocument(CallerError, ValueError):
    """A rules or cart document was refused as a whole; nothing of it was used.

    Its text has one ``path: code: message`` per line.

    Args:
        problems: Everything that is wrong, in the order of the document.
    """

    code = "invalid_document"
    next_step = "Correct every listed path and load the document again."

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(lines, params={"count": len(self.problems)})


class RemoteError(MinishopError):
    """Family 2: the other side's fault, and it is certain that nothing was done. Trying again may help."""

    code = "remote_error"
    http_status_hint = 502
    retryable = True
    next_step = "Try again later with the same identifiers."


class OutcomeUnknown(MinishopError):
    """Family 3: the request left, no usable answer came back. It may have been carried out.

    Sending it again blindly could pay or refund twice, so this is not retryable: ask first.
    """

    code = "outcome_unknown"
    http_status_hint = 504
    next_step = "Query the other side for the outcome before you do anything else."
