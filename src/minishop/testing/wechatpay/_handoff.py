"""What a create call answers: the thing that the shopper's client needs to pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._orders import create, find, owner_in
from minishop.testing.wechatpay._payments import pay
from minishop.testing.wechatpay._refunds import revoke
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._views import transaction
from minishop.testing.wechatpay._wire import JSON, Reply, to_json

__all__ = ["created", "handle_of", "reverse"]

_CODE_PAYER = "oSimulatedPayerByCode000000"


def handle_of(product: str, handle: str) -> dict[str, Any]:
    """The answer for an order that waits for its shopper."""
    prepay_id = f"wx{handle}00"
    if product == "native":
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={handle[:9]}"}
    if product == "h5":
        page = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb"
        return {"h5_url": f"{page}?prepay_id={prepay_id}&package={int(handle[:8], 16)}"}
    return {"prepay_id": prepay_id}


def created(product: str, *, is_partner: bool = False) -> Callable[[Ledger, Call], Any]:
    """Makes the function that answers a create call."""
    take = create(product, is_partner=is_partner)

    def answer(ledger: Ledger, call: Call) -> Any:
        order = take(ledger, call)
        if product != "codepay":
            return handle_of(product, order.handle)
        if not ledger.rules.codes_need_password:
            pay(ledger, order, openid=_CODE_PAYER)
            return transaction(order, ledger.clock())
        order.state = "USERPAYING"
        content = {"code": "USERPAYING", "message": "需要用户输入支付密码"}
        return Reply(status=202, headers=JSON, body=to_json(content))

    return answer


def reverse(ledger: Ledger, call: Call, *, is_partner: bool = False) -> dict[str, Any]:
    """Undoes a code payment: an unpaid one is closed, the money of a paid one goes back."""
    owner = owner_in(ledger, call.body, is_partner=is_partner, location="body")
    order = find(ledger, owner, call.path["out_trade_no"])
    if order.product != "codepay":
        raise Refusal(400, "INVALID_REQUEST", "not_code_payment", number=order.out_trade_no)
    revoke(ledger, order)
    names = ("appid", "mchid", "sp_appid", "sp_mchid", "sub_appid", "sub_mchid")
    return {name: call.body[name] for name in names if name in call.body} | {"out_trade_no": order.out_trade_no}
