"""Names and card numbers: encrypted for WeChat Pay before anything else sees them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from minishop.flows import Flow, Now, ask
from minishop.payments.wechatpay.client._desk import Desk

__all__ = ["Sealed", "encrypt", "sealed"]


@frozen
class Sealed:
    """An encrypted text.

    Attributes:
        serial: Of the key; goes into ``Wechatpay-Serial``.
        text: What goes into the body.
    """

    serial: str
    text: str = field(repr=False)


def encrypt(desk: Desk, text: str) -> Flow[Sealed]:
    """A sensitive field for :func:`call`; give ``serial`` to the call.

    Args:
        desk: The client's.
        text: At most 214 bytes of UTF-8.

    Raises:
        InvalidInput: It is no text, or too long.
        CallerError: ``no_platform_key``: no platform key is good now.
    """
    keys = yield from desk.keys.current()
    now = yield from ask(Now())
    return Sealed(*desk.suite.encrypt(text, keys=keys, now=now))


def sealed(desk: Desk, fields: Mapping[str, str]) -> Flow[tuple[str, dict[str, str]]]:
    """The serial of the key and the fields, encrypted; those that are empty are left out, and need no key."""
    given = {name: text for name, text in fields.items() if text}
    if not given:
        return "", {}
    keys = yield from desk.keys.current()
    now = yield from ask(Now())
    made = {name: desk.suite.encrypt(text, keys=keys, now=now) for name, text in given.items()}
    serials = {serial for serial, _ in made.values()}
    return serials.pop(), {name: text for name, (_, text) in made.items()}
