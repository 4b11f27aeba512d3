"""What of an order has left, as the platform wants to be told. A pure function of the order.

* Virtual goods are there as soon as they are paid; nothing is said about parcels.
* What travels under one number is one parcel, however often it was recorded.
* Express: one parcel with everything is a unified delivery; anything else is split, and stays split once the platform
  was told so. A parcel of nothing but replacements belongs to an exchange, not to the payment.
* Same-city and pickup know no parcels: one report, when everything is ready.

A split delivery is told with all its parcels every time, so the last report says everything by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from minishop.checkout._keys import fingerprint_of
from minishop.checkout._plan import ParcelPolicy, waybill_number
from minishop.errors import InvalidInput
from minishop.orders import Goods, Order, Shipment, facets
from minishop.wechat.shipping import DeliveryKind, OrderKey, Parcel, ShippingReport, describe_goods

__all__ = ["Leaving", "leaving_of", "report_of"]

#: WeChat's codes of carriers whose parcels need a telephone number.
_NEED_A_PHONE = frozenset({"SF"})


@frozen(kw_only=True)
class Leaving:
    """What has left.

    Attributes:
        kind: How it is delivered.
        shipments: The parcels; none unless it is express.
        is_split: Whether it goes in several parcels.
        is_all: Whether nothing is to follow.
        digest: The same for the same; without what the parcels are called or hold.
    """

    kind: DeliveryKind
    shipments: tuple[Shipment, ...] = ()
    is_split: bool = False
    is_all: bool = True
    digest: str = field(init=False)

    @digest.default
    def _digest(self) -> str:
        parcels = sorted(_labels(self.shipments))
        said = {"kind": str(self.kind), "split": self.is_split, "all": self.is_all, "parcels": parcels}
        return fingerprint_of(said)[:32]


def leaving_of(order: Order, kind: DeliveryKind, *, was_split: bool = False) -> Leaving | None:
    """What has left; ``None``: nothing that could be reported yet.

    Args:
        order: As it is.
        kind: How its goods are delivered, those that are.
        was_split: Whether the platform was told of several parcels before.
    """
    goods = facets(order).goods
    if goods is Goods.NONE:
        return None
    is_all = goods is not Goods.PARTLY_SHIPPED
    originals = {unit.shipment for unit in order.units if not unit.is_replacement}
    parcels = tuple(one for one in order.shipments if not one.is_void and one.id in originals)
    if not parcels:
        return Leaving(kind=DeliveryKind.VIRTUAL) if is_all else None
    if kind is not DeliveryKind.EXPRESS:
        return Leaving(kind=kind) if is_all else None
    is_split = was_split or len(_labels(parcels)) > 1 or not is_all
    return Leaving(kind=kind, shipments=parcels, is_split=is_split, is_all=is_all)


def _labels(shipments: Iterable[Shipment]) -> set[tuple[str, str]]:
    """The carriers and numbers of what may have been recorded in several steps."""
    return {(one.carrier, waybill_number(one.tracking)) for one in shipments}


def report_of(
    policy: ParcelPolicy, order: Order, leaving: Leaving, *, transaction: str, payer: str, at: datetime
) -> ShippingReport:
    """The report that says so.

    Args:
        policy: The shop's.
        order: Whose goods they are.
        leaving: What has left.
        transaction: WeChat Pay's number of the payment.
        payer: The payer's openid.
        at: The time that orders competing reports.

    Raises:
        InvalidInput: Something is missing or unclear: a carrier, a number, a telephone number.
    """
    boxes: dict[tuple[str, str], set[str]] = {}
    for one in leaving.shipments:
        boxes.setdefault(_box(policy, one), set()).add(one.id)
    parcels = tuple(_parcel(policy, order, *box, inside) for box, inside in boxes.items())
    return ShippingReport(
        order=OrderKey(transaction_id=transaction),
        parcels=parcels or (Parcel(description=_describe(policy, order)),),
        kind=leaving.kind,
        is_split=leaving.is_split,
        is_all_delivered=leaving.is_all if leaving.is_split else None,
        payer=payer,
        uploaded_at=at,
    )


def _box(policy: ParcelPolicy, shipment: Shipment) -> tuple[str, str]:
    """WeChat's code of the carrier, and the number."""
    if not shipment.tracking:
        raise InvalidInput("tracking", "empty", "an express parcel needs its number")
    return policy.wechat_code(shipment.carrier), waybill_number(shipment.tracking)


def _parcel(policy: ParcelPolicy, order: Order, company: str, number: str, shipments: set[str]) -> Parcel:
    phones: dict[str, str] = {}
    if company in _NEED_A_PHONE:
        to = order.address.phone if order.address else ""
        phones = {"receiver_phone": to} if to else {"consignor_phone": policy.phone}
    return Parcel(description=_describe(policy, order, shipments), tracking_no=number, company=company, **phones)


def _describe(policy: ParcelPolicy, order: Order, shipments: set[str] | None = None) -> str:
    """What is in a parcel; of all goods, if it is none."""
    inside = Counter(unit.line for unit in order.units if shipments is None or unit.shipment in shipments)
    return describe_goods((policy.name(line), inside[line.id]) for line in order.lines if inside[line.id])
