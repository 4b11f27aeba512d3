"""What WeChat Pay says of refunds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.payments._gateway import Declined, RefundAnswer, RefundNotice, Settled, Submitted
from minishop.payments.wechatpay._reading import fen, instant, number, part, text, wrong
from minishop.payments.wechatpay._states import RefundStatus
from minishop.payments.wechatpay._transactions import GATEWAY

__all__ = ["Refund"]


@frozen(kw_only=True)
class Refund:
    """One refund. Amounts are fen.

    Attributes:
        mchid: The merchant (in partner mode the partner); empty in answers to calls, which do not say.
        sub_mchid: In partner mode the merchant whose money it was; else empty.
        out_trade_no: The shop's number of the payment.
        transaction_id: WeChat Pay's number of the payment.
        out_refund_no: The shop's number of the refund.
        refund_id: WeChat Pay's number of the refund.
        status: A :class:`RefundStatus` or a newer word.
        success_time: When the money was back; ``None`` until then.
        refund: What was asked to be given back.
        total: The whole payment.
        payer_refund: What the payer gets back.
        payer_total: What the payer had borne.
        currency: ISO 4217; notifications do not say.
        user_received_account: Where the money went, in words.
        raw: Everything that WeChat Pay said.
    """

    mchid: str = ""
    sub_mchid: str = ""
    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    refund_id: str
    status: str
    success_time: datetime | None = None
    refund: int
    total: int
    payer_refund: int | None = None
    payer_total: int | None = None
    currency: str = "CNY"
    user_received_account: str = field(default="", repr=False)
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Refund:
        """From the JSON object of a notification (``refund_status``), or of the answer to a call (``status``).

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        status = text(data, "refund_status" if "refund_status" in data else "status")
        success_time = instant(data, "success_time")
        if status == RefundStatus.SUCCESS and success_time is None:
            raise wrong("success_time")
        amount = part(data, "amount")
        return cls(
            mchid=number(data, "sp_mchid" if "sp_mchid" in data else "mchid", ""),
            sub_mchid=number(data, "sub_mchid", ""),
            out_trade_no=number(data, "out_trade_no"),
            transaction_id=number(data, "transaction_id"),
            out_refund_no=number(data, "out_refund_no"),
            refund_id=number(data, "refund_id"),
            status=status,
            success_time=success_time,
            refund=fen(amount, "refund", 1),
            total=fen(amount, "total", 1),
            payer_refund=fen(amount, "payer_refund") if "payer_refund" in amount else None,
            payer_total=fen(amount, "payer_total") if "payer_total" in amount else None,
            currency=text(amount, "currency", "CNY"),
            user_received_account=text(data, "user_received_account", ""),
            raw=data,
        )

    def answer(self) -> RefundAnswer:
        """Where it stands, in the words of the port to a gateway. Newer words count as not given back yet."""
        match self.status:
            case RefundStatus.SUCCESS if self.success_time is not None:
                return Settled(amount=self.refund, settled_at=self.success_time, refund=self.refund_id)
            case RefundStatus.CLOSED:
                return Declined("CLOSED", is_final=True)
            case RefundStatus.ABNORMAL:
                return Declined("ABNORMAL")
        return Submitted(self.refund_id)

    def refund_notice(self) -> RefundNotice:
        """The refund as :meth:`minishop.checkout.Shop.refund_notified` takes it."""
        return RefundNotice(GATEWAY, self.out_refund_no, self.answer())
