"""JSON, read strictly: against the standard parser where it is right, and against what it lets pass."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.payments.wechatpay import Malformed
from minishop.payments.wechatpay._json import DEEPEST, read_json
from tests.payments.wechatpay.examples import many
from tests.payments.wechatpay.reports import report

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=4)


@many
@given(objects, st.booleans(), st.sampled_from(["", " ", "\r\n\t "]))
def test_an_object_is_read_as_the_standard_parser_reads_it(value, escaped, blanks):
    text = json.dumps(value, ensure_ascii=escaped)
    assert read_json(f"{blanks}{text}{blanks}".encode()) == value


def test_fractions_stay_exact():
    assert read_json(b'{"rate": 0.60, "big": 1e400}') == {"rate": Decimal("0.60"), "big": Decimal("1e400")}


def nested(levels, opening="[", closing="]"):
    return b'{"a":' + opening.encode() * levels + closing.encode() * levels + b"}"


def test_nesting_has_a_limit():
    assert read_json(nested(DEEPEST - 1))
    assert read_json(b'{"a":"' + b"[{" * 500 + b'"}')
    assert len(read_json(json.dumps({"a": [[]] * 500}).encode())["a"]) == 500


def test_what_nobody_keeps_may_be_deep_but_not_break_anything():
    assert read_json(nested(DEEPEST), is_kept=False)
    with pytest.raises(Malformed):
        read_json(nested(100_000), is_kept=False)


REFUSED = {
    "nan": b'{"canary": NaN}',
    "infinity": b'{"canary": Infinity}',
    "minus infinity": b'{"canary": -Infinity}',
    "a name twice": b'{"canary": 1, "canary": 1}',
    "a name twice further in": b'{"a": [{"b": {"canary": 1, "x": 2, "canary": 3}}]}',
    "a name twice, once escaped": b'{"canary": 1, "c\\u0061nary": 2}',
    "too deep": nested(DEEPEST),
    "too deep in objects": b'{"a":' * 40 + b"1" + b"}" * 40,
    "much too deep": nested(100_000),
    "much too deep and unfinished": b'{"a":' * 100_000,
    "no utf-8": b'{"canary": "\xff"}',
    "overlong utf-8": b'{"canary": "\xc0\xaf"}',
    "surrogates in utf-8": b'{"canary": "\xed\xa0\x80"}',
    "half a pair": b'{"canary": "\\ud800"}',
    "the other half": b'{"canary": "\\udc00 x"}',
    "half a pair as a name": b'{"\\ud800": 1}',
    "utf-16": '{"canary": 1}'.encode("utf-16"),
    "utf-32": '{"canary": 1}'.encode("utf-32-le"),
    "a byte order mark": '\ufeff{"canary": 1}'.encode(),
    "a line feed in a text": b'{"canary": "\n"}',
    "two values": b'{"canary": 1} {}',
    "something behind": b'{"canary": 1}x',
    "a form feed behind": b'{"canary": 1}\x0c',
    "a list": b'["canary"]',
    "a text": b'"canary"',
    "a number": b"7",
    "null": b"null",
    "nothing": b"",
    "blanks": b"  ",
    "unfinished": b'{"canary": ',
    "single quotes": b"{'canary': 1}",
    "a comma too many": b'{"canary": 1,}',
    "a comment": b'{"canary": 1 /* */}',
    "a number with a plus": b'{"canary": +1}',
    "a number with a zero": b'{"canary": 01}',
    "a number in hexadecimal": b'{"canary": 0x1}',
    "a number with underscores": b'{"canary": 1_000}',
    "more digits than anybody needs": b'{"canary": ' + b"9" * 5000 + b"}",
    "a greater exponent than there is": b'{"canary": 1e9999999999999999999}',
    "xml": b"<xml><canary/></xml>",
    "a form": b"canary=1&sign=2",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_strictly_json_is_refused(name):
    with pytest.raises(Malformed) as raised:
        read_json(REFUSED[name])
    error = raised.value.with_traceback(None)
    assert error.__context__ is None
    assert "canary" not in report(error)


def test_pairs_of_surrogates_are_fine():
    assert read_json(b'{"a": "\\ud83c\\udf75 \\u8336 \\\\ud800"}') == {"a": "🍵 茶 \\ud800"}
