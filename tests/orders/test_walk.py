"""Every state of small orders: nothing is lost, nothing is stuck, and the table says all of it."""

import pytest

from tests.orders.conserved import conserved
from tests.orders.observed import ALLOWED, unknown
from tests.orders.scripts import scripted
from tests.orders.walks import COUNTS, PLANS, walk

BIG = ("two units, refund only", "two units, return", "two units, exchange", "two payments, two after-sales")


def tread(name):
    walked = walk(name, conserved)
    print(f"{name}: {len(walked.states)} states, {walked.steps} steps")  # noqa: T201
    assert len(walked.states) == COUNTS[name]
    assert walked.trapped() == []
    assert unknown(walked.seen) == set()
    return walked


@pytest.mark.oracle
@pytest.mark.parametrize("name", BIG)
def test_big_walks(name):
    tread(name)


@pytest.mark.oracle
def test_small_walks_and_stories_use_every_row():
    seen = scripted()
    assert unknown(seen) == set()
    for name in PLANS:
        if name not in BIG:
            seen |= tread(name).seen
    moved = {each for each in ALLOWED if each[2] != each[3]}
    assert moved - seen == set()
    stood = {(command, facet, old) for command, facet, old, new in ALLOWED if old == new}
    assert stood - {(command, facet, old) for command, facet, old, _ in seen} == set()
