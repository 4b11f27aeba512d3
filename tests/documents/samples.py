"""One complete rules document and one complete cart document, to be read, written and spoilt."""

from copy import deepcopy
from typing import Any

RULES: dict[str, Any] = {
    "format": 1,
    "policy": {"basis": "progressive", "choice": "best", "minimum_payable": "0.00"},
    "group": [{"id": "full-reduction", "pick": 1}, {"id": "shared-out", "per": "line"}],
    "rule": [
        {
            "id": "618",
            "name": "618 每满300减50",
            "layer": "order",
            "group": "full-reduction",
            "priority": 2,
            "excludes": ["new-20"],
            "starts_at": "2026-06-01T00:00:00+08:00",
            "ends_at": "2026-06-19T00:00:00+08:00",
            "scope": {"category": ["home"], "except": {"tag": ["clearance"]}},
            "audience": {"level": ["gold"], "channel": ["mini-program"]},
            "threshold": {"amount": "300.00"},
            "benefit": {"kind": "amount-off", "amount": "50.00", "every": True, "cap": "200.00"},
            "funding": {"shop": "60%", "platform": "40%"},
            "limit": {"order": 1, "shopper": 2, "total": 1000, "budget": "5000.00"},
        },
        {
            "id": "new-20",
            "layer": "shop-coupon",
            "threshold": {"amount": "99.00"},
            "benefit": {"kind": "amount-off", "amount": "20.00"},
        },
        {
            "id": "ladder",
            "layer": "order",
            "benefit": {
                "kind": "tiers",
                "steps": [{"amount": "100.00", "off": "10.00"}, {"amount": "200.00", "percent": "15%"}],
            },
        },
        {"id": "sale", "layer": "price", "benefit": {"kind": "percent-off", "percent": "12.5%"}},
        {"id": "second-half", "layer": "item", "benefit": {"kind": "nth-unit", "n": 2, "percent": "50%"}},
        {"id": "three-for-99", "layer": "item", "benefit": {"kind": "bundle", "quantity": 3, "price": "99.00"}},
        {
            "id": "buy-2-get-1",
            "layer": "item",
            "group": "shared-out",
            "benefit": {"kind": "buy-get", "buy": 2, "get": 1},
        },
        {"id": "fixed", "layer": "item", "benefit": {"kind": "unit-price", "price": "9.90"}},
        {"id": "voucher", "layer": "platform-coupon", "benefit": {"kind": "exchange"}},
        {"id": "free", "layer": "freight", "benefit": {"kind": "free-shipping"}},
        {"id": "off-5", "layer": "freight", "benefit": {"kind": "shipping-off", "amount": "5.00"}},
        {"id": "gift", "layer": "order", "benefit": {"kind": "gift", "sku": "G1"}},
        {"id": "double", "layer": "order", "benefit": {"kind": "points-multiplier", "times": "2"}},
    ],
    "points": {"value": "0.01", "max_share": "50%", "step": 100, "minimum": 100, "earn_per_yuan": 1},
    "freight": [
        {
            "id": "default",
            "by": "weight",
            "regions": [{"region": ["*"], "start": "1", "start_fee": "8.00", "extra": "0.5", "extra_fee": "2.00"}],
            "free": {"amount": "99.00"},
        },
        {
            "id": "by-piece",
            "by": "piece",
            "regions": [{"region": ["440000"], "start": "2", "start_fee": "6.00"}],
            "free": {"any": [{"amount": "50.00"}, {"quantity": 4}]},
        },
    ],
}

CART: dict[str, Any] = {
    "at": "2026-06-02T12:00:00+08:00",
    "channel": "mini-program",
    "shopper": {"id": "u1", "level": "gold", "tag": ["vip"], "new_customer": False},
    "lines": [
        {
            "id": "1",
            "sku": "S1",
            "product": "P1",
            "quantity": 2,
            "unit_price": "59.90",
            "member_prices": {"gold": "56.90"},
            "category": ["home"],
            "brand": "b1",
            "tag": [],
            "shop": "main",
            "weight": "0.35",
            "volume": "0.002",
            "floor": "40.00",
            "activity_price": None,
            "freight": "default",
            "selected": True,
        },
        {"id": "2", "sku": "S2", "quantity": 1, "unit_price": "5.00", "selected": False},
    ],
    "coupons": [
        {
            "id": "c1",
            "rule": "new-20",
            "claimed_at": "2026-05-20T08:00:00+08:00",
            "valid_from": "2026-05-20T00:00:00+08:00",
            "valid_until": "2026-06-30T00:00:00+08:00",
        }
    ],
    "use_coupons": "best",
    "points": {"balance": 1200, "use": "none"},
    "destination": ["440000", "440300"],
    "gift_stock": {"G1": 3},
    "usage": {"618": {"shopper": 1, "total": 7, "budget": "12.50"}},
}

DROP = object()


def spoilt(document: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A copy of a document with one value put in (or a key dropped) at a path."""
    copy: Any = deepcopy(document)
    if not path:
        return value  # type: ignore[no-any-return]
    place = copy
    for key in path[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    last = path[-1]
    if value is DROP:
        del place[last]
    elif isinstance(place, list) and isinstance(last, int) and last >= len(place):
        place.append(value)
    else:
        place[last] = value
    return copy  # type: ignore[no-any-return]
