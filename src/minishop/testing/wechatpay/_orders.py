"""Creating, querying and closing orders, for a merchant and for a partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from minishop.testing.wechatpay._checks import (
    Rule,
    anything,
    choice,
    flag,
    integer,
    notify_url,
    number,
    shape,
    text,
    time,
)
from minishop.testing.wechatpay._ledger import Call, Ledger, Order
from minishop.testing.wechatpay._refusal import Refusal, bad_field
from minishop.testing.wechatpay._views import transaction

__all__ = [
    "TRADE_TYPES",
    "check_expiry",
    "check_merchant",
    "check_sub_merchant",
    "close",
    "close_order",
    "create",
    "find",
    "owner_in",
    "query_by_id",
    "query_by_number",
]

TRADE_TYPES = {"jsapi": "JSAPI", "app": "APP", "h5": "MWEB", "native": "NATIVE", "codepay": "MICROPAY"}
_LIFE = timedelta(days=7)
_OPENID = text(128)

_AMOUNT = shape({"total": integer()}, {"currency": choice("CNY")})
_H5_INFO = shape(
    {"type": choice("Wap", "iOS", "Android")},
    {"app_name": text(64), "app_url": text(128), "bundle_id": text(128), "package_name": text(128)},
)
_SCENE: dict[str, Rule] = {"device_id": text(32), "store_info": shape({"id": text(32)}, is_open=True)}
_IP = text(45)

_COMMON: dict[str, Rule] = {"description": text(127), "out_trade_no": number(32, 6), "amount": _AMOUNT}
_OPTIONAL: dict[str, Rule] = {
    "attach": text(128),
    "goods_tag": text(32),
    "detail": anything,
    "settle_info": shape({}, {"profit_sharing": flag}),
    "support_fapiao": flag,
}
_DIRECT: dict[str, Rule] = {"appid": text(32), "mchid": text(32)}
_PARTNER: dict[str, Rule] = {"sp_appid": text(32), "sp_mchid": text(32), "sub_mchid": text(32)}


def _body_rule(product: str, *, is_partner: bool) -> Rule:
    """The shape of a create call's body."""
    required = {**(_PARTNER if is_partner else _DIRECT), **_COMMON}
    optional = {**_OPTIONAL, "scene_info": shape({"payer_client_ip": _IP}, _SCENE)}
    if is_partner:
        optional["sub_appid"] = text(32)
    if product == "codepay":
        required["payer"] = shape({"auth_code": text(32)})
        optional["scene_info"] = shape({}, {**_SCENE, "payer_client_ip": _IP, "device_ip": _IP}, is_open=True)
        return shape(required, optional)
    required["notify_url"] = notify_url
    optional["time_expire"] = time
    if product == "jsapi":
        payer = {"sp_openid": _OPENID, "sub_openid": _OPENID}
        required["payer"] = shape({}, payer) if is_partner else shape({"openid": _OPENID})
    if product == "h5":
        required["scene_info"] = shape({"payer_client_ip": _IP, "h5_info": _H5_INFO}, _SCENE)
        del optional["scene_info"]
    return shape(required, optional)


_BODIES = {
    (product, partner): _body_rule(product, is_partner=partner) for product in TRADE_TYPES for partner in (False, True)
}


def create(product: str, *, is_partner: bool = False) -> Callable[[Ledger, Call], Order]:
    """Makes the function that takes a new order of a product. The same request again gives the same order."""

    def take(ledger: Ledger, call: Call) -> Order:
        body = call.body
        _BODIES[product, is_partner](body, "/body")
        _check_identity(ledger, body, is_partner=is_partner)
        if product == "jsapi" and not body["payer"]:
            raise bad_field("/body/payer", None, "missing")
        known = ledger.orders.get((body.get("sub_mchid") or ledger.credentials.mchid, body["out_trade_no"]))
        if known is not None:
            _refuse_unless_same(ledger, known, product, body)
            return known
        order = _new_order(ledger, product, body)
        ledger.add(order)
        return order

    return take


def _check_identity(ledger: Ledger, body: Mapping[str, Any], *, is_partner: bool) -> None:
    """The merchant of the body is that of the signature, and the rest belongs to it."""
    prefix = "sp_" if is_partner else ""
    check_merchant(ledger, body[f"{prefix}mchid"], f"/body/{prefix}mchid")
    appid = body[f"{prefix}appid"]
    if appid not in ledger.rules.appids:
        raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid_mismatch", appid=appid)
    if is_partner:
        check_sub_merchant(ledger, body["sub_mchid"])


def check_merchant(ledger: Ledger, mchid: str, field: str, location: str = "body") -> None:
    """Refuses another merchant's number than the one in ``Authorization``."""
    signed = ledger.credentials.mchid
    if mchid != signed:
        raise bad_field(field, mchid, "merchant_mismatch", location=location, given=mchid, signed=signed)


