"""What a memory store holds: the tables that a SQL store would have, as dictionaries."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field

from minishop.adapters._stock import Hold
from minishop.inventory import StockKey, StockLevel
from minishop.storage import (
    EventRow,
    HistoryRow,
    LedgerEntry,
    Put,
    Receipt,
    ReceiptKey,
    Stored,
    Timer,
)

__all__ = ["Queued", "Record", "RecordKey", "Tables", "stored"]

RecordKey = tuple[str, str]
"""Kind and id of a record."""


@define
class Record:
    """A record, its clocks with their failures, and all that happened to it."""

    put: Put
    version: int
    personal: str | None = None
    is_erased: bool = False
    timers: dict[Timer, int] = field(factory=dict)
    history: list[HistoryRow] = field(factory=list)


@define
class Queued:
    """An outbox row that is still there.

    Attributes:
        serial: Counts the rows in the order of their commits.
        ready_at: When its back-off is over; ``None``: at once.
        lease: Token of the last relay that claimed it.
        leased_until: When that lease ends.
    """

    serial: int
    version: int
    event: EventRow
    ready_at: datetime | None = None
    lease: str | None = None
    leased_until: datetime | None = None
    failures: int = 0
    is_parked: bool = False


@define
class Tables:
    """Everything. ``outbox`` has the rows of each record in their order; a record without rows is not in it."""

    records: dict[RecordKey, Record] = field(factory=dict)
    unique: dict[str, RecordKey] = field(factory=dict)
    receipts: dict[ReceiptKey, Receipt] = field(factory=dict)
    taken: dict[str, dict[str, int]] = field(factory=dict)
    levels: dict[StockKey, StockLevel] = field(factory=dict)
    holds: dict[str, Hold] = field(factory=dict)
    moves: set[str] = field(factory=set)
    ledger: dict[str, LedgerEntry] = field(factory=dict)
    accounts: dict[str, list[LedgerEntry]] = field(factory=dict)
    outbox: dict[RecordKey, list[Queued]] = field(factory=dict)
    serial: int = 0

    def level(self, key: StockKey, now: datetime) -> StockLevel:
        """The numbers of one key; ``held`` is counted from the live holds, so that expired ones never count."""
        shelf = self.levels.get(key, StockLevel())
        held = sum(
            units for hold in self.holds.values() if hold.is_live(now) for wanted, units in hold.wanted if wanted == key
        )
        return StockLevel(shelf.on_hand, shelf.allocated, held)

    def balance(self, account: str) -> int:
        """The sum of an account's entries."""
        return sum(entry.amount for entry in self.accounts.get(account, ()))


def stored(record: Record) -> Stored:
    """A record as it is answered."""
    put = record.put
    return Stored(
        kind=put.kind,
        id=put.id,
        version=record.version,
        document=put.document,
        personal=record.personal,
        shop=put.shop,
        shopper=put.shopper,
        label=put.label,
        facets=dict(put.facets),
        created_at=put.created_at,
    )
