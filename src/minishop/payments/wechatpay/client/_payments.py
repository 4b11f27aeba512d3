"""Making an order, handing it to the shopper's device, asking where it stands, closing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.flows import Flow, NewNonce, Now, ask
from minishop.payments.wechatpay import _handoff
from minishop.payments.wechatpay._numbers import check_out_trade_no
from minishop.payments.wechatpay._reading import text, wrong
from minishop.payments.wechatpay._transactions import Transaction
from minishop.payments.wechatpay.client._call import get, nothing, post, target
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._numbers import check_their_number
from minishop.payments.wechatpay.client._orders import Channel, PaymentOrder
from minishop.payments.wechatpay.client._policy import CLOSE, PREPARE
from minishop.payments.wechatpay.client._values import check_length, check_notify_url, check_openid

__all__ = [
    "Prepared",
    "app_parameters",
    "close_payment",
    "create_app",
    "create_h5",
    "create_jsapi",
    "create_mini_program",
    "create_native",
    "create_payment",
    "handed_over",
    "jsapi_parameters",
    "mini_program_parameters",
    "prepared",
    "query_payment",
    "query_transaction",
]


@frozen(kw_only=True)
class Prepared:
    """An order that can be paid now.

    Attributes:
        out_trade_no: The shop's number.
        channel: Where it is to be paid.
        prepay_id: Of JSAPI, mini-program and app; good for two hours.
        client: What the front end needs, with a fresh signature: the parameters of ``wx.requestPayment``,
            ``getBrandWCPayRequest`` or ``PayReq``; ``h5_url``; ``code_url``.
        raw: What WeChat Pay answered.
    """

    out_trade_no: str
    channel: Channel
    prepay_id: str = ""
    client: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    raw: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)


# -- making an order -----------------------------------------------------------------------------------------------


def create_jsapi(desk: Desk, order: PaymentOrder, *, openid: str, appid: str | None = None) -> Flow[Prepared]:
    """Makes an order to be paid in a page inside WeChat.

    The same order again gives its parameters again; another order under the same number is refused.

    Args:
        desk: The client's.
        order: What is paid for.
        openid: Who pays, as the app knows them.
        appid: The app; ``None``: the client's.

    Raises:
        InvalidInput: A field breaks its rule.
        BusinessRefused: ``ORDERPAID``, ``ORDERCLOSED``, ``OUTTRADENOUSED`` and others.
        OutcomeUnknown: It may have been made; ask with ``query_payment``.
    """
    return (yield from create_payment(desk, order, channel=Channel.JSAPI, openid=openid, appid=appid))


def create_mini_program(desk: Desk, order: PaymentOrder, *, openid: str, appid: str | None = None) -> Flow[Prepared]:
    """Makes an order to be paid in a mini-program; see :func:`create_jsapi`."""
    return (yield from create_payment(desk, order, channel=Channel.MINI_PROGRAM, openid=openid, appid=appid))


def create_app(desk: Desk, order: PaymentOrder, *, appid: str | None = None) -> Flow[Prepared]:
    """Makes an order to be paid in an app of one's own; see :func:`create_jsapi`."""
    return (yield from create_payment(desk, order, channel=Channel.APP, appid=appid))


def create_h5(
    desk: Desk, order: PaymentOrder, *, kind: str = "Wap", redirect_url: str | None = None, appid: str | None = None
) -> Flow[Prepared]:
    """Makes an order to be paid in a phone's browser; see :func:`create_jsapi`.

    Args:
        desk: The client's.
        order: What is paid for; with ``payer_client_ip``.
        kind: ``Wap``, ``iOS`` or ``Android``.
        redirect_url: Where the shopper goes afterwards, whether they have paid or not.
        appid: The app; ``None``: the client's.
    """
    channel = Channel.H5
    return (yield from create_payment(desk, order, channel=channel, kind=kind, redirect_url=redirect_url, appid=appid))


def create_native(desk: Desk, order: PaymentOrder, *, appid: str | None = None) -> Flow[Prepared]:
    """Makes an order to be paid by scanning ``client["code_url"]`` as a QR code; see :func:`create_jsapi`."""
    return (yield from create_payment(desk, order, channel=Channel.NATIVE, appid=appid))


def create_payment(
    desk: Desk,
    order: PaymentOrder,
    *,
    channel: Channel | str,
    openid: str = "",
    kind: str = "Wap",
    redirect_url: str | None = None,
    appid: str | None = None,
) -> Flow[Prepared]:
    """Makes an order to be paid in any channel; see the functions of the single channels."""
    channel, app = Channel.of(channel), desk.app_of(appid)
    now = yield from ask(Now())
    what = "create a payment"
    body = order.body(now) | _parties(desk, app) | {"notify_url": _notify_url(desk, order)}
    if channel in (Channel.JSAPI, Channel.MINI_PROGRAM):
        body["payer"] = {_payer_name(desk): check_openid(openid)}
    if channel is Channel.H5:
        check_length("payer_client_ip", order.payer_client_ip, 45, least=1)
        body["scene_info"] = body["scene_info"] | {"h5_info": {"type": check_length("kind", kind, 16, least=1)}}
    side = "/v3/pay/partner/transactions" if desk.sub else "/v3/pay/transactions"
    unknown = ("query_payment", {"out_trade_no": order.out_trade_no})
    address = f"{side}/{channel.product}"
    data = yield from post(desk, what, address, prepared(channel), body=body, policy=PREPARE, unknown=unknown)
    payer_app = desk.sub.appid if desk.sub and desk.sub.appid else app
    client = yield from handed_over(desk, channel, data, appid=payer_app, redirect_url=redirect_url)
    return Prepared(
        out_trade_no=order.out_trade_no, channel=channel, prepay_id=data.get("prepay_id", ""), client=client, raw=data
    )


