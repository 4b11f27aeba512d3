"""Whoever was held up does no harm when they go on: a relay, a sweep that gives claims back, a lost answer."""

from datetime import timedelta

import pytest

from minishop.adapters.memory import MemoryClaimStore
from minishop.checkout import Done, Publish
from minishop.checkout._claims import ConfirmClaim, GiveBackClaim
from minishop.checkout._receiving import receive_stock
from minishop.checkout._sweep import sweep
from minishop.errors import OutcomeUnknown
from minishop.flows import run
from minishop.inventory import StockKey
from minishop.storage import Commit, FindDue
from tests.checkout.world import World


@pytest.fixture
def world():
    return World()


def during(world, kind, do):
    """In the middle of the first request of this kind something else happens."""
    handlers, asked = dict(world.shop.handlers), []

    def answer(ask):
        asked.append(ask)
        if len(asked) == 1:
            do()
        return handlers[kind](ask)

    world.shop.handlers = {**handlers, kind: answer}
    return asked


def die():
    """A crash."""
    raise KeyboardInterrupt


def test_a_relay_hands_out_nothing_after_its_lease(world):
    first = world.paid(TEA=1)
    second = world.paid(cart="c2", key="p2", buyer="u2", CUP=1)

    def held_up():
        world.clock.advance(seconds=61)
        assert world.shop.relay().delivered == 8  # another relay

    during(world, Publish, held_up)
    late = world.shop.relay()
    assert (late.delivered, late.failed) == (0, 0)
    versions = [(row.version, row.index) for row in world.published if row.id == second.id]
    assert versions == sorted(set(versions))
    assert [row.index for row in world.published if row.id == first.id and row.version == 1] == [0, 1, 0]
    assert world.shop.relay().delivered == 0


def test_a_relay_leaves_what_its_lease_is_too_short_for(world):
    world.paid(TEA=1)
    world.paid(cart="c2", key="p2", buyer="u2", CUP=1)
    during(world, Publish, lambda: world.clock.advance(seconds=50))
    assert world.shop.relay().delivered == 4  # the second order's wait for the end of the lease
    world.clock.advance(seconds=10)
    assert world.shop.relay().delivered == 4


@pytest.fixture
def sale():
    claims = MemoryClaimStore()
    claims.open_activity("flash", 1, None)
    world = World(claims=claims)
    world.claims = claims
    return world


def claim(sale, token="t1", user="u1"):
    return sale.claims.claim("flash", user, 1, token, sale.clock(), sale.clock() + timedelta(minutes=5))


def closed(sale):
    """An order that used a claim and was closed; the claim is not given back yet."""
    claim(sale)
    sale.fill(TEA=1)
    placed = sale.place(claims=(("flash", "t1"),))
    sale.shop.close(placed.order.id, key="c", buyer="u1")
    return placed.order


def test_a_claim_under_a_token_that_is_used_up_is_given_back(sale):
    closed(sale)
    assert sale.shop.sweep(relays=False).claims == 1
    again = claim(sale)
    assert sale.place(claims=(("flash", "t1"),), total=12900).is_repeated  # its token is the order's still
    assert sale.claims.find_claim("flash", "t1") == again
    sale.sweep(minutes=10)
    assert (sale.claims.find_claim("flash", "t1"), sale.claims.unclaimed("flash")) == (None, 1)


def test_two_sweeps_give_a_claim_back_once(sale):
    closed(sale)
    due = sale.store.due(sale.clock(), 100)

    def rival():
        late = {**sale.shop.handlers, FindDue: lambda ask: tuple(one for one in due if one.kind in ask.kinds)}
        assert run(sweep(sale.shop.desk, relays=False), late).claims == 0

    given_back = during(sale, GiveBackClaim, rival)
    assert sale.shop.sweep(relays=False).claims == 1
    assert len(given_back) == 1


