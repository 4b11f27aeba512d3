"""What Hypothesis calls when it starts: apart, so that it never meets half-imported strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis import strategies as st

__all__ = ["register"]


def register() -> None:
    """Makes ``st.from_type(Cart)`` and the like draw from :mod:`minishop.testing.strategies`."""
    from hypothesis import strategies as st

    from minishop.cart import Operation, Product, SavedCart
    from minishop.promotions.rules import Policy, Rule, RuleSet
    from minishop.quotes import Cart, CartLine, Coupon, Quote, QuoteRequest, Shopper

    kinds: dict[type, str] = {
        Cart: "carts",
        CartLine: "cart_lines",
        Coupon: "held_coupons",
        Operation: "operations",
        Policy: "policies",
        Product: "products",
        Quote: "quotes",
        QuoteRequest: "requests",
        Rule: "rules",
        RuleSet: "rule_sets",
        SavedCart: "saved_carts",
        Shopper: "shoppers",
    }

    def draw(kind: type) -> st.SearchStrategy[Any]:
        from minishop.testing import strategies

        strategy: st.SearchStrategy[Any] = getattr(strategies, kinds[kind])()
        return strategy

    for kind in kinds:
        st.register_type_strategy(kind, draw)
