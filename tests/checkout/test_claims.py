"""Orders of a flash sale: claimed first, ordered afterwards, given back if nothing comes of it."""

from datetime import timedelta

import pytest

from minishop.adapters.memory import MemoryClaimStore
from minishop.checkout import Done
from minishop.inventory import SoldOut


@pytest.fixture
def sale(make):
    claims = MemoryClaimStore()
    claims.open_activity("flash", 2, None)
    world = make(claims=claims)
    world.claims = claims
    return world


def claim(sale, token, user="u1"):
    return sale.claims.claim("flash", user, 1, token, sale.clock(), sale.clock() + timedelta(minutes=5))


def test_an_order_makes_its_claim_permanent(sale):
    claim(sale, "t1")
    sale.fill(TEA=1)
    placed = sale.place(claims=(("flash", "t1"),), is_flash=True)
    assert sale.claims.find_claim("flash", "t1").is_confirmed
    sale.clock.advance(minutes=10)
    sale.shop.pay_notified(sale.gateway.pay(placed.attempt))
    sale.sweep(days=1)
    assert sale.claims.unclaimed("flash") == 1


def test_a_claim_without_an_order_is_given_back(sale):
    claim(sale, "t1")
    claim(sale, "t2", "u2")
    assert isinstance(claim(sale, "t3", "u3"), SoldOut)
    assert [run.claims for run in sale.sweep(minutes=5)] == [0]  # an order may be on its way
    (run, *_) = sale.sweep(minutes=2)
    assert (run.claims, sale.claims.unclaimed("flash")) == (2, 2)


def test_a_claim_that_a_crash_left_unconfirmed_stays_with_its_order(sale, monkeypatch):
    from minishop.checkout import _place

    def crash(order):
        raise KeyboardInterrupt
        yield

    claim(sale, "t1")
    sale.fill(TEA=1)
    monkeypatch.setattr(_place, "confirm_claims", crash)
    with pytest.raises(KeyboardInterrupt):
        sale.place(claims=(("flash", "t1"),))
    assert not sale.claims.find_claim("flash", "t1").is_confirmed
    sale.clock.advance(minutes=8)
    assert sale.shop.sweep(relays=False).claims == 0
    assert sale.claims.find_claim("flash", "t1").is_confirmed


def test_an_unpaid_order_gives_its_claim_back(sale):
    claim(sale, "t1")
    sale.fill(TEA=1)
    placed = sale.place(claims=(("flash", "t1"),), is_flash=True)
    sale.sweep(minutes=15)  # the shorter deadline of a flash sale
    assert sale.order(placed.order.id).reason == "unpaid_timeout"
    sale.sweep(minutes=1)
    assert sale.claims.unclaimed("flash") == 2
    assert sale.shop.sweep(relays=False).is_idle


def test_one_claim_is_one_order(sale):
    claim(sale, "t1")
    sale.fill("c1", "u1", TEA=1)
    sale.fill("c2", "u1", TEA=1)
    assert isinstance(sale.place("k1", "u1", "c1", claims=(("flash", "t1"),)), Done)
    second = sale.place("k2", "u1", "c2", claims=(("flash", "t1"),))
    assert (second.code, second.reasons[0].params) == ("already_taken", {"which": "claim:flash:t1"})
