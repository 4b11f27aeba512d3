"""Values out of JSON: what is quick to recognise is recognised as a pattern would."""

import re
import string
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from minishop.payments.wechatpay import Malformed
from minishop.payments.wechatpay._reading import instant, number
from tests.payments.wechatpay.examples import some

LETTERS = string.ascii_letters + string.digits + "_|*@-"


def read(how, value):
    try:
        return how({"field": value}, "field")
    except Malformed:
        return None


@st.composite
def nearly_instants(draw):
    """A usual instant with some characters changed."""
    made = [*draw(st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31))).strftime("%Y-%m-%dT%H:%M:%S+08:00")]
    for _ in range(draw(st.integers(0, 3))):
        made[draw(st.integers(0, len(made) - 1))] = draw(st.sampled_from("0123456789TtWZ:+-. ١１"))
    return "".join(made)


@some
@given(nearly_instants())
@example("2026-06-01T11:59:58+08:60")
@example("2026-06-01T11:59:58-08:99")
def test_an_instant_is_one_of_rfc_3339(text):
    try:
        expected = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        expected = None
    if not re.fullmatch(r"[12][0-9]{3}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", text):
        expected = None
    found = read(instant, text)
    if text[17:19] not in ("60", "61") and "." not in text:  # which strptime() reads in its own way
        assert (found and found.astimezone(UTC)) == (expected and expected.astimezone(UTC))


@some
@given(st.text(st.sampled_from(LETTERS + "--. ١价\n"), max_size=70))
def test_a_number_has_letters_of_one_alphabet(text):
    good = 1 <= len(text) <= 64 and set(text) <= set(LETTERS)
    assert read(number, text) == (text if good else None)
