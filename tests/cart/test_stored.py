"""A stored cart survives its codec, and goes on as if nothing had happened."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop.cart import SavedCart, apply_operations, merge
from minishop.storage.codec import decode, encode
from minishop.testing.strategies import operations, saved_carts
from tests.cart.build import at

some = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def stored(cart):
    text = encode(cart)
    return decode(SavedCart, text.document, text.personal)


@some
@given(saved_carts(id="m", shopper="u1"), saved_carts(id="g"), st.lists(operations(), max_size=4))
def test_a_cart_comes_back_as_it_was(ours, theirs, more):
    merged, emptied, _ = merge(ours, theirs)
    assert (stored(merged), stored(emptied)) == (merged, emptied)
    assert apply_operations(stored(merged), more, at(60)) == apply_operations(merged, more, at(60))


@some
@given(saved_carts())
def test_fields_of_a_newer_release_come_back(cart):
    document = json.loads(encode(cart).document)
    for row in (document, *document["lines"], *document["tombstones"], *document["receipts"]):
        row["from_tomorrow"] = [1]
    again = json.loads(encode(decode(SavedCart, json.dumps(document), encode(cart).personal)).document)
    assert again == document
