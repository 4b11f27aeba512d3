"""A shop to test: engine, goods, clock, gateway and store, driven through the blocking or the async shop alike."""

import asyncio
from datetime import timedelta

from minishop import Engine
from minishop.adapters.memory import AsyncMemoryStore, MemoryStore
from minishop.cart import Add, Product
from minishop.checkout import AsyncShop, Done, Shop
from minishop.inventory import StockKey
from minishop.orders import Address, label
from minishop.quotes import Shopper
from minishop.testing.clock import FakeClock
from minishop.testing.gateway import AsyncFakeGateway, FakeGateway

RULES = """
format = 1

[[rule]]
id = "full-30"
name = "满200减30"
layer = "order"
threshold = { amount = "200.00" }
benefit = { kind = "amount-off", amount = "30.00" }

[[rule]]
id = "new-20"
layer = "shop-coupon"
threshold = { amount = "99.00" }
benefit = { kind = "amount-off", amount = "20.00" }

[points]
value = "0.01"
earn_per_yuan = 1

[[freight]]
id = "standard"
by = "piece"
regions = [{ region = ["*"], start = "1", start_fee = "8.00", extra = "1", extra_fee = "2.00" }]
free = { amount = "99.00" }
"""

GOODS = {
    "TEA": Product(unit_price=12900, category=("tea",), freight="standard"),
    "CUP": Product(unit_price=5000, freight="standard"),
    "PEN": Product(unit_price=1000, freight="standard"),
    "CODE": Product(unit_price=3000, ships=False),
}

ADDRESS = Address(name="Li Lei", phone="13800000000", region=("440000", "440300"), street="1 Tea Road")


class AwaitEverything:
    """An async shop whose methods block: the same test serves both."""

    def __init__(self, shop):
        self._shop = shop

    def __getattr__(self, name):
        found = getattr(self._shop, name)
        if not callable(found) or name == "desk":
            return found
        return lambda *args, **kwargs: asyncio.run(found(*args, **kwargs))


class World:
    """Everything around one shop.

    Args:
        rules: The rules document.
        stock: Units of each sku; by default ten of everything that is shipped.
        is_async: Through :class:`AsyncShop`.
        store: Another store than a fresh memory store.
        settings: Of the shop.
    """

    def __init__(self, rules=RULES, *, stock=None, goods=None, is_async=False, store=None, gateway=None, **settings):
        self.clock = FakeClock()
        self.gateway = gateway or FakeGateway(clock=self.clock)
        self.goods = dict(GOODS if goods is None else goods)
        self.shoppers = {}
        self.published = []
        self.store = store or MemoryStore()
        parts = {
            "engine": Engine.from_toml(rules),
            "shelf": lambda skus, buyer: self.goods,
            "shopper": lambda buyer: self.shoppers.get(buyer, Shopper(id=buyer)),
            "clock": self.clock,
            "publish": self.published.append,
            **settings,
        }
        if is_async:
            parts |= {"store": AsyncMemoryStore(self.store), "gateway": AsyncFakeGateway(self.gateway)}
            self.shop = AwaitEverything(AsyncShop("main", **parts))
        else:
            self.shop = Shop("main", store=self.store, gateway=self.gateway, **parts)
        stock = {sku: 10 for sku, product in self.goods.items() if product.ships} if stock is None else stock
        self.shop.receive_stock({StockKey(sku): units for sku, units in stock.items()}, key="opening")
        self._numbers = {}

    # -- the shopper --------------------------------------------------------------------------------------------------

    def fill(self, cart="cart-1", buyer="u1", **quantities):
        """Puts goods into a cart; returns the cart's id."""
        for sku, quantity in quantities.items():
            number = self._numbers[cart] = self._numbers.get(cart, 0) + 1
            add = Add(device=f"phone-{cart}", number=number, base=0, sku=sku, quantity=quantity)
            self.shop.sync_cart(cart, [add], shopper=buyer)
        return cart

    def place(self, key="place-1", buyer="u1", cart="cart-1", *, total=None, **settings):
        """Places an order for what the cart costs now; returns the answer."""
        if total is None:
            priced = {name: settings[name] for name in ("use_coupons", "use_points", "address") if name in settings}
            total = self.shop.preview_order(buyer=buyer, cart=cart, **priced).payable
        return self.shop.place_order(buyer=buyer, key=key, cart=cart, expected_total=total, **settings)

    def paid(self, *, cart="cart-1", buyer="u1", key="place-1", settings=None, **quantities):
        """An order that is paid."""
        self.fill(cart, buyer, **quantities)
        placed = self.place(key, buyer, cart, **(settings or {}))
        assert isinstance(placed, Done), placed
        if not placed.attempt:
            return placed.order
        return self.shop.pay_notified(self.gateway.pay(placed.attempt)).order

    # -- time and the gateway -----------------------------------------------------------------------------------------

    def settle(self):
        """The gateway pays every refund, and says so; returns the last answer."""
        answer = None
        for leg in self.gateway.pending_refunds():
            answer = self.shop.refund_notified(self.gateway.settle_refund(leg))
        return answer

    def sweep(self, **passed):
        """Time passes, and the sweep runs until it has nothing to do."""
        self.clock.advance(**passed)
        runs = []
        for _ in range(10):
            swept = self.shop.sweep(relays=False)
            runs.append(swept)
            if not (swept.timers or swept.payments or swept.refunds or swept.owed or swept.strays):
                break
        return runs

    # -- what is there ------------------------------------------------------------------------------------------------

    def order(self, name):
        """The order as it is stored."""
        return self.shop.find_order(name)[0]

    def label(self, name):
        """Its label."""
        return label(self.order(name)).code

    def stock(self, sku):
        """(on hand, allocated, held) of a sku."""
        level = self.shop.stock_levels([StockKey(sku)])[StockKey(sku)]
        return level.on_hand, level.allocated, level.held

    def minutes(self, number):
        """So many minutes."""
        return timedelta(minutes=number)
