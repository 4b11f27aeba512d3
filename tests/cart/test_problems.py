"""What is reported when a cart is read, and what keeps it from being ordered."""

import pytest
from hypothesis import given, settings

from minishop.cart import Activity, CartProblem, SavedCart, find_blocking_problems, find_problems, to_cart
from minishop.errors import InvalidInput
from minishop.messages import catalogue, languages
from minishop.testing.strategies import saved_carts, shelves
from tests.cart.build import NOON, add, at, cart, product, save, select

RED = {"colour": "red"}


def found(saved, now=NOON, **shelf):
    return [(p.code, p.was, p.is_, p.blocks) for p in find_problems(saved, shelf, now)]


def flash(**facts):
    return product(1000, activities={"flash": Activity(price=600, **facts)})


TEA = cart(add("phone", 1, 0, quantity=3, price=1000))
FLASH = cart(add("phone", 1, 0, quantity=3, price=600, activity="flash"))
BOTH = cart(add("phone", 1, 0, quantity=3, price=1000), add("phone", 2, 0, quantity=2, price=1000, customisation=RED))

ONE_LINE = [
    (TEA, None, [("delisted", 3, 0, True)]),
    (TEA, product(listed=False), [("delisted", 3, 0, True)]),
    (TEA, product(1000), []),
    (TEA, product(1200), [("price_changed", 1000, 1200, False)]),
    (TEA, product(stock=3, limit=3, least=3), []),
    (TEA, product(stock=2), [("short_of_stock", 3, 2, True)]),
    (TEA, product(stock=0), [("sold_out", 3, 0, True)]),
    (TEA, product(limit=2), [("limit_exceeded", 3, 2, True)]),
    (TEA, product(least=4), [("below_minimum", 3, 4, True)]),
    (FLASH, flash(starts_at=at(-1), ends_at=at(1)), []),
    (FLASH, flash(), []),
    (FLASH, flash(ends_at=at(0)), [("activity_ended", 600, 1000, True)]),
    (FLASH, flash(starts_at=at(1)), [("activity_not_started", 600, 1000, True)]),
    (FLASH, product(1000), [("activity_ended", 600, 1000, True)]),
    (FLASH, flash(stock=2), [("short_of_stock", 3, 2, True)]),
    (FLASH, flash(stock=0), [("sold_out", 3, 0, True)]),
    (FLASH, flash(limit=1), [("limit_exceeded", 3, 1, True)]),
    (BOTH, product(stock=5, limit=5), []),
    (BOTH, product(stock=4), [("short_of_stock", 5, 4, True)] * 2),
    (BOTH, product(limit=4), [("limit_exceeded", 5, 4, True)] * 2),
    (BOTH, product(least=5), []),
]


@pytest.mark.parametrize("saved, tea, problems", ONE_LINE)
def test_each_problem(saved, tea, problems):
    assert found(saved, **({} if tea is None else {"tea": tea})) == problems


def test_of_two_bounds_the_lower_one_is_named():
    both = cart(add("phone", 1, 0, quantity=3, price=600, activity="flash"), add("phone", 2, 0, quantity=4, price=1000))
    tea = product(1000, stock=5, activities={"flash": Activity(price=600, stock=2)})
    assert found(both, tea=tea) == [("short_of_stock", 3, 2, True), ("short_of_stock", 7, 5, True)]


@pytest.mark.parametrize("aside", [select("phone", 3, 0, False), save("phone", 3, 0, True)])
def test_what_is_not_ordered_now_never_blocks_and_is_not_counted(aside):
    mixed = cart(add("phone", 1, 0, quantity=3), add("phone", 2, 0, quantity=2, customisation=RED), aside)
    # 3 are set aside, 2 are ordered: 2 are there.
    assert found(mixed, tea=product(stock=2)) == [("short_of_stock", 3, 2, False)]
    assert find_blocking_problems(mixed, {"tea": product(stock=2)}, NOON) == ()
    assert [p.was for p in find_blocking_problems(mixed, {"tea": product(stock=1)}, NOON)] == [2]


def test_a_changed_price_does_not_block():
    assert find_blocking_problems(TEA, {"tea": product(1200)}, NOON) == ()


@pytest.mark.parametrize("saved", [SavedCart(id="c1"), cart(add("phone", 1, 0), select("phone", 2, 0, False))])
def test_nothing_selected_blocks(saved):
    assert find_blocking_problems(saved, {}, NOON) == (CartProblem(code="empty_cart", blocks=True),)


