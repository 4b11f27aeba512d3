"""Short ways to write what goes into a batch, with the values that a check does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from minishop.inventory import MoveKind, Reserve, StockKey, StockMove
from minishop.storage import EventRow, Put, Receipt, ReceiptKey

__all__ = ["NOW", "allocate", "event", "later", "move", "put", "receipt", "receive", "reserve"]

NOW = datetime(2026, 6, 18, 12, 0, 0, 123456, tzinfo=UTC)


def later(minutes: int = 0, *, micros: int = 0) -> datetime:
    """An instant after :data:`NOW`."""
    return NOW + timedelta(minutes=minutes, microseconds=micros)


def put(record_id: str = "o1", expected: int = 0, *, kind: str = "order", **more: Any) -> Put:
    """A record."""
    fields: dict[str, Any] = {"document": f'{{"v": {expected + 1}}}', "created_at": NOW} | more
    return Put(kind=kind, id=record_id, expected=expected, **fields)


def event(record_id: str = "o1", index: int = 0, topic: str = "placed", *, kind: str = "order") -> EventRow:
    """Something that happened."""
    return EventRow(kind, record_id, index, topic, f'{{"{topic}": {index}}}')


def receipt(key: str = "k1", fingerprint: str = "f1", *, minutes: int = 60, actor: str = "u1") -> Receipt:
    """A receipt that expires some minutes after :data:`NOW`."""
    return Receipt(ReceiptKey("shop", actor, "place", key), fingerprint, f'{{"key": "{key}"}}', later(minutes))


def move(
    entry: str, sku: str, kind: MoveKind, quantity: int = 1, *, place: str = "", checked: bool = True
) -> StockMove:
    """A stock movement."""
    return StockMove(entry, StockKey(sku, place), kind, quantity, checked)


def receive(sku: str, quantity: int, *, entry: str = "", place: str = "") -> StockMove:
    """Goods that come in."""
    return move(entry or f"in-{sku}", sku, MoveKind.RECEIVE, quantity, place=place)


def allocate(sku: str, quantity: int = 1, *, entry: str = "", place: str = "") -> StockMove:
    """Goods promised to an order."""
    return move(entry or f"out-{sku}", sku, MoveKind.ALLOCATE, quantity, place=place)


def reserve(hold: str, *wanted: tuple[str, int], minutes: int = 30) -> Reserve:
    """A hold that ends some minutes after :data:`NOW`."""
    return Reserve(hold, tuple((StockKey(sku), units) for sku, units in wanted), later(minutes))
