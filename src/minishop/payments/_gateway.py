"""The port to a payment gateway, and the values that cross it.

A gateway is asked with numbers that the shop has chosen: the id of the payment attempt, the id of the refund leg. The
same number again means the same thing, so every call may be repeated. Amounts are fen; instants are aware.

How a call may end:

* an answer of the types below;
* :class:`~minishop.errors.RemoteError`: certainly nothing was done;
* :class:`~minishop.errors.OutcomeUnknown`: it may have been done; only a query can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from attrs import field, frozen

__all__ = [
    "AsyncGateway",
    "BillKind",
    "BillRow",
    "CaptureNotice",
    "Closed",
    "Declined",
    "Gateway",
    "NotFound",
    "PaymentAnswer",
    "PaymentRequest",
    "Pending",
    "Ready",
    "RefundAnswer",
    "RefundNotice",
    "RefundRequest",
    "Settled",
    "Submitted",
]


@frozen(kw_only=True)
class PaymentRequest:
    """Asks for money.

    Attributes:
        attempt: The shop's number of the payment; 6 to 32 of ``0-9A-Za-z_-``.
        order: The order it is for, to be shown to people.
        amount: Fen, at least 1.
        currency: ISO 4217.
        description: What the shopper reads while paying.
        expires_at: The gateway takes no money from then on.
        payer: Who pays, as the gateway knows them (an openid), where it asks for that.
        channel: How it is paid, for example ``jsapi``; empty takes the gateway's default.
    """

    attempt: str
    order: str
    amount: int
    currency: str = "CNY"
    description: str
    expires_at: datetime
    payer: str = field(default="", repr=False)
    channel: str = ""


@frozen(kw_only=True)
class CaptureNotice:
    """Money was taken: what the gateway says in a notification, or in answer to a query. It is verified already.

    Attributes:
        gateway: Name of the gateway, for example ``wechatpay``; with ``transaction`` unique for all time.
        merchant: The merchant number that got the money.
        attempt: The shop's number of the payment.
        transaction: The gateway's number of it.
        amount: Fen that the order asked for, whoever bore part of it.
        currency: ISO 4217.
        captured_at: When, by the gateway's clock.
        app: The app the payment was made in, where the gateway says.
    """

    gateway: str
    merchant: str
    attempt: str
    transaction: str
    amount: int
    currency: str = "CNY"
    captured_at: datetime
    app: str = ""


@frozen
class Ready:
    """The shopper can pay now; ``client`` is what the front end hands to the gateway's own code."""

    client: Mapping[str, str] = field(factory=dict, hash=False, repr=False)


@frozen
class Pending:
    """Not paid yet."""


@frozen
class Closed:
    """Not paid, and cannot be paid any more."""


@frozen
class NotFound:
    """The gateway does not know the number (yet)."""


PaymentAnswer: TypeAlias = CaptureNotice | Ready | Pending | Closed | NotFound


@frozen(kw_only=True)
class RefundRequest:
    """Asks for money to be given back.

    Attributes:
        leg: The shop's number of the refund; at most 64 of ``0-9A-Za-z_-|*@``. The same number is the same refund.
        attempt: The payment it comes from, by the shop's number.
        transaction: ... and by the gateway's.
        amount: Fen to give back.
        total: Fen of the whole payment.
        currency: ISO 4217.
        reason: What the shopper reads.
    """

    leg: str
    attempt: str
    transaction: str
    amount: int
    total: int
    currency: str = "CNY"
    reason: str = ""


@frozen
class Submitted:
    """Accepted, not yet given back."""

    refund: str = ""


@frozen(kw_only=True)
class Settled:
    """Given back.

    Attributes:
        amount: Fen.
        settled_at: When, by the gateway's clock.
        refund: The gateway's number.
    """

    amount: int
    settled_at: datetime
    refund: str = ""


@frozen
class Declined:
    """Not given back, and it will not be by itself.

    Attributes:
        reason: The gateway's word, for people.
        is_final: No refund of this number can succeed any more; a new number is needed.
    """

    reason: str
    is_final: bool = False


RefundAnswer: TypeAlias = Submitted | Settled | Declined | NotFound


@frozen
class RefundNotice:
    """What the gateway says of a refund in a notification; verified already."""

    gateway: str
    leg: str
    answer: RefundAnswer


class BillKind(StrEnum):
    """What a row of a bill is about."""

    PAYMENT = "payment"
    REFUND = "refund"


@frozen(kw_only=True)
class BillRow:
    """One row of a gateway's bill.

    Attributes:
        kind: Payment or refund.
        gateway: Name of the gateway.
        number: The gateway's transaction of a payment; the shop's leg of a refund.
        attempt: The shop's number of the payment.
        amount: Fen, never negative.
        currency: ISO 4217.
        at: The gateway's success time.
        is_success: Whether the money moved.
        merchant: The merchant number.
        fee: Fen that the gateway keeps; shown, not compared.
    """

    kind: BillKind
    gateway: str
    number: str
    attempt: str
    amount: int
    currency: str = "CNY"
    at: datetime
    is_success: bool = True
    merchant: str = ""
    fee: int = 0


class Gateway(Protocol):
    """A payment gateway. Calls have a deadline of their own; one that passes is ``OutcomeUnknown``."""

    @property
    def name(self) -> str:
        """Name of the gateway in transactions and bills."""

    @property
    def merchant(self) -> str:
        """The merchant number money must arrive at."""

    def create(self, request: PaymentRequest) -> PaymentAnswer:
        """Prepares a payment; :class:`CaptureNotice` from a gateway that takes the money at once."""

    def query(self, attempt: str) -> PaymentAnswer:
        """Where a payment stands."""

    def close(self, attempt: str) -> PaymentAnswer:
        """Ends a payment that was not made; :class:`CaptureNotice` if it was."""

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Gives money back. The same leg with another amount is an error, never a second refund."""

    def query_refund(self, leg: str) -> RefundAnswer:
        """Where a refund stands."""

    def bill(self, day: date) -> tuple[BillRow, ...]:
        """All rows of a day in the gateway's time zone.

        Raises:
            RemoteError: ``bill_not_ready``: it is not published yet; an empty bill is a day without business.
        """


class AsyncGateway(Protocol):
    """:class:`Gateway` for async apps."""

    @property
    def name(self) -> str:
        """See :class:`Gateway`."""

    @property
    def merchant(self) -> str:
        """See :class:`Gateway`."""

    async def create(self, request: PaymentRequest) -> PaymentAnswer:
        """See :class:`Gateway`."""

    async def query(self, attempt: str) -> PaymentAnswer:
        """See :class:`Gateway`."""

    async def close(self, attempt: str) -> PaymentAnswer:
        """See :class:`Gateway`."""

    async def refund(self, request: RefundRequest) -> RefundAnswer:
        """See :class:`Gateway`."""

    async def query_refund(self, leg: str) -> RefundAnswer:
        """See :class:`Gateway`."""

    async def bill(self, day: date) -> tuple[BillRow, ...]:
        """See :class:`Gateway`."""
