"""The formats of a subscribe message's values, kind by kind."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.wechat import FIELD_RULES, amount_value, check_field, thing_value, time_value

GOOD = {
    "thing": ["茶", "a 1 ！", "茶" * 20, "📦 on its way", "👨‍👩‍👧"],
    "number": ["0", "12", "3.14", "9" * 32],
    "letter": ["a", "AbC", "z" * 32],
    "symbol": ["!", "#￥%", "——"],
    "character_string": ["SF1234-5", "a" * 32, "T/1_2", "##"],
    "time": ["15:01", "9:05", "24:00", "15:01:59", "2019年10月1日 15:01", "2019-10-01 15:01", "10:00~12:00"],
    "date": [
        "2019年10月1日",
        "2019年10月01日 15:01",
        "2019年10月",
        "10月1日",
        "2018-01-01",
        "2018/01/01",
        "2018.01.01",
        "2018-01",
        "01-01",
        "2019年10月1日~2019年10月7日",
        "2019-10-01 15:01",
    ],
    "amount": ["19.90", "¥19.90", "￥19.9元", "$1", "0", "1234567890", "12345678.90元"],
    "phone_number": ["13812345678", "+86-0766-66888866", "138****5678"],
    "car_number": ["粤A8Z888挂", "粤A8Z888", "A12345", "粤"],
    "name": ["王小明", "王" * 10, "Anna-Maria O'Neil", "a" * 20, "王 a", "欧阳·娜"],
    "phrase": ["配送中", "茶" * 5],
    "enum": ["whatever"],
}
BAD = {
    "thing": ["茶" * 21],
    "number": ["1,000", "-1", "1.", ".5", "１２", "9" * 33, "1e3", "12件"],
    "letter": ["a1", "a b", "é", "茶", "z" * 33],
    "symbol": ["a", "1", "茶", "!!!!!!", "! !"],
    "character_string": ["茶", "a" * 33, "SF茶"],
    "time": ["15:60", "25:00", "15", "2019年10月1日", "15:01-16:01", "明天 15:01", "15:01~"],
    "date": ["2019年13月1日", "2019-13-01", "2019-00-01", "32日", "2019", "soon", "2019年10月1日~", "15:01"],
    "amount": ["19.90 元", "¥¥1", "元", "12345678901", "123456789.01", "-1", "十元", "1.2.3"],
    "phone_number": ["13812345678 Anna", "茶", "1" * 18],
    "car_number": ["粤A8Z888挂X", "A粤B", "粤 A1234"],
    "name": ["王" * 11, "a" * 21, "Anna 2", "王" + "a" * 10],
    "phrase": ["配送中ok", "茶" * 6, "配送中!", "3天"],
}


def test_every_kind_has_examples():
    assert GOOD.keys() == FIELD_RULES.keys()
    assert BAD.keys() == FIELD_RULES.keys() - {"enum"}


@pytest.mark.parametrize("kind, value", [(kind, value) for kind, values in GOOD.items() for value in values])
def test_what_is_right(kind, value):
    check_field(f"{kind}1", value)
    check_field(f"{kind}01", value)


@pytest.mark.parametrize("kind, value", [(kind, value) for kind, values in BAD.items() for value in values])
def test_what_is_wrong(kind, value):
    with pytest.raises(InvalidInput) as refused:
        check_field(f"{kind}2", value)
    assert (refused.value.field, refused.value.code) == (f"data.{kind}2", "wrong_format")
    assert len(value) < 4 or value not in str(refused.value)


@pytest.mark.parametrize("kind", FIELD_RULES)
@pytest.mark.parametrize("value, code", [("", "empty"), ("  ", "empty"), (None, "wrong_type"), (5, "wrong_type")])
def test_nothing_is_never_right(kind, value, code):
    with pytest.raises(InvalidInput) as refused:
        check_field(f"{kind}1", value)
    assert refused.value.code == code


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\x00", "\ud800", "\u202e"])
def test_a_value_is_one_clean_line(value):
    for key in ("thing1", "enum1", "newkind1"):
        with pytest.raises(InvalidInput) as refused:
            check_field(key, value)
        assert refused.value.code == "wrong_format"


@pytest.mark.parametrize("key", ["", "Thing1", "1", "thing 1", "thing1234", "thing.1", None, 7, "thing1\n"])
def test_a_key_is_one_of_a_template(key):
    with pytest.raises(InvalidInput) as refused:
        check_field(key, "x")
    assert (refused.value.field, refused.value.code) == ("data", "malformed")


def test_a_kind_we_do_not_know_may_hold_any_text():
    check_field("newkind1", "茶" * 100)


@given(st.text())
def test_any_text_can_be_made_a_thing(text):
    made = thing_value(text)
    assert len(made) <= 20
    assert made == " ".join(text.split()) or made.endswith("…")


@given(st.integers(0, 9_999_999_999))
def test_any_amount_up_to_ten_digits_can_be_sent(fen):
    check_field("amount1", amount_value(fen))


def test_amounts_and_times_are_written_for_people():
    assert amount_value(1990) == "19.90元"
    assert time_value(datetime(2026, 6, 1, 4, 0, tzinfo=UTC)) == "2026年6月1日 12:00"
    with pytest.raises(InvalidInput):
        time_value(datetime(2026, 6, 1))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 2)))
def test_any_time_can_be_sent(moment):
    if moment.year < 9999:
        check_field("time1", time_value(moment))
        check_field("date1", time_value(moment))
