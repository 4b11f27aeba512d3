"""Goods coming in, and stock-takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.flows import Flow, ask
from minishop.inventory import MoveKind, StockKey, StockLevel, StockMove
from minishop.storage import Batch, Committed, GetStock

__all__ = ["adjust_stock", "receive_stock", "stock_levels"]


def receive_stock(desk: Desk, quantities: Mapping[StockKey, int], *, key: str) -> Flow[bool]:
    """Books goods in. The same key books once; ``False``: it had been booked before.

    Args:
        desk: The shop's.
        quantities: Units of each key, at least 1.
        key: For example the number of the delivery note.
    """
    return (yield from _move(desk, MoveKind.RECEIVE, quantities, key))


def adjust_stock(desk: Desk, differences: Mapping[StockKey, int], *, key: str) -> Flow[bool]:
    """Books the result of a stock-take: what was found more, or less (negative). The same key books once.

    On-hand stock may fall below what is promised to orders (see :attr:`StockLevel.oversold`), never below 0: then
    nothing is booked and the answer is ``False`` too.
    """
    return (yield from _move(desk, MoveKind.ADJUST, differences, key))


def _move(desk: Desk, kind: MoveKind, quantities: Mapping[StockKey, int], key: str) -> Flow[bool]:
    now = yield from now_of()
    own = ((_own(stock), units) for stock, units in quantities.items() if units)
    moves = [StockMove(f"{desk.shop}:{kind}:{key}:{stock}", stock, kind, units) for stock, units in own]
    return isinstance((yield from commit(desk, Batch(now=now, stock=tuple(moves)))), Committed)


def stock_levels(desk: Desk, keys: Sequence[StockKey]) -> Flow[dict[StockKey, StockLevel]]:
    """On hand, allocated and held units of each key."""
    now = yield from now_of()
    levels = yield from ask(GetStock(tuple(map(_own, keys)), now))
    return {key: levels[_own(key)] for key in keys}


def _own(key: StockKey) -> StockKey:
    """The key as stock knows it; orders have a class of the same name and form, and neither knows the other."""
    return StockKey(key.sku, key.location)
