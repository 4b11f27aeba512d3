"""What a shop expects of a notification: its own record, never the notification itself.

An expectation is compared with an event as a whole; every name of what differs goes into the error, no value does.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeAlias

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._errors import UnexpectedContent
from minishop.payments.wechatpay._numbers import check_fen, check_out_bill_no, check_out_refund_no, check_out_trade_no
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay._states import RefundStatus, TradeState, TransferState
from minishop.payments.wechatpay._transactions import CombinedTransaction, Transaction
from minishop.payments.wechatpay._transfers import OtherEvent, Transfer

__all__ = [
    "AnyExpectation",
    "CombinedExpectation",
    "Event",
    "Expectation",
    "RefundExpectation",
    "TransferExpectation",
    "compare",
]

Event: TypeAlias = Transaction | CombinedTransaction | Refund | Transfer | OtherEvent


@frozen(kw_only=True)
class Expectation:
    """A payment as the shop's own order has it.

    Attributes:
        mchid: The merchant (in partner mode the partner).
        appid: The app (in partner mode the partner's).
        out_trade_no: The order's number.
        total: What it asks for, fen.
        currency: ISO 4217.
        state: The :class:`TradeState`.
        sub_mchid: In partner mode the merchant who gets the money.

    Raises:
        InvalidInput: The number or the amount is not one.
    """

    mchid: str
    appid: str
    out_trade_no: str
    total: int
    currency: str = "CNY"
    state: str = TradeState.SUCCESS
    sub_mchid: str = ""

    def __attrs_post_init__(self) -> None:
        check_out_trade_no(self.out_trade_no)
        check_fen(self.total, "total")


def _as_tuple(orders: Iterable[Expectation]) -> tuple[Expectation, ...]:
    return tuple(orders)


@frozen(kw_only=True)
class CombinedExpectation:
    """A combined payment as the shop's own orders have it.

    Attributes:
        mchid: Who combines.
        appid: The app.
        out_trade_no: The number of the whole.
        orders: All orders in it, each as in an :class:`Expectation` of its own (``appid`` is that of the whole).
    """

    mchid: str
    appid: str
    out_trade_no: str
    orders: tuple[Expectation, ...] = field(converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        if len({order.out_trade_no for order in self.orders}) != len(self.orders) or not self.orders:
            raise InvalidInput("orders", "malformed", "must be orders with different numbers, at least one")


@frozen(kw_only=True)
class RefundExpectation:
    """A refund as the shop's own books have it; notifications of refunds tell neither app nor currency.

    Attributes:
        mchid: The merchant (in partner mode the partner).
        out_trade_no: The number of the payment.
        out_refund_no: The number of the refund.
        refund: What is given back, fen.
        total: The whole payment, fen.
        state: The :class:`RefundStatus`.
        sub_mchid: In partner mode the merchant whose money it was.

    Raises:
        InvalidInput: A number or an amount is not one.
    """

    mchid: str
    out_trade_no: str
    out_refund_no: str
    refund: int
    total: int
    state: str = RefundStatus.SUCCESS
    sub_mchid: str = ""

    def __attrs_post_init__(self) -> None:
        check_out_trade_no(self.out_trade_no)
        check_out_refund_no(self.out_refund_no)
        check_fen(self.refund, "refund")
        check_fen(self.total, "total")


@frozen(kw_only=True)
class TransferExpectation:
    """A transfer as the shop's own books have it.

    Attributes:
        mchid: The merchant.
        out_bill_no: The number of the transfer.
        amount: Fen.
        state: The :class:`TransferState`.

    Raises:
        InvalidInput: The number or the amount is not one.
    """

    mchid: str
    out_bill_no: str
    amount: int
    state: str = TransferState.SUCCESS

    def __attrs_post_init__(self) -> None:
        check_out_bill_no(self.out_bill_no)
        check_fen(self.amount, "amount")


AnyExpectation: TypeAlias = Expectation | CombinedExpectation | RefundExpectation | TransferExpectation


def compare(event: Event, expectation: AnyExpectation | None) -> None:
    """Returns if the event is what was expected.

    Raises:
        UnexpectedContent: ``fields`` names everything that differs; ``event_type``: it is about something else;
            ``number``: nothing was expected.
    """
    match event, expectation:
        case Transaction(), Expectation():
            differing = _TRANSACTION.differing(event, expectation)
        case CombinedTransaction(), CombinedExpectation():
            differing = [*_of_combined(event, expectation)]
        case Refund(), RefundExpectation():
            differing = _REFUND.differing(event, expectation)
        case Transfer(), TransferExpectation():
            differing = _TRANSFER.differing(event, expectation)
        case _:
            differing = ["number" if expectation is None else "event_type"]
    if differing:
        raise UnexpectedContent(differing)


class _Pairs:
    """Which attributes of an event and of an expectation must be equal.

    Args:
        same: Names that both have.
        state: Name of the event's state.
    """

    def __init__(self, *same: str, state: str = "") -> None:
        self._names = (*same, state) if state else same
        self._theirs = attrgetter(*self._names)
        self._ours = attrgetter(*same, "state") if state else attrgetter(*same)

    def differing(self, event: Event, expectation: AnyExpectation) -> list[str]:
        theirs, ours = self._theirs(event), self._ours(expectation)
        if theirs == ours:
            return []
        return [name for name, their, our in zip(self._names, theirs, ours, strict=True) if their != our]


_TRANSACTION = _Pairs("mchid", "appid", "sub_mchid", "out_trade_no", "total", "currency", state="trade_state")
_COMBINED = _Pairs("mchid", "appid", "out_trade_no")
_REFUND = _Pairs("mchid", "sub_mchid", "out_trade_no", "out_refund_no", "refund", "total", state="status")
_TRANSFER = _Pairs("mchid", "out_bill_no", "amount", state="state")


def _of_combined(event: CombinedTransaction, expectation: CombinedExpectation) -> Iterable[str]:
    yield from _COMBINED.differing(event, expectation)
    expected = {order.out_trade_no: order for order in expectation.orders}
    if sorted(order.out_trade_no for order in event.orders) != sorted(expected):
        yield "orders"
        return
    for place, order in enumerate(event.orders):
        differing = _TRANSACTION.differing(order, expected[order.out_trade_no])
        yield from (f"orders[{place}].{name}" for name in differing)
