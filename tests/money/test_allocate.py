"""What allocate promises, by hand, by property and against the slow reference."""

from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.money import POLICIES, Allocation, allocate, share_out, split_units
from tests.money.reference import exact_shares, largest_remainder

AMOUNTS = st.integers(0, 60) | st.integers(0, 10**7)
WEIGHTS = st.integers(0, 6) | st.integers(0, 10**6)
policies = pytest.mark.parametrize("policy", POLICIES)


@st.composite
def capped(draw):
    """(amount, weights, caps): small numbers often, so that ties, zeros and full lines happen often."""
    lines = draw(st.lists(st.tuples(WEIGHTS, AMOUNTS), max_size=8))
    weights, caps = [w for w, _ in lines], [c for _, c in lines]
    return draw(AMOUNTS | st.integers(0, sum(caps))), weights, caps


# --- by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy, parts",
    [("largest-remainder", (74, 51, 32)), ("last-line", (74, 50, 33)), ("first-lines", (75, 51, 31))],
)
def test_the_three_policies_on_one_bill(policy, parts):
    assert allocate(157, [501, 342, 213], policy=policy) == Allocation(parts, 0)


@pytest.mark.parametrize(
    "policy, parts",
    [
        # Exact shares: 99999.50, 99999.50 and 0.999995, so 2 fen are left after rounding down.
        ("largest-remainder", (100000, 99999, 1)),
        ("last-line", (99999, 100000, 1)),  # the last line has room for one, the other goes back
        ("first-lines", (100000, 100000, 0)),
    ],
)
def test_a_line_of_one_fen_is_not_overdrawn(policy, parts):
    weights = [100000, 100000, 1]
    assert allocate(200000, weights, caps=weights, policy=policy) == Allocation(parts, 0)


@pytest.mark.parametrize(
    "amount, weights, parts",
    [
        (10, [1, 1, 1], (4, 3, 3)),
        (11, [1, 1, 1], (4, 4, 3)),
        (1, [1, 1], (1, 0)),
        (2, [3, 3, 3, 3], (1, 1, 0, 0)),
        (5, [0, 1, 0, 1], (0, 3, 0, 2)),
        (100, [7], (100,)),
        (0, [5, 5], (0, 0)),
        (3000, [15000, 5000], (2250, 750)),
    ],
)
def test_ties_go_to_the_earlier_line(amount, weights, parts):
    assert allocate(amount, weights).parts == parts


def test_a_full_line_passes_its_share_on_by_the_original_weights():
    # Exact shares 50/30/20; the first is full at 10. The other 90 go 3:2, and then nobody is full.
    assert allocate(100, [5, 3, 2], caps=[10, 100, 100]).parts == (10, 54, 36)


def test_rounds_repeat_until_nobody_is_overfull():
    # 60/30/10 of 100: the first stops at 20, then 80 go 60/20, the second stops at 40, the third takes 40.
    assert allocate(100, [6, 3, 1], caps=[20, 40, 100]).parts == (20, 40, 40)


def test_the_shortfall_is_reported():
    assert allocate(100, [1, 2], caps=[10, 20]) == Allocation((10, 20), 70)
    assert allocate(100, [], caps=[]) == Allocation((), 100)
    assert allocate(100, []) == Allocation((), 100)
    assert allocate(0, []) == Allocation((), 0)


@pytest.mark.parametrize(
    "policy, parts", [("largest-remainder", (3, 3, 2)), ("last-line", (2, 2, 4)), ("first-lines", (3, 3, 2))]
)
def test_all_weights_0_means_equal_weights(policy, parts):
    assert allocate(8, [0, 0, 0], policy=policy).parts == parts
    assert allocate(9, [0, 0, 0], policy=policy).parts == (3, 3, 3)
    assert allocate(9, [0, 0, 0], caps=[1, 9, 9], policy=policy).parts == (1, 4, 4)


@policies
def test_weight_0_gets_nothing_while_others_have_room(policy):
    assert allocate(7, [0, 5, 0, 3, 0], policy=policy).parts[::2] == (0, 0, 0)
    assert allocate(7, [0, 5, 0, 3, 0], caps=[9, 3, 9, 4, 9], policy=policy).parts == (0, 3, 0, 4, 0)


