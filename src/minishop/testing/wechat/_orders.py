"""The fake's shipping service: payments, reports, the one re-report, and the states they lead to.

Its rules are written from the platform's description, and share nothing with the client's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from minishop.testing.wechat._payments import (
    AWAITING,
    COMPLETED,
    RECEIVED,
    REFUNDED,
    SETTLING,
    SHIPPED,
    Payment,
    described,
    named_fields,
)
from minishop.testing.wechat._report_checks import as_object, as_string, check_shipping, check_time, key_type
from minishop.testing.wechat._wire import Call, Clock, Refusal, seconds

__all__ = ["ShippingService"]


class ShippingService:
    """``/wxa/sec/order``.

    Args:
        clock: Tells the time.
        appid: The app that is asked about.
        notify: Called with the event's name and fields when the platform would push one.
    """

    def __init__(self, clock: Clock, appid: str, notify: Callable[[str, dict[str, Any]], object]) -> None:
        self._clock, self._appid, self._notify = clock, appid, notify
        self.payments: dict[str, Payment] = {}
        self.is_managed = True
        self.is_confirmed = True
        self.message_path = ""
        self.detail_path = ""

    # -- reports ------------------------------------------------------------------------------------------------------

    def upload(self, call: Call) -> dict[str, Any]:
        """``upload_shipping_info``."""
        fields = call.fields
        check_shipping(fields)
        check_time(fields.get("upload_time"))
        payment = self._keyed(fields.get("order_key"))
        self._check_payer(payment, fields)
        self._take(payment, fields, fields["upload_time"])
        return {}

    def upload_combined(self, call: Call) -> dict[str, Any]:
        """``upload_combined_shipping_info``; all parts or none."""
        fields = call.fields
        parts = fields.get("sub_orders")
        if not isinstance(parts, list) or not parts:
            raise Refusal(47001, "data format error, sub_orders must be a list")
        check_time(fields.get("upload_time"))
        main = key_type(fields.get("order_key"))
        for part in parts:
            if key_type(as_object(part).get("order_key")) != main:
                raise Refusal(268485253, "order number types differ")
            check_shipping(part)
        payments = [self._keyed(part["order_key"]) for part in parts]
        if len({payment.transaction_id for payment in payments}) < len(payments):
            raise Refusal(10060013, "sub order duplicated")
        for payment in payments:
            self._check_payer(payment, fields)
        before = {payment.transaction_id: deepcopy(payment) for payment in payments}
        try:
            changes = [self._takes(payment, part, fields) for payment, part in zip(payments, parts, strict=True)]
        except Refusal:
            self.payments.update(before)
            raise
        if not any(changes):
            raise Refusal(10060023, "shipping info not changed")
        return {}

    def _takes(self, payment: Payment, part: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
        """Whether a part of a combined report changes anything."""
        try:
            self._take(payment, part, fields["upload_time"])
        except Refusal as refusal:
            if refusal.errcode != 10060023:
                raise
            return False
        return True

    def _take(self, payment: Payment, part: Mapping[str, Any], upload_time: str) -> None:
        way = (part["logistics_type"], part["delivery_mode"])
        parcels = [dict(parcel, upload_time=seconds(self._clock())) for parcel in part["shipping_list"]]
        is_last = way[1] == 1 or part["is_all_delivered"]
        self._check_state(payment)
        has_way = bool(payment.parcels)
        is_same_way = way == (payment.logistics_type, payment.delivery_mode)
        is_known = is_same_way and all(any(_same(one, other) for other in payment.parcels) for one in parcels)
        if has_way and is_known and (payment.is_finished or not is_last):
            raise Refusal(10060023, "shipping info not changed")
        if payment.upload_time and datetime.fromisoformat(upload_time) <= datetime.fromisoformat(payment.upload_time):
            raise Refusal(10060023, "shipping info not changed, upload_time is old")
        is_again = payment.is_finished or (has_way and not is_same_way)
        if is_again and payment.is_re_reported:
            raise Refusal(10060003, "re-report used")
        kept = [] if is_again or not has_way else payment.parcels
        merged = [*kept, *(one for one in parcels if not any(_same(one, other) for other in kept))]
        if len(merged) > 15:
            raise Refusal(10060024, "shipping_list too long")
        payment.is_re_reported = payment.is_re_reported or is_again
        payment.parcels, payment.upload_time = merged, upload_time
        payment.logistics_type, payment.delivery_mode = way
        payment.is_finished = is_last
        if is_last:
            self._finish(payment)

    def _finish(self, payment: Payment) -> None:
        payment.finish_count += 1
        payment.state, payment.shipped_at = SHIPPED, self._clock()
        days = 10 if payment.logistics_type == 1 else 2
        estimated = seconds(payment.shipped_at + timedelta(days=days))
        self._settlement(payment, estimated_settlement_time=estimated)

    # -- looking up ---------------------------------------------------------------------------------------------------

    def get(self, call: Call) -> dict[str, Any]:
        """``get_order``."""
        return {"order": described(self._named(call.fields))}

    def list(self, call: Call) -> dict[str, Any]:
        """``get_order_list``."""
        fields = call.fields
        paid = as_object(fields.get("pay_time_range", {}))
        begin, end = paid.get("begin_time", 0), paid.get("end_time", 2**32 - 1)
        found = [
            payment
            for payment in self.payments.values()
            if payment.known_at <= self._clock()
            and begin <= seconds(payment.paid_at) <= end
            and fields.get("order_state") in (None, payment.state)
            and fields.get("openid") in (None, "", payment.openid)
        ]
        start = 0
        if fields.get("last_index"):
            places = [place for place, payment in enumerate(found) if _cursor(payment) == fields["last_index"]]
            if not places:
                raise Refusal(10060011, "last_index invalid")
            start = places[0] + 1
        size = fields.get("page_size", 100)
        page = found[start : start + size]
        answer: dict[str, Any] = {"order_list": [described(payment) for payment in page]}
        answer["has_more"] = start + size < len(found)
        return answer | ({"last_index": _cursor(page[-1])} if page else {})

    # -- the rest -----------------------------------------------------------------------------------------------------

    def remind(self, call: Call) -> dict[str, Any]:
        """``notify_confirm_receive``."""
        fields = call.fields
        payment = self._named(fields)
        received = fields.get("received_time")
        if payment.state != SHIPPED or payment.shipped_at is None:
            raise Refusal(10060028, "order is not shipped")
        if payment.logistics_type != 1:
            raise Refusal(10060032, "express only")
        if not isinstance(received, int) or received < seconds(payment.shipped_at):
            raise Refusal(10060029, "received_time invalid")
        if payment.is_reminded:
            raise Refusal(10060030, "reminder used")
        payment.is_reminded = True
        return {}

    def set_message_path(self, call: Call) -> dict[str, Any]:
        """``set_msg_jump_path``."""
        self.message_path = as_string(call.fields, "path")
        return {}

    def set_detail_path(self, call: Call) -> dict[str, Any]:
        """``update_order_detail_path``."""
        self.detail_path = as_string(call.fields, "path")
        return {}

    def get_detail_path(self, call: Call) -> dict[str, Any]:
        """``get_order_detail_path``."""
        return {"path": self.detail_path}

    def special(self, call: Call) -> dict[str, Any]:
        """``opspecialorder``."""
        fields = call.fields
        if fields.get("type") not in (1, 2):
            raise Refusal(268546000, "type invalid")
        order = fields.get("order_id")
        known = [one for one in self.payments.values() if order in (one.transaction_id, one.out_trade_no)]
        if not known or known[0].state != AWAITING:
            raise Refusal(268546002, "order not found")
        if fields["type"] == 2:
            known[0].is_test = True
            return {}
        delay, paid = fields.get("delay_to"), seconds(known[0].paid_at)
        if not isinstance(delay, int) or not paid + 15 * 86400 < delay <= paid + 330 * 86400:
            raise Refusal(268546001, "delay_to invalid")
        known[0].presale_until = delay
        return {}

    def managed(self, call: Call) -> dict[str, Any]:
        """``is_trade_managed``."""
        self._check_app(call)
        return {"is_trade_managed": self.is_managed}

    def confirmed(self, call: Call) -> dict[str, Any]:
        """``is_trade_management_confirmation_completed``."""
        self._check_app(call)
        return {"completed": self.is_confirmed}

    def receive(self, transaction_id: str, *, automatic: bool) -> None:
        """The shopper confirms, or the time for it is over."""
        payment = self.payments[transaction_id]
        payment.state, payment.received_at = SETTLING, self._clock()
        self._settlement(
            payment,
            confirm_receive_method=1 if automatic else 2,
            confirm_receive_time=seconds(self._clock()),
            settlement_time=seconds(self._clock() + timedelta(hours=1)),
        )

    def _settlement(self, payment: Payment, **more: int) -> None:
        shipped = seconds(payment.shipped_at) if payment.shipped_at else 0
        self._notify("trade_manage_order_settlement", {**named_fields(payment), "shipped_time": shipped, **more})

    def remind_shop(self, transaction_id: str) -> None:
        """48 hours without a report."""
        fields = {**named_fields(self.payments[transaction_id]), "msg": "ship it"}
        self._notify("trade_manage_remind_shipping", fields)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _keyed(self, key: Any) -> Payment:
        """By the names of a report."""
        if key_type(key) == 2:
            return self._find(lambda one: one.transaction_id == key["transaction_id"])
        return self._find(lambda one: (one.mchid, one.out_trade_no) == (key["mchid"], key["out_trade_no"]))

    def _named(self, fields: Mapping[str, Any]) -> Payment:
        """By the names of a look-up, which are others."""
        if {"mchid", "out_trade_no", "order_key"} & fields.keys():
            raise Refusal(47001, "data format error")
        if fields.get("transaction_id"):
            return self._find(lambda one: one.transaction_id == fields["transaction_id"])
        if not fields.get("merchant_id") or not fields.get("merchant_trade_no"):
            raise Refusal(10060014, "invalid parameter")
        wanted = (fields["merchant_id"], fields["merchant_trade_no"])
        return self._find(lambda one: (one.mchid, one.out_trade_no) == wanted)

    def _find(self, is_it: Callable[[Payment], bool]) -> Payment:
        for payment in self.payments.values():
            if is_it(payment) and payment.known_at <= self._clock():
                return payment
        raise Refusal(10060001, "payment order not found")

    def _check_payer(self, payment: Payment, fields: Mapping[str, Any]) -> None:
        if as_object(fields.get("payer")).get("openid") != payment.openid:
            raise Refusal(10060031, "openid does not match")

    def _check_state(self, payment: Payment) -> None:
        if payment.state == REFUNDED:
            raise Refusal(10060004, "order is not shippable")
        if payment.state in (RECEIVED, COMPLETED, SETTLING):
            raise Refusal(10060002, "order completed")

    def _check_app(self, call: Call) -> None:
        if call.fields.get("appid") != self._appid:
            raise Refusal(40013, "invalid appid")


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    names = ("tracking_no", "express_company", "item_desc")
    return all(one.get(name) == other.get(name) for name in names)


def _cursor(payment: Payment) -> str:
    return f"c-{payment.transaction_id}"
