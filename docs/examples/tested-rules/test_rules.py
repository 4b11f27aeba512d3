"""The rules of the shop, tested in Python."""

from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from minishop import Cart, CartLine, Coupon, Engine
from minishop.testing import assert_quote_invariants

NOON = datetime.fromisoformat("2026-06-02T12:00:00+08:00")

engine = Engine.from_file(Path(__file__).with_name("rules.toml"))


def tea(quantity, unit_price):
    return CartLine(id="1", sku="oolong", quantity=quantity, unit_price=unit_price, category=["tea"], freight="parcel")


def test_two_tins_of_tea():
    quote = engine.quote(Cart([tea(2, 15000)]), at=NOON)
    assert_quote_invariants(quote)
    assert quote.payable == 25000


carts = st.lists(
    st.builds(
        CartLine,
        id=st.integers(1, 9).map(str),
        sku=st.sampled_from(["oolong", "cup"]),
        quantity=st.integers(1, 5),
        unit_price=st.integers(1, 40000),
        category=st.sampled_from([["tea"], ["home"]]),
        freight=st.just("parcel"),
    ),
    max_size=4,
    unique_by=lambda line: line.id,
).map(Cart)


@settings(deadline=None)
@given(carts)
def test_a_coupon_never_makes_a_cart_dearer(cart):
    without = engine.quote(cart, at=NOON)
    held = engine.quote(cart, at=NOON, coupons=[Coupon(id="c1", rule="new-15")])
    assert_quote_invariants(held)
    assert held.payable <= without.payable