@policies
def test_weight_0_shares_equally_what_the_others_cannot_take(policy):
    assert allocate(11, [0, 5, 0, 3], caps=[9, 3, 9, 4], policy=policy).parts == (2, 3, 2, 4)
    assert allocate(12, [0, 5, 0, 3], caps=[1, 3, 9, 4], policy=policy).parts == (1, 3, 4, 4)


def test_the_overflow_of_the_last_line_goes_backwards():
    # Exact shares 24.75/24.75/24.75/.75: floors 24/24/24/0, so 3 are left for a line that takes 1.
    result = allocate(75, [33, 33, 33, 1], caps=[33, 33, 33, 1], policy="last-line")
    assert result.parts == (24, 24, 26, 1)
    result = allocate(75, [33, 33, 33, 1], caps=[33, 33, 25, 1], policy="last-line")
    assert result.parts == (24, 25, 25, 1)


def test_first_lines_passes_over_a_line_without_room():
    # Exact shares 2/1.5/1.5 with a full first line.
    assert allocate(5, [4, 3, 3], caps=[2, 9, 9], policy="first-lines").parts == (2, 2, 1)
    assert allocate(5, [4, 3, 3], policy="first-lines").parts == (3, 1, 1)


def test_units_share_what_they_still_cost():
    assert split_units(600, [5990, 5990]).parts == (300, 300)
    assert split_units(5, [100, 100]).parts == (3, 2)
    assert split_units(5, [1, 0, 3]) == Allocation((1, 0, 3), 1)
    assert split_units(5, [2, 2, 2], caps=[1, 9, 9]).parts == (1, 2, 2)
    assert split_units(5, [2, 2, 2], policy="first-lines").parts == (2, 2, 1)


def test_an_allocation_is_a_value_that_iterates():
    result = allocate(10, [1, 1, 1])
    assert list(result) == [4, 3, 3]
    assert len(result) == 3
    assert result == allocate(10, (1, 1, 1))
    assert hash(result) == hash(allocate(10, (1, 1, 1)))


# --- promises ----------------------------------------------------------------------------------------------


@policies
@given(case=capped())
@example(case=(200000, [100000, 100000, 1], [100000, 100000, 1]))
@example(case=(5, [0, 0], [0, 9]))
def test_every_fen_is_accounted_for_and_no_cap_exceeded(policy, case):
    amount, weights, caps = case
    result = allocate(amount, weights, caps, policy)
    assert sum(result) + result.shortfall == amount
    assert sum(result) == min(amount, sum(caps))
    assert len(result) == len(weights)
    assert all(0 <= part <= cap for part, cap in zip(result, caps, strict=True))


@policies
@given(amount=AMOUNTS, weights=st.lists(WEIGHTS, min_size=1, max_size=8))
def test_without_caps_everything_is_given_out(policy, amount, weights):
    result = allocate(amount, weights, policy=policy)
    assert sum(result) == amount
    assert result.shortfall == 0
    assert min(result) >= 0


@given(amount=AMOUNTS, weights=st.lists(WEIGHTS, min_size=1, max_size=8))
def test_largest_remainder_stays_within_one_fen_of_the_exact_share(amount, weights):
    assume(any(weights))
    for part, weight in zip(allocate(amount, weights), weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


@given(case=capped())
def test_with_caps_too_it_stays_within_one_fen_of_the_exact_share(case):
    amount, weights, caps = case
    takes = min(amount, sum(caps))
    for part, share in zip(allocate(amount, weights, caps), exact_shares(takes, weights, caps), strict=True):
        assert abs(part - share) < 1


@given(amount=AMOUNTS, weight=st.integers(0, 1000), count=st.integers(1, 30))
def test_equal_lines_get_equal_parts_and_the_earlier_ones_the_odd_fen(amount, weight, count):
    parts = allocate(amount, [weight] * count).parts
    assert list(parts) == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@given(case=capped(), data=st.data())
def test_of_two_lines_with_the_same_weight_and_cap_the_earlier_never_gets_less(case, data):
    amount, weights, caps = case
    assume(weights)
    twin = data.draw(st.integers(0, len(weights) - 1))
    at = data.draw(st.integers(twin + 1, len(weights)))
    weights.insert(at, weights[twin])
    caps.insert(at, caps[twin])
    result = allocate(amount, weights, caps)
    assert result.parts[twin] - result.parts[at] in (0, 1)


@policies
@given(case=capped())
def test_the_same_question_has_the_same_answer(policy, case):
    amount, weights, caps = case
    assert allocate(amount, weights, caps, policy) == allocate(amount, tuple(weights), tuple(caps), policy)


@policies
@given(case=capped())
def test_a_cap_that_does_not_bind_changes_nothing(policy, case):
    amount, weights, _ = case
    loose = [amount + 1] * len(weights)
    assert allocate(amount, weights, loose, policy) == allocate(amount, weights, None, policy)


@policies
@given(weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12), data=st.data())
def test_a_cut_of_at_most_the_sum_never_overdraws_a_line_even_without_caps(policy, weights, data):
    assume(any(weights))
    amount = data.draw(st.integers(0, sum(weights)))
    result = allocate(amount, weights, weights, policy)
    assert sum(result) == amount
    assert all(part <= weight for part, weight in zip(result, weights, strict=True))
    if policy == "largest-remainder":
        assert allocate(amount, weights) == result


