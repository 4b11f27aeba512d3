"""Pricing from its specification, by trying everything.

Works on documents, unit by unit, with fractions. Slow on purpose: every subset of candidates and every assignment of
lines is walked from scratch, and the least is kept.
"""

from fractions import Fraction
from itertools import combinations, product

from tests.oracle.freight import Undeliverable, charge
from tests.oracle.reading import fen, instant, rate
from tests.oracle.sharing import half_up, share

LAYERS = ["price", "item", "order", "shop-coupon", "platform-coupon", "freight"]
COUPON_LAYERS = ("shop-coupon", "platform-coupon")
WEIGHTLESS = ("gift", "points-multiplier")
SHIPPING = ("free-shipping", "shipping-off")
SCOPE_KEYS = ("sku", "product", "category", "brand", "tag", "shop")
LATE = 10**30


def matches(scope, line):
    for key in SCOPE_KEYS:
        if scope.get(key):
            has = line.get(key)
            has = has if isinstance(has, list) else [has]
            if not set(has) & set(scope[key]):
                return False
    return True


def in_scope(rule, line):
    scope = rule.get("scope") or {}
    return matches(scope, line) and not (scope.get("except") and matches(scope["except"], line))


def is_open(rule, cart):
    """Window and audience."""
    at, shopper = instant(cart["at"]), cart.get("shopper") or {}
    if rule.get("starts_at") and at < instant(rule["starts_at"]):
        return False
    if rule.get("ends_at") and at >= instant(rule["ends_at"]):
        return False
    audience = rule.get("audience") or {}
    return not (
        (audience.get("level") and shopper.get("level") not in audience["level"])
        or (audience.get("channel") and cart.get("channel") not in audience["channel"])
        or (audience.get("tag") and not set(shopper.get("tag") or []) & set(audience["tag"]))
        or (audience.get("new_customer") is not None and bool(shopper.get("new_customer")) != audience["new_customer"])
    )


def threshold_of(rule):
    """(measure, reach): of tiers the lowest step."""
    benefit = rule["benefit"]
    if benefit["kind"] == "tiers":
        step = benefit["steps"][0]
        return ("amount", fen(step["amount"])) if step.get("amount") else ("quantity", step["quantity"])
    threshold = rule.get("threshold") or {}
    if threshold.get("amount"):
        return "amount", fen(threshold["amount"])
    for measure in ("quantity", "distinct"):
        if threshold.get(measure):
            return measure, threshold[measure]
    return None, 0


def face_of(rule):
    return fen(rule["benefit"]["amount"]) if rule["benefit"]["kind"] == "amount-off" else 0


class Candidate:
    """A rule, or a coupon of it."""

    def __init__(self, rule, coupon, places, groups):
        self.rule, self.coupon, self.places = rule, coupon, places
        self.rule_id, self.benefit, self.layer = rule["id"], rule["benefit"], rule["layer"]
        self.kind = self.benefit["kind"]
        self.group = rule.get("group")
        group = groups.get(self.group, {})
        self.per_line = group.get("per") == "line"
        pick = group.get("pick")
        self.pick = None if pick in (None, "any") else pick
        self.measure, self.reach = threshold_of(rule)
        amount = self.reach if self.measure == "amount" else 0
        until = claimed = LATE
        if coupon and coupon.get("valid_until"):
            until = instant(coupon["valid_until"]).timestamp()
        if coupon and coupon.get("claimed_at"):
            claimed = instant(coupon["claimed_at"]).timestamp()
        name = coupon["id"] if coupon else ""
        self.order = (
            LAYERS.index(self.layer),
            -(rule.get("priority") or 0),
            -(amount - face_of(rule)),
            self.rule_id,
            until,
            claimed,
            name,
        )
        self.tie = (-face_of(rule), -amount, until, claimed, name)

    @property
    def key(self):
        return self.rule_id, self.coupon["id"] if self.coupon else None


