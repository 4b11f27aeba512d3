"""Merging on login: examples worked out by hand, and what always holds."""

import itertools
from typing import get_args

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop.cart import Activity, MergePolicy, SavedCart, SavedLine, merge, remove_ordered
from minishop.errors import InvalidInput
from minishop.testing.strategies import saved_carts
from tests.cart.build import NOON, add, at, cart, product, put, quantities, remove, save, select, sync

POLICIES = get_args(MergePolicy)
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def member(*operations, **fields):
    return cart(*operations, id="m", shopper="u1", **fields)


def guest(*operations, **fields):
    return cart(*operations, id="g", **fields)


def told(report):
    return [(entry.code, entry.line, entry.guest, entry.member, entry.is_) for entry in report.entries]


# -- the policies -----------------------------------------------------------------------------------------------------

BOTH = [
    # policy, minutes of the guest's change (the member's is at 10), what tea comes to (member 2, guest 5), code
    ("guest-wins-if-newer", 11, 5, "merge_guest_kept"),
    ("guest-wins-if-newer", 9, 2, "merge_member_kept"),
    ("guest-wins-if-newer", 10, 2, "merge_member_kept"),
    ("sum", 9, 7, "merge_summed"),
    ("max", 9, 5, "merge_guest_kept"),
    ("keep-member", 11, 2, "merge_member_kept"),
    ("keep-guest", 9, 5, "merge_guest_kept"),
]


@pytest.mark.parametrize("policy, minutes, quantity, code", BOTH)
def test_a_line_that_both_hold(policy, minutes, quantity, code):
    ours = member(add("phone", 1, 0, quantity=2), add("phone", 2, 0, sku="mug"), minutes=10)
    theirs = guest(add("web", 1, 0, quantity=5), add("web", 2, 0, sku="pot", quantity=3), minutes=minutes)
    after, emptied, report = merge(ours, theirs, policy=policy)
    assert quantities(after) == {"tea": quantity, "mug": 1, "pot": 3}
    assert (after.sequence, after.merged_from) == (3, ("g",))
    assert (emptied.lines, emptied.merged_into, emptied.sequence) == ((), "m", 3)
    assert told(report) == [(code, "tea", 5, 2, quantity), ("merge_added", "pot", 3, None, 3)]
    assert [entry.line for entry in report.losses] == ([] if policy == "sum" else ["tea"])


def test_max_keeps_the_members_line_if_both_are_as_large():
    after, _, report = merge(member(add("phone", 1, 0)), guest(add("web", 1, 0), minutes=5), policy="max")
    assert after.line("tea").changed_at == NOON
    assert told(report) == [("merge_member_kept", "tea", 1, 1, 1)]


def test_the_winner_brings_its_flags_and_its_price():
    ours = member(add("phone", 1, 0, price=900), select("phone", 2, 0, False), minutes=1)
    theirs = guest(add("web", 1, 0, price=1000), save("web", 2, 0, True), minutes=2)
    line = merge(ours, theirs)[0].line("tea")
    assert (line.was, line.selected, line.saved_for_later) == (1000, True, True)
    line = merge(ours, theirs, policy="keep-member")[0].line("tea")
    assert (line.was, line.selected, line.saved_for_later) == (900, False, False)
    # A sum belongs to both; the newer one says the rest.
    assert merge(ours, theirs, policy="sum")[0].line("tea").was == 1000


# -- clamps -----------------------------------------------------------------------------------------------------------


def sum_of(ours, theirs, **facts):
    after, _, report = merge(ours, theirs, policy="sum", shelf={"tea": product(**facts)})
    return quantities(after), [(entry.line, entry.code) for entry in report.losses]


def test_sum_stops_at_the_limit_and_says_so():
    ours, theirs = member(add("phone", 1, 0, quantity=2)), guest(add("web", 1, 0, quantity=5))
    assert sum_of(ours, theirs, limit=7) == ({"tea": 7}, [])
    assert sum_of(ours, theirs, limit=6) == ({"tea": 6}, [("tea", "merge_clamped")])
    # What the member had is never lowered; stock is no limit.
    assert sum_of(ours, theirs, limit=1, stock=0) == ({"tea": 2}, [("tea", "merge_clamped")])


