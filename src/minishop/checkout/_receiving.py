"""Goods coming in, and stock-takes.

The ids of the movements see to it that a key books once, for ever. The receipt is for the call whose commit got no
answer: it tells that it was this call that has booked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._keys import derived_id, fingerprint_of, receipt_key
from minishop.flows import Flow, ask
from minishop.inventory import MoveKind, StockKey, StockLevel, StockMove
from minishop.orders import SYSTEM
from minishop.storage import Batch, Committed, FindReceipt, GetStock, Receipt, Replayed

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
    receipt = _receipt(desk, kind, key, moves, now)
    if (yield from ask(FindReceipt(receipt.key, now))) is not None:
        return False
    result = yield from commit(desk, Batch(now=now, receipt=receipt, stock=tuple(moves)))
    return isinstance(result, Committed) or (isinstance(result, Replayed) and result.receipt.outcome == receipt.outcome)


def _receipt(desk: Desk, kind: MoveKind, key: str, moves: Sequence[StockMove], now: datetime) -> Receipt:
    """Of exactly these movements; its outcome is when they were booked, so that a call knows its own."""
    booked = fingerprint_of({move.entry: move.quantity for move in moves})
    name = receipt_key(desk, SYSTEM, f"{kind}_stock", derived_id("m", key, booked))
    return Receipt(name, booked, json.dumps({"booked_at": now.isoformat()}), now + desk.receipt_for)


def stock_levels(desk: Desk, keys: Sequence[StockKey]) -> Flow[dict[StockKey, StockLevel]]:
    """On hand, allocated and held units of each key."""
    now = yield from now_of()
    levels = yield from ask(GetStock(tuple(map(_own, keys)), now))
    return {key: levels[_own(key)] for key in keys}


def _own(key: StockKey) -> StockKey:
    """The key as stock knows it; orders have a class of the same name and form, and neither knows the other."""
    return StockKey(key.sku, key.location)
