"""What else an order's events change: stock, limits, points. A pure function from events to the parts of a batch.

Every movement and booking has an id made of the order, its new version and the event, so that writing it twice is a
``Conflict`` and never a second movement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, field, frozen

from minishop.inventory import CommitHold, MoveKind, ReleaseHold, Reserve, StockChange, StockKey, StockMove
from minishop.orders import (
    ClaimTaken,
    Closed,
    CouponsReturned,
    Event,
    Order,
    Paid,
    PaidWithoutStock,
    ParcelReturned,
    Placed,
    PointsClawedBack,
    PointsEarned,
    PointsReturned,
    RefundCancelled,
    RefundGranted,
    ReplacementsAllocated,
    ReplacementsCancelled,
    ReturnReceived,
    ShipmentVoided,
    Shipped,
    Unit,
)
from minishop.promotions import Limit
from minishop.storage import GiveBack, LedgerEntry, LimitChange, Take

__all__ = ["STOCK_AT", "Effects", "effects_of", "points_account", "wanted_stock"]

#: Where an order's terms say when its stock is taken, if not at placement.
STOCK_AT = "stock_at"


@frozen
class Effects:
    """Parts of a batch."""

    stock: tuple[StockChange, ...]
    limits: tuple[LimitChange, ...]
    ledger: tuple[LedgerEntry, ...]


@define
class _Work:
    """One batch in the making."""

    order: Order
    version: int
    limits_of: Callable[[str], Limit | None]
    hold_grace: Any
    has_no_stock: bool
    index: int = 0
    stock: list[StockChange] = field(factory=list)
    limits: list[LimitChange] = field(factory=list)
    ledger: list[LedgerEntry] = field(factory=list)

    def move(self, kind: MoveKind, units: Iterable[str]) -> None:
        counted: Counter[StockKey] = Counter()
        for unit in map(self.order.unit, units):
            if unit is not None and self._is_counted(unit):
                counted[_key(unit)] += 1
        for key in sorted(counted):
            entry = f"{self.order.id}:{self.version}.{self.index}:{kind}:{key}"
            self.stock.append(StockMove(entry, key, kind, counted[key]))

    def _is_counted(self, unit: Unit) -> bool:
        line = self.order.line(unit.line)
        return line is None or line.ships

    def book(self, name: str, amount: int, *, floor: int | None, note: str) -> None:
        if amount:
            account = points_account(self.order.buyer)
            self.ledger.append(LedgerEntry(f"{self.order.id}:{name}", account, amount, floor, note))

    @property
    def is_held(self) -> bool:
        """Whether the stock is taken when the order is paid."""
        return self.order.terms.extra.get(STOCK_AT) == "pay"


def _key(unit: Unit) -> StockKey:
    return StockKey(unit.stock.sku, unit.stock.location)


def points_account(buyer: str) -> str:
    """The ledger account of a buyer's points."""
    return f"points:{buyer}"


def wanted_stock(order: Order) -> tuple[tuple[StockKey, int], ...]:
    """What the order needs of each key, sorted."""
    counted: Counter[StockKey] = Counter()
    for line in order.lines:
        if line.ships:
            counted[StockKey(line.stock.sku, line.stock.location)] += len(line.units)
    return tuple(sorted(counted.items()))


def effects_of(
    order: Order,
    version: int,
    events: Iterable[Event],
    *,
    limits_of: Callable[[str], Limit | None],
    hold_grace: Any,
) -> Effects:
    """What the events change beside the order.

    Args:
        order: As it is after them.
        version: Its new version.
        events: In their order.
        limits_of: Rule id to its limits, for the ceilings of claims.
        hold_grace: How long a hold outlives the deadline for paying; a timedelta.
    """
    happened = tuple(events)
    has_no_stock = any(isinstance(event, PaidWithoutStock) for event in happened)
    work = _Work(order, version, limits_of, hold_grace, has_no_stock)
    for index, event in enumerate(happened):
        work.index = index
        effect = _EFFECTS.get(type(event))
        if effect is not None:
            effect(work, event)
    return Effects(tuple(work.stock), tuple(work.limits), tuple(work.ledger))


# -- one function for each event that has an effect ------------------------------------------------------------------


def _placed(work: _Work, event: Placed) -> None:
    terms = event.terms
    if not work.is_held:
        work.move(MoveKind.ALLOCATE, [unit.id for line in terms.lines for unit in line.units])
    else:
        due = work.order.timer("unpaid")
        if due is not None and (wanted := wanted_stock(work.order)):
            work.stock.append(Reserve(terms.id, wanted, due.at + work.hold_grace))
    for coupon in terms.coupons:
        work.limits.append(Take(f"coupon:{coupon.id}", terms.id))
    for claim in terms.claims:
        work.limits.extend(_takes(work, claim))
    spent = sum(unit.points_count for line in terms.lines for unit in line.units)
    work.book("spend", -spent, floor=0, note="order")


