"""Pricing against hand-written code, as ratios of medians within one run.

``python benchmarks/bench_pricing.py [--quick]``
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import floors, workload
from benchmarks.timing import Table, medians
from minishop import Cart, CartLine, Engine
from minishop.promotions import Policy, Rule, Scope
from minishop.promotions.benefits import PercentOff

#: Label, aim of the complete quote, aim of the payable alone; as ratios to the floor.
FIXED: dict[str, tuple[str, float | None, float | None]] = {
    "w1": ("W1, 10 lines x 4 rules", 2.5, 1.5),
    "w2": ("W2, 50 lines x 100 rules", 2, None),
    "w4_L20_P20": ("W4, 20 lines x 20 rules", None, None),
    "w4_L20_P200": ("W4, 20 lines x 200 rules", None, None),
    "w4_L20_P2000": ("W4, 20 lines x 2000 rules", None, None),
    "w4_L500_P20": ("W4, 500 lines x 20 rules", None, None),
}
#: Instances of workload 3: how many candidates, and the aim for the progressive preset, as a ratio to the W1 floor.
SEARCHED: dict[str, tuple[int, float | None]] = {
    "w3": (12, None),
    "w3_16": (16, None),
    "w3_24": (24, 150),
    "w3_40": (40, 5000),
}


def fixed_order(table: Table, name: str, rounds: int, least: float) -> None:
    """Workloads 1, 2 and 4."""
    label, aim, aim_of_payable = FIXED[name]
    raw = workload.load(name)
    engine, points = workload.engine_for(raw["promotions"])
    carts = [workload.cart(one) for one in raw["carts"]]
    compiled = floors.compile_promotions([one for one in raw["promotions"] if one["kind"] != "points"])

    def floor() -> list[dict[str, Any]]:
        if name == "w1":
            return [floors.run_w1(one) for one in raw["carts"]]
        return [floors.run_compiled(compiled, one) for one in raw["carts"]]

    by_hand = floor()
    quotes = [engine.quote(one, at=workload.NOW, points=points) for one in carts]
    if [quote.payable for quote in quotes] != workload.expected(name):
        raise SystemExit(f"{name}: wrong payable")
    if [[line.payable for line in quote.lines] for quote in quotes] != [one["lines"] for one in by_hand]:
        raise SystemExit(f"{name}: wrong lines")
    base, full, payable = medians(
        [
            floor,
            lambda: [workload.read(engine.quote(one, at=workload.NOW, points=points)) for one in carts],
            lambda: [engine.quote(one, at=workload.NOW, points=points).payable for one in carts],
        ],
        rounds,
        least,
    )
    table.row(f"{label}: complete quote / floor", full / base, aim)
    table.row(f"{label}: payable alone / floor", payable / base, aim_of_payable)


def search(table: Table, name: str, basis: str, rounds: int) -> None:
    """Workload 3: each instance beside the floor of W1, because the median instance and the worst one both matter."""
    count, aim = SEARCHED[name]
    floor_carts = workload.load("w1")["carts"]
    ratios, nodes = [], []
    for instance in workload.load(name)["instances"]:
        engine, cart = workload.search_engine(instance, basis), workload.cart(instance["cart"])
        quote = engine.quote(cart, at=workload.NOW)
        if not quote.optimality.proven:
            raise SystemExit(f"{name}: not proven")
        floor, searched = medians(
            [
                lambda: [floors.run_w1(one) for one in floor_carts],
                lambda engine=engine, cart=cart: engine.quote(cart, at=workload.NOW),  # type: ignore[misc]
            ],
            rounds,
            0.005,
        )
        ratios.append(searched / floor * len(floor_carts))
        nodes.append(quote.optimality.nodes)
    label = f"W3 best of {count}, {basis}"
    aim = aim if basis == "progressive" else None
    table.row(f"{label}: median / W1 floor", statistics.median(ratios), aim)
    worst = f"{label}: worst of {len(nodes)} (nodes {int(statistics.median(nodes))}, at most {max(nodes)})"
    table.row(worst, max(ratios), None)


def linear(table: Table, rounds: int, least: float) -> None:
    """What a line costs in carts of 500 lines, against carts of 20, with 20 rules."""
    works, lines = [], []
    for name in ("w4_L20_P20", "w4_L500_P20"):
        raw = workload.load(name)
        engine, _ = workload.engine_for(raw["promotions"])
        carts = [workload.cart(one) for one in raw["carts"]]
        lines.append(sum(len(cart.lines) for cart in carts))
        works.append(partial(_price_all, engine, carts))
    few, many = medians(list(works), rounds, least)
    table.row("500 lines / 20 lines, cost per line", many / lines[1] / (few / lines[0]), 1)


def _price_all(engine: Engine, carts: list[Cart]) -> list[int]:
    return [workload.read(engine.quote(one, at=workload.NOW)) for one in carts]


def out_of_scope(table: Table, rounds: int, least: float) -> None:
    """2,000 rules of which 20 touch the cart, against these 20 alone."""

    def engine(count: int) -> Engine:
        others = (Scope(category="elsewhere"), Scope(sku="none"), Scope(brand="other", category="nowhere"))
        rules = [
            Rule(
                id=f"r{number}",
                layer="order" if number % 2 else "item",
                priority=count - number,
                scope=Scope(sku=f"T{number}") if number < 20 else others[number % 3],
                benefit=PercentOff(300),
            )
            for number in range(count)
        ]
        return Engine(rules, policy=Policy(choice="priority"))

    few, many = engine(20), engine(2_000)
    cart = Cart(
        [
            CartLine(id=str(n), sku=f"T{n}", category=("C",), brand="b", unit_price=1999 + 37 * n, quantity=1 + n % 3)
            for n in range(20)
        ]
    )
    alone, among = medians(
        [
            lambda: workload.read(few.quote(cart, at=workload.NOW)),
            lambda: workload.read(many.quote(cart, at=workload.NOW)),
        ],
        rounds,
        least,
    )
    table.row("2,000 rules of which 20 touch / these 20 alone", among / alone, 1.5)


def main() -> int:
    """Prints the table; the exit status tells whether an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    quick = parser.parse_args().quick
    rounds, least = (5, 0.01) if quick else (61, 0.02)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    table = Table()
    for name in FIXED:
        fixed_order(table, name, rounds, least)
    linear(table, rounds, least)
    out_of_scope(table, rounds, least)
    for name in SEARCHED:
        for basis in ("progressive", "parallel"):
            search(table, name, basis, 1 if quick else 5)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
