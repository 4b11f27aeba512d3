"""What is priced: lines, the shopper, the coupons held, the points offered.

All of it is values: frozen, checked when built, equal by content. Money is ``int`` fen, measures are ``int``
milligrams and cubic centimetres (the six decimals of a document's kilograms and cubic metres), times are aware
datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.quotes.checks import (
    as_dict,
    as_names,
    as_tuple,
    at_least,
    aware,
    each,
    fen,
    flag,
    has_utc,
    instance_of,
    mapping_of,
    names,
    optional,
    text,
)

__all__ = ["Cart", "CartLine", "Coupon", "PointsRequest", "QuoteRequest", "Shopper", "Usage"]


@frozen(kw_only=True)
class CartLine:
    """One line of a cart: some units of one thing at one list price.

    Attributes:
        id: Unique in the cart. Lines are ranked by (length of id, id), so a price never depends on their order.
        sku: What is sold.
        quantity: Units, at least 1.
        unit_price: List price of a unit, fen.
        product: The product that the sku is a variant of; ``distinct`` thresholds count it, else the sku.
        category: Category ids; a scope matches if it names any of them.
        brand: Brand id.
        tag: Free labels; a scope matches if it names any of them.
        shop: The shop that sells the line, on a marketplace.
        member_prices: Level to unit price, fen; used if lower than the list price.
        activity_price: Unit price, fen, if the line is bound to an activity (flash sale, group-buy, bargain).
        floor: The least a unit may sell at after item, order and coupon discounts, fen.
        freight: Id of the freight template; without one the line ships free.
        weight_mg: Weight of a unit in milligrams (0.35 kg is 350000).
        volume_cm3: Volume of a unit in cubic centimetres (0.002 m3 is 2000).
        selected: Unselected lines are checked but not priced.

    Raises:
        InvalidInput: A value is out of its range; ``field`` names it.
    """

    id: str = field(validator=text)
    sku: str = field(validator=text)
    quantity: int = field(validator=at_least(1, 10**6))
    unit_price: int = field(validator=fen)
    product: str | None = field(default=None, validator=optional(text))
    category: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    brand: str | None = field(default=None, validator=optional(text))
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    shop: str | None = field(default=None, validator=optional(text))
    member_prices: Mapping[str, int] = field(factory=dict, converter=as_dict, validator=mapping_of(fen), hash=False)
    activity_price: int | None = field(default=None, validator=optional(fen))
    floor: int = field(default=0, validator=fen)
    freight: str | None = field(default=None, validator=optional(text))
    weight_mg: int | None = field(default=None, validator=optional(at_least(0)))
    volume_cm3: int | None = field(default=None, validator=optional(at_least(0)))
    selected: bool = field(default=True, validator=flag)

    def __attrs_post_init__(self) -> None:
        if self.activity_price is not None and self.activity_price > self.unit_price:
            raise InvalidInput(
                "activity_price",
                "above_list_price",
                "must not be above unit_price",
                params={"activity_price": self.activity_price, "unit_price": self.unit_price},
            )


@frozen(kw_only=True)
class Usage:
    """How much of a rule's limits is used up already: counts, and fen for the budget."""

    shopper: int = field(default=0, validator=at_least(0))
    total: int = field(default=0, validator=at_least(0))
    budget: int = field(default=0, validator=fen)


@frozen
class Cart:
    """The lines to price, and what storage knows about them.

    Attributes:
        lines: Ids are unique.
        gift_stock: Units left of each gift sku; a sku that is not named is not checked. ``None`` checks none.
        usage: Rule id to what was used of its limits. ``None`` leaves ``shopper``, ``total`` and ``budget`` limits to
            whoever redeems the quote's claims.

    Raises:
        InvalidInput: Two lines share an id, or a value has the wrong type.
    """

    lines: tuple[CartLine, ...] = field(converter=as_tuple, validator=each(CartLine))
    gift_stock: Mapping[str, int] | None = field(
        default=None, kw_only=True, converter=as_dict, validator=optional(mapping_of(at_least(0))), hash=False
    )
    usage: Mapping[str, Usage] | None = field(
        default=None,
        kw_only=True,
        converter=as_dict,
        validator=optional(mapping_of(instance_of(Usage))),
        hash=False,
    )
    #: The selected lines in canonical order: by (length of id, id).
    ranked_lines: tuple[CartLine, ...] = field(init=False, eq=False, repr=False)
    #: For each selected line, in the order they were given, its place in :attr:`ranked_lines`.
    input_places: tuple[int, ...] = field(init=False, eq=False, repr=False)
    #: Quantity times list price of each ranked line, fen.
    list_amounts: tuple[int, ...] = field(init=False, eq=False, repr=False)
    #: Whether no ranked line has a floor, a member price or an activity price.
    is_plain: bool = field(init=False, eq=False, repr=False)
    #: Whether a ranked line names a freight template.
    has_freight: bool = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        seen: set[str] = set()
        for line in self.lines:
            if line.id in seen:
                raise InvalidInput("lines", "duplicate_id", "line ids must be unique", params={"id": line.id})
            seen.add(line.id)
        selected = [(len(line.id), line.id, line) for line in self.lines if line.selected]
        ranked = tuple(line for _, _, line in sorted(selected, key=lambda entry: entry[:2]))
        positions = {line.id: place for place, line in enumerate(ranked)}
        output = tuple(positions[line.id] for line in self.lines if line.selected)
        settle = object.__setattr__
        settle(self, "ranked_lines", ranked)
        settle(self, "input_places", output)
        settle(self, "list_amounts", tuple(line.quantity * line.unit_price for line in ranked))
        plain = not any(line.floor or line.member_prices or line.activity_price is not None for line in ranked)
        settle(self, "is_plain", plain)
        settle(self, "has_freight", any(line.freight is not None for line in ranked))


