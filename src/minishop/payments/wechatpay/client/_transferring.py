"""Money from the merchant to a user (商家转账, the new product)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.payments.wechatpay._numbers import check_fen, check_out_bill_no
from minishop.payments.wechatpay._reading import instant, number, text, wrong
from minishop.payments.wechatpay._transfers import Transfer
from minishop.payments.wechatpay.client._call import get, joined, post, target
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._numbers import check_their_number
from minishop.payments.wechatpay.client._policy import MONEY
from minishop.payments.wechatpay.client._sensitive import sealed
from minishop.payments.wechatpay.client._values import check_length, check_notify_url, check_openid

__all__ = ["TransferReceipt", "cancel_transfer", "query_transfer", "query_transfer_bill", "transfer"]

_BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
_NAMED_FROM = 200_000  # 2,000 yuan
_UNNAMED_BELOW = 30  # 0.30 yuan


@frozen(kw_only=True)
class TransferReceipt:
    """What WeChat Pay answers to a transfer, or to cancelling it.

    Attributes:
        out_bill_no: The shop's number.
        transfer_bill_no: WeChat Pay's number.
        state: A :class:`~minishop.payments.wechatpay.TransferState` or a newer word.
        package_info: For ``wx.requestMerchantTransfer``, by which the user confirms; empty if that is not needed.
        fail_reason: WeChat Pay's word for why it failed.
        at: When it was made or changed.
        raw: Everything that WeChat Pay said.
    """

    out_bill_no: str
    transfer_bill_no: str
    state: str
    package_info: str = field(default="", repr=False)
    fail_reason: str = ""
    at: datetime | None = None
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> TransferReceipt:
        """From the JSON object of an answer.

        Raises:
            Malformed: A field is missing or not of the documented form.
        """
        return cls(
            out_bill_no=number(data, "out_bill_no"),
            transfer_bill_no=number(data, "transfer_bill_no"),
            state=text(data, "state"),
            package_info=text(data, "package_info", ""),
            fail_reason=text(data, "fail_reason", ""),
            at=instant(data, "create_time" if "create_time" in data else "update_time"),
            raw=data,
        )


def transfer(
    desk: Desk,
    *,
    out_bill_no: str,
    openid: str,
    amount: int,
    remark: str,
    scene_id: str,
    scene_report: Sequence[Mapping[str, str]],
    user_name: str = "",
    notify_url: str = "",
    appid: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Flow[TransferReceipt]:
    """Sends money to a user, who may have to confirm it; the same number again is the same transfer.

    Args:
        desk: The client's.
        out_bill_no: The shop's number, 1 to 32 letters and digits.
        openid: Who gets it, as the app knows them.
        amount: Fen.
        remark: What the user reads; 1 to 32 characters.
        scene_id: ``transfer_scene_id``, from the merchant console.
        scene_report: ``transfer_scene_report_infos``: ``info_type`` and ``info_content`` of each, as the scene asks.
        user_name: Real name, sent encrypted; must be given from 2,000 yuan, must not be below 0.30 yuan.
        notify_url: Where the notification goes; empty takes the client's.
        appid: The app; ``None``: the client's.
        extra: Further members of the body, as documented.

    Raises:
        InvalidInput: A field breaks its rule.
        NotEnough: The merchant's balance; later again with the **same** number.
        BusinessRefused: The state of the account or the user forbids it.
        OutcomeUnknown: Ask with ``query_transfer``; never take a new number.
    """
    check_out_bill_no(out_bill_no)
    check_fen(amount, "amount")
    if (amount >= _NAMED_FROM and not user_name) or (amount < _UNNAMED_BELOW and user_name):
        raise InvalidInput("user_name", "out_of_range", "must be given from 2,000 yuan, and not below 0.30 yuan")
    url = notify_url or desk.notify_url
    serial, secret = yield from sealed(desk, {"user_name": user_name})
    members = {
        "appid": desk.app_of(appid),
        "out_bill_no": out_bill_no,
        "transfer_scene_id": check_length("scene_id", scene_id, 36, least=1),
        "openid": check_openid(openid),
        "transfer_amount": amount,
        "transfer_remark": check_length("remark", remark, 32, least=1),
        "transfer_scene_report_infos": [dict(one) for one in scene_report],
        "notify_url": check_notify_url(url) if url else "",
        **secret,
    }
    body = joined(members, extra or {})
    what, unknown = "transfer money", ("query_transfer", {"out_bill_no": out_bill_no})
    return (
        yield from post(
            desk, what, _BILLS, _receipt(out_bill_no), body=body, policy=MONEY, unknown=unknown, serial=serial
        )
    )


def _receipt(out_bill_no: str) -> Callable[[Mapping[str, Any]], TransferReceipt]:
    """Reads an answer that must be about this transfer."""

    def read(said: Mapping[str, Any]) -> TransferReceipt:
        found = TransferReceipt.read(said)
        if found.out_bill_no != out_bill_no:
            raise wrong("out_bill_no")
        return found

    return read


def query_transfer(desk: Desk, out_bill_no: str) -> Flow[Transfer]:
    """Where a transfer stands, by the shop's number.

    Raises:
        NotThere: No such transfer.
        GatewayFailed: No usable answer; ask again.
    """
    check_out_bill_no(out_bill_no)
    return (yield from _query(desk, "out-bill-no/{}", out_bill_no, "out_bill_no"))


def query_transfer_bill(desk: Desk, transfer_bill_no: str) -> Flow[Transfer]:
    """Where a transfer stands, by WeChat Pay's number; see :func:`query_transfer`."""
    check_their_number(transfer_bill_no, "transfer_bill_no")
    return (yield from _query(desk, "transfer-bill-no/{}", transfer_bill_no, "transfer_bill_no"))


def _query(desk: Desk, path: str, asked: str, name: str) -> Flow[Transfer]:
    what = "query a transfer"

    def reader(said: Mapping[str, Any]) -> Transfer:
        found = Transfer.read(said)
        if found.mchid != desk.merchant.mchid or getattr(found, name) != asked:
            raise wrong(name)
        return found

    return (yield from get(desk, what, target(f"{_BILLS}/{path}", asked), reader))


def cancel_transfer(desk: Desk, out_bill_no: str) -> Flow[TransferReceipt]:
    """Takes back a transfer that the user has not confirmed yet.

    Raises:
        BusinessRefused: It is too late.
        OutcomeUnknown: Ask with ``query_transfer``.
    """
    address = target(f"{_BILLS}/out-bill-no/{{}}/cancel", check_out_bill_no(out_bill_no))
    what, unknown = "cancel a transfer", ("query_transfer", {"out_bill_no": out_bill_no})
    return (yield from post(desk, what, address, _receipt(out_bill_no), policy=MONEY, unknown=unknown))
