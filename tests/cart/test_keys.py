"""The name of a line, and the values that are stored."""

import hashlib
import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minishop.cart import SavedCart, SavedLine, Tombstone, canonical_customisation, line_key
from minishop.errors import InvalidInput
from tests.cart.build import NOON


def test_a_plain_sku_is_its_own_key():
    assert line_key("茶-01") == "茶-01"
    assert line_key("a/b~c%2F") == "a%2Fb%7Ec%252F"


def test_a_key_by_hand():
    # SHA-256 of the JSON list of the canonical text and the activity, first 32 hex digits.
    digest = hashlib.sha256(b'["{\\"engraving\\":\\"A\\",\\"size\\":2}","flash"]').hexdigest()
    assert line_key("mug", {"size": 2, "engraving": "A"}, "flash") == "mug~" + digest[:32]


def test_the_same_wish_has_the_same_key_however_it_is_written():
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    keys = {
        line_key("mug", {"text": composed, "size": 2, "more": {composed: [1, None, True]}}),
        line_key("mug", {"more": {decomposed: (1, None, True)}, "size": 2, "text": decomposed}),
        line_key("mug", ' {"size":2, "text":"e\\u0301", "more":{"e\\u0301":[1,null,true]}}'),
    }
    assert len(keys) == 1


def test_different_wishes_have_different_keys():
    wishes = [
        ("mug", None, None), ("mug", {"a": 1}, None), ("mug", {"a": "1"}, None), ("mug", {"a": True}, None),
        ("mug", None, "a"), ("mug", None, '{"a":1}'), ("mug", {"a": 1}, "a"), ("cup", None, "a"),
    ]  # fmt: skip
    assert len({line_key(*wish) for wish in wishes}) == len(wishes)


@pytest.mark.parametrize("nothing", [None, {}, "{}", " { } "])
def test_an_empty_customisation_is_none(nothing):
    assert canonical_customisation(nothing) is None


def deep(levels):
    return {"a": 1} if levels == 1 else {"a": deep(levels - 1)}


REFUSED = [
    ({"a": 1.5}, "wrong_type"),
    ('{"a": 1.0}', "wrong_type"),
    ('{"a": NaN}', "wrong_type"),
    ({"a": {1, 2}}, "wrong_type"),
    ({1: "a"}, "wrong_type"),
    ("[1]", "wrong_type"),
    (["a"], "wrong_type"),
    ("", "malformed"),
    ("{", "malformed"),
    ("[" * 8000, "malformed"),
    ({"a": "\ud800"}, "malformed"),
    ('{"a": "\\ud800"}', "malformed"),
    (deep(9), "malformed"),
    ({"a": "x" * 4096}, "out_of_range"),
    ('{"a": "' + "x" * 9000 + '"}', "out_of_range"),
    ({"a": 2**53}, "out_of_range"),
    ({"é": 1, "e\u0301": 2}, "duplicate_key"),
]


@pytest.mark.parametrize("value, code", REFUSED)
def test_what_is_no_customisation(value, code):
    with pytest.raises(InvalidInput) as error:
        canonical_customisation(value)
    assert (error.value.field, error.value.code) == ("customisation", code)


def test_just_inside_the_bounds():
    assert canonical_customisation(deep(8)) == json.dumps(deep(8), separators=(",", ":"))
    assert canonical_customisation({"a": 2**53 - 1}) == '{"a":9007199254740991}'
    assert len(canonical_customisation({"a": "x" * 4088}) or "") == 4096


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abé"), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abcé"), _JSON))
def test_the_canonical_text_stands_for_itself(value):
    text = canonical_customisation(value)
    assert canonical_customisation(text) == text
    assert line_key("mug", value) == line_key("mug", text)


# -- what is stored ---------------------------------------------------------------------------------------------------


def line(**fields):
    return SavedLine(**{"sku": "tea", "quantity": 1, "changed_at": NOON, **fields})


def test_a_line_names_itself():
    assert line(customisation={"a": 1}, activity="flash").key == line_key("tea", {"a": 1}, "flash")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": 10000},
        {"changed_at": NOON.replace(tzinfo=None)},
        {"was": -1},
        {"selected": 1},
        {"sku": ""},
    ],
)
def test_lines_are_checked(wrong):
    with pytest.raises(InvalidInput) as error:
        line(**wrong)
    assert error.value.field in wrong


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"lines": [line(), line()]}, "duplicate_id"),
        ({"tombstones": [Tombstone(line="a", sequence=1, at=NOON)] * 2}, "duplicate_id"),
        ({"lines": [line()], "merged_into": "m"}, "not_allowed"),
        ({"lines": ["tea"]}, "wrong_type"),
        ({"sequence": -1}, "out_of_range"),
    ],
)
def test_carts_are_checked(fields, code):
    with pytest.raises(InvalidInput) as error:
        SavedCart(id="c1", **fields)
    assert error.value.code == code


def test_carts_are_values():
    cart = SavedCart(id="c1", lines=[line()], extra={"a": [1]})
    assert cart == SavedCart(id="c1", lines=(line(),), extra={"a": [1]})
    assert len({cart, SavedCart(id="c1", lines=[line()])}) == 2
    assert cart.line("mug") is None