@frozen(kw_only=True)
class Shopper:
    """Who buys: what audiences and member prices look at."""

    id: str | None = field(default=None, validator=optional(text))
    level: str | None = field(default=None, validator=optional(text))
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    new_customer: bool = field(default=False, validator=flag)


@frozen(kw_only=True)
class Coupon:
    """One coupon in the shopper's wallet: a right to use a coupon rule once.

    Attributes:
        id: Unique in the wallet.
        rule: Id of a rule of layer ``shop-coupon`` or ``platform-coupon``.
        claimed_at: When it was claimed; aware. Decides between otherwise equal coupons.
        valid_from: First instant of validity; aware.
        valid_until: First instant after validity (half-open); aware.
    """

    id: str = field(validator=text)
    rule: str = field(validator=text)
    claimed_at: datetime | None = field(default=None, validator=optional(aware))
    valid_from: datetime | None = field(default=None, validator=optional(aware))
    valid_until: datetime | None = field(default=None, validator=optional(aware))


def _points_use(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value in ("max", "none"):
        return
    if type(value) is not int or value < 0:
        raise InvalidInput("use", "unknown_value", 'must be "max", "none" or a number of points', params={"got": value})


@frozen
class PointsRequest:
    """Points the shopper has, and how many to use.

    Attributes:
        balance: Points in the account.
        use: ``"max"``, ``"none"``, or a number; more than allowed is cut to what is allowed, never refused.
    """

    balance: int = field(validator=at_least(0))
    use: int | Literal["max", "none"] = field(default="none", validator=_points_use)


def _as_choice(value: Any) -> Any:
    return value if isinstance(value, str) else as_tuple(value)


@frozen(kw_only=True)
class QuoteRequest:
    """Everything that one quote is computed from, beside the rules: a cart document, typed.

    Attributes:
        cart: The lines.
        at: The instant of the quote; aware.
        channel: Where the shopper is, for example ``mini-program``.
        shopper: ``None`` is an anonymous shopper.
        coupons: The wallet; ids are unique.
        use_coupons: ``"best"``, ``"none"``, or the ids that may be used.
        points: ``None`` is no points.
        destination: Region codes from the widest to the narrowest, for example ``("440000", "440300")``.
    """

    cart: Cart
    at: datetime
    channel: str | None = None
    shopper: Shopper | None = None
    coupons: tuple[Coupon, ...] = field(default=(), converter=as_tuple)
    use_coupons: Literal["best", "none"] | tuple[str, ...] = field(default="best", converter=_as_choice)
    points: PointsRequest | None = None
    destination: tuple[str, ...] | None = field(default=None, converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        # One look at everything instead of a validator per field: this runs once per quote.
        if not (
            isinstance(self.cart, Cart)
            and isinstance(self.at, datetime)
            and self.at.utcoffset() is not None
            and has_utc(self.at)
            and (self.shopper is None or isinstance(self.shopper, Shopper))
            and (not self.coupons or all(isinstance(coupon, Coupon) for coupon in self.coupons))
            and (self.use_coupons in ("best", "none") or _are_texts(self.use_coupons))
            and (self.points is None or isinstance(self.points, PointsRequest))
            and (self.channel is None or isinstance(self.channel, str))
            and (self.destination is None or _are_texts(self.destination))
        ):
            raise _request_error(self)


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _request_error(request: QuoteRequest) -> InvalidInput:
    """What is wrong with a request that was found wrong."""
    expected: dict[str, tuple[object, str]] = {
        "cart": (isinstance(request.cart, Cart), "a Cart"),
        "at": (isinstance(request.at, datetime), "a datetime"),
        "shopper": (request.shopper is None or isinstance(request.shopper, Shopper), "a Shopper"),
        "coupons": (
            isinstance(request.coupons, tuple) and all(isinstance(coupon, Coupon) for coupon in request.coupons),
            "a sequence of Coupon",
        ),
        "points": (request.points is None or isinstance(request.points, PointsRequest), "a PointsRequest"),
        "channel": (request.channel is None or isinstance(request.channel, str), "a text"),
        "destination": (request.destination is None or _are_texts(request.destination), "region codes"),
    }
    for name, (fine, wanted) in expected.items():
        if not fine:
            got = type(getattr(request, name)).__name__
            return InvalidInput(name, "wrong_type", f"must be {wanted}, got {got}", params={"got": got})
    if request.at.utcoffset() is None:
        return InvalidInput("at", "naive_time", "must have a UTC offset, for example +08:00")
    if not has_utc(request.at):
        return InvalidInput("at", "out_of_range", "must lie in the years 1 to 9999 of UTC")
    message = 'must be "best", "none" or coupon ids'
    return InvalidInput("use_coupons", "unknown_value", message, params={"got": request.use_coupons})
