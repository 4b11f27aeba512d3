"""Orders per second through placing and paying, beside a script by hand that leaves the same rows.

``python benchmarks/bench_checkout.py [--quick] [--long] [--plans] [--orders N] [--on DATABASE]``. The script is
``checkout_by_hand.py``: the same driver, transactions, isolation, durability and statements. ``--plans`` only prints
the query plans; ``--long`` grows the table of orders to a million. Without a PostgreSQL server
(``MINISHOP_TEST_POSTGRES_URL``) only sqlite is measured.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy.exc import SQLAlchemyError

from benchmarks import checkout_growth as growth
from benchmarks.checkout_by_hand import ByHand, Sample
from benchmarks.checkout_parts import (
    ADDRESS,
    KINDS,
    TOTAL,
    Gateway,
    Place,
    Postgres,
    Sqlite,
    lines_of,
    make_shop,
    now,
    owned,
    place_and_pay,
    seed_carts,
)
from benchmarks.timing import Table
from minishop.adapters.memory import MemoryStore
from minishop.checkout import Done
from minishop.inventory import StockKey
from minishop.storage import Store

ROUNDS = 5
CLIENTS = (1, 4, 16)
WARM = 5
AIM = 0.6

Work = Callable[[int], object]


# -- the two sides ----------------------------------------------------------------------------------------------------


def by_library(store: Store, prefix: str, clock: Callable[[], datetime] = now) -> Work:
    """An order through the shop."""
    shop = make_shop(store, clock)
    return lambda number: place_and_pay(shop, f"{prefix}-{number}", clock)


def by_hand(place: Place, prefix: str, samples: dict[str, Sample], clock: Callable[[], datetime] = now) -> Work:
    """An order through the script."""
    hand = ByHand(place.connect(), samples, Gateway(), clock)

    def work(number: int) -> None:
        name = f"{prefix}-{number}"
        hand.pay(hand.place(name, f"u-{name}", f"k-{name}"))

    return work


def make_samples() -> dict[str, Sample]:
    """What the library makes of each kind of cart, as the script's ready-made quotes."""
    store = MemoryStore()
    shop = make_shop(store)
    shop.receive_stock({StockKey(sku): KINDS for kind in range(KINDS) for sku in skus(kind)}, key="opening")
    found: dict[str, Sample] = {}
    for kind in range(KINDS):
        lines = lines_of(kind)
        placed = shop.place_order(buyer="u", key=f"k{kind}", lines=lines, expected_total=TOTAL, address=ADDRESS)
        assert isinstance(placed, Done), placed
        stored = store.load("order", placed.order.id)
        assert stored is not None
        data = json.loads(stored.document)
        data["attempts"][0] |= {"state": "created", "parameters": ""}
        found[f"TEA-{kind:02}"] = data
    return found


def skus(kind: int) -> tuple[str, str]:
    """The goods of a kind of cart."""
    return f"TEA-{kind:02}", f"CUP-{kind:02}"


# -- the same rows, by as many statements -----------------------------------------------------------------------------


class Counted:
    """Statements of one sqlite connection."""

    def __init__(self, connection: Any) -> None:
        self.statements: list[str] = []
        connection.set_trace_callback(self.statements.append)

    def take(self) -> str:
        """How many there were since the last time."""
        seen, self.statements[:] = self.statements[:], []
        begun = [text for text in seen if text.startswith("BEGIN IMMEDIATE")]
        work = [text for text in seen if not text.startswith(("BEGIN", "COMMIT"))]
        reads = [text for text in work if text.startswith("SELECT")]
        return f"{len(begun)} transactions that write, {len(work) - len(reads)} writes, {len(reads)} reads"


def compare(samples: dict[str, Sample], orders: int = KINDS) -> None:
    """Some orders by either side; raises unless they leave the same rows, and prints what it took."""
    at = datetime(2026, 6, 1, 4, tzinfo=UTC)
    places = [Sqlite(lambda: at), Sqlite(lambda: at)]
    try:
        for place in places:
            seed_carts(place.connect(), "same", range(orders))
        store: Any = places[0].store()
        hand = ByHand(places[1].connect(), samples, Gateway(), lambda: at)
        counted = [Counted(store._database._own().connection), Counted(hand.connected.connection)]  # type: ignore[attr-defined]
        library = by_library(store, "same", lambda: at)
        for number in range(orders):
            library(number)
            name = f"same-{number}"
            hand.pay(hand.place(name, f"u-{name}", f"k-{name}"))
            if number == 0:
                for side, seen in zip(("minishop", "by hand"), counted, strict=True):
                    print(f"{side}: {seen.take()}")
        kept = [list(rows_of(place)) for place in places]
        if kept[0] != kept[1]:
            different = next(pair for pair in zip(*kept, strict=False) if pair[0] != pair[1])
            raise SystemExit(f"the two sides leave different rows:\n{different[0]}\n{different[1]}")
        print(f"the same {len(kept[0])} rows on both sides")
    finally:
        for place in places:
            place.drop()