def _parties(desk: Desk, appid: str) -> dict[str, str]:
    if desk.sub is None:
        return {"appid": appid, "mchid": desk.merchant.mchid}
    return {
        "sp_appid": appid,
        "sp_mchid": desk.merchant.mchid,
        "sub_appid": desk.sub.appid,
        "sub_mchid": desk.sub.mchid,
    }


def _payer_name(desk: Desk) -> str:
    if desk.sub is None:
        return "openid"
    return "sub_openid" if desk.sub.appid else "sp_openid"


def _notify_url(desk: Desk, order: PaymentOrder) -> str:
    return check_notify_url(order.notify_url or desk.notify_url)


def prepared(channel: Channel) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Reads the answer to a new order, which must hold what its channel needs."""

    def read(said: Mapping[str, Any]) -> Mapping[str, Any]:
        text(said, {Channel.H5: "h5_url", Channel.NATIVE: "code_url"}.get(channel, "prepay_id"))
        return said

    return read


# -- handing it over -----------------------------------------------------------------------------------------------


def handed_over(
    desk: Desk, channel: Channel, said: Mapping[str, Any], *, appid: str, redirect_url: str | None = None
) -> Flow[Mapping[str, str]]:
    """What the front end needs to let the shopper pay."""
    match channel:
        case Channel.NATIVE:
            return {"code_url": said["code_url"]}
        case Channel.H5:
            return {"h5_url": _handoff.h5_url(said["h5_url"], redirect_url=redirect_url)}
        case Channel.APP:
            return (yield from app_parameters(desk, said["prepay_id"], appid=appid))
        case Channel.JSAPI:
            return (yield from jsapi_parameters(desk, said["prepay_id"], appid=appid))
    return (yield from mini_program_parameters(desk, said["prepay_id"], appid=appid))


def jsapi_parameters(desk: Desk, prepay_id: str, *, appid: str | None = None) -> Flow[dict[str, str]]:
    """Fresh parameters of ``getBrandWCPayRequest`` for an order made earlier; see :func:`create_jsapi`."""
    now, nonce = yield from _moment()
    return _handoff.jsapi_parameters(desk.merchant, desk.app_of(appid), prepay_id, now=now, nonce=nonce)


def mini_program_parameters(desk: Desk, prepay_id: str, *, appid: str | None = None) -> Flow[dict[str, str]]:
    """Fresh parameters of ``wx.requestPayment`` for an order made earlier."""
    now, nonce = yield from _moment()
    return _handoff.mini_program_parameters(desk.merchant, desk.app_of(appid), prepay_id, now=now, nonce=nonce)


def app_parameters(desk: Desk, prepay_id: str, *, appid: str | None = None) -> Flow[dict[str, str]]:
    """Fresh fields of ``PayReq`` for an order made earlier."""
    now, nonce = yield from _moment()
    return _handoff.app_parameters(desk.merchant, desk.app_of(appid), prepay_id, now=now, nonce=nonce)


def _moment() -> Flow[tuple[datetime, str]]:
    now = yield from ask(Now())
    nonce = yield from ask(NewNonce())
    return now, nonce


# -- afterwards ----------------------------------------------------------------------------------------------------


def query_payment(desk: Desk, out_trade_no: str) -> Flow[Transaction]:
    """Where a payment stands, by the shop's number.

    Raises:
        NotThere: No such order.
        GatewayFailed: No usable answer; ask again.
    """
    path = "transactions/out-trade-no/{}"
    return (yield from _query(desk, path, check_out_trade_no(out_trade_no), "out_trade_no"))


def query_transaction(desk: Desk, transaction_id: str) -> Flow[Transaction]:
    """Where a payment stands, by WeChat Pay's number; see :func:`query_payment`."""
    number = check_their_number(transaction_id, "transaction_id")
    return (yield from _query(desk, "transactions/id/{}", number, "transaction_id"))


def _query(desk: Desk, path: str, number: str, name: str) -> Flow[Transaction]:
    what = "query a payment"
    side = "/v3/pay/partner/" if desk.sub else "/v3/pay/"
    address = target(side + path, number, query=_asking(desk))

    def reader(said: Mapping[str, Any]) -> Transaction:
        found = Transaction.read(said)
        for field_name, ours, theirs in (
            (name, number, getattr(found, name)),
            ("mchid", desk.merchant.mchid, found.mchid),
            ("sub_mchid", desk.sub.mchid if desk.sub else "", found.sub_mchid),
        ):
            if ours != theirs:
                raise wrong(field_name)
        return found

    return (yield from get(desk, what, address, reader))


def _asking(desk: Desk) -> dict[str, str]:
    """Who asks, or closes."""
    if desk.sub is None:
        return {"mchid": desk.merchant.mchid}
    return {"sp_mchid": desk.merchant.mchid, "sub_mchid": desk.sub.mchid}


def close_payment(desk: Desk, out_trade_no: str) -> Flow[None]:
    """Ends an order that was not paid; closing a closed one changes nothing.

    Raises:
        BusinessRefused: ``ORDERPAID``: it was paid.
        Busy: Too many calls, or the shopper is paying just now: ask with ``query_payment``.
        OutcomeUnknown: Ask with ``query_payment``.
    """
    side = "/v3/pay/partner/" if desk.sub else "/v3/pay/"
    address = target(side + "transactions/out-trade-no/{}/close", check_out_trade_no(out_trade_no))
    unknown = ("query_payment", {"out_trade_no": out_trade_no})
    yield from post(desk, "close a payment", address, nothing, body=_asking(desk), policy=CLOSE, unknown=unknown)