def test_a_sweep_that_dies_giving_back_is_followed_by_another(sale):
    closed(sale)
    during(sale, GiveBackClaim, die)
    with pytest.raises(KeyboardInterrupt):
        sale.shop.sweep(relays=False)
    sale.sweep(minutes=1)
    assert sale.claims.unclaimed("flash") == 1
    assert sale.shop.sweep(relays=False).is_idle


def test_nothing_is_ordered_with_a_claim_that_is_being_given_back(sale):
    claim(sale)
    sale.fill(TEA=1)
    answers = []
    during(sale, GiveBackClaim, lambda: answers.append(sale.place(claims=(("flash", "t1"),))))
    sale.clock.advance(minutes=5)
    assert sale.shop.sweep(relays=False).claims == 0  # an order may be on its way
    sale.clock.advance(minutes=2)
    assert sale.shop.sweep(relays=False).claims == 1
    assert [answer.code for answer in answers] == ["claim_over"]
    assert sale.place(claims=(("flash", "t1"),)).code == "claim_over"  # it is gone


def test_an_order_that_was_on_its_way_keeps_its_claim(sale):
    claim(sale)
    sale.fill(TEA=1)
    sale.clock.advance(minutes=4, seconds=59)

    def held_up():
        sale.clock.advance(minutes=1)
        assert sale.shop.sweep(relays=False).claims == 0

    during(sale, Commit, held_up)
    assert isinstance(sale.place(claims=(("flash", "t1"),)), Done)
    assert sale.claims.find_claim("flash", "t1").is_confirmed


def test_a_repeated_call_gets_its_order_though_the_claim_was_over_meanwhile(sale):
    claim(sale)
    sale.fill(TEA=1)
    during(sale, ConfirmClaim, die)
    with pytest.raises(KeyboardInterrupt):
        sale.place(claims=(("flash", "t1"),))
    sale.clock.advance(minutes=6)
    assert sale.place(claims=(("flash", "t1"),), total=12900).is_repeated


def lose_the_answer(world):
    """The next commit takes effect, and nobody hears of it."""
    handlers, lost = dict(world.shop.handlers), []

    def commit(ask):
        result = handlers[Commit](ask)
        if not lost:
            lost.append(result)
            raise OutcomeUnknown("the connection broke")
        return result

    world.shop.handlers = {**handlers, Commit: commit}


@pytest.mark.parametrize("name", ["receive_stock", "adjust_stock"])
def test_who_booked_stock_is_told_so_though_the_answer_was_lost(world, name):
    book = getattr(world.shop, name)
    lose_the_answer(world)
    assert book({StockKey("TEA"): 5}, key="note-1") is True
    assert book({StockKey("TEA"): 5}, key="note-1") is False
    assert book({StockKey("CUP"): 5}, key="note-1") is True  # other goods of the same delivery
    world.shop.sweep()
    world.clock.advance(days=4)
    assert world.shop.sweep().receipts > 0
    assert book({StockKey("TEA"): 5}, key="note-1") is False
    assert world.stock("TEA")[0] == 15


def test_who_is_beaten_while_booking_has_not_booked(world):
    rival = dict(world.shop.handlers)

    def other():
        world.clock.advance(seconds=1)
        assert run(receive_stock(world.shop.desk, {StockKey("TEA"): 5}, key="note-1"), rival) is True

    during(world, Commit, other)
    assert world.shop.receive_stock({StockKey("TEA"): 5}, key="note-1") is False
    assert world.stock("TEA")[0] == 15


@pytest.mark.parametrize("name", ["release_hold", "fail_hold"])
def test_who_ended_a_hold_is_told_so_though_the_answer_was_lost(world, name):
    order = world.paid(TEA=1, settings={"hold": "group"})
    lose_the_answer(world)
    done = getattr(world.shop, name)(order.id)
    assert (type(done), done.order.hold) == (Done, "none")
    before = world.shop.history(order.id)
    assert getattr(world.shop, name)(order.id).is_repeated
    assert world.shop.history(order.id) == before
