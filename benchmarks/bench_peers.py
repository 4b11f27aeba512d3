"""What one would pick instead, in the same run: django-oscar's applicator, and a rule engine with own arithmetic.

``python benchmarks/bench_peers.py [--quick]``; needs ``pip install -e '.[bench]'``, and says so if a peer is missing.
"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import workload
from benchmarks.timing import Table, Work, medians


def rule_engine_works(raw: dict[str, Any]) -> list[Work]:
    """Scopes and thresholds as expressions of the package rule-engine, money by hand."""
    import rule_engine

    def scope_text(scope: dict[str, Any]) -> str:
        if scope["type"] == "all":
            return "true"
        values = ", ".join(f'"{value}"' for value in scope["values"])
        return f"{scope['type']} in [{values}]"

    promotions = []
    for promotion in raw["promotions"]:
        steps = promotion.get("steps") or [promotion]
        promotions.append(
            (
                promotion,
                rule_engine.Rule(scope_text(promotion["scope"])),
                [(rule_engine.Rule(f"base >= {step.get('threshold', 0)}"), step.get("off", 0)) for step in steps],
            )
        )

    def price(cart: dict[str, Any]) -> tuple[int, list[tuple[str, int, int]]]:
        lines = cart["lines"]
        left = [line["price"] * line["qty"] for line in lines]
        shares: list[tuple[str, int, int]] = []
        for promotion, scope, steps in promotions:
            places = [place for place, line in enumerate(lines) if scope.matches(line)]
            cuts = _cuts(promotion, steps, [left[place] for place in places])
            for place, cut in zip(places, cuts, strict=False):
                if cut:
                    left[place] -= cut
                    shares.append((promotion["id"], place, cut))
        return sum(left), shares

    return [lambda cart=cart: price(cart) for cart in raw["carts"]]  # type: ignore[misc]


def _cuts(promotion: dict[str, Any], steps: list[tuple[Any, int]], amounts: list[int]) -> list[int]:
    if promotion["kind"] == "item_percent":
        return [(amount * promotion["percent_off"] + 50) // 100 for amount in amounts]
    base = sum(amounts)
    if promotion["kind"] == "points":
        off = min(promotion["points"] * promotion["fen_per_point"], base * promotion["max_ratio_percent"] // 100)
    else:
        off = max((value for rule, value in steps if rule.matches({"base": base})), default=0)
    off = min(off, base)
    if not off:
        return []
    cuts = [off * amount // base for amount in amounts]
    rests = [off * amount % base for amount in amounts]
    for place in sorted(range(len(amounts)), key=rests.__getitem__, reverse=True)[: off - sum(cuts)]:
        cuts[place] += 1
    return cuts


def ratio(raw: dict[str, Any], works: list[Work], rounds: int, least: float) -> float:
    """How many times as long the peer takes for a workload's carts."""
    engine, points = workload.engine_for(raw["promotions"])
    carts = [workload.cart(one) for one in raw["carts"]]
    theirs, ours = medians(
        [
            lambda: [work() for work in works],
            lambda: [workload.read(engine.quote(one, at=workload.NOW, points=points)) for one in carts],
        ],
        rounds,
        least,
    )
    return theirs / ours


def rule_engine(table: Table, raw: dict[str, Any], rounds: int, least: float) -> None:
    """The row of rule-engine."""
    table.row(f"{raw['name']}, rule-engine and own arithmetic", ratio(raw, rule_engine_works(raw), rounds, least), 1)


def oscar(table: Table, raws: list[dict[str, Any]], rounds: int) -> None:
    """The rows of django-oscar: first as it ships, then with what it asks the database for kept in memory."""
    from benchmarks import peers_oscar

    peers_oscar.prepare()
    ready = [(raw, peers_oscar.Shop(raw)) for raw in raws]
    shipped = []
    for (raw, shop), aim in zip(ready, (25, 100), strict=True):
        shipped.append([work() for work in shop.works()])
        label = f"{raw['name']}, django-oscar's applicator"
        table.row(f"{label}, its database in memory", ratio(raw, shop.works(), rounds, 0), aim)
    for (raw, shop), before in zip(ready, shipped, strict=True):
        shop.remember()
        if [work() for work in shop.works()] != before:
            raise SystemExit(f"{raw['name']}: django-oscar with a memory gives other discounts")
        label = f"{raw['name']}, django-oscar's applicator"
        table.row(f"{label}, without its database", ratio(raw, shop.works(), 3 * rounds, 0.05), None)


def main() -> int:
    """Prints how many times as long each peer takes; the exit status tells whether an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    quick = parser.parse_args().quick
    raws = [workload.load(name) for name in ("w1", "w2")]
    table = Table("peer / minishop", at_least=True)
    if find_spec("rule_engine"):
        for raw in raws:
            few = {**raw, "carts": raw["carts"][:5]}
            rule_engine(table, few, 3 if quick else 31, 0.02)
    else:
        print("rule-engine: not installed, skipped (pip install -e '.[bench]')")
    if find_spec("oscar"):
        oscar(table, [{**raw, "carts": raw["carts"][:2]} for raw in raws], 1 if quick else 5)
    else:
        print("django-oscar: not installed, skipped (pip install -e '.[bench]')")
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