def _takes(work: _Work, claim: ClaimTaken) -> Iterable[Take]:
    limit, token = work.limits_of(claim.rule), _claim_token(work.order, claim)
    if limit is None:
        return
    if limit.total is not None:
        yield Take(f"rule:{claim.rule}", token, claim.count, limit.total)
    if limit.shopper is not None:
        yield Take(f"rule:{claim.rule}:{work.order.buyer}", token, claim.count, limit.shopper)
    if limit.budget is not None and claim.amount:
        yield Take(f"budget:{claim.rule}", token, claim.amount, limit.budget)


def _claim_token(order: Order, claim: ClaimTaken) -> str:
    return f"{order.id}/{claim.coupon}" if claim.coupon else order.id


def _paid(work: _Work, event: Paid) -> None:
    if not work.is_held or work.has_no_stock:
        return
    if event.payment is None:  # nothing to pay: placed and paid in one batch, so nothing was ever held
        work.move(MoveKind.ALLOCATE, [unit.id for line in work.order.lines for unit in line.units])
    else:
        work.stock.append(CommitHold(work.order.id))


def _paid_without_stock(work: _Work, event: PaidWithoutStock) -> None:
    work.stock.append(ReleaseHold(work.order.id))


def _closed(work: _Work, event: Closed) -> None:
    if work.is_held and (work.order.paid_at is None or work.has_no_stock):
        work.stock.append(ReleaseHold(work.order.id))
    else:
        work.move(MoveKind.DEALLOCATE, event.units)


def _coupons_returned(work: _Work, event: CouponsReturned) -> None:
    for coupon in event.coupons:
        work.limits.append(GiveBack(f"coupon:{coupon}", work.order.id))
    for claim in event.claims:
        token = _claim_token(work.order, claim)
        for key in (f"rule:{claim.rule}", f"rule:{claim.rule}:{work.order.buyer}", f"budget:{claim.rule}"):
            work.limits.append(GiveBack(key, token))


def _points_returned(work: _Work, event: PointsReturned) -> None:
    for unit in event.units:
        work.book(f"refund:{event.source}:{unit.unit}", unit.points, floor=None, note="refund")


def _points_earned(work: _Work, event: PointsEarned) -> None:
    for unit in event.units:
        work.book(f"earn:{unit.unit}", unit.points, floor=None, note="earned")


def _points_clawed_back(work: _Work, event: PointsClawedBack) -> None:
    for unit in event.units:
        work.book(f"claw-back:{event.source}:{unit.unit}", -unit.points, floor=None, note="refund")


def _refund_granted(work: _Work, event: RefundGranted) -> None:
    work.move(MoveKind.DEALLOCATE, event.units)


def _refund_cancelled(work: _Work, event: RefundCancelled) -> None:
    work.move(MoveKind.ALLOCATE, event.units)


def _shipped(work: _Work, event: Shipped) -> None:
    work.move(MoveKind.SHIP, event.shipment.units)


def _shipment_voided(work: _Work, event: ShipmentVoided) -> None:
    work.move(MoveKind.UNSHIP, event.units)


def _return_received(work: _Work, event: ReturnReceived) -> None:
    work.move(MoveKind.RECEIVE, event.sellable)


def _parcel_returned(work: _Work, event: ParcelReturned) -> None:
    work.move(MoveKind.RECEIVE, event.units)


def _replacements_allocated(work: _Work, event: ReplacementsAllocated) -> None:
    work.move(MoveKind.ALLOCATE, [unit.id for unit in event.units])


def _replacements_cancelled(work: _Work, event: ReplacementsCancelled) -> None:
    work.move(MoveKind.DEALLOCATE, event.units)


_EFFECTS: dict[type[Event], Callable[[_Work, Any], None]] = {
    Closed: _closed,
    CouponsReturned: _coupons_returned,
    Paid: _paid,
    PaidWithoutStock: _paid_without_stock,
    ParcelReturned: _parcel_returned,
    Placed: _placed,
    PointsClawedBack: _points_clawed_back,
    PointsEarned: _points_earned,
    PointsReturned: _points_returned,
    RefundCancelled: _refund_cancelled,
    RefundGranted: _refund_granted,
    ReplacementsAllocated: _replacements_allocated,
    ReplacementsCancelled: _replacements_cancelled,
    ReturnReceived: _return_received,
    ShipmentVoided: _shipment_voided,
    Shipped: _shipped,
}
