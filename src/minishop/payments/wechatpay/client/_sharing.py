"""Sharing the money of a payment out to others (分账): from a minute after the payment, for 30 days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from minishop.errors import InvalidInput
from minishop.flows import Flow
from minishop.payments.wechatpay._numbers import check_fen
from minishop.payments.wechatpay._reading import fen, wrong
from minishop.payments.wechatpay.client._call import get, nothing, post, target
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._numbers import check_mchid, check_out_order_no, check_their_number
from minishop.payments.wechatpay.client._policy import MONEY, PREPARE
from minishop.payments.wechatpay.client._sensitive import sealed
from minishop.payments.wechatpay.client._shares import Receiver, Share, Sharing, SharingReturn
from minishop.payments.wechatpay.client._values import check_length

__all__ = [
    "add_receiver",
    "delete_receiver",
    "query_sharing",
    "query_sharing_return",
    "return_share",
    "share",
    "sharing_limit",
    "unfreeze",
    "unsplit_amount",
]

_SHARING = "/v3/profitsharing"


def _sub(desk: Desk, *, with_app: bool = False) -> dict[str, str]:
    if desk.sub is None:
        return {}
    return {"sub_mchid": desk.sub.mchid} | ({"sub_appid": desk.sub.appid} if with_app else {})


def share(
    desk: Desk,
    *,
    out_order_no: str,
    transaction_id: str,
    receivers: Iterable[Share],
    unfreeze_rest: bool = False,
    appid: str | None = None,
) -> Flow[Sharing]:
    """Shares out money of a payment; the same number again is the same sharing.

    Args:
        desk: The client's.
        out_order_no: The shop's number, 1 to 64 of ``0-9A-Za-z_|*@-``.
        transaction_id: The payment, by WeChat Pay's number.
        receivers: 1 to 50, each of which was added with ``add_receiver``.
        unfreeze_rest: What is left goes to the merchant, and nothing more can be shared.
        appid: The app; ``None``: the client's.

    Raises:
        InvalidInput: A field breaks its rule.
        NotEnough: More than can still be shared.
        BusinessRefused: ``RULELIMIT`` and others.
        OutcomeUnknown: Ask with ``query_sharing``.
    """
    check_out_order_no(out_order_no)
    check_their_number(transaction_id, "transaction_id")
    shares = tuple(receivers)
    if not 1 <= len(shares) <= 50:
        raise InvalidInput("receivers", "out_of_range", "must be 1 to 50")
    for one in shares:
        check_fen(one.amount, "amount")
        check_length("description", one.description, 80, least=1)
    # All names at once: they must be encrypted with one key, and keys may be renewed at any time.
    serial, names = yield from sealed(desk, {str(place): one.name for place, one in enumerate(shares)})
    bodies = [
        {"type": one.kind, "account": one.account, "amount": one.amount, "description": one.description}
        | ({"name": names[str(place)]} if one.name else {})
        for place, one in enumerate(shares)
    ]
    members = {
        **_sub(desk, with_app=True),
        "appid": desk.app_of(appid),
        "transaction_id": transaction_id,
        "out_order_no": out_order_no,
        "receivers": bodies,
        "unfreeze_unsplit": unfreeze_rest,
    }
    unknown = ("query_sharing", {"out_order_no": out_order_no, "transaction_id": transaction_id})
    what, address = "share a payment out", f"{_SHARING}/orders"
    return (
        yield from post(
            desk, what, address, _sharing(out_order_no), body=members, policy=MONEY, unknown=unknown, serial=serial
        )
    )


def _sharing(out_order_no: str) -> Callable[[Mapping[str, Any]], Sharing]:
    """Reads an answer that must be about this sharing."""

    def read(said: Mapping[str, Any]) -> Sharing:
        found = Sharing.read(said)
        if found.out_order_no != out_order_no:
            raise wrong("out_order_no")
        return found

    return read


def query_sharing(desk: Desk, out_order_no: str, transaction_id: str) -> Flow[Sharing]:
    """Where a sharing stands.

    Raises:
        NotThere: No such sharing.
        GatewayFailed: No usable answer; ask again.
    """
    check_out_order_no(out_order_no)
    query = {"transaction_id": check_their_number(transaction_id, "transaction_id"), **_sub(desk)}
    what, address = "query a sharing", target(_SHARING + "/orders/{}", out_order_no, query=query)
    return (yield from get(desk, what, address, _sharing(out_order_no)))


def unfreeze(desk: Desk, *, out_order_no: str, transaction_id: str, description: str) -> Flow[Sharing]:
    """Gives what was not shared to the merchant; nothing more of the payment can be shared.

    Args:
        desk: The client's.
        out_order_no: A number of its own, as for ``share``.
        transaction_id: The payment.
        description: Why; 1 to 80 characters.

    Raises:
        OutcomeUnknown: Ask with ``query_sharing``.
    """
    members = {
        **_sub(desk),
        "transaction_id": check_their_number(transaction_id, "transaction_id"),
        "out_order_no": check_out_order_no(out_order_no),
        "description": check_length("description", description, 80, least=1),
    }
    unknown = ("query_sharing", {"out_order_no": out_order_no, "transaction_id": transaction_id})
    what, address = "unfreeze a payment", f"{_SHARING}/orders/unfreeze"
    return (yield from post(desk, what, address, _sharing(out_order_no), body=members, policy=MONEY, unknown=unknown))


def unsplit_amount(desk: Desk, transaction_id: str) -> Flow[int]:
    """Fen of a payment that can still be shared."""
    number_ = check_their_number(transaction_id, "transaction_id")
    what, address = "query what can be shared", target(_SHARING + "/transactions/{}/amounts", number_)
    return (yield from get(desk, what, address, lambda said: fen(said, "unsplit_amount")))


def return_share(
    desk: Desk, *, out_return_no: str, out_order_no: str, return_mchid: str, amount: int, description: str
) -> Flow[SharingReturn]:
    """Takes a share back from a merchant, for example before a refund; the same number again is the same return.

    Args:
        desk: The client's.
        out_return_no: The shop's number of it.
        out_order_no: The sharing.
        return_mchid: Who gives it back.
        amount: Fen.
        description: Why; 1 to 80 characters.

    Raises:
        OutcomeUnknown: Ask with ``query_sharing_return``.
    """
    members = {
        **_sub(desk),
        "out_order_no": check_out_order_no(out_order_no),
        "out_return_no": check_out_order_no(out_return_no, "out_return_no"),
        "return_mchid": check_mchid(return_mchid, "return_mchid"),
        "amount": check_fen(amount, "amount"),
        "description": check_length("description", description, 80, least=1),
    }
    unknown = ("query_sharing_return", {"out_return_no": out_return_no, "out_order_no": out_order_no})
    what, address = "return a share", f"{_SHARING}/return-orders"
    return (yield from post(desk, what, address, _returned(out_return_no), body=members, policy=MONEY, unknown=unknown))


def query_sharing_return(desk: Desk, out_return_no: str, out_order_no: str) -> Flow[SharingReturn]:
    """Where the return of a share stands."""
    check_out_order_no(out_return_no, "out_return_no")
    query = {"out_order_no": check_out_order_no(out_order_no), **_sub(desk)}
    what, address = "query a returned share", target(_SHARING + "/return-orders/{}", out_return_no, query=query)
    return (yield from get(desk, what, address, _returned(out_return_no)))


def _returned(out_return_no: str) -> Callable[[Mapping[str, Any]], SharingReturn]:
    """Reads an answer that must be about this return."""

    def read(said: Mapping[str, Any]) -> SharingReturn:
        found = SharingReturn.read(said)
        if found.out_return_no != out_return_no:
            raise wrong("out_return_no")
        return found

    return read


def add_receiver(desk: Desk, receiver: Receiver, *, appid: str | None = None) -> Flow[None]:
    """Allows somebody to get shares; adding them again changes nothing."""
    serial, secret = yield from sealed(desk, {"name": receiver.name})
    relation = {"relation_type": receiver.relation, "custom_relation": receiver.custom_relation}
    yield from _receiver(desk, "add", receiver, appid, secret | relation, serial)


def delete_receiver(desk: Desk, receiver: Receiver, *, appid: str | None = None) -> Flow[None]:
    """Ends that; only ``kind`` and ``account`` are looked at."""
    yield from _receiver(desk, "delete", receiver, appid, {}, "")


def _receiver(
    desk: Desk, verb: str, receiver: Receiver, appid: str | None, more: Mapping[str, str], serial: str
) -> Flow[None]:
    members = {
        **_sub(desk, with_app=True),
        "appid": desk.app_of(appid),
        "type": receiver.kind,
        "account": receiver.account,
        **more,
    }
    what, address = f"{verb} a receiver of shares", f"{_SHARING}/receivers/{verb}"
    yield from post(desk, what, address, nothing, body=members, policy=PREPARE, serial=serial)


def sharing_limit(desk: Desk, sub_mchid: str | None = None) -> Flow[int]:
    """For partners: the largest part of a payment of this merchant that may be shared, in basis points.

    Args:
        desk: The client's.
        sub_mchid: The merchant; ``None``: the one that the client acts for.
    """
    who = check_mchid(sub_mchid or (desk.sub.mchid if desk.sub else ""), "sub_mchid")
    what, address = "query the limit of sharing", target(_SHARING + "/merchant-configs/{}", who)
    return (yield from get(desk, what, address, lambda said: fen(said, "max_ratio")))
