"""Clocks that have run out. Firing twice, early or late is harmless: what is not armed or not due gives nothing."""

from __future__ import annotations

from minishop.orders._context import Context
from minishop.orders._enums import AfterSaleKind, AfterSaleState, Life, Outcome, TimerKind
from minishop.orders._facts import AfterSale, Due
from minishop.orders._order import Order
from minishop.orders.commands import Expire, PostponeTimer
from minishop.orders.events import AfterSaleOverdue, AfterSaleWindowClosed, Event, TimerArmed
from minishop.orders.handlers._applying import approve_now, lapse
from minishop.orders.handlers._closing import close
from minishop.orders.handlers._draft import Draft
from minishop.orders.handlers._returning import take_back
from minishop.orders.handlers._shipping import receive_shipment

__all__ = ["expire", "postpone"]


def expire(order: Order, command: Expire, ctx: Context) -> tuple[Event, ...]:
    """Acts if the clock is armed and due."""
    due = order.timer(command.kind, command.subject)
    if due is None or ctx.now < due.at:
        return ()
    draft = Draft(order, ctx)
    draft.disarm(command.kind, command.subject)
    _ACTS[command.kind](draft, command.subject)
    return draft.done()


def postpone(order: Order, command: PostponeTimer, ctx: Context) -> tuple[Event, ...]:
    """Arms an armed clock for another instant."""
    due = order.timer(command.kind, command.subject)
    if due is None or due.at == command.at:
        return ()
    return (TimerArmed(at=ctx.now, due=Due(due.kind, due.order, due.subject, command.at)),)


def _unpaid(draft: Draft, subject: str) -> None:
    if draft.order.life is Life.OPEN and draft.order.paid_at is None:
        close(draft, "unpaid_timeout")


def _window(draft: Draft, subject: str) -> None:
    draft.note(AfterSaleWindowClosed(at=draft.now, shipment=subject))


def _answer(draft: Draft, subject: str) -> None:
    after_sale = draft.order.after_sale(subject)
    if after_sale is None or after_sale.state is not AfterSaleState.REQUESTED:
        return
    if _is_approved_by_silence(draft, after_sale):
        approve_now(draft, after_sale, after_sale.fault)
    else:
        draft.note(AfterSaleOverdue(at=draft.now, after_sale=subject, what=TimerKind.ANSWER))


def _is_approved_by_silence(draft: Draft, after_sale: AfterSale) -> bool:
    if after_sale.kind is not AfterSaleKind.REFUND_ONLY or draft.ctx.policy.on_answer_overdue == "approve":
        return True
    ids = {entry.unit for entry in after_sale.units}
    return bool(ids) and not any(unit.is_shipped for unit in draft.order.units if unit.id in ids)


def _ship_back(draft: Draft, subject: str) -> None:
    after_sale = draft.order.after_sale(subject)
    if after_sale is not None and after_sale.state is AfterSaleState.AWAITING_GOODS:
        lapse(draft, after_sale, "not_sent_back")


def _receive_return(draft: Draft, subject: str) -> None:
    after_sale = draft.order.after_sale(subject)
    if after_sale is None or after_sale.state is not AfterSaleState.SENT_BACK:
        return
    if draft.ctx.policy.on_return_overdue == "settle":
        everything = (*after_sale.units, *after_sale.gifts)
        take_back(draft, after_sale, {entry.unit: Outcome.GOOD for entry in everything})
    else:
        draft.note(AfterSaleOverdue(at=draft.now, after_sale=subject, what=TimerKind.RECEIVE_RETURN))


_ACTS = {
    TimerKind.UNPAID: _unpaid,
    TimerKind.AUTO_RECEIVE: receive_shipment,
    TimerKind.WINDOW: _window,
    TimerKind.ANSWER: _answer,
    TimerKind.SHIP_BACK: _ship_back,
    TimerKind.RECEIVE_RETURN: _receive_return,
}
