"""What makes a batch senseless whatever a store holds; found when it is built, so that no store has to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from minishop.errors import InvalidInput
from minishop.inventory import Reserve, StockMove

if TYPE_CHECKING:
    from minishop.storage._batch import Batch

__all__ = ["check_batch"]


def check_batch(batch: Batch) -> None:
    """Refuses what no store could carry out.

    Raises:
        InvalidInput: ``duplicate_id`` (a record, an entry id, a unique key, a timer, a hold's key stands twice),
            ``not_put`` (an event of a record that the batch does not put), ``naive_time`` (an instant without its
            offset), ``out_of_range`` (a quantity below 1, a negative version).
    """
    put = [(put.kind, put.id) for put in batch.puts]
    _once("puts", [*put, *((expect.kind, expect.id) for expect in batch.expects)])
    _once("puts.unique", [key for put in batch.puts for key in dict.fromkeys(put.unique)])
    for one in batch.puts:
        _once("puts.timers", [(timer.kind, timer.subject) for timer in one.timers])
    _once("events", [(event.kind, event.id, event.index) for event in batch.events])
    for event in batch.events:
        if (event.kind, event.id) not in put:
            raise InvalidInput("events", "not_put", f"{event.kind}:{event.id} is not among the batch's puts")
    _once("ledger", [entry.id for entry in batch.ledger])
    _once("stock", [change.entry for change in batch.stock if isinstance(change, StockMove)])
    for change in batch.stock:
        if isinstance(change, Reserve):
            _once("stock.wanted", [key for key, _ in change.wanted])
    _check_numbers(batch)
    for field, instant in _instants(batch):
        if instant.utcoffset() is None:
            raise InvalidInput(field, "naive_time", f"an instant needs its offset from UTC, not {instant}")


def _once(field: str, keys: Iterable[object]) -> None:
    seen = set()
    for key in keys:
        if key in seen:
            raise InvalidInput(field, "duplicate_id", f"{key} stands twice in one batch", params={"key": str(key)})
        seen.add(key)


def _check_numbers(batch: Batch) -> None:
    versions = [*(put.expected for put in batch.puts), *(expect.version for expect in batch.expects)]
    if min(versions, default=0) < 0:
        raise InvalidInput("puts.expected", "out_of_range", "versions start at 0")
    units = [units for change in batch.stock if isinstance(change, Reserve) for _, units in change.wanted]
    if min(units, default=1) < 1:
        raise InvalidInput("stock.wanted", "out_of_range", "a hold is of at least 1 unit of each key")


def _instants(batch: Batch) -> Iterator[tuple[str, datetime]]:
    yield "now", batch.now
    for put in batch.puts:
        yield "puts.created_at", put.created_at
        for timer in put.timers:
            yield "puts.timers.at", timer.at
    if batch.receipt is not None:
        yield "receipt.expires_at", batch.receipt.expires_at
    for change in batch.stock:
        if isinstance(change, Reserve):
            yield "stock.until", change.until
