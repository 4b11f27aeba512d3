"""``engine.quote_many``: two processes against one, and whether memory grows with the number of carts.

``python benchmarks/bench_batch.py [--quick] [--carts N]``; ``--carts 1000000`` is the million of the promise.
Two processes need two idle cores: by the clock the best run of either is compared. Beside it stands what the processes
worked in all, which other programs on the machine do not change much.
"""

from __future__ import annotations

import argparse
import json
import operator
import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import workload
from benchmarks.timing import Table
from minishop import Engine

RULES = workload.load("w1")["promotions"]
LINES = [line for cart in workload.load("w1")["carts"] for line in cart["lines"]]


def carts(count: int) -> Iterator[str]:
    """Small carts, one to four lines, as the JSON text in which a queue or a file would have them."""
    for number in range(count):
        lines = [LINES[(number * 7 + place * 13) % len(LINES)] for place in range(1 + number % 4)]
        rows = [
            {
                "id": str(place),
                "sku": line["sku"],
                "quantity": line["qty"],
                "unit_price": f"{line['price'] // 100}.{line['price'] % 100:02}",
                "category": [line["category"]],
            }
            for place, line in enumerate(lines)
        ]
        yield json.dumps({"at": "2026-06-02T12:00:00+08:00", "lines": rows})


def cpu() -> float:
    """Seconds that this process and its ended children have worked."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def run(engine: Engine, texts: Iterator[str], workers: int) -> tuple[float, float, int]:
    """Seconds by the clock, seconds of work of all processes, and what all carts cost."""
    told: list[int] = []
    worked, start = cpu(), time.perf_counter()
    prices = engine.quote_many(texts, read=operator.attrgetter("payable"), workers=workers, progress=told.append)
    count, total = 0, 0
    for price in prices:
        count += 1
        total += price or 0
    if told[-1] != count:
        raise SystemExit("progress is not what was done")
    return time.perf_counter() - start, cpu() - worked, total


def mebibytes() -> int:
    """The most memory that this process or a worker has had. Linux counts in KiB, macOS in bytes."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most >> (20 if sys.platform == "darwin" else 10)


def main() -> int:
    """Prints the table; the exit status tells whether an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer carts and runs, rougher figures")
    parser.add_argument("--carts", type=int, help="how many carts a run has")
    options = parser.parse_args()
    count = options.carts or (4_000 if options.quick else 40_000)
    engine, _ = workload.engine_for(RULES)
    texts = list(carts(min(count, 40_000)))
    ones, twos, work = [], [], []
    for _ in range(2 if options.quick else 5):
        one, one_work, total = run(engine, iter(texts), 1)
        two, two_work, again = run(engine, iter(texts), 2)
        if total != again:
            raise SystemExit("two processes give other prices than one")
        ones.append(one)
        twos.append(two)
        work.append(2 * one_work / two_work)
        print(f"{len(texts) / one_work:,.0f} carts per second of work; two processes {one / two:.2f}x", flush=True)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; workers left over: {len(active_children())}")
    del texts
    table = Table(at_least=True)
    table.row("two processes / one, carts per second by the clock, best runs", min(ones) / min(twos), 1.8)
    table.row("the same by their work: as on two cores with nothing else to do", statistics.median(work), 1.8)
    run(engine, carts(count // 10), 2)
    before = mebibytes()
    run(engine, carts(count), 2)
    flat = Table("growth")
    flat.row(f"memory at its most, {count:,} carts / {count // 10:,}", mebibytes() / before, 1.05)
    return 1 if table.missed or flat.missed else 0


if __name__ == "__main__":
    sys.exit(main())
