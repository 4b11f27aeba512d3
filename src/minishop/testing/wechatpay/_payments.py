"""What happens to an order outside the API: somebody pays it, or tries to."""

from __future__ import annotations

from minishop.errors import CallerError
from minishop.testing.wechatpay._books import book_payment
from minishop.testing.wechatpay._ledger import Combined, Ledger, Order
from minishop.testing.wechatpay._views import combined_transaction, transaction

__all__ = ["fail", "pay", "payable"]


def payable(ledger: Ledger, order: Order) -> bool:
    """Whether the order takes money now."""
    return order.state_at(ledger.clock()) in ("NOTPAY", "USERPAYING")


def pay(ledger: Ledger, order: Order, *, openid: str, coupon: int = 0) -> None:
    """The shopper pays the order, and with it all that it was combined with; the merchant is told. Once is enough.

    Raises:
        CallerError: ``not_payable``: it is closed or has expired. ``bad_coupon``: it is worth more than the order.
    """
    if order.transaction_id:
        return
    if not payable(ledger, order):
        raise CallerError(f"{order.out_trade_no} cannot be paid: it is closed", code="not_payable")
    if not 0 <= coupon < order.total:
        raise CallerError("the coupon must be worth less than the order", code="bad_coupon")
    order.coupon = coupon
    for one in order.combined.orders if order.combined else [order]:
        _take(ledger, one, openid)
    _tell(ledger, order)


def _take(ledger: Ledger, order: Order, openid: str) -> None:
    order.state = "SUCCESS"
    order.transaction_id = ledger.number("4200")
    order.paid_at = ledger.clock()
    ledger.transactions[order.transaction_id] = order
    if not order.payer:
        order.payer = {"openid": openid} if order.sub_mchid is None else {"sp_openid": openid}
    book_payment(ledger, order)


def _tell(ledger: Ledger, order: Order) -> None:
    now = ledger.clock()
    if order.combined is not None:
        combined: Combined = order.combined
        combined.openid = combined.openid or order.payer["openid"]
        url, resource = combined.notify_url, combined_transaction(combined, now)
    else:
        url, resource = order.notify_url or "", transaction(order, now)
    ledger.outbox.tell(url, "TRANSACTION.SUCCESS", "transaction", "支付成功", resource)


def fail(ledger: Ledger, order: Order) -> None:
    """The shopper's attempt fails. A code payment is over then; other orders wait for another attempt.

    Raises:
        CallerError: ``not_payable``: it is paid, closed or has expired.
    """
    if not payable(ledger, order):
        raise CallerError(f"{order.out_trade_no} takes no money any more", code="not_payable")
    order.failed_attempts += 1
    if order.product == "codepay":
        order.state = "PAYERROR"
