"""After-sales, from the application to the refund at the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from minishop.checkout._act import Request, act
from minishop.checkout._desk import Desk
from minishop.checkout._keys import derived_id
from minishop.checkout._outcomes import Answer, Refused
from minishop.checkout._refunds import send_legs
from minishop.checkout._reprice import with_repriced
from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.orders import (
    SYSTEM,
    Actor,
    AfterSaleKind,
    Approve,
    CancelGrant,
    ChangeKind,
    Command,
    Deduction,
    DeliverReturn,
    Fault,
    Grant,
    GrantOwed,
    OpenAfterSale,
    Order,
    Pick,
    ReceiveReturn,
    Refuse,
    Replacement,
    RetryRefund,
    Role,
    SendBack,
    SettleOffline,
    UnitOutcome,
    Withdraw,
)

__all__ = [
    "approve",
    "cancel_grant",
    "change_kind",
    "deliver_return",
    "grant",
    "grant_owed",
    "open_after_sale",
    "receive_return",
    "refund",
    "refuse",
    "retry_refund",
    "send_back",
    "settle_offline",
    "withdraw",
]


def open_after_sale(
    desk: Desk,
    order: str,
    *,
    buyer: str,
    key: str,
    kind: AfterSaleKind | str,
    units: tuple[str | Pick, ...] = (),
    reason: str = "",
    goodwill: int = 0,
    fault: Fault | str = Fault.BUYER,
    replacement: Replacement | None = None,
    after_sale: str | None = None,
) -> Flow[Answer]:
    """The buyer applies for a refund, a return or an exchange.

    Args:
        desk: The shop's.
        order: Id of the order.
        buyer: Who applies.
        key: The caller's idempotency key.
        kind: ``refund-only``, ``return`` or ``exchange``.
        units: Unit ids, or counts of a line.
        reason: The buyer's words.
        goodwill: Money asked for without giving back a unit, fen.
        fault: Whose fault it is.
        replacement: What to send instead in an exchange, if not the same.
        after_sale: Its id; made from the key unless given.
    """
    command = OpenAfterSale(
        after_sale=after_sale or derived_id("a", order, key),
        kind=AfterSaleKind(kind),
        units=units,
        reason=reason,
        goodwill=goodwill,
        fault=Fault(fault),
        replacement=replacement,
    )
    return (yield from act(desk, order, [command], _by(Role.BUYER, buyer, "open_after_sale", key, order, command)))


def change_kind(
    desk: Desk, order: str, *, seller: str, key: str, after_sale: str, kind: AfterSaleKind | str
) -> Flow[Answer]:
    """Changes what an unanswered after-sale is about, for example an exchange that has no stock into a return."""
    command = ChangeKind(after_sale=after_sale, kind=AfterSaleKind(kind))
    return (yield from act(desk, order, [command], _by(Role.SELLER, seller, "change_kind", key, order, command)))


def approve(
    desk: Desk, order: str, *, seller: str, key: str, after_sale: str, fault: Fault | str | None = None
) -> Flow[Answer]:
    """The seller says yes: goods are awaited, or a refund can be granted."""
    command = Approve(after_sale=after_sale, fault=None if fault is None else Fault(fault))
    approved = yield from act(desk, order, [command], _by(Role.SELLER, seller, "approve", key, order, command))
    if isinstance(approved, Refused) and approved.code == "stock_short":
        return evolve(approved, reasons=(evolve(approved.reasons[0], code="no_replacement_stock"),))
    return approved


def refuse(desk: Desk, order: str, *, seller: str, key: str, after_sale: str, reason: str) -> Flow[Answer]:
    """The seller says no."""
    command = Refuse(after_sale=after_sale, reason=reason)
    return (yield from act(desk, order, [command], _by(Role.SELLER, seller, "refuse", key, order, command)))


def withdraw(desk: Desk, order: str, *, buyer: str, key: str, after_sale: str, reason: str = "") -> Flow[Answer]:
    """The buyer takes the application back."""
    command = Withdraw(after_sale=after_sale, reason=reason)
    return (yield from act(desk, order, [command], _by(Role.BUYER, buyer, "withdraw", key, order, command)))


def send_back(
    desk: Desk, order: str, *, buyer: str, key: str, after_sale: str, tracking: str, carrier: str = ""
) -> Flow[Answer]:
    """The buyer has sent the goods."""
    command = SendBack(after_sale=after_sale, tracking=tracking, carrier=carrier)
    return (yield from act(desk, order, [command], _by(Role.BUYER, buyer, "send_back", key, order, command)))


def deliver_return(desk: Desk, order: str, *, after_sale: str, delivered_at: datetime) -> Flow[Answer]:
    """The returned parcel has arrived at the seller's."""
    command = DeliverReturn(after_sale=after_sale, delivered_at=delivered_at)
    return (yield from act(desk, order, [command], Request(name="deliver_return")))


def receive_return(
    desk: Desk, order: str, *, seller: str, key: str, after_sale: str, outcomes: tuple[UnitOutcome, ...]
) -> Flow[Answer]:
    """The seller has looked at what came back: ``good``, ``damaged`` or ``missing``, unit by unit."""
    command = ReceiveReturn(after_sale=after_sale, outcomes=outcomes)
    return (yield from act(desk, order, [command], _by(Role.SELLER, seller, "receive_return", key, order, command)))