class Shop:
    """One rules document and one cart document."""

    def __init__(self, rules, cart):
        self.rules, self.cart = rules, cart
        self.policy = rules.get("policy") or {}
        self.parallel = self.policy.get("basis") == "parallel"
        self.allocation = self.policy.get("allocation") or "largest-remainder"
        self.minimum = fen(self.policy.get("minimum_payable") or "0")
        self.groups = {group["id"]: group for group in rules.get("group") or []}
        selected = [line for line in cart["lines"] if line.get("selected") is not False]
        self.input_order = [line["id"] for line in selected]
        self.lines = sorted(selected, key=lambda line: (len(line["id"]), line["id"]))
        self.usage = cart.get("usage")
        exclusive = (self.policy.get("activity") or "exclusive") == "exclusive"
        self.alone = [exclusive and line.get("activity_price") is not None for line in self.lines]
        self.floors = [fen(line.get("floor") or "0") for line in self.lines]
        self.by_id = {rule["id"]: rule for rule in rules.get("rule") or []}
        self.price_layer()
        self.find_candidates()

    # -- price layer: one sale price per line; mandatory; candidates never add up --------------------------------

    def price_layer(self):
        rules = [r for r in self.by_id.values() if r["layer"] == "price" and is_open(r, self.cart)]
        rules.sort(key=lambda r: Candidate(r, None, [], self.groups).order)
        while True:
            self.prices = [self.sale_price(line, rules) for line in self.lines]
            broken = next((r for r in rules if self.price_rule_over_limit(r)), None)
            if broken is None:
                return
            rules.remove(broken)

    def sale_price(self, line, rules):
        listed = fen(line["unit_price"])
        if line.get("activity_price") is not None:
            return fen(line["activity_price"]), "activity-price"
        best = (listed, None)
        level = (self.cart.get("shopper") or {}).get("level")
        member = (line.get("member_prices") or {}).get(level)
        if member is not None and fen(member) < best[0]:
            best = (fen(member), "member-price")
        for rule in rules:
            if in_scope(rule, line):
                benefit = rule["benefit"]
                price = {
                    "unit-price": lambda b: min(listed, fen(b["price"])),
                    "amount-off": lambda b: max(0, listed - fen(b["amount"])),
                    "percent-off": lambda b: half_up(listed * (1 - rate(b["percent"]))),
                }[benefit["kind"]](benefit)
                if price < best[0]:
                    best = (price, rule["id"])
        return best

    def price_rule_over_limit(self, rule):
        amount = sum(
            (fen(line["unit_price"]) - price) * line["quantity"]
            for line, (price, source) in zip(self.lines, self.prices, strict=True)
            if source == rule["id"]
        )
        return bool(amount) and (self.count_refused(rule["id"], 0) or self.budget_refused(rule["id"], amount))

    # -- limits --------------------------------------------------------------------------------------------------

    def count_refused(self, rule_id, used):
        """Whether one more use than ``used`` is too much."""
        limit = self.by_id[rule_id].get("limit") or {}
        if limit.get("order") and used + 1 > limit["order"]:
            return True
        if self.usage is None:
            return False
        usage = self.usage.get(rule_id) or {}
        return any(limit.get(key) and (usage.get(key) or 0) + used + 1 > limit[key] for key in ("shopper", "total"))

    def budget_refused(self, rule_id, amount):
        limit = self.by_id[rule_id].get("limit") or {}
        if not limit.get("budget") or self.usage is None:
            return False
        return fen((self.usage.get(rule_id) or {}).get("budget") or "0") + amount > fen(limit["budget"])

    # -- who is in the running -----------------------------------------------------------------------------------

    def find_candidates(self):
        self.automatic, self.coupons = [], []
        for rule in self.by_id.values():
            places = [
                i
                for i, line in enumerate(self.lines)
                if in_scope(rule, line) and (rule["layer"] == "freight" or not self.alone[i])
            ]
            if rule["layer"] == "price" or not is_open(rule, self.cart) or not places:
                continue
            if rule["layer"] not in COUPON_LAYERS:
                self.automatic.append(Candidate(rule, None, places, self.groups))
                continue
            choice, at = self.cart.get("use_coupons", "best"), instant(self.cart["at"])
            for coupon in self.cart.get("coupons") or []:
                if coupon["rule"] != rule["id"] or choice == "none":
                    continue
                if choice != "best" and coupon["id"] not in choice:
                    continue
                if rule["benefit"]["kind"] in WEIGHTLESS and choice == "best":
                    continue
                if coupon.get("valid_from") and at < instant(coupon["valid_from"]):
                    continue
                if coupon.get("valid_until") and at >= instant(coupon["valid_until"]):
                    continue
                self.coupons.append(Candidate(rule, coupon, places, self.groups))
        self.automatic.sort(key=lambda c: c.order)
        self.coupons.sort(key=lambda c: c.order)
        self.everyone = sorted(self.automatic + self.coupons, key=lambda c: c.order)

    def excludes(self, one, other):
        for a, b in ((one, other), (other, one)):
            for name in a.rule.get("excludes") or []:
                if a.rule_id == b.rule_id:
                    continue
                if name == b.rule_id or (name.startswith("group:") and b.group == name[6:]):
                    return True
        return False

    def permits(self, chosen, candidate):
        """Whether the candidate may be used beside the chosen ones."""
        if any(self.excludes(candidate, other) for other in chosen):
            return False
        beside = [other for other in chosen if other.group is not None and other.group == candidate.group]
        if candidate.pick is not None and len(beside) >= candidate.pick:
            return False
        return not self.count_refused(candidate.rule_id, sum(o.rule_id == candidate.rule_id for o in chosen))