def check_sub_merchant(ledger: Ledger, sub_mchid: str) -> None:
    """Refuses a merchant for whom this one is no partner."""
    if sub_mchid not in ledger.rules.sub_merchants:
        raise Refusal(403, "NO_AUTH", "not_my_sub_merchant", sub_mchid=sub_mchid)


def check_expiry(ledger: Ledger, body: Mapping[str, Any]) -> datetime:
    """When the order ends; refuses an end that is less than a minute ahead."""
    now = ledger.clock()
    if "time_expire" not in body:
        return now + _LIFE
    expires = datetime.fromisoformat(body["time_expire"])
    if expires < now + timedelta(minutes=1):
        raise bad_field("/body/time_expire", body["time_expire"], "expires_too_soon")
    return expires


def _refuse_unless_same(ledger: Ledger, known: Order, product: str, body: Mapping[str, Any]) -> None:
    """The number is known: refuses everything but the same request for an order that waits.

    ``time_expire`` counts only the first time, so it may differ.
    """
    if known.product != product or _essence(known.request) != _essence(body):
        raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=known.out_trade_no)
    state = known.state_at(ledger.clock())
    if known.transaction_id:
        raise Refusal(400, "ORDER_PAID", "order_paid", number=known.out_trade_no)
    if state in ("CLOSED", "REVOKED", "PAYERROR"):
        raise Refusal(400, "ORDER_CLOSED", "order_closed", number=known.out_trade_no)


def _essence(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "time_expire"}


def _new_order(ledger: Ledger, product: str, body: Mapping[str, Any]) -> Order:
    return Order(
        product=product,
        trade_type=TRADE_TYPES[product],
        mchid=ledger.credentials.mchid,
        appid=body.get("appid") or body["sp_appid"],
        sub_mchid=body.get("sub_mchid"),
        sub_appid=body.get("sub_appid"),
        out_trade_no=body["out_trade_no"],
        description=body["description"],
        total=body["amount"]["total"],
        attach=body.get("attach"),
        notify_url=body.get("notify_url"),
        payer={} if product == "codepay" else dict(body.get("payer") or {}),
        for_sharing=(body.get("settle_info") or {}).get("profit_sharing", False),
        request=dict(body),
        handle=ledger.token(),
        created_at=ledger.clock(),
        expires_at=check_expiry(ledger, body),
    )


# --- looking and closing ---------------------------------------------------------------------------------------------


def owner_in(ledger: Ledger, given: Mapping[str, Any], *, is_partner: bool, location: str) -> str:
    """Among whose numbers to look: that of the query or body, which must be the one who signed."""
    at = "/body/" if location == "body" else ""
    needed = ("sp_mchid", "sub_mchid") if is_partner else ("mchid",)
    for name in needed:
        if not isinstance(given.get(name), str) or not given[name]:
            raise bad_field(at + name, None, "missing", location=location)
    check_merchant(ledger, given[needed[0]], at + needed[0], location)
    if is_partner:
        check_sub_merchant(ledger, given["sub_mchid"])
    owner: str = given[needed[-1]]
    return owner


def find(ledger: Ledger, owner: str, out_trade_no: str) -> Order:
    """The order with the merchant's number."""
    order = ledger.orders.get((owner, out_trade_no))
    if order is None:
        raise Refusal(404, "ORDER_NOT_EXIST", "order_not_exist", number=out_trade_no)
    return order


def query_by_number(ledger: Ledger, call: Call, *, is_partner: bool = False) -> dict[str, Any]:
    """Tells the state of an order, also of one that is not paid."""
    owner = owner_in(ledger, call.query, is_partner=is_partner, location="query")
    return transaction(find(ledger, owner, call.path["out_trade_no"]), ledger.clock())


def query_by_id(ledger: Ledger, call: Call, *, is_partner: bool = False) -> dict[str, Any]:
    """Tells the state of a paid order."""
    owner = owner_in(ledger, call.query, is_partner=is_partner, location="query")
    order = ledger.transactions.get(call.path["transaction_id"])
    if order is None or order.owner != owner:
        raise Refusal(404, "ORDER_NOT_EXIST", "order_not_exist", number=call.path["transaction_id"])
    return transaction(order, ledger.clock())


def close(ledger: Ledger, call: Call, *, is_partner: bool = False) -> None:
    """No money from now on. Closing again is as good as closing once."""
    owner = owner_in(ledger, call.body, is_partner=is_partner, location="body")
    close_order(find(ledger, owner, call.path["out_trade_no"]))


def close_order(order: Order) -> None:
    """Closes an order that waits for its money."""
    if order.transaction_id:
        raise Refusal(400, "ORDER_PAID", "order_paid", number=order.out_trade_no)
    order.state = "CLOSED"
