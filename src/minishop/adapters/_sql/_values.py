"""Values in columns: instants as whole microseconds, facets as JSON, only text that every database keeps as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from minishop.errors import InvalidInput
from minishop.inventory import CommitHold, ReleaseHold, Reserve, StockChange, StockKey, StockMove
from minishop.storage import Batch, EventRow, Put, ReceiptKey

__all__ = [
    "check_texts",
    "facets_text",
    "facets_value",
    "instant",
    "micros",
    "receipt_digest",
    "wanted_text",
    "wanted_value",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SHORT = 64
LONG = 255


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    if moment.utcoffset() is None:
        raise InvalidInput("now", "naive_time", f"an instant needs its offset from UTC, not {moment}")
    return (moment - _EPOCH) // _MICROSECOND


def instant(count: int) -> datetime:
    """The instant of :func:`micros`, in UTC."""
    return _EPOCH + count * _MICROSECOND


def receipt_digest(key: ReceiptKey) -> str:
    """What a receipt is found by: its key's parts may be any text of any length, its digest fits an index."""
    parts = json.dumps([key.shop, key.actor, key.command, key.key])
    return sha256(parts.encode()).hexdigest()


def facets_text(facets: Mapping[str, str]) -> str:
    """Facets as they are stored."""
    return json.dumps(dict(facets), ensure_ascii=False, sort_keys=True) if facets else "{}"


def facets_value(text: str) -> dict[str, str]:
    """Facets as they are answered."""
    facets: dict[str, str] = {} if text == "{}" else json.loads(text)
    return facets


def wanted_text(wanted: tuple[tuple[StockKey, int], ...]) -> str:
    """What a hold has, as it is stored."""
    return json.dumps([[key.sku, key.location, units] for key, units in wanted], ensure_ascii=False)


def wanted_value(text: str) -> tuple[tuple[StockKey, int], ...]:
    """What a hold has, as it was."""
    return tuple((StockKey(sku, location), units) for sku, location, units in json.loads(text))


def check_texts(batch: Batch) -> None:
    """Refuses text that one of the databases could not keep as it is, so that all of them refuse the same.

    Raises:
        InvalidInput: ``too_long`` (more than 64 or 255 characters in a name or key), ``unstorable`` (a NUL, or half of
            a surrogate pair).
    """
    for field, text, most in _texts(batch):
        if most and len(text) > most:
            raise InvalidInput(
                field, "too_long", f"must have at most {most} characters", params={"most": most, "got": len(text)}
            )
        if "\0" in text or not (text.isascii() or _is_encodable(text)):
            raise InvalidInput(field, "unstorable", "must not hold a NUL or half of a surrogate pair")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(batch: Batch) -> Iterator[tuple[str, str, int]]:
    for put in batch.puts:
        yield from _put_texts(put)
    for event in batch.events:
        yield from _event_texts(event)
    if batch.receipt is not None:
        yield "receipt.fingerprint", batch.receipt.fingerprint, LONG
        yield "receipt.outcome", batch.receipt.outcome, 0
    for limit in batch.limits:
        yield "limits.key", limit.key, LONG
        yield "limits.token", limit.token, LONG
    for change in batch.stock:
        yield from _stock_texts(change)
    for entry in batch.ledger:
        yield "ledger.id", entry.id, LONG
        yield "ledger.account", entry.account, LONG
        yield "ledger.note", entry.note, 0


def _put_texts(put: Put) -> Iterator[tuple[str, str, int]]:
    yield "puts.kind", put.kind, SHORT
    yield "puts.id", put.id, LONG
    yield "puts.document", put.document, 0
    yield "puts.personal", put.personal or "", 0
    yield "puts.shop", put.shop, LONG
    yield "puts.shopper", put.shopper, LONG
    yield "puts.label", put.label, SHORT
    for name, value in put.facets.items():
        yield "puts.facets", name, 0
        yield "puts.facets", value, 0
    for key in put.unique:
        yield "puts.unique", key, LONG
    for timer in put.timers:
        yield "puts.timers.kind", timer.kind, SHORT
        yield "puts.timers.subject", timer.subject, LONG


def _event_texts(event: EventRow) -> Iterator[tuple[str, str, int]]:
    yield "events.topic", event.topic, LONG
    yield "events.payload", event.payload, 0


def _stock_texts(change: StockChange) -> Iterator[tuple[str, str, int]]:
    match change:
        case StockMove():
            yield "stock.entry", change.entry, LONG
            keys = [change.key]
        case Reserve():
            yield "stock.hold", change.hold, LONG
            keys = [key for key, _ in change.wanted]
        case CommitHold() | ReleaseHold():
            yield "stock.hold", change.hold, LONG
            keys = []
    for key in keys:
        yield "stock.sku", key.sku, LONG
        yield "stock.location", key.location, LONG