@policies
@given(case=capped())
def test_the_unchecked_variant_gives_the_same_parts(policy, case):
    amount, weights, caps = case
    assert tuple(share_out(amount, weights, caps, policy)) == allocate(amount, weights, caps, policy).parts
    assert tuple(share_out(amount, caps, caps, policy)) == allocate(amount, list(caps), caps, policy).parts


@given(case=capped())
def test_last_line_rounds_down_all_but_the_last_open_line(case):
    amount, weights, caps = case
    assume(amount <= sum(caps))
    exact = exact_shares(amount, weights, caps)
    parts = allocate(amount, weights, caps, "last-line").parts
    # From the end: lines that are full, then at most one in between, then only rounded-down shares.
    raised = [i for i, (part, share) in enumerate(zip(parts, exact, strict=True)) if part > share // 1]
    if raised:
        first = raised[0]
        assert all(parts[i] == caps[i] or exact[i] == 0 or exact[i] == caps[i] for i in range(first + 1, len(parts)))


@given(case=capped())
def test_first_lines_gives_single_fen_from_the_front(case):
    amount, weights, caps = case
    assume(amount <= sum(caps))
    exact = exact_shares(amount, weights, caps)
    parts = allocate(amount, weights, caps, "first-lines").parts
    raised = [part - share // 1 for part, share in zip(parts, exact, strict=True)]
    assert set(raised) <= {0, 1}
    if 1 in raised:
        last = len(raised) - 1 - raised[::-1].index(1)
        for i in range(last):
            assert raised[i] or parts[i] == caps[i] or exact[i] == 0


# --- against the reference ---------------------------------------------------------------------------------


@given(case=capped())
@example(case=(2000, [1000, 1000, 0], [1000, 1000, 5]))
def test_largest_remainder_agrees_with_the_reference(case):
    amount, weights, caps = case
    result = allocate(amount, weights, caps)
    assert (result.parts, result.shortfall) == largest_remainder(amount, weights, caps)


@pytest.mark.oracle
@settings(max_examples=1500, deadline=None)
@given(case=capped())
def test_largest_remainder_agrees_with_the_reference_often(case):
    amount, weights, caps = case
    result = allocate(amount, weights, caps)
    assert (result.parts, result.shortfall) == largest_remainder(amount, weights, caps)


# --- what it refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, field, code",
    [
        ((-1, [1]), "amount", "negative"),
        ((1.0, [1]), "amount", "wrong_type"),
        ((True, [1]), "amount", "wrong_type"),
        (("1", [1]), "amount", "wrong_type"),
        ((1, [1, -1]), "weights[1]", "negative"),
        ((1, [1, 0.5]), "weights[1]", "wrong_type"),
        ((1, [True]), "weights[0]", "wrong_type"),
        ((1, "12"), "weights[0]", "wrong_type"),
        ((1, [1, 2], [1]), "caps", "wrong_length"),
        ((1, [1, 2], [1, -5]), "caps[1]", "negative"),
        ((1, [1, 2], [None, 1]), "caps[0]", "wrong_type"),
        ((1, [1, 2], None, "fair"), "policy", "unknown_policy"),
        ((1, [1, 2], None, None), "policy", "unknown_policy"),
    ],
)
def test_bad_arguments_are_named(arguments, field, code):
    with pytest.raises(InvalidInput) as caught:
        allocate(*arguments)
    assert (caught.value.field, caught.value.code) == (field, code)