class Walk:
    """Amounts on their way down, unit by unit."""

    def __init__(self, shop):
        self.shop = shop
        self.units = [[price] * line["quantity"] for line, (price, _) in zip(shop.lines, shop.prices, strict=True)]
        self.first_cut = [
            0 if price < fen(line["unit_price"]) else 99
            for line, (price, _) in zip(shop.lines, shop.prices, strict=True)
        ]
        self.stage = None
        self.freed = set()
        self.steps = []  # (candidate, {line: [cut per unit]}, unused)
        self.given = {}

    def enter(self, candidate):
        if self.shop.parallel and self.stage is None and LAYERS.index(candidate.layer) >= 2:
            self.stage = [list(units) for units in self.units]

    def basis(self, candidate):
        return self.units if self.stage is None or candidate.layer == "freight" else self.stage

    def room(self, units, place):
        return [max(0, unit - self.shop.floors[place]) for unit in units]

    def places(self, candidate, given):
        places = [i for i in candidate.places if i in given]
        if (candidate.rule.get("scope") or {}).get("only_undiscounted"):
            layer = LAYERS.index(candidate.layer)
            places = [i for i in places if self.first_cut[i] >= layer]
        return places

    def measured(self, candidate, places):
        """What the threshold counts, and what it should be."""
        if candidate.measure == "amount":
            return sum(sum(self.basis(candidate)[i]) for i in places), candidate.reach
        if candidate.measure == "quantity":
            return sum(self.shop.lines[i]["quantity"] for i in places), candidate.reach
        if candidate.measure == "distinct":
            return len(
                {self.shop.lines[i].get("product") or self.shop.lines[i]["sku"] for i in places}
            ), candidate.reach
        return len(places), 1

    def take(self, candidate, given):
        """Applies the candidate to the lines it is given; True if it did anything."""
        self.enter(candidate)
        places = self.places(candidate, given)
        measure, reach = self.measured(candidate, places)
        if not places or measure < reach:
            return False
        if candidate.kind == "gift":
            sku, count = candidate.benefit["sku"], candidate.benefit.get("quantity") or 1
            stock = (self.shop.cart.get("gift_stock") or {}).get(sku)
            if stock is not None and self.given.get(sku, 0) + count > stock:
                return False
            self.given[sku] = self.given.get(sku, 0) + count
        if candidate.kind in WEIGHTLESS + SHIPPING:
            self.steps.append((candidate, {}, 0, places))
            return True
        if candidate.layer == "item":
            cuts, nominal = self.item(candidate, places)
        elif candidate.kind == "exchange":
            cuts, nominal = self.exchange(candidate, places)
        else:
            cuts, nominal = self.order(candidate, places)
        amount = sum(map(sum, cuts.values()))
        spent = sum(sum(map(sum, c.values())) for other, c, *_ in self.steps if other.rule_id == candidate.rule_id)
        if not amount or self.shop.budget_refused(candidate.rule_id, spent + amount):
            return False
        if candidate.kind == "exchange":
            self.freed |= self.chosen
        layer = LAYERS.index(candidate.layer)
        for i, row in cuts.items():
            self.units[i] = [unit - cut for unit, cut in zip(self.units[i], row, strict=True)]
            if sum(row):
                self.first_cut[i] = min(self.first_cut[i], layer)
        self.steps.append((candidate, cuts, nominal - amount, places))
        return True

    # -- order and coupon layers: one cut over the scope, allocated over lines, then over units -------------------

    def order(self, candidate, places):
        benefit, basis = candidate.benefit, self.basis(candidate)
        base = sum(sum(basis[i]) for i in places)
        quantity = sum(self.shop.lines[i]["quantity"] for i in places)
        if candidate.kind == "amount-off":
            cut = fen(benefit["amount"])
            if benefit.get("every"):
                cut *= (base if candidate.measure == "amount" else quantity) // candidate.reach
        elif candidate.kind == "percent-off":
            cut = half_up(base * rate(benefit["percent"]))
        else:
            reached = [
                step
                for step in benefit["steps"]
                if (base >= fen(step["amount"]) if step.get("amount") else quantity >= step["quantity"])
            ]
            step = reached[-1]
            cut = fen(step["off"]) if step.get("off") else half_up(base * rate(step["percent"]))
        if benefit.get("cap"):
            cut = min(cut, fen(benefit["cap"]))
        weights = [sum(basis[i]) for i in places]
        caps = [sum(self.room(basis[i], i)) for i in places]
        parts = share(cut, weights, caps, self.shop.allocation)
        return self.to_units(places, parts), cut

    def to_units(self, places, parts):
        cuts = {}
        for i, part in zip(places, parts, strict=True):
            room = self.room(self.units[i], i)
            cuts[i] = share(min(part, sum(room)), self.units[i], room, self.shop.allocation)
        return cuts

    def exchange(self, candidate, places):
        basis = self.basis(candidate)
        count = candidate.benefit.get("quantity") or 1
        units = [(-basis[i][at], i, -at) for i in places for at in range(len(basis[i])) if (i, at) not in self.freed]
        self.chosen = {(i, -at) for _, i, at in sorted(units)[:count]}
        cuts, nominal = {}, 0
        for i in places:
            mine = [at for line, at in self.chosen if line == i]
            nominal += sum(basis[i][at] for at in mine)
            now = self.room(self.units[i], i)
            wanted = min(sum(self.room(basis[i], i)[at] for at in mine), sum(now))
            row = [0] * len(now)
            for at in mine:
                row[at] = min(self.room(basis[i], i)[at], now[at])
            rest = wanted - sum(row)
            if rest > 0:
                left = [room - cut for room, cut in zip(now, row, strict=True)]
                row = [a + b for a, b in zip(row, share(rest, left, left, self.shop.allocation), strict=True)]
            cuts[i] = row
        return cuts, nominal

    # -- item layer ------------------------------------------------------------------------------------------------

    def item(self, candidate, places):
        benefit, kind = candidate.benefit, candidate.kind
        row = [(-self.units[i][at], i, at) for i in places for at in range(len(self.units[i]))]
        row.sort()
        if kind == "bundle":
            return self.bundle(benefit, row, places)
        wanted, chosen = {}, {}
        if kind == "amount-off":
            wanted = {i: fen(benefit["amount"]) for i in places}
        elif kind == "percent-off":
            wanted = {i: half_up(sum(self.units[i]) * rate(benefit["percent"])) for i in places}
        elif kind == "unit-price":
            chosen = {i: [max(0, unit - fen(benefit["price"])) for unit in self.units[i]] for i in places}
            wanted = {i: sum(weights) for i, weights in chosen.items()}
        else:
            if kind == "nth-unit":
                if benefit.get("order") == "ascending":
                    row.sort(key=lambda unit: (-unit[0], unit[1], unit[2]))
                hit = row[benefit["n"] - 1 :: benefit["n"]]
            else:
                block = benefit["buy"] + benefit["get"]
                full = len(row) // block * block
                hit = [unit for at, unit in enumerate(row[:full]) if at % block >= benefit["buy"]]
            chosen = self.last_of_equals(hit)
            percent = rate(benefit.get("percent") or "100%")
            wanted = {i: half_up(sum(weights) * percent) for i, weights in chosen.items()}
        rooms = {}
        for i in wanted:
            weights = chosen.get(i, self.units[i])
            room = self.room(self.units[i], i)
            rooms[i] = [r if w or i not in chosen else 0 for r, w in zip(room, weights, strict=True)]
        cut = {i: min(amount, sum(rooms[i])) for i, amount in wanted.items()}
        nominal = sum(wanted.values())
        if benefit.get("cap") and sum(cut.values()) > fen(benefit["cap"]):
            order = sorted(cut)
            parts = share(fen(benefit["cap"]), [cut[i] for i in order], [cut[i] for i in order], self.shop.allocation)
            cut = dict(zip(order, parts, strict=True))
            nominal = fen(benefit["cap"])
        return {
            i: share(part, chosen.get(i, self.units[i]), rooms[i], self.shop.allocation) for i, part in cut.items()
        }, nominal

    def last_of_equals(self, hit):
        """Units of equal price on a line are interchangeable: the benefit goes to the last of them."""
        chosen = {}
        for negative, i, _ in hit:
            chosen.setdefault(i, {}).setdefault(-negative, []).append(1)
        result = {}
        for i, prices in chosen.items():
            result[i] = [0] * len(self.units[i])
            for price, ones in prices.items():
                same = [at for at, unit in enumerate(self.units[i]) if unit == price]
                for at in same[-len(ones) :]:
                    result[i][at] = price
        return result

    def bundle(self, benefit, row, places):
        size, price = benefit["quantity"], fen(benefit["price"])
        most = len(row) // size
        if benefit.get("repeat") is False:
            most = min(most, 1)
        best, count = 0, 0
        for m in range(1, most + 1):
            saving = -sum(unit[0] for unit in row[: m * size]) - m * price
            if saving > best:
                best, count = saving, m
        chosen = self.last_of_equals(row[: count * size])
        order = sorted(chosen)
        rooms = {i: [r if w else 0 for r, w in zip(self.room(self.units[i], i), chosen[i], strict=True)] for i in order}
        parts = share(best, [sum(chosen[i]) for i in order], [sum(rooms[i]) for i in order], self.shop.allocation)
        return {
            i: share(part, chosen[i], rooms[i], self.shop.allocation) for i, part in zip(order, parts, strict=True)
        }, best


