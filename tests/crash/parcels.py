"""An order that leaves: reported to the platform, followed by kuaidi100, delivered, confirmed, settled, and the shopper
told, each step repeatable. The platform and kuaidi100 outlive whoever dies.

A message may stay away that somebody died on, because none may come twice; everything else must be as if nobody had.
"""

import json
from datetime import UTC, datetime

from minishop.adapters.machine import machine_handlers
from minishop.adapters.memory import MemoryNonceStore, MemoryTokenStore
from minishop.flows import Now
from minishop.logistics.kuaidi100 import Kuaidi100
from minishop.orders import label
from minishop.wechat import MiniProgram, PushSettings
from minishop.wechat.push import PushRequest
from tests.crash.consistency import all_records
from tests.crash.journey import Journey
from tests.lasting import LastingKuaidi100, LastingPlatform

OPENID = "oBuyer1"
NUMBER = "YT0000000000001"
STEPS = ("deliver_events", "work", "arrive", "settle", "deliver_events", "work")


class Parcels(Journey):
    """See :class:`Journey`."""

    def __init__(self, store, files, *, crash=None, now=None, **parts):
        passed = crash.passed if crash is not None else lambda moment: None
        tell = lambda: self.clock()  # noqa: E731
        self.platform = LastingPlatform(f"{files}/platform", tell, passed)
        self.kuaidi100 = LastingKuaidi100(f"{files}/kuaidi100", tell, passed)
        self.mini = self._mini_program(tell)
        self.provider = Kuaidi100(
            self.kuaidi100.fake.account(), self.kuaidi100, machine=machine_handlers(tell), pace=MemoryNonceStore()
        )
        super().__init__(
            store,
            files,
            crash=crash,
            **({} if now is None else {"now": now}),
            mini_program=self.mini,
            openid=lambda order: OPENID,
            messages=lambda order, name: ("tmpl", "", {"thing1": f"{name} {order.id[:8]}"}),
            tracking=self.provider,
            **parts,
        )

    def _mini_program(self, tell):
        fake = self.platform.fake
        return MiniProgram(
            appid=fake.appid,
            secret=fake.secret,
            transport=self.platform,
            tokens=MemoryTokenStore(),
            nonces=MemoryNonceStore(),
            clock=tell,
            nonce=lambda: "n" * 32,
            sleep=lambda seconds: None,
            push=PushSettings(token=fake.sender.token),
        )

    @property
    def steps(self):
        return STEPS

    def open(self):
        """Up to the parcel."""
        super().open()
        self.place()
        self.pay()
        self.platform.do("add_template", "tmpl", "thing1")
        self.platform.do("consent", OPENID, "tmpl", 50)
        payment = self.order().payments[0]
        self.platform.do("pay", payment.transaction, OPENID, payment.amount)
        self.kuaidi100.do("add_parcel", NUMBER, "yuantong")
        self._done(self.shop.ship(self.name(), seller="s", key="ship", carrier="yto", tracking=NUMBER))

    # -- the steps ------------------------------------------------------------------------------------------------

    def work(self):
        self.shop.sweep(relays=False)

    def arrive(self):
        """The parcel is delivered, and kuaidi100 says so until it is answered."""
        if not self.kuaidi100.look().parcels.take(NUMBER).scans:
            self.kuaidi100.do("scan", NUMBER, "3", "signed for")
        self.clock.advance(hours=1)
        for push in self.kuaidi100.pushes():
            result = self.provider.parse_push(push.headers, push.body, now=self.clock())
            self.shop.parcel_pushed(result.updates)

    def settle(self):
        """The shopper confirms in WeChat, which pushes that; the first push of the two comes again after it."""
        payment = self._payment()
        if payment.state == 2:
            self.platform.do("confirm_receipt", payment.transaction_id)
        pushes = self.platform.look().pushes
        for push in (*pushes, *pushes[:1]):
            self.shop.platform_pushed(self._event(push))

    def _event(self, push):
        sent_at = datetime.fromtimestamp(int(push.query["timestamp"]), UTC)
        reader = self._mini_program(None)
        reader.handlers = {**reader.handlers, Now: lambda ask: sent_at}
        return reader.receive_push(PushRequest(method=push.method, query=push.query, body=push.body)).event

    def _payment(self):
        return self.platform.look().shipping.payments[self.order().payments[0].transaction]

    # -- time -----------------------------------------------------------------------------------------------------

    def sweep(self, *spans, relays=True):
        """What follows outside the shop begins with the outbox, so that is always delivered."""
        super().sweep(*spans, relays=True)

    # -- what is there --------------------------------------------------------------------------------------------

    def projection(self):
        """Without what was tried how often, and without messages: of those some may be missing."""
        payment = self._payment()
        return {
            **super().projection(),
            "reports": [self._outline(record, _REPORT) for record in all_records(self.store, "shipping-report")],
            "parcels": [self._outline(record, _PARCEL) for record in all_records(self.store, "parcel")],
            "notices": [json.loads(record.document)["label"] for record in all_records(self.store, "notice")],
            "alerts": [record.id for record in all_records(self.store, "alert")],
            "there": [payment.state, payment.is_finished, payment.finish_count, payment.is_re_reported],
        }

    @staticmethod
    def _outline(record, names):
        document = json.loads(record.document)
        return {name: document[name] for name in names} | {"events": (record.personal or "").count('"rank"')}

    def faults(self):
        """Everything above, and who was called too often."""
        calls = [call.path.rpartition("/")[2] for call in self.platform.look().calls]
        told = [sent["data"]["thing1"]["value"] for sent in self.platform.fake.messages.sent]
        follows = sum(call.url.endswith("/poll") for call in self.kuaidi100.look().calls)
        faults = super().faults()
        faults += [f"alert: {alert.text()}" for alert in self.shop.alerts().alerts]
        faults += [f"{what}: told twice" for what in set(told) if told.count(what) > 1]
        # The shop looks before it reports again, so one report is all; kuaidi100 may be asked to follow twice.
        faults += [f"{calls.count('upload_shipping_info')} reports"] * (calls.count("upload_shipping_info") != 1)
        faults += [f"{follows} subscriptions"] * (follows not in (1, 2))
        faults += [f"{label(self.order()).code}, reported: {self._payment().is_finished}"] * (
            not self._payment().is_finished
        )
        return faults


_REPORT = ("state", "wanted", "reported", "is_split", "is_finished", "is_replaced", "check_at")
_PARCEL = ("state", "number", "carrier", "provider", "status", "due_at")
