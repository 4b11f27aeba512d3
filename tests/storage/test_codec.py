"""The codec itself, on small classes."""

import json
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import CallerError, InvalidDocument, InvalidInput
from minishop.storage import NewerDocument
from minishop.storage.codec import Codec, Encoded
from tests.storage.shapes import Colour, Owner, Part, Plain, Point, Thing, ThingMade

CODEC = Codec({Thing: "thing/2.1"}, {ThingMade: "thing.made/1.0"})
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=5,
)
_text = st.text(st.characters(codec="utf-8"), max_size=6)
_extra = st.dictionaries(st.sampled_from(["zz", "later", "extra", "ähnlich"]), _json, max_size=2)
_parts = st.builds(
    Part,
    id=_text,
    colour=st.sampled_from(Colour),
    where=st.none() | st.builds(Point, st.integers(), st.integers()),
    engraving=_text,
    extra=_extra,
)
_things = st.builds(
    Thing,
    id=_text,
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
    is_new=st.booleans(),
    runs=st.lists(st.tuples(st.integers(), st.integers()), max_size=3).map(tuple),
    counts=st.dictionaries(_text, st.integers(), max_size=3),
    parts=st.lists(_parts, max_size=3).map(tuple),
    first=st.none() | _parts,
    inside=st.builds(Plain, parts=st.lists(_parts, max_size=2).map(tuple), extra=_extra),
    owner=st.none() | st.builds(Owner, name=_text, tags=st.lists(_text, max_size=2).map(tuple), extra=_extra),
    note=_text,
    extra=_extra,
)


def written(**fields):
    return json.dumps({"$format": "thing/2.1", "id": "t", **fields})


def read(**fields):
    return CODEC.decode(Thing, written(**fields))


@given(_things)
def test_what_is_written_is_read(thing):
    encoded = CODEC.encode(thing)
    again = CODEC.decode(Thing, encoded.document, encoded.personal)
    assert again == thing
    assert CODEC.encode(again) == encoded


@given(_things)
def test_erasing_empties_the_personal_fields_and_nothing_else(thing):
    def bare(part):
        return part and attrs.evolve(part, engraving="")

    erased = CODEC.decode(Thing, CODEC.encode(thing).document)
    assert erased == attrs.evolve(
        thing,
        owner=None,
        note="",
        parts=tuple(map(bare, thing.parts)),
        first=bare(thing.first),
        inside=attrs.evolve(thing.inside, parts=tuple(map(bare, thing.inside.parts))),
    )
    assert CODEC.encode(erased).personal is None


def test_a_document_is_explicit():
    thing = Thing(
        id="t",
        at=NOON,
        parts=(Part(id="a", engraving="für 王"), Part(id="b", where=Point(1))),
        owner=Owner(name="王"),
        extra={"app": {"k": [1]}},
    )
    assert CODEC.encode(thing) == Encoded(
        '{"$format":"thing/2.1","id":"t","at":1772366400123456,"is_new":true,"runs":[],"counts":{},"parts":['
        '{"id":"a","colour":"red","where":null},{"id":"b","colour":"red","where":{"x":1,"y":0}}],"first":null,'
        '"inside":{"parts":[]},"app":{"k":[1]}}',
        '{"owner":{"name":"王","tags":[]},"parts":{"0":{"engraving":"für 王"}}}',
    )
    assert "王" not in repr(CODEC.encode(thing))


def test_types_come_back_exactly():
    thing = read(parts=[{"id": "a", "colour": "blue"}], at=0)
    assert thing.parts[0].colour is Colour.BLUE
    assert thing.at == datetime(1970, 1, 1, tzinfo=UTC)
    assert type(thing.parts) is tuple


def test_instants_are_utc_to_the_microsecond():
    local = NOON.astimezone(timezone(timedelta(hours=8)))
    assert CODEC.encode(Thing(id="t", at=local)) == CODEC.encode(Thing(id="t", at=NOON))
    assert read(at=1772366400123456).at == NOON
    with pytest.raises(InvalidInput, match="time zone"):
        CODEC.encode(Thing(id="t", at=NOON.replace(tzinfo=None)))


def test_missing_fields_take_their_defaults():
    assert read() == Thing(id="t")


def test_unknown_fields_are_kept_at_every_level():
    thing = read(parts=[{"id": "a", "later": 1}], inside={"later": {"x": 2.5}}, later=[3])
    assert thing.parts[0].extra == {"later": 1}
    assert thing.inside.extra == {"later": {"x": 2.5}}
    assert thing.extra == {"later": [3]}
    changed = json.loads(CODEC.encode(attrs.evolve(thing, is_new=False)).document)
    assert changed["parts"][0]["later"] == 1
    assert changed["inside"]["later"] == {"x": 2.5}
    assert changed["later"] == [3]


