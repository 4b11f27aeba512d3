"""Workload 3 with each line counting once, as a model for CP-SAT of ``ortools``, in fen and exact.

In its favour: it has both cores, and building the model is not timed, only solving it.
"""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

__all__ = ["model", "solve"]


def model(instance: dict[str, Any]) -> cp_model.CpModel:
    """Which candidates are used, which lines each of them gets, and the fen that they save together, maximised."""
    problem = cp_model.CpModel()
    amounts = [line["price"] * line["qty"] for line in instance["cart"]["lines"]]
    used, savings = {}, []
    takers: dict[int, list[cp_model.IntVar]] = {}
    for raw in instance["candidates"]:
        name = raw["id"]
        use = used[name] = problem.new_bool_var(name)
        base: Any = 0
        for place, line in enumerate(instance["cart"]["lines"]):
            if _covers(raw["scope"], line):
                takes = problem.new_bool_var(f"{name}-{place}")
                problem.add_implication(takes, use)
                takers.setdefault(place, []).append(takes)
                base += amounts[place] * takes
        problem.add(base >= raw["threshold"] * use)
        savings.append(_saving(problem, raw, use, base, sum(amounts)))
    for several in takers.values():
        problem.add_at_most_one(several)
    for group in {raw["group"] for raw in instance["candidates"]}:
        problem.add_at_most_one(used[raw["id"]] for raw in instance["candidates"] if raw["group"] == group)
    for one, other in instance["exclusive_pairs"]:
        problem.add_at_most_one([used[one], used[other]])
    problem.maximize(sum(savings))
    return problem


def _saving(problem: cp_model.CpModel, raw: dict[str, Any], use: cp_model.IntVar, base: Any, most: int) -> Any:
    if raw["kind"] == "coupon":
        return raw["off"] * use
    # Rounded half up: the largest s with 100 s <= percent x base + 50.
    cap = raw.get("cap") or most
    saving = problem.new_int_var(0, cap, f"{raw['id']}-saving")
    problem.add(100 * saving <= raw["percent_off"] * base + 50 * use)
    return saving


def _covers(scope: dict[str, Any], line: dict[str, Any]) -> bool:
    return scope["type"] == "all" or line[scope["type"]] in scope["values"]


def solve(problem: cp_model.CpModel, workers: int) -> int:
    """The most that can be saved, fen, proven."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    status = solver.solve(problem)
    if status != cp_model.OPTIMAL:
        raise SystemExit(f"CP-SAT: {solver.status_name(status)}")
    saved: int = round(solver.objective_value)
    return saved
