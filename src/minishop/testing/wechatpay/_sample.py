"""Notifications for the unit tests of apps, made without a simulated order."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from minishop.testing.wechatpay._credentials import Credentials, PlatformKey, private_key
from minishop.testing.wechatpay._faults import NoticeFault
from minishop.testing.wechatpay._outbox import Notice, sealed
from minishop.testing.wechatpay._wire import moment

__all__ = ["SignedNotification", "paid_resource", "refunded_resource", "signed_notification"]

_ORIGINAL_TYPES = {"TRANSACTION": "transaction", "REFUND": "refund", "MCHTRANSFER": "mch_payment"}


class SignedNotification(NamedTuple):
    """What an app's handler gets.

    Attributes:
        headers: Header fields.
        body: The raw bytes.
    """

    headers: dict[str, str]
    body: bytes


def signed_notification(
    resource: Mapping[str, Any],
    *,
    event_type: str = "TRANSACTION.SUCCESS",
    original_type: str | None = None,
    now: datetime | None = None,
    notification_id: str | None = None,
    fault: NoticeFault | None = None,
    credentials: Credentials | None = None,
) -> SignedNotification:
    """A notification with any content, encrypted and signed by the gateway's public key of this process.

    Args:
        resource: The plain content; :func:`paid_resource` and :func:`refunded_resource` make the usual ones.
        event_type: What has happened.
        original_type: What the resource is; follows from the event type unless given.
        now: When it is sent; aware. The machine's time unless given.
        notification_id: The same in every repetition; a new one unless given.
        fault: What is wrong with it, if anything.
        credentials: Whose notification it is, to use an APIv3 key or a public key's id of your own.
    """
    known = credentials or Credentials()
    sent_at = now or datetime.now(UTC)
    notice = Notice(
        id=notification_id or f"EV-{secrets.token_hex(12)}",
        event_type=event_type,
        original_type=original_type or _ORIGINAL_TYPES.get(event_type.partition(".")[0], "other"),
        summary="simulated",
        resource=resource,
        url="",
        created_at=sent_at,
        due_at=None,
    )
    key = PlatformKey(serial=known.public_key_id, key=private_key("platform"))
    return SignedNotification(
        *sealed(notice, known.api_v3_key, key, now=sent_at, new_token=lambda: secrets.token_hex(16), fault=fault)
    )


def paid_resource(out_trade_no: str, total: int, *, at: datetime, **more: Any) -> dict[str, Any]:
    """The content of ``TRANSACTION.SUCCESS``: an order was paid in full.

    Args:
        out_trade_no: The shop's number.
        total: Fen.
        at: When; aware.
        more: Members to add or to replace, for example ``mchid="another"``.
    """
    known = Credentials()
    return {
        "mchid": known.mchid,
        "appid": known.appid,
        "out_trade_no": out_trade_no,
        "transaction_id": f"4200{secrets.randbelow(10**24):024d}",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "success_time": moment(at),
        "payer": {"openid": "oSimulatedPayer0000000000000"},
        "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
    } | more


def refunded_resource(
    out_trade_no: str, out_refund_no: str, refund: int, total: int, *, at: datetime, **more: Any
) -> dict[str, Any]:
    """The content of ``REFUND.SUCCESS``: money is back.

    Args:
        out_trade_no: The shop's number of the order.
        out_refund_no: The shop's number of the refund.
        refund: Fen that came back.
        total: Fen that were paid.
        at: When; aware.
        more: Members to add or to replace.
    """
    return {
        "mchid": Credentials().mchid,
        "transaction_id": f"4200{secrets.randbelow(10**24):024d}",
        "out_trade_no": out_trade_no,
        "refund_id": f"5030{secrets.randbelow(10**25):025d}",
        "out_refund_no": out_refund_no,
        "refund_status": "SUCCESS",
        "success_time": moment(at),
        "user_received_account": "支付用户零钱",
        "amount": {"total": total, "refund": refund, "payer_total": total, "payer_refund": refund},
    } | more
