"""What happens outside the API: people pay, banks pay back, a test looks."""

from __future__ import annotations

from typing import Any

from minishop.errors import CallerError
from minishop.testing.wechatpay import _payments, _refunds, _transfers
from minishop.testing.wechatpay._base import Base, Telling
from minishop.testing.wechatpay._orders import close_order
from minishop.testing.wechatpay._views import refund_view, transaction

__all__ = ["People"]

_PAYER = "oSimulatedPayer0000000000000"


class People(Base):
    """The part of the simulator that stands for shoppers and banks."""

    def pay(self, out_trade_no: str, *, openid: str = _PAYER, coupon: int = 0, sub_mchid: str | None = None) -> str:
        """The shopper pays; the merchant is to be told. Paying again changes nothing.

        Args:
            out_trade_no: The merchant's number; of a combined order that of any part.
            openid: Who pays, if the order does not say so.
            coupon: Fen that a coupon of the merchant pays instead.
            sub_mchid: Whose number it is, if several merchants have used it.

        Returns:
            The transaction's number at the gateway.

        Raises:
            CallerError: ``unknown_order``, ``not_payable``, ``bad_coupon``.
        """
        with self._lock:
            order = self._order(out_trade_no, sub_mchid)
            _payments.pay(self._ledger, order, openid=openid, coupon=coupon)
            return order.transaction_id

    def fail(self, out_trade_no: str, *, sub_mchid: str | None = None) -> None:
        """The shopper's attempt to pay fails: a code payment is over, other orders wait for another attempt."""
        with self._lock:
            _payments.fail(self._ledger, self._order(out_trade_no, sub_mchid))

    def close(self, out_trade_no: str, *, sub_mchid: str | None = None) -> None:
        """The gateway closes an unpaid order by itself."""
        with self._lock, Telling():
            close_order(self._order(out_trade_no, sub_mchid))

    def settle_refund(self, out_refund_no: str) -> None:
        """The money of a refund arrives; the merchant is to be told."""
        self._finish_refund(out_refund_no, "SUCCESS")

    def fail_refund(self, out_refund_no: str) -> None:
        """A refund becomes abnormal: the payer's card or account is gone. The merchant is to be told."""
        self._finish_refund(out_refund_no, "ABNORMAL")

    def close_refund(self, out_refund_no: str) -> None:
        """A refund is closed without paying back; the merchant is to be told."""
        self._finish_refund(out_refund_no, "CLOSED")

    def _finish_refund(self, out_refund_no: str, status: str) -> None:
        with self._lock, Telling():
            refund = _refunds.find_refund(self._ledger, out_refund_no)
            if refund.status != "PROCESSING":
                raise CallerError(f"the refund {out_refund_no} is {refund.status}", code="not_processing")
            _refunds.finish(self._ledger, refund, status)

    def confirm_transfer(self, out_bill_no: str) -> None:
        """The receiver accepts a transfer; the merchant is to be told."""
        self._finish_transfer(out_bill_no, "SUCCESS")

    def fail_transfer(self, out_bill_no: str, reason: str = "PAYEE_ACCOUNT_ABNORMAL") -> None:
        """A transfer fails; the merchant is to be told."""
        self._finish_transfer(out_bill_no, "FAIL", reason)

    def cancel_transfer(self, out_bill_no: str) -> None:
        """A transfer that the merchant wants to take back is cancelled; the merchant is to be told."""
        self._finish_transfer(out_bill_no, "CANCELLED")

    def _finish_transfer(self, out_bill_no: str, state: str, reason: str = "") -> None:
        with self._lock, Telling():
            transfer = _transfers.find_transfer(self._ledger, out_bill_no)
            waits_in = ("CANCELING",) if state == "CANCELLED" else ("WAIT_USER_CONFIRM", "CANCELING")
            if transfer.state not in waits_in:
                raise CallerError(f"the transfer {out_bill_no} is {transfer.state}", code="not_waiting")
            _transfers.finish(self._ledger, transfer, state, reason)

    def order(self, out_trade_no: str, *, sub_mchid: str | None = None) -> dict[str, Any]:
        """What a query would tell of an order."""
        with self._lock:
            return transaction(self._order(out_trade_no, sub_mchid), self.clock())

    def money(self) -> dict[str, int]:
        """What payers have given and what they have got back, or will get, of every order that was paid; fen.

        Returns:
            The net amount by ``out_trade_no``.
        """
        with self._lock:
            paid = [one for one in self._ledger.orders.values() if one.transaction_id]
            return {one.out_trade_no: one.total - one.refunded for one in paid}

    def refund(self, out_refund_no: str) -> dict[str, Any]:
        """What a query would tell of a refund."""
        with self._lock, Telling():
            return refund_view(_refunds.find_refund(self._ledger, out_refund_no))