def grant(
    desk: Desk,
    order: str,
    *,
    seller: str,
    key: str,
    after_sale: str,
    freight: int | None = None,
    goodwill: int | None = None,
    deductions: tuple[Deduction, ...] = (),
    expected_cash: int | None = None,
) -> Flow[Answer]:
    """Fixes the refund of an after-sale, then asks the gateway for it.

    Args:
        desk: The shop's.
        order: Id of the order.
        seller: Who grants.
        key: The caller's idempotency key.
        after_sale: Approved, or received.
        freight: Freight to give back, fen; ``None``: by the rule.
        goodwill: Money beside the units, fen; ``None``: as applied for.
        deductions: What to keep back.
        expected_cash: What the clerk saw, fen; another result is refused.
    """
    command = Grant(
        after_sale=after_sale,
        refund=derived_id("r", order, after_sale, key),
        freight=freight,
        goodwill=goodwill,
        deductions=deductions,
        expected_cash=expected_cash,
    )
    request = _by(Role.SELLER, seller, "grant", key, order, command)
    return (yield from _grant(desk, order, [command], request))


def refund(
    desk: Desk,
    order: str,
    *,
    seller: str,
    key: str,
    units: tuple[str | Pick, ...] = (),
    goodwill: int = 0,
    freight: int | None = None,
    reason: str = "",
    fault: Fault | str = Fault.SELLER,
    deductions: tuple[Deduction, ...] = (),
    expected_cash: int | None = None,
    expected_version: int | None = None,
) -> Flow[Answer]:
    """The seller refunds directly: an after-sale is opened, approved and granted in one batch.

    Args:
        desk: The shop's.
        order: Id of the order.
        seller: Who refunds.
        key: The caller's idempotency key.
        units: Unit ids, or counts of a line, that are refunded whole.
        goodwill: Money beside them, fen.
        freight: Freight to give back, fen; ``None``: by the rule.
        reason: For the buyer.
        fault: Whose fault it is.
        deductions: What to keep back.
        expected_cash: What the clerk saw, fen; another result is refused.
        expected_version: The version the clerk saw; needed if no unit is named, so that a second click with another
            key is not a second goodwill.

    Raises:
        InvalidInput: Neither units nor ``expected_version``.
    """
    if not units and expected_version is None:
        raise InvalidInput("expected_version", "missing_key", "is needed for a refund that names no unit")
    name = derived_id("a", order, key)
    commands: list[Command] = [
        OpenAfterSale(
            after_sale=name,
            kind=AfterSaleKind.REFUND_ONLY,
            units=units,
            reason=reason,
            goodwill=goodwill,
            fault=Fault(fault),
        ),
        Approve(after_sale=name),
        Grant(
            after_sale=name,
            refund=derived_id("r", order, name, key),
            freight=freight,
            deductions=deductions,
            expected_cash=expected_cash,
        ),
    ]
    request = evolve(_by(Role.SELLER, seller, "refund", key, order, commands), expected_version=expected_version)
    return (yield from _grant(desk, order, commands, request))


def grant_owed(desk: Desk, order: str, *, obligation: str, seller: str = "") -> Flow[Answer]:
    """Pays back money that is owed; where the policy is ``auto`` this has been done already."""
    actor = Actor(Role.SELLER, seller) if seller else SYSTEM
    return (yield from _grant(desk, order, [GrantOwed(obligation=obligation)], Request(name="grant_owed", actor=actor)))


def retry_refund(desk: Desk, order: str, *, seller: str, key: str, leg: str, new_leg: bool = False) -> Flow[Answer]:
    """Asks again for a refund that failed, under the same number.

    Args:
        desk: The shop's.
        order: Id of the order.
        seller: Who retries.
        key: The caller's idempotency key.
        leg: The failed leg.
        new_leg: Under a new number, which is needed and allowed only once the gateway has closed the old one for good.
    """
    command = RetryRefund(leg=leg, new_leg=derived_id("r", order, leg, key) if new_leg else "")
    return (yield from _grant(desk, order, [command], _by(Role.SELLER, seller, "retry_refund", key, order, command)))


def settle_offline(desk: Desk, order: str, *, seller: str, key: str, leg: str, reference: str) -> Flow[Answer]:
    """Records that a failed refund was paid outside the gateway, for example because the card is closed."""
    command = SettleOffline(leg=leg, reference=reference)
    return (yield from act(desk, order, [command], _by(Role.SELLER, seller, "settle_offline", key, order, command)))


def cancel_grant(desk: Desk, order: str, *, seller: str, key: str, refund: str) -> Flow[Answer]:
    """Takes back a refund that can never be paid; its unshipped units need stock again."""
    command = CancelGrant(refund=refund)
    return (yield from act(desk, order, [command], _by(Role.SELLER, seller, "cancel_grant", key, order, command)))


def _grant(desk: Desk, order: str, commands: Sequence[Command], request: Request) -> Flow[Answer]:
    def plan(present: Order, now: datetime) -> Sequence[Command]:
        return with_repriced(desk, present, commands, now, request.actor)

    granted = yield from act(desk, order, plan, request)
    return granted if isinstance(granted, Refused) else (yield from send_legs(desk, granted))


def _by(role: Role, who: str, name: str, key: str, order: str, command: object) -> Request:
    return Request(name=name, actor=Actor(role, who), key=key, arguments={"order": order, "command": command})
