"""Hypothesis strategies for what a rule gives, layer by layer, and for the amounts in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from minishop.promotions.benefits import (
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    Exchange,
    FreeShipping,
    Gift,
    NthUnit,
    PercentOff,
    PointsMultiplier,
    ShippingOff,
    Step,
    Tiers,
    UnitPrice,
)
from minishop.promotions.rules import Layer

__all__ = ["BENEFITS", "maybe", "prices"]


def prices(most: int = 30_000) -> st.SearchStrategy[int]:
    """Fen: mostly ordinary prices, now and then a few fen, where rounding shows."""
    return st.one_of(
        st.integers(1, 300), st.integers(500, most), st.integers(5, most // 100).map(lambda yuan: yuan * 100)
    )


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The strategy's values, or ``None``."""
    return st.none() | strategy


def _percents() -> st.SearchStrategy[int]:
    return st.integers(1, 10000) | st.integers(1, 20).map(lambda twentieth: twentieth * 500)


@st.composite
def _ladders(draw: st.DrawFn) -> Tiers:
    count = draw(st.integers(1, 3))
    by_amount = draw(st.booleans())
    if by_amount:
        reaches = sorted(draw(st.sets(prices(40_000), min_size=count, max_size=count)))
    else:
        reaches = sorted(draw(st.sets(st.integers(1, 8), min_size=count, max_size=count)))
    percent = draw(st.booleans())
    values = sorted(draw(st.lists(_percents() if percent else prices(5_000), min_size=count, max_size=count)))
    measure, cut = ("amount" if by_amount else "quantity"), ("percent" if percent else "off")
    return Tiers([Step(**{measure: reach, cut: value}) for reach, value in zip(reaches, values, strict=True)])


def _item_benefits() -> st.SearchStrategy[Benefit]:
    return st.one_of(
        st.builds(AmountOff, prices(3_000), cap=maybe(prices(4_000))),
        st.builds(PercentOff, _percents(), cap=maybe(prices(4_000))),
        st.builds(UnitPrice, st.integers(0, 20_000)),
        st.builds(NthUnit, st.integers(2, 3), _percents(), order=st.sampled_from(("descending", "ascending"))),
        st.builds(BuyGet, st.integers(1, 2), st.integers(1, 2), percent=_percents()),
        st.builds(Bundle, st.integers(1, 3), st.integers(0, 30_000), repeat=st.booleans()),
    )


def _order_benefits() -> st.SearchStrategy[Benefit]:
    return st.one_of(
        st.builds(AmountOff, prices(6_000), cap=maybe(prices(8_000))),
        st.builds(AmountOff, prices(6_000), every=st.just(True), cap=maybe(prices(8_000))),
        st.builds(PercentOff, _percents(), cap=maybe(prices(8_000))),
        _ladders(),
        st.builds(Gift, st.just("G1"), st.integers(1, 2)),
        st.builds(PointsMultiplier, st.integers(1, 400)),
    )


def _shipping_benefits() -> st.SearchStrategy[Benefit]:
    return st.builds(FreeShipping) | st.builds(ShippingOff, prices(1_500))


#: Layer to what draws a benefit of a rule in it.
BENEFITS: dict[Layer, Callable[[], st.SearchStrategy[Benefit]]] = {
    "price": lambda: st.one_of(
        st.builds(AmountOff, prices(3_000)), st.builds(PercentOff, _percents()), st.builds(UnitPrice, prices())
    ),
    "item": _item_benefits,
    "order": _order_benefits,
    "shop-coupon": lambda: st.one_of(_order_benefits(), st.builds(Exchange, st.integers(1, 2)), _shipping_benefits()),
    "platform-coupon": lambda: st.one_of(_order_benefits(), _shipping_benefits()),
    "freight": _shipping_benefits,
}
