"""What WeChat Pay says of transfers to users, and of everything that has no type of its own here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from minishop.payments.wechatpay._reading import fen, number, text

__all__ = ["OtherEvent", "Transfer"]


@frozen(kw_only=True)
class Transfer:
    """One transfer from the merchant to a user (商家转账).

    Attributes:
        mchid: The merchant.
        out_bill_no: The shop's number.
        transfer_bill_no: WeChat Pay's number.
        state: A :class:`TransferState` or a newer word.
        amount: Fen.
        openid: Who gets it.
        fail_reason: WeChat Pay's word for why it failed.
        raw: Everything that WeChat Pay said.
    """

    mchid: str
    out_bill_no: str
    transfer_bill_no: str
    state: str
    amount: int
    openid: str = field(default="", repr=False)
    fail_reason: str = ""
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Transfer:
        """From the JSON object of a notification, or of the answer to a query.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        return cls(
            mchid=number(data, "mch_id" if "mch_id" in data else "mchid"),
            out_bill_no=number(data, "out_bill_no"),
            transfer_bill_no=number(data, "transfer_bill_no"),
            state=text(data, "state"),
            amount=fen(data, "transfer_amount", 1),
            openid=text(data, "openid", ""),
            fail_reason=text(data, "fail_reason", ""),
            raw=data,
        )


@frozen(kw_only=True)
class OtherEvent:
    """An event without a type of its own.

    Attributes:
        event_type: For example ``COMPLAINT.CREATE``.
        original_type: What WeChat Pay calls the content.
        raw: The content; numbers with a fraction are ``Decimal``.
    """

    event_type: str
    original_type: str
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
