"""Several orders paid in one go (合单支付), perhaps of several merchants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.flows import Flow, Now, ask
from minishop.payments.wechatpay._numbers import check_fen, check_out_trade_no
from minishop.payments.wechatpay._reading import wrong
from minishop.payments.wechatpay._transactions import CombinedTransaction
from minishop.payments.wechatpay.client._call import get, joined, kept, nothing, post, target
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._numbers import check_mchid
from minishop.payments.wechatpay.client._orders import Channel
from minishop.payments.wechatpay.client._payments import Prepared, handed_over, prepared
from minishop.payments.wechatpay.client._policy import CLOSE, PREPARE
from minishop.payments.wechatpay.client._values import (
    check_expiry,
    check_length,
    check_notify_url,
    check_openid,
    rfc_3339,
    unix_seconds_of,
)

__all__ = ["CombinedOrder", "SubOrder", "close_combined", "create_combined", "query_combined"]

_COMBINED = "/v3/combine-transactions"
_MOST = 50  # 10 for a merchant, 50 for a partner


@frozen(kw_only=True)
class SubOrder:
    """One order of a combined payment.

    Attributes:
        out_trade_no: The shop's number, 6 to 32 of ``0-9A-Za-z_|*-``.
        description: What the shopper reads, 1 to 127 characters.
        total: Fen, at least 1.
        attach: Comes back in notifications and bills; 1 to 128 characters.
        mchid: Who gets the money; empty: the one who combines.
        sub_mchid: In partner mode the merchant who gets it.
        sub_appid: In partner mode that merchant's app.
        currency: ISO 4217.
        goods_tag: For vouchers; at most 32 characters.
        profit_sharing: Freeze the money until it is shared out.
        extra: Further members, as documented.

    Raises:
        InvalidInput: A field breaks its rule; the error names it.
    """

    out_trade_no: str
    description: str = field(repr=False)
    total: int
    attach: str = field(repr=False)
    mchid: str = ""
    sub_mchid: str = ""
    sub_appid: str = ""
    currency: str = "CNY"
    goods_tag: str = ""
    profit_sharing: bool = False
    extra: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        check_out_trade_no(self.out_trade_no)
        check_length("description", self.description, 127, least=1)
        check_fen(self.total, "total")
        check_length("attach", self.attach, 128, least=1)
        check_length("goods_tag", self.goods_tag, 32)
        for name in ("mchid", "sub_mchid"):
            if getattr(self, name):
                check_mchid(getattr(self, name), name)

    def key(self, mchid: str) -> dict[str, str]:
        """What names it in a request to close."""
        who = {"mchid": self.mchid or mchid, "out_trade_no": self.out_trade_no}
        return kept(who | {"sub_mchid": self.sub_mchid, "sub_appid": self.sub_appid})

    def body(self, mchid: str) -> dict[str, Any]:
        """It as a member of the body."""
        members = {
            **self.key(mchid),
            "description": self.description,
            "attach": self.attach,
            "amount": {"total_amount": self.total, "currency": self.currency},
            "goods_tag": self.goods_tag,
            "settle_info": {"profit_sharing": self.profit_sharing or None},
        }
        return joined(members, self.extra)


@frozen(kw_only=True)
class CombinedOrder:
    """Orders to be paid in one go.

    Attributes:
        out_trade_no: The shop's number of the whole.
        orders: 2 to 10, for partners up to 50; their numbers differ.
        time_expire: From when on no money is taken, at least a minute ahead; ``None``: WeChat Pay's default.
        notify_url: Where the notification goes; empty takes the client's.
        payer_client_ip: The shopper's address; must be given for H5.
        device_id: Of the till; at most 32 characters.
        extra: Further members of the body, as documented.

    Raises:
        InvalidInput: A field breaks its rule; the error names it.
    """

    out_trade_no: str
    orders: tuple[SubOrder, ...] = field(converter=tuple)
    time_expire: datetime | None = None
    notify_url: str = field(default="", repr=False)
    payer_client_ip: str = field(default="", repr=False)
    device_id: str = ""
    extra: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        check_out_trade_no(self.out_trade_no)
        numbers = {order.out_trade_no for order in self.orders}
        if not 2 <= len(self.orders) <= _MOST or len(numbers) != len(self.orders):
            raise InvalidInput("orders", "out_of_range", f"must be 2 to {_MOST} orders with different numbers")
        if self.time_expire is not None:
            unix_seconds_of("time_expire", self.time_expire)
        if self.notify_url:
            check_notify_url(self.notify_url)
        check_length("payer_client_ip", self.payer_client_ip, 45)
        check_length("device_id", self.device_id, 32)


def create_combined(
    desk: Desk,
    order: CombinedOrder,
    *,
    channel: Channel | str,
    openid: str = "",
    kind: str = "Wap",
    redirect_url: str | None = None,
    appid: str | None = None,
) -> Flow[Prepared]:
    """Makes orders to be paid in one go. Each is refunded by a normal refund.

    Args:
        desk: The client's.
        order: What is paid for.
        channel: Where it is paid; JSAPI and mini-program need an openid.
        openid: Who pays, as the app knows them.
        kind: For H5: ``Wap``, ``iOS`` or ``Android``.
        redirect_url: For H5: where the shopper goes afterwards.
        appid: The app; ``None``: the client's.

    Raises:
        InvalidInput: A field breaks its rule.
        BusinessRefused: The state of an order forbids it.
        OutcomeUnknown: It may have been made; ask with ``query_combined``.
    """
    channel, app = Channel.of(channel), desk.app_of(appid)
    now = yield from ask(Now())
    check_expiry(order.time_expire, now)
    scene: dict[str, Any] = {"payer_client_ip": order.payer_client_ip, "device_id": order.device_id}
    if channel is Channel.H5:
        check_length("payer_client_ip", order.payer_client_ip, 45, least=1)
        scene["h5_info"] = {"type": check_length("kind", kind, 16, least=1)}
    payer = openid or channel in (Channel.JSAPI, Channel.MINI_PROGRAM)
    members = {
        "combine_appid": app,
        "combine_mchid": desk.merchant.mchid,
        "combine_out_trade_no": order.out_trade_no,
        "scene_info": scene,
        "sub_orders": [one.body(desk.merchant.mchid) for one in order.orders],
        "combine_payer_info": {"openid": check_openid(openid)} if payer else None,
        "time_expire": rfc_3339(order.time_expire) if order.time_expire else None,
        "notify_url": check_notify_url(order.notify_url or desk.notify_url),
    }
    what, unknown = "create a combined payment", ("query_combined", {"out_trade_no": order.out_trade_no})
    body = joined(members, order.extra)
    address = f"{_COMBINED}/{channel.product}"
    data = yield from post(desk, what, address, prepared(channel), body=body, policy=PREPARE, unknown=unknown)
    client = yield from handed_over(desk, channel, data, appid=app, redirect_url=redirect_url)
    return Prepared(
        out_trade_no=order.out_trade_no, channel=channel, prepay_id=data.get("prepay_id", ""), client=client, raw=data
    )


def query_combined(desk: Desk, out_trade_no: str) -> Flow[CombinedTransaction]:
    """Where a combined payment stands, by the shop's number of the whole.

    Raises:
        NotThere: No such order.
        GatewayFailed: No usable answer; ask again.
    """
    what = "query a combined payment"
    address = target(_COMBINED + "/out-trade-no/{}", check_out_trade_no(out_trade_no))

    def reader(said: Mapping[str, Any]) -> CombinedTransaction:
        found = CombinedTransaction.read(said)
        if (found.mchid, found.out_trade_no) != (desk.merchant.mchid, out_trade_no):
            raise wrong("combine_out_trade_no")
        return found

    return (yield from get(desk, what, address, reader))


def close_combined(
    desk: Desk, out_trade_no: str, orders: Iterable[SubOrder], *, appid: str | None = None
) -> Flow[None]:
    """Ends a combined payment that was not made.

    Args:
        desk: The client's.
        out_trade_no: The shop's number of the whole.
        orders: All orders in it, as they were made.
        appid: The app; ``None``: the client's.

    Raises:
        BusinessRefused: ``ORDERPAID``: it was paid.
        OutcomeUnknown: Ask with ``query_combined``.
    """
    address = target(_COMBINED + "/out-trade-no/{}/close", check_out_trade_no(out_trade_no))
    body = {
        "combine_appid": desk.app_of(appid),
        "sub_orders": [order.key(desk.merchant.mchid) for order in orders],
    }
    unknown = ("query_combined", {"out_trade_no": out_trade_no})
    what = "close a combined payment"
    yield from post(desk, what, address, nothing, body=body, policy=CLOSE, unknown=unknown)
