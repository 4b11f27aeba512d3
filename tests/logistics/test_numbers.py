"""Waybill numbers: cleaned, checked, guessed; never decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.logistics import Confidence, carriers, clean_number, detect, is_s10, is_ups

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


@pytest.mark.parametrize(
    "number, expected",
    [
        ("SF1234567890123", [("sf", HIGH, None)]),
        ("YT1234567890123", [("yto", HIGH, None)]),
        ("YTD123456789012", [("yto", HIGH, None)]),
        ("JT1234567890123", [("jt", HIGH, None)]),
        ("JDVA01234567890-1-1-", [("jd", HIGH, None)]),
        ("DPK123456789012", [("deppon", HIGH, None)]),
        ("73100000000001", [("zto", MEDIUM, None)]),
        ("72100000000001", []),
        ("770000000000001", [("sto", MEDIUM, None), ("fedex", LOW, None)]),
        ("4310000000001", [("yunda", LOW, None)]),
        ("9800000000001", [("ems", LOW, None), ("chinapost_parcel", LOW, None)]),
        ("123456789012", [("sf", LOW, None), ("fedex", LOW, None)]),
        ("1234567890", [("dhl", LOW, None), ("dhl_global", LOW, None)]),
        ("1Z5R89390357567127", [("ups", HIGH, True)]),
        ("1Z5R89390357567128", [("ups", LOW, False)]),
        ("RA473124829CN", [("ems", HIGH, True), ("ems_intl", MEDIUM, True)]),
        ("RA473124820CN", [("ems", LOW, False), ("ems_intl", LOW, False)]),
        ("RA473124829US", [("usps", MEDIUM, True), ("ems", LOW, True), ("ems_intl", LOW, True)]),
        ("4PX1234567890123CN", [("d4px", MEDIUM, None)]),
        ("HELLO-WORLD", []),
    ],
)
def test_whose_a_number_may_be(number, expected):
    assert [(one.carrier, one.confidence, one.check) for one in detect(number)] == expected


@pytest.mark.parametrize(
    "typed, cleaned",
    [
        ("  yt1234567890123\n", "YT1234567890123"),
        ("ＹＴ１２３４５６７８９０１２３", "YT1234567890123"),
        ("JDVA01234567890-1-1-", "JDVA01234567890"),
        ("JD0123456789-2-5", "JD0123456789"),
        ("AB-1-1-", "AB-1-1-"),
    ],
)
def test_a_number_is_cleaned(typed, cleaned):
    assert clean_number(typed) == cleaned


@pytest.mark.parametrize(
    "typed, code",
    [
        ("", "empty"),
        ("   ", "empty"),
        ("A" * 33, "too_long"),
        ("YT 1234567890123", "malformed"),
        ("圆通123", "malformed"),
        ("YT1'--", "malformed"),
        ("4200000000000000000000000001", "payment_number"),
        (12345678, "wrong_type"),
        (None, "wrong_type"),
    ],
)
def test_what_is_no_number_is_refused(typed, code):
    for look in (clean_number, detect):
        with pytest.raises(InvalidInput) as refused:
            look(typed)
        assert (refused.value.field, refused.value.code) == ("number", code)


@pytest.mark.parametrize("number", ["RA473124829GB", "RR123456785CN"])
def test_published_s10_numbers(number):
    assert is_s10(number)


def test_s10_writes_ten_as_0_and_eleven_as_5():
    assert is_s10("RA700000000CN")  # 8 times 7 leaves 1, and 11 - 1 is 10
    assert is_s10("RA000000005CN")  # nothing leaves 0, and 11 - 0 is 11


@pytest.mark.parametrize("number", ["1Z5R89390357567127", "1Z999AA10123456784"])
def test_published_ups_numbers(number):
    assert is_ups(number)


@given(st.integers(0, 99_999_999), st.integers(1, 8), st.integers(0, 9))
def test_s10_finds_every_single_wrong_digit(serial, place, wrong):
    digits = f"{serial:08d}"
    right = next(f"RA{digits}{check}CN" for check in range(10) if is_s10(f"RA{digits}{check}CN"))
    typo = right[: place + 1] + str(wrong) + right[place + 2 :]
    # the standard maps two remainders to 5 and to 0, so a few typos pass; those that keep the remainder apart do not
    if typo == right:
        assert is_s10(typo)
    elif is_s10(typo):
        assert right[10] in "05"


@pytest.mark.parametrize("check", [is_s10, is_ups])
def test_other_shapes_have_no_check_digit(check):
    assert not any(check(number) for number in ("", "1Z", "RA47312482９CN", "1Z5R8939035756712A", "73100000000001"))


@given(st.text(max_size=40))
def test_detecting_raises_nothing_but_our_refusal(text):
    try:
        guesses = detect(text)
    except InvalidInput:
        return
    assert [one.confidence for one in guesses] == sorted((one.confidence for one in guesses), reverse=True)
    assert all(one.carrier in carriers() for one in guesses)
