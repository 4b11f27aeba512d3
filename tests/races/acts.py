"""What races: each function sets a scene on one database, lets processes go at the same moment, and tells what is there
afterwards. Runs apart from pytest.
"""

import mmap
import os
import struct
import tempfile
import time
from datetime import timedelta
from functools import partial

from sqlalchemy import create_engine, event

from minishop import Engine
from minishop.adapters.sqlalchemy import SqlAlchemyStore, create_all, metadata
from minishop.adapters.sqlite import SqliteStore
from minishop.cart import Add, Product, SavedLine
from minishop.checkout import Done, Shop
from minishop.inventory import StockKey
from minishop.storage import StoreBusy
from minishop.testing.clock import FakeClock
from minishop.testing.gateway import FakeGateway
from tests.apart import start, together
from tests.crash.consistency import all_records, find_faults

PROCESSES = 8
ROUNDS = 4

RULES = "format = 1\n" + "".join(
    f"""
[[rule]]
id = "c{n}"
layer = "shop-coupon"
threshold = {{ amount = "10.00" }}
benefit = {{ kind = "amount-off", amount = "5.00" }}
"""
    for n in range(ROUNDS)
)
ENGINE = Engine.from_toml(RULES)
GOODS = {"TEA": Product(unit_price=10000)}


class Scene:
    """A database and a gateway's book, emptied.

    Args:
        url: Of the database; without it a sqlite file.
        directory: For files.
        tea: Units on the shelf.
    """

    def __init__(self, url, directory, tea=1000):
        self.url = url
        self.directory = directory
        self.tea = tea
        self.time = mmap.mmap(-1, 8)
        start(self._open)

    def _open(self):
        if self.url:
            engine = create_engine(self.url)
            create_all(engine)
            with engine.begin() as connection:
                for table in metadata.sorted_tables:
                    connection.execute(table.delete())
        self.shop()[0].receive_stock({StockKey("TEA"): self.tea}, key="opening")

    def shop(self):
        """(shop, store, gateway) of this process."""
        store = _sql_store(self.url) if self.url else SqliteStore(f"{self.directory}/shop", busy_timeout=20)
        clock = FakeClock()
        begin = clock()
        tell = lambda: begin + timedelta(seconds=struct.unpack("q", self.time[:])[0])  # noqa: E731
        gateway = FakeGateway(f"{self.directory}/book", clock=tell)
        gateway._book.execute("pragma synchronous = off")
        shop = Shop(
            "main",
            engine=ENGINE,
            store=store,
            gateway=gateway,
            shelf=lambda skus, buyer: GOODS,
            clock=tell,
            rounds=200,
            **self.more(tell),
        )
        return shop, store, gateway

    def more(self, tell):
        """Further settings of the shop."""
        return {}

    def later(self, seconds):
        """Time passes, for all processes."""
        self.time[:] = struct.pack("q", struct.unpack("q", self.time[:])[0] + seconds)

    def faults(self, **given):
        def look():
            shop, store, gateway = self.shop()
            del shop
            return find_faults(store, gateway, gateway._clock(), stock={"TEA": self.tea}, **given)

        return start(look)

    def race(self, *functions, timeout=60):
        """What functions of a shop return that run in a process each."""
        return together([partial(self._run, function) for function in functions], timeout=timeout)

    def _run(self, function):
        return function(*self.shop())


def _sql_store(url):
    engine = create_engine(url, pool_size=1)
    if engine.dialect.name == "postgresql":
        # Durability is not what races: without it the disk of a small machine does not set the pace.
        @event.listens_for(engine, "connect")
        def hurry(connection, record):
            connection.autocommit = True
            connection.execute("SET synchronous_commit = off")
            connection.autocommit = False

    return SqlAlchemyStore(engine)


def until_definite(call, **arguments):
    """(answer, how often it was busy)."""
    busy, deadline = 0, time.monotonic() + 40
    while True:
        try:
            return call(**arguments), busy
        except StoreBusy:
            busy += 1
            if time.monotonic() > deadline:
                raise


