"""Carts too large for trying everything, against a general solver of linear programs (HiGHS).

In the parallel preset every rule is computed on the item-stage amounts, apart from the others. So what each would take
off each line is a constant, and the best combination is a small mixed-integer program: minimise what the lines pay,
where a line pays at least its floor and at least its amount less the parts of the chosen rules.
"""

import random

import highspy
import pytest

from minishop import Engine
from minishop.quotes.documents import read_request
from tests.oracle.generate import NOW, yuan
from tests.oracle.reading import fen, rate
from tests.oracle.sharing import half_up, share

LINES, RULES, CARTS = 24, 18, 30


def cart_and_rules(seed):
    rand = random.Random(seed)
    categories = ["home", "food", "toys", "books"]
    lines = [
        {
            "id": str(number),
            "sku": f"S{number}",
            "quantity": rand.randint(1, 3),
            "unit_price": yuan(rand.randint(100, 20_000)),
            "category": [rand.choice(categories)],
            "floor": yuan(rand.choice((0, 0, 50))),
        }
        for number in range(LINES)
    ]
    rules = []
    for number in range(RULES):
        layer = rand.choice(("order", "shop-coupon", "platform-coupon"))
        benefit = rand.choice(
            (
                {"kind": "amount-off", "amount": yuan(rand.randint(500, 30_000))},
                {"kind": "percent-off", "percent": f"{rand.randint(5, 60)}%", "cap": yuan(rand.randint(1_000, 30_000))},
                {"kind": "percent-off", "percent": f"{rand.randint(5, 60)}%"},
            )
        )
        rules.append(
            {
                "id": f"r{number}",
                "layer": layer,
                "group": rand.choice(("g1", "g2", "g3")),
                "scope": {"category": rand.sample(categories, rand.randint(1, 3))},
                "threshold": {"amount": yuan(rand.randint(1_000, 150_000))},
                "benefit": benefit,
                "excludes": [f"r{rand.randrange(number)}"] if number and rand.random() < 0.4 else [],
            }
        )
    document = {
        "format": 1,
        "policy": {"basis": "parallel", "search_nodes": 2_000_000},
        "group": [{"id": "g1", "pick": 1}, {"id": "g2", "pick": 2}, {"id": "g3"}],
        "rule": rules,
    }
    coupons = [{"id": f"c{rule['id']}", "rule": rule["id"]} for rule in rules if rule["layer"].endswith("coupon")]
    return document, {"at": NOW, "lines": lines, "coupons": coupons}


def least_payable(document, cart):
    """The optimum, by mixed-integer programming, in fen."""
    lines = sorted(cart["lines"], key=lambda line: (len(line["id"]), line["id"]))
    amounts = [fen(line["unit_price"]) * line["quantity"] for line in lines]
    floors = [min(fen(line["floor"]), fen(line["unit_price"])) * line["quantity"] for line in lines]
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    pays = [solver.addVariable(lb=floor) for floor in floors]
    chosen, parts = {}, {}
    for rule in document["rule"]:
        places = [i for i, line in enumerate(lines) if set(line["category"]) & set(rule["scope"]["category"])]
        base = sum(amounts[i] for i in places)
        if not places or base < fen(rule["threshold"]["amount"]):
            continue
        benefit = rule["benefit"]
        if benefit["kind"] == "amount-off":
            cut = fen(benefit["amount"])
        else:
            cut = half_up(base * rate(benefit["percent"]))
            cut = min(cut, fen(benefit["cap"])) if "cap" in benefit else cut
        split = share(
            min(cut, base),
            [amounts[i] for i in places],
            [amounts[i] - floors[i] for i in places],
            "largest-remainder",
        )
        parts[rule["id"]] = dict(zip(places, split, strict=True))
        chosen[rule["id"]] = solver.addBinary()
    for i, amount in enumerate(amounts):
        cuts = [(parts[name][i], use) for name, use in chosen.items() if parts[name].get(i)]
        solver.addConstr(pays[i] + sum(part * use for part, use in cuts) >= amount)
    for group in document["group"]:
        members = [
            chosen[rule["id"]] for rule in document["rule"] if rule["group"] == group["id"] and rule["id"] in chosen
        ]
        if members and "pick" in group:
            solver.addConstr(sum(members) <= group["pick"])
    for rule in document["rule"]:
        for other in rule["excludes"]:
            if rule["id"] in chosen and other in chosen:
                solver.addConstr(chosen[rule["id"]] + chosen[other] <= 1)
    solver.minimize(sum(pays))
    return round(solver.getObjectiveValue())


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(CARTS))
def test_a_medium_cart_costs_what_the_solver_says(seed):
    document, cart = cart_and_rules(seed)
    quote = Engine.from_document(document).quote_request(read_request(cart))
    assert quote.optimality.proven
    assert quote.applied
    assert quote.payable == least_payable(document, cart)


