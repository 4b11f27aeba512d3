"""Batches that tests of stores share, small and ready-made."""

from datetime import UTC, datetime, timedelta

from minishop.inventory import MoveKind, StockKey, StockMove
from minishop.storage import Batch, EventRow, Put, Timer

NOW = datetime(2026, 6, 18, 10, 0, tzinfo=UTC)
SKU = StockKey("S1")


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def order(id_="o1", expected=0, **fields):
    values = {"document": "{}", "created_at": NOW, "shop": "s1", "shopper": "u1", "label": "open"}
    return Put(kind="order", id=id_, expected=expected, **values | fields)


def placed(id_, entry=None, quantity=1, **fields):
    """An order with an event and a clock, that takes stock."""
    return Batch(
        now=NOW,
        puts=(order(id_, timers=(Timer("unpaid", "", after(60)),), **fields),),
        events=(EventRow("order", id_, 0, "placed", "{}"),),
        stock=(StockMove(entry or f"{id_}:place", SKU, MoveKind.ALLOCATE, quantity),),
    )


def received(quantity, entry="receive"):
    return Batch(now=NOW, stock=(StockMove(entry, SKU, MoveKind.RECEIVE, quantity),))
