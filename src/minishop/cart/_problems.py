"""What stands between a cart and an order: reported when a cart is read, refused when it is ordered.

One function finds everything. Reading shows all of it; placing an order asks :func:`find_blocking_problems`, the same
findings without those that do not block. A changed price does not: placement compares the total that the shopper agreed
to with a fresh quote. Nor does a line on another tab: only what would be ordered now is held against stock and limits,
and all lines of one sku together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import frozen

from minishop.cart._saved import SavedCart, SavedLine
from minishop.cart._shelf import Activity, Product, Shelf, price_now

__all__ = ["CartProblem", "find_blocking_problems", "find_problems"]

_NEVER_BLOCK = frozenset({"price_changed", "ordered_meanwhile"})


@frozen(kw_only=True)
class CartProblem:
    """One thing that is not as the shopper left it, or that cannot be ordered so.

    Attributes:
        code: A stable word; its text is in :mod:`minishop.messages`.
        line: Key of the line; ``None`` if it concerns the cart.
        sku: The line's sku.
        was: What the shopper saw or wants: fen for ``price_changed``, ``activity_ended`` and ``activity_not_started``,
            units elsewhere.
        is_: What there is now, in the same unit.
        blocks: Whether the cart cannot be ordered because of it.
    """

    code: str
    line: str | None = None
    sku: str | None = None
    was: int | None = None
    is_: int | None = None
    blocks: bool = False

    @property
    def params(self) -> dict[str, object]:
        """What the texts of :mod:`minishop.messages` mention."""
        return {"sku": self.sku, "was": self.was, "is": self.is_}

    def to_dict(self) -> dict[str, Any]:
        """The problem as JSON."""
        return {"code": self.code, "line": self.line, **self.params, "blocks": self.blocks}


def find_problems(cart: SavedCart, shelf: Shelf, now: datetime) -> tuple[CartProblem, ...]:
    """Everything that a shopper should know about the cart, line by line; never an exception.

    Codes: ``delisted``, ``activity_not_started``, ``activity_ended``, ``price_changed``, ``sold_out``,
    ``short_of_stock``, ``limit_exceeded``, ``below_minimum``, ``ordered_meanwhile``.

    Args:
        cart: The stored cart.
        shelf: Sku to product, loaded for the skus of the cart; a sku that is missing counts as ``delisted``.
        now: Server time; aware.
    """
    return tuple(_Inspection(cart, shelf, now).run())


def find_blocking_problems(cart: SavedCart, shelf: Shelf, now: datetime) -> tuple[CartProblem, ...]:
    """Why the selected lines cannot be ordered now: the gate of placement. Nothing: they can.

    Beside the codes of :func:`find_problems`, ``empty_cart`` if no line is selected.
    """
    if not cart.active_lines:
        return (CartProblem(code="empty_cart", blocks=True),)
    return tuple(problem for problem in find_problems(cart, shelf, now) if problem.blocks)


class _Inspection:
    def __init__(self, cart: SavedCart, shelf: Shelf, now: datetime) -> None:
        self.cart, self.shelf, self.now = cart, shelf, now
        self.wanted = Counter[str]()
        self.wanted_in = Counter[tuple[str, str | None]]()
        for line in cart.active_lines:
            self.wanted[line.sku] += line.quantity
            self.wanted_in[line.sku, line.activity] += line.quantity

    def run(self) -> Iterator[CartProblem]:
        for line in self.cart.lines:
            for code, was, now_is in self._of(line):
                yield CartProblem(
                    code=code,
                    line=line.key,
                    sku=line.sku,
                    was=was,
                    is_=now_is,
                    blocks=line.is_active and code not in _NEVER_BLOCK,
                )

    def _of(self, line: SavedLine) -> Iterator[tuple[str, int | None, int | None]]:
        product = self.shelf.get(line.sku)
        if product is None or not product.listed:
            yield "delisted", line.quantity, 0
            return
        deal = None if line.activity is None else product.activities.get(line.activity)
        yield from self._price(line, product, deal)
        yield from self._quantity(line, product, deal)
        if line.ordered_meanwhile:
            yield "ordered_meanwhile", None, line.quantity

    def _price(
        self, line: SavedLine, product: Product, deal: Activity | None
    ) -> Iterator[tuple[str, int | None, int | None]]:
        price = price_now(product, line.activity, self.now)
        if line.activity is not None and (deal is None or deal.is_over(self.now)):
            yield "activity_ended", line.was, price
        elif deal is not None and deal.is_before(self.now):
            yield "activity_not_started", line.was, price
        elif line.was is not None and line.was != price:
            yield "price_changed", line.was, price

    def _quantity(self, line: SavedLine, product: Product, deal: Activity | None) -> Iterator[tuple[str, int, int]]:
        # A line that is not ordered now is judged alone, as if it were.
        whole = self.wanted[line.sku] if line.is_active else line.quantity
        part = self.wanted_in[line.sku, line.activity] if line.is_active else line.quantity
        deal_stock, deal_limit = (None, None) if deal is None else (deal.stock, deal.limit)
        short = _tightest((whole, product.stock), (part, deal_stock))
        if short is not None:
            yield ("short_of_stock" if short[1] else "sold_out"), *short
        over = _tightest((whole, product.limit), (part, deal_limit))
        if over is not None:
            yield "limit_exceeded", *over
        if whole < product.least:
            yield "below_minimum", whole, product.least


def _tightest(*bounds: tuple[int, int | None]) -> tuple[int, int] | None:
    """Of the bounds that are exceeded, the lowest, with what was wanted of it."""
    exceeded = [(bound, wanted) for wanted, bound in bounds if bound is not None and wanted > bound]
    if not exceeded:
        return None
    bound, wanted = min(exceeded)
    return wanted, bound
