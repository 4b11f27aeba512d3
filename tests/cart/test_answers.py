"""Outcomes and merge reports as JSON and as texts; carts that draw themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minishop.cart import MergeEntry, Operation, OperationOutcome, Product, SavedCart
from minishop.messages import catalogue, languages

OUTCOMES = ("applied", "already_applied", "quantity_clamped", "remove_superseded", "line_gone")
MERGED = (
    "merge_added", "merge_summed", "merge_clamped", "merge_guest_kept", "merge_member_kept", "merge_removed_since",
    "merge_currency_differs",
)  # fmt: skip


def outcome(code):
    return OperationOutcome(device="phone", number=1, code=code, line="tea", was=1, is_=2)


def entry(code):
    return MergeEntry(code=code, line="tea~1", sku="tea", guest=1, member=None, is_=2)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("told", [*map(outcome, OUTCOMES), *map(entry, MERGED)], ids=lambda told: told.code)
def test_every_code_has_a_text_with_its_numbers(told, language):
    text = catalogue(language).text(told.code, told.params)
    assert not text.startswith(told.code)
    assert "{" not in text


def test_a_merge_entry_as_json():
    assert entry("merge_added").to_dict() == {
        "code": "merge_added",
        "line": "tea~1",
        "sku": "tea",
        "guest": 1,
        "member": None,
        "is": 2,
    }


@pytest.mark.parametrize("kind", [SavedCart, Operation, Product])
def test_types_draw_themselves(kind):
    @settings(max_examples=20, deadline=None, database=None)
    @given(st.from_type(kind))
    def draw(value):
        assert isinstance(value, kind)

    draw()