# -- choosing -----------------------------------------------------------------------------------------------------


def freight_of(shop, walk, amounts=None):
    amounts = amounts or [sum(units) for units in walk.units]
    shipping = [step[0] for step in walk.steps if step[0].kind in SHIPPING]
    return charge(
        shop.rules,
        shop.lines,
        shop.cart.get("destination"),
        amounts,
        shipping,
        lambda candidate, amount: shop.budget_refused(candidate.rule_id, amount),
    )


def freight_total(shop, walk):
    """What is left of the freight, nothing if there is none to be had."""
    try:
        return freight_of(shop, walk)[1]
    except Undeliverable:
        return 0


def payable_of(shop, walk):
    """Goods and freight before points, minimum included; and the shipping candidates that did nothing."""
    goods = sum(map(sum, walk.units))
    try:
        _, freight, _, idle = freight_of(shop, walk)
    except Undeliverable:
        return max(goods, shop.minimum if shop.lines else 0), [s[0] for s in walk.steps if s[0].kind in SHIPPING]
    return max(goods + freight, shop.minimum if shop.lines else 0), idle


def run(shop, chosen, assignment):
    """A walk of the chosen candidates in order, or None if one of them does nothing."""
    walk = Walk(shop)
    for candidate in sorted(chosen, key=lambda c: c.order):
        given = candidate.places
        if candidate.per_line:
            given = [i for i in candidate.places if assignment.get((candidate.group, i)) is candidate]
        if not walk.take(candidate, given):
            return None
    return walk


