"""Random documents for the comparison: small carts, prices that meet thresholds, every kind of rule.

Plain ``random`` and not Hypothesis: nothing is shrunk here, and all draws are of the same size from the first on.
Amounts are sums of a few prices, so that thresholds are often just met or missed by a fen.
"""

import random
from typing import Any

NOW = "2026-06-02T12:00:00+08:00"
BEFORE, AFTER = "2026-06-01T00:00:00+08:00", "2026-06-09T00:00:00+08:00"
SKUS, CATEGORIES, BRANDS, TAGS = ("S1", "S2", "S3"), ("home", "food"), ("b1", "b2"), ("new", "clearance")
TEMPLATES = ("by-piece", "by-weight", "far-only")
ITEM = ("nth-unit", "buy-get", "bundle", "unit-price", "amount-off", "percent-off")
ORDER = ("amount-off", "amount-off", "percent-off", "tiers", "gift", "points-multiplier")
COUPON = (*ORDER, "exchange", "free-shipping", "shipping-off")
KINDS = {
    "price": ("unit-price", "amount-off", "percent-off"),
    "item": ITEM,
    "order": ORDER,
    "shop-coupon": COUPON,
    "platform-coupon": COUPON,
    "freight": ("free-shipping", "shipping-off"),
}

Document = dict[str, Any]


def yuan(fen: int) -> str:
    """Fen as a document writes them."""
    return f"{fen // 100}.{fen % 100:02d}"


