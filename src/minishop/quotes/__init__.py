"""The two sides of pricing: what is priced (cart, shopper, coupons) and the answer (the quote)."""

from minishop.quotes._answers import Applied, Claim, Gift, Hint, Optimality, PointsResult, Reason, Rejected
from minishop.quotes._cart import Cart, CartLine, Coupon, PointsRequest, QuoteRequest, Shopper, Usage
from minishop.quotes._explanation import Explained, ExplainedFreight, Explanation, Rival
from minishop.quotes._quote import Quote, QuoteParts
from minishop.quotes._quote_line import Adjustment, QuoteLine, Source, UnitShare

__all__ = [
    "Adjustment",
    "Applied",
    "Cart",
    "CartLine",
    "Claim",
    "Coupon",
    "Explained",
    "ExplainedFreight",
    "Explanation",
    "Gift",
    "Hint",
    "Optimality",
    "PointsRequest",
    "PointsResult",
    "Quote",
    "QuoteLine",
    "QuoteParts",
    "QuoteRequest",
    "Reason",
    "Rejected",
    "Rival",
    "Shopper",
    "Source",
    "UnitShare",
    "Usage",
]
