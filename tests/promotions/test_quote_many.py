"""Many carts: in order, in bounded memory, on several processes."""

import json
import operator
import tracemalloc
from datetime import UTC, datetime
from itertools import count, islice

import pytest

from minishop import Cart, CartLine, Engine
from minishop.cli._demo import campaign
from minishop.errors import InvalidDocument, InvalidInput
from minishop.promotions import Rule, Threshold
from minishop.promotions.benefits import AmountOff
from minishop.quotes import QuoteRequest
from minishop.quotes.documents import parse_request_json

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)
payable = operator.attrgetter("payable")
ENGINE = Engine([Rule(id="a", layer="order", threshold=Threshold(amount=500), benefit=AmountOff(100))])


def cart(number):
    return Cart([CartLine(id="1", sku="S", quantity=1, unit_price=number)])


def document(number):
    line = {"id": "1", "sku": "S", "quantity": 1, "unit_price": f"{number // 100}.{number % 100:02d}"}
    return {"at": NOW.isoformat(), "lines": [line]}


def expected(number):
    return number - 100 if number >= 500 else number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers):
    numbers = range(1, 1200, 7)
    found = ENGINE.quote_many(map(cart, numbers), at=NOW, read=payable, workers=workers, chunk=10)
    assert list(found) == [expected(number) for number in numbers]


@pytest.mark.parametrize("workers", [1, 2])
def test_items_of_every_kind(workers):
    text = json.dumps(document(700))
    items = [QuoteRequest(cart=cart(600), at=NOW), cart(100), text, text.encode(), document(800)]
    assert list(ENGINE.quote_many(items, at=NOW, read=payable, workers=workers, chunk=2)) == [500, 100, 600, 600, 700]


def test_whole_quotes_come_out_of_other_processes_equal():
    rules, text = campaign("own-shop-618")
    engine = Engine.from_toml(rules)
    here = engine.quote_request(parse_request_json(text))
    (there,) = engine.quote_many([text], workers=2)
    assert there == here
    assert there.to_json() == here.to_json()


def test_progress_counts_what_is_done():
    calls = []
    list(ENGINE.quote_many(map(cart, range(1, 26)), at=NOW, chunk=10, progress=calls.append))
    assert calls == [10, 20, 25]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_item_is_named_after_the_results_before_it(workers):
    items = [document(600) for _ in range(7)]
    items[5] = {**items[5], "lines": [{**items[5]["lines"][0], "quantity": 0}]}
    seen = []
    with pytest.raises(InvalidDocument) as error:
        seen.extend(ENGINE.quote_many(items, read=payable, workers=workers, chunk=3))
    assert seen == [500] * 5
    assert [(problem.path, problem.code) for problem in error.value.problems] == [
        ("item[5].lines[0].quantity", "out_of_range")
    ]


def test_a_bare_cart_needs_an_instant():
    with pytest.raises(InvalidDocument) as error:
        list(ENGINE.quote_many([cart(1)]))
    assert [(problem.path, problem.code) for problem in error.value.problems] == [("item[0].at", "missing_key")]


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"chunk": 0}])
def test_arguments_are_checked_at_once(wrong):
    with pytest.raises(InvalidInput) as error:
        ENGINE.quote_many([], **wrong)
    assert (error.value.field, error.value.code) == (next(iter(wrong)), "out_of_range")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_endless_source_is_read_only_as_far_as_needed(workers):
    taken = []

    def source():
        for number in count(1):
            taken.append(number)
            yield cart(number)

    results = ENGINE.quote_many(source(), at=NOW, read=payable, workers=workers, chunk=5)
    assert list(islice(results, 3)) == [1, 2, 3]
    results.close()
    assert len(taken) <= 5 * workers * 3


def test_memory_does_not_grow_with_the_number_of_carts():
    def peak(number):
        tracemalloc.start()
        total = sum(ENGINE.quote_many(map(cart, range(1, number)), at=NOW, read=payable))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total > 0
        return most

    peak(500)
    assert peak(6_000) < 1.5 * peak(600)
