"""What a flow asks a store for, one request type for each method of the ports, and the table that answers them."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from minishop.flows import Handlers, Request
from minishop.inventory import StockKey, StockLevel
from minishop.storage._async_ports import AsyncStore
from minishop.storage._batch import Batch, CommitResult, Receipt, ReceiptKey
from minishop.storage._ports import Store
from minishop.storage._rows import DueTimer, HistoryRow, OutboxRow, Page, ParkedRow, Stored

__all__ = [
    "Ack",
    "ClaimRows",
    "Commit",
    "Defer",
    "DropHolds",
    "DropReceipts",
    "ErasePersonal",
    "Fail",
    "FindDue",
    "FindReceipt",
    "FindUnique",
    "GetBalance",
    "GetEntries",
    "GetHistory",
    "GetHolders",
    "GetStock",
    "GetTaken",
    "ListParked",
    "ListRecords",
    "Load",
    "LoadMany",
    "Requeue",
    "Skip",
    "store_handlers",
]


@frozen
class Commit(Request[CommitResult]):
    """:meth:`UnitOfWork.commit`."""

    batch: Batch


@frozen
class Load(Request[Stored | None]):
    """:meth:`Records.load`."""

    kind: str
    id: str


@frozen
class LoadMany(Request[tuple[Stored, ...]]):
    """:meth:`Records.load_many`."""

    kind: str
    ids: tuple[str, ...]


@frozen
class FindUnique(Request[Stored | None]):
    """:meth:`Records.find_unique`."""

    key: str


@frozen
class GetHistory(Request[tuple[HistoryRow, ...]]):
    """:meth:`Records.history`."""

    kind: str
    id: str


@frozen(kw_only=True)
class ListRecords(Request[Page]):
    """:meth:`Records.list_records`."""

    kind: str
    shop: str | None = None
    shopper: str | None = None
    label: str | None = None
    cursor: str | None = None
    limit: int = 20


@frozen
class ErasePersonal(Request[int]):
    """:meth:`Records.erase_personal`."""

    shopper: str


@frozen
class FindDue(Request[tuple[DueTimer, ...]]):
    """:meth:`Timers.due`."""

    now: datetime
    limit: int
    kinds: tuple[str, ...] | None = None


@frozen
class Defer(Request[bool]):
    """:meth:`Timers.defer`."""

    timer: DueTimer
    until: datetime


@frozen
class FindReceipt(Request[Receipt | None]):
    """:meth:`IdempotencyStore.find_receipt`."""

    key: ReceiptKey
    now: datetime


@frozen
class DropReceipts(Request[int]):
    """:meth:`IdempotencyStore.drop_receipts`."""

    now: datetime
    limit: int


@frozen
class GetStock(Request[dict[StockKey, StockLevel]]):
    """:meth:`StockStore.stock`."""

    keys: tuple[StockKey, ...]
    now: datetime


@frozen
class DropHolds(Request[int]):
    """:meth:`StockStore.drop_holds`."""

    now: datetime
    limit: int


@frozen
class GetBalance(Request[int]):
    """:meth:`LedgerStore.balance`."""

    account: str


@frozen
class GetEntries(Request[tuple[tuple[str, int, str], ...]]):
    """:meth:`LedgerStore.entries`."""

    account: str
    after: str | None = None
    limit: int = 100


@frozen
class GetTaken(Request[dict[str, int]]):
    """:meth:`LimitStore.taken`."""

    keys: tuple[str, ...]


@frozen
class GetHolders(Request[tuple[str, ...]]):
    """:meth:`LimitStore.holders`."""

    key: str


@frozen
class ClaimRows(Request[tuple[OutboxRow, ...]]):
    """:meth:`Outbox.claim`."""

    now: datetime
    lease_until: datetime
    limit: int


@frozen
class Ack(Request[bool]):
    """:meth:`Outbox.ack`."""

    row: OutboxRow


@frozen
class Fail(Request[bool]):
    """:meth:`Outbox.fail`."""

    row: OutboxRow
    retry_at: datetime
    park_after: int = 20


@frozen
class ListParked(Request[tuple[ParkedRow, ...]]):
    """:meth:`Outbox.parked`."""

    limit: int


@frozen
class Requeue(Request[bool]):
    """:meth:`Outbox.requeue`."""

    row: ParkedRow
    now: datetime


@frozen
class Skip(Request[bool]):
    """:meth:`Outbox.skip`."""

    row: ParkedRow


def store_handlers(store: Store | AsyncStore) -> Handlers:
    """Answers every request of this module by calling a store; an async store's answers are awaitables."""
    return {
        Commit: lambda ask: store.commit(ask.batch),
        Load: lambda ask: store.load(ask.kind, ask.id),
        LoadMany: lambda ask: store.load_many(ask.kind, ask.ids),
        FindUnique: lambda ask: store.find_unique(ask.key),
        GetHistory: lambda ask: store.history(ask.kind, ask.id),
        ListRecords: lambda ask: store.list_records(
            ask.kind, shop=ask.shop, shopper=ask.shopper, label=ask.label, cursor=ask.cursor, limit=ask.limit
        ),
        ErasePersonal: lambda ask: store.erase_personal(ask.shopper),
        FindDue: lambda ask: store.due(ask.now, ask.limit, ask.kinds),
        Defer: lambda ask: store.defer(ask.timer, ask.until),
        FindReceipt: lambda ask: store.find_receipt(ask.key, ask.now),
        DropReceipts: lambda ask: store.drop_receipts(ask.now, ask.limit),
        GetStock: lambda ask: store.stock(ask.keys, ask.now),
        DropHolds: lambda ask: store.drop_holds(ask.now, ask.limit),
        GetBalance: lambda ask: store.balance(ask.account),
        GetEntries: lambda ask: store.entries(ask.account, after=ask.after, limit=ask.limit),
        GetTaken: lambda ask: store.taken(ask.keys),
        GetHolders: lambda ask: store.holders(ask.key),
        ClaimRows: lambda ask: store.claim(ask.now, ask.lease_until, ask.limit),
        Ack: lambda ask: store.ack(ask.row),
        Fail: lambda ask: store.fail(ask.row, ask.retry_at, ask.park_after),
        ListParked: lambda ask: store.parked(ask.limit),
        Requeue: lambda ask: store.requeue(ask.row, ask.now),
        Skip: lambda ask: store.skip(ask.row),
    }
