"""Every state that a small order can come into.

Time is abstract: an armed clock may fire at any moment, and whatever can still be done in time can be done now. So a
state is an order with its instants reduced to *now* and *later*. Ids are counted, amounts are fixed. A step is one
command; what a gateway may answer at a moment is a command like any other.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
from attrs import evolve, frozen

from minishop.orders import (
    Approve,
    CancelGrant,
    ChangeKind,
    Close,
    Confirm,
    Context,
    CorrectTracking,
    Deliver,
    Expire,
    FailHold,
    FailRefund,
    Grant,
    GrantOwed,
    OpenAfterSale,
    Order,
    OrderPolicy,
    Pay,
    ReceiveParcel,
    ReceiveReturn,
    RefundNotFound,
    Refuse,
    Rejected,
    ReleaseHold,
    RepriceOrder,
    RetryRefund,
    SendBack,
    SettleOffline,
    SettleRefund,
    Ship,
    StartPayment,
    SubmitRefund,
    UnitOutcome,
    UnknownRefund,
    VoidShipment,
    Withdraw,
    apply,
    decide,
    facets,
    is_settled,
)
from minishop.orders.evolving import changed
from tests.orders.build import BUYER, NOON, SELLER, SYSTEM

LATER = NOON + timedelta(days=365)


@frozen
class Size:
    """What a walk may do how often."""

    payments: int = 1
    after_sales: int = 1
    kinds: tuple[str, ...] = ("refund-only", "return", "exchange")
    cancels: bool = True
    windows: bool = True
    goodwill: int = 0
    mismatches: bool = False
    prices: bool = False
    voids: bool = False
    fails: bool = True
    is_flaky: bool = True

    def of(self, *kinds):
        return evolve(self, kinds=kinds)


def moves(order: Order, size: Size) -> Iterator[tuple[Any, ...]]:
    """Everything that may happen next: command, actor, instant."""
    yield from paying(order, size)
    yield from shipping(order, size)
    yield from applying(order, size)
    yield from refunding(order, size)
    for due in order.timers:
        if due.kind == "window" and not size.windows:
            continue
        yield Expire(kind=due.kind, subject=due.subject), SYSTEM, LATER


def paying(order, size):
    count = len(order.attempts)
    if count < size.payments:
        yield StartPayment(attempt=f"attempt-{count}", channel="wx"), BUYER, NOON
    for attempt in order.attempts:
        if len(order.payments) < size.payments and all(each.attempt != attempt.id for each in order.payments):
            wrong = (0, 1) if size.mismatches else (0,)
            for more in wrong:
                amount = attempt.amount + more
                yield (
                    Pay(
                        attempt=attempt.id,
                        channel="wx",
                        transaction=f"T{attempt.id}",
                        amount=amount,
                        captured_at=NOON,
                    ),
                    SYSTEM,
                    NOON,
                )
    yield Close(), SELLER, NOON
    yield Close(), BUYER, NOON
    yield ReleaseHold(), SYSTEM, NOON
    yield FailHold(), SYSTEM, NOON
    if size.prices:
        yield RepriceOrder(goods=0, freight=0), SELLER, NOON
    for obligation in order.obligations:
        yield GrantOwed(obligation=obligation.id), SYSTEM, NOON


def shipping(order, size):
    count = len(order.shipments)
    yield Ship(shipment=f"p{count}"), SELLER, NOON
    yield Ship(shipment=f"p{count}", override_after_sale=True), SELLER, NOON
    if not count:
        for unit in order.units:
            yield Ship(shipment=f"p{count}", units=(unit.id,)), SELLER, NOON
    for parcel in order.shipments:
        if size.voids and not any(each.is_void for each in order.shipments):
            yield VoidShipment(shipment=parcel.id), SELLER, NOON
        if size.voids:
            yield CorrectTracking(shipment=parcel.id, tracking="right"), SELLER, NOON
        yield ReceiveParcel(shipment=parcel.id), SELLER, NOON
        yield Deliver(shipment=parcel.id, delivered_at=NOON), SYSTEM, NOON
        yield Confirm(shipments=(parcel.id,)), BUYER, NOON
    yield Confirm(), BUYER, NOON


def applying(order, size):
    count = len(order.after_sales)
    if count < size.after_sales:
        sets = [(unit.id,) for unit in order.units]
        both = tuple(unit.id for unit in order.units if not unit.is_replacement)
        if len(both) > 1:
            sets.append(both)
        for kind in size.kinds:
            for units in sets:
                yield OpenAfterSale(after_sale=f"a{count}", kind=kind, units=units), BUYER, NOON
        if size.goodwill:
            command = OpenAfterSale(after_sale=f"a{count}", kind="refund-only", goodwill=size.goodwill)
            yield command, BUYER, NOON
    for each in order.after_sales:
        if not each.is_open:
            continue
        yield Approve(after_sale=each.id), SELLER, NOON
        yield Refuse(after_sale=each.id, reason="no"), SELLER, NOON
        yield Withdraw(after_sale=each.id), BUYER, NOON
        yield SendBack(after_sale=each.id, tracking="t"), BUYER, NOON
        if size.voids:
            for kind in size.kinds:
                yield ChangeKind(after_sale=each.id, kind=kind), BUYER, NOON
        yield from receiving(each)
        if order.refund(f"r{each.id}") is None or order.refund(f"s{each.id}") is None:
            number = "r" if order.refund(f"r{each.id}") is None else "s"
            yield Grant(after_sale=each.id, refund=f"{number}{each.id}"), SELLER, NOON


def receiving(after_sale):
    for first in ("good", "damaged", "missing"):
        for rest in ("good", "missing"):
            outcomes = tuple(
                UnitOutcome(entry.unit, rest if place else first) for place, entry in enumerate(after_sale.units)
            )
            yield ReceiveReturn(after_sale=after_sale.id, outcomes=outcomes), SELLER, NOON
            if len(after_sale.units) < 2:
                break


def refunding(order, size):
    for leg in order.legs:
        if leg.state == "cancelled" or leg.state == "settled":
            continue  # a gateway does not pay what it has said it never will
        if leg.state != "failed":
            yield SettleRefund(leg=leg.id, amount=leg.amount, settled_at=NOON), SYSTEM, NOON
            if size.fails:
                yield FailRefund(leg=leg.id, is_final=True), SYSTEM, NOON
        if size.is_flaky:
            yield SubmitRefund(leg=leg.id), SYSTEM, NOON
            yield FailRefund(leg=leg.id), SYSTEM, NOON
            yield UnknownRefund(leg=leg.id), SYSTEM, NOON
            yield RefundNotFound(leg=leg.id), SYSTEM, LATER
        yield RetryRefund(leg=leg.id), SYSTEM, NOON
        yield SettleOffline(leg=leg.id, reference="bank"), SELLER, NOON
        if leg.is_final and not leg.id.endswith("-n"):
            yield RetryRefund(leg=leg.id, new_leg=f"{leg.id}-n"), SYSTEM, NOON
    for refund in order.refunds:
        if size.cancels and refund.id.startswith("r"):  # and something is granted instead
            yield CancelGrant(refund=refund.id), SELLER, NOON


# -- states -----------------------------------------------------------------------------------------------------------


def timeless(order: Order) -> Order:
    """The order with every instant reduced to now or later."""
    armed = {(due.kind, due.subject) for due in order.timers}
    return changed(
        order,
        units=tuple(
            changed(
                unit,
                window_ends_at=unit.window_ends_at and (LATER if ("window", unit.shipment) in armed else NOON),
            )
            for unit in order.units
        ),
        attempts=tuple(changed(each, created_at=NOON, expires_at=None) for each in order.attempts),
        payments=tuple(changed(each, recorded_at=NOON) for each in order.payments),
        legs=tuple(
            changed(each, granted_at=NOON, sent_at=each.sent_at and NOON, settled_at=each.settled_at and NOON)
            for each in order.legs
        ),
        after_sales=tuple(changed(each, opened_at=NOON) for each in order.after_sales),
        shipments=tuple(
            changed(each, shipped_at=NOON, receive_at=LATER, delivered_at=each.delivered_at and NOON)
            for each in order.shipments
        ),
        timers=tuple(sorted((changed(due, at=LATER) for due in order.timers), key=lambda due: (due.kind, due.subject))),
        pay_until=order.pay_until and LATER,
        paid_at=order.paid_at and NOON,
    )


FIELDS = [name for name in attrs.fields_dict(Order) if name not in ("terms", "extra", "__weakref__")]


def key(order: Order):
    """What makes two states the same; the terms change only by repricing."""
    return (order.payable, *(getattr(order, name) for name in FIELDS))


class Walk:
    """All states reachable from one, the steps between them, and what was seen on the way."""

    def __init__(self, start: Order, size: Size, *, policy=None, check=lambda order: None, limit=200_000):
        self.size, self.policy, self.check, self.limit = size, policy or OrderPolicy(), check, limit
        self.states: list[Order] = []
        self.numbers: dict[Any, int] = {}
        self.before: defaultdict[int, list[int]] = defaultdict(list)
        self.seen: set[Any] = set()
        self.steps = 0
        self._add(timeless(start))
        done = 0
        while done < len(self.states):
            self._expand(done)
            done += 1

    def _add(self, order):
        name = key(order)
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.states)
            assert number < self.limit, "more states than allowed"
            self.check(order)
            self.states.append(order)
        return number

    def _expand(self, number):
        order = self.states[number]
        was = facets(order)
        for command, actor, now in moves(order, self.size):
            result = decide(order, command, Context(now, actor, self.policy))
            if isinstance(result, Rejected):
                continue
            self.steps += 1
            after = apply(order, result)
            if order.life != "open":
                assert (after.life, after.reason) == (order.life, order.reason), "an end is the end"
            self._note(command, was, facets(after), is_news=bool(result))
            if result:
                then = self._add(timeless(after))
                self.before[then].append(number)

    def _note(self, command, was, now, *, is_news):
        name = type(command).__name__
        for facet in ("life", "money", "goods", "after_sale", "hold"):
            old, new = str(getattr(was, facet)), str(getattr(now, facet))
            self.seen.add((name, facet, old, new))

    def trapped(self):
        """States from which nothing leads to rest."""
        free = {number for number, order in enumerate(self.states) if is_settled(order)}
        todo = list(free)
        while todo:
            for earlier in self.before[todo.pop()]:
                if earlier not in free:
                    free.add(earlier)
                    todo.append(earlier)
        return [order for number, order in enumerate(self.states) if number not in free]
