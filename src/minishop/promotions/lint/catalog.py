"""The catalogue of an audit: what the shop sells, at what price and cost.

A CSV file and a JSON list of objects have the same columns and are read by the same strict fields, so both name the
same paths (``[3].price``, rows counted from zero) and codes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidDocument, Problem
from minishop.quotes import CartLine
from minishop.quotes.checks import as_names, as_tuple, at_least, each, fen, names, optional, text
from minishop.quotes.reading import (
    INVALID,
    Count,
    Field,
    Money,
    Names,
    Problems,
    Table,
    Text,
    fault,
    join,
    kind_of,
    parse_json,
)

__all__ = ["Catalog", "CatalogItem", "parse_catalog_csv", "parse_catalog_json", "read_catalog"]

_LISTS = ("category", "tag")


@frozen(kw_only=True)
class CatalogItem:
    """One thing the shop sells.

    Attributes:
        sku: Unique in the catalogue.
        price: List price of a unit, fen.
        cost: What a unit costs the shop, fen; ``None`` if nobody knows.
        floor: The least a unit may sell at, fen.
        stock: Units left; ``None`` is any number.
    """

    sku: str = field(validator=text)
    price: int = field(validator=fen)
    cost: int | None = field(default=None, validator=optional(fen))
    floor: int = field(default=0, validator=fen)
    stock: int | None = field(default=None, validator=optional(at_least(0)))
    product: str | None = field(default=None, validator=optional(text))
    category: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    brand: str | None = field(default=None, validator=optional(text))
    tag: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    shop: str | None = field(default=None, validator=optional(text))

    def line(self, id: str, quantity: int = 1) -> CartLine:  # noqa: A002
        """Some units of it as a line of a cart."""
        return CartLine(
            id=id,
            sku=self.sku,
            quantity=quantity,
            unit_price=self.price,
            product=self.product,
            category=self.category,
            brand=self.brand,
            tag=self.tag,
            shop=self.shop,
            floor=self.floor,
        )


@frozen
class Catalog:
    """Everything the shop sells."""

    items: tuple[CatalogItem, ...] = field(converter=as_tuple, validator=each(CatalogItem))


_ITEM = Table(
    CatalogItem,
    (
        Field("sku", Text()),
        Field("price", Money(positive=False)),
        Field("cost", Money(positive=False), default=None),
        Field("floor", Money(positive=False), default=0),
        Field("stock", Count(least=0), default=None),
        Field("product", Text(), default=None),
        Field("category", Names(), default=()),
        Field("brand", Text(), default=None),
        Field("tag", Names(), default=()),
        Field("shop", Text(), default=None),
    ),
)


def read_catalog(raw: Any) -> Catalog:
    """The typed catalogue of a list of objects.

    Args:
        raw: What JSON parsed to: a list of objects, money as yuan text, ``category`` and ``tag`` as lists.

    Raises:
        InvalidDocument: With everything that is wrong, by path.
    """
    problems: Problems = []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise InvalidDocument([Problem("", "wrong_type", f"must be a list of items, got {kind_of(raw)}")])
    if not raw:
        fault(problems, "", "empty", "must have at least one item")
    items, seen = [], set()
    for index, row in enumerate(raw):
        item = _ITEM.read(row, join("", index), problems)
        sku = row.get("sku") if isinstance(row, Mapping) else None
        if isinstance(sku, str):
            if sku in seen:
                fault(problems, f"[{index}].sku", "duplicate_id", f"{sku!r} is used before")
            seen.add(sku)
        if item is not INVALID:
            items.append(item)
    if problems:
        raise InvalidDocument(problems)
    return Catalog(items)


def parse_catalog_json(text: str) -> Catalog:
    """The catalogue of JSON text; raises as :func:`read_catalog`."""
    return read_catalog(parse_json(text))


def parse_catalog_csv(text: str) -> Catalog:
    """The catalogue of CSV text: a header, then a row per item; several categories or tags separated by ``|``.

    An empty cell is an absent value.

    Raises:
        InvalidDocument: With everything that is wrong, by path; ``malformed`` if it is not CSV.
    """
    try:
        rows = [row for row in csv.reader(StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise InvalidDocument([Problem("", "malformed", f"not CSV: {error}")]) from error
    if not rows:
        raise InvalidDocument([Problem("", "empty", "must have a header and at least one item")])
    header = [name.strip() for name in rows[0]]
    problems = [
        Problem(name, "duplicate_key", f"the column {name!r} stands twice")
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    problems += [
        Problem(f"[{index}]", "malformed", f"has {len(row)} cells, the header has {len(header)}")
        for index, row in enumerate(rows[1:])
        if len(row) != len(header)
    ]
    if problems:
        raise InvalidDocument(problems)
    return read_catalog([_row(dict(zip(header, row, strict=True))) for row in rows[1:]])


def _row(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row as the object it stands for."""
    row: dict[str, Any] = {}
    for key, cell in cells.items():
        value = cell.strip()
        if not value:
            continue
        if key in _LISTS:
            row[key] = [part.strip() for part in value.split("|")]
        elif key == "stock" and value.isascii() and value.isdigit() and len(value) < 19:
            row[key] = int(value)
        else:
            row[key] = value
    return row
