"""Any interleaving of queues, with duplicates, losses and retries, against a fold over the arrivals."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop.cart import Add, Remove, SavedCart, SaveForLater, Select, Set, apply_operations, merge, remove_ordered
from minishop.testing.strategies import operations, saved_carts
from tests.cart.build import NOON, at, quantities
from tests.cart.fold import first_arrivals, fold

some = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def queues(draw, /, **narrower):
    """What two devices queued: numbers from 1, in each queue."""
    return [
        draw(operations(device=device, number=number, **narrower))
        for device in ("phone", "tablet")
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]


@st.composite
def arrivals(draw, /, **narrower):
    """The queued operations as a bad network delivers them: in any order, some never, some again and again."""
    queued = draw(queues(skus=("S1", "S2"), **narrower))
    return draw(st.lists(st.sampled_from(queued), max_size=16)) if queued else []


@st.composite
def batches(draw, arrived):
    """The same, cut into requests."""
    cuts = sorted(draw(st.lists(st.integers(0, len(arrived)), max_size=4)))
    return [arrived[a:b] for a, b in zip([0, *cuts], [*cuts, len(arrived)], strict=True)]


def seen(cart):
    return {line.key: [line.quantity, line.selected, line.saved_for_later] for line in cart.lines}


@some
@given(st.data())
def test_each_operation_counts_once_in_the_order_of_arrival(data):
    arrived = data.draw(arrivals())
    cart = SavedCart(id="c1")
    for number, batch in enumerate(data.draw(batches(arrived))):
        cart, _ = apply_operations(cart, batch, at(number))
    once = first_arrivals(arrived)
    assert seen(cart) == fold(once)
    assert cart.sequence == len(once)


@some
@given(st.data())
def test_with_orders_in_between(data):
    cart, history = SavedCart(id="c1"), []
    for batch in data.draw(batches(first_arrivals(data.draw(arrivals())))):
        cart, _ = apply_operations(cart, batch, NOON)
        cart = remove_ordered(cart, [line.key for line in cart.active_lines], NOON)
        history += [*batch, "order"]
    assert seen(cart) == fold(history)


@some
@given(arrivals(), st.data())
def test_repetitions_change_nothing_at_all(arrived, data):
    cart, _ = apply_operations(SavedCart(id="c1"), arrived, NOON)
    again = data.draw(st.permutations(arrived))
    after, answer = apply_operations(cart, again, at(5))
    assert after is cart
    assert {outcome.code for outcome in answer.outcomes} <= {"already_applied"}


@some
@given(arrivals(kinds=(Add,)), st.data())
def test_additions_commute(arrived, data):
    one, _ = apply_operations(SavedCart(id="c1"), arrived, NOON)
    other, _ = apply_operations(SavedCart(id="c1"), data.draw(st.permutations(arrived)), NOON)
    assert quantities(one) == quantities(other)


@some
@given(st.data())
def test_a_removed_line_never_returns_by_an_old_snapshot(data):
    arrived = data.draw(arrivals())
    cart, snapshots = SavedCart(id="m", shopper="u1"), []
    for minute, operation in enumerate(arrived):
        cart, _ = apply_operations(cart, [operation], at(minute))
        # A second device's copy of this very state, put in as a guest's cart.
        snapshots.append(SavedCart(id=f"g{minute}", lines=cart.lines, sequence=cart.sequence))
    gone = {stone.line for stone in cart.tombstones} - quantities(cart).keys()
    # What was sent before, and flags that were not, do not bring it back ...
    late = [
        Kind(device="late", number=number, base=data.draw(st.integers(0, 20)), sku=sku)
        for number, (Kind, sku) in enumerate([(Select, "S1"), (SaveForLater, "S1"), (Remove, "S1")], start=1)
    ]
    after, _ = apply_operations(cart, [*data.draw(st.permutations(arrived)), *late], at(100))
    # ... and neither does any copy of an earlier state.
    for snapshot in data.draw(st.lists(st.sampled_from(snapshots))) if snapshots else ():
        after, _, _ = merge(after, snapshot)
    assert not gone & quantities(after).keys()


@some
@given(saved_carts(), st.sampled_from((Add, Set)))
def test_only_a_later_wish_brings_a_line_back(cart, kind):
    for stone in cart.tombstones:
        if cart.line(stone.line) is None and "~" not in stone.line:
            wish = kind(device="third", number=1, base=0, sku=stone.line, quantity=2)
            after, _ = apply_operations(cart, [wish], at(100))
            line = after.line(stone.line)
            assert (line.quantity, line.selected, line.saved_for_later) == (2, True, False)
            assert line.ordered_meanwhile is (stone.ordered is not None)


@some
@given(arrivals())
def test_a_line_keeps_no_more_changes_than_it_needs(arrived):
    cart, _ = apply_operations(SavedCart(id="c1"), arrived, NOON)
    for line in cart.lines:
        for device in ("phone", "tablet"):
            numbers = [change.number for change in line.changes if change.device == device]
            assert numbers == sorted(numbers, reverse=True)
        assert [change.sequence for change in line.changes] == sorted(change.sequence for change in line.changes)
