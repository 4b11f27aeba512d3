"""What an order costs while the table of orders grows, and which indexes the queries use."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from benchmarks.checkout_parts import Connected, Place, Postgres, Sqlite, make_shop, now, place_and_pay, seed_carts
from benchmarks.timing import Table
from minishop.checkout import Done
from minishop.inventory import StockKey
from minishop.storage import ReceiptKey, Store

__all__ = ["fill", "flat", "plans"]

ROUNDS = 7
AIM = 1.5
LEAST = 0.2
"""Seconds of one sample of a read: a read is so short that a few would only measure who else has the processor."""

NUMBERS = (
    "CREATE TABLE numbers (n BIGINT PRIMARY KEY)",
    "INSERT INTO numbers WITH RECURSIVE upto(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM upto WHERE n < :count)"
    " SELECT n FROM upto",
)
ORDER = "FROM numbers, minishop_records r WHERE r.record_kind = 'order' AND r.record_id = :order"
BULK = (
    "INSERT INTO minishop_records (record_kind, record_id, version, document, personal, shop, shopper, label, facets,"
    " created_at) SELECT 'order', 'bulk-' || n, 3, r.document, r.personal, r.shop, 'u-' || (n % :buyers),"
    f" CASE WHEN n % 20 = 0 THEN 'to-ship' ELSE 'completed' END, r.facets, r.created_at - n * 1000000 {ORDER}",
    "INSERT INTO minishop_records (record_kind, record_id, version, document, shop, shopper, label, facets, created_at)"
    f" SELECT 'book', 'bulk-' || n, 1, '{{}}', r.shop, '', '', '{{}}', r.created_at - n * 1000000 {ORDER}",
    "INSERT INTO minishop_records (record_kind, record_id, version, document, shop, shopper, label, facets, created_at)"
    f" SELECT 'cart', 'bulk-' || n, 3, '{{}}', r.shop, 'u-' || n, '', '{{}}', r.created_at - n * 1000000 {ORDER}",
    *(
        "INSERT INTO minishop_uniques (unique_key, record_kind, record_id)"
        f" SELECT '{name}:bulk-' || n, 'order', 'bulk-' || n FROM numbers"
        for name in ("attempt", "source", "transaction")
    ),
    "INSERT INTO minishop_timers (record_kind, record_id, kind, subject, due_at)"
    f" SELECT 'order', 'bulk-' || n, 'receive', 'S1', r.created_at + 1000000000000 + n {ORDER} AND n % 20 = 0",
    "INSERT INTO minishop_history (record_kind, record_id, version, idx, topic, payload, happened_at)"
    " SELECT h.record_kind, 'bulk-' || n, h.version, h.idx, h.topic, h.payload, h.happened_at"
    " FROM numbers, minishop_history h WHERE h.record_kind = 'order' AND h.record_id = :order",
    *(
        "INSERT INTO minishop_receipts (receipt_key, fingerprint, outcome, expires_at)"
        f" SELECT '{name}-' || n, 'bulk', '{{}}', r.created_at + 1000000000000 {ORDER}"
        for name in ("prepare", "finalise")
    ),
    *(
        "INSERT INTO minishop_movements (entry, sku, location, kind, quantity, moved_at)"
        f" SELECT 'bulk-' || n || '-{name}', '{name}-00', '', 'allocate', 1, r.created_at {ORDER}"
        for name in ("TEA", "CUP")
    ),
    "DROP TABLE numbers",
)


def fill(place: Place, count: int, order: str) -> None:
    """Loads so many finished orders at once: each with its rows in all tables, made from one that is there."""
    connected = place.connect()
    connected.begin()
    for statement in (*NUMBERS, *BULK):
        given = {
            name: value
            for name, value in {"count": count, "order": order, "buyers": count // 20}.items()
            if f":{name}" in statement
        }
        connected.run(statement, given)
    connected.run("ANALYZE", {})
    connected.commit()


class Grown:
    """A database with some orders, and the shop on it."""

    def __init__(self, place: Place, size: int, orders: int) -> None:
        self.place = place
        self.size = size
        self.store: Store = place.store()
        self.shop = make_shop(self.store)
        self.connected: Connected = place.connect()
        self.number = 0
        seed_carts(self.connected, "grown", range(orders + 20))
        first = self.order()
        fill(place, size, first.order.id)
        for _ in range(19):
            self.order()

    def order(self) -> Done:
        """One more."""
        self.number += 1
        return place_and_pay(self.shop, f"grown-{self.number - 1}")


def reads(grown: Grown) -> dict[str, Callable[[], object]]:
    """What is asked most often."""
    middle, shop = f"bulk-{grown.size // 2}", grown.shop
    return {
        "find an order": lambda: shop.find_order(middle),
        "a buyer's orders": lambda: shop.list_orders(buyer="u-7", limit=10),
        "orders to ship": lambda: shop.list_orders(label="to-ship", limit=10),
        "clocks that are due": lambda: grown.store.due(now() - timedelta(days=1), 100),
        "claim for the outbox": lambda: grown.store.claim(now(), now(), 1),
    }


def timed(work: Callable[[], object], count: int) -> float:
    """Seconds per call by the clock on the wall: a server's work counts."""
    start = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - start) / count