def act(scenery, scene=Scene):
    """A scene in a directory of its own; with the seconds it took."""

    def told(url=None, **arguments):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="race-", dir=memory) as directory:
            began = time.monotonic()
            found = scenery(partial(scene, url, directory), **arguments)
            return {**found, "seconds": time.monotonic() - began}

    return told


LINES = (SavedLine(sku="TEA", quantity=1, changed_at=FakeClock()()),)


def placed(shop, buyer, key="place"):
    answer, _ = until_definite(shop.place_order, buyer=buyer, key=key, lines=LINES, expected_total=10000)
    assert isinstance(answer, Done), answer
    return answer


@act
def buyers(make, *, count, stock):
    """Many want what is not enough for all."""
    scene = make(tea=stock)

    def buy(numbers, shop, store, gateway):
        said = []
        for number in numbers:
            answer, busy = until_definite(
                shop.place_order, buyer=f"u{number}", key="place", lines=LINES, expected_total=10000
            )
            said.append(["placed" if isinstance(answer, Done) else answer.code, busy])
        return said

    answers = scene.race(*(partial(buy, range(n, count, PROCESSES)) for n in range(PROCESSES)))

    def look():
        shop, store, _ = scene.shop()
        level = shop.stock_levels([StockKey("TEA")])[StockKey("TEA")]
        return {"on_hand": level.on_hand, "available": level.available, "orders": len(all_records(store, "order"))}

    codes = [code for said in answers for code, _ in said]
    return {
        "placed": codes.count("placed"),
        "short": codes.count("stock_short"),
        "answers": len(codes),
        "busy": sum(busy for said in answers for _, busy in said),
        "faults": scene.faults(),
        **start(look),
    }


