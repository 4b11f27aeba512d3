"""Scenario files to break."""

import json

RULES = """
format = 1
[[rule]]
id = "618"
name = "满300减50"
layer = "order"
threshold = { amount = "300.00" }
benefit = { kind = "amount-off", amount = "50.00" }
[[rule]]
id = "new-20"
name = "新人券"
layer = "shop-coupon"
threshold = { amount = "99.00" }
benefit = { kind = "amount-off", amount = "20.00" }
[points]
value = "0.01"
[[freight]]
id = "post"
by = "weight"
regions = [{ region = ["440000"], start = "1", start_fee = "8.00", extra = "1", extra_fee = "2.00" }]
"""

CART = {
    "at": "2026-06-02T12:00:00+08:00",
    "lines": [
        {"id": "1", "sku": "S1", "quantity": 2, "unit_price": "59.90", "member_prices": {"gold": "56.90"}},
        {"id": "2", "sku": "S2", "quantity": 1, "unit_price": "5.00", "freight": "post", "weight": "0.35"},
    ],
    "shopper": {"level": "gold"},
    "coupons": [{"id": "c1", "rule": "new-20"}],
    "points": {"balance": 100, "use": 80},
    "destination": ["440000"],
}

# 113.80 + 5.00 - 20.00 - 0.80 + 8.00; of line 2: 5.00 - 0.84 - 0.03
GOOD = """\
format = 1
rules = "rules.toml"  # beside this file

[[scenario]]
name = "会员券"
cart = "cart.json"
[scenario.expect]   # all of it
payable = "106.00"  # by hand
freight = "8.00"
discount_total = "26.00"
applied = ["member-price", "new-20/c1"]
rejected = { "618" = "below_amount" }
points_used = 80
undeliverable = false
[scenario.expect.lines]
"2" = "4.13"
"""


def write(folder, scenario=GOOD, *, name="shop.scenario.toml", rules=RULES, cart=CART):
    """A folder with rules, a cart and a scenario file; returns the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    (folder / "cart.json").write_text(json.dumps(cart), encoding="utf-8")
    path = folder / name
    path.write_bytes(scenario.encode("utf-8"))
    return path
