"""Parcels that everybody handles at once: sweeps that deliver events, report, follow and tell; kuaidi100's pushes and
the platform's, each handed in by several. Runs apart from pytest.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from minishop.adapters.machine import machine_handlers
from minishop.adapters.memory import MemoryNonceStore, MemoryTokenStore
from minishop.flows import Now
from minishop.logistics.kuaidi100 import Kuaidi100
from minishop.orders import label
from minishop.wechat import MiniProgram, PushSettings
from minishop.wechat.push import PushRequest
from tests.apart import start
from tests.crash.consistency import all_records
from tests.lasting import LastingKuaidi100, LastingPlatform
from tests.races.acts import Scene, act, placed, until_definite

OPENID = "oBuyer1"


def number(n):
    return f"YT000000000000{n}"


class Outside(Scene):
    """A scene with the platform and kuaidi100, which all processes share."""

    def more(self, tell):
        self.platform = LastingPlatform(f"{self.directory}/platform", tell)
        self.kuaidi100 = LastingKuaidi100(f"{self.directory}/kuaidi100", tell)
        self.provider = Kuaidi100(
            self.kuaidi100.fake.account(), self.kuaidi100, machine=machine_handlers(tell), pace=MemoryNonceStore()
        )
        self.mini = MiniProgram(
            appid=self.platform.fake.appid,
            secret=self.platform.fake.secret,
            transport=self.platform,
            tokens=MemoryTokenStore(),
            nonces=MemoryNonceStore(),
            clock=tell,
            nonce=lambda: "n" * 32,
            sleep=lambda seconds: None,
            push=PushSettings(token=self.platform.fake.sender.token),
        )
        self.now = tell
        return {
            "mini_program": self.mini,
            "openid": lambda order: OPENID,
            "messages": lambda order, name: ("tmpl", "", {"thing1": name, "character_string2": order.id}),
            "tracking": self.provider,
        }

    def event(self, push):
        sent_at = datetime.fromtimestamp(int(push.query["timestamp"]), UTC)
        self.mini.handlers = {**self.mini.handlers, Now: lambda ask: sent_at}
        return self.mini.receive_push(PushRequest(method=push.method, query=push.query, body=push.body)).event


def _prepare(scene, orders):
    shop, _, gateway = scene.shop()
    scene.platform.do("add_template", "tmpl", "thing1", "character_string2")
    scene.platform.do("consent", OPENID, "tmpl", 1000)
    for n in range(orders):
        order = shop.pay_notified(gateway.pay(placed(shop, f"u{n}").attempt)).order
        payment = order.payments[0]
        scene.platform.do("pay", payment.transaction, OPENID, payment.amount)
        scene.kuaidi100.do("add_parcel", number(n), "yuantong")
        shop.ship(order.id, seller="s", key=order.id, carrier="yto", tracking=number(n))


def _sweep(shop, store, gateway, *, runs=3):
    errors = []
    for _ in range(runs):
        swept, _ = until_definite(shop.sweep)
        errors += swept.errors
    return errors


def _arrive(scene, orders):
    scene.shop()
    scene.later(3600)
    for n in range(orders):
        scene.kuaidi100.do("scan", number(n), "3", "signed for")
    for transaction in scene.platform.look().shipping.payments:
        scene.platform.do("confirm_receipt", transaction)


def _push_parcels(scene, is_backwards, shop, store, gateway):
    pushes = scene.kuaidi100.pushes()
    for push in reversed(pushes) if is_backwards else pushes:
        result = scene.provider.parse_push(push.headers, push.body, now=scene.now())
        until_definite(shop.parcel_pushed, updates=result.updates)


def _push_settlements(scene, is_backwards, shop, store, gateway):
    pushes = scene.platform.look().pushes
    for push in reversed(pushes) if is_backwards else pushes:
        until_definite(shop.platform_pushed, event=scene.event(push))


def _look(scene):
    shop, store, _ = scene.shop()
    orders = [shop.find_order(record.id)[0] for record in all_records(store, "order")]
    platform, kuaidi100 = scene.platform.look(), scene.kuaidi100.look()
    told = Counter(
        (sent["data"]["character_string2"]["value"], sent["data"]["thing1"]["value"]) for sent in platform.messages.sent
    )
    return {
        "reports": sum(call.path.endswith("upload_shipping_info") for call in platform.calls),
        "subscribed": sum(call.url.endswith("/poll") for call in kuaidi100.calls),
        "followed": len({push.number for push in kuaidi100.waiting}),
        "told": dict(Counter(name for (_, name), times in told.items() for _ in range(times))),
        "orders": [_outline(shop, store, order) for order in orders],
        "there": [
            [one.state, one.is_finished, one.finish_count, one.is_re_reported]
            for one in platform.shipping.payments.values()
        ],
        "alerts": [record.id for record in all_records(store, "alert")],
        "left": len(store.due(shop.handlers[Now](None) + timedelta(days=1000), 1000)),
    }


def _outline(shop, store, order):
    history = [row.topic for row in store.history("order", order.id)]
    (report,), (parcel,) = shop.shipping_reports(order.id), shop.parcels(order.id)
    return [
        label(order).code,
        history.count("order.units-received"),
        sum(1 for one in order.shipments if one.tracking == parcel.number),
        report.settlement.confirmed_by,
        str(parcel.status),
    ]


def _parcels(make, *, orders):
    scene = make()
    start(partial(_prepare, scene, orders))
    errors = scene.race(*[_sweep] * 3)
    start(partial(_arrive, scene, orders))
    pushes = [
        partial(push, scene, is_backwards)
        for push in (_push_parcels, _push_settlements)
        for is_backwards in (False, True)
    ]
    errors += scene.race(*pushes, _sweep)
    scene.later(180)  # what a busy store has put off is due again
    errors += [start(lambda: _sweep(*scene.shop()))]
    errors = [one for said in errors if said for one in said]
    busy = sum("busy" in error for error in errors)
    seen = start(partial(_look, scene))
    # Whose answer a busy store did not take subscribes again, and is told that it has.
    repeated = seen.pop("subscribed") - seen["followed"]
    return {
        "errors": [error for error in errors if "busy" not in error],
        "repeated in vain": max(0, repeated - busy),
        **seen,
        "faults": scene.faults(),
    }


#: See :func:`~tests.races.acts.act`.
parcels = act(_parcels, Outside)
