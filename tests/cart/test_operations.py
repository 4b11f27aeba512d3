"""Operations, one example at a time: the numbers are worked out by hand."""

import pytest

from minishop.cart import DeviceReceipts, Moved, Operation, SavedCart, apply_operations, merge, remove_ordered
from minishop.errors import InvalidInput
from tests.cart.build import NOON, add, at, cart, product, put, quantities, remove, save, select, sync

# -- 99: Remove and what its sender had seen --------------------------------------------------------------------------


def test_remove_has_seen_the_senders_own_queue():
    # Offline, at base 5: Add (op 1), Remove (op 2). The Add gets sequence 6, above the base of the Remove.
    five = cart(*[add("other", number, 0, sku="mug") for number in range(1, 6)])
    after, codes = sync(five, add("phone", 1, 5), remove("phone", 2, 5))
    assert (after.sequence, quantities(after), codes) == (7, {"mug": 5}, ["applied", "applied"])


def test_remove_is_superseded_by_what_another_device_added():
    both = cart(add("phone", 1, 0, quantity=2), add("tablet", 1, 1, quantity=3))
    after, codes = sync(both, remove("phone", 2, 1))
    assert (quantities(after), codes) == ({"tea": 5}, ["remove_superseded"])
    after, codes = sync(both, remove("phone", 2, 2))
    assert (quantities(after), codes) == ({}, ["applied"])


def test_an_unseen_change_counts_even_below_a_later_one_that_was_seen():
    # tablet's Add (sequence 1) is unseen by phone, phone's own Set (2) is not.
    mixed = cart(add("tablet", 1, 0), put("phone", 1, 0, 4))
    assert sync(mixed, remove("phone", 2, 0))[1] == ["remove_superseded"]
    assert sync(mixed, remove("phone", 2, 1))[1] == ["applied"]


def test_of_its_own_operations_remove_has_seen_only_the_earlier_ones():
    late = cart(add("phone", 3, 0))
    assert sync(late, remove("phone", 2, 0))[1] == ["remove_superseded"]
    assert sync(late, remove("phone", 4, 0))[1] == ["applied"]


def test_flags_are_no_quantity_changes():
    flagged = cart(add("phone", 1, 0), select("tablet", 1, 1, False), save("tablet", 2, 1, True))
    assert sync(flagged, remove("phone", 2, 1))[1] == ["applied"]


def test_changes_that_arrived_out_of_order_are_all_remembered():
    # phone's op 9 came first (sequence 1), op 3 after it (sequence 2).
    swapped = cart(add("phone", 9, 0), add("phone", 3, 0))
    assert sync(swapped, remove("phone", 5, 0))[1] == ["remove_superseded"]  # 9 is not earlier, 1 is above base 0
    assert sync(swapped, remove("phone", 5, 1))[1] == ["applied"]  # 9 was seen by its sequence, 3 is earlier


# -- 100: what Add and Set may hold -----------------------------------------------------------------------------------


def test_add_stops_at_9999_and_says_so():
    full = cart(add("phone", 1, 0, quantity=9998))
    after, answer = apply_operations(full, [add("tablet", 1, 0, quantity=5)], NOON)
    (outcome,) = answer.outcomes
    assert quantities(after) == {"tea": 9999}
    assert outcome.to_dict() == {
        "device": "tablet",
        "number": 1,
        "code": "quantity_clamped",
        "line": "tea",
        "was": 9998,
        "is": 9999,
    }


@pytest.mark.parametrize("wrong", [0, -1, 10000, True, 1.0, "1"])
def test_add_takes_1_to_9999(wrong):
    with pytest.raises(InvalidInput) as error:
        add("phone", 1, 0, quantity=wrong)
    assert error.value.field == "quantity"


@pytest.mark.parametrize("wrong", [-1, 10000])
def test_set_takes_0_to_9999(wrong):
    with pytest.raises(InvalidInput):
        put("phone", 1, 0, wrong)


