"""The catalogue: CSV and JSON say the same, and what is wrong is named by its path."""

import json

import pytest

from minishop.errors import InvalidDocument, InvalidInput
from minishop.promotions.lint import Catalog, CatalogItem, parse_catalog_csv, parse_catalog_json, read_catalog

CSV = """\
tag, sku,price,cost,floor,stock,category,brand,shop,product
new|hot,A,19.90,12.00,15.00,3,tea | gifts,b1,main,P
,B,5,,,,,,,

"""
ITEMS = (
    CatalogItem(
        sku="A",
        price=1990,
        cost=1200,
        floor=1500,
        stock=3,
        category=("tea", "gifts"),
        tag=("new", "hot"),
        brand="b1",
        shop="main",
        product="P",
    ),
    CatalogItem(sku="B", price=500),
)
ROWS = [
    {
        "sku": "A",
        "price": "19.90",
        "cost": "12.00",
        "floor": "15.00",
        "stock": 3,
        "category": ["tea", "gifts"],
        "tag": ["new", "hot"],
        "brand": "b1",
        "shop": "main",
        "product": "P",
    },
    {"sku": "B", "price": "5"},
]


def test_csv_and_json_say_the_same():
    assert parse_catalog_csv(CSV) == Catalog(ITEMS) == read_catalog(ROWS) == parse_catalog_json(json.dumps(ROWS))
    assert parse_catalog_csv(CSV.replace("\n", "\r\n")) == Catalog(ITEMS)


def test_a_line_has_all_that_scopes_ask_for():
    line = ITEMS[0].line("7", 2)
    assert (line.id, line.sku, line.quantity, line.unit_price, line.floor) == ("7", "A", 2, 1990, 1500)
    assert (line.category, line.tag, line.brand) == (("tea", "gifts"), ("new", "hot"), "b1")
    assert (line.shop, line.product) == ("main", "P")


def faults(read, text):
    with pytest.raises(InvalidDocument) as error:
        read(text)
    return [(problem.path, problem.code) for problem in error.value.problems]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", [("", "empty")]),
        ("sku,price\n", [("", "empty")]),
        ("sku,price\nA,1,2\n", [("[0]", "malformed")]),
        ("sku,price\nA\n", [("[0]", "malformed")]),
        ("sku,price,price\nA,1,2\n", [("price", "duplicate_key")]),
        ('sku,price\n"A,1\n', [("", "malformed")]),
        ("sku,price,colour\nA,1,red\n", [("[0].colour", "unknown_key")]),
        ("sku\nA\n", [("[0].price", "missing_key")]),
        ("sku,price\n,1\n", [("[0].sku", "missing_key")]),
        ("sku,price\nA,1.999\nA,x\n", [("[0].price", "too_many_decimals"), ("[1].price", "malformed")]),
        ("sku,price\nA,1\nA,2\n", [("[1].sku", "duplicate_id")]),
        (
            "sku,price,stock\nA,1,-1\nB,1,2.5\nC,1,99999999999999999999\n",
            [(f"[{n}].stock", "wrong_type") for n in range(3)],
        ),
        ("sku,price,stock\nA,1,99999999999999999\n", [("[0].stock", "out_of_range")]),
        ("sku,price,tag\nA,1,a||b\n", [("[0].tag[1]", "empty")]),
    ],
)
def test_what_is_wrong_with_csv(text, expected):
    found = faults(parse_catalog_csv, text)
    assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("{}", [("", "wrong_type")]),
        ('"A"', [("", "wrong_type")]),
        ("[]", [("", "empty")]),
        ("[1]", [("[0]", "wrong_type")]),
        ('[{"sku": "A", "price": 1}]', [("[0].price", "wrong_type")]),
        ('[{"sku": "A", "price": "1", "tag": "new"}]', [("[0].tag", "wrong_type")]),
    ],
)
def test_what_is_wrong_with_json(text, expected):
    assert faults(parse_catalog_json, text) == expected


@pytest.mark.parametrize("values", [{"sku": "", "price": 1}, {"sku": "A", "price": -1}, {"sku": "A", "price": True}])
def test_an_item_is_checked_when_it_is_built(values):
    with pytest.raises(InvalidInput):
        CatalogItem(**values)
