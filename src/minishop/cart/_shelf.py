"""What the app knows of its goods at this moment: the shelf that a stored cart is held against.

A shelf is a plain mapping from sku to :class:`Product`, loaded by the app for the skus of one cart. A sku that is not
on it is not sold any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.quotes.checks import (
    as_dict,
    as_names,
    at_least,
    aware,
    fen,
    flag,
    instance_of,
    mapping_of,
    names,
    optional,
    text,
)

__all__ = ["Activity", "Product", "Shelf", "price_now"]


@frozen(kw_only=True)
class Activity:
    """An activity (flash sale, group-buy, bargain) that a sku can be bought in.

    Attributes:
        price: Unit price in it, fen.
        starts_at: First instant; aware. ``None``: it runs already.
        ends_at: First instant after it (half-open); aware. ``None``: it has no end.
        stock: Units left for the activity; ``None`` is not checked.
        limit: Units that this shopper may still buy in it; ``None`` is not checked.
    """

    price: int = field(validator=fen)
    starts_at: datetime | None = field(default=None, validator=optional(aware))
    ends_at: datetime | None = field(default=None, validator=optional(aware))
    stock: int | None = field(default=None, validator=optional(at_least(0)))
    limit: int | None = field(default=None, validator=optional(at_least(0)))

    def is_open(self, now: datetime) -> bool:
        """Whether it runs at ``now``."""
        return not self.is_before(now) and not self.is_over(now)

    def is_before(self, now: datetime) -> bool:
        """Whether it has yet to begin at ``now``."""
        return self.starts_at is not None and now < self.starts_at

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended at ``now``."""
        return self.ends_at is not None and now >= self.ends_at


@frozen(kw_only=True)
class Product:
    """One sku as it is now.

    The attributes that are not listed here are those of :class:`minishop.quotes.CartLine`.

    Attributes:
        unit_price: List price of a unit, fen.
        listed: Whether it is on sale.
        stock: Units that can be sold now; ``None`` is not checked.
        limit: Units that this shopper may still buy, over all lines of the sku; ``None`` is not checked.
        least: The fewest units that are sold at once.
        ships: ``False`` for what is not sent: vouchers, services, downloads. They are received when they are paid.
        activities: Activity id to what the sku costs in it and how long.

    Raises:
        InvalidInput: A value is out of its range; ``field`` names it. An activity's price is above the list price.
    """

    unit_price: int = field(validator=fen)
    listed: bool = field(default=True, validator=flag)
    stock: int | None = field(default=None, validator=optional(at_least(0)))
    limit: int | None = field(default=None, validator=optional(at_least(0)))
    least: int = field(default=1, validator=at_least(1))
    ships: bool = field(default=True, validator=flag)
    activities: Mapping[str, Activity] = field(
        factory=dict, converter=as_dict, validator=mapping_of(instance_of(Activity)), hash=False
    )
    product: str | None = field(default=None, validator=optional(text))
    category: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    brand: str | None = field(default=None, validator=optional(text))
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    shop: str | None = field(default=None, validator=optional(text))
    member_prices: Mapping[str, int] = field(factory=dict, converter=as_dict, validator=mapping_of(fen), hash=False)
    floor: int = field(default=0, validator=fen)
    freight: str | None = field(default=None, validator=optional(text))
    weight_mg: int | None = field(default=None, validator=optional(at_least(0)))
    volume_cm3: int | None = field(default=None, validator=optional(at_least(0)))

    def __attrs_post_init__(self) -> None:
        for name, activity in self.activities.items():
            if activity.price > self.unit_price:
                raise InvalidInput(
                    f"activities[{name}].price",
                    "above_list_price",
                    "must not be above unit_price",
                    params={"price": activity.price, "unit_price": self.unit_price},
                )


Shelf = Mapping[str, Product]


def price_now(product: Product, activity: str | None, now: datetime) -> int:
    """Unit price before promotions, fen: the activity's while it runs, else the list price."""
    deal = None if activity is None else product.activities.get(activity)
    return deal.price if deal is not None and deal.is_open(now) else product.unit_price
