"""What a device is told about the operations it sent."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from minishop.cart._problems import CartProblem

__all__ = ["Moved", "OperationOutcome", "Synced"]


@frozen(kw_only=True)
class OperationOutcome:
    """What became of one operation. Whatever it is, the device can take the operation out of its queue.

    Attributes:
        device: The operation's device.
        number: The operation's number there.
        code: ``applied``; ``already_applied`` (a repetition); ``quantity_clamped`` (the sum stopped at 9999);
            ``remove_superseded`` (another device changed the quantity, the line stays); ``line_gone`` (there was
            nothing to remove, select or save).
        line: Key of the line.
        was: Units before; 0 if the line was not there.
        is_: Units after; 0 if the line is not there.
    """

    device: str
    number: int
    code: str
    line: str
    was: int
    is_: int

    @property
    def params(self) -> dict[str, object]:
        """What the texts of :mod:`minishop.messages` mention."""
        return {"was": self.was, "is": self.is_}

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON."""
        return {"device": self.device, "number": self.number, "code": self.code, "line": self.line, **self.params}


@frozen(kw_only=True)
class Synced:
    """The operations were taken.

    Attributes:
        sequence: The cart's sequence now: the device's next ``base``.
        outcomes: One for each operation, in the order in which they were sent.
        problems: Of the whole cart; empty if no shelf was given.
    """

    sequence: int
    outcomes: tuple[OperationOutcome, ...]
    problems: tuple[CartProblem, ...] = ()


@frozen
class Moved:
    """The cart was merged into another, and nothing was applied: load that one and apply the operations to it.

    Attributes:
        cart: The cart that was addressed.
        to: Id of the cart that it was merged into.
    """

    cart: str
    to: str