def test_sum_stops_at_9999():
    ours, theirs = member(put("phone", 1, 0, 9000)), guest(put("web", 1, 0, 1000))
    assert sum_of(ours, theirs) == ({"tea": 9999}, [("tea", "merge_clamped")])
    assert quantities(merge(ours, theirs, policy="sum")[0]) == {"tea": 9999}


def test_the_limit_counts_all_lines_of_a_sku():
    red, blue = {"colour": "red"}, {"colour": "blue"}
    ours = member(add("phone", 1, 0, quantity=2, customisation=red))
    theirs = guest(add("web", 1, 0, quantity=5, customisation=red), add("web", 2, 0, quantity=3, customisation=blue))
    after, losses = sum_of(ours, theirs, limit=9)
    # 9 less the 3 blue ones leave 6 of 7 red ones.
    assert sorted(after.values()) == [3, 6]
    assert [code for _, code in losses] == ["merge_clamped"]


def test_an_activity_has_a_limit_of_its_own():
    flash = {"activity": "flash"}
    ours = member(add("phone", 1, 0, quantity=2, **flash), add("phone", 2, 0, quantity=4))
    theirs = guest(add("web", 1, 0, quantity=5, **flash))
    deal = Activity(price=1, limit=3)
    after, losses = sum_of(ours, theirs, activities={"flash": deal})
    assert sorted(after.values()) == [3, 4]
    assert [code for _, code in losses] == ["merge_clamped"]


# -- drops ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_another_currency_is_dropped_and_reported(policy):
    ours = member(add("phone", 1, 0, quantity=2))
    theirs = guest(add("web", 1, 0, quantity=5), add("web", 2, 0, sku="pot"), currency="HKD", minutes=5)
    after, emptied, report = merge(ours, theirs, policy=policy)
    assert quantities(after) == {"tea": 2}
    assert emptied.merged_into == "m"
    assert told(report) == [
        ("merge_currency_differs", "tea", 5, 2, 2),
        ("merge_currency_differs", "pot", 1, None, 0),
    ]


@pytest.mark.parametrize("minutes, kept", [(0, False), (5, False), (6, True)])
def test_what_the_member_removed_later_does_not_come_back(minutes, kept):
    ours, _ = sync(member(add("phone", 1, 0)), remove("phone", 2, 1), minutes=5)
    after, _, report = merge(ours, guest(add("web", 1, 0, quantity=3), minutes=minutes))
    assert quantities(after) == ({"tea": 3} if kept else {})
    code = "merge_added" if kept else "merge_removed_since"
    assert told(report) == [(code, "tea", 3, None, 3 if kept else 0)]


def test_what_the_member_ordered_later_does_not_come_back():
    ours = remove_ordered(member(add("phone", 1, 0)), ["tea"], at(5))
    assert quantities(merge(ours, guest(add("web", 1, 0)))[0]) == {}


# -- once, and never to the wrong cart --------------------------------------------------------------------------------


def test_merging_twice_is_merging_once():
    ours, theirs = member(add("phone", 1, 0)), guest(add("web", 1, 0, sku="pot"))
    once, emptied, _ = merge(ours, theirs)
    twice, still, report = merge(once, emptied)
    assert (twice, still) == (once, emptied)
    assert (report.entries, report.is_repeated) == ((), True)
    # Even by a copy of the guest's cart from before.
    stale, marked, _ = merge(once, theirs)
    assert (stale, marked) == (once, emptied)


def test_whose_carts_may_be_merged():
    ours, theirs = member(), guest()
    gone = merge(member(), guest())[1]
    other = SavedCart(id="x", shopper="u2")
    for wrong in ((ours, ours), (gone, ours), (SavedCart(id="n"), gone), (ours, other)):
        with pytest.raises(InvalidInput) as error:
            merge(*wrong)
        assert error.value.code == "not_allowed"
    assert merge(ours, SavedCart(id="old", shopper="u1"))[0].merged_from == ("old",)
    with pytest.raises(InvalidInput) as error:
        merge(ours, theirs, policy="newest")  # type: ignore[arg-type]
    assert (error.value.field, error.value.code) == ("policy", "unknown_value")


# -- the devices afterwards -------------------------------------------------------------------------------------------