def test_extra_never_hides_behind_a_field():
    # Written under the field's name it would be lost without a word.
    with pytest.raises(InvalidInput) as refused:
        CODEC.encode(Thing(id="t", extra={"id": "other"}))
    assert (refused.value.field, refused.value.code) == ("extra.id", "reserved_id")


def test_unknown_personal_fields_stay_personal():
    personal = {"note": "n", "email": "e@x", "parts": {"0": {"face": "f"}}, "inside": {"mood": "m"}, "counts": {"a": 1}}
    thing = CODEC.decode(Thing, written(parts=[{"id": "a"}], counts={}, inside={"parts": []}), json.dumps(personal))
    assert thing.note == "n"
    encoded = CODEC.encode(attrs.evolve(thing, is_new=False))
    assert encoded.personal is not None
    assert json.loads(encoded.personal) == personal
    assert "e@x" not in encoded.document


def test_personal_data_without_its_place_is_dropped():
    personal = {"first": {"engraving": "x"}, "parts": {"5": {"engraving": "y"}, "0": "z"}}
    thing = CODEC.decode(Thing, written(parts=[{"id": "a"}]), json.dumps(personal))
    assert CODEC.encode(thing).personal is None


@pytest.mark.parametrize(
    "fields",
    [
        {"$format": "thing/3.0"},
        {"parts": [{"id": "a", "colour": "green"}]},
        {"parts": [{"id": "a", "where": {"x": 1, "z": 2}}]},
    ],
)
def test_what_only_a_newer_release_understands(fields):
    with pytest.raises(NewerDocument) as caught:
        read(**fields)
    assert not caught.value.retryable


def test_a_newer_minor_version_is_read():
    assert read(**{"$format": "thing/2.9", "later": 1}).extra == {"later": 1}
    assert read(**{"$format": "thing/1.0"}) == Thing(id="t")


@pytest.mark.parametrize(
    "fields, path, code",
    [
        ({"id": 5}, "id", "malformed"),
        ({"at": "2026-03-01"}, "at", "malformed"),
        ({"at": 10**30}, "at", "malformed"),
        ({"is_new": 1}, "is_new", "malformed"),
        ({"parts": {}}, "parts", "malformed"),
        ({"parts": [{"id": "a"}, {"id": "b", "where": {"x": True}}]}, "parts[1].where.x", "malformed"),
        ({"parts": [{"id": "a"}, {}]}, "parts[1].id", "missing_key"),
        ({"parts": [7]}, "parts[0]", "malformed"),
        ({"parts": [{"id": "a", "colour": []}]}, "parts[0].colour", "malformed"),
        ({"$format": "cart/1.0"}, "$format", "malformed"),
        ({"$format": None}, "$format", "malformed"),
        ({"$format": "thing/x.1"}, "$format", "malformed"),
    ],
)
def test_a_broken_document_says_where(fields, path, code):
    with pytest.raises(InvalidDocument) as caught:
        read(**fields)
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [(path, code)]


@pytest.mark.parametrize("text", ["", "[]", "{", "NaN", '{"$format":"thing/2.1","id":"t","x":NaN}', "[" * 100_000])
def test_what_is_no_json_object(text):
    with pytest.raises(InvalidDocument):
        CODEC.decode(Thing, text)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, "\ud800"])
def test_what_cannot_be_written(value):
    with pytest.raises(InvalidInput, match="extra"):
        CODEC.encode(Thing(id="t", extra={"app": value}))


def test_mappings_of_any_kind_are_written():
    class Frozen(dict):
        pass

    from types import MappingProxyType

    thing = Thing(id="t", extra={"app": MappingProxyType({"a": Frozen(b=1)})})
    assert json.loads(CODEC.encode(thing).document)["app"] == {"a": {"b": 1}}


def test_events_have_a_topic_and_no_personal_data():
    event = ThingMade(thing=Thing(id="t", note="secret", parts=(Part(id="a", engraving="secret"),)), at=NOON)
    topic, payload = CODEC.encode_event(event)
    assert topic == "thing.made"
    assert "secret" not in payload
    assert CODEC.decode_event(topic, payload) == ThingMade(thing=Thing(id="t", parts=(Part(id="a"),)), at=NOON)


def test_events_of_a_newer_release():
    topic, payload = CODEC.encode_event(ThingMade(thing=Thing(id="t"), at=NOON))
    more = json.dumps({**json.loads(payload), "later": 1})
    assert CODEC.decode_event(topic, more) == ThingMade(thing=Thing(id="t"), at=NOON)
    with pytest.raises(NewerDocument, match=r"thing\.sold"):
        CODEC.decode_event("thing.sold", payload)


def test_a_class_that_is_not_stored():
    for call in (
        lambda: CODEC.encode(Point(1)),
        lambda: CODEC.decode(Point, "{}"),
        lambda: CODEC.encode_event(Thing(id="t")),
    ):
        with pytest.raises(CallerError) as caught:
            call()
        assert caught.value.code == "not_stored"
