"""The cart's side of an order: its source key, what the order takes out, buying the same again."""

import pytest

from minishop.cart import SavedCart, rebuy, remove_ordered, source_key
from minishop.errors import InvalidInput
from tests.cart.build import add, at, cart, product, quantities, save, select, sync


def test_one_state_of_a_cart_has_one_key():
    tea = cart(add("phone", 1, 0), id="c:1")
    assert source_key(tea) == "cart:c:1@1"
    after = remove_ordered(tea, ["tea"], at(1))
    assert source_key(after) == "cart:c:1@2"


def test_the_order_takes_its_lines_and_leaves_the_rest():
    full = cart(add("phone", 1, 0), add("phone", 2, 0, sku="mug"), add("phone", 3, 0, sku="cup"))
    after = remove_ordered(full, ["cup", "tea", "cup"], at(1))
    assert quantities(after) == {"mug": 1}
    assert [(stone.line, stone.sequence, stone.at, stone.ordered) for stone in after.tombstones] == [
        ("cup", 4, at(1), 4),
        ("tea", 4, at(1), 4),
    ]
    assert after.receipts == full.receipts


def test_a_second_order_of_a_line_renews_its_tombstone():
    once = remove_ordered(cart(add("phone", 1, 0)), ["tea"], at(1))
    twice = remove_ordered(sync(once, add("phone", 2, 2))[0], ["tea"], at(9))
    assert [(stone.sequence, stone.at, stone.ordered) for stone in twice.tombstones] == [(4, at(9), 4)]


def test_a_line_that_is_not_there_cannot_be_ordered():
    with pytest.raises(InvalidInput) as error:
        remove_ordered(cart(add("phone", 1, 0)), ["tea", "mug"], at(1))
    assert (error.value.code, error.value.params) == ("unknown_id", {"id": "mug"})


def test_the_goods_of_a_closed_order_can_be_put_back_once():
    full = cart(
        add("phone", 1, 0, quantity=2, customisation={"engraving": "福"}, activity="flash"),
        add("phone", 2, 0, sku="mug"),
        select("phone", 3, 0, False, sku="mug"),
        add("phone", 4, 0, sku="cup"),
        save("phone", 5, 0, True, sku="cup"),
    )
    taken = full.active_lines
    ordered = remove_ordered(full, [line.key for line in taken], at(1))
    again = rebuy("o1", taken, base=ordered.sequence)
    after, codes = sync(ordered, *again, shelf={"tea": product(1500)})
    assert codes == ["applied"]
    (line,) = [line for line in after.lines if line.sku == "tea"]
    assert (line.key, line.quantity, line.was) == (taken[0].key, 2, 1500)
    assert not line.ordered_meanwhile
    assert sync(after, *again)[1] == ["already_applied"]
    assert [op.device for op in rebuy("o2", taken, base=0)] == ["rebuy:o2"]
    assert rebuy("o3", SavedCart(id="c").lines, base=0) == ()
