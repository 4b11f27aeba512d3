"""The benefit kinds, one per file, and the protocols for an app's own."""

from minishop.promotions.benefits._base import (
    Benefit,
    Cutter,
    ItemBenefit,
    OrderBenefit,
    PriceBenefit,
    Share,
    Units,
)
from minishop.promotions.benefits.amount_off import AmountOff
from minishop.promotions.benefits.bundle import Bundle
from minishop.promotions.benefits.buy_get import BuyGet
from minishop.promotions.benefits.exchange import Exchange
from minishop.promotions.benefits.gift import Gift
from minishop.promotions.benefits.nth_unit import NthUnit
from minishop.promotions.benefits.percent_off import PercentOff
from minishop.promotions.benefits.points_multiplier import PointsMultiplier
from minishop.promotions.benefits.shipping import FreeShipping, ShippingOff
from minishop.promotions.benefits.tiers import Step, Tiers
from minishop.promotions.benefits.unit_price import UnitPrice

__all__ = [
    "BUILT_IN_BENEFITS",
    "AmountOff",
    "Benefit",
    "Bundle",
    "BuyGet",
    "Cutter",
    "Exchange",
    "FreeShipping",
    "Gift",
    "ItemBenefit",
    "NthUnit",
    "OrderBenefit",
    "PercentOff",
    "PointsMultiplier",
    "PriceBenefit",
    "Share",
    "ShippingOff",
    "Step",
    "Tiers",
    "UnitPrice",
    "Units",
]

#: Kind to class, in the order of the documentation.
BUILT_IN_BENEFITS: dict[str, type[Benefit]] = {
    benefit.kind: benefit
    for benefit in (
        AmountOff,
        PercentOff,
        Tiers,
        UnitPrice,
        NthUnit,
        BuyGet,
        Bundle,
        Exchange,
        Gift,
        FreeShipping,
        ShippingOff,
        PointsMultiplier,
    )
}
