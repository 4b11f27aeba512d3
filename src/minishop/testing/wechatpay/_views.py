"""What the gateway tells about orders and refunds, in answers and in notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from minishop.testing.wechatpay._ledger import Combined, Order, Refund
from minishop.testing.wechatpay._wire import moment

__all__ = ["BANK", "combined_transaction", "refund_notice", "refund_view", "state_text", "transaction"]

BANK = "OTHERS"
_STATES = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "REVOKED": "已撤销",
    "USERPAYING": "用户支付中",
    "PAYERROR": "支付失败",
}


def state_text(state: str) -> str:
    """A state in the gateway's words."""
    return _STATES[state]


def _parties(order: Order) -> dict[str, Any]:
    if order.sub_mchid is None:
        return {"appid": order.appid, "mchid": order.mchid}
    parties = {"sp_appid": order.appid, "sp_mchid": order.mchid, "sub_mchid": order.sub_mchid}
    return parties | ({"sub_appid": order.sub_appid} if order.sub_appid else {})


def transaction(order: Order, now: datetime) -> dict[str, Any]:
    """A transaction, as a query and the notification of a payment show it."""
    state = order.state_at(now)
    view = {
        **_parties(order),
        "out_trade_no": order.out_trade_no,
        "trade_state": state,
        "trade_state_desc": state_text(state),
        "promotion_detail": _promotion(order),
    }
    if order.attach is not None:
        view["attach"] = order.attach
    scene = (order.request.get("scene_info") or {}).get("device_id")
    if scene:
        view["scene_info"] = {"device_id": scene}
    if order.transaction_id and order.paid_at is not None:
        view |= {
            "transaction_id": order.transaction_id,
            "trade_type": order.trade_type,
            "bank_type": BANK,
            "success_time": moment(order.paid_at),
            "payer": dict(order.payer),
            "amount": {
                "total": order.total,
                "payer_total": order.payer_total,
                "currency": "CNY",
                "payer_currency": "CNY",
            },
        }
    else:
        view["amount"] = {"total": order.total, "currency": "CNY"}
    return view


def _promotion(order: Order) -> list[dict[str, Any]]:
    if not order.coupon:
        return []
    return [
        {
            "coupon_id": "SIMULATED-COUPON",
            "name": "单品惠-模拟",
            "scope": "GLOBAL",
            "type": "NOCASH",
            "amount": order.coupon,
            "merchant_contribute": order.coupon,
            "currency": "CNY",
        }
    ]


def combined_transaction(combined: Combined, now: datetime) -> dict[str, Any]:
    """A combined order, as a query and its notification show it."""
    view: dict[str, Any] = {
        "combine_appid": combined.appid,
        "combine_mchid": combined.orders[0].mchid,
        "combine_out_trade_no": combined.number,
        "sub_orders": [_sub_order(one, now) for one in combined.orders],
    }
    if combined.openid:
        view["combine_payer_info"] = {"openid": combined.openid}
    return view


def _sub_order(order: Order, now: datetime) -> dict[str, Any]:
    view: dict[str, Any] = {
        "mchid": order.mchid,
        "out_trade_no": order.out_trade_no,
        "trade_state": order.state_at(now),
        "attach": order.attach,
        "amount": {"total_amount": order.total, "currency": "CNY"},
    }
    if order.sub_mchid:
        view["sub_mchid"] = order.sub_mchid
    if order.transaction_id and order.paid_at is not None:
        view |= {
            "transaction_id": order.transaction_id,
            "trade_type": order.trade_type,
            "bank_type": BANK,
            "success_time": moment(order.paid_at),
        }
        view["amount"] |= {"payer_amount": order.payer_total, "payer_currency": "CNY"}
    return view


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund, as the refund call and its query answer."""
    view: dict[str, Any] = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": refund.order.transaction_id,
        "out_trade_no": refund.order.out_trade_no,
        "channel": refund.channel,
        "user_received_account": refund.account,
        "create_time": moment(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": _refund_amount(refund),
        "promotion_detail": [],
    }
    if refund.success_at is not None:
        view["success_time"] = moment(refund.success_at)
    return view


def _refund_amount(refund: Refund) -> dict[str, Any]:
    order = refund.order
    amount: dict[str, Any] = {
        "total": order.total,
        "refund": refund.amount,
        "payer_total": order.payer_total,
        "payer_refund": refund.payer_amount,
        "settlement_refund": refund.payer_amount,
        "settlement_total": order.payer_total,
        "discount_refund": refund.amount - refund.payer_amount,
        "currency": "CNY",
    }
    sources = refund.request["amount"].get("from")
    return amount | ({"from": sources} if sources else {})


def refund_notice(refund: Refund) -> dict[str, Any]:
    """A refund, as its notification shows it."""
    order = refund.order
    merchant = {"sp_mchid": order.mchid, "sub_mchid": order.sub_mchid} if order.sub_mchid else {"mchid": order.mchid}
    notice: dict[str, Any] = {
        **merchant,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "refund_status": refund.status,
        "user_received_account": refund.account,
        "amount": {
            "total": order.total,
            "refund": refund.amount,
            "payer_total": order.payer_total,
            "payer_refund": refund.payer_amount,
        },
    }
    if refund.success_at is not None:
        notice["success_time"] = moment(refund.success_at)
    return notice