def assignments(chosen):
    """Every way to share the lines of per-line groups out among the chosen candidates."""
    slots = {}
    for candidate in chosen:
        if candidate.per_line:
            for i in candidate.places:
                slots.setdefault((candidate.group, i), [None]).append(candidate)
    keys = sorted(slots)
    for choice in product(*(slots[key] for key in keys)):
        yield dict(zip(keys, choice, strict=True))


def subsets(shop, pool, fixed):
    for size in range(len(pool) + 1):
        for subset in combinations(pool, size):
            chosen = list(fixed)
            for candidate in subset:
                if not shop.permits(chosen, candidate):
                    break
                chosen.append(candidate)
            else:
                yield chosen


def tie_of(shop, chosen, assignment):
    coupons = sorted((c for c in chosen if c.coupon), key=lambda c: c.order)
    rules = [c for c in chosen if not c.coupon]
    shared = []
    for group in sorted(name for name, g in shop.groups.items() if g.get("per") == "line"):
        for i in range(len(shop.lines)):
            holder = assignment.get((group, i))
            shared.append(("", ()) if holder is None else (holder.rule_id, holder.order))
    return len(coupons), len(rules), [c.tie for c in coupons], sorted(c.rule_id for c in rules), shared


def best(shop, pool, fixed, fixed_assignment, finish):
    """The least of everything: (chosen, assignment)."""
    found = None
    for chosen in subsets(shop, pool, fixed):
        fresh = [c for c in chosen if c not in fixed]
        taken = set(fixed_assignment)
        for choice in assignments(fresh):
            if any(holder is not None and slot in taken for slot, holder in choice.items()):
                continue
            assignment = {**choice, **fixed_assignment}
            walk = run(shop, chosen, assignment)
            if walk is None:
                continue
            payable, idle = finish(walk)
            if any(candidate in idle for candidate in fresh):
                continue
            key = (payable, *tie_of(shop, chosen, assignment))
            if found is None or key < found[0]:
                found = (key, chosen, assignment)
    return found[1], found[2]


