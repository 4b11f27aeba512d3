"""Telephone numbers: the last four digits are seen, the number is not."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.wechat.shipping import mask_phone


@pytest.mark.parametrize(
    "phone, masked",
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0086 13812345678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),  # full-width digits are digits
        ("02112345678", "021****5678"),
        ("021-12345678", "021****5678"),
        ("(0755) 8765 4321", "0755****4321"),
        ("0571-88886666-8008", "****-********-8008"),  # an extension
        ("+1 (415) 555-0123", "+* (***) ***-0123"),
        ("95013123456789", "**********6789"),
        ("4001234567", "******4567"),
        ("95338", "*5338"),
        ("123456", "**3456"),
        ("138****5678", "138****5678"),
        ("+86-177****1234", "+86-177****1234"),
        ("****1234", "****1234"),
        ("0**2-***1234", "0**2-***1234"),
        ("1234*5678", "*****5678"),
        ("021-**34-12", "021-**3412"),
        ("13812345678*5678", "************5678"),  # a star in it masks nothing
    ],
)
def test_examples(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize("phone", ["", "   ", "1234", "abc", "138****567", "1381234567x", "12345-67*", "*"])
def test_what_cannot_be_masked_is_refused_by_name(phone):
    with pytest.raises(InvalidInput) as refused:
        mask_phone(phone, field="receiver_phone")
    assert (refused.value.field, refused.value.code) == ("receiver_phone", "malformed")
    assert not phone.strip() or phone not in str(refused.value)


@pytest.mark.parametrize("phone", [None, 13812345678, b"13812345678"])
def test_other_types_are_refused(phone):
    with pytest.raises(InvalidInput) as refused:
        mask_phone(phone)
    assert refused.value.code == "wrong_type"


def test_a_number_that_is_too_long_is_refused():
    with pytest.raises(InvalidInput) as refused:
        mask_phone("1" * 1025)
    assert refused.value.code == "too_long"


PHONES = st.text(alphabet="0123456789+-() *１２３東a٣", min_size=1, max_size=30)


@given(PHONES)
def test_never_more_than_eight_digits_are_shown_and_the_last_four_are(phone):
    try:
        masked = mask_phone(phone)
    except InvalidInput:
        return
    shown = re.sub(r"[^0-9A-Za-z]", "", unicodedata.normalize("NFKC", masked))
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    assert 4 <= len(shown) <= 8 + 2 * masked.startswith("+86")
    assert masked[-4:] == shown[-4:] == digits[-4:]
    assert "*" in masked
    assert len(masked) <= 1024


NUMBERS = st.from_regex(r"(\+86 ?)?1[0-9]{10}", fullmatch=True) | st.from_regex(
    r"0[0-9]{2,3}-[0-9]{7,8}", fullmatch=True
)


@given(PHONES | NUMBERS)
def test_masking_twice_is_masking_once(phone):
    """What was stored masked may be read again."""
    try:
        masked = mask_phone(phone)
    except InvalidInput:
        return
    assert mask_phone(masked) == masked
