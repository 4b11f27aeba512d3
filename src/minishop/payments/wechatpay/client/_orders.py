"""What a payment order says, checked before it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._checks import check_text, matching
from minishop.payments.wechatpay._numbers import check_fen, check_out_trade_no
from minishop.payments.wechatpay.client._call import joined
from minishop.payments.wechatpay.client._values import (
    check_expiry,
    check_length,
    check_notify_url,
    rfc_3339,
    unix_seconds_of,
)

__all__ = ["Channel", "PaymentOrder"]

_CURRENCY = matching(r"[A-Z]{3}")


class Channel(StrEnum):
    """Where the shopper pays."""

    JSAPI = "jsapi"
    """In a page inside WeChat (公众号)."""
    MINI_PROGRAM = "mini_program"
    """In a mini-program; the same order as JSAPI, other parameters for the client."""
    APP = "app"
    """In an app of one's own."""
    H5 = "h5"
    """In a phone's browser."""
    NATIVE = "native"
    """By scanning a QR code."""

    @property
    def product(self) -> str:
        """The last part of the path that makes an order."""
        return "jsapi" if self is Channel.MINI_PROGRAM else self.value

    @classmethod
    def of(cls, name: str) -> Channel:
        """The channel of this name.

        Raises:
            InvalidInput: ``unknown_value``: there is none; the name is not repeated.
        """
        if name in [*cls]:
            return cls(name)
        raise InvalidInput("channel", "unknown_value", f"must be one of {', '.join(cls)}")


@frozen(kw_only=True)
class PaymentOrder:
    """An order to be paid (下单).

    Attributes:
        out_trade_no: The shop's number, 6 to 32 of ``0-9A-Za-z_|*-``; the same number is the same payment.
        description: What the shopper reads, 1 to 127 characters.
        total: Fen, at least 1.
        currency: ISO 4217.
        time_expire: From when on no money is taken, at least a minute ahead; ``None``: seven days.
        notify_url: Where notifications go; empty takes the client's.
        attach: Comes back in notifications and bills; at most 128 characters.
        goods_tag: For vouchers; at most 32 characters.
        payer_client_ip: The shopper's address; must be given for H5.
        device_id: Of the till; at most 32 characters.
        profit_sharing: Freeze the money until it is shared out.
        support_fapiao: Offer an invoice.
        detail: ``cost_price``, ``invoice_id``, ``goods_detail`` as documented.
        extra: Further members of the body, as documented.

    Raises:
        InvalidInput: A field breaks its rule; the error names it.
    """

    out_trade_no: str
    description: str = field(repr=False)
    total: int
    currency: str = "CNY"
    time_expire: datetime | None = None
    notify_url: str = field(default="", repr=False)
    attach: str = field(default="", repr=False)
    goods_tag: str = ""
    payer_client_ip: str = field(default="", repr=False)
    device_id: str = ""
    profit_sharing: bool = False
    support_fapiao: bool = False
    detail: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
    extra: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        check_out_trade_no(self.out_trade_no)
        check_length("description", self.description, 127, least=1)
        check_fen(self.total, "total")
        check_text("currency", self.currency, _CURRENCY, "three capital letters")
        if self.time_expire is not None:
            unix_seconds_of("time_expire", self.time_expire)
        if self.notify_url:
            check_notify_url(self.notify_url)
        for name, most in (("attach", 128), ("goods_tag", 32), ("payer_client_ip", 45), ("device_id", 32)):
            check_length(name, getattr(self, name), most)

    def body(self, now: datetime) -> dict[str, Any]:
        """The members of the body that all products share.

        Raises:
            InvalidInput: ``time_expire`` is less than a minute ahead.
        """
        check_expiry(self.time_expire, now)
        members = {
            "description": self.description,
            "out_trade_no": self.out_trade_no,
            "time_expire": rfc_3339(self.time_expire) if self.time_expire else None,
            "attach": self.attach,
            "goods_tag": self.goods_tag,
            "support_fapiao": self.support_fapiao or None,
            "amount": {"total": self.total, "currency": self.currency},
            "detail": self.detail,
            "scene_info": {"payer_client_ip": self.payer_client_ip, "device_id": self.device_id},
            "settle_info": {"profit_sharing": self.profit_sharing or None},
        }
        return joined(members, self.extra)
