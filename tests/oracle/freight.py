"""Freight, from pricing.md: templates, then template free, free-shipping, shipping-off."""

from tests.oracle.reading import decimal, fen
from tests.oracle.sharing import share


class Undeliverable(Exception):
    """Places of the lines that cannot be delivered."""


def tariff(template, destination):
    """The region that lists the last destination code; else *. None if the template refuses any of the codes."""
    if set(template.get("no_delivery") or ()) & set(destination or ()):
        return None
    for code in reversed(destination or []):
        for region in template["regions"]:
            if code in region["region"] and code != "*":
                return region
    for region in template["regions"]:
        if "*" in region["region"]:
            return region
    return None


def measure(line, template):
    if template["by"] == "piece":
        return decimal(line["quantity"])
    return decimal(line["weight" if template["by"] == "weight" else "volume"]) * line["quantity"]


def up(value):
    return -int(-value // 1)


def whole_fee(region, amount):
    beyond = amount - decimal(region["start"])
    steps = up(beyond / decimal(region.get("extra") or "1")) if beyond > 0 else 0
    return fen(region["start_fee"]) + steps * fen(region.get("extra_fee") or "0")


def extra_fee(region, amount):
    return up(amount / decimal(region.get("extra") or "1")) * fen(region.get("extra_fee") or "0")


def fees(parcels, combine):
    """Template id -> fee, for the templates that still have lines. parcels: id -> (region, {place: measure})."""
    used = {name: (region, sum(places.values())) for name, (region, places) in parcels.items() if places}
    if not used:
        return {}
    whole = {name: whole_fee(region, amount) for name, (region, amount) in used.items()}
    if combine == "sum":
        return whole
    if combine == "max":
        name = min(whole, key=lambda name: (-whole[name], name))
        return {name: whole[name]}
    first = min(used, key=lambda name: (-fen(used[name][0]["start_fee"]), name))
    return {
        name: whole[name] if name == first else extra_fee(region, amount) for name, (region, amount) in used.items()
    }


def is_free(template, lines, amount):
    free = template.get("free")
    if not free:
        return False
    match = "any" if "any" in free else "all"
    conditions = free.get(match) or [free]
    results = []
    for condition in conditions:
        if condition.get("amount") is not None:
            results.append(amount >= fen(condition["amount"]))
        elif condition.get("quantity") is not None:
            results.append(sum(line["quantity"] for line in lines) >= condition["quantity"])
        else:
            results.append(len({line.get("product") or line["sku"] for line in lines}) >= condition["distinct"])
    return all(results) if match == "all" else any(results)


def charge(rules, lines, destination, amounts, shipping, over_budget):
    """(list freight, freight, [(what, amount)], candidates that did nothing).

    shipping: candidates in application order; over_budget(candidate, amount so far) -> bool.
    """
    policy = rules.get("policy") or {}
    combine = policy.get("freight_combine") or "sum"
    by_list = policy.get("free_shipping_basis") == "list"
    parcels, lost = {}, []
    for template in rules.get("freight") or []:
        places = {i: measure(line, template) for i, line in enumerate(lines) if line.get("freight") == template["id"]}
        if places:
            region = tariff(template, destination)
            if region is None:
                lost += places
            else:
                parcels[template["id"]] = (region, places)
    if lost:
        raise Undeliverable(sorted(lost))
    templates = {template["id"]: template for template in rules.get("freight") or []}

    def total():
        return sum(fees(parcels, combine).values())

    listed = now = total()
    saved, idle, spent = [], [], {}
    for name in sorted(parcels):
        places = parcels[name][1]
        inside = [lines[i] for i in places]
        amount = (
            sum(fen(line["unit_price"]) * line["quantity"] for line in inside)
            if by_list
            else sum(amounts[i] for i in places)
        )
        if is_free(templates[name], inside, amount):
            parcels[name] = (parcels[name][0], {})
            if total() < now:
                saved.append((f"freight:{name}", now - total()))
            now = total()
    for candidate in shipping:
        if candidate.kind != "free-shipping":
            continue
        before = dict(parcels)
        for name, (region, places) in before.items():
            parcels[name] = (region, {i: m for i, m in places.items() if i not in candidate.places})
        less = now - total()
        if less > 0 and not over_budget(candidate, less + spent.get(candidate.rule_id, 0)):
            saved.append((candidate, less))
            spent[candidate.rule_id] = spent.get(candidate.rule_id, 0) + less
            now = total()
        else:
            parcels = before
            idle.append(candidate)
    on_line = {}
    for name, fee in fees(parcels, combine).items():
        places = sorted(parcels[name][1])
        weights = [parcels[name][1][i] for i in places]
        parts = share(fee, weights, [fee] * len(places), policy.get("allocation") or "largest-remainder")
        on_line.update(zip(places, parts, strict=True))
    for candidate in shipping:
        if candidate.kind != "shipping-off":
            continue
        places = [i for i in sorted(on_line) if i in candidate.places]
        have = [on_line[i] for i in places]
        parts = share(fen(candidate.benefit["amount"]), have, have, policy.get("allocation") or "largest-remainder")
        less = sum(parts)
        if less and not over_budget(candidate, less + spent.get(candidate.rule_id, 0)):
            for i, part in zip(places, parts, strict=True):
                on_line[i] -= part
            saved.append((candidate, less))
            spent[candidate.rule_id] = spent.get(candidate.rule_id, 0) + less
            now -= less
        else:
            idle.append(candidate)
    return listed, now, saved, idle
