"""Reading what others send: forms, header fields, JSON, times."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.logistics import SHANGHAI, read_epoch, read_time, write_time
from minishop.logistics._forms import decode_form, encode_form, find_header
from minishop.logistics._reading import list_of, object_of, parse_json, text_of

texts = st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(texts, texts, max_size=5))
def test_a_form_comes_back_as_it_was(fields):
    body = encode_form(fields.items())
    assert body == urlencode(fields).encode()
    assert decode_form(body or b"=") == (fields or {"": ""})


@given(st.text("%+=&aF0é甲 \n\x00", max_size=20).map(str.encode))
def test_a_form_is_read_as_the_standard_library_reads_it_or_refused(body):
    try:
        fields = decode_form(body)
    except ValueError:
        return
    again = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    assert {key: value for key, value in fields.items() if key or value} == {k: v for k, v in again if k or v}


@pytest.mark.parametrize(
    "body", [b"a=%", b"a=%4", b"a=%GG", b"a=%FF", b"a=1&a=2", b"a=\xff", b"a=1\n", "a=甲".encode(), b"a=1&" * 101]
)
def test_what_is_no_form_is_refused(body):
    with pytest.raises(ValueError):  # noqa: PT011  (the text is nobody's business)
        decode_form(body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "a/b"},
        {"content-type": "a/b"},
        [("CONTENT-TYPE", "a/b")],
        [(b"content-type", b"a/b")],
        {"CONTENT_TYPE": "a/b"},
        {"HTTP_CONTENT_TYPE": "a/b", "wsgi.input": object()},
        iter([("X", "y"), ("Content-Type", "a/b")]),
    ],
)
def test_header_fields_are_found_in_any_container(headers):
    assert find_header(headers, "content-type") == "a/b"


@pytest.mark.parametrize("headers", [None, 5, "text", [("a",)], [1, 2], {}, {"Content-Type": 5}, {5: "a/b"}])
def test_other_containers_have_no_header_fields(headers):
    assert find_header(headers, "content-type") == ""


@given(st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3)))
def test_json_comes_back_as_it_was(value):
    stripped = json.loads(json.dumps(value).replace("\\u0000", ""))
    assert parse_json(json.dumps(value)) == stripped


@pytest.mark.parametrize(
    "text, value",
    [
        ("1.5", "1.5"),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ('"\\ud800"', "\ufffd"),
        ('{"\\u0000a": ["b\\u0000\\udfff"]}', {"a": ["b\ufffd"]}),
        ('"\\ud83c\\udf81"', "🎁"),
    ],
)
def test_json_holds_nothing_that_cannot_be_kept(text, value):
    assert parse_json(text) == value


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "[" * 700 + '"\\u0000"' + "]" * 700, "9" * 5000, '"\n"', "{'a': 1}"]
)
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011  (the text is nobody's business)
        parse_json(text)


def test_zero_is_a_text_of_one_digit_and_other_types_are_nothing():
    assert [text_of(value) for value in (0, "0", 7, "", None, True, [], {}, b"x")] == ["0", "0", "7", *[""] * 6]


def test_a_single_object_stands_for_a_list_of_one():
    assert [list_of(value) for value in ([1], {"a": 1}, None, "x")] == [[1], [{"a": 1}], [], []]
    assert [object_of(value) for value in ({"a": 1}, '{"a": 1}', "[1]", "x", None, [])] == [
        {"a": 1},
        {"a": 1},
        *[{}] * 4,
    ]


MOMENT = datetime(2031, 3, 2, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2031-03-02 20:00:05", "2031/03/02 20:00:05", " 2031-03-02T20:00:05 ", "2031-03-02T12:00:05Z"],
)
def test_times_without_a_zone_are_shanghais(text):
    assert read_time(text) == MOMENT
    assert read_time(text).tzinfo is not None


@pytest.mark.parametrize("value", [None, 0, "", "gestern", "2031-13-01 00:00:00", "0001-01-01 00:00:00", 1.5, []])
def test_what_is_no_time_is_none(value):
    assert read_time(value) is None


@pytest.mark.parametrize("value", [1930219205, "1930219205", 1930219205000, "1930219205000"])
def test_seconds_and_milliseconds_since_1970(value):
    assert read_epoch(value) == datetime(2031, 3, 2, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, True, 5, "12", -1930219205, "1930219205x", 10**20])
def test_other_numbers_are_no_time(value):
    assert read_epoch(value) is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)))
def test_a_time_that_was_written_is_read_again(naive):
    moment = naive.replace(microsecond=0, tzinfo=SHANGHAI)
    assert read_time(write_time(moment)) == moment