def by_priority(shop, pool, chosen, assignment):
    """Rules in order, each if it is permitted and does something."""
    for candidate in pool:
        if not shop.permits(chosen, candidate):
            continue
        trial = dict(assignment)
        if candidate.per_line:
            free = [i for i in candidate.places if trial.get((candidate.group, i)) is None]
            trial.update({(candidate.group, i): candidate for i in free})
        walk = run(shop, [*chosen, candidate], trial)
        if walk is None:
            continue
        if candidate.kind in SHIPPING and freight_total(shop, walk) >= freight_total(
            shop, run(shop, chosen, assignment)
        ):
            continue
        chosen, assignment = [*chosen, candidate], trial
        if candidate.per_line:
            used = next(step[3] for step in walk.steps if step[0] is candidate)
            assignment = {slot: holder for slot, holder in trial.items() if holder is not candidate or slot[1] in used}
    return chosen, assignment


def decide(shop):
    """The candidates used, in order, and the lines they were given; gifts and multipliers come after."""
    goods = [c for c in shop.automatic if c.layer != "freight"]
    freight = [c for c in shop.automatic if c.layer == "freight"]
    coupons = [c for c in shop.coupons if c.kind not in WEIGHTLESS]
    if shop.policy.get("choice") == "priority":
        fixed, assignment = by_priority(shop, goods, [], {})

        def finish(walk):
            chosen = [step[0] for step in walk.steps]
            everything, given = by_priority(shop, freight, chosen, shared_of(walk))
            return payable_of(shop, run(shop, everything, given))

        chosen, assignment = best(shop, coupons, fixed, assignment, finish)
        chosen, assignment = with_weightless(shop, chosen, assignment)
        return by_priority(shop, freight, chosen, assignment)
    pool = [c for c in goods if c.kind not in WEIGHTLESS] + coupons + freight
    chosen, assignment = best(shop, pool, [], {}, lambda walk: payable_of(shop, walk))
    return with_weightless(shop, chosen, assignment)


def shared_of(walk):
    return {(c.group, i): c for c, _, _, places in walk.steps if c.per_line for i in places}


def with_weightless(shop, chosen, assignment):
    """Every gift and multiplier that group, excludes and limits still permit, at its own turn."""
    pool = shop.everyone if shop.policy.get("choice") != "priority" else shop.coupons
    for candidate in pool:
        if candidate.kind not in WEIGHTLESS or not shop.permits(chosen, candidate):
            continue
        trial = dict(assignment)
        if candidate.per_line:
            trial.update(
                {(candidate.group, i): candidate for i in candidate.places if trial.get((candidate.group, i)) is None}
            )
        if run(shop, [*chosen, candidate], trial) is not None:
            chosen, assignment = [*chosen, candidate], trial
    return chosen, assignment


# -- the quote ----------------------------------------------------------------------------------------------------


