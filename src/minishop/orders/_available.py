"""What can be asked of an order now, and what speaks against the rest.

A command has arguments, and whether it is possible depends on them. So each command is tried with a few arguments that
are as likely as any: one for every unit, parcel, after-sale or refund that it could be about. If one of them passes,
the command is available; if none does, the reasons against the first are the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from minishop.orders._context import Context
from minishop.orders._deciding import decide
from minishop.orders._enums import AfterSaleKind, Outcome
from minishop.orders._order import Order
from minishop.orders._rejected import Rejected
from minishop.orders.commands import (
    Approve,
    CancelGrant,
    ChangeKind,
    Close,
    Command,
    Confirm,
    CorrectTracking,
    FailHold,
    Grant,
    GrantOwed,
    OpenAfterSale,
    ReceiveParcel,
    ReceiveReturn,
    Refuse,
    ReleaseHold,
    RepriceOrder,
    RetryRefund,
    SendBack,
    SettleOffline,
    Ship,
    StartPayment,
    UnitOutcome,
    VoidShipment,
    Withdraw,
)
from minishop.quotes import Reason

__all__ = ["Availability", "available", "examples"]

#: An id that no app uses.
_NEW = "_available_"


@frozen
class Availability:
    """One command and why it is not possible now.

    Attributes:
        command: Its name.
        reasons: Empty if it is possible with some arguments.
        example: Arguments that pass, if there are any.
    """

    command: str
    reasons: tuple[Reason, ...]
    example: Command | None


def available(order: Order, ctx: Context) -> tuple[Availability, ...]:
    """Every command that people give, each with the reasons why not.

    Facts are left out: what has happened has happened. So are commands that an app has added.

    Raises:
        CallerError: As :func:`minishop.orders.decide`.
    """
    return tuple(_one(kind.__name__, candidates(order, ctx), order, ctx) for kind, candidates in _CANDIDATES.items())


def examples(order: Order, ctx: Context) -> tuple[Command, ...]:
    """For every available command one that would pass."""
    return tuple(each.example for each in available(order, ctx) if each.example is not None)


def _one(name: str, candidates: Iterator[Command], order: Order, ctx: Context) -> Availability:
    reasons: tuple[Reason, ...] = ()
    for command in candidates:
        result = decide(order, command, ctx)
        if not isinstance(result, Rejected):
            return Availability(name, (), command)
        reasons = reasons or result.reasons
    return Availability(name, reasons or (Reason("nothing_to_act_on", {"command": name}),), None)


def _ids(items: tuple[Any, ...]) -> Iterator[str]:
    """The ids, the latest first: it is the one that is most likely meant."""
    return (item.id for item in reversed(items))


def _start_payment(order: Order, ctx: Context) -> Iterator[Command]:
    for part in range(len(order.terms.parts)):
        yield StartPayment(attempt=_NEW, channel="?", part=part)


def _reprice(order: Order, ctx: Context) -> Iterator[Command]:
    yield RepriceOrder(freight=order.terms.freight + 1)


def _open_after_sale(order: Order, ctx: Context) -> Iterator[Command]:
    for kind in AfterSaleKind:
        for unit in _ids(order.units):
            yield OpenAfterSale(after_sale=_NEW, kind=kind, units=(unit,))


def _change_kind(order: Order, ctx: Context) -> Iterator[Command]:
    for after_sale in reversed(order.after_sales):
        for kind in AfterSaleKind:
            if kind is not after_sale.kind:
                yield ChangeKind(after_sale=after_sale.id, kind=kind)


def _receive_return(order: Order, ctx: Context) -> Iterator[Command]:
    for after_sale in reversed(order.after_sales):
        outcomes = tuple(UnitOutcome(entry.unit, Outcome.GOOD) for entry in after_sale.units)
        yield ReceiveReturn(after_sale=after_sale.id, outcomes=outcomes)


def _grant(order: Order, ctx: Context) -> Iterator[Command]:
    reprices = ctx.policy.threshold == "reprice"
    for id in _ids(order.after_sales):  # noqa: A001
        yield Grant(after_sale=id, refund=_NEW, repriced=0 if reprices else None)


def _retry(order: Order, ctx: Context) -> Iterator[Command]:
    for leg in reversed(order.legs):
        yield RetryRefund(leg=leg.id, new_leg=_NEW if leg.is_final else "")


def _for_each(
    items: Callable[[Order], tuple[Any, ...]], make: Callable[[str], Command]
) -> Callable[[Order, Context], Iterator[Command]]:
    def candidates(order: Order, ctx: Context) -> Iterator[Command]:
        return (make(id) for id in _ids(items(order)))  # noqa: A001

    return candidates


def _always(command: Command) -> Callable[[Order, Context], Iterator[Command]]:
    return lambda order, ctx: iter((command,))


_CANDIDATES: dict[type[Command], Callable[[Order, Context], Iterator[Command]]] = {
    StartPayment: _start_payment,
    RepriceOrder: _reprice,
    Close: _always(Close()),
    ReleaseHold: _always(ReleaseHold()),
    FailHold: _always(FailHold()),
    Ship: _always(Ship(shipment=_NEW)),
    VoidShipment: _for_each(lambda order: order.shipments, lambda key: VoidShipment(shipment=key)),
    CorrectTracking: _for_each(lambda order: order.shipments, lambda key: CorrectTracking(shipment=key, tracking=_NEW)),
    Confirm: _always(Confirm()),
    ReceiveParcel: _for_each(lambda order: order.shipments, lambda key: ReceiveParcel(shipment=key)),
    OpenAfterSale: _open_after_sale,
    ChangeKind: _change_kind,
    Approve: _for_each(lambda order: order.after_sales, lambda key: Approve(after_sale=key)),
    Refuse: _for_each(lambda order: order.after_sales, lambda key: Refuse(after_sale=key, reason=_NEW)),
    Withdraw: _for_each(lambda order: order.after_sales, lambda key: Withdraw(after_sale=key)),
    SendBack: _for_each(lambda order: order.after_sales, lambda key: SendBack(after_sale=key, tracking=_NEW)),
    ReceiveReturn: _receive_return,
    Grant: _grant,
    GrantOwed: _for_each(lambda order: order.obligations, lambda key: GrantOwed(obligation=key)),
    RetryRefund: _retry,
    SettleOffline: _for_each(lambda order: order.legs, lambda key: SettleOffline(leg=key, reference=_NEW)),
    CancelGrant: _for_each(lambda order: order.refunds, lambda key: CancelGrant(refund=key)),
}