def test_operations_that_the_guests_cart_took_are_still_repetitions():
    ours = member(add("phone", 1, 0), add("web", 1, 0))
    theirs = guest(add("web", 2, 0), add("web", 4, 0), add("pad", 1, 0))
    after, _, _ = merge(ours, theirs, policy="sum")
    assert quantities(after) == {"tea": 5}
    again, codes = sync(after, add("web", 4, 0), add("web", 3, 0), add("pad", 1, 0), addressed_to="g")
    assert codes == ["already_applied", "applied", "already_applied"]
    assert quantities(again) == {"tea": 6}
    # What the same device had sent to the member's cart before, too.
    assert sync(after, add("web", 1, 0))[1] == ["already_applied"]


def test_a_base_in_the_guests_cart_says_nothing_in_the_members():
    ours = member(add("phone", 1, 0, quantity=2))
    theirs = guest(add("web", 1, 0, quantity=5), minutes=1)
    summed, _, _ = merge(ours, theirs, policy="sum")
    # The guest's device has seen its own five units, but not the phone's two, whatever its base is.
    assert sync(summed, remove("web", 2, 9), addressed_to="g")[1] == ["remove_superseded"]
    # Where its own line was taken whole, it may take it out again.
    won, _, _ = merge(ours, theirs)
    assert sync(won, remove("web", 2, 9), addressed_to="g")[1] == ["applied"]
    # Once the device speaks of the member's cart, its base counts.
    assert sync(summed, remove("web", 2, 2), addressed_to="m")[1] == ["applied"]


def test_a_device_of_the_member_has_not_seen_what_the_merge_brought():
    ours = member(add("phone", 1, 0, quantity=2))
    after, _, _ = merge(ours, guest(add("web", 1, 0, quantity=5), minutes=1))
    assert sync(after, remove("phone", 2, 1))[1] == ["remove_superseded"]
    assert sync(after, remove("phone", 2, 2))[1] == ["applied"]


def test_what_the_guest_ordered_is_remembered():
    ours = member(add("phone", 1, 0, sku="mug"), add("phone", 2, 0, sku="pot"))
    theirs = guest(add("web", 1, 0), add("web", 2, 0, sku="mug"), add("web", 3, 0, sku="cup"))
    theirs, _ = sync(remove_ordered(theirs, ["tea", "mug"], at(5)), remove("web", 4, 9, sku="cup"))
    after, _, _ = merge(ours, theirs)
    assert [stone.line for stone in after.tombstones] == ["tea", "mug"]
    late, _ = sync(after, add("web", 5, 9), addressed_to="g")
    assert late.line("tea").ordered_meanwhile
    known, _ = sync(after, add("phone", 3, after.sequence))
    assert not known.line("tea").ordered_meanwhile


# -- properties -------------------------------------------------------------------------------------------------------


@some
@given(saved_carts(id="m", shopper="u1"), saved_carts(id="g"), st.sampled_from(POLICIES))
def test_every_unit_is_kept_or_accounted_for(ours, theirs, policy):
    after, emptied, report = merge(ours, theirs, policy=policy)
    assert emptied.lines == ()
    before, came, now = quantities(ours), quantities(theirs), quantities(after)
    assert now.keys() <= before.keys() | came.keys()
    entries = {entry.line: entry for entry in report.entries}
    assert entries.keys() == came.keys()
    for key in before.keys() | came.keys():
        was, is_ = before.get(key, 0), now.get(key, 0)
        if key not in came:
            assert is_ == was
        else:
            assert (entries[key].guest, entries[key].member, entries[key].is_) == (came[key], before.get(key), is_)
            assert entries[key].is_loss or is_ == was + came[key]


@some
@given(saved_carts(id="m", shopper="u1"), saved_carts(id="g"), st.sampled_from(POLICIES))
def test_merging_is_idempotent(ours, theirs, policy):
    once, emptied, _ = merge(ours, theirs, policy=policy)
    for copy, again in itertools.product((theirs, emptied), POLICIES):
        assert merge(once, copy, policy=again)[:2] == (once, emptied)


@some
@given(saved_carts(id="m", shopper="u1"), st.sampled_from(POLICIES))
def test_an_empty_guest_cart_brings_nothing(ours, policy):
    after, _, report = merge(ours, SavedCart(id="g"), policy=policy)
    assert attrs.evolve(after, sequence=ours.sequence, merged_from=()) == ours
    assert report.entries == ()


def test_a_line_that_was_built_by_hand_merges_too():
    theirs = SavedCart(id="g", lines=[SavedLine(sku="tea", quantity=1, changed_at=NOON)])
    assert quantities(merge(member(), theirs)[0]) == {"tea": 1}