def oracle_quote(rules, cart):
    """The quote as section 8 prints it, without reasons, hints, certificate and digest."""
    shop = Shop(rules, cart)
    chosen, assignment = decide(shop)
    walk = run(shop, chosen, assignment)
    cuts = []  # (rule, coupon, layer, {line: units}, unused, funding rule)
    for source in dict.fromkeys(source for _, source in sorted_sources(shop)):
        rows = {
            i: [fen(line["unit_price"]) - price] * line["quantity"]
            for i, (line, (price, by)) in enumerate(zip(shop.lines, shop.prices, strict=True))
            if by == source and price < fen(line["unit_price"])
        }
        if rows:
            cuts.append([source, None, "price", rows, 0])
    for candidate, rows, unused, _ in walk.steps:
        cuts.append([*candidate.key, candidate.layer, rows, unused])
    amounts = [sum(units) for units in walk.units]
    goods = sum(amounts)
    result = {"undeliverable": []}
    waived, listed, freight = [], 0, 0
    try:
        listed, freight, waived, _ = freight_of(shop, walk)
    except Undeliverable as lost:
        names = {shop.lines[i]["id"] for i in lost.args[0]}
        result["undeliverable"] = [name for name in shop.input_order if name in names]
    used, value, point_rows = points_of(shop, walk, goods + freight, bool(result["undeliverable"]))
    if value and shop.policy.get("free_shipping_basis") == "after-points":
        left = [amount - sum(row) for amount, row in zip(amounts, point_rows, strict=True)]
        listed, freight, waived, _ = freight_of(shop, walk, left)
    if not result["undeliverable"] and shop.lines and goods + freight - value < shop.minimum:
        goods += give_back(shop, walk, cuts)
    return result | finished(shop, walk, cuts, goods, listed, freight, waived, used, value, point_rows)


def sorted_sources(shop):
    order = {"activity-price": (0,), "member-price": (1,)}
    sources = [(i, source) for i, (_, source) in enumerate(shop.prices) if source]
    return sorted(
        sources,
        key=lambda pair: order.get(pair[1]) or (2, *Candidate(shop.by_id[pair[1]], None, [], shop.groups).order),
    )


