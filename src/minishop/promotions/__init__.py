"""Rules and the engine that prices carts by them."""

from minishop.promotions._program import covers
from minishop.promotions.engine import Engine
from minishop.promotions.rules import (
    COUPON_LAYERS,
    Audience,
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    Group,
    Limit,
    PointsPolicy,
    Policy,
    Rule,
    RuleSet,
    Scope,
    Threshold,
)

__all__ = [
    "COUPON_LAYERS",
    "Audience",
    "Engine",
    "FreeCondition",
    "FreightRegion",
    "FreightTemplate",
    "Group",
    "Limit",
    "PointsPolicy",
    "Policy",
    "Rule",
    "RuleSet",
    "Scope",
    "Threshold",
    "covers",
]
