"""Yuan as text: what is read, what is refused, and that both directions agree."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput, InvalidMoney
from minishop.money import MAX_FEN, format_yuan, parse_yuan

GOOD = {
    "0": 0,
    "0.0": 0,
    "0.00": 0,
    "0.01": 1,
    "0.1": 10,
    "0.10": 10,
    "1": 100,
    "1.5": 150,
    "19.90": 1990,
    "19.9": 1990,
    "007": 700,
    "4.35": 435,  # 4.35 * 100 is 434.99999999999994 in binary floating point
    "1.15": 115,
    "0.29": 29,
    "9999999999999.99": 999999999999999,
    "10000000000000": 1000000000000000,
    "10000000000000.00": 1000000000000000,
}

MALFORMED = [
    "",
    " ",
    "1 ",
    " 1",
    "1\n",
    "\t1",
    "1 000",
    "1,000",
    "1,50",
    "1_000",
    ".",
    ".5",
    "5.",
    "1.-5",
    "1..5",
    "1.2.3",
    "+1",
    "--1",
    "- 1",
    "-",
    "1-",
    "1e3",
    "1E3",
    "1e-2",
    "1.5e1",
    "0x10",
    "0b1",
    "inf",
    "Infinity",
    "-inf",
    "nan",
    "NaN",
    "１９.９０",  # full-width digits
    "1．5",  # full-width point
    "١٩",  # Arabic-Indic digits
    "²",
    "一",
    "¥19.90",
    "19.90元",
    "19.90 CNY",
    "1'000",
    "1\x00",
    "\u200b1",
    "\ufeff1",
    "\u22121",  # a real minus sign
    "None",
    "true",
    "{}",
    "\ud800",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_text_is_exact(text):
    assert parse_yuan(text) == GOOD[text]


@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("signed", [False, True])
def test_malformed_text_is_refused(text, signed):
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan(text, signed=signed)
    assert caught.value.code == "malformed"


@pytest.mark.parametrize("text", ["1.234", "19.900", "0.001", "1.0000000000"])
def test_a_third_decimal_is_refused_even_if_it_is_0(text):
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan(text)
    assert caught.value.code == "too_many_decimals"


@pytest.mark.parametrize(
    "text",
    ["10000000000000.01", "90071992547409.93", "1" * 17, "9" * 5000, "0" * 17 + "1", "1" * 5000 + ".50"],
)
def test_absurd_amounts_are_refused(text):
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan(text)
    assert caught.value.code == "too_large"
    assert len(str(caught.value)) < 100, "a long text is not quoted in full"


@pytest.mark.parametrize("value", [1, 19, True, False, None, 19.9, Decimal("19.90"), b"19.90", ["1"], float("nan")])
def test_only_text_is_read(value):
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan(value)
    assert caught.value.code == "wrong_type"
    assert caught.value.params["got"] == type(value).__name__


@pytest.mark.parametrize("text", ["-1", "-0", "-0.01", "-19.90"])
def test_a_minus_must_be_allowed(text):
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan(text)
    assert caught.value.code == "negative"


@pytest.mark.parametrize(
    "text, fen", [("-0.05", -5), ("-19.9", -1990), ("-0", 0), ("3", 300), ("-10000000000000", -MAX_FEN)]
)
def test_signed_text(text, fen):
    assert parse_yuan(text, signed=True) == fen


def test_the_limit_holds_below_zero_too():
    with pytest.raises(InvalidMoney) as caught:
        parse_yuan("-10000000000000.01", signed=True)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "fen, text",
    [
        (0, "0.00"),
        (1, "0.01"),
        (10, "0.10"),
        (1990, "19.90"),
        (100000, "1000.00"),
        (-5, "-0.05"),
        (-100, "-1.00"),
        (-1990, "-19.90"),
        (MAX_FEN, "10000000000000.00"),
        (MAX_FEN * 1000 + 7, "10000000000000000.07"),  # a sum may exceed what a text may say
    ],
)
def test_format(fen, text):
    assert format_yuan(fen) == text


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, Decimal(1)])
def test_only_an_int_is_formatted(value):
    with pytest.raises(InvalidInput) as caught:
        format_yuan(value)
    assert (caught.value.field, caught.value.code) == ("fen", "wrong_type")


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_what_is_written_is_read_back(fen):
    assert parse_yuan(format_yuan(fen), signed=True) == fen


@given(st.text() | st.from_regex(r"-?[0-9]{0,15}[.,]?[0-9]{0,3}", fullmatch=True))
def test_any_text_gives_the_value_of_decimal_or_an_error_of_ours(text):
    try:
        fen = parse_yuan(text, signed=True)
    except InvalidMoney:
        return
    assert text.isascii()
    assert Decimal(text) * 100 == fen
