"""Placing, paying, repricing, closing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.orders._terms import Terms
from minishop.orders.commands._base import Command, Fact
from minishop.quotes.checks import aware, fen, optional

__all__ = [
    "Close",
    "CloseAttempt",
    "FailAttempt",
    "FailHold",
    "LinePrice",
    "LoseTrackOfAttempt",
    "Pay",
    "Place",
    "ReadyAttempt",
    "ReleaseHold",
    "RepriceOrder",
    "StartPayment",
]


_ATTEMPT = re.compile(r"[0-9A-Za-z_-]{6,32}")


def _attempt_id(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not _ATTEMPT.fullmatch(value):
        message = "must be 6 to 32 of 0-9, A-Z, a-z, _ and -: gateways take nothing else as an order number"
        raise InvalidInput(attribute.name, "malformed", message, params={"got": value})


@frozen(kw_only=True)
class Place(Command):
    """Turns frozen terms into an order.

    Attributes:
        terms: Made by :func:`minishop.orders.freeze`.
        hold: ``none``, ``group`` (it waits for a group-buy to fill), or an app's own.
    """

    terms: Terms
    hold: str = "none"


@frozen(kw_only=True)
class StartPayment(Command):
    """Makes a payment attempt; older attempts of the same part must have been closed at the gateway first.

    Attributes:
        attempt: Its id, ``[0-9A-Za-z_-]{6,32}``: the order number at the gateway.
        part: Which of the separately paid parts, from 0; ``None``: the first that is not paid.
        expires_at: When the gateway stops; cut to the order's deadline. ``None``: the deadline.
    """

    attempt: str = field(validator=_attempt_id)
    channel: str
    part: int | None = None
    expires_at: datetime | None = field(default=None, validator=optional(aware))


@frozen(kw_only=True)
class ReadyAttempt(Fact):
    """The gateway has the attempt, the shopper can pay.

    Attributes:
        parameters: What the client needs, as text.
    """

    attempt: str
    parameters: str = field(default="", repr=False)


@frozen(kw_only=True)
class CloseAttempt(Fact):
    """The gateway has closed the attempt: nobody can pay it any more."""

    attempt: str


@frozen(kw_only=True)
class FailAttempt(Fact):
    """The gateway refused to make the attempt."""

    attempt: str
    reason: str = ""


@frozen(kw_only=True)
class LoseTrackOfAttempt(Fact):
    """No answer from the gateway: the attempt may be there, and must be queried."""

    attempt: str


@frozen(kw_only=True)
class Pay(Fact):
    """A capture, as the gateway reports it.

    Attributes:
        transaction: The gateway's number of the capture; unique within the channel.
        amount: The total on the order's side, before the gateway's own coupons, in the currency's smallest unit.
        order: The order that the gateway names, if it names one.
        captured_at: The gateway's time of success.
        has_stock: ``False`` if stock is taken at payment and there is none: the order closes and all is owed back.
    """

    attempt: str
    channel: str
    transaction: str
    amount: int = field(validator=fen)
    currency: str = "CNY"
    order: str | None = None
    captured_at: datetime = field(validator=aware)
    has_stock: bool = True


@frozen
class LinePrice:
    """What all units of a line together are to cost in cash, fen."""

    line: str
    cash: int = field(validator=fen)


@frozen(kw_only=True)
class RepriceOrder(Command):
    """The seller changes the price before anything is paid (改价).

    Attributes:
        goods: New cash for all goods, fen, shared out by what units cost now; ``None``: as it is.
        lines: New cash line by line, fen, instead of ``goods``.
        freight: New freight, fen; ``None``: as it is.
    """

    goods: int | None = field(default=None, validator=optional(fen))
    lines: tuple[LinePrice, ...] = ()
    freight: int | None = field(default=None, validator=optional(fen))


@frozen(kw_only=True)
class Close(Command):
    """Ends an order of which nothing was shipped; what was paid is owed back.

    Attributes:
        reason: One of ``buyer``, ``seller``, ``no_stock``, ``risk``, or an app's own; ``None``: the actor.
    """

    reason: str | None = None


@frozen(kw_only=True)
class ReleaseHold(Command):
    """The group is full: the order may be shipped."""


@frozen(kw_only=True)
class FailHold(Command):
    """The group did not fill: the order closes and everything is owed back."""

    reason: str = "group_failed"
