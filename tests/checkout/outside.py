"""A world with a mini-program and a tracking provider around the shop, both fakes in this process."""

from datetime import UTC, datetime

from minishop.adapters.machine import async_machine_handlers, machine_handlers
from minishop.adapters.memory import (
    AsyncMemoryNonceStore,
    AsyncMemoryTokenStore,
    MemoryNonceStore,
    MemoryTokenStore,
)
from minishop.flows import Headers, HttpResponse, Now
from minishop.logistics.kuaidi100 import AsyncKuaidi100, Kuaidi100
from minishop.testing.clock import FakeClock
from minishop.testing.logistics import CallbackTransport, FakeKuaidi100
from minishop.testing.wechat import AsyncFakeTransport, FakePlatform, FakeTransport
from minishop.wechat import AsyncMiniProgram, MiniProgram, PushSettings
from minishop.wechat.push import PushRequest
from tests.checkout.world import ADDRESS, World

OPENID = "oBuyer0000000000000000000001"
TEMPLATE = "tmpl-label"


def tell(order, label):
    """What the shopper reads: of every label but the first."""
    if label == "to-pay":
        return None
    return TEMPLATE, f"pages/order?id={order.id}", {"character_string1": order.id, "thing2": label}


def mini_program(platform, *, is_async=False):
    """The client of a fake platform."""
    parts = {
        "appid": platform.appid,
        "secret": platform.secret,
        "clock": platform.clock,
        "nonce": lambda: "n" * 32,
        "push": PushSettings(token=platform.sender.token),
    }
    if is_async:
        return AsyncMiniProgram(
            transport=AsyncFakeTransport(platform),
            tokens=AsyncMemoryTokenStore(),
            nonces=AsyncMemoryNonceStore(),
            sleep=_asleep,
            **parts,
        )
    return MiniProgram(
        transport=FakeTransport(platform),
        tokens=MemoryTokenStore(),
        nonces=MemoryNonceStore(),
        sleep=lambda seconds: None,
        **parts,
    )


async def _asleep(seconds):
    """Nobody waits in a test."""


class Outside(World):
    """A shop that reports, follows and tells; see :class:`World` for the arguments.

    Args:
        tracking: Another provider than kuaidi100.
        is_async: Everything is.
        clock: Another clock than a fresh one.
        settings: Of the shop.
    """

    def __init__(self, *args, tracking=None, is_async=False, clock=None, **settings):
        clock = clock or FakeClock()
        self.platform = FakePlatform(clock=clock)
        self.platform.add_template(TEMPLATE, "character_string1", "thing2")
        self.kuaidi100 = FakeKuaidi100(clock=clock)
        self.reader = mini_program(self.platform)
        client, transport, machine, pace = (
            (AsyncKuaidi100, self.kuaidi100.async_transport, async_machine_handlers, AsyncMemoryNonceStore)
            if is_async
            else (Kuaidi100, self.kuaidi100.transport, machine_handlers, MemoryNonceStore)
        )
        self.provider = client(self.kuaidi100.account(), transport, machine=machine(clock), pace=pace())
        parts = {
            "mini_program": mini_program(self.platform, is_async=is_async),
            "openid": lambda order: OPENID,
            "tracking": tracking or self.provider,
            "messages": tell,
            **settings,
        }
        super().__init__(*args, is_async=is_async, clock=clock, **parts)
        self.clock = clock
        self.gateway._clock = clock

    # -- shortcuts ----------------------------------------------------------------------------------------------------

    def sold(self, *, cart="cart-1", buyer="u1", key="place-1", consent=9, known_after=None, settings=None, **goods):
        """An order that is paid, also in the platform's books."""
        settings = {"address": ADDRESS, **(settings or {})}
        order = self.paid(cart=cart, buyer=buyer, key=key, settings=settings, **goods)
        for payment in order.payments:
            late = {} if known_after is None else {"known_after": known_after}
            self.platform.add_payment(payment.transaction, openid=OPENID, amount=payment.amount, **late)
        if consent:
            self.platform.consent(OPENID, TEMPLATE, consent)
        return order

    def ship(self, order, key="s1", *, carrier="yto", tracking="YT0000000000001", **more):
        """Units leave."""
        return self.shop.ship(order.id, seller="s", key=key, carrier=carrier, tracking=tracking, **more)

    def turn(self, **passed):
        """Time passes; the outbox is delivered and the sweep runs until nothing is left to do."""
        self.clock.advance(**passed)
        runs = []
        for _ in range(12):
            swept = self.shop.sweep()
            runs.append(swept)
            assert not swept.errors, swept.errors
            if not (swept.events or swept.reports or swept.parcels or swept.notices or swept.timers):
                return runs
        raise AssertionError("the sweep does not end")

    def push(self, **passed):
        """What kuaidi100 has to say by now reaches the shop; answers the deliveries."""
        self.clock.advance(**passed)
        return self.kuaidi100.deliver_due(CallbackTransport(self._callback))

    def _callback(self, request):
        result = self.provider.parse_push(request.headers, request.body, now=self.clock(), method=request.method)
        self.heard = self.shop.parcel_pushed(result.updates)
        headers = Headers({"Content-Type": result.ack.content_type})
        return HttpResponse(status=result.ack.status, headers=headers, body=result.ack.body)

    def event(self, push):
        """The event of a push of the platform's, as it was received when it was sent."""
        sent_at = datetime.fromtimestamp(int(push.query["timestamp"]), UTC)
        self.reader.handlers = {**self.reader.handlers, Now: lambda ask: sent_at}
        request = PushRequest(method=push.method, query=push.query, body=push.body)
        return self.reader.receive_push(request).event

    def settle_at_platform(self):
        """Every push of the platform's reaches the shop; answers what came of each."""
        return [self.shop.platform_pushed(self.event(push)) for push in self.platform.take_pushes()]

    # -- what is there ------------------------------------------------------------------------------------------------

    def uploads(self):
        """The reports that reached the platform."""
        return [call.fields for call in self.platform.calls if call.path.endswith("upload_shipping_info")]

    def subscriptions(self):
        """How often kuaidi100 was asked to follow a parcel."""
        return sum(call.url.endswith("/poll") for call in self.kuaidi100.calls)

    def payment(self, order):
        """The platform's record of the order's payment."""
        return self.platform.shipping.payments[self.order(order.id).payments[0].transaction]

    def report(self, order):
        """The shop's record of the order's report."""
        (found,) = self.shop.shipping_reports(order.id)
        return found

    def parcel(self, order):
        """The shop's record of the order's only parcel."""
        (found,) = self.shop.parcels(order.id)
        return found

    def alerts(self):
        """Codes of all alerts, newest first."""
        return [alert.code for alert in self.shop.alerts(limit=100).alerts]

    def told(self):
        """The messages that shoppers got, oldest first: the label in each."""
        return [sent["data"]["thing2"]["value"] for sent in self.platform.messages.sent]
