"""The order: frozen terms, and the facts that have come since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from attrs import field, frozen

from minishop.orders._enums import Life, PaymentState
from minishop.orders._facts import AfterSale, Attempt, Due, Leg, Obligation, Payment, Refund, Shipment, Unit
from minishop.orders._terms import EMPTY, Address, Line, Terms, UnitTerms

__all__ = ["Order"]

_T = TypeVar("_T")


def _find(items: Iterable[_T], id: str) -> _T | None:  # noqa: A002
    """A loop, because a generator takes three times as long, and this is asked several times for every command."""
    for item in items:
        if item.id == id:  # type: ignore[attr-defined]
            return item
    return None


@frozen(kw_only=True)
class Order:
    """One order of one shop, at one moment. Its version is kept beside it, by storage.

    Attributes:
        terms: What was frozen at placement.
        units: How far each unit is: those of the terms in their order, then replacements.
        life: Stored, because it never changes again once it has ended; the other facets are derived.
        reason: Why it was closed.
        hold: ``none``, ``group``, or an app's own; nothing is shipped while it holds.
        freight_left: Freight that could still go back, fen.
        payments: Captures in the order in which they were recorded, owed ones included.
        pay_until: First instant at which no payment may be started; ``None`` if there was nothing to pay.
        paid_at: When the last fen came; ``None`` before.
        points_back: Points that went back already, for refilling lots from the end.
        points_earned: Points that were granted and not clawed back.
        is_released: Coupons and limited uses went back.
        extra: Unknown fields of a newer document, and the app's own data by namespace.
    """

    terms: Terms
    units: tuple[Unit, ...]
    life: Life = Life.OPEN
    reason: str = ""
    hold: str = "none"
    freight_left: int = 0
    attempts: tuple[Attempt, ...] = ()
    payments: tuple[Payment, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    refunds: tuple[Refund, ...] = ()
    legs: tuple[Leg, ...] = ()
    after_sales: tuple[AfterSale, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    timers: tuple[Due, ...] = ()
    pay_until: datetime | None = None
    paid_at: datetime | None = None
    points_back: int = 0
    points_earned: int = 0
    is_released: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def id(self) -> str:
        """The order's id."""
        return self.terms.id

    @property
    def shop(self) -> str:
        """The shop that sells."""
        return self.terms.shop

    @property
    def buyer(self) -> str:
        """The buyer's id."""
        return self.terms.buyer

    @property
    def source_key(self) -> str:
        """What it was placed from; unique over all orders."""
        return self.terms.source_key

    @property
    def lines(self) -> tuple[Line, ...]:
        """The frozen lines, gifts included."""
        return self.terms.lines

    @property
    def address(self) -> Address | None:
        """Where the parcels go."""
        return self.terms.address

    @property
    def payable(self) -> int:
        """What it costs, fen."""
        return self.terms.payable

    @property
    def captured(self) -> int:
        """Captures that count, fen; owed payments are not among them."""
        return sum([payment.amount for payment in self.payments if payment.state is PaymentState.ACCEPTED])

    def unit(self, id: str) -> Unit | None:  # noqa: A002
        """The unit of that id."""
        return _find(self.units, id)

    def terms_of(self, unit: Unit) -> UnitTerms:
        """The frozen vector of a unit; a replacement has that of its origin."""
        for line in self.terms.lines:
            if line.id == unit.line:
                return next(terms for terms in line.units if terms.id == unit.origin)
        raise KeyError(unit.line)

    def line(self, id: str) -> Line | None:  # noqa: A002
        """The line of that id."""
        return _find(self.terms.lines, id)

    def attempt(self, id: str) -> Attempt | None:  # noqa: A002
        """The payment attempt of that id."""
        return _find(self.attempts, id)

    def payment(self, id: str) -> Payment | None:  # noqa: A002
        """The payment of that id (``<channel>:<transaction id>``)."""
        return _find(self.payments, id)

    def leg(self, id: str) -> Leg | None:  # noqa: A002
        """The refund leg of that id."""
        return _find(self.legs, id)

    def refund(self, id: str) -> Refund | None:  # noqa: A002
        """The refund of that id."""
        return _find(self.refunds, id)

    def obligation(self, id: str) -> Obligation | None:  # noqa: A002
        """The obligation of that id."""
        return _find(self.obligations, id)

    def after_sale(self, id: str) -> AfterSale | None:  # noqa: A002
        """The after-sale of that id."""
        return _find(self.after_sales, id)

    def shipment(self, id: str) -> Shipment | None:  # noqa: A002
        """The parcel of that id."""
        return _find(self.shipments, id)

    def timer(self, kind: str, subject: str = "") -> Due | None:
        """The armed clock of that kind and subject."""
        for due in self.timers:
            if due.subject == subject and due.kind == kind:
                return due
        return None

    def capacity(self, payment: str) -> int:
        """What a payment can still give back, fen: captured less every leg that has not failed."""
        found = self.payment(payment)
        taken = sum(leg.amount for leg in self.legs if leg.payment == payment and leg.takes_capacity)
        return (found.amount if found else 0) - taken
