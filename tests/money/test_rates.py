"""Percentages as basis points, and rounding half-up."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.money import format_percent, half_up, parse_percent, percent_of

AMOUNTS = st.integers(0, 10**15)
MALFORMED = [
    "",
    "%",
    "20",
    "20 %",
    " 20%",
    "20%%",
    "-20%",
    "+20%",
    ".5%",
    "5.%",
    "1.234%",
    "1e1%",
    "２０%",
    "20％",
    "20%\n",
    "nan%",
    "1_0%",
    "1,5%",
    "八折",
]


@pytest.mark.parametrize(
    "text, basis_points",
    [("20%", 2000), ("0.5%", 50), ("33.33%", 3333), ("100%", 10000), ("100.00%", 10000), ("0.01%", 1)],
)
def test_good_percentages(text, basis_points):
    assert parse_percent(text) == basis_points


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_percentages_are_refused(text):
    with pytest.raises(InvalidInput) as caught:
        parse_percent(text)
    assert (caught.value.field, caught.value.code) == ("percent", "malformed")


def test_a_long_text_is_not_quoted_in_full():
    with pytest.raises(InvalidInput) as caught:
        parse_percent("9" * 5000 + "%")
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("text", ["0%", "0.00%", "100.01%", "101%", "999999999%"])
def test_percentages_out_of_range_are_refused(text):
    with pytest.raises(InvalidInput) as caught:
        parse_percent(text)
    assert caught.value.code == "out_of_range"


@pytest.mark.parametrize("value", [20, 0.2, True, None, b"20%"])
def test_only_text_is_read(value):
    with pytest.raises(InvalidInput) as caught:
        parse_percent(value)
    assert caught.value.code == "wrong_type"


def test_the_range_is_the_callers():
    assert parse_percent("0%", minimum=0) == 0
    assert parse_percent("150%", maximum=20000) == 15000


@pytest.mark.parametrize(
    "basis_points, text",
    [
        (0, "0%"),
        (1, "0.01%"),
        (50, "0.5%"),
        (2000, "20%"),
        (3333, "33.33%"),
        (10000, "100%"),
        (1010, "10.1%"),
    ],
)
def test_format(basis_points, text):
    assert format_percent(basis_points) == text


@given(st.integers(1, 10000))
def test_what_is_written_is_read_back(basis_points):
    assert parse_percent(format_percent(basis_points)) == basis_points


@pytest.mark.parametrize("value, code", [(-1, "negative"), (True, "wrong_type"), (0.5, "wrong_type")])
def test_only_an_int_is_formatted(value, code):
    with pytest.raises(InvalidInput) as caught:
        format_percent(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "numerator, denominator, result",
    [
        (0, 1, 0),
        (1, 2, 1),
        (1, 3, 0),
        (2, 3, 1),
        (5, 2, 3),
        (7, 4, 2),
        (49, 100, 0),
        (50, 100, 1),
        (149, 100, 1),
    ],
)
def test_half_up_by_hand(numerator, denominator, result):
    assert half_up(numerator, denominator) == result


@pytest.mark.parametrize(
    "amount, basis_points, result",
    [
        (5990, 500, 300),  # 299.5
        (5990, 9500, 5691),  # 5690.5: the member price of the worked chain
        (1, 4999, 0),
        (1, 5000, 1),
        (0, 10000, 0),
        (12345, 10000, 12345),
        (33, 3333, 11),  # 10.9989
    ],
)
def test_percent_of_by_hand(amount, basis_points, result):
    assert percent_of(amount, basis_points) == result


@given(AMOUNTS, st.integers(0, 20000))
def test_percent_of_agrees_with_decimal(amount, basis_points):
    exact = Decimal(amount) * Decimal(basis_points) / Decimal(10000)
    assert percent_of(amount, basis_points) == exact.to_integral_value(ROUND_HALF_UP)


@pytest.mark.parametrize(
    "numerator, denominator, field, code",
    [
        (-1, 2, "numerator", "negative"),
        (1, 0, "denominator", "too_small"),
        (1, -2, "denominator", "too_small"),
        (1.5, 2, "numerator", "wrong_type"),
        (1, True, "denominator", "wrong_type"),
    ],
)
def test_half_up_refuses(numerator, denominator, field, code):
    with pytest.raises(InvalidInput) as caught:
        half_up(numerator, denominator)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize("amount, basis_points", [(-1, 100), (1, -100), (1.0, 100), (1, False)])
def test_percent_of_refuses(amount, basis_points):
    with pytest.raises(InvalidInput):
        percent_of(amount, basis_points)