def rows_of(place: Sqlite) -> Iterator[tuple[object, ...]]:
    """All rows, without the hash of what was asked for, which either side makes its own way."""
    connected = place.connect()
    tables = [row[0] for row in connected.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1", {})]
    for table in tables:
        columns = [row[1] for row in connected.rows(f"PRAGMA table_info({table})", {}) if row[1] != "fingerprint"]
        rows = connected.rows(f"SELECT {', '.join(columns)} FROM {table}", {})
        yield from sorted(((table, *row) for row in rows), key=repr)


# -- orders per second ------------------------------------------------------------------------------------------------


def client(
    place: Place, side: str, prefix: str, count: int, samples: dict[str, Sample], barrier: Any, done: Any
) -> None:
    """One process: fills its carts, warms up, waits for the others, works."""
    seed_carts(place.connect(), prefix, range(count + WARM))
    work = by_hand(place, prefix, samples) if side == "by hand" else by_library(place.store(), prefix)
    for number in range(WARM):
        work(number)
    barrier.wait()
    start = time.perf_counter()
    for number in range(WARM, WARM + count):
        work(number)
    done.put((start, time.perf_counter()))


def orders_per_second(
    place: Place, side: str, prefix: str, clients: int, total: int, samples: dict[str, Sample]
) -> float:
    """All clients together."""
    context = multiprocessing.get_context("fork")
    barrier, done = context.Barrier(clients), context.Queue()
    count = max(1, total // clients)
    started = [
        context.Process(target=client, args=(place, side, f"{prefix}-{n}", count, samples, barrier, done))
        for n in range(clients)
    ]
    for process in started:
        process.start()
    spans = [done.get(timeout=300) for _ in started]
    for process in started:
        process.join()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    return float(count * clients / (last - first))


def throughput(place: Place, table: Table, rounds: int, total: int, samples: dict[str, Sample]) -> None:
    """One row for each number of clients, the sides in turn."""
    for clients in CLIENTS:
        seen: dict[str, list[float]] = {"by hand": [], "minishop": []}
        for number in range(rounds):
            for side in sorted(seen, reverse=number % 2 == 1):
                prefix = f"{side[0]}{clients}-{number}"
                seen[side].append(orders_per_second(place, side, prefix, clients, total, samples))
        hand, own = statistics.median(seen["by hand"]), statistics.median(seen["minishop"])
        what = f"{place.name}, {clients} client{'s' if clients > 1 else ''}: {own:.0f}/s of {hand:.0f}/s by hand"
        table.row(what, own / hand, AIM if place.name == "PostgreSQL" else None)


# -- all of it --------------------------------------------------------------------------------------------------------


def databases() -> list[type[Sqlite] | type[Postgres]]:
    """Those that can be had here."""
    try:
        Postgres().drop()
    except SQLAlchemyError as error:
        if os.environ.get("CI") == "true":
            raise
        print(f"without PostgreSQL: {str(error).splitlines()[0]}")
        return [Sqlite]
    return [Sqlite, Postgres]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--orders", type=int, default=320, help="orders of one run, of all clients together")
    parser.add_argument("--long", action="store_true", help="a table of 10^6 orders as well")
    parser.add_argument("--on", choices=["sqlite", "PostgreSQL"], help="only this database")
    parser.add_argument("--plans", action="store_true", help="print the query plans, measure nothing")
    asked = parser.parse_args()
    makes = [make for make in databases() if asked.on in (None, make.name)]
    if asked.plans:
        for make in makes:
            growth.plans(make, 1_000 if asked.quick else 20_000)
        return 0
    samples = make_samples()
    compare(samples)
    table = Table("by library/hand", at_least=True)
    for make in makes:
        with owned(make()) as place:
            throughput(place, table, 1 if asked.quick else ROUNDS, 32 if asked.quick else asked.orders, samples)
    large = 2_000 if asked.quick else 1_000_000 if asked.long else 100_000
    flat = Table("cost when large")
    for make in makes:
        growth.flat(make, (1_000, large), flat, 4 if asked.quick else 30)
    return 0 if asked.quick else min(1, table.missed + flat.missed)


if __name__ == "__main__":
    sys.exit(main())
