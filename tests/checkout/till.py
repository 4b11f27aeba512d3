"""A shop whose gateway is the WeChat Pay simulator, and a merchant who tries again as one does."""

from datetime import date, timedelta

from minishop.adapters.wechatpay import connect
from minishop.checkout import Done
from minishop.errors import MinishopError
from minishop.flows import Sleep
from minishop.orders import AttemptState, LegState
from minishop.payments import CaptureNotice
from minishop.payments.wechatpay import Merchant, PlatformKeys, Unverified
from minishop.payments.wechatpay.client import WechatPayGateway
from minishop.testing.clock import FakeClock
from minishop.testing.wechatpay import SimulatorTransport, WechatPaySimulator
from tests.checkout.world import World

DAY = date(2026, 6, 1)
NOTIFY = "https://shop.example/wechatpay"
PAYER = "oPayer000000000000000000001"


class Till:
    """One order of two towels and a cup through its life; :attr:`log` has what was told to people on the way."""

    def __init__(self):
        self.clock = FakeClock()
        self.simulator = WechatPaySimulator(clock=self.clock)
        known = self.simulator.credentials
        merchant = Merchant.load(
            mchid=known.mchid, serial=known.serial, private_key=known.private_key, api_v3_key=known.api_v3_key
        )
        client = connect(
            merchant,
            keys=PlatformKeys.of(public_keys={known.public_key_id: known.public_key}),
            transport=SimulatorTransport(self.simulator),
            clock=self.clock,
            handlers={Sleep: lambda ask: self.clock.advance(ask.delay)},
            appid=known.appid,
            notify_url=NOTIFY,
        )
        self.gateway = WechatPayGateway(client)
        self.world = World(gateway=self.gateway, clock=self.clock)
        self.world.clock = self.clock
        self.shop = self.world.shop
        self.log = []

    # -- what comes in ------------------------------------------------------------------------------------------------

    def receive(self, headers, body):
        """The handler of the shop's notify_url; returns the status of its answer."""
        try:
            received = self.gateway.receive(headers, body)
        except Unverified as error:
            self.log.append(error.code)
            return error.ack().status
        if received.notice is not None:
            tell = self.shop.pay_notified if isinstance(received.notice, CaptureNotice) else self.shop.refund_notified
            tell(received.notice, notification=received.notification.id)
        return received.ack().status

    def pass_time(self, **span):
        """Time passes; the gateway tells what it has to tell, and the sweep runs."""
        self.clock.advance(**span)
        self.simulator.let_late_requests_in()
        self.simulator.deliver_due(self.receive)
        self.shop.sweep(relays=False)

    def insist(self, act, *, is_done=lambda answer: isinstance(answer, Done)):
        """Calls with the same key until it is done, as a front end or a clerk does."""
        for _ in range(8):
            try:
                answer = act()
            except MinishopError as error:
                self.log.append(error.code)
            else:
                if is_done(answer):
                    return answer
                self.log.append(getattr(answer, "code", "") or str(getattr(answer, "notice", "")))
            self.pass_time(minutes=2)
        raise AssertionError(f"it is never done: {self.log}")

    # -- the story ----------------------------------------------------------------------------------------------------

    def live(self):
        """Place, change the way of paying, pay, ship, refund one unit, and reconcile the day after."""
        self.world.fill(CUP=3)
        placed = self.insist(self._place)
        order = placed.order.id
        attempt = self.insist(lambda: self._switch(order), is_done=self._can_pay).attempt
        if self.world.order(order).attempt(attempt).state is AttemptState.READY:
            self.simulator.pay(attempt, openid=PAYER)
        self._until(lambda: self.world.order(order).paid_at is not None)
        self.insist(lambda: self.shop.ship(order, seller="s", key="ship", carrier="sf", tracking="SF1"))
        self.insist(lambda: self.shop.refund(order, seller="s", key="refund", units=("CUP/1",), fault="seller"))
        self._until(lambda: self._is_refunded(order), meanwhile=lambda: self._try_again(order))
        self.clock.set(self.clock().replace(hour=4) + timedelta(days=1))
        return order, self.insist(lambda: self.shop.reconcile_day(DAY, apply=True), is_done=lambda found: True)

    def _place(self):
        total = self.shop.preview_order(buyer="u1", cart="cart-1").payable
        return self.shop.place_order(buyer="u1", key="place", cart="cart-1", expected_total=total, payer=PAYER)

    def _switch(self, order):
        return self.shop.start_payment(order, buyer="u1", key="native", payment_channel="native")

    def _can_pay(self, answer):
        return isinstance(answer, Done) and bool(answer.client)

    def _until(self, is_so, meanwhile=lambda: None):
        for _ in range(40):
            if is_so():
                return
            meanwhile()
            for leg in self._waiting():
                self.simulator.settle_refund(leg)
            self.pass_time(minutes=2)
        raise AssertionError(f"it never comes: {self.log}")

    def _try_again(self, order):
        """What the gateway refused waits for a person: there was no money, or no permission yet."""
        for leg in self.world.order(order).legs:
            if leg.state is LegState.FAILED:
                self.log.append(leg.reason)
                self.shop.retry_refund(order, seller="s", key=f"again-{len(self.log)}", leg=leg.id)

    def _waiting(self):
        refunds = self.simulator._ledger.refunds.values()
        return [one.out_refund_no for one in refunds if one.status == "PROCESSING"]

    def _is_refunded(self, order):
        return all(leg.state is LegState.SETTLED for leg in self.world.order(order).legs)
