"""A value of a wrong type is refused before anything is written: stored, it would make the order unreadable."""

import pytest
from attrs import evolve

from minishop.errors import InvalidInput
from minishop.payments import ClosePayment
from tests.checkout.world import ADDRESS


def address(**wrong):
    """One that nobody's type checker would take."""
    return evolve(ADDRESS, **wrong)


PLACING = {
    "terms.note": {"note": 17},
    "terms.address.phone": {"address": address(phone=13800000000)},
    "terms.address.name": {"address": address(name=None)},
    "hold": {"hold": 5},
}

LATER = {
    "tracking": lambda shop, order: shop.ship(order, seller="s", key="k", carrier="sf", tracking=123),
    "carrier": lambda shop, order: shop.ship(order, seller="s", key="k", carrier=None),
    "reason": lambda shop, order: shop.refund(order, seller="s", key="k", units=("TEA/1",), reason=5),
    "units[0]": lambda shop, order: shop.ship(order, seller="s", key="k", units=(7,)),
}


@pytest.fixture
def world(make):
    return make()


@pytest.mark.parametrize("field", PLACING)
def test_nothing_is_placed(world, field):
    world.fill(TEA=1)
    total = world.shop.preview_order(buyer="u1", cart="cart-1").payable
    with pytest.raises(InvalidInput) as raised:
        world.shop.place_order(
            buyer="u1", key="k", cart="cart-1", **({"expected_total": total, "address": ADDRESS} | PLACING[field])
        )
    assert raised.value.field == field
    assert "13800000000" not in str(raised.value)
    assert world.shop.list_orders().orders == ()


@pytest.mark.parametrize("field", LATER)
def test_nothing_is_done(world, field):
    order = world.paid(TEA=1)
    before = world.store.load("order", order.id)
    with pytest.raises(InvalidInput) as raised:
        LATER[field](world.shop, order.id)
    assert raised.value.field == field
    assert world.store.load("order", order.id) == before
    assert world.order(order.id) == order


def test_the_gateway_is_not_bothered_either(world):
    world.fill(TEA=1)
    placed = world.place()
    asked = []
    world.shop.handlers = {**world.shop.handlers, ClosePayment: asked.append}
    with pytest.raises(InvalidInput):
        world.shop.close(placed.order.id, buyer="u1", key="k", reason=5)
    assert asked == []


@pytest.mark.parametrize("key", ["", None, 7])
def test_a_key_is_a_text(world, key):
    world.fill(TEA=1)
    with pytest.raises(InvalidInput) as raised:
        world.shop.place_order(buyer="u1", key=key, cart="cart-1", expected_total=12900)
    assert raised.value.field == "key"
    assert world.shop.list_orders().orders == ()
