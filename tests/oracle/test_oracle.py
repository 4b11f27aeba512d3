"""The engine against the oracle, over random documents.

``MINISHOP_ORACLE_SEED`` moves the whole run to other documents: a number, 0 unless set.
"""

import os
from collections import Counter

import pytest

from minishop import Engine
from minishop.quotes.documents import read_request
from tests.oracle.generate import KINDS, line_scenario, scenario
from tests.oracle.oracle import oracle_quote

FIRST = int(os.environ.get("MINISHOP_ORACLE_SEED", "0"))
CHUNK, CHUNKS, LATER = 1_000, 20, 100


def engine_quote(rules, cart):
    return Engine.from_document(rules).quote_request(read_request(cart)).to_dict(hints=False)


def agree(seed, rules, cart):
    got = {"undeliverable": [], **engine_quote(rules, cart)}
    want = oracle_quote(rules, cart)
    differing = {key: (got[key], want[key]) for key in want if got[key] != want[key]}
    assert not differing, f"seed {seed}: (engine, oracle) = {differing}"
    assert got["optimality"]["proven"], f"seed {seed}"


@pytest.mark.oracle
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_engine_answers_as_the_oracle(chunk):
    for seed in range(FIRST + chunk * CHUNK, FIRST + (chunk + 1) * CHUNK):
        agree(seed, *scenario(seed))


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS, LATER))
def test_the_engine_answers_as_the_oracle_later_on(chunk):
    for seed in range(FIRST + chunk * CHUNK, FIRST + (chunk + 1) * CHUNK):
        agree(seed, *scenario(seed))


@pytest.mark.oracle
@pytest.mark.parametrize("chunk", range(10))
def test_lines_are_shared_out_as_the_oracle_does(chunk):
    for seed in range(FIRST + chunk * 150, FIRST + (chunk + 1) * 150):
        agree(seed, *line_scenario(seed))


@pytest.mark.oracle
def test_the_documents_reach_every_kind_of_rule():
    # A comparison over carts on which nothing applies would agree about nothing.
    seen = Counter()
    for seed in range(4_000):
        rules, cart = scenario(seed)
        named = {rule["id"]: rule for rule in rules["rule"]}
        basis = rules["policy"]["basis"]
        per_line = {group["id"] for group in rules["group"] if group.get("per") == "line"}
        for entry in oracle_quote(rules, cart)["applied"]:
            rule = named.get(entry["rule"])
            if rule:
                seen[basis, rule["layer"], rule["benefit"]["kind"]] += 1
                seen[basis, "per line", rule.get("group") in per_line] += 1
                seen[basis, "measure", next(iter(rule.get("threshold") or {"none": 0}))] += 1
    wanted = {(basis, layer, kind) for basis in ("progressive", "parallel") for layer in KINDS for kind in KINDS[layer]}
    wanted |= {(basis, "per line", True) for basis in ("progressive", "parallel")}
    wanted |= {
        (basis, "measure", measure)
        for basis in ("progressive", "parallel")
        for measure in ("amount", "quantity", "distinct")
    }
    silent = {("gift",), ("points-multiplier",)}
    missing = {key for key in wanted if seen[key] < 3 and (key[2],) not in silent}
    assert not missing


# -- the oracle itself, by hand --------------------------------------------------------------------------------------


def priced(rules, lines, **cart):
    document = {"at": "2026-06-02T12:00:00+08:00", "lines": lines, **cart}
    return oracle_quote({"format": 1, **rules}, document)


def line(name, price, quantity=1, **keys):
    return {"id": name, "sku": f"S{name}", "quantity": quantity, "unit_price": price, **keys}


def cut(name, layer, amount, threshold=None, **keys):
    rule = {"id": name, "layer": layer, "benefit": {"kind": "amount-off", "amount": amount}, **keys}
    return rule | ({"threshold": {"amount": threshold}} if threshold else {})


@pytest.mark.parametrize("basis, payable", [("parallel", 6000), ("progressive", 8000)])
def test_two_hundreds_meet_one_hundred(basis, payable):
    # The second rule sees 80.00 in a progressive shop, 100.00 in a parallel one.
    rules = {
        "policy": {"basis": basis},
        "rule": [cut("shop", "order", "20.00", "100.00"), cut("platform", "order", "20.00", "100.00")],
    }
    assert priced(rules, [line("1", "100.00")])["payable"] == payable


def test_the_clamp_moves_nothing_to_other_lines():
    rules = {
        "policy": {"basis": "parallel"},
        "rule": [
            cut("a", "order", "100.00", "150.00", scope={"sku": ["SA"]}),
            cut("b", "shop-coupon", "30.00", "150.00", scope={"sku": ["SA"]}),
            cut("c", "platform-coupon", "30.00", "200.00"),
        ],
    }
    coupons = [{"id": "cb", "rule": "b"}, {"id": "cc", "rule": "c"}]
    quote = priced(rules, [line("A", "150.00"), line("B", "50.00")], coupons=coupons)
    assert quote["payable"] == 4250
    assert [entry["unused"] for entry in quote["applied"]] == [0, 0, 250]


def test_best_beats_greedy():
    rules = {
        "group": [{"id": "shop", "pick": 1}],
        "rule": [
            cut("50", "shop-coupon", "50.00", "300.00", group="shop"),
            cut("40", "shop-coupon", "40.00", "200.00", group="shop"),
            cut("30", "platform-coupon", "30.00", "260.00"),
        ],
    }
    coupons = [{"id": f"c{name}", "rule": name} for name in ("50", "40", "30")]
    quote = priced(rules, [line("1", "300.00")], coupons=coupons)
    assert quote["payable"] == 23000
    assert [entry["coupon"] for entry in quote["applied"]] == ["c40", "c30"]