@act
def notifications(make, *, copies):
    """The gateway says the same thing many times at once."""
    scene = make()

    def prepare():
        shop, _, gateway = scene.shop()
        attempt = placed(shop, "u1").attempt
        gateway.pay(attempt)
        return attempt

    attempt = start(prepare)

    def hear(count, shop, store, gateway):
        said = []
        for _ in range(count):
            answer, _ = until_definite(shop.pay_notified, notice=gateway.pay(attempt))
            assert isinstance(answer, Done), answer
            said.append([list(answer.topics), answer.order.captured])
        return said

    shares = [copies // PROCESSES + (n < copies % PROCESSES) for n in range(PROCESSES)]
    answers = [one for said in scene.race(*(partial(hear, share) for share in shares)) for one in said]

    def look():
        shop, store, _ = scene.shop()
        (record,) = all_records(store, "order")
        order, _ = shop.find_order(record.id)
        return {
            "payments": len(order.payments),
            "paid events": [row.topic for row in store.history("order", order.id)].count("order.paid"),
        }

    return {
        "answers": len(answers),
        "with news": sum("order.paid" in topics for topics, _ in answers),
        "captured": sorted({captured for _, captured in answers}),
        "faults": scene.faults(),
        **start(look),
    }


@act
def refunds(make, *, same_key):
    """Two clerks click at once, on one order after the other."""
    scene = make()

    def prepare():
        shop, _, gateway = scene.shop()
        orders = []
        for n in range(ROUNDS):
            paid = shop.pay_notified(gateway.pay(placed(shop, f"u{n}").attempt))
            orders.append([paid.order.id, paid.version])
        return orders

    orders = start(prepare)

    def click(clerk, shop, store, gateway):
        said = []
        for order, version in orders:
            answer, _ = until_definite(
                partial(shop.refund, order),
                seller="s",
                key=order if same_key else f"{order}-{clerk}",
                goodwill=500,
                expected_version=version,
            )
            said.append("done" if isinstance(answer, Done) else answer.code)
        return said

    answers = scene.race(*(partial(click, clerk) for clerk in range(2)))

    def look():
        shop, _, gateway = scene.shop()
        for leg in gateway.pending_refunds():
            shop.refund_notified(gateway.settle_refund(leg))
        rows = gateway._rows("select leg from refunds")
        return {"legs": [len(shop.find_order(order)[0].legs) for order, _ in orders], "sent": len(rows)}

    return {"answers": sorted(zip(*answers, strict=True)), **start(look), "faults": scene.faults()}


@act
def last_coupon(make):
    """One coupon is left, and two claim it: of one kind after the other."""
    scene = make()

    def claim(buyer, shop, store, gateway):
        said = []
        for n in range(ROUNDS):
            answer, _ = until_definite(shop.claim_coupon, buyer=buyer, rule=f"c{n}", key="claim", issued=1)
            said.append(getattr(answer, "code", "mine"))
        return said

    answers = scene.race(*(partial(claim, buyer) for buyer in ("u1", "u2")))

    def look():
        _, store, _ = scene.shop()
        return {"coupons": len(all_records(store, "coupon"))}

    return {"answers": [sorted(pair) for pair in zip(*answers, strict=True)], **start(look)}


@act
def one_cart(make):
    """Two devices place what is in one cart: one cart after the other."""
    scene = make()

    def prepare():
        shop, _, _ = scene.shop()
        for n in range(ROUNDS):
            shop.sync_cart(f"cart-{n}", [Add(device="d", number=1, base=0, sku="TEA", quantity=1)], shopper="u1")

    start(prepare)

    def place(device, shop, store, gateway):
        said = []
        for n in range(ROUNDS):
            answer, _ = until_definite(
                shop.place_order, buyer="u1", key=f"{device}-{n}", cart=f"cart-{n}", expected_total=10000
            )
            said.append("placed" if isinstance(answer, Done) else answer.code)
        return said

    answers = scene.race(*(partial(place, device) for device in ("phone", "tablet")))

    def look():
        _, store, _ = scene.shop()
        return {"orders": len(all_records(store, "order"))}

    return {"answers": [sorted(pair) for pair in zip(*answers, strict=True)], **start(look), "faults": scene.faults()}


@act
def sweeps(make, *, orders):
    """Two sweeps run beside people who lose notifications, close, ship and refund; time passes the while."""
    scene = make()
    traffic = 2

    def trade(number, shop, store, gateway):
        for n in range(number, orders, traffic):
            _trade(shop, gateway, n)
            scene.later(40)

    def sweep(shop, store, gateway):
        errors = []
        for _ in range(orders):
            swept, _ = until_definite(shop.sweep, relays=False)
            errors += [error for error in swept.errors if "busy" not in error]
            for leg in gateway.pending_refunds():
                gateway.settle_refund(leg)
            scene.later(20)
        return errors

    errors = scene.race(*(partial(trade, number) for number in range(traffic)), sweep, sweep)

    def end():
        shop, store, gateway = scene.shop()
        for _ in range(12):
            scene.later(3600)
            shop.sweep(relays=False)
            for leg in gateway.pending_refunds():
                gateway.settle_refund(leg)
        return {
            "orders": len(all_records(store, "order")),
            "refunds": len(gateway.book()) - sum(row.kind == "payment" for row in gateway.book()),
        }

    return {"errors": [one for said in errors if said for one in said], **start(end), "faults": scene.faults()}


def _trade(shop, gateway, n):
    done = placed(shop, f"u{n}", f"k{n}")
    name = done.order.id
    kind = n % 5
    if kind == 0:  # nobody pays
        return
    if kind == 1:
        until_definite(partial(shop.close, name), key="close", buyer=f"u{n}")
        return
    notice = gateway.pay(done.attempt)
    if kind == 2:  # the notification is lost
        return
    until_definite(shop.pay_notified, notice=notice)
    if kind == 3:
        until_definite(partial(shop.refund, name), seller="s", key=name, units=("TEA/1",))
    else:
        until_definite(partial(shop.close, name), key=name, seller="s")
