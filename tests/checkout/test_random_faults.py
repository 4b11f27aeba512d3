"""Shoppers, sellers, the gateway and what goes wrong between them, in any order: the money agrees at the end.

The rules do what people and networks do. Afterwards nothing goes wrong any more, the gateway pays out what it owes, and
everybody has had time; then every fen at the gateway must be in the shop's orders, and on the bills.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from minishop.errors import MinishopError
from minishop.inventory import StockKey
from minishop.orders import LegState
from minishop.payments import SHANGHAI
from minishop.testing.wechatpay import Fault, NoticeFault
from tests.checkout.till import DAY, PAYER, Till

CALLS = ("", "POST /v3/pay/transactions/", "GET /v3/pay/transactions/", "/close", "POST /v3/refund", "GET /v3/refund")
PLACE = st.integers(0, 9)


class Money(RuleBasedStateMachine):
    """The till, with as many orders as there are."""

    def __init__(self):
        super().__init__()
        self.till = Till()
        self.world, self.shop, self.simulator = self.till.world, self.till.shop, self.till.simulator
        self.shop.receive_stock({StockKey("CUP"): 1000}, key="enough")
        self.keys = 0

    # -- helpers ------------------------------------------------------------------------------------------------------

    @property
    def orders(self):
        return self.shop.list_orders(buyer="u1", limit=100).orders

    @property
    def there(self):
        return list(self.simulator._ledger.orders.values())

    @property
    def refunds(self):
        return list(self.simulator._ledger.refunds.values())

    def key(self):
        self.keys += 1
        return f"key-{self.keys}"

    def attempt(self, act):
        """Does it, or is told by one of our errors that it did not work; anything else is a mistake."""
        with suppress(MinishopError):
            act()

    def order(self, place):
        return self.orders[place % len(self.orders)].id

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    @rule(fault=st.sampled_from(Fault), on=st.sampled_from(CALLS), times=st.integers(1, 4))
    def calls_go_wrong(self, fault, on, times):
        self.simulator.fail_next(*[fault] * times, on=on)

    @rule(fault=st.sampled_from(NoticeFault), times=st.integers(1, 3))
    def notifications_go_wrong(self, fault, times):
        self.simulator.disturb_next(*[fault] * times)

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(units=st.integers(1, 3), is_paid=st.booleans())
    def buy(self, units, is_paid):
        cart = self.world.fill(self.key(), CUP=units)
        total = self.shop.preview_order(buyer="u1", cart=cart).payable
        self.attempt(lambda: self.shop.place_order(buyer="u1", key=cart, cart=cart, expected_total=total, payer=PAYER))
        if is_paid and self.there:
            self.attempt(lambda: self.simulator.pay(self.there[-1].out_trade_no, openid=PAYER))

    @precondition(lambda self: self.orders)
    @rule(place=PLACE, channel=st.sampled_from(["native", "jsapi", "app"]))
    def pay_in_another_way(self, place, channel):
        start = {"buyer": "u1", "key": self.key(), "payment_channel": channel, "payer": PAYER}
        self.attempt(lambda: self.shop.start_payment(self.order(place), **start))

    @precondition(lambda self: self.there)
    @rule(place=PLACE)
    def pay(self, place):
        number = self.there[place % len(self.there)].out_trade_no
        self.attempt(lambda: self.simulator.pay(number, openid=PAYER))

    @precondition(lambda self: self.orders)
    @rule(place=PLACE)
    def cancel(self, place):
        self.attempt(lambda: self.shop.close(self.order(place), buyer="u1", key=self.key()))

    @precondition(lambda self: self.orders)
    @rule(place=PLACE, unit=st.sampled_from(["CUP/1", "CUP/2", "CUP/3"]))
    def give_back(self, place, unit):
        grant = {"seller": "s", "key": self.key(), "units": (unit,), "fault": "seller"}
        self.attempt(lambda: self.shop.refund(self.order(place), **grant))

    @precondition(lambda self: self.refunds)
    @rule(place=PLACE, ending=st.sampled_from(["settle_refund", "settle_refund", "fail_refund", "close_refund"]))
    def a_refund_ends(self, place, ending):
        number = self.refunds[place % len(self.refunds)].out_refund_no
        self.attempt(lambda: getattr(self.simulator, ending)(number))

    @rule(minutes=st.sampled_from([0, 2, 2, 11, 31, 130]))
    def time_passes(self, minutes):
        self.till.pass_time(minutes=minutes)

    # -- the end ------------------------------------------------------------------------------------------------------

    def teardown(self):
        self.simulator._faults._waiting.clear()
        self.simulator._notice_faults._waiting.clear()
        for _ in range(40):
            self.till.pass_time(minutes=11)
            for refund in self.refunds:
                if refund.status == "ABNORMAL":
                    refund.status = "PROCESSING"  # a person has chosen another account
                if refund.status == "PROCESSING":
                    self.simulator.settle_refund(refund.out_refund_no)
            for order in self.orders:
                for leg in self._failed(order):
                    again = {"seller": "s", "key": self.key(), "leg": leg.id, "new_leg": leg.is_final}
                    self.shop.retry_refund(order.id, **again)
        self._money_agrees()
        self._bills_agree()

    def _failed(self, order):
        """Refunds that failed and were not given a new number since."""
        last = {leg.source: leg for leg in order.legs}
        return [leg for leg in last.values() if leg.state is LegState.FAILED]

    def _money_agrees(self):
        there = self.simulator.money()
        here = dict.fromkeys(there, 0)
        for order in self.orders:
            settled = [leg for leg in order.legs if leg.state is LegState.SETTLED]
            assert {leg.source for leg in order.legs} == {leg.source for leg in settled}, "a refund is stuck"
            for payment in order.payments:
                back = sum(leg.amount for leg in settled if leg.payment == payment.id)
                assert back <= payment.amount
                here[payment.attempt] = here.get(payment.attempt, 0) + payment.amount - back
        assert here == there

    def _bills_agree(self):
        last = self.till.clock().astimezone(SHANGHAI).date()
        self.till.clock.advance(days=2)
        for days in range((last - DAY).days + 1):
            reconciled = self.shop.reconcile_day(DAY + timedelta(days=days))
            assert reconciled.is_clean, reconciled.differences


def run(examples):
    quick = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Money, settings=quick)


@pytest.mark.oracle
def test_the_money_agrees_whatever_goes_wrong():
    run(15)


@pytest.mark.long
def test_the_money_agrees_however_long_one_tries():
    run(1500)
