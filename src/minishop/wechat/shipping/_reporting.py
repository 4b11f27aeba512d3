"""Reporting that goods have left, without using up the one re-report by mistake.

The platform grants one re-report for each payment, and uses it up on a call for an order that is complete, or on one
that changes the way of delivery. A client that repeats itself after a crash must not do that. So an ordinary report
looks the order up first: what the platform knows already is ``unchanged`` and not sent, what would be a re-report is
refused here. ``replace=True`` says that the re-report is meant, and sends at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from minishop.flows import Flow
from minishop.wechat._call import send
from minishop.wechat._errors import ShippingStateError
from minishop.wechat._exchange import Message
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal
from minishop.wechat.shipping._asking import ask_orders, find_shipping_order
from minishop.wechat.shipping._codes import SHIPPING_CODES, UNCHANGED
from minishop.wechat.shipping._orders import ReportedShipping
from minishop.wechat.shipping._values import CombinedReport, DeliveryKind, OrderShipping, ShippingReport
from minishop.wechat.shipping._wire import combined_payload, report_payload

__all__ = ["Reported", "report_combined_shipping", "report_shipping"]


@frozen(kw_only=True)
class Reported:
    """The platform knows what the report says.

    Attributes:
        is_unchanged: It knew before.
        errcode: The number by which it said so; 0 if it did not have to.
    """

    is_unchanged: bool = False
    errcode: int = 0


def report_shipping(program: Program, report: ShippingReport, *, replace: bool = False) -> Flow[Reported]:
    """Tells the platform that a payment's goods have left, so that the money can be settled.

    The very same report may be sent again after an error. :func:`next_report_at` says when.

    Args:
        program: The app.
        report: What has left.
        replace: Use up the one re-report of the payment, if it was reported before.

    Raises:
        ShippingStateError: ``already_reported``, ``would_replace``: it would be a re-report; ``already_completed``,
            ``re_report_used``, ``not_shippable``: the platform says so.
        PlatformUnavailable: ``payment_unknown``: ordinary in the first minutes after a payment; busy; over a limit.
        InvalidRequest: What no local rule had foreseen.
        OutcomeUnknown: No answer: send it again as it is.
    """
    if not replace:
        known = yield from find_shipping_order(program, report.order)
        if _is_known(report, known.shipping):
            return Reported(is_unchanged=True)
    return (yield from _upload(program, "upload_shipping_info", report_payload(report)))


def report_combined_shipping(program: Program, report: CombinedReport, *, replace: bool = False) -> Flow[Reported]:
    """Tells the platform that the goods of a combined payment have left.

    Without ``replace`` each part is looked up first, one call for each.

    Args:
        program: The app.
        report: What has left.
        replace: Use up the one re-report of the payments that were reported before.

    Raises:
        MinishopError: As of :func:`report_shipping`.
    """
    if not replace:
        are_known = True
        for part in report.orders:
            known = yield from find_shipping_order(program, part.order)
            are_known = _is_known(part, known.shipping) and are_known
        if are_known:
            return Reported(is_unchanged=True)
    return (yield from _upload(program, "upload_combined_shipping_info", combined_payload(report)))


def _upload(program: Program, name: str, payload: Mapping[str, Any]) -> Flow[Reported]:
    answer = yield from send(program, Message(path=ask_orders(name), payload=payload))
    if answer.errcode in UNCHANGED:
        return Reported(is_unchanged=True, errcode=answer.errcode)
    if answer.errcode:
        raise (yield from refusal(answer, more=SHIPPING_CODES))
    return Reported()


def _is_known(wanted: OrderShipping, known: ReportedShipping | None) -> bool:
    """Whether the platform knows all of it.

    Raises:
        ShippingStateError: Sending it would use up the re-report.
    """
    if known is None:
        return False
    is_same_way = (wanted.kind, wanted.is_split) == (known.kind, known.is_split)
    is_sent = is_same_way and (wanted.kind is not DeliveryKind.EXPRESS or _numbers(known) >= _numbers(wanted))
    if is_sent and (known.is_finished or not (wanted.is_all_delivered or not wanted.is_split)):
        return True
    if known.is_finished:
        raise _would_replace("already_reported", "everything of this order was reported, and differently")
    if not is_same_way:
        raise _would_replace("would_replace", "the order was reported with another way of delivery")
    return False


def _numbers(shipping: OrderShipping | ReportedShipping) -> set[tuple[str, str]]:
    return {(parcel.tracking_no, parcel.company) for parcel in shipping.parcels}


def _would_replace(code: str, text: str) -> ShippingStateError:
    error = ShippingStateError(
        text, code=code, next_step="Pass replace=True to use up the one re-report of this payment, or leave it."
    )
    error.about(0, "state")
    return error
