"""The merchant's accounts: what came in, what went out, and the gateway's fee."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from minishop.testing.wechatpay._money import fee_of

if TYPE_CHECKING:
    from minishop.testing.wechatpay._ledger import Ledger, Order, Refund

__all__ = ["Entry", "book", "book_payment", "book_refund", "unbook_refund"]


@frozen(kw_only=True)
class Entry:
    """One movement of money.

    Attributes:
        at: When; aware.
        account: ``BASIC`` or ``OPERATION``.
        business: The number of what it is for, at the gateway.
        flow: Its own number.
        name: What it is, in the gateway's words.
        amount: Fen, signed: positive came in.
        voucher: The merchant's number of it.
    """

    at: datetime
    account: str
    business: str
    flow: str
    name: str
    amount: int
    voucher: str


def book(ledger: Ledger, account: str, business: str, name: str, amount: int, voucher: str) -> None:
    """Writes one movement, unless it is of nothing."""
    if amount:
        ledger.entries.append(
            Entry(
                at=ledger.clock(),
                account=account,
                business=business,
                flow=ledger.number("4200", 28),
                name=name,
                amount=amount,
                voucher=voucher,
            )
        )


def book_payment(ledger: Ledger, order: Order) -> None:
    """Money came in, and the fee went out."""
    book(ledger, "BASIC", order.transaction_id, "交易", order.payer_total, order.out_trade_no)
    book(ledger, "BASIC", order.transaction_id, "扣除交易手续费", -fee_of(order), order.out_trade_no)


def book_refund(ledger: Ledger, refund: Refund) -> None:
    """Money is taken for a refund, and the fee's part comes back."""
    book(ledger, "BASIC", refund.refund_id, "退款", -refund.payer_amount, refund.out_refund_no)
    book(ledger, "BASIC", refund.refund_id, "退还交易手续费", refund.fee, refund.out_refund_no)


def unbook_refund(ledger: Ledger, refund: Refund) -> None:
    """The refund was closed: what was taken comes back, and the fee's part goes."""
    returned = -sum(one.amount for one in ledger.entries if one.business == refund.refund_id)
    book(ledger, "BASIC", refund.refund_id, "退款关闭退回", returned, refund.out_refund_no)
