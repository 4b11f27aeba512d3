"""Granting refunds, and what the gateway says about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.orders._enums import TimerKind
from minishop.orders._facts import Deduction
from minishop.orders.commands._base import Command, Fact
from minishop.quotes.checks import aware, fen, optional

__all__ = [
    "CancelGrant",
    "Expire",
    "FailRefund",
    "Grant",
    "GrantOwed",
    "PostponeTimer",
    "RefundNotFound",
    "RetryRefund",
    "SettleOffline",
    "SettleRefund",
    "SubmitRefund",
    "UnknownRefund",
]


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: tuple[Deduction, ...]) -> None:
    for deduction in value:
        if deduction.amount < 0:
            got = {"code": deduction.code, "got": deduction.amount}
            raise InvalidInput(attribute.name, "negative", "a deduction keeps money back", params=got)


@frozen(kw_only=True)
class Grant(Command):
    """Fixes the refund of an after-sale and takes its capacity; nothing has moved yet.

    Attributes:
        refund: Its id; the first leg has the same, further legs ``<id>-2``, ``<id>-3``…
        freight: Freight to give back, fen; ``None``: by the rule (all of it with the last unit, if nothing was ever
            shipped or the seller is at fault).
        goodwill: Money beside the units, fen; ``None``: as applied for.
        goodwill_units: Out of which units' cash; empty: all that are left, then freight.
        deductions: What to keep back, named, fen, 0 or more each.
        repriced: Goods of the kept units, priced again as of placement, fen; under the policy ``reprice``.
        lost_gifts: Gift units that the repriced quote no longer grants; ``None``: those whose lines are all gone.
        payments: Ids of payments to refund to, in that order; empty: as they were captured.
        expected_cash: What the caller saw; another result is refused.
    """

    after_sale: str
    refund: str
    freight: int | None = field(default=None, validator=optional(fen))
    goodwill: int | None = field(default=None, validator=optional(fen))
    goodwill_units: tuple[str, ...] = ()
    deductions: tuple[Deduction, ...] = field(default=(), validator=_not_negative)
    repriced: int | None = field(default=None, validator=optional(fen))
    lost_gifts: tuple[str, ...] | None = None
    payments: tuple[str, ...] = ()
    expected_cash: int | None = field(default=None, validator=optional(fen))


@frozen(kw_only=True)
class GrantOwed(Command):
    """Grants the one leg of an obligation; its id is the obligation's."""

    obligation: str


@frozen(kw_only=True)
class SubmitRefund(Fact):
    """The gateway has accepted the refund; that is not settlement."""

    leg: str


@frozen(kw_only=True)
class SettleRefund(Fact):
    """The gateway has paid.

    Attributes:
        amount: In the currency's smallest unit.
        settled_at: The gateway's time of success.
        reference: The gateway's number.
    """

    leg: str
    amount: int
    settled_at: datetime = field(validator=aware)
    reference: str = ""


@frozen(kw_only=True)
class FailRefund(Fact):
    """The gateway has refused.

    Attributes:
        is_final: It has said that this number is closed for good.
    """

    leg: str
    reason: str = ""
    is_final: bool = False


@frozen(kw_only=True)
class UnknownRefund(Fact):
    """No usable answer: it may have been paid, so ask before anything else."""

    leg: str


@frozen(kw_only=True)
class RefundNotFound(Fact):
    """The gateway does not know the number; some time after it was sent that means: send it again."""

    leg: str


@frozen(kw_only=True)
class RetryRefund(Command):
    """Takes the capacity again and sends a failed leg again, under the same number.

    Attributes:
        new_leg: A new number, which is needed and allowed only if the old one is closed for good.
    """

    leg: str
    new_leg: str = ""


@frozen(kw_only=True)
class SettleOffline(Command):
    """Records that a failed leg was paid outside the gateway."""

    leg: str
    reference: str


@frozen(kw_only=True)
class CancelGrant(Command):
    """Takes a refund back, none of whose legs can succeed any more."""

    refund: str


@frozen(kw_only=True)
class Expire(Fact):
    """A clock has run out; acts if it is armed and due, and is harmless otherwise.

    Attributes:
        subject: Id of the shipment or after-sale; empty for the order itself.
    """

    kind: TimerKind = field(converter=TimerKind)
    subject: str = ""


@frozen(kw_only=True)
class PostponeTimer(Fact):
    """Arms an armed clock for later, because what it starts could not be done now."""

    kind: TimerKind = field(converter=TimerKind)
    subject: str = ""
    at: datetime = field(validator=aware)
