"""Lines for a scope: what to put into a cart so that given rules look at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from attrs import frozen

from minishop.money import MAX_FEN
from minishop.promotions._program import covers
from minishop.promotions.rules import SCOPE_KEYS, Scope
from minishop.quotes import CartLine

__all__ = ["Goods", "goods_for", "is_empty", "is_within"]

_SEVERAL = ("category", "tag")
#: Combinations of attributes that are tried for one line.
_TRIES = 2000


@frozen
class Goods:
    """Attributes of a line that some scopes pick; how many there are and what they cost is still open."""

    sku: str | None = None
    product: str | None = None
    category: tuple[str, ...] = ()
    brand: str | None = None
    tag: tuple[str, ...] = ()
    shop: str | None = None

    def line(self, number: int, unit_price: int, quantity: int = 1) -> CartLine:
        """A line of these goods, ``unit_price`` in fen; lines of other numbers are other products if they may be."""
        return CartLine(
            id=str(number),
            sku=self.sku or f"GOODS-{number}",
            product=self.product,
            category=self.category,
            brand=self.brand,
            tag=self.tag,
            shop=self.shop,
            unit_price=min(unit_price, MAX_FEN),
            quantity=quantity,
        )


def goods_for(scopes: Sequence[Scope]) -> Goods | None:
    """Goods that all the scopes pick; ``None`` if there are none, or none was found."""
    for values in islice(_attributes(scopes), _TRIES):
        attributes: dict[str, Any] = dict(zip(SCOPE_KEYS, values, strict=True))
        goods = Goods(**attributes)
        line = goods.line(1, 0)
        if all(covers(scope, line) for scope in scopes):
            return goods
    return None


def _attributes(scopes: Sequence[Scope]) -> Iterator[tuple[object, ...]]:
    """Values of every scope key that the scopes' own lists allow; what they leave out is not looked at."""
    options: list[list[object]] = []
    for key in SCOPE_KEYS:
        asked = [getattr(scope, key) for scope in scopes if getattr(scope, key)]
        if key in _SEVERAL:
            options.append([tuple(dict.fromkeys(chosen)) for chosen in islice(product(*asked), _TRIES)])
        elif asked:
            options.append([value for value in asked[0] if all(value in names for names in asked)])
        else:
            options.append([None])
    return product(*options)


def is_empty(scope: Scope) -> bool:
    """Whether no line can be in the scope: its ``except`` leaves out everything that it asks for."""
    left_out = scope.exclude
    if left_out is None:
        return False
    keys = [key for key in SCOPE_KEYS if getattr(left_out, key)]
    return bool(keys) and all(
        getattr(scope, key) and set(getattr(scope, key)) <= set(getattr(left_out, key)) for key in keys
    )


def is_within(inner: Scope, outer: Scope) -> bool:
    """Whether every line of ``inner`` is surely one of ``outer``."""
    if outer.only_undiscounted and not inner.only_undiscounted:
        return False
    if outer.exclude is not None and outer.exclude != inner.exclude:
        return False
    return all(
        getattr(inner, key) and set(getattr(inner, key)) <= set(getattr(outer, key))
        for key in SCOPE_KEYS
        if getattr(outer, key)
    )