def test_set_0_has_seen_everything():
    both = cart(add("phone", 1, 0, quantity=2), add("tablet", 1, 1, quantity=3))
    after, codes = sync(both, put("phone", 2, 0, 0))
    assert (quantities(after), codes) == ({}, ["applied"])
    assert [(stone.line, stone.sequence, stone.at, stone.ordered) for stone in after.tombstones] == [
        ("tea", 3, at(1), None)
    ]


def test_stock_and_limits_never_change_a_quantity():
    after, answer = apply_operations(
        SavedCart(id="c1"), [add("phone", 1, 0, quantity=50)], NOON, shelf={"tea": product(stock=3, limit=2)}
    )
    assert quantities(after) == {"tea": 50}
    assert [(problem.code, problem.was, problem.is_) for problem in answer.problems] == [
        ("short_of_stock", 50, 3),
        ("limit_exceeded", 50, 2),
    ]


def test_of_two_sets_the_later_arrival_counts():
    after, _ = sync(cart(put("phone", 1, 0, 2)), put("tablet", 1, 0, 7))
    assert quantities(after) == {"tea": 7}
    assert after.line("tea").changed_at == at(1)


# -- 101: what brings a line back -------------------------------------------------------------------------------------


def test_add_and_set_revive_whatever_their_base():
    empty, _ = sync(cart(add("phone", 1, 0)), remove("phone", 2, 1))
    assert quantities(sync(empty, add("tablet", 1, 0, quantity=4))[0]) == {"tea": 4}
    assert quantities(sync(empty, put("tablet", 1, 0, 4))[0]) == {"tea": 4}


@pytest.mark.parametrize(
    "operation", [select("tablet", 1, 9, True), save("tablet", 1, 9, False), remove("tablet", 1, 9)]
)
def test_flags_never_revive(operation):
    empty, _ = sync(cart(add("phone", 1, 0)), remove("phone", 2, 1))
    after, codes = sync(empty, operation)
    assert (quantities(after), codes) == ({}, ["line_gone"])


def test_setting_what_is_gone_to_0_leaves_it_gone():
    assert sync(SavedCart(id="c1"), put("phone", 1, 0, 0))[1] == ["line_gone"]


def test_a_line_that_was_ordered_meanwhile_says_so():
    ordered = remove_ordered(cart(add("phone", 1, 0, quantity=2)), ["tea"], at(1))
    assert (ordered.sequence, quantities(ordered)) == (2, {})
    shelf = {"tea": product()}
    blind, answer = apply_operations(ordered, [add("tablet", 1, 1)], at(2), shelf=shelf)
    assert [(p.code, p.is_, p.blocks) for p in answer.problems] == [("ordered_meanwhile", 1, False)]
    # Whoever knows of the order and changes the quantity settles it.
    _, answer = apply_operations(blind, [put("phone", 2, 3, 1)], at(3), shelf=shelf)
    assert answer.problems == ()
    # Who knows of the order from the start just buys again.
    _, answer = apply_operations(ordered, [add("tablet", 1, 2)], at(2), shelf=shelf)
    assert answer.problems == ()


def test_that_it_was_ordered_outlives_a_later_removal():
    ordered = remove_ordered(cart(add("phone", 1, 0)), ["tea"], at(1))
    removed, _ = sync(ordered, add("phone", 2, 2), remove("phone", 3, 3))
    after, _ = sync(removed, add("tablet", 1, 1))
    assert after.line("tea").ordered_meanwhile


def test_select_and_save_are_set_by_the_later_arrival():
    tea = cart(add("phone", 1, 0))
    after, _ = sync(tea, select("phone", 2, 1, False), save("phone", 3, 1, True), save("tablet", 1, 0, False))
    line = after.line("tea")
    assert (line.selected, line.saved_for_later, line.is_active) == (False, False, False)


def test_add_takes_a_line_back_that_was_saved_for_later_and_set_does_not():
    saved = cart(add("phone", 1, 0), save("phone", 2, 0, True))
    assert sync(saved, put("phone", 3, 0, 5))[0].line("tea").saved_for_later
    assert not sync(saved, add("phone", 3, 0))[0].line("tea").saved_for_later


# -- 102: losses ------------------------------------------------------------------------------------------------------