def test_a_problem_as_json():
    (problem,) = find_problems(TEA, {"tea": product(1200)}, NOON)
    assert problem.to_dict() == {
        "code": "price_changed",
        "line": "tea",
        "sku": "tea",
        "was": 1000,
        "is": 1200,
        "blocks": False,
    }


@settings(max_examples=60, deadline=None)
@given(saved_carts(), shelves())
def test_reading_never_fails_and_agrees_with_the_gate(saved, shelf):
    problems = find_problems(saved, shelf, NOON)
    blocking = find_blocking_problems(saved, shelf, NOON)
    if saved.active_lines:
        assert blocking == tuple(problem for problem in problems if problem.blocks)
    for problem in problems:
        assert problem.blocks <= saved.line(problem.line).is_active
    if not blocking:
        # What passes the gate is priced whole, and within stock.
        priced = to_cart(saved, shelf, NOON).ranked_lines
        assert {line.id for line in priced} == {line.key for line in saved.active_lines}
        for sku in {line.sku for line in priced}:
            stock = shelf[sku].stock
            assert stock is None or sum(line.quantity for line in priced if line.sku == sku) <= stock


# -- texts ------------------------------------------------------------------------------------------------------------


def test_every_problem_has_a_text_in_both_languages():
    problems = [
        problem for saved, tea, _ in ONE_LINE for problem in find_problems(saved, {"tea": tea} if tea else {}, NOON)
    ]
    codes = {problem.code for problem in problems}
    assert codes == {
        "activity_ended", "activity_not_started", "below_minimum", "delisted", "limit_exceeded", "price_changed",
        "short_of_stock", "sold_out",
    }  # fmt: skip
    for language in languages():
        texts = catalogue(language)
        assert {"empty_cart", "ordered_meanwhile"} <= texts.texts.keys()
        for problem in problems:
            text = texts.text(problem.code, problem.params)
            assert text != problem.code
            assert "{" not in text
            assert "None" not in text


def test_texts_as_staff_would_say_them():
    (price,) = find_problems(TEA, {"tea": product(1200)}, NOON)
    (stock,) = find_problems(TEA, {"tea": product(stock=2)}, NOON)
    assert catalogue("zh-CN").text(price.code, price.params) == "加购时 10.00 元，现价 12.00 元"
    assert catalogue("zh-CN").text(stock.code, stock.params) == "库存不足：已选 3 件，仅剩 2 件"
    assert catalogue("en").text(stock.code, stock.params) == "only 2 left, you want 3"


# -- the shelf, and the cart that is priced ---------------------------------------------------------------------------


def test_an_activity_is_not_dearer_than_the_list_price():
    with pytest.raises(InvalidInput) as error:
        product(500, activities={"flash": Activity(price=600)})
    assert (error.value.field, error.value.code) == ("activities[flash].price", "above_list_price")


def test_the_cart_that_is_priced():
    saved = cart(
        add("phone", 1, 0, quantity=3, activity="flash"),
        add("phone", 2, 0, quantity=2, sku="mug"),
        select("phone", 3, 0, False, sku="mug"),
        add("phone", 4, 0, sku="cup"),
        save("phone", 5, 0, True, sku="cup"),
        add("phone", 6, 0, sku="old"),
        add("phone", 7, 0, sku="gone"),
    )
    facts = {
        "product": "P", "category": ("home",), "brand": "b", "tag": ("new",), "shop": "s", "member_prices": {"gold": 9},
        "floor": 5, "freight": "post", "weight_mg": 7, "volume_cm3": 8,
    }  # fmt: skip
    shelf = {
        "tea": product(1000, activities={"flash": Activity(price=600, ends_at=at(1))}, **facts),
        "mug": product(400),
        "cup": product(300),
        "old": product(200, listed=False),
    }
    priced = to_cart(saved, shelf, NOON, gift_stock={"G": 1}, usage={})
    tea, mug = priced.lines
    assert (tea.id, tea.sku, tea.quantity, tea.unit_price, tea.activity_price) == (
        saved.lines[0].key, "tea", 3, 1000, 600,
    )  # fmt: skip
    assert {name: getattr(tea, name) for name in facts} == facts
    assert (mug.id, mug.activity_price, mug.selected) == ("mug", None, False)
    assert (priced.gift_stock, priced.usage) == ({"G": 1}, {})
    assert to_cart(saved, shelf, at(1)).lines[0].activity_price is None
