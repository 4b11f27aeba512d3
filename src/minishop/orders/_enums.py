"""The closed vocabularies of an order. Each member is its own stored text."""

from enum import StrEnum

__all__ = [
    "AfterSaleKind",
    "AfterSaleState",
    "AttemptState",
    "Fault",
    "Goods",
    "LegState",
    "Life",
    "Money",
    "Outcome",
    "OwedFor",
    "PaymentState",
    "Role",
    "Settled",
    "TimerKind",
]


class Role(StrEnum):
    """Who acts."""

    BUYER = "buyer"
    SELLER = "seller"
    SYSTEM = "system"


class Life(StrEnum):
    """The facet that ends: ``closed`` and ``completed`` absorb whatever comes later."""

    OPEN = "open"
    CLOSED = "closed"
    COMPLETED = "completed"


class Money(StrEnum):
    """What was paid and what went back, of captures that count; grants and owed payments are not in it."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly-refunded"
    REFUNDED = "refunded"


class Goods(StrEnum):
    """How far the units are that were not cancelled before they were shipped."""

    NONE = "none"
    PARTLY_SHIPPED = "partly-shipped"
    SHIPPED = "shipped"
    PARTLY_RECEIVED = "partly-received"
    RECEIVED = "received"
    RETURNED = "returned"


class Settled(StrEnum):
    """The facet of after-sales together."""

    NONE = "none"
    OPEN = "open"
    SETTLED = "settled"


class AttemptState(StrEnum):
    """A payment attempt: made, ready for the shopper, paid; or it came to nothing."""

    CREATED = "created"
    READY = "ready"
    UNKNOWN = "unknown"
    PAID = "paid"
    CLOSED = "closed"
    FAILED = "failed"


class PaymentState(StrEnum):
    """Whether a capture counts towards the order, or is owed back and why."""

    ACCEPTED = "accepted"
    LATE = "late"
    EXCESS = "excess"
    MISMATCHED = "mismatched"


class OwedFor(StrEnum):
    """Why money is owed back without an after-sale."""

    CLOSED = "closed"
    LATE = "late"
    EXCESS = "excess"
    MISMATCHED = "mismatched"


class LegState(StrEnum):
    """One refund at the gateway. All but ``failed`` and ``cancelled`` take capacity of their payment."""

    GRANTED = "granted"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AfterSaleKind(StrEnum):
    """Refund only (仅退款), return and refund (退货退款), exchange (换货)."""

    REFUND_ONLY = "refund-only"
    RETURN = "return"
    EXCHANGE = "exchange"


class AfterSaleState(StrEnum):
    """The last three are final."""

    REQUESTED = "requested"
    APPROVED = "approved"
    AWAITING_GOODS = "awaiting-goods"
    SENT_BACK = "sent-back"
    RECEIVED = "received"
    SETTLED = "settled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What came back of a unit; ``pending`` until it was looked at."""

    PENDING = "pending"
    GOOD = "good"
    DAMAGED = "damaged"
    MISSING = "missing"


class Fault(StrEnum):
    """Whose fault an after-sale is; freight goes back if it is the seller's."""

    BUYER = "buyer"
    SELLER = "seller"


class TimerKind(StrEnum):
    """The clocks of an order."""

    UNPAID = "unpaid"
    AUTO_RECEIVE = "auto-receive"
    WINDOW = "window"
    ANSWER = "answer"
    SHIP_BACK = "ship-back"
    RECEIVE_RETURN = "receive-return"
