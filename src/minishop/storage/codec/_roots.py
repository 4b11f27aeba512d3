"""Which of our classes are stored, and under which format.

A kind or topic, once released, keeps its meaning; topics are not derived from class names, which may change. A minor
version goes up with a new field, the major one when a present field changes its meaning.
"""

from __future__ import annotations

from typing import Any

from minishop.cart import SavedCart
from minishop.members import HeldCoupon
from minishop.orders import Order, events
from minishop.payments import BookRow, StrayPayment
from minishop.storage.codec._codec import Codec

__all__ = ["CODEC", "decode", "decode_event", "encode", "encode_event"]

#: Our records.
_DOCUMENTS: dict[type[Any], str] = {
    Order: "order/1.0",
    SavedCart: "cart/1.0",
    HeldCoupon: "coupon/1.0",
    StrayPayment: "stray-payment/1.0",
    BookRow: "book/1.0",
}

#: Our events; the kind is the topic.
_EVENTS: dict[type[Any], str] = {
    events.AfterSaleApproved: "order.after-sale-approved/1.0",
    events.AfterSaleKindChanged: "order.after-sale-kind-changed/1.0",
    events.AfterSaleOpened: "order.after-sale-opened/1.0",
    events.AfterSaleOverdue: "order.after-sale-overdue/1.0",
    events.AfterSaleRefused: "order.after-sale-refused/1.0",
    events.AfterSaleSettled: "order.after-sale-settled/1.0",
    events.AfterSaleWindowClosed: "order.after-sale-window-closed/1.0",
    events.AfterSaleWithdrawn: "order.after-sale-withdrawn/1.0",
    events.AppEvent: "order.app/1.0",
    events.AttemptClosed: "order.attempt-closed/1.0",
    events.AttemptFailed: "order.attempt-failed/1.0",
    events.AttemptLost: "order.attempt-lost/1.0",
    events.AttemptReady: "order.attempt-ready/1.0",
    events.Closed: "order.closed/1.0",
    events.Completed: "order.completed/1.0",
    events.CouponsReturned: "order.coupons-returned/1.0",
    events.Delivered: "order.delivered/1.0",
    events.ExcessPaymentOwed: "order.excess-payment-owed/1.0",
    events.HoldFailed: "order.hold-failed/1.0",
    events.HoldReleased: "order.hold-released/1.0",
    events.LatePaymentOwed: "order.late-payment-owed/1.0",
    events.MismatchedPaymentOwed: "order.mismatched-payment-owed/1.0",
    events.MoneyOwed: "order.money-owed/1.0",
    events.OverRefunded: "order.over-refunded/1.0",
    events.OwedGranted: "order.owed-granted/1.0",
    events.Paid: "order.paid/1.0",
    events.PaidWithoutStock: "order.paid-without-stock/1.0",
    events.ParcelReturned: "order.parcel-returned/1.0",
    events.PartlyPaid: "order.partly-paid/1.0",
    events.PaymentConflicted: "order.payment-conflicted/1.0",
    events.PaymentStarted: "order.payment-started/1.0",
    events.Placed: "order.placed/1.0",
    events.PointsClawedBack: "order.points-clawed-back/1.0",
    events.PointsEarned: "order.points-earned/1.0",
    events.PointsReturned: "order.points-returned/1.0",
    events.RefundAmountDiffered: "order.refund-amount-differed/1.0",
    events.RefundCancelled: "order.refund-cancelled/1.0",
    events.RefundFailed: "order.refund-failed/1.0",
    events.RefundGranted: "order.refund-granted/1.0",
    events.RefundLost: "order.refund-lost/1.0",
    events.RefundRetried: "order.refund-retried/1.0",
    events.RefundSettled: "order.refund-settled/1.0",
    events.RefundSubmitted: "order.refund-submitted/1.0",
    events.ReplacementsAllocated: "order.replacements-allocated/1.0",
    events.ReplacementsCancelled: "order.replacements-cancelled/1.0",
    events.Repriced: "order.repriced/1.0",
    events.ReturnDelivered: "order.return-delivered/1.0",
    events.ReturnReceived: "order.return-received/1.0",
    events.ReturnSent: "order.return-sent/1.0",
    events.ShipmentVoided: "order.shipment-voided/1.0",
    events.Shipped: "order.shipped/1.0",
    events.StrayRefund: "order.stray-refund/1.0",
    events.TimerArmed: "order.timer-armed/1.0",
    events.TimerDisarmed: "order.timer-disarmed/1.0",
    events.TrackingCorrected: "order.tracking-corrected/1.0",
    events.UnitsReceived: "order.units-received/1.0",
    events.UnitsReversed: "order.units-reversed/1.0",
}

#: The codec of our own values.
CODEC = Codec(_DOCUMENTS, _EVENTS)

encode = CODEC.encode
decode = CODEC.decode
encode_event = CODEC.encode_event
decode_event = CODEC.decode_event
