"""The benchmarks compare equal things: every workload gives the known prices, by engine and by hand."""

from fractions import Fraction
from itertools import combinations

import pytest
from benchmarks import floors, workload

from tests.oracle.sharing import half_up, share


@pytest.mark.parametrize("name", ["w1", "w2", "w4_L20_P20", "w4_L20_P200", "w4_L20_P2000", "w4_L500_P20"])
def test_engine_and_floor_give_the_known_prices(name):
    raw = workload.load(name)
    engine, points = workload.engine_for(raw["promotions"])
    compiled = floors.compile_promotions([one for one in raw["promotions"] if one["kind"] != "points"])
    by_hand = [floors.run_w1(one) if name == "w1" else floors.run_compiled(compiled, one) for one in raw["carts"]]
    quotes = [engine.quote(workload.cart(one), at=workload.NOW, points=points) for one in raw["carts"]]
    assert [quote.payable for quote in quotes] == workload.expected(name)
    assert [one["payable"] for one in by_hand] == workload.expected(name)
    assert [[line.payable for line in quote.lines] for quote in quotes] == [one["lines"] for one in by_hand]


def in_scope(scope, line):
    return scope["type"] == "all" or line[scope["type"]] in scope["values"]


def cut_of(candidate, base):
    if base < candidate["threshold"]:
        return 0
    if candidate["kind"] == "coupon":
        return min(candidate["off"], base)
    return min(half_up(Fraction(base * candidate["percent_off"], 100)), candidate.get("cap") or base)


def priced(instance, chosen, basis):
    """What a set of candidates costs, each on what is left (progressive) or on the whole (parallel)."""
    lines = instance["cart"]["lines"]
    whole = [line["price"] * line["qty"] for line in lines]
    left = whole[:]
    for candidate in chosen:
        seen = left if basis == "progressive" else whole
        places = [i for i, line in enumerate(lines) if in_scope(candidate["scope"], line)]
        weights = [seen[i] for i in places]
        parts = share(cut_of(candidate, sum(weights)), weights, weights, "largest-remainder")
        for i, part in zip(places, parts, strict=True):
            left[i] -= min(part, left[i])
    return sum(left)


@pytest.mark.oracle
@pytest.mark.parametrize("basis", ["progressive", "parallel"])
@pytest.mark.parametrize("which", range(0, 32, 4))
def test_the_best_of_twelve_is_the_best_of_all_subsets(which, basis):
    instance = workload.load("w3")["instances"][which]
    pairs = [set(pair) for pair in instance["exclusive_pairs"]]
    candidates = instance["candidates"]
    least = min(
        priced(instance, chosen, basis)
        for size in range(len({one["group"] for one in candidates}) + 1)
        for chosen in combinations(candidates, size)
        if len({one["group"] for one in chosen}) == size
        and not any(pair <= {one["id"] for one in chosen} for pair in pairs)
    )
    quote = workload.search_engine(instance, basis).quote(workload.cart(instance["cart"]), at=workload.NOW)
    assert quote.optimality.proven
    assert quote.payable == least