def points_of(shop, walk, payable, undeliverable):
    policy, wish = shop.rules.get("points"), shop.cart.get("points")
    none = [[0] * len(units) for units in walk.units]
    if not policy or not wish or undeliverable or wish.get("use", "none") in ("none", 0):
        return 0, 0, none
    if policy.get("with_coupons") is False:
        try:
            idle = freight_of(shop, walk)[3]
        except Undeliverable:
            idle = []
        if any(step[0].coupon and step[0] not in idle for step in walk.steps):
            return 0, 0, none
    amounts = [sum(units) for units in walk.units]
    value = fen(policy["value"])
    share_of = int(sum(amounts) * rate(policy.get("max_share") or "100%"))
    count = min(wish["balance"], share_of // value, max(0, payable - shop.minimum) // value)
    if wish["use"] != "max":
        count = min(count, wish["use"])
    if policy.get("maximum") is not None:
        count = min(count, policy["maximum"])
    step = policy.get("step") or 1
    count = count // step * step
    if not count or count < (policy.get("minimum") or 0):
        return 0, 0, none
    parts = share(count * value, amounts, amounts, shop.allocation)
    rows = [share(part, units, units, shop.allocation) for part, units in zip(parts, walk.units, strict=True)]
    return count, count * value, rows


UNIT_KINDS = ("unit-price", "nth-unit", "buy-get", "bundle", "exchange")


def give_back(shop, walk, cuts):
    """The last applied discount gives a fen back on its first line with a part: that part is split anew over the units.

    Where the benefit chose its units, the first of them gives.
    """
    kinds = {candidate.key: candidate.kind for candidate, *_ in walk.steps}
    for cut in reversed(cuts):
        rule, coupon, layer, rows, _ = cut
        for i in sorted(rows):
            row = list(rows[i])
            if not sum(row):
                continue
            if kinds.get((rule, coupon)) in UNIT_KINDS:
                row[next(at for at, amount in enumerate(row) if amount)] -= 1
            else:
                before = [unit + amount for unit, amount in zip(walk.units[i], row, strict=True)]
                room = before if layer == "price" else walk.room(before, i)
                row = share(sum(row) - 1, before, room, shop.allocation)
            rows[i] = row
            return 1
    return 0


def finished(shop, walk, cuts, goods, listed, freight, waived, used, value, point_rows):
    lines = []
    for i, line in enumerate(shop.lines):
        adjustments = [
            {"rule": rule, "coupon": coupon, "layer": layer, "amount": sum(rows[i]), "units": rows[i]}
            for rule, coupon, layer, rows, _ in cuts
            if i in rows and sum(rows[i])
        ]
        if sum(point_rows[i]):
            adjustments.append(
                {
                    "rule": "points",
                    "coupon": None,
                    "layer": "points",
                    "amount": sum(point_rows[i]),
                    "units": point_rows[i],
                }
            )
        total = fen(line["unit_price"]) * line["quantity"]
        lines.append(
            {
                "id": line["id"],
                "quantity": line["quantity"],
                "list_total": total,
                "payable": total - sum(a["amount"] for a in adjustments),
                "adjustments": adjustments,
            }
        )
    by_id = {line["id"]: line for line in lines}
    goods_total = sum(line["list_total"] for line in lines)
    lost = False
    try:
        freight_of(shop, walk)
    except Undeliverable:
        lost = True
    return {
        "goods_total": goods_total,
        "discount_total": goods_total - goods,
        "freight": None if lost else freight,
        "freight_list": None if lost else listed,
        "payable": None if lost else goods - value + freight,
        "points": {"used": used, "value": value, "earned": 0 if lost else earned(shop, walk, lines, freight)},
        "lines": [by_id[name] for name in shop.input_order],
        "gifts": [
            {
                "sku": c.benefit["sku"],
                "quantity": c.benefit.get("quantity") or 1,
                "rule": c.rule_id,
                "coupon": c.key[1],
            }
            for c, *_ in walk.steps
            if c.kind == "gift"
        ],
        "applied": applied(shop, walk, cuts, waived),
    }


def earned(shop, walk, lines, freight):
    policy = shop.rules.get("points")
    if not policy or not policy.get("earn_per_yuan"):
        return 0
    times = {}
    for candidate, _, _, places in walk.steps:
        if candidate.kind == "points-multiplier":
            for i in places:
                times[i] = max(times.get(i, Fraction(0)), Fraction(candidate.benefit["times"]))
    cash = sum(Fraction(line["payable"]) * times.get(i, 1) for i, line in enumerate(lines))
    if policy.get("earn_on_freight"):
        cash += freight
    return int(cash / 100 * policy["earn_per_yuan"])


def applied(shop, walk, cuts, waived):
    saved = {id(what): amount for what, amount in waived if not isinstance(what, str)}
    candidates = {candidate.key: candidate for candidate, *_ in walk.steps}
    entries, late = [], []
    for rule, coupon, layer, rows, unused in cuts:
        candidate = candidates.get((rule, coupon))
        amount = sum(map(sum, rows.values()))
        if candidate is not None and candidate.kind in SHIPPING:
            amount = saved.get(id(candidate), 0)
            unused = fen(candidate.benefit["amount"]) - amount if candidate.kind == "shipping-off" else 0
        if not amount and not (candidate is not None and candidate.kind in WEIGHTLESS):
            continue
        entry = {"rule": rule, "coupon": coupon, "layer": layer, "amount": amount, "unused": unused}
        entry["funding"] = funding(shop.by_id.get(rule, {}), amount)
        (late if layer == "freight" else entries).append(entry)
    for what, amount in waived:
        if isinstance(what, str):
            row = {"rule": what, "coupon": None, "layer": "freight", "amount": amount, "unused": 0}
            entries.append(row | {"funding": {"shop": amount}})
    return entries + late


def funding(rule, amount):
    shares = {b: s for b, s in ((b, (rule.get("funding") or {}).get(b)) for b in ("shop", "platform", "brand")) if s}
    shares = {bearer: int(rate(s) * 10000) for bearer, s in shares.items() if rate(s)}
    if not shares:
        return {"shop": amount}
    parts = share(amount, list(shares.values()), [amount] * len(shares), "largest-remainder")
    return dict(zip(shares, parts, strict=True))
