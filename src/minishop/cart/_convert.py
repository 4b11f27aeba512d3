"""From what the shopper put in to what is priced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from minishop.cart._saved import SavedCart, SavedLine
from minishop.cart._shelf import Product, Shelf
from minishop.quotes import Cart, CartLine, Usage

__all__ = ["to_cart"]


def to_cart(
    saved: SavedCart,
    shelf: Shelf,
    now: datetime,
    *,
    gift_stock: Mapping[str, int] | None = None,
    usage: Mapping[str, Usage] | None = None,
) -> Cart:
    """The cart to price.

    A line's id is its key, so that it keeps its name from the cart through the quote to the order. Lines that are saved
    for later and goods that are not sold any more are left out; unselected lines are handed on as unselected.

    Args:
        saved: The stored cart.
        shelf: Sku to product; loaded for the skus of the cart.
        now: Decides which activity prices hold; aware.
        gift_stock: As in :class:`minishop.quotes.Cart`.
        usage: As in :class:`minishop.quotes.Cart`.
    """
    lines = [
        _line(line, product, now)
        for line in saved.lines
        if not line.saved_for_later and (product := shelf.get(line.sku)) is not None and product.listed
    ]
    return Cart(lines, gift_stock=gift_stock, usage=usage)


def _line(line: SavedLine, product: Product, now: datetime) -> CartLine:
    deal = None if line.activity is None else product.activities.get(line.activity)
    return CartLine(
        id=line.key,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=product.unit_price,
        product=product.product,
        category=product.category,
        brand=product.brand,
        tag=product.tag,
        shop=product.shop,
        member_prices=product.member_prices,
        activity_price=deal.price if deal is not None and deal.is_open(now) else None,
        floor=product.floor,
        freight=product.freight,
        weight_mg=product.weight_mg,
        volume_cm3=product.volume_cm3,
        selected=line.selected,
    )