def flat(make: Callable[[], Place], sizes: tuple[int, int], table: Table, orders: int) -> None:
    """Compares a small and a large table of orders, in turn."""
    places = [make() for _ in sizes]
    try:
        both = [Grown(place, size, orders * ROUNDS) for place, size in zip(places, sizes, strict=True)]
        works = [{"place and pay": grown.order, **reads(grown)} for grown in both]
        for name in works[0]:
            is_read = name != "place and pay"
            count = max(orders, int(LEAST / timed(works[0][name], orders))) if is_read else orders
            samples: list[list[float]] = [[], []]
            for _ in range(ROUNDS):
                for n in (0, 1):
                    samples[n].append(timed(works[n][name], count))
            small, large = (statistics.median(sample) for sample in samples)
            what = f"{both[0].place.name}: {name}, {small * 1e3:.2f} ms -> {large * 1e3:.2f} ms"
            table.row(f"{what}, {sizes[0]:,} -> {sizes[1]:,} orders", large / small, AIM)
    finally:
        for place in places:
            place.drop()


def plans(make: Callable[[], Place], size: int) -> None:
    """Prints how the database carries out what the ports ask for."""
    place = make()
    try:
        grown = Grown(place, size, 2)
        statements = seen(grown)
        print(f"\n== {grown.place.name}, {size:,} orders")
        for statement, values in statements.items():
            print(f"\n{statement}")
            for line in explained(grown, statement, values):
                print(f"    {line}")
    finally:
        place.drop()


def seen(grown: Grown) -> dict[str, Any]:
    """Statement to some values, for what the ports ask for."""
    found: dict[str, Any] = {}
    place = grown.place
    if isinstance(place, Sqlite):
        store: Any = grown.store
        connection = store._database._own().connection
        connection.set_trace_callback(lambda text: found.setdefault(text, None))
        _ask(grown)
        connection.set_trace_callback(None)
    else:
        store = grown.store
        engine = store._database._reading

        def note(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
            found.setdefault(statement, values)

        event.listen(engine, "before_cursor_execute", note)
        event.listen(store._database._writing, "before_cursor_execute", note)
        _ask(grown)
    return {text: values for text, values in found.items() if text.startswith(("SELECT", "UPDATE", "DELETE"))}


def _ask(grown: Grown) -> None:
    grown.order()
    for read in reads(grown).values():
        read()
    store = grown.store
    store.find_receipt(ReceiptKey("main", "buyer:u1", "place_order", "k"), now())
    store.history("order", f"bulk-{grown.size // 2}")
    store.stock([StockKey("TEA-00")], now())
    store.list_records("order", shop="main", label="to-ship", limit=10)


def explained(grown: Grown, statement: str, values: Any) -> list[str]:
    """The plan."""
    if isinstance(grown.place, Postgres):
        with grown.place.engine().connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values).fetchall()
            return [row[0] for row in rows if "Filter" not in row[0]]
    return [row[3] for row in grown.connected.rows(f"EXPLAIN QUERY PLAN {statement}", {})]
