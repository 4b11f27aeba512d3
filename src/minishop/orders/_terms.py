"""What is frozen when an order is placed: who, what, for how much, and each unit's share of it.

Fen throughout. For every unit ``list_price - price - item - order - sum(coupons) - reprice - points_value = cash``,
and over the order ``sum of cash + freight = payable``. Refunds read these numbers and never price again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

__all__ = [
    "EMPTY",
    "Address",
    "ClaimTaken",
    "CouponShare",
    "Line",
    "LockedCoupon",
    "PointsLot",
    "StockKey",
    "Terms",
    "UnitTerms",
]

#: Marks a field that is stored apart, so that it can be erased.
PERSONAL: Mapping[str, Any] = {"personal": True}

#: What ``extra`` is as long as there is nothing in it: one object for all.
EMPTY: Mapping[str, Any] = {}


@frozen(kw_only=True)
class Address:
    """Where the parcels go. Personal data, so it is erased apart from the rest.

    Attributes:
        region: Region codes from the widest to the narrowest.
    """

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    region: tuple[str, ...] = ()
    street: str = field(default="", repr=False)
    postcode: str = ""
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen
class StockKey:
    """One shelf: a sku at a location; ``location`` is the app's own and may be empty."""

    sku: str
    location: str = ""


@frozen
class CouponShare:
    """What one coupon took off one unit, fen. ``coupon`` is its id, or the rule's where there is no coupon."""

    coupon: str
    amount: int


@frozen(kw_only=True)
class UnitTerms:
    """The frozen vector of one unit.

    Attributes:
        id: Line id, ``/``, 1-based index in the quote's unit order.
        list_price: List price, fen.
        price: Taken off by the price layer, fen.
        item: By item offers, fen.
        order: By order offers, fen.
        coupons: By each coupon, fen.
        reprice: By the seller before payment (改价), fen; negative if the price was raised.
        points_value: Paid with points, fen.
        cash: Paid with money, fen.
        points_count: Points that were used for it.
        earned: Points that it earns.
    """

    id: str
    list_price: int
    price: int = 0
    item: int = 0
    order: int = 0
    coupons: tuple[CouponShare, ...] = ()
    reprice: int = 0
    points_value: int = 0
    cash: int
    points_count: int = 0
    earned: int = 0
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)


@frozen(kw_only=True)
class Line:
    """One line of an order: units of one sku, served from one location.

    Attributes:
        ships: ``False`` for virtual goods and services: shipped and received the moment they are paid.
        is_gift: Units have cash 0; ``value`` is what one costs if it is not given back, fen.
        earned_by: Ids of the lines that the gift came with.
        rule: Id of the rule that gave the gift.
        customisation: As in the cart: canonical JSON text, or ``None``.
        activity: Id of the activity that it was bought in.
    """

    id: str
    stock: StockKey
    units: tuple[UnitTerms, ...]
    ships: bool = True
    is_gift: bool = False
    value: int = 0
    earned_by: tuple[str, ...] = ()
    rule: str = ""
    customisation: str | None = None
    activity: str | None = None
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def quantity(self) -> int:
        """Units."""
        return len(self.units)

    @property
    def sku(self) -> str:
        """What is sold."""
        return self.stock.sku


@frozen
class LockedCoupon:
    """A coupon that the order uses up."""

    id: str
    rule: str


@frozen
class ClaimTaken:
    """A use of a limited rule: ``count`` uses, ``amount`` fen of its budget."""

    rule: str
    coupon: str | None
    count: int
    amount: int


@frozen
class PointsLot:
    """``count`` points out of one lot of the member's points."""

    lot: str
    count: int


@frozen(kw_only=True)
class Terms:
    """Everything about an order that payment, parcels and refunds do not change.

    Attributes:
        source_key: ``<cart id>:<sequence>`` or ``buy-now:<actor>:<key>``; unique over all orders.
        freight: Fen.
        payable: Fen.
        slices: What is paid separately, fen, adding up to ``payable``; empty: all at once.
        digest: The quote's: rules document and engine.
        rules: Where the rules document is kept, for repricing what is left after a return.
        coupons: Used up by the order.
        claims: Uses of limited rules, coupons and automatic ones.
        lots: Where the points came from, in the order in which they were taken.
        is_flash: Whether the shorter deadline for paying holds.
    """

    id: str
    shop: str
    buyer: str
    source_key: str
    placed_at: datetime
    currency: str = "CNY"
    lines: tuple[Line, ...]
    freight: int = 0
    payable: int
    slices: tuple[int, ...] = ()
    address: Address | None = field(default=None, metadata=PERSONAL)
    note: str = field(default="", repr=False, metadata=PERSONAL)
    digest: str = ""
    rules: str = ""
    coupons: tuple[LockedCoupon, ...] = ()
    claims: tuple[ClaimTaken, ...] = ()
    lots: tuple[PointsLot, ...] = ()
    is_flash: bool = False
    extra: Mapping[str, Any] = field(default=EMPTY, hash=False)

    @property
    def parts(self) -> tuple[int, ...]:
        """The amounts that are paid separately, fen: the slices, or all at once."""
        return self.slices or (self.payable,)