def lines_to_share(seed):
    """Fewer lines, of whole yuan so that no percentage rounds; each counts for one rule."""
    rand = random.Random(seed)
    skus = [f"S{number}" for number in range(16)]
    lines = [
        {"id": str(number), "sku": sku, "quantity": rand.randint(1, 3), "unit_price": f"{rand.randint(5, 300)}.00"}
        for number, sku in enumerate(skus)
    ]
    rules = [
        {
            "id": f"r{number}",
            "layer": "order",
            "group": "lines",
            "scope": {"sku": rand.sample(skus, rand.randint(4, 16))},
            "threshold": {"amount": f"{rand.randint(50, 2_000)}.00"},
            "benefit": rand.choice(
                (
                    {"kind": "amount-off", "amount": f"{rand.randint(5, 200)}.00"},
                    {"kind": "percent-off", "percent": f"{rand.randint(2, 20)}%"},
                )
            ),
            "excludes": [f"r{rand.randrange(number)}"] if number and rand.random() < 0.5 else [],
        }
        for number in range(14)
    ]
    document = {"format": 1, "group": [{"id": "lines", "per": "line"}], "rule": rules}
    return document, {"at": NOW, "lines": lines}


def most_saved(document, cart):
    """The optimum of lines shared out, by mixed-integer programming, in fen."""
    amounts = {line["sku"]: fen(line["unit_price"]) * line["quantity"] for line in cart["lines"]}
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    takers = {sku: [] for sku in amounts}
    uses, savings = {}, []
    for rule in document["rule"]:
        use = uses[rule["id"]] = solver.addBinary()
        gets = {sku: solver.addBinary() for sku in rule["scope"]["sku"]}
        for sku, get in gets.items():
            takers[sku].append(get)
        goods = sum(amounts[sku] * get for sku, get in gets.items())
        solver.addConstr(goods >= fen(rule["threshold"]["amount"]) * use)
        benefit = rule["benefit"]
        if benefit["kind"] == "amount-off":
            saves = solver.addVariable(lb=0, ub=fen(benefit["amount"]))
            solver.addConstr(saves <= fen(benefit["amount"]) * use)
            solver.addConstr(saves <= goods)
        else:
            part = float(rate(benefit["percent"]))
            saves = solver.addVariable(lb=0, ub=part * sum(amounts.values()))
            solver.addConstr(saves <= part * goods)
            solver.addConstr(saves <= part * sum(amounts.values()) * use)
        savings.append(saves)
    for get in takers.values():
        if len(get) > 1:
            solver.addConstr(sum(get) <= 1)
    for rule in document["rule"]:
        for other in rule["excludes"]:
            solver.addConstr(uses[rule["id"]] + uses[other] <= 1)
    solver.maximize(sum(savings))
    return round(solver.getObjectiveValue())


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(12))
def test_lines_shared_out_save_what_the_solver_says(seed):
    document, cart = lines_to_share(seed)
    quote = Engine.from_document(document).quote_request(read_request(cart))
    assert quote.optimality.proven
    assert quote.discount_total == most_saved(document, cart)
