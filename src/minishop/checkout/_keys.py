"""Names that stay the same when a call is repeated: fingerprints, receipts, ids made from idempotency keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from minishop.checkout._desk import Desk
from minishop.errors import InvalidInput
from minishop.orders import Actor
from minishop.storage import EventRow, Receipt, ReceiptKey

__all__ = ["check_key", "derived_id", "fingerprint_of", "receipt_for", "receipt_key"]


def derived_id(prefix: str, *parts: str) -> str:
    """An id of 24 letters and digits behind a prefix, the same for the same parts.

    Fits what gateways allow for their numbers (6 to 32 of ``0-9A-Za-z_-``) with a prefix of up to 8.
    """
    text = json.dumps(parts, ensure_ascii=True).encode()
    return prefix + hashlib.sha256(text).hexdigest()[:24]


def fingerprint_of(arguments: Mapping[str, object]) -> str:
    """SHA-256 of a command's arguments in canonical form, without the key and the time."""
    text = json.dumps(arguments, default=_plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return [type(value).__name__, attrs.asdict(value, recurse=False)]
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def check_key(key: object) -> None:
    """Returns if something can tell a caller's request from others.

    Raises:
        InvalidInput: It is no text, or empty: then every request would be the same one.
    """
    if not isinstance(key, str) or not key:
        code = "wrong_type" if not isinstance(key, str) else "too_short"
        raise InvalidInput(
            "key",
            code,
            "must be a text that is not empty",
            next_step="Let the page make one for each click, for example a UUID, and send it again with a repetition.",
        )


def receipt_key(desk: Desk, actor: Actor, command: str, key: str) -> ReceiptKey:
    """Under which an actor may repeat a command."""
    check_key(key)
    return ReceiptKey(desk.shop, f"{actor.role}:{actor.id}", command, key)


def receipt_for(
    desk: Desk,
    key: ReceiptKey,
    fingerprint: str,
    order: str,
    rows: Iterable[EventRow],
    now: datetime,
) -> Receipt:
    """The receipt of a command that led to events of an order."""
    outcome = json.dumps({"order": order, "topics": [row.topic for row in rows]})
    return Receipt(key, fingerprint, outcome, now + desk.receipt_for)
