"""What every flow of one shop goes by, and what it asks the app for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import field, frozen

from minishop.cart import Shelf
from minishop.checkout._plan import ParcelPolicy
from minishop.errors import InvalidInput
from minishop.flows import Flow, Now, Request, ask
from minishop.logistics import Capabilities
from minishop.orders import SYSTEM, Actor, Context, OrderPolicy, Table
from minishop.promotions import Engine
from minishop.quotes import Shopper

__all__ = ["Desk", "GetShelf", "GetShopper", "now_of"]


@frozen
class GetShelf(Request[Shelf]):
    """What the app knows of some goods now, for one buyer: sku to product; a sku that is missing is not sold."""

    skus: tuple[str, ...]
    buyer: str


@frozen
class GetShopper(Request[Shopper]):
    """Level, tags, and whether the buyer is new: what audiences and member prices look at."""

    buyer: str


def now_of() -> Flow[datetime]:
    """The time."""
    return (yield from ask(Now()))


@frozen(kw_only=True)
class Desk:
    """How one shop trades. The defaults are the safe ones.

    Attributes:
        shop: Id of the shop; part of every idempotency key.
        engine: Prices carts.
        engines: Digest to the engine of that time; needed to reprice what is kept (``OrderPolicy.threshold``).
        gateway: Name of the gateway in transactions.
        merchant: The merchant number that money must arrive at.
        policy: Of orders.
        table: The life cycle; ``None`` is the library's own.
        stock_at: When stock is taken: ``place``, or ``pay`` (held until then).
        hold_grace: How long after the deadline for paying a hold still counts.
        drop_gift: Place an order without its gift if the gift is gone, instead of refusing it.
        receipt_for: How long an idempotency key is remembered; at least 72 hours.
        rounds: How often a flow decides again after somebody else was faster.
        query_after: How long a payment or refund may be silent before the gateway is asked.
        channel: Channel of the shop for audiences, for example ``mini-program``.
        description: What the shopper reads while paying; gets the order's id.
        parcel_policy: How parcels are reported and followed.
        reports: Whether the shop has a mini-program, to which shipping is reported.
        trackers: Who follows parcels: the provider's name to what it can do.
        notifies: Whether the shopper is told of new labels.
    """

    shop: str
    engine: Engine
    engines: Callable[[str], Engine | None] = field(default=lambda digest: None, eq=False)
    gateway: str = ""
    merchant: str = ""
    policy: OrderPolicy = field(factory=OrderPolicy)
    table: Table | None = None
    stock_at: Literal["place", "pay"] = "place"
    hold_grace: timedelta = timedelta(minutes=10)
    drop_gift: bool = False
    receipt_for: timedelta = field(default=timedelta(hours=72))
    rounds: int = 5
    query_after: timedelta = timedelta(minutes=2)
    channel: str | None = "mini-program"
    description: Callable[[str], str] = field(default=lambda order: order, eq=False)
    parcel_policy: ParcelPolicy = field(factory=ParcelPolicy)
    reports: bool = False
    trackers: Mapping[str, Capabilities] = field(factory=dict, eq=False)
    notifies: bool = False

    @receipt_for.validator
    def _check_receipt_for(self, attribute: object, value: timedelta) -> None:
        if value < timedelta(hours=72):
            raise InvalidInput("receipt_for", "too_small", "must be at least 72 hours", params={"got": str(value)})

    def context(self, now: datetime, actor: Actor = SYSTEM) -> Context:
        """What a decision about an order depends on."""
        return Context(now, actor, self.policy, self.table)


def shelf_of(skus: Sequence[str], buyer: str) -> Flow[Shelf]:
    """The shelf of these goods."""
    return (yield from ask(GetShelf(tuple(sorted(set(skus))), buyer)))
