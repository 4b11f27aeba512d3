"""What happens to an order, as stored records: units, payments, refunds, after-sales, parcels, clocks. Amounts: fen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.orders._enums import (
    AfterSaleKind,
    AfterSaleState,
    AttemptState,
    Fault,
    LegState,
    Outcome,
    OwedFor,
    PaymentState,
    TimerKind,
)
from minishop.orders._terms import EMPTY, StockKey

__all__ = [
    "AfterSale",
    "Attempt",
    "Deduction",
    "Due",
    "Leg",
    "Obligation",
    "Payment",
    "Refund",
    "Replacement",
    "ReturnUnit",
    "Shipment",
    "Unit",
    "UnitCash",
]


@frozen(kw_only=True)
class Unit:
    """How far one unit is.

    Attributes:
        id: As in the terms; a replacement is ``<origin>/r1``, ``/r2``…
        line: Id of its line.
        origin: The unit whose frozen vector it has: itself, unless it is a replacement.
        stock: The shelf it comes from.
        cash_left: What a refund of it would still pay back, fen.
        shipment: The parcel it left in; empty while it is here.
        is_received: The buyer has it (or had it).
        is_returned: It came back for a refund.
        pledge: The refund that was granted for it, or ``close``; empty otherwise.
        is_reversed: That refund has settled.
        replaced_by: The unit that took its place.
        replacements: How many units were set aside to replace it and its predecessors.
        after_sale: The open after-sale it is in.
        applications: After-sales it was in.
        earned: Points that were granted for it and not clawed back.
        window_ends_at: First instant at which the buyer cannot open an after-sale; ``None``: not received yet.
    """

    id: str
    line: str
    origin: str
    stock: StockKey
    cash_left: int = 0
    shipment: str = ""
    is_received: bool = False
    is_returned: bool = False
    pledge: str = ""
    is_reversed: bool = False
    replaced_by: str = ""
    replacements: int = 0
    after_sale: str = ""
    applications: int = 0
    earned: int = 0
    window_ends_at: datetime | None = None
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def is_shipped(self) -> bool:
        """Whether it has left; virtual goods leave when they are received."""
        return bool(self.shipment) or self.is_received

    @property
    def is_replacement(self) -> bool:
        """Whether it was sent in exchange for another unit."""
        return self.id != self.origin


@frozen(kw_only=True)
class Attempt:
    """One try to be paid, with a number of its own at the gateway.

    Attributes:
        part: Which of the separately paid parts, counted from 0.
        expires_at: When the gateway stops taking money; not after the deadline for paying.
        parameters: What the client needs to pay, as text that the gateway's adapter made.
    """

    id: str
    channel: str
    amount: int
    currency: str = "CNY"
    part: int = 0
    state: AttemptState = AttemptState.CREATED
    created_at: datetime
    expires_at: datetime | None = None
    parameters: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen(kw_only=True)
class Payment:
    """One capture.

    Attributes:
        id: ``<channel>:<transaction id>``.
        captured_at: The gateway's time, for reconciling.
        recorded_at: Ours, for everything else.
    """

    id: str
    channel: str
    transaction: str
    attempt: str
    amount: int
    currency: str = "CNY"
    state: PaymentState = PaymentState.ACCEPTED
    part: int = 0
    captured_at: datetime
    recorded_at: datetime
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen(kw_only=True)
class Obligation:
    """Money that must go back to one payment although no after-sale asks for it; one leg pays it, with the same id."""

    id: str
    source: OwedFor
    payment: str
    amount: int
    is_settled: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen
class UnitCash:
    """Fen of one unit; of freight, if ``unit`` is empty."""

    unit: str
    cash: int


@frozen
class Deduction:
    """What a refund keeps back: ``amount`` was called for, ``taken`` could be taken, fen. Negative gives back.

    Attributes:
        code: ``threshold``, ``gift:<sku>``, or a name of the shop's own.
        unit: The gift unit that it pays for.
    """

    code: str
    amount: int
    taken: int = 0
    unit: str = ""


@frozen(kw_only=True)
class Refund:
    """What was granted in one after-sale. ``cash`` = units + freight + goodwill - taken deductions.

    Attributes:
        units: Reversed units and what was left of their cash.
        freight: Freight given back, fen.
        goodwill: From which units (or from freight) the goodwill was taken.
        cash: What the legs pay, fen.
        deductions: What was kept back.
        is_cancelled: Taken back, because the gateway will never pay it.
    """

    id: str
    after_sale: str
    units: tuple[UnitCash, ...] = ()
    freight: int = 0
    goodwill: tuple[UnitCash, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    cash: int = 0
    is_settled: bool = False
    is_cancelled: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def retained(self) -> int:
        """What was kept back, fen; negative if an earlier deduction was given back."""
        return sum(deduction.taken for deduction in self.deductions)

    @property
    def uncollected(self) -> int:
        """What should have been kept back and was more than the refund, fen."""
        return sum(deduction.amount - deduction.taken for deduction in self.deductions)


@frozen(kw_only=True)
class Leg:
    """One refund to one payment; its id is the gateway's refund number and stays the same over retries.

    Attributes:
        source: Id of the refund or of the obligation that it pays.
        is_final: The gateway will never carry this number out.
        sent_at: When the gateway was first asked.
        settled_at: The gateway's time of success.
        reference: The gateway's number, or that of a payment outside it.
        is_offline: It was paid outside the gateway, and as far as is known not by the gateway too.
    """

    id: str
    source: str
    payment: str
    amount: int
    state: LegState = LegState.GRANTED
    reason: str = ""
    is_final: bool = False
    granted_at: datetime
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    reference: str = ""
    is_offline: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def takes_capacity(self) -> bool:
        """Whether the payment has that much less to give."""
        return self.state is not LegState.FAILED and self.state is not LegState.CANCELLED


@frozen
class Replacement:
    """What is sent instead: a shelf, and the list price there, which must be that of the unit, fen."""

    stock: StockKey
    price: int


@frozen
class ReturnUnit:
    """A unit in an after-sale, what came back of it, and the unit set aside to replace it."""

    unit: str
    outcome: Outcome = Outcome.PENDING
    replacement: str = ""


@frozen(kw_only=True)
class AfterSale:
    """One application of the buyer, or of the seller for the buyer.

    Attributes:
        units: The units it is about; none if only goodwill is asked for.
        gifts: Gift units that must come back too, or are deducted.
        goodwill: Money asked for without giving back a unit, fen.
        answer: Why it was refused or withdrawn.
        refund: Id of the refund that was granted.
        tracking: Number of the parcel on its way back.
    """

    id: str
    kind: AfterSaleKind
    state: AfterSaleState = AfterSaleState.REQUESTED
    by: str = "buyer"
    reason: str = ""
    units: tuple[ReturnUnit, ...] = ()
    gifts: tuple[ReturnUnit, ...] = ()
    goodwill: int = 0
    fault: Fault = Fault.BUYER
    replacement: Replacement | None = None
    opened_at: datetime
    answer: str = ""
    refund: str = ""
    carrier: str = ""
    tracking: str = ""
    delivered_at: datetime | None = None
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def is_open(self) -> bool:
        """Whether anything is still to happen in it."""
        return self.state not in _FINAL


_FINAL = frozenset((AfterSaleState.SETTLED, AfterSaleState.REFUSED, AfterSaleState.WITHDRAWN))


@frozen(kw_only=True)
class Shipment:
    """One parcel to the buyer.

    Attributes:
        delivered_at: The earliest delivery that was reported.
        receive_at: When it counts as received if nobody says so before.
    """

    id: str
    units: tuple[str, ...]
    carrier: str = ""
    tracking: str = ""
    shipped_at: datetime
    delivered_at: datetime | None = None
    receive_at: datetime
    is_void: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen
class Due:
    """An armed clock: at ``at``, ``Expire(kind, subject)`` decides. Unique by order, kind and subject.

    Attributes:
        order: Id of the order.
        subject: Id of the shipment or after-sale; empty for the order itself.
    """

    kind: TimerKind
    order: str
    subject: str
    at: datetime