class Generator:
    """One seed, one rules document and one cart document."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.amounts = [self.price() for _ in range(self.random.choice((1, 2, 2, 3, 3, 4)))]

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def price(self) -> Any:
        return self.pick(
            self.random.randint(1, 30), self.random.randint(31, 3000), 100 * self.random.randint(1, 120), 9900
        )

    def near(self) -> Any:
        """An amount about as large as a scope of the cart comes to."""
        total = sum(self.random.sample(self.amounts, self.random.randint(1, len(self.amounts))))
        return max(1, self.pick(total, total, total + 1, total - 1, total * self.random.randint(30, 130) // 100))

    def part(self, most: int = 60) -> Any:
        """A face: some part of such an amount, now and then nearly all of it or more."""
        return max(1, self.near() * self.random.randint(1, self.pick(most, most, 120)) // 100)

    def percent(self) -> Any:
        return self.pick("50%", "10%", "100%", f"{self.random.randint(1, 99)}.{self.random.randint(0, 99):02d}%")

    # -- the cart ---------------------------------------------------------------------------------------------------

    def line(self, name: str, price: int) -> Document:
        line: Document = {
            "id": name,
            "sku": self.pick(*SKUS),
            "quantity": self.pick(1, 1, 2, 3),
            "unit_price": yuan(price),
        }
        if self.chance(70):
            line["category"] = self.random.sample(CATEGORIES, self.random.randint(1, 2))
        if self.chance(40):
            line["brand"] = self.pick(*BRANDS)
        if self.chance(30):
            line["tag"] = [self.pick(*TAGS)]
        if self.chance(30):
            line["product"] = self.pick("P1", "P2")
        if self.chance(20):
            line["member_prices"] = {"gold": yuan(self.random.randint(0, price))}
        if self.chance(12):
            line["activity_price"] = yuan(self.random.randint(0, price))
        if self.chance(20):
            line["floor"] = yuan(self.random.randint(0, price))
        if self.chance(60):
            line["freight"] = self.pick("by-piece", "by-piece", "by-weight", "by-weight", "far-only")
            line["weight"] = self.pick("0.5", "1", "1.25", "0.000001")
        if self.chance(5):
            line["selected"] = False
        return line

    def cart(self, rules: Document) -> Document:
        names = self.random.sample(["1", "2", "3", "10", "b"], len(self.amounts))
        cart: Document = {
            "at": NOW,
            "lines": [self.line(name, price) for name, price in zip(names, self.amounts, strict=True)],
            "coupons": self.coupons(rules),
            "destination": self.pick(["440000", "440300"], ["440000"], ["650000"], []),
        }
        if self.chance(50):
            cart["shopper"] = {"level": self.pick("gold", "silver"), "new_customer": self.chance(50), "tag": ["vip"]}
        if self.chance(30):
            cart["channel"] = self.pick("mini-program", "web")
        if self.chance(40):
            cart["points"] = {"balance": self.random.randint(0, 3000), "use": self.pick("max", 100, "none")}
        if self.chance(30):
            cart["gift_stock"] = {"G1": self.random.randint(0, 3)}
        if self.chance(25) and rules["rule"]:
            named = {self.pick(*rules["rule"])["id"] for _ in range(2)}
            cart["usage"] = {name: self.usage() for name in sorted(named)}
        held = [coupon["id"] for coupon in cart["coupons"]]
        cart["use_coupons"] = self.pick("best", "best", "best", "none", self.random.sample(held, min(2, len(held))))
        return cart

    def usage(self) -> Document:
        return {
            "shopper": self.random.randint(0, 2),
            "total": self.random.randint(0, 5),
            "budget": yuan(self.random.randint(0, 3000)),
        }

    def coupons(self, rules: Document) -> list[Document]:
        kinds = [rule["id"] for rule in rules["rule"] if rule["layer"].endswith("coupon")]
        count = self.random.choice((1, 2, 2, 3, 4)) if kinds else 0
        return [self.coupon(f"c{number}", self.pick(*kinds)) for number in range(count)]

    def coupon(self, name: str, rule: str) -> Document:
        coupon: Document = {"id": name, "rule": rule}
        if self.chance(40):
            coupon["valid_until"] = self.pick(AFTER, "2026-07-01T00:00:00+08:00", BEFORE)
        if self.chance(20):
            coupon["claimed_at"] = self.pick("2026-05-01T00:00:00+08:00", "2026-05-02T00:00:00+08:00")
        if self.chance(10):
            coupon["valid_from"] = self.pick(BEFORE, AFTER)
        return coupon

    # -- the rules --------------------------------------------------------------------------------------------------

    def benefit(self, kind: str, layer: str) -> Document:
        benefit: Document = {"kind": kind}
        if kind == "amount-off":
            benefit["amount"] = yuan(self.part())
            if layer not in ("price", "item") and self.chance(30):
                benefit["every"] = True
        elif kind == "percent-off":
            benefit["percent"] = self.percent()
        elif kind == "unit-price":
            benefit["price"] = yuan(self.part(100))
        elif kind == "nth-unit":
            benefit |= {"n": self.pick(2, 2, 3), "percent": self.percent()}
            if self.chance(30):
                benefit["order"] = "ascending"
        elif kind == "buy-get":
            benefit |= {"buy": self.pick(1, 2), "get": self.pick(1, 1, 2), "percent": self.percent()}
        elif kind == "bundle":
            benefit |= {"quantity": self.pick(1, 2, 3), "price": yuan(self.near()), "repeat": self.chance(60)}
        elif kind == "tiers":
            benefit["steps"] = self.ladder()
        elif kind in ("exchange", "gift"):
            benefit["quantity"] = self.pick(1, 2)
        elif kind == "shipping-off":
            benefit["amount"] = yuan(self.random.randint(1, 1500))
        elif kind == "points-multiplier":
            benefit["times"] = self.pick("2", "1.5", "3")
        if kind == "gift":
            benefit["sku"] = "G1"
        if kind in ("amount-off", "percent-off") and layer != "price" and self.chance(30):
            benefit["cap"] = yuan(self.part())
        return benefit

    def ladder(self) -> list[Document]:
        count = self.random.randint(1, 3)
        if self.chance(70):
            amounts = sorted({self.near() for _ in range(count)})
            measures: list[Document] = [{"amount": yuan(amount)} for amount in amounts]
        else:
            measures = [{"quantity": number} for number in sorted(self.random.sample(range(1, 6), count))]
        if self.chance(50):
            shares = sorted(self.random.randint(1, 100) for _ in measures)
            return [{**measure, "percent": f"{share}%"} for measure, share in zip(measures, shares, strict=True)]
        offs, last = [], 0
        for _ in measures:
            last = max(last, self.part())
            offs.append(last)
        return [{**measure, "off": yuan(off)} for measure, off in zip(measures, offs, strict=True)]

    def scope(self) -> Document:
        scope: Document = self.pick(
            {},
            {},
            {},
            {"category": ["home"]},
            {"sku": ["S1", "S2"]},
            {"brand": ["b1"]},
            {"category": ["home", "food"], "brand": ["b2"]},
            {"product": ["P1"]},
        )
        scope = dict(scope)
        if self.chance(15):
            scope["except"] = self.pick({"tag": ["clearance"]}, {"category": ["food"], "sku": ["S1"]})
        if self.chance(10):
            scope["only_undiscounted"] = True
        return scope

    def threshold(self) -> Any:
        return self.pick(
            {"amount": yuan(self.near())},
            {"amount": yuan(self.near())},
            {"quantity": self.random.randint(1, 4)},
            {"distinct": self.random.randint(1, 2)},
        )

    def rule(self, name: str, groups: list[Document], earlier: list[Document]) -> Document:
        layer = self.pick("price", "item", "item", *["order"] * 4, *["shop-coupon"] * 3, "platform-coupon", "freight")
        kind = self.pick(*KINDS[layer])
        rule: Document = {"id": name, "layer": layer, "scope": self.scope(), "benefit": self.benefit(kind, layer)}
        if self.chance(8):
            rule["starts_at"] = self.pick(BEFORE, NOW, "2026-06-08T00:00:00+08:00")
        if self.chance(8):
            rule["ends_at"] = AFTER if "starts_at" in rule else self.pick(NOW, AFTER)
        if self.chance(12):
            rule["audience"] = self.pick(
                {"level": ["gold"]}, {"channel": ["web"]}, {"new_customer": True}, {"tag": ["vip"]}
            )
        if self.chance(25):
            rule["priority"] = self.random.randint(-1, 2)
        if self.chance(20):
            rule["funding"] = self.pick({"shop": "60%", "platform": "40%"}, {"brand": "33.33%", "shop": "66.67%"})
        if self.chance(15):
            rule["limit"] = self.pick({"order": 1}, {"shopper": 2}, {"total": 5}, {"budget": yuan(self.part(100))})
        if layer == "price":
            return rule
        if rule["benefit"].get("every"):
            rule["threshold"] = self.pick({"amount": yuan(max(1, self.near() // 3))}, {"quantity": self.pick(1, 2)})
        elif kind != "tiers" and self.chance(65):
            rule["threshold"] = self.threshold()
        shared = kind not in ("gift", "free-shipping", "shipping-off")
        names = [group["id"] for group in groups if shared or group.get("per") != "line"]
        if names and self.chance(50):
            rule["group"] = self.pick(*names)
        if earlier and self.chance(20):
            rule["excludes"] = [self.pick(*earlier)["id"]]
        elif self.chance(5):
            rule["excludes"] = ["group:g1"]
        return rule

    def template(self, name: str) -> Document:
        if name == "by-piece":
            region = {"region": ["*"], "start": "2", "start_fee": "6.00", "extra": "1", "extra_fee": "1.50"}
            return {"id": name, "by": "piece", "regions": [region], "free": {"amount": yuan(self.near())}}
        if name == "by-weight":
            near = {"region": ["440300"], "start": "1", "start_fee": "5.00", "extra": "0.5", "extra_fee": "0.70"}
            far = {"region": ["*"], "start": "1", "start_fee": "8.00", "extra": "0.5", "extra_fee": "3.33"}
            free = {self.pick("any", "all"): [{"amount": yuan(self.near())}, {"quantity": self.random.randint(1, 4)}]}
            return {"id": name, "by": "weight", "regions": [far, near], **({"free": free} if self.chance(60) else {})}
        regions = [
            {"region": ["440000", "650000"], "start": "1", "start_fee": "9.90", "extra": "2", "extra_fee": "2.00"}
        ]
        return {"id": name, "by": "piece", "regions": regions}

    def rules(self) -> Document:
        groups: list[Document] = [
            {"id": "g1", "pick": self.pick(1, 1, 2, "any")},
            {"id": "g2", "per": "line"},
        ]
        groups = [group for group in groups if self.chance(70)]
        named = {group["id"] for group in groups}
        rules: list[Document] = []
        for number in range(self.random.choice((1, 2, 3, 4, 5, 6))):
            earlier = [rule for rule in rules if rule["layer"] != "price"]
            rule = self.rule(f"r{number}", groups, earlier)
            if "g1" not in named and rule.get("excludes") == ["group:g1"]:
                del rule["excludes"]
            rules.append(rule)
        document: Document = {
            "format": 1,
            "policy": self.policy(),
            "group": groups,
            "rule": rules,
            "freight": [self.template(name) for name in TEMPLATES],
        }
        if self.chance(60):
            document["points"] = self.points()
        return document

    def policy(self) -> Document:
        policy: Document = {
            "basis": self.pick("progressive", "parallel"),
            "choice": self.pick("best", "best", "priority"),
        }
        if self.chance(40):
            policy["allocation"] = self.pick("last-line", "first-lines")
        if self.chance(30):
            policy["minimum_payable"] = "0.01"
        if self.chance(40):
            policy["free_shipping_basis"] = self.pick("list", "after-points")
        if self.chance(40):
            policy["freight_combine"] = self.pick("highest-first-plus-extra", "max")
        if self.chance(30):
            policy["activity"] = "stackable"
        return policy

    def points(self) -> Document:
        points: Document = {"value": self.pick("0.01", "0.10"), "earn_per_yuan": self.random.randint(0, 3)}
        if self.chance(50):
            points["max_share"] = self.pick("50%", "33.33%")
        if self.chance(50):
            points["step"] = self.pick(10, 100)
        if self.chance(30):
            points["minimum"] = 50
        if self.chance(20):
            points["maximum"] = 300
        if self.chance(30):
            points["with_coupons"] = False
        if self.chance(30):
            points["earn_on_freight"] = True
        return points


def scenario(seed: int) -> tuple[Document, Document]:
    """The rules document and the cart document of a seed, both valid."""
    generator = Generator(seed)
    rules = generator.rules()
    return rules, generator.cart(rules)


class LineGenerator(Generator):
    """Carts whose rules all stand in one per-line group: the lines are shared out among them."""

    def rule(self, name: str, groups: list[Document], earlier: list[Document]) -> Document:
        layer = self.pick("order", "order", "shop-coupon")
        kind = self.pick("amount-off", "amount-off", "percent-off", "tiers")
        rule: Document = {"id": name, "layer": layer, "benefit": self.benefit(kind, layer), "group": "lines"}
        rule["scope"] = self.pick({}, {"category": ["home"]}, {"sku": ["S1", "S2"]}, {"brand": ["b1"]})
        if kind == "tiers":
            rule["benefit"]["steps"] = [step for step in rule["benefit"]["steps"] if "amount" in step]
            if not rule["benefit"]["steps"]:
                rule["benefit"] = {"kind": "percent-off", "percent": self.percent()}
        if rule["benefit"].get("every"):
            rule["threshold"] = {"amount": yuan(max(1, self.near() // 3))}
        elif rule["benefit"]["kind"] != "tiers" and self.chance(85):
            rule["threshold"] = {"amount": yuan(self.near())}
        if earlier and self.chance(20):
            rule["excludes"] = [self.pick(*earlier)["id"]]
        return rule

    def rules(self) -> Document:
        rules: list[Document] = []
        for number in range(self.random.choice((2, 3, 4))):
            rules.append(self.rule(f"r{number}", [], rules))
        policy = {"basis": self.pick("progressive", "parallel"), "choice": self.pick("best", "best", "priority")}
        return {"format": 1, "policy": policy, "group": [{"id": "lines", "per": "line"}], "rule": rules}

    def cart(self, rules: Document) -> Document:
        self.amounts = [self.price() for _ in range(self.random.choice((2, 3, 4, 4)))]
        lines = [self.line(str(number), price) for number, price in enumerate(self.amounts)]
        for line in lines:
            for key in ("freight", "floor", "activity_price", "selected"):
                line.pop(key, None)
        return {"at": NOW, "lines": lines, "coupons": self.coupons(rules)}


def line_scenario(seed: int) -> tuple[Document, Document]:
    """Documents in which every line counts for one rule only."""
    generator = LineGenerator(seed)
    rules = generator.rules()
    return rules, generator.cart(rules)
