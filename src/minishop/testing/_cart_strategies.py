"""Strategies for stored carts: part of :mod:`minishop.testing.strategies`, which re-exports them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from minishop.cart import (
    Activity,
    Add,
    Operation,
    Product,
    Remove,
    SavedCart,
    SaveForLater,
    Select,
    Set,
    apply_operations,
    remove_ordered,
)

__all__ = ["operations", "products", "saved_carts", "shelves"]

_NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)
_SKUS = ("S1", "S2", "S3", "S4")
_CUSTOMISATIONS = (None, None, None, {"engraving": "福"})
_ACTIVITIES = (None, None, None, "flash")


@st.composite
def operations(
    draw: st.DrawFn,
    *,
    device: str | None = None,
    number: int | None = None,
    skus: Sequence[str] = _SKUS,
    kinds: Sequence[type[Operation]] = (Add, Add, Set, Remove, Select, SaveForLater),
) -> Operation:
    """One operation on one of a few lines, with any base; quantities are small, now and then near the most."""
    kind = draw(st.sampled_from(kinds))
    own: dict[str, Any] = {}
    if kind is Add:
        own = {"quantity": draw(st.integers(1, 3) | st.sampled_from((5000, 9999)))}
    elif kind is Set:
        own = {"quantity": draw(st.integers(0, 3) | st.just(9999))}
    elif kind is Select:
        own = {"selected": draw(st.booleans())}
    elif kind is SaveForLater:
        own = {"saved": draw(st.booleans())}
    if kind in (Add, Set):
        own["price"] = draw(st.none() | st.integers(0, 30_000))
    return kind(
        device=device or draw(st.sampled_from(("phone", "tablet"))),
        number=number or draw(st.integers(1, 9)),
        base=draw(st.integers(0, 12)),
        sku=draw(st.sampled_from(skus)),
        customisation=draw(st.sampled_from(_CUSTOMISATIONS)),
        activity=draw(st.sampled_from(_ACTIVITIES)),
        **own,
    )


@st.composite
def saved_carts(draw: st.DrawFn, *, id: str = "c1", shopper: str | None = None, most: int = 12) -> SavedCart:  # noqa: A002
    """A cart as up to ``most`` operations of two devices, and now and then an order, left it."""
    cart, now = SavedCart(id=id, shopper=shopper), _NOW
    for operation in draw(st.lists(operations(), max_size=most)):
        now += timedelta(seconds=draw(st.integers(0, 3)))
        cart, _ = apply_operations(cart, [operation], now)
        if draw(st.integers(0, 9)) == 9:
            cart = remove_ordered(cart, [line.key for line in cart.active_lines], now)
    return cart


def _activities(price: int) -> st.SearchStrategy[Activity]:
    edge = st.none() | st.integers(-2, 2).map(lambda hours: _NOW + timedelta(hours=hours))
    return st.builds(
        Activity,
        price=st.integers(0, price),
        starts_at=edge,
        ends_at=edge,
        stock=st.none() | st.integers(0, 5),
        limit=st.none() | st.integers(0, 5),
    )


@st.composite
def products(draw: st.DrawFn) -> Product:
    """One sku as the app knows it: often scarce, limited or not sold any more."""
    price = draw(st.integers(0, 30_000))
    return Product(
        unit_price=price,
        listed=draw(st.sampled_from((True, True, True, False))),
        stock=draw(st.none() | st.integers(0, 9)),
        limit=draw(st.none() | st.integers(0, 9)),
        least=draw(st.sampled_from((1, 1, 1, 2))),
        activities=draw(st.dictionaries(st.just("flash"), _activities(price))),
        member_prices=draw(st.dictionaries(st.just("gold"), st.integers(0, price))),
        category=draw(st.sampled_from(((), ("home",), ("food",)))),
    )


def shelves() -> st.SearchStrategy[dict[str, Product]]:
    """Sku to product, for the skus of drawn carts; some are missing."""
    return st.dictionaries(st.sampled_from(_SKUS), products(), max_size=len(_SKUS))
