"""django-oscar's offer applicator on workloads 1 and 2.

In its favour: the database is sqlite in memory, prices are fixed, points are left out, and a line that one offer has
consumed is not looked at by the next, so it often has less to do. As it ships it asks its database again and again, 158
times for a cart of workload 1. After :meth:`Shop.remember` the answers are kept: no query is left while the clock runs.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

_NUMBERS = count()


def prepare() -> None:
    """Sets django up with a database in memory."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from oscar import INSTALLED_APPS
    from oscar import defaults as oscar_defaults

    options = {name: getattr(oscar_defaults, name) for name in dir(oscar_defaults) if name.startswith("OSCAR")}
    settings.configure(
        **options,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=list(dict.fromkeys(["django.contrib.flatpages", *INSTALLED_APPS])),
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        ROOT_URLCONF="",
        SECRET_KEY="benchmark",
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0, run_syncdb=True)


def _known(promotions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [raw for raw in promotions if raw["kind"] != "points"]


def _work(applicator: Any, basket: Any, offers: list[Any]) -> Callable[[], object]:
    def work() -> object:
        basket.reset_offer_applications()
        for line in basket.all_lines():
            line.clear_discount()
        applicator.apply_offers(basket, offers)
        return [(line.discount_value, line.line_price_excl_tax_incl_discounts) for line in basket.all_lines()]

    return work


class _NoCombinations:
    """No offer here names others that it may be combined with."""

    def count(self) -> int:
        return 0


class Shop:
    """A workload's carts and offers as django-oscar has them."""

    def __init__(self, workload: dict[str, Any]) -> None:
        from oscar.core.loading import get_class, get_model
        from oscar.test import factories

        self.model = get_model
        self.factories = factories
        self.products: dict[str, Any] = {}
        self.categories: dict[str, Any] = {}
        self.ranges: dict[str, Any] = {}
        self.applicator = get_class("offer.applicator", "Applicator")()
        self.baskets = [self.basket(raw) for raw in workload["carts"]]
        self.offers = [self.offer(raw, place) for place, raw in enumerate(_known(workload["promotions"]))]

    def works(self) -> list[Callable[[], object]]:
        """One function per cart that applies all offers to it."""
        return [_work(self.applicator, basket, self.offers) for basket in self.baskets]

    def remember(self) -> None:
        """Keeps in memory what applying offers asks the database for."""
        model = self.model("offer", "Range")
        known: dict[tuple[int, int], bool] = {}
        ask = model.contains_product

        def contains_product(one: Any, product: Any) -> bool:
            key = (one.pk, product.pk)
            if key not in known:
                known[key] = ask(one, product)
            return known[key]

        model.contains_product = contains_product
        self.model("offer", "ConditionalOffer").combinations = _NoCombinations()
        for offer in self.offers:
            for part in (offer.condition, offer.benefit):
                ready = part.proxy()
                ready.range = part.range
                part.proxy = lambda ready=ready: ready
        for basket in self.baskets:
            lines = list(basket.all_lines())
            basket.all_lines = lambda lines=lines: lines

    def product(self, line: dict[str, Any]) -> Any:
        if line["sku"] not in self.products:
            product = self.factories.create_product(price=Decimal(line["price"]) / 100, num_in_stock=1000)
            product.categories.add(self.category(line["category"]))
            self.products[line["sku"]] = product
        return self.products[line["sku"]]

    def category(self, name: str) -> Any:
        if name not in self.categories:
            self.categories[name] = self.model("catalogue", "Category").add_root(name=name)
        return self.categories[name]

    def basket(self, raw: dict[str, Any]) -> Any:
        basket = self.factories.create_basket(empty=True)
        for line in raw["lines"]:
            basket.add_product(self.product(line), line["qty"])
        basket.all_lines()
        return basket

    def range(self, scope: dict[str, Any]) -> Any:
        key = repr(scope)
        if key not in self.ranges:
            made = self.model("offer", "Range").objects.create(
                name=f"R{next(_NUMBERS)}", includes_all_products=scope["type"] == "all"
            )
            if scope["type"] == "category":
                made.included_categories.add(*[self.category(name) for name in scope["values"]])
            if scope["type"] == "sku":
                for sku in scope["values"]:
                    if sku in self.products:
                        made.add_product(self.products[sku])
            self.ranges[key] = made
        return self.ranges[key]

    def offer(self, raw: dict[str, Any], place: int) -> Any:
        scope = self.range(raw["scope"])
        condition_model, benefit_model = self.model("offer", "Condition"), self.model("offer", "Benefit")
        if raw["kind"] == "item_percent":
            condition = condition_model(range=scope, type="Count", value=1)
            benefit = benefit_model(range=scope, type="Percentage", value=raw["percent_off"])
        else:
            step = raw["steps"][-1] if raw["kind"] == "ladder" else raw
            condition = condition_model(range=scope, type="Value", value=Decimal(step["threshold"]) / 100)
            benefit = benefit_model(range=scope, type="Absolute", value=Decimal(step["off"]) / 100)
        condition.save()
        benefit.save()
        offer = self.model("offer", "ConditionalOffer").objects.create(
            name=f"{raw['id']}-{next(_NUMBERS)}",
            offer_type="Site",
            condition=condition,
            benefit=benefit,
            priority=1000 - place,
        )
        offer.max_basket_applications = 1
        offer.exclusive = False
        return offer
