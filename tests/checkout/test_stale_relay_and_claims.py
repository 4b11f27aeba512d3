"""Whoever was held up does no harm when they go on: a relay, a sweep that gives claims back, a lost answer."""

import pytest

from minishop.checkout import Publish
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
