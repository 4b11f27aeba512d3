"""The page of the simulator: what waits for a person, and what a click does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING

from minishop.errors import CallerError
from minishop.testing.wechatpay._bill_text import local_time, yuan
from minishop.testing.wechatpay._page_parts import Button, Table, document

if TYPE_CHECKING:
    from minishop.testing.wechatpay._ledger import Ledger, Order, Refund
    from minishop.testing.wechatpay._outbox import Notice
    from minishop.testing.wechatpay._simulator import WechatPaySimulator
    from minishop.testing.wechatpay._transfers import Transfer

__all__ = ["act", "page"]

_TITLE = "微信支付模拟器 · WeChat Pay simulator"
_SHOWN = 20
_REFUNDS = {"PROCESSING": "处理中 processing", "ABNORMAL": "异常 abnormal"}


def page(simulator: WechatPaySimulator, token: str, message: str = "", *, is_bad: bool = False) -> bytes:
    """The page as it is now.

    Args:
        simulator: What it shows.
        token: What its forms must send back.
        message: What the last click has done.
        is_bad: Whether it could not be done.
    """
    with simulator._lock:
        ledger = simulator._ledger
        tables = (_waiting(ledger), _refunds(ledger), _transfers(ledger), _paid(ledger), _told(ledger))
        body = _head(simulator) + "".join(table.html(token) for table in tables)
    if message:
        look = "note bad" if is_bad else "note"
        body = body.replace("<h2>", f'<p class="{look}" role="status">{escape(message)}</p><h2>', 1)
    # A message stays until the person has read it: no refresh then.
    return document(_TITLE, body, refresh=None if message else 5)


def _head(simulator: WechatPaySimulator) -> str:
    known = simulator.credentials
    facts = {
        "mchid": known.mchid,
        "appid": known.appid,
        "serial_no": known.serial,
        "public key id": known.public_key_id,
        "API": f"{simulator.base_url}/v3/…",
    }
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return (
        f"<h1>{_TITLE}</h1><p>这里没有真钱。点击按钮扮演付款人和银行。 "
        "No real money here: the buttons play the shopper and the bank. "
        f'<a href="/">刷新 Refresh</a></p><dl>{rows}</dl>'
    )


def _waiting(ledger: Ledger) -> Table:
    now = ledger.clock()
    orders = [one for one in ledger.orders.values() if one.state_at(now) in ("NOTPAY", "USERPAYING")]
    return Table(
        "待付款订单 · Orders to be paid",
        "没有待付款的订单。应用下单后会出现在这里。 Nothing to pay. Orders appear here when your app creates them.",
        ("商户订单号 Number", "商品 Description", "金额 Amount ¥", "方式 Way", "下单时间 Created", "状态 State"),
        [(_order_cells(one, _state_of(one)), _order_buttons(one)) for one in reversed(orders)],
    )


def _order_cells(order: Order, state: str) -> tuple[str, ...]:
    at = local_time(order.created_at)
    return order.out_trade_no, order.description, yuan(order.total), order.trade_type, at, state


def _state_of(order: Order) -> str:
    text = "输入密码 entering password" if order.state == "USERPAYING" else "待付款 unpaid"
    return text + (f"，失败 {order.failed_attempts} 次 failed attempts" if order.failed_attempts else "")


def _order_buttons(order: Order) -> list[Button]:
    named = {"number": order.out_trade_no, "owner": order.owner}
    return [
        Button("pay", "支付 Pay", named, is_main=True),
        Button("fail", "支付失败 Fail", named),
        Button("close", "关闭 Close", named),
    ]


def _refunds(ledger: Ledger) -> Table:
    waiting = [one for one in ledger.refunds.values() if one.status in _REFUNDS]
    return Table(
        "处理中的退款 · Refunds under way",
        "没有处理中的退款。 No refunds under way.",
        ("商户退款单号 Refund", "商户订单号 Order", "金额 Amount ¥", "申请时间 Asked", "状态 State"),
        [(_refund_cells(one), _refund_buttons(one)) for one in reversed(waiting)],
    )


def _refund_cells(refund: Refund) -> tuple[str, ...]:
    at, state = local_time(refund.created_at), _REFUNDS[refund.status]
    return refund.out_refund_no, refund.order.out_trade_no, yuan(refund.amount), at, state


def _refund_buttons(refund: Refund) -> list[Button]:
    if refund.status != "PROCESSING":
        return []
    named = {"number": refund.out_refund_no}
    return [
        Button("settle-refund", "到账 Settle", named, is_main=True),
        Button("fail-refund", "异常 Abnormal", named),
        Button("close-refund", "关闭 Close", named),
    ]


def _transfers(ledger: Ledger) -> Table:
    waiting = [one for one in ledger.transfers.values() if one.state in ("WAIT_USER_CONFIRM", "CANCELING")]
    return Table(
        "待确认的商家转账 · Transfers to be confirmed",
        "没有待确认的转账。 No transfers to be confirmed.",
        ("商户单号 Number", "说明 Remark", "金额 Amount ¥", "状态 State"),
        [(_transfer_cells(one), _transfer_buttons(one)) for one in reversed(waiting)],
    )


def _transfer_cells(transfer: Transfer) -> tuple[str, ...]:
    request = transfer.request
    return transfer.out_bill_no, request["transfer_remark"], yuan(request["transfer_amount"]), transfer.state


def _transfer_buttons(transfer: Transfer) -> list[Button]:
    named = {"number": transfer.out_bill_no}
    first = Button("confirm-transfer", "确认收款 Accept", named, is_main=True)
    if transfer.state == "CANCELING":
        return [Button("cancel-transfer", "撤销完成 Cancelled", named, is_main=True), first._replace(is_main=False)]
    return [first, Button("fail-transfer", "失败 Fail", named)]


def _paid(ledger: Ledger) -> Table:
    paid = [one for one in ledger.orders.values() if one.transaction_id][-_SHOWN:]
    return Table(
        "已付款订单 · Paid orders",
        "还没有付款的订单。 Nothing has been paid yet.",
        ("商户订单号 Number", "微信支付订单号 Transaction", "金额 Amount ¥", "退款 Refunded ¥", "支付时间 Paid"),
        [(_paid_cells(one), []) for one in reversed(paid)],
    )


def _paid_cells(order: Order) -> tuple[str, ...]:
    return order.out_trade_no, order.transaction_id, yuan(order.total), yuan(order.refunded), local_time(order.paid_at)


def _told(ledger: Ledger) -> Table:
    return Table(
        "通知 · Notifications",
        "还没有通知。 Nothing to tell yet.",
        ("事件 Event", "单号 Number", "地址 Address", "次数 Attempts", "结果 Outcome"),
        [(_notice_cells(one), _notice_buttons(one)) for one in reversed([*ledger.outbox.notices.values()][-_SHOWN:])],
    )


def _notice_cells(notice: Notice) -> tuple[str, ...]:
    names = ("out_refund_no", "out_trade_no", "combine_out_trade_no", "out_bill_no")
    number = next(str(notice.resource[name]) for name in names if name in notice.resource)
    return notice.event_type, number, notice.url, str(notice.attempts), _outcome(notice)


def _outcome(notice: Notice) -> str:
    if notice.is_acknowledged:
        return "已确认 acknowledged"
    if notice.due_at is None:
        return "放弃 given up"
    return f"下次 next: {local_time(notice.due_at)}" if notice.attempts else "等待发送 waiting"


def _notice_buttons(notice: Notice) -> list[Button]:
    return [Button("tell-again", "立即重发 Send again", {"number": notice.id})]


# --- clicks ----------------------------------------------------------------------------------------------------------


def act(simulator: WechatPaySimulator, form: Mapping[str, str]) -> str:
    """Does what a button says, and tells so.

    Raises:
        CallerError: ``unknown_button``, or it cannot be done any more.
    """
    number = form.get("number", "")
    owner = form.get("owner")
    clicks: dict[str, tuple[Callable[[], object], str]] = {
        "pay": (lambda: simulator.pay(number, sub_mchid=owner), "已支付 paid"),
        "fail": (lambda: simulator.fail(number, sub_mchid=owner), "支付失败 payment failed"),
        "close": (lambda: simulator.close(number, sub_mchid=owner), "已关闭 closed"),
        "settle-refund": (lambda: simulator.settle_refund(number), "退款到账 refunded"),
        "fail-refund": (lambda: simulator.fail_refund(number), "退款异常 refund is abnormal"),
        "close-refund": (lambda: simulator.close_refund(number), "退款关闭 refund is closed"),
        "confirm-transfer": (lambda: simulator.confirm_transfer(number), "已收款 accepted"),
        "fail-transfer": (lambda: simulator.fail_transfer(number), "转账失败 transfer failed"),
        "cancel-transfer": (lambda: simulator.cancel_transfer(number), "已撤销 cancelled"),
        "tell-again": (lambda: simulator.tell_again(number), "将立即重发 will be sent again now"),
    }
    name = form.get("act", "")
    if name not in clicks:
        raise CallerError("there is no such button", code="unknown_button")
    done, text = clicks[name]
    done()
    return f"{number}: {text}"
