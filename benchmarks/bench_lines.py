"""Each line counts for one rule: the search against CP-SAT of ``ortools`` on the same instances, and the same answers.

``python benchmarks/bench_lines.py [--quick]``; needs ``pip install -e '.[bench]'``, and says so if ortools is missing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import workload
from benchmarks.timing import Table


def ours(instance: dict[str, Any]) -> tuple[float, int]:
    """Seconds and fen saved; all that ``quote`` does is in it."""
    engine, cart = workload.search_engine(instance, "per-line"), workload.cart(instance["cart"])
    start = time.process_time()
    quote = engine.quote(cart, at=workload.NOW)
    seconds = time.process_time() - start
    if not quote.optimality.proven:
        raise SystemExit("not proven")
    return seconds, quote.discount_total


def theirs(instance: dict[str, Any]) -> tuple[float, int]:
    """Seconds and fen saved, with one worker or two, whichever is quicker.

    The time is that of this process, halved for two workers, as if both cores did nothing else.
    """
    from benchmarks import peers_cpsat

    found = []
    for workers in (1, 2):
        model = peers_cpsat.model(instance)
        start = time.process_time()
        saved = peers_cpsat.solve(model, workers)
        found.append(((time.process_time() - start) / workers, saved))
    return min(found)


def compare(table: Table, name: str, count: int, limit: int) -> None:
    """One file of instances: the median of the ratios, the worst one, and that of all instances together."""
    mine, peer = [], []
    for number, instance in enumerate(workload.load(name)["instances"][:limit]):
        (fast, saved), (slow, expected) = ours(instance), theirs(instance)
        if saved != expected:
            raise SystemExit(f"{name}[{number}]: saved {saved}, CP-SAT {expected}")
        mine.append(fast)
        peer.append(slow)
    ratios = [slow / fast for fast, slow in zip(mine, peer, strict=True)]
    label = f"W3 best of {count}, per line"
    table.row(f"{label}: median of {len(mine)} instances", statistics.median(ratios), 1)
    table.row(f"{label}: all instances together", sum(peer) / sum(mine), 1)
    table.row(f"{label}: the worst instance", min(ratios), None)
    table.row(f"{label}: slowest of theirs / slowest of ours", max(peer) / max(mine), None)


def main() -> int:
    """Prints how many times as long CP-SAT takes; the exit status tells whether an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer instances")
    quick = parser.parse_args().quick
    if not find_spec("ortools"):
        print("CP-SAT: not installed, skipped (pip install -e '.[bench]')")
        return 0
    table = Table("CP-SAT / minishop", at_least=True)
    for name, count in (("w3", 12), ("w3_16", 16), ("w3_24", 24), ("w3_40", 40)):
        compare(table, name, count, 6 if quick else 1000)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
