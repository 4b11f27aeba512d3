"""The one value that changes anything: a batch, all of it or nothing.

What is checked, in this order, and what the first failing check answers:

1. the receipt's key is known: ``Replayed`` (same fingerprint) or ``KeyReused``;
2. a record's stored version is not the expected one: ``Conflict("version", "order:o1")``;
3. something that must be unique is there already: ``Conflict("unique", key)``, keys of records, ids of ledger entries
   and stock movements, and committed holds (``hold:<id>``);
4. a limit would be exceeded: ``Insufficient("limit", key)``;
5. stock is short: ``Insufficient("stock", "S1@north")``, or a hold is gone: ``Insufficient("stock", "hold:<id>")``;
6. an account would fall below its floor: ``Insufficient("ledger", account)``.

Where several of one number fail, the answer names the first in sorted order: records by (kind, id), stock by (sku,
location), anything else by its text; holds that are gone come before stock that is short. A store takes its locks in
the same order: receipt, records by (kind, id), limits, stock by key, ledger by account, outbox.

A batch that makes no sense whatever the store holds (a record put twice, an entry id used twice, an instant without
its offset) cannot be built: :class:`~minishop.errors.InvalidInput`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.inventory import StockChange
from minishop.storage._sense import check_batch

__all__ = [
    "Batch",
    "CommitResult",
    "Committed",
    "Conflict",
    "EventRow",
    "Expect",
    "GiveBack",
    "Insufficient",
    "KeyReused",
    "LedgerEntry",
    "LimitChange",
    "Put",
    "Receipt",
    "ReceiptKey",
    "Replayed",
    "Take",
    "Timer",
]


@frozen(order=True)
class Timer:
    """A clock that runs for a record: unique on (kind, subject) within it.

    Attributes:
        kind: What is due, for example ``unpaid``.
        subject: Of what: a shipment, an after-sale, or nothing.
        at: When; aware.
    """

    kind: str
    subject: str
    at: datetime


@frozen(kw_only=True)
class Put:
    """A record to insert or replace: an aggregate as a document, and what stands beside it for queries.

    Attributes:
        kind: Kind of aggregate: ``order``, ``cart``, ``stray-payment``, or the app's own.
        id: Unique within the kind.
        expected: The version that was read; 0 inserts. The new version is one more.
        document: JSON text made by a codec; opaque to the store.
        personal: JSON text of the shopper's personal data, kept apart so that it can be erased. ``None`` leaves what is
            stored (and an erased one erased).
        shop: Whose record it is, for queries.
        shopper: Id of the shopper, for queries and erasure; empty if nobody's.
        label: The label, for queries.
        facets: Facet name to value, for queries.
        created_at: Aware; orders the lists, so it stays the same.
        unique: Keys that no other record, of any kind, may have: the source of an order, a payment's transaction. Once
            taken, a key stays with its record. The store keeps all that were ever given.
        timers: All clocks that run for the record from now on, their failures forgotten; those not named are gone.
    """

    kind: str
    id: str
    expected: int
    document: str
    personal: str | None = None
    shop: str = ""
    shopper: str = ""
    label: str = ""
    facets: Mapping[str, str] = field(factory=dict, hash=False)
    created_at: datetime
    unique: tuple[str, ...] = ()
    timers: tuple[Timer, ...] = ()


@frozen
class Expect:
    """A record that was read and must not have changed; ``version`` 0: must not be there."""

    kind: str
    id: str
    version: int


@frozen
class EventRow:
    """Something that happened to a record of this batch: kept as its history, and queued for the outbox.

    Events of one record are ordered by (new version of the record, ``index``).

    Attributes:
        kind: Kind of the record, which must be among the batch's puts.
        id: Its id.
        index: Position within the batch, from 0.
        topic: Name of the event.
        payload: JSON text, without personal data.
    """

    kind: str
    id: str
    index: int
    topic: str
    payload: str


@frozen
class ReceiptKey:
    """Under which a caller may repeat a command. Every part may be any text."""

    shop: str
    actor: str
    command: str
    key: str


@frozen
class Receipt:
    """That a command took effect, written with the effect.

    Attributes:
        key: The caller's.
        fingerprint: Hash of the command's arguments; the same key with another fingerprint is refused.
        outcome: JSON text, enough to answer a repetition.
        expires_at: First instant at which the key may be forgotten; aware.
    """

    key: ReceiptKey
    fingerprint: str
    outcome: str
    expires_at: datetime


@frozen
class LedgerEntry:
    """One booking on an account, for example points of a shopper.

    Attributes:
        id: Unique for all time.
        account: For example ``points:u1``.
        amount: What is added, may be negative.
        floor: The least that may be left; ``None`` allows debt. Only counts if ``amount`` is negative. The entries of
            one account are summed first; if the sum takes something, the highest floor that counts must be kept.
        note: Why, for people.
    """

    id: str
    account: str
    amount: int
    floor: int | None = 0
    note: str = ""


@frozen
class Take:
    """Uses up a limit: a coupon, a rule's total, a budget. A token that has taken of the key takes nothing again.

    Attributes:
        key: The limit, for example ``coupon:c1`` or ``rule:618:u1``.
        token: Who takes, for example the order; unique within the key.
        count: How much, at least 1.
        ceiling: The most that all tokens together may have; ``None`` only counts. The takes of one key in a batch are
            summed first, and each that takes something checks the sum against its own ceiling.
    """

    key: str
    token: str
    count: int = field(default=1)
    ceiling: int | None = 1

    @count.validator
    def _check_count(self, attribute: object, value: int) -> None:
        if value < 1:
            raise InvalidInput("count", "out_of_range", "must be at least 1", params={"got": value})


@frozen
class GiveBack:
    """Returns what a token has taken of a limit; harmless if it has nothing (any more)."""

    key: str
    token: str


LimitChange: TypeAlias = Take | GiveBack


@frozen(kw_only=True)
class Batch:
    """Everything that one decision changes. The store makes all of it true at once, or none.

    Attributes:
        now: The app's clock; a store never reads its own, nor the database's. Aware.
        puts: Records, each at most once.
        expects: Records that were only read; none that is also put.
        events: History and outbox rows of the records put.
        receipt: For the caller's idempotency key.
        limits: Limits taken and given back, given back first.
        stock: Stock moved, held, released.
        ledger: Bookings.
    """

    now: datetime
    puts: tuple[Put, ...] = ()
    expects: tuple[Expect, ...] = ()
    events: tuple[EventRow, ...] = ()
    receipt: Receipt | None = None
    limits: tuple[LimitChange, ...] = ()
    stock: tuple[StockChange, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_batch(self)


@frozen
class Committed:
    """All of it is true now. ``versions``: (kind, id) to the new version of each record put."""

    versions: Mapping[tuple[str, str], int] = field(factory=dict, hash=False)


@frozen
class Conflict:
    """Nothing was done: what was read is no longer so, or a unique key is taken."""

    what: Literal["version", "unique"]
    which: str


@frozen
class Insufficient:
    """Nothing was done: there is not enough."""

    what: Literal["limit", "stock", "ledger"]
    which: str


@frozen
class Replayed:
    """Nothing was done, because it had been done before: this is its receipt."""

    receipt: Receipt


@frozen
class KeyReused:
    """Nothing was done: the idempotency key belongs to another request."""

    key: ReceiptKey


CommitResult: TypeAlias = Committed | Conflict | Insufficient | Replayed | KeyReused
