"""One order from cart to return, step by step, each step repeatable with its key; and where a process may die on it.

The shopper, the gateway and the consumer of events are not part of the shop: what they did stays done. Their files, the
gateway's book and the consumer's list, outlive the process.
"""

import json
import os
import signal
from datetime import UTC, datetime, timedelta

from minishop import Engine
from minishop.cart import Add, Product
from minishop.checkout import (
    AskAboutParcel,
    Done,
    FindShippingOrder,
    Publish,
    ReportShipping,
    SendMessage,
    Shop,
    SubscribeToParcel,
)
from minishop.inventory import StockKey
from minishop.orders import Address, Order, Outcome, Pick, UnitOutcome, label
from minishop.payments import gateway_handlers
from minishop.quotes import Shopper
from minishop.storage import store_handlers
from minishop.storage.codec import decode, encode
from minishop.testing.clock import FakeClock
from minishop.testing.gateway import FakeGateway
from tests.crash.consistency import all_records, find_faults

START = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)

RULES = """
format = 1

[[rule]]
id = "full-30"
name = "满200减30"
layer = "order"
threshold = { amount = "200.00" }
benefit = { kind = "amount-off", amount = "30.00" }
limit = { total = 5, shopper = 2 }

[[rule]]
id = "new-20"
layer = "shop-coupon"
threshold = { amount = "99.00" }
benefit = { kind = "amount-off", amount = "20.00" }

[points]
value = "0.01"
earn_per_yuan = 1
"""
ENGINE = Engine.from_toml(RULES)
GOODS = {"TEA": Product(unit_price=12900), "CUP": Product(unit_price=5000)}
STOCK = {"TEA": 3, "CUP": 5}
POINTS = 300
#: 129.00 + 2 x 50.00, less 30.00, 20.00 (coupon) and 1.00 (100 points).
TOTAL = 17800
ADDRESS = Address(name="Li Lei", phone="13800000000", region=("440000", "440300"), street="1 Tea Road")
RETURN = "the-return"


OUTSIDE = (Publish, ReportShipping, FindShippingOrder, SubscribeToParcel, AskAboutParcel, SendMessage)


class Crash:
    """Kills the process at one of its calls: the real signal, no clean-up.

    Args:
        at: Which of the moments that :meth:`passed` is told, counted from 0; ``None``: none, only count.
    """

    def __init__(self, at=None):
        self.at = at
        self.moments = []

    def passed(self, moment, last_words=None):
        if len(self.moments) == self.at:
            if last_words is not None:
                last_words()
            os.kill(os.getpid(), signal.SIGKILL)
        self.moments.append(moment)


class _Watched:
    """A database whose every transaction that writes has a moment before COMMIT, and one while it is on its way."""

    def __init__(self, database, crash, send_commit):
        self.database = database
        self.crash = crash
        self.send_commit = send_commit
        self.read = database.read

    def write(self, work):
        def watched(session):
            result = work(session)
            self.crash.passed("before COMMIT")
            if self.send_commit is not None:
                self.crash.passed("COMMIT sent", lambda: self.send_commit(session))
            return result

        return self.database.write(watched)


