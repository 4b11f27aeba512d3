"""Money that belongs to no order: it arrived at our merchant number, so it is owed back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from minishop.payments._gateway import (
    CaptureNotice,
    Declined,
    NotFound,
    RefundAnswer,
    RefundRequest,
    Settled,
    Submitted,
)

__all__ = ["StrayPayment", "StrayState"]


class StrayState(StrEnum):
    """``owed`` until the gateway has been asked; ``settled`` is the end, ``failed`` needs a person."""

    OWED = "owed"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SETTLED = "settled"


@frozen(kw_only=True)
class StrayPayment:
    """A capture that no order asked for, and its way back.

    Attributes:
        id: ``<gateway>:<transaction>``.
        leg: The number of its refund.
        gateway: Name of the gateway.
        transaction: The gateway's number.
        attempt: The shop's number that it names, which no order has.
        amount: Fen.
        currency: ISO 4217.
        captured_at: The gateway's time.
        recorded_at: Ours.
        state: How far its refund is.
        settled_at: When the money went back, by the gateway's clock.
        reason: What the gateway said when it refused.
    """

    id: str
    leg: str
    gateway: str
    transaction: str
    attempt: str
    amount: int
    currency: str
    captured_at: datetime
    recorded_at: datetime
    state: StrayState = StrayState.OWED
    settled_at: datetime | None = None
    reason: str = ""
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    @classmethod
    def of(cls, notice: CaptureNotice, leg: str, now: datetime) -> StrayPayment:
        """What is recorded of a capture."""
        return cls(
            id=f"{notice.gateway}:{notice.transaction}",
            leg=leg,
            gateway=notice.gateway,
            transaction=notice.transaction,
            attempt=notice.attempt,
            amount=notice.amount,
            currency=notice.currency,
            captured_at=notice.captured_at,
            recorded_at=now,
        )

    @property
    def refund_request(self) -> RefundRequest:
        """All of it back."""
        return RefundRequest(
            leg=self.leg,
            attempt=self.attempt,
            transaction=self.transaction,
            amount=self.amount,
            total=self.amount,
            currency=self.currency,
        )

    def answered(self, answer: RefundAnswer) -> StrayPayment:
        """After the gateway has said how far it is; what is settled stays settled."""
        if self.state is StrayState.SETTLED:
            return self
        match answer:
            case Settled(settled_at=settled_at):
                return evolve(self, state=StrayState.SETTLED, settled_at=settled_at, reason="")
            case Submitted():
                return evolve(self, state=StrayState.SUBMITTED)
            case Declined(reason):
                return evolve(self, state=StrayState.FAILED, reason=reason)
            case NotFound():
                return evolve(self, state=StrayState.OWED)
