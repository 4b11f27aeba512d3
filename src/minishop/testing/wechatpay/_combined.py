"""Combined payments (合单): several orders, paid together, refunded one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minishop.testing.wechatpay._checks import (
    Rule,
    choice,
    flag,
    integer,
    listed,
    notify_url,
    number,
    shape,
    text,
    time,
)
from minishop.testing.wechatpay._handoff import handle_of
from minishop.testing.wechatpay._ledger import Call, Combined, Ledger, Order
from minishop.testing.wechatpay._orders import (
    TRADE_TYPES,
    check_expiry,
    check_merchant,
    check_sub_merchant,
    close_order,
)
from minishop.testing.wechatpay._refusal import Refusal, bad_field
from minishop.testing.wechatpay._views import combined_transaction

__all__ = ["PRODUCTS", "close", "create", "query"]

PRODUCTS = ("jsapi", "app", "h5", "native")
_IP = text(45)

_SUB_ORDER = shape(
    {
        "mchid": text(32),
        "attach": text(128),
        "amount": shape({"total_amount": integer(), "currency": choice("CNY")}),
        "out_trade_no": number(32, 6),
        "description": text(127),
    },
    {
        "sub_mchid": text(32),
        "sub_appid": text(32),
        "goods_tag": text(32),
        "detail": text(6000),
        "settle_info": shape({}, {"profit_sharing": flag, "subsidy_amount": integer(0)}),
    },
)
_CLOSE = shape(
    {
        "combine_appid": text(32),
        "sub_orders": listed(
            shape({"mchid": text(32), "out_trade_no": number(32, 6)}, {"sub_mchid": text(32), "sub_appid": text(32)}),
            1,
            50,
        ),
    }
)


def _body_rule(product: str) -> Rule:
    required: dict[str, Rule] = {
        "combine_appid": text(32),
        "combine_mchid": text(32),
        "combine_out_trade_no": number(32, 6),
        "sub_orders": listed(_SUB_ORDER, 2, 50),
        "notify_url": notify_url,
    }
    optional: dict[str, Rule] = {
        "scene_info": shape({"payer_client_ip": _IP}, {"device_id": text(32)}),
        "time_start": time,
        "time_expire": time,
        "limit_pay": listed(text(16), 0, 10),
    }
    payer = shape({"openid": text(128)}, {"sub_openid": text(128)})
    if product == "jsapi":
        required["combine_payer_info"] = payer
    else:
        optional["combine_payer_info"] = payer
    if product == "h5":
        del optional["scene_info"]
        info = shape({"type": choice("Wap", "iOS", "Android")}, is_open=True)
        required["scene_info"] = shape({"payer_client_ip": _IP, "h5_info": info}, {"device_id": text(32)})
    return shape(required, optional)


_BODIES = {product: _body_rule(product) for product in PRODUCTS}


def create(product: str) -> Callable[[Ledger, Call], dict[str, Any]]:
    """Makes the function that takes orders to be paid together. The same request again gives the same answer."""

    def take(ledger: Ledger, call: Call) -> dict[str, Any]:
        body = call.body
        _BODIES[product](body, "/body")
        _check(ledger, body)
        number = body["combine_out_trade_no"]
        known = ledger.combined.get(number)
        if known is None:
            known = _new(ledger, product, body)
        elif {**known.request, "time_expire": None} != {**body, "time_expire": None}:
            raise Refusal(400, "INVALID_REQUEST", "other_parameters", number=number)
        else:
            _refuse_if_over(ledger, known)
        return handle_of(product, known.handle)

    return take


def _check(ledger: Ledger, body: Mapping[str, Any]) -> None:
    check_merchant(ledger, body["combine_mchid"], "/body/combine_mchid")
    if body["combine_appid"] not in ledger.rules.appids:
        raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid_mismatch", appid=body["combine_appid"])
    numbers = [one["out_trade_no"] for one in body["sub_orders"]]
    for place, one in enumerate(body["sub_orders"]):
        check_merchant(ledger, one["mchid"], f"/body/sub_orders/{place}/mchid")
        if "sub_mchid" in one:
            check_sub_merchant(ledger, one["sub_mchid"])
        if numbers.count(one["out_trade_no"]) > 1:
            raise bad_field(
                f"/body/sub_orders/{place}", one["out_trade_no"], "same_number_twice", number=numbers[place]
            )
    # A partner may combine fifty orders, a merchant ten.
    if len(numbers) > 10 and not all("sub_mchid" in one for one in body["sub_orders"]):
        raise bad_field("/body/sub_orders", len(numbers), "wrong_count", least=2, most=10)


def _refuse_if_over(ledger: Ledger, known: Combined) -> None:
    first = known.orders[0]
    if first.transaction_id:
        raise Refusal(400, "ORDER_PAID", "order_paid", number=known.number)
    if first.state_at(ledger.clock()) != "NOTPAY":
        raise Refusal(400, "ORDER_CLOSED", "order_closed", number=known.number)


def _new(ledger: Ledger, product: str, body: Mapping[str, Any]) -> Combined:
    expires = check_expiry(ledger, body)
    for one in body["sub_orders"]:
        if (one.get("sub_mchid") or one["mchid"], one["out_trade_no"]) in ledger.orders:
            raise Refusal(403, "OUT_TRADE_NO_USED", "other_parameters", number=one["out_trade_no"])
    combined = Combined(
        number=body["combine_out_trade_no"],
        appid=body["combine_appid"],
        request=dict(body),
        notify_url=body["notify_url"],
        handle=ledger.token(),
        openid=body.get("combine_payer_info", {}).get("openid"),
    )
    for one in body["sub_orders"]:
        order = Order(
            product=product,
            trade_type=TRADE_TYPES[product],
            mchid=one["mchid"],
            appid=combined.appid,
            sub_mchid=one.get("sub_mchid"),
            sub_appid=one.get("sub_appid"),
            out_trade_no=one["out_trade_no"],
            description=one["description"],
            total=one["amount"]["total_amount"],
            attach=one["attach"],
            payer={"openid": combined.openid} if combined.openid else {},
            for_sharing=one.get("settle_info", {}).get("profit_sharing", False),
            request={**one, "scene_info": body.get("scene_info")},
            handle=combined.handle,
            created_at=ledger.clock(),
            expires_at=expires,
            combined=combined,
        )
        combined.orders.append(order)
        ledger.add(order)
    ledger.combined[combined.number] = combined
    return combined


def _find(ledger: Ledger, call: Call) -> Combined:
    number = call.path["combine_out_trade_no"]
    combined = ledger.combined.get(number)
    if combined is None:
        raise Refusal(404, "ORDER_NOT_EXIST", "order_not_exist", number=number)
    return combined


def query(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Tells the state of every order of a combined one."""
    return combined_transaction(_find(ledger, call), ledger.clock())


def close(ledger: Ledger, call: Call) -> None:
    """Closes them all; the body has to name exactly those that were created together."""
    body = call.body
    _CLOSE(body, "/body")
    combined = _find(ledger, call)
    named = {(one.get("sub_mchid") or one["mchid"], one["out_trade_no"]) for one in body["sub_orders"]}
    if named != {(one.owner, one.out_trade_no) for one in combined.orders}:
        raise Refusal(400, "INVALID_REQUEST", "other_sub_orders")
    for order in combined.orders:
        close_order(order)
