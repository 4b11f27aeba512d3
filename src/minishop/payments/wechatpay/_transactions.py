"""What WeChat Pay says of payments: direct, through a partner, combined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from attrs import field, frozen

from minishop.payments._gateway import CaptureNotice
from minishop.payments.wechatpay._errors import UnexpectedContent
from minishop.payments.wechatpay._reading import fen, instant, number, part, text, wrong
from minishop.payments.wechatpay._states import TradeState

__all__ = ["GATEWAY", "CombinedTransaction", "Transaction"]

GATEWAY = "wechatpay"
"""The name of this gateway in notices, transactions and bills."""

_PAID = (TradeState.SUCCESS, TradeState.REFUND)


@frozen(kw_only=True, slots=False)
class Transaction:
    """One payment. Amounts are fen.

    Attributes:
        mchid: The merchant; in partner mode the partner (``sp_mchid``), in a combined payment the sub-order's.
        appid: The app (``sp_appid``, ``combine_appid``).
        sub_mchid: In partner mode the merchant who gets the money; else empty.
        sub_appid: In partner mode that merchant's app, if one was named.
        out_trade_no: The shop's number.
        transaction_id: WeChat Pay's number; empty until it is paid.
        trade_type: A :class:`TradeType` or a newer word; empty until it is paid.
        trade_state: A :class:`TradeState` or a newer word.
        success_time: When it was paid; ``None`` until then.
        openid: Who paid, as ``appid`` knows them; empty until it is paid.
        sub_openid: Who paid, as ``sub_appid`` knows them.
        total: What the order asked for; ``None`` if WeChat Pay does not say, which it may until it is paid.
        payer_total: What of it the payer bore; the rest were vouchers.
        currency: Of ``total``; ISO 4217.
        payer_currency: Of ``payer_total``.
        bank_type: Where the money came from.
        attach: What the shop attached to the order.
        raw: Everything that WeChat Pay said.
    """

    mchid: str
    appid: str
    sub_mchid: str = ""
    sub_appid: str = ""
    out_trade_no: str
    transaction_id: str = ""
    trade_type: str = ""
    trade_state: str
    success_time: datetime | None = None
    openid: str = field(default="", repr=False)
    sub_openid: str = field(default="", repr=False)
    total: int | None = None
    payer_total: int | None = None
    currency: str = "CNY"
    payer_currency: str = "CNY"
    bank_type: str = field(default="", repr=False)
    attach: str = field(default="", repr=False)
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Transaction:
        """From the JSON object of a notification, or of the answer to a query; partner mode is recognised.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        payer = part(data, "payer")
        if "sp_mchid" not in data:
            who = _Who(number(data, "mchid"), number(data, "appid"), "", "", text(payer, "openid", ""), "")
        else:
            who = _Who(
                number(data, "sp_mchid"),
                number(data, "sp_appid"),
                number(data, "sub_mchid"),
                number(data, "sub_appid", ""),
                text(payer, "sp_openid", ""),
                text(payer, "sub_openid", ""),
            )
        return _transaction(data, who, "total", "payer_total")

    @property
    def is_paid(self) -> bool:
        """Whether money was taken; it may have been given back since (``REFUND``)."""
        return self.trade_state in _PAID

    def capture_notice(self) -> CaptureNotice:
        """The payment as :meth:`minishop.checkout.Shop.pay_notified` takes it.

        Raises:
            UnexpectedContent: ``trade_state``: no money was taken.
        """
        if not self.is_paid or self.total is None or self.success_time is None:
            raise UnexpectedContent(["trade_state"])
        return CaptureNotice(
            gateway=GATEWAY,
            merchant=self.sub_mchid or self.mchid,
            attempt=self.out_trade_no,
            transaction=self.transaction_id,
            amount=self.total,
            currency=self.currency,
            captured_at=self.success_time,
            app=self.appid,
        )


@frozen(kw_only=True, slots=False)
class CombinedTransaction:
    """Several payments made in one go (合单).

    Attributes:
        mchid: Who combined them (``combine_mchid``).
        appid: The app (``combine_appid``).
        out_trade_no: The shop's number of the whole (``combine_out_trade_no``).
        openid: Who paid.
        orders: The payments in it. Their ``appid`` and ``openid`` are those of the whole.
        raw: Everything that WeChat Pay said.
    """

    mchid: str
    appid: str
    out_trade_no: str
    openid: str = field(default="", repr=False)
    orders: tuple[Transaction, ...]
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> CombinedTransaction:
        """From the JSON object of a notification, or of the answer to a query.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        orders = data.get("sub_orders")
        if not isinstance(orders, list) or not orders or not all(isinstance(order, dict) for order in orders):
            raise wrong("sub_orders")
        appid = number(data, "combine_appid")
        openid = text(part(data, "combine_payer_info"), "openid", "")
        return cls(
            mchid=number(data, "combine_mchid"),
            appid=appid,
            out_trade_no=number(data, "combine_out_trade_no"),
            openid=openid,
            orders=tuple(_sub_order(order, appid, openid) for order in orders),
            raw=data,
        )

    @property
    def is_paid(self) -> bool:
        """Whether money was taken for every order in it."""
        return all(order.is_paid for order in self.orders)

    def capture_notices(self) -> tuple[CaptureNotice, ...]:
        """One for each order in it; see :meth:`Transaction.capture_notice`."""
        return tuple(order.capture_notice() for order in self.orders)


class _Who(NamedTuple):
    mchid: str
    appid: str
    sub_mchid: str
    sub_appid: str
    openid: str
    sub_openid: str


def _sub_order(data: Mapping[str, Any], appid: str, openid: str) -> Transaction:
    who = _Who(
        number(data, "mchid"),
        appid,
        number(data, "sub_mchid", ""),
        number(data, "sub_appid", ""),
        openid,
        text(data, "sub_openid", ""),
    )
    return _transaction(data, who, "total_amount", "payer_amount")


def _transaction(data: Mapping[str, Any], who: _Who, total: str, payer_total: str) -> Transaction:
    """The fields that all forms of a payment share; those that a paid one has must be there."""
    amount = part(data, "amount")
    state = text(data, "trade_state")
    is_paid = state in _PAID
    success_time = instant(data, "success_time")
    if is_paid and success_time is None:
        raise wrong("success_time")
    return Transaction(
        mchid=who.mchid,
        appid=who.appid,
        sub_mchid=who.sub_mchid,
        sub_appid=who.sub_appid,
        out_trade_no=number(data, "out_trade_no"),
        transaction_id=number(data, "transaction_id", None if is_paid else ""),
        trade_type=text(data, "trade_type", ""),
        trade_state=state,
        success_time=success_time,
        openid=who.openid,
        sub_openid=who.sub_openid,
        total=fen(amount, total, 1) if is_paid or total in amount else None,
        payer_total=fen(amount, payer_total) if payer_total in amount else None,
        currency=text(amount, "currency", "CNY"),
        payer_currency=text(amount, "payer_currency", "CNY"),
        bank_type=text(data, "bank_type", ""),
        attach=text(data, "attach", ""),
        raw=data,
    )
