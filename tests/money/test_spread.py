"""The fast largest remainder: the same answers as the careful one, and its bound without caps."""

from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from minishop.money import spread
from tests.money.reference import largest_remainder

LINES = st.lists(st.integers(0, 9) | st.integers(0, 10**6), min_size=1, max_size=12)


def check(amount, weights):
    parts = spread(amount, weights, sum(weights))
    assert (tuple(parts), 0) == largest_remainder(amount, weights, [amount] * len(weights))
    if amount <= sum(weights):
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(
    "amount, weights, parts",
    [
        (157, [501, 342, 213], [74, 51, 32]),
        (200000, [100000, 100000, 1], [100000, 99999, 1]),
        (5, [5], [5]),
        (5, [2, 2, 1], [2, 2, 1]),
        (3, [2, 2, 2, 2], [1, 1, 1, 0]),
        (2, [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]),
        (3, [1, 9, 1, 9, 0, 1], [0, 2, 0, 1, 0, 0]),
    ],
)
def test_by_hand(amount, weights, parts):
    assert spread(amount, weights, sum(weights)) == parts


@given(weights=LINES, data=st.data())
def test_agrees_with_the_reference_and_stays_within_the_weights(weights, data):
    assume(any(weights))
    check(data.draw(st.integers(1, sum(weights))), weights)


@given(weight=st.integers(1, 50), count=st.integers(1, 40), data=st.data())
@example(weight=1, count=4, data=None)
def test_many_ties(weight, count, data):
    weights = [weight] * count
    amounts = range(1, weight * count + 1) if data is None else [data.draw(st.integers(1, weight * count))]
    for amount in amounts:
        check(amount, weights)


@given(weights=LINES, amount=st.integers(1, 10**9))
def test_the_sum_holds_even_for_an_amount_above_the_total(weights, amount):
    assume(any(weights))
    check(amount, weights)


@pytest.mark.oracle
@settings(max_examples=1500, deadline=None)
@given(weights=LINES, data=st.data())
def test_agrees_with_the_reference_often(weights, data):
    assume(any(weights))
    check(data.draw(st.integers(1, sum(weights))), weights)


@pytest.mark.parametrize(
    "largest",
    [pytest.param(5, marks=pytest.mark.oracle), pytest.param(9, marks=pytest.mark.long)],
)
def test_every_case_of_four_small_lines(largest):
    for weights in product(range(largest + 1), repeat=4):
        for amount in range(1, sum(weights) + 1):
            check(amount, weights)
