"""What a sharing of money says: who may get shares, who got what, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.payments.wechatpay._reading import fen, instant, number, text, wrong
from minishop.payments.wechatpay.client._values import check_length

__all__ = ["Receiver", "Share", "Sharing", "SharingReturn"]


@frozen(kw_only=True)
class Receiver:
    """Who may get a share.

    Attributes:
        kind: ``MERCHANT_ID``, ``PERSONAL_OPENID`` or ``PERSONAL_SUB_OPENID``.
        account: Merchant number or openid.
        name: The merchant's full name, or the person's; sent encrypted.
        relation: ``relation_type``: ``STORE``, ``STAFF``, ``PARTNER``, …
        custom_relation: In words, if ``relation`` is ``CUSTOM``.
    """

    kind: str
    account: str = field(repr=False)
    name: str = field(default="", repr=False)
    relation: str = ""
    custom_relation: str = ""

    def __attrs_post_init__(self) -> None:
        check_length("kind", self.kind, 32, least=1)
        check_length("account", self.account, 64, least=1)
        check_length("custom_relation", self.custom_relation, 10)


@frozen(kw_only=True)
class Share:
    """What one receiver gets.

    Attributes:
        kind: As in :class:`Receiver`.
        account: As in :class:`Receiver`.
        amount: Fen, at least 1.
        description: What for; 1 to 80 characters.
        name: Of a person; sent encrypted, and compared by WeChat Pay.
        result: In an answer: ``PENDING``, ``SUCCESS``, ``CLOSED``, or a newer word.
        fail_reason: In an answer: why it was closed.
    """

    kind: str
    account: str = field(repr=False)
    amount: int
    description: str
    name: str = field(default="", repr=False)
    result: str = ""
    fail_reason: str = ""


@frozen(kw_only=True)
class Sharing:
    """One act of sharing out.

    Attributes:
        out_order_no: The shop's number.
        order_id: WeChat Pay's number.
        transaction_id: The payment.
        state: ``PROCESSING`` or ``FINISHED``, or a newer word; each receiver has a result of its own.
        receivers: Who gets what.
        raw: Everything that WeChat Pay said.
    """

    out_order_no: str
    order_id: str
    transaction_id: str
    state: str
    receivers: tuple[Share, ...] = ()
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Sharing:
        """From the JSON object of an answer.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        receivers = data.get("receivers") or []
        if not isinstance(receivers, list) or not all(isinstance(one, dict) for one in receivers):
            raise wrong("receivers")
        return cls(
            out_order_no=number(data, "out_order_no"),
            order_id=number(data, "order_id"),
            transaction_id=number(data, "transaction_id"),
            state=text(data, "state"),
            receivers=tuple(_share(one) for one in receivers),
            raw=data,
        )


def _share(data: Mapping[str, Any]) -> Share:
    return Share(
        kind=text(data, "type"),
        account=text(data, "account"),
        amount=fen(data, "amount", 1),
        description=text(data, "description", ""),
        result=text(data, "result", ""),
        fail_reason=text(data, "fail_reason", ""),
    )


@frozen(kw_only=True)
class SharingReturn:
    """A share that was given back (分账回退).

    Attributes:
        out_return_no: The shop's number of it.
        return_id: WeChat Pay's number.
        out_order_no: The shop's number of the sharing.
        amount: Fen.
        result: ``PROCESSING``, ``SUCCESS`` or ``FAILED``, or a newer word.
        fail_reason: Why it failed.
        finish_time: When it ended; ``None`` until then.
        raw: Everything that WeChat Pay said.
    """

    out_return_no: str
    return_id: str = ""
    out_order_no: str = ""
    amount: int
    result: str
    fail_reason: str = ""
    finish_time: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SharingReturn:
        """From the JSON object of an answer.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        return cls(
            out_return_no=number(data, "out_return_no"),
            return_id=number(data, "return_id", ""),
            out_order_no=number(data, "out_order_no", ""),
            amount=fen(data, "amount", 1),
            result=text(data, "result"),
            fail_reason=text(data, "fail_reason", ""),
            finish_time=instant(data, "finish_time"),
            raw=data,
        )
