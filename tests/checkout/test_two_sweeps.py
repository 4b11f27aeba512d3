"""A sweep that looked before another took the work leaves it alone: nobody outside is called twice."""

import pytest

from minishop.checkout import ReportShipping, SendMessage, SubscribeToParcel
from minishop.checkout._sweep import sweep
from minishop.flows import run
from minishop.storage import FindDue
from tests.checkout.test_notices import notices

CALLS = [ReportShipping, SubscribeToParcel, SendMessage]


def with_a_rival(shop, kind):
    """The calls of this kind, a list that fills. In the middle of the first, another sweep does the same work."""
    handlers, calls, seen = dict(shop.handlers), [], {}

    def find(ask):
        seen[ask.kinds] = handlers[FindDue](ask)
        return seen[ask.kinds]

    def call(ask):
        calls.append(ask)
        if len(calls) == 1:
            late = {**shop.handlers, FindDue: lambda ask: seen.get(ask.kinds, ())}
            run(sweep(shop.desk, relays=False), late)
        return handlers[kind](ask)

    shop.handlers = {**handlers, FindDue: find, kind: call}
    return calls


@pytest.mark.parametrize("kind", CALLS)
def test_one_call_for_one_piece_of_work(outside, kind):
    world = outside()
    order = world.sold(TEA=1)
    world.turn()
    calls = with_a_rival(world.shop, kind)
    world.kuaidi100.add_parcel("YT0000000000001", "yuantong")
    world.ship(order)
    world.turn()
    world.turn(hours=1)
    assert len(calls) == 1
    assert (len(world.uploads()), world.subscriptions(), world.told().count("to-receive")) == (1, 1, 1)
    assert world.alerts() == []
    assert ("to-receive", "done", "") in notices(world)
    assert not [timer.kind for timer in world.store.due(world.clock(), 100)]
