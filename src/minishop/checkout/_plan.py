"""How one shop reports and follows its parcels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.logistics import Namespace, carrier_code, carriers, clean_number, find_carriers
from minishop.orders import Line, Order
from minishop.quotes.checks import as_dict
from minishop.wechat.shipping import DeliveryKind

__all__ = ["DELIVERY", "ParcelPolicy", "delivery_kind", "waybill_number"]

#: Where an order's terms say how it is delivered, if not by express.
DELIVERY = "delivery"


def delivery_kind(text: str) -> DeliveryKind:
    """How an order is delivered.

    Raises:
        InvalidInput: ``unknown_value``.
    """
    try:
        return DeliveryKind(text)
    except ValueError:
        raise InvalidInput(
            "delivery",
            "unknown_value",
            f"must be one of {', '.join(DeliveryKind)}",
            params={"got": text},
        ) from None


def waybill_number(text: str) -> str:
    """A parcel's number as carriers write it; as it was typed, if it is none."""
    try:
        return clean_number(text)
    except InvalidInput:
        return text


def _delivery(order: Order) -> DeliveryKind:
    return delivery_kind(order.terms.extra.get(DELIVERY, DeliveryKind.EXPRESS))


def _sku(line: Line) -> str:
    return line.sku


@frozen(kw_only=True)
class ParcelPolicy:
    """What shops settle differently about parcels. The defaults are the safe ones.

    Attributes:
        carriers: The shop's own words for carriers to our ids: ``{"圆通": "yto"}``. Our ids, and the codes that
            kuaidi100, KDNiao and WeChat have for exactly one carrier, are understood anyhow.
        allow_unsure: Whether WeChat may be told a carrier's code that is only inferred.
        provider: Our id of a carrier (empty: not named) to the name of the provider that follows its parcels; by
            default the provider that has the carrier's own name, else the first one.
        delivery: How an order is delivered; by default what :meth:`Shop.place_order` was told.
        name: What a line is called where its goods are described to WeChat; by default its sku.
        phone: The shop's own telephone number, for carriers that want one where the recipient's is not known.
        poll_every: How often a provider without pushes is asked about a parcel; never more often than it allows.
        follow_for: How long after it was shipped a parcel is asked about.
        unknown_for: How long after that a number may be unknown to a provider that is asked, before a person is told.
        early: How long before it was shipped a parcel may be said to be delivered. Further back, the news is of an
            older parcel with the same number.
        tell_within: How late a shopper is still told of a new label.
    """

    carriers: Mapping[str, str] = field(factory=dict, converter=as_dict, hash=False)
    allow_unsure: bool = False
    provider: Callable[[str], str] | None = field(default=None, eq=False)
    delivery: Callable[[Order], DeliveryKind] = field(default=_delivery, eq=False)
    name: Callable[[Line], str] = field(default=_sku, eq=False)
    phone: str = field(default="", repr=False)
    poll_every: timedelta = timedelta(hours=2)
    follow_for: timedelta = timedelta(days=60)
    unknown_for: timedelta = timedelta(days=3)
    early: timedelta = timedelta(days=3)
    tell_within: timedelta = timedelta(days=1)

    def carrier(self, word: str) -> str:
        """Our id of the carrier that a word of the shop's means; never a guess.

        Raises:
            InvalidInput: ``carrier_unclear``: it means none that we know, or several.
        """
        known = carriers()
        for name in (self.carriers.get(word, word), word.lower()):
            if name in known:
                return name
        found = {carrier.id for space in Namespace for carrier in find_carriers(word, space)}
        if len(found) == 1:
            return found.pop()
        raise InvalidInput(
            "carrier",
            "carrier_unclear",
            f"{word!r} is {'several carriers' if found else 'no carrier'} that we know",
            params={"got": word, "candidates": tuple(sorted(found))},
            next_step="Name it by an id of minishop.logistics.carriers(), or add the word to ParcelPolicy.carriers.",
        )

    def wechat_code(self, word: str) -> str:
        """The code by which WeChat knows that carrier.

        Raises:
            InvalidInput: ``carrier_unclear``; ``no_carrier_code``: WeChat has none that we are sure of.
        """
        return carrier_code(self.carrier(word), Namespace.WECHAT, allow_unsure=self.allow_unsure)
