"""What follows from each command that its guards let pass."""

from __future__ import annotations

from collections.abc import Mapping

from minishop.orders import commands as c
from minishop.orders._lifecycle import Handler
from minishop.orders.handlers._amounts import kept_units
from minishop.orders.handlers._applying import (
    approve,
    change_kind,
    open_after_sale,
    refuse_after_sale,
    why_no_application_left,
    why_not_applied_for,
    why_not_in_window,
    withdraw,
)
from minishop.orders.handlers._closing import decide_close, fail_hold, kept_back, release_hold
from minishop.orders.handlers._granting import cancel_grant, grant, grant_obligation
from minishop.orders.handlers._paying import (
    OPEN_ATTEMPTS,
    close_attempt,
    fail_attempt,
    lose_attempt,
    pay,
    place,
    ready_attempt,
    start_payment,
)
from minishop.orders.handlers._repricing import reprice
from minishop.orders.handlers._returning import deliver_return, receive_return, send_back
from minishop.orders.handlers._settling import fail, lose, not_found, retry, settle, settle_offline, submit
from minishop.orders.handlers._shipping import confirm, correct_tracking, deliver, receive_parcel, ship, void_shipment
from minishop.orders.handlers._timers import expire, postpone

__all__ = [
    "HANDLERS",
    "OPEN_ATTEMPTS",
    "kept_back",
    "kept_units",
    "place",
    "why_no_application_left",
    "why_not_applied_for",
    "why_not_in_window",
]

#: By the class of the command. ``Place`` has no order to stand in the table for.
HANDLERS: Mapping[type[c.Command], Handler] = {
    c.Approve: approve,
    c.CancelGrant: cancel_grant,
    c.ChangeKind: change_kind,
    c.Close: decide_close,
    c.CloseAttempt: close_attempt,
    c.Confirm: confirm,
    c.CorrectTracking: correct_tracking,
    c.Deliver: deliver,
    c.DeliverReturn: deliver_return,
    c.Expire: expire,
    c.FailAttempt: fail_attempt,
    c.FailHold: fail_hold,
    c.FailRefund: fail,
    c.Grant: grant,
    c.GrantOwed: grant_obligation,
    c.LoseTrackOfAttempt: lose_attempt,
    c.OpenAfterSale: open_after_sale,
    c.Pay: pay,
    c.PostponeTimer: postpone,
    c.ReadyAttempt: ready_attempt,
    c.ReceiveParcel: receive_parcel,
    c.ReceiveReturn: receive_return,
    c.RefundNotFound: not_found,
    c.Refuse: refuse_after_sale,
    c.ReleaseHold: release_hold,
    c.RepriceOrder: reprice,
    c.RetryRefund: retry,
    c.SendBack: send_back,
    c.SettleOffline: settle_offline,
    c.SettleRefund: settle,
    c.Ship: ship,
    c.StartPayment: start_payment,
    c.SubmitRefund: submit,
    c.UnknownRefund: lose,
    c.VoidShipment: void_shipment,
    c.Withdraw: withdraw,
}