class Journey:
    """A shop in this process.

    Args:
        store: Its store.
        files: Directory of the gateway's book and the consumer's list.
        crash: Told of every moment at which the process may die.
        send_commit: Sends COMMIT over a session's connection without waiting for the answer.
        now: The time.
        book: Another file for the gateway's book.
    """

    def __init__(self, store, files, *, crash=None, send_commit=None, now=START, book=None, **settings):
        self.store = store
        self.clock = FakeClock(now)
        self.gateway = FakeGateway(book or f"{files}/book", clock=self.clock)
        self.heard = f"{files}/heard"
        if crash is not None:
            store._database = _Watched(store._database, crash, send_commit)
        self.shop = Shop(
            "main",
            engine=ENGINE,
            store=store,
            gateway=self.gateway,
            shelf=lambda skus, buyer: GOODS,
            shopper=lambda buyer: Shopper(id=buyer),
            clock=self.clock,
            publish=self._hear,
            **settings,
        )
        ports = {*store_handlers(store), *gateway_handlers(self.gateway), *OUTSIDE}
        if crash is not None:
            self.shop.handlers = {
                kind: _watched(kind.__name__, handler, crash) if kind in ports else handler
                for kind, handler in self.shop.handlers.items()
            }

    def _hear(self, row):
        line = json.dumps([row.kind, row.id, row.version, row.index, row.topic]) + "\n"
        with open(self.heard, "a") as file:
            file.write(line)

    def open(self):
        """What is there before the journey."""
        self.shop.receive_stock({StockKey(sku): units for sku, units in STOCK.items()}, key="opening")
        self.shop.claim_coupon(buyer="u1", rule="new-20", key="c")
        self.shop.grant_points(buyer="u1", points=POINTS, key="welcome")
        adds = [Add(device="phone", number=n, base=0, sku=sku, quantity=n) for n, sku in enumerate(GOODS, 1)]
        self.shop.sync_cart("cart-1", adds, shopper="u1")

    def close(self):
        self.gateway.close_book()

    @property
    def steps(self):
        """Names of the steps, in their order."""
        return STEPS

    def is_relaying(self, step):
        """Whether the sweep that repairs a death in a step delivers events as well."""
        return step == RELAY

    # -- the steps ------------------------------------------------------------------------------------------------

    def place(self):
        self._done(
            self.shop.place_order(
                buyer="u1",
                key="place",
                cart="cart-1",
                expected_total=TOTAL,
                address=ADDRESS,
                note="ring",
                use_points=100,
            )
        )

    def pay(self):
        self._done(self.shop.pay_notified(self.gateway.pay(self.order().attempts[0].id)))

    def ship_the_tea(self):
        self._done(self.shop.ship(self.name(), seller="s", key="ship-1", units=(Pick("TEA", 1),), tracking="A"))

    def ship_the_cups(self):
        self._done(self.shop.ship(self.name(), seller="s", key="ship-2", units=(Pick("CUP", 2),), tracking="B"))

    def refund_a_cup(self):
        self._done(self.shop.refund(self.name(), seller="s", key="refund", units=(Pick("CUP", 1),), reason="cracked"))

    def money_arrives(self):
        for row in self.gateway._rows("select leg from refunds order by leg"):
            self._done(self.shop.refund_notified(self.gateway.settle_refund(row["leg"])))

    def confirm(self):
        self._done(self.shop.confirm(self.name(), buyer="u1", key="got-it"))

    def apply(self):
        tea = (Pick("TEA", 1),)
        self._done(
            self.shop.open_after_sale(self.name(), buyer="u1", key="apply", kind="return", units=tea, after_sale=RETURN)
        )

    def approve(self):
        self._done(self.shop.approve(self.name(), seller="s", key="ok", after_sale=RETURN))

    def send_back(self):
        self._done(self.shop.send_back(self.name(), buyer="u1", key="sent", after_sale=RETURN, tracking="C"))

    def receive_return(self):
        outcomes = (UnitOutcome("TEA/1", Outcome.GOOD),)
        self._done(self.shop.receive_return(self.name(), seller="s", key="in", after_sale=RETURN, outcomes=outcomes))

    def grant(self):
        self._done(self.shop.grant(self.name(), seller="s", key="money", after_sale=RETURN))

    def deliver_events(self):
        self.shop.relay()

    def _done(self, answer):
        assert isinstance(answer, Done), answer

    # -- time -----------------------------------------------------------------------------------------------------

    def sweep(self, *spans, relays=False):
        """After each span the sweep runs until it reports nothing."""
        for span in spans:
            self.clock.advance(span)
            for _ in range(30):
                swept = self.shop.sweep(relays=relays)
                done = swept.timers, swept.payments, swept.refunds, swept.owed, swept.strays, swept.events
                if not any((*done, swept.reports, swept.parcels, swept.notices)):
                    break
                assert not swept.errors, swept.errors
                self.clock.advance(seconds=1)
            else:
                raise AssertionError("the sweep does not end")

    def wait_for_money(self):
        """The gateway pays every refund, without a word; the sweep has to ask."""
        pending = self.gateway.pending_refunds()
        for leg in pending:
            self.gateway.settle_refund(leg)
        if pending:
            self.sweep(timedelta(minutes=40))

    # -- what is there --------------------------------------------------------------------------------------------

    def name(self):
        (record,) = all_records(self.store, "order")
        return record.id

    def order(self):
        return self.shop.find_order(self.name())[0]

    def events(self):
        """(record, topic) as the consumer heard them, record by record, repetitions left out."""
        heard = []
        if os.path.exists(self.heard):
            with open(self.heard) as file:
                heard = [tuple(json.loads(line)) for line in file]
        firsts = list(dict.fromkeys(heard))
        for record in {row[:2] for row in firsts}:
            own = [row[2:4] for row in firsts if row[:2] == record]
            assert own == sorted(own), "events out of order"
        return [[row[1], row[4]] for row in sorted(firsts)]

    def projection(self):
        """All there is, without times, versions, and counts of tries."""
        orders = {}
        for record in all_records(self.store, "order"):
            order = decode(Order, record.document, record.personal)
            encoded = encode(order)
            orders[record.id] = {
                "order": _timeless(json.loads(encoded.document)),
                "personal": record.personal,
                "label": label(order).code,
                "stored label": record.label,
                "facets": dict(record.facets),
                "history": [row.topic for row in self.store.history("order", record.id)],
            }
        levels = self.shop.stock_levels([StockKey(sku) for sku in STOCK])
        far = self.clock() + timedelta(days=1000)
        coupon = next(iter(self.coupons()))
        keys = (f"coupon:{coupon}", "rule:full-30", "rule:full-30:u1", "issued:new-20")
        book = self.gateway.book()
        return {
            "orders": orders,
            "cart": _timeless(json.loads(self.store.load("cart", "cart-1").document)),
            "records": sorted(
                (kind, record.id)
                for kind in ("book", "coupon", "stray-payment")
                for record in all_records(self.store, kind)
            ),
            "stock": {str(key): [level.on_hand, level.allocated, level.held] for key, level in levels.items()},
            "points": [[name, amount, note] for name, amount, note in self.store.entries("points:u1")],
            "balance": self.shop.points_of(buyer="u1"),
            "limits": {key: [self.store.taken((key,))[key], *self.store.holders(key)] for key in keys},
            "clocks": sorted([due.kind, due.subject] for due in self.store.due(far, 1000)),
            "parked": len(self.store.parked(10)),
            "book": [[str(row.kind), row.number, row.attempt, row.amount] for row in book],
            "payments": [
                list(row) for row in self.gateway._rows('select attempt, "order", amount, state from payments')
            ],
            "refunds": [
                list(row) for row in self.gateway._rows("select leg, attempt, amount, state from refunds order by leg")
            ],
            "heard": self.events(),
        }

    def coupons(self):
        return [record.id for record in all_records(self.store, "coupon")]

    def faults(self):
        """What does not fit; see :func:`find_faults`."""
        self.events()
        return find_faults(
            self.store, self.gateway, self.clock(), stock=STOCK, points={"u1": POINTS}, coupons=self.coupons()
        )


STEPS = (
    "place",
    "pay",
    "deliver_events",  # here, where there are few
    "ship_the_tea",
    "ship_the_cups",
    "refund_a_cup",
    "money_arrives",
    "confirm",
    "apply",
    "approve",
    "send_back",
    "receive_return",
    "grant",
    "money_arrives",
)
RELAY = STEPS.index("deliver_events")
_PASSING = frozenset(("version", "parameters", "sequence"))


def _timeless(value):
    """Without instants (16 digits of microseconds) and versions."""
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in _PASSING}
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    return "time" if type(value) is int and value > 10**14 else value


def _watched(name, handler, crash):
    def handle(request):
        crash.passed(f"before {name}")
        answer = handler(request)
        crash.passed(f"after {name}")
        return answer

    return handle
