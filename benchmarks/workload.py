"""The workloads as typed rules and carts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minishop import Cart, CartLine, Engine, Quote
from minishop.promotions import Group, PointsPolicy, Policy, Rule, Scope, Threshold
from minishop.promotions.benefits import AmountOff, PercentOff, Step, Tiers
from minishop.quotes import PointsRequest

HERE = Path(__file__).parent / "workloads"
NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)


def load(name: str) -> dict[str, Any]:
    """A workload as it stands in its file."""
    workload: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return workload


def expected(name: str) -> list[int]:
    """The payable of each cart of a workload, fen."""
    payables: list[int] = json.loads((HERE / f"{name}.expected").read_text(encoding="utf-8"))
    return payables


def scope(raw: dict[str, Any]) -> Scope:
    """A scope of a workload."""
    if raw["type"] == "category":
        return Scope(category=raw["values"])
    return Scope(sku=raw["values"]) if raw["type"] == "sku" else Scope()


def cart(raw: dict[str, Any]) -> Cart:
    """A cart of a workload; ids keep the order of its lines."""
    return Cart(
        [
            CartLine(
                id=f"{place:03}",
                sku=line["sku"],
                category=(line["category"],),
                unit_price=line["price"],
                quantity=line["qty"],
            )
            for place, line in enumerate(raw["lines"])
        ]
    )


def engine_for(promotions: list[dict[str, Any]]) -> tuple[Engine, PointsRequest | None]:
    """Workloads 1, 2 and 4: fixed order by descending priorities; and the points to use."""
    rules: list[Rule] = []
    policy = request = None
    for place, raw in enumerate(promotions):
        common: dict[str, Any] = {
            "id": raw["id"],
            "priority": len(promotions) - place,
            "layer": "item" if raw["kind"] == "item_percent" else "order",
        }
        if raw["kind"] == "points":
            policy = PointsPolicy(value=raw["fen_per_point"], max_share=raw["max_ratio_percent"] * 100)
            request = PointsRequest(raw["points"], "max")
            continue
        common["scope"] = scope(raw["scope"])
        if raw["kind"] == "item_percent":
            rules.append(Rule(**common, benefit=PercentOff(raw["percent_off"] * 100)))
        elif raw["kind"] == "ladder":
            steps = [Step(amount=step["threshold"], off=step["off"]) for step in raw["steps"]]
            rules.append(Rule(**common, benefit=Tiers(steps)))
        else:
            rules.append(Rule(**common, threshold=Threshold(amount=raw["threshold"]), benefit=AmountOff(raw["off"])))
    return Engine(rules, policy=Policy(choice="priority"), points=policy), request


def search_engine(instance: dict[str, Any], basis: str, nodes: int = 1_000_000) -> Engine:
    """Workload 3: the best of its candidates, one per group, exclusive pairs; ``per-line``: each line counts once."""
    excludes: dict[str, list[str]] = {}
    for one, other in instance["exclusive_pairs"]:
        excludes.setdefault(one, []).append(other)
    candidates = instance["candidates"]
    per_line = basis == "per-line"
    if per_line:
        # A rule is in one group only, and that shares out the lines: "one per group" is said by excludes.
        for raw in candidates:
            rivals = [other["id"] for other in candidates if other["group"] == raw["group"] and other is not raw]
            excludes.setdefault(raw["id"], []).extend(
                name for name in rivals if name not in excludes.get(raw["id"], ())
            )
    rules = [
        Rule(
            id=raw["id"],
            layer="order",
            priority=len(candidates) - place,
            group="lines" if per_line else raw["group"],
            excludes=excludes.get(raw["id"], ()),
            scope=scope(raw["scope"]),
            threshold=Threshold(amount=raw["threshold"]),
            benefit=AmountOff(raw["off"])
            if raw["kind"] == "coupon"
            else PercentOff(raw["percent_off"] * 100, cap=raw.get("cap")),
        )
        for place, raw in enumerate(candidates)
    ]
    groups = [Group(id=name, pick=1) for name in sorted({raw["group"] for raw in candidates})]
    if per_line:
        groups = [Group(id="lines", per="line")]
    policy = Policy(basis="parallel" if basis == "parallel" else "progressive", search_nodes=nodes)
    return Engine(rules, groups=groups, policy=policy)


def read(quote: Quote) -> int:
    """Reads what an order needs of a quote: the payable, and the amount of every adjustment of every line."""
    total = quote.payable or 0
    for line in quote.lines:
        for adjustment in line.adjustments:
            total += adjustment.amount
    return total