def test_op_2_counts_once_when_it_arrives_after_op_3():
    gap = cart(add("phone", 1, 0), add("phone", 3, 0, quantity=10))
    assert gap.receipts == (DeviceReceipts(device="phone", upto=1, beyond=[(3, 3)]),)
    whole, codes = sync(gap, add("phone", 2, 0, quantity=100), add("phone", 2, 0, quantity=100))
    assert (quantities(whole), codes) == ({"tea": 111}, ["applied", "already_applied"])
    assert whole.receipts == (DeviceReceipts(device="phone", upto=3),)


def test_runs_of_receipts_grow_together():
    receipts = DeviceReceipts(device="phone")
    for number in (7, 9, 8, 2, 12):
        receipts = receipts.with_number(number)
    assert (receipts.upto, receipts.beyond) == (0, ((2, 2), (7, 9), (12, 12)))
    other = DeviceReceipts(device="phone", upto=5, beyond=[(10, 11)])
    assert receipts.union(other) == DeviceReceipts(device="phone", upto=5, beyond=[(7, 12)])
    assert [number for number in range(1, 14) if number in receipts] == [2, 7, 8, 9, 12]


@pytest.mark.parametrize("beyond", [[(1, 2)], [(3, 2)], [(4, 5), (6, 7)], [(2,)], [("a", 3)], 7, [5]])
def test_receipts_are_checked(beyond):
    with pytest.raises(InvalidInput) as error:
        DeviceReceipts(device="phone", beyond=beyond, upto=1)
    assert error.value.field == "beyond"


# -- the call itself --------------------------------------------------------------------------------------------------


def test_the_price_that_was_seen_is_noted():
    shelf = {"tea": product(1000)}
    quoted, _ = apply_operations(SavedCart(id="c1"), [add("phone", 1, 0, price=900)], NOON, shelf=shelf)
    assert quoted.line("tea").was == 900
    noted, _ = apply_operations(SavedCart(id="c1"), [add("phone", 1, 0), put("phone", 2, 0, 2)], NOON, shelf=shelf)
    assert noted.line("tea").was == 1000
    later, _ = sync(noted, put("phone", 3, 0, 2, price=1100))
    assert later.line("tea").was == 1100
    assert cart(add("phone", 1, 0)).line("tea").was is None


def test_operations_for_a_cart_that_was_merged_are_told_where_it_went():
    _, guest, _ = merge(SavedCart(id="m", shopper="u1"), cart(add("phone", 1, 0), id="g"))
    after, answer = apply_operations(guest, [add("phone", 2, 1)], NOON)
    assert after is guest
    assert answer == Moved("g", "m")


def test_operations_for_another_cart_are_refused():
    with pytest.raises(InvalidInput) as error:
        sync(SavedCart(id="m"), add("phone", 1, 0), addressed_to="x")
    assert error.value.code == "other_cart"


@pytest.mark.parametrize("wrong", ["add", Operation(device="phone", number=1, base=0, sku="tea")])
def test_what_is_no_operation_is_refused(wrong):
    with pytest.raises(InvalidInput) as error:
        sync(SavedCart(id="c1"), wrong)
    assert (error.value.field, error.value.code) == ("operations", "wrong_type")


def test_unknown_fields_of_a_newer_release_are_kept():
    import attrs

    old = cart(add("phone", 1, 0), remove("phone", 2, 0), add("phone", 3, 0))
    newer = attrs.evolve(
        old,
        extra={"note": 1},
        lines=[attrs.evolve(line, extra={"gift_wrap": True}) for line in old.lines],
        tombstones=[attrs.evolve(stone, extra={"why": "x"}) for stone in old.tombstones],
        receipts=[attrs.evolve(receipts, extra={"os": "y"}) for receipts in old.receipts],
    )
    after, _ = sync(newer, add("phone", 4, 0))
    assert (after.extra, after.lines[0].extra) == ({"note": 1}, {"gift_wrap": True})
    assert (after.tombstones[0].extra, after.receipts[0].extra) == ({"why": "x"}, {"os": "y"})
    gone, _ = sync(after, remove("phone", 5, 0))
    assert gone.tombstones[0].extra == {"why": "x"}
