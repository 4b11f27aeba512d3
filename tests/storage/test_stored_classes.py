"""Every class that is stored, through the codec; and the documents of earlier releases.

``golden/<kind>-<n>.json`` hold the text of one value as a release wrote it. The newest of a kind is what is written
today, to the byte. If a change of a class is meant to change its document, run
``python -m tests.storage.test_stored_classes``, which adds the next ones; those that a release has written stay as they
are, for ever. ``--replace`` overwrites the newest instead: for a shape that was never released.
"""

import json
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from minishop.cart import SavedCart
from minishop.orders import Order
from minishop.storage import NewerDocument
from minishop.storage.codec import CODEC, decode, decode_event, encode, encode_event
from minishop.testing.strategies import saved_carts
from tests.storage.samples import EVENTS, RECORDS, anything, fields_of, parts_of, sample

GOLDEN = Path(__file__).parent / "golden"
some = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def kind_of(cls):
    return (CODEC.documents | CODEC.events)[cls].partition("/")[0]


def texts_of(cls):
    """What is stored of the sample: document and personal data, or payload."""
    if cls in RECORDS:
        encoded = encode(sample(cls))
        return encoded.document, encoded.personal
    return encode_event(sample(cls))[1], None


def golden(cls):
    """(number, document, personal) of each stored text, oldest first."""
    found = []
    for path in GOLDEN.glob(f"{kind_of(cls)}-*.json"):
        number = path.stem.removeprefix(f"{kind_of(cls)}-")
        if number.isdigit():
            document, *personal = path.read_text(encoding="utf-8").splitlines()
            found.append((int(number), document, personal[0] if personal else None))
    return sorted(found)


@pytest.mark.parametrize("cls", [*RECORDS, *EVENTS], ids=kind_of)
def test_todays_text_is_the_newest_golden_one(cls):
    stored = golden(cls)
    assert stored, f"no golden text of {kind_of(cls)}: see the top of this file"
    assert texts_of(cls) == stored[-1][1:]


def holds_all(new, old):
    """Whether a JSON value has everything that another one has."""
    if isinstance(old, dict):
        return all(key in new and holds_all(new[key], value) for key, value in old.items() if key != "$format")
    if isinstance(old, list):
        return len(new) == len(old) and all(map(holds_all, new, old))
    return new == old


@pytest.mark.parametrize("cls", RECORDS, ids=kind_of)
def test_every_golden_record_is_read_and_nothing_of_it_lost(cls):
    for _, document, personal in golden(cls):
        again = encode(decode(cls, document, personal))
        assert holds_all(json.loads(again.document), json.loads(document))
        assert holds_all(json.loads(again.personal or "{}"), json.loads(personal or "{}"))


@pytest.mark.parametrize("cls", EVENTS, ids=kind_of)
def test_every_golden_event_is_read(cls):
    for _, payload, _ in golden(cls):
        assert type(decode_event(kind_of(cls), payload)) is cls


@pytest.mark.parametrize("cls", [cls for cls in RECORDS if cls is not SavedCart], ids=kind_of)
def test_any_record_comes_back(cls):
    @some
    @given(anything(cls))
    def check(value):
        encoded = encode(value)
        again = decode(cls, encoded.document, encoded.personal)
        assert again == value
        assert encode(again) == encoded

    check()


@some
@given(saved_carts())
def test_any_cart_comes_back(cart):
    encoded = encode(cart)
    assert decode(SavedCart, encoded.document, encoded.personal) == cart


@pytest.mark.parametrize("cls", EVENTS, ids=kind_of)
def test_any_event_comes_back_without_personal_data(cls):
    @settings(some, max_examples=8)
    @given(anything(cls))
    def check(event):
        topic, payload = encode_event(event)
        again = decode_event(topic, payload)
        assert encode_event(again) == (topic, payload)
        if not hasattr(event, "terms"):
            assert again == event
        else:
            bare = attrs.evolve(event.terms, address=None, note="")
            assert again == attrs.evolve(event, terms=bare)

    check()


def keepers(cls, found):
    """The attrs classes within a class that have ``extra``, and those that have not."""
    names = {field.name for field in fields_of(cls)}
    found.setdefault("extra" in names, set()).add(cls)
    for field in fields_of(cls):
        stack = parts_of(field.type)
        while stack:
            kind = stack.pop()
            if attrs.has(kind):
                keepers(kind, found)
            else:
                stack.extend(getattr(kind, "__args__", ()))
    return found


def spoil(data, cls, wanted):
    """Puts an unknown key into every object of the class ``wanted``; counts them."""
    number = 0
    if cls is wanted:
        data["from_tomorrow"] = {"a": [1]}
        number = 1
    for field in fields_of(cls):
        for kind in parts_of(field.type):
            inner = kind.__args__[0] if getattr(kind, "__origin__", None) is tuple else kind
            if attrs.has(inner) and field.name in data and data[field.name] is not None:
                items = data[field.name] if isinstance(data[field.name], list) else [data[field.name]]
                number += sum(spoil(item, inner, wanted) for item in items)
    return number


CLASSES = [
    (root, cls, keeps)
    for root in RECORDS
    for keeps, group in keepers(root, {}).items()
    for cls in sorted(group, key=lambda one: one.__name__)  # the same order in every process
]


@pytest.mark.parametrize(
    "root, cls, keeps", CLASSES, ids=[f"{kind_of(root)}-{cls.__name__}" for root, cls, _ in CLASSES]
)
def test_unknown_fields_are_kept_at_every_level_or_the_record_is_left_alone(root, cls, keeps):
    document, personal = texts_of(root)
    whole = json.loads(document)
    apart = json.loads(personal or "{}")
    assert spoil(whole, root, cls) or spoil(apart, root, cls)
    if keeps:
        again = encode(decode(root, json.dumps(whole), json.dumps(apart)))
        assert json.loads(again.document) == whole
        assert json.loads(again.personal or "{}") == apart
    else:
        with pytest.raises(NewerDocument):
            decode(root, json.dumps(whole), json.dumps(apart))


def test_an_erased_order_has_nobody_in_it():
    order = sample(Order)
    encoded = encode(order)
    erased = decode(Order, encoded.document)
    assert erased.terms.address is None
    assert erased.terms.note == ""
    for secret in (order.terms.note, order.terms.address.name, order.terms.address.phone, order.terms.address.street):
        assert secret not in encoded.document
        assert secret in encoded.personal


def test_topics_are_unique_and_every_event_has_one():
    from minishop.orders import events

    known = {getattr(events, name) for name in events.__all__}
    assert {cls for cls in known if issubclass(cls, events.Event)} - {events.Event} == set(EVENTS)
    assert len({kind_of(cls) for cls in (*RECORDS, *EVENTS)}) == len(RECORDS) + len(EVENTS)


def write_golden(*, replace):
    """Writes the next golden text of every kind whose newest is not today's."""
    for cls in (*RECORDS, *EVENTS):
        stored, texts = golden(cls), texts_of(cls)
        if not stored or stored[-1][1:] != texts:
            number = stored[-1][0] + (not replace) if stored else 1
            lines = "".join(f"{text}\n" for text in texts if text is not None)
            (GOLDEN / f"{kind_of(cls)}-{number}.json").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    write_golden(replace="--replace" in sys.argv)
