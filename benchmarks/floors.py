"""What a careful programmer would write by hand, for one campaign and without an engine: the floor to measure against.

Both return what an order that can be refunded needs: the payable, what each line costs, what each promotion took, and
every (promotion, line, fen) share. Nothing here is general; that is the point.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Compiled", "compile_promotions", "run_compiled", "run_w1"]

Result = dict[str, Any]
Compiled = tuple[list[tuple[Any, ...]], dict[str, list[int]], dict[str, list[int]], list[int]]


def run_w1(cart: dict[str, Any]) -> Result:
    """Workload 1, written out: 10 % off C1, a ladder 199/20 and 399/60, 15 off 300, up to 1000 points for half."""
    left: list[int] = []
    first: list[int] = []
    for line in cart["lines"]:
        amount = line["price"] * line["qty"]
        if line["category"] == "C1":
            cut = (amount * 10 + 50) // 100
            first.append(cut)
            left.append(amount - cut)
        else:
            first.append(0)
            left.append(amount)
    total = sum(left)
    goods = total + sum(first)
    places = range(len(left))
    shares = [("P1", place, cut) for place, cut in enumerate(first) if cut]
    ladder = coupon = None
    ladder_cut = 6000 if total >= 39900 else 2000 if total >= 19900 else 0
    if ladder_cut:
        ladder = [ladder_cut * amount // total for amount in left]
        odd = ladder_cut - sum(ladder)
        if odd:
            rests = [ladder_cut * amount % total for amount in left]
            for place in sorted(places, key=rests.__getitem__, reverse=True)[:odd]:
                ladder[place] += 1
        left = [amount - cut for amount, cut in zip(left, ladder)]
        total -= ladder_cut
    coupon_cut = 1500 if total >= 30000 else 0
    if coupon_cut:
        coupon = [1500 * amount // total for amount in left]
        odd = 1500 - sum(coupon)
        if odd:
            rests = [1500 * amount % total for amount in left]
            for place in sorted(places, key=rests.__getitem__, reverse=True)[:odd]:
                coupon[place] += 1
        left = [amount - cut for amount, cut in zip(left, coupon)]
        total -= 1500
    if ladder:
        shares += [("P2", place, cut) for place, cut in enumerate(ladder) if cut]
    if coupon:
        shares += [("P3", place, cut) for place, cut in enumerate(coupon) if cut]
    value = min(1000, total // 2)
    if value:
        points = [value * amount // total for amount in left]
        odd = value - sum(points)
        if odd:
            rests = [value * amount % total for amount in left]
            for place in sorted(places, key=rests.__getitem__, reverse=True)[:odd]:
                points[place] += 1
        left = [amount - cut for amount, cut in zip(left, points)]
        total -= value
        shares += [("P4", place, cut) for place, cut in enumerate(points) if cut]
    taken = {"P1": sum(first), "P2": ladder_cut, "P3": coupon_cut, "P4": value}
    return {"goods": goods, "payable": total, "lines": left, "taken": taken, "shares": shares}


def compile_promotions(promotions: list[dict[str, Any]]) -> Compiled:
    """Workloads 2 and 4: kinds and numbers in tuples, scopes turned inside out."""
    rules: list[tuple[Any, ...]] = []
    by_category: dict[str, list[int]] = {}
    by_sku: dict[str, list[int]] = {}
    whole: list[int] = []
    for number, promotion in enumerate(promotions):
        kind, name = promotion["kind"], promotion["id"]
        if kind == "item_percent":
            rules.append((True, name, promotion["percent_off"]))
        elif kind == "coupon":
            rules.append((False, name, ((promotion["threshold"], promotion["off"]),)))
        else:
            steps = tuple((step["threshold"], step["off"]) for step in reversed(promotion["steps"]))
            rules.append((False, name, steps))
        scope = promotion["scope"]
        if scope["type"] == "all":
            whole.append(number)
            continue
        index = by_category if scope["type"] == "category" else by_sku
        for value in scope["values"]:
            index.setdefault(value, []).append(number)
    return rules, by_category, by_sku, whole


def _touched(compiled: Compiled, lines: list[dict[str, Any]]) -> dict[int, list[int]]:
    _, by_category, by_sku, whole = compiled
    touched: dict[int, list[int]] = {}
    categories: dict[str, list[int]] = {}
    find = by_sku.get
    for place, line in enumerate(lines):
        category = line["category"]
        if category in categories:
            categories[category].append(place)
        else:
            categories[category] = [place]
        for number in find(line["sku"], ()):
            if number in touched:
                touched[number].append(place)
            else:
                touched[number] = [place]
    several: set[int] = set()
    for category, places in categories.items():
        for number in by_category.get(category, ()):
            if number in touched:
                touched[number] = touched[number] + places
                several.add(number)
            else:
                touched[number] = places
    for number in several:
        touched[number].sort()
    if whole:
        everything = list(range(len(lines)))
        for number in whole:
            touched[number] = everything
    return touched


def run_compiled(compiled: Compiled, cart: dict[str, Any]) -> Result:
    """Workloads 2 and 4 (no points in them)."""
    rules = compiled[0]
    lines = cart["lines"]
    left = [line["price"] * line["qty"] for line in lines]
    goods = sum(left)
    touched = _touched(compiled, lines)
    taken: dict[str, int] = {}
    shares: list[tuple[str, int, int]] = []
    note = shares.append
    for number in sorted(touched):
        places = touched[number]
        is_percent, name, numbers = rules[number]
        if is_percent:
            sum_of_cuts = 0
            for place in places:
                amount = left[place]
                cut = (amount * numbers + 50) // 100
                if cut:
                    left[place] = amount - cut
                    sum_of_cuts += cut
                    note((name, place, cut))
            if sum_of_cuts:
                taken[name] = sum_of_cuts
            continue
        weights = [left[place] for place in places]
        base = sum(weights)
        for threshold, off in numbers:
            if base >= threshold:
                break
        else:
            continue
        if off > base:
            off = base
        if off <= 0:
            continue
        parts = [off * weight // base for weight in weights]
        odd = off - sum(parts)
        if odd:
            rests = [off * weight % base for weight in weights]
            if odd == 1:
                parts[rests.index(max(rests))] += 1
            else:
                for at in sorted(range(len(weights)), key=rests.__getitem__, reverse=True)[:odd]:
                    parts[at] += 1
        for place, weight, part in zip(places, weights, parts):
            if part:
                left[place] = weight - part
                note((name, place, part))
        taken[name] = off
    return {"goods": goods, "payable": sum(left), "lines": left, "taken": taken, "shares": shares}
