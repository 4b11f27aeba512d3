"""Giving money back. The shop's refund number makes it one refund, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.payments.wechatpay._numbers import check_fen, check_out_refund_no, check_out_trade_no
from minishop.payments.wechatpay._reading import wrong
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay.client._call import get, joined, post, target
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._numbers import check_their_number
from minishop.payments.wechatpay.client._policy import MONEY
from minishop.payments.wechatpay.client._sensitive import sealed
from minishop.payments.wechatpay.client._values import check_length, check_notify_url

__all__ = ["apply_abnormal_refund", "query_refund", "refund"]

_REFUNDS = "/v3/refund/domestic/refunds"


def refund(
    desk: Desk,
    *,
    out_refund_no: str,
    refund: int,
    total: int,
    out_trade_no: str = "",
    transaction_id: str = "",
    reason: str = "",
    currency: str = "CNY",
    notify_url: str = "",
    funds_account: str = "",
    goods_detail: Sequence[Mapping[str, Any]] = (),
    extra: Mapping[str, Any] | None = None,
) -> Flow[Refund]:
    """Asks for a refund. Asking again with the same number and amounts is the same refund.

    It is never sent again by itself when nobody knows whether it arrived.

    Args:
        desk: The client's.
        out_refund_no: The shop's number, 1 to 64 of ``0-9A-Za-z_|*@-``.
        refund: Fen to give back.
        total: Fen of the whole payment.
        out_trade_no: Which payment, by the shop's number;
        transaction_id: ... or by WeChat Pay's. One of the two.
        reason: What the shopper reads; at most 80 characters.
        currency: ISO 4217.
        notify_url: Where the notification goes; empty takes the client's.
        funds_account: ``AVAILABLE``, ``UNSETTLED``; empty: WeChat Pay's default.
        goods_detail: The goods, as documented.
        extra: Further members of the body, as documented.

    Raises:
        InvalidInput: A field breaks its rule.
        NotEnough: The merchant's balance; later again with the **same** number.
        BusinessRefused: Other states forbid it for good.
        RequestRefused: ``INVALIDREQUEST``: among others, the number is another refund's.
        OutcomeUnknown: Ask with ``query_refund``; never take a new number.
    """
    check_out_refund_no(out_refund_no)
    check_fen(refund, "refund")
    check_fen(total, "total")
    if refund > total:
        raise InvalidInput("refund", "out_of_range", "must not be more than the whole payment")
    members = {
        **_payment(out_trade_no, transaction_id),
        "sub_mchid": desk.sub.mchid if desk.sub else "",
        "out_refund_no": out_refund_no,
        "reason": check_length("reason", reason, 80),
        "notify_url": check_notify_url(notify_url or desk.notify_url) if notify_url or desk.notify_url else "",
        "funds_account": funds_account,
        "amount": {"refund": refund, "total": total, "currency": currency},
        "goods_detail": list(goods_detail),
    }
    what, unknown = "refund a payment", ("query_refund", {"out_refund_no": out_refund_no})
    body = joined(members, extra or {})
    return (
        yield from post(desk, what, _REFUNDS, _refund(out_refund_no, refund), body=body, policy=MONEY, unknown=unknown)
    )


def _payment(out_trade_no: str, transaction_id: str) -> dict[str, str]:
    if bool(out_trade_no) == bool(transaction_id):
        raise InvalidInput("out_trade_no", "malformed", "exactly one of out_trade_no and transaction_id must be given")
    if out_trade_no:
        return {"out_trade_no": check_out_trade_no(out_trade_no)}
    return {"transaction_id": check_their_number(transaction_id, "transaction_id")}


def _refund(out_refund_no: str, amount: int | None = None) -> Callable[[Mapping[str, Any]], Refund]:
    """Reads an answer that must be about this refund."""

    def read(said: Mapping[str, Any]) -> Refund:
        found = Refund.read(said)
        if found.out_refund_no != out_refund_no:
            raise wrong("out_refund_no")
        if amount is not None and found.refund != amount:
            raise wrong("refund")
        return found

    return read


def query_refund(desk: Desk, out_refund_no: str) -> Flow[Refund]:
    """Where a refund stands, by the shop's number.

    Raises:
        NotThere: No such refund; one that was just asked for may need some seconds.
        GatewayFailed: No usable answer; ask again.
    """
    check_out_refund_no(out_refund_no)
    what, query = "query a refund", {"sub_mchid": desk.sub.mchid if desk.sub else ""}
    return (yield from get(desk, what, target(_REFUNDS + "/{}", out_refund_no, query=query), _refund(out_refund_no)))


def apply_abnormal_refund(
    desk: Desk,
    refund_id: str,
    *,
    out_refund_no: str,
    to: str = "MERCHANT_BANK_CARD",
    bank_type: str = "",
    bank_account: str = "",
    real_name: str = "",
) -> Flow[Refund]:
    """Rescues a refund that is ``ABNORMAL``: the money goes to a bank card instead.

    Args:
        desk: The client's.
        refund_id: WeChat Pay's number of the refund.
        out_refund_no: The shop's.
        to: ``USER_BANK_CARD`` or ``MERCHANT_BANK_CARD``.
        bank_type: Of the user's card, as documented.
        bank_account: Its number; sent encrypted.
        real_name: Of the user; sent encrypted.

    Raises:
        OutcomeUnknown: Ask with ``query_refund``.
    """
    check_their_number(refund_id, "refund_id")
    check_out_refund_no(out_refund_no)
    serial, secret = yield from sealed(desk, {"bank_account": bank_account, "real_name": real_name})
    members = {
        "sub_mchid": desk.sub.mchid if desk.sub else "",
        "out_refund_no": out_refund_no,
        "type": check_length("to", to, 32, least=1),
        "bank_type": bank_type,
        **secret,
    }
    what, unknown = "rescue a refund", ("query_refund", {"out_refund_no": out_refund_no})
    address = target(_REFUNDS + "/{}/apply-abnormal-refund", refund_id)
    return (
        yield from post(
            desk, what, address, _refund(out_refund_no), body=members, policy=MONEY, unknown=unknown, serial=serial
        )
    )
