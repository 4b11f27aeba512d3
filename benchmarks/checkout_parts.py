"""What both sides of the checkout benchmark share: goods, carts, quotes, a gateway that costs nothing, databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

import minishop
from minishop.adapters.sqlalchemy import SqlAlchemyStore, create_all
from minishop.adapters.sqlite import SqliteStore
from minishop.cart import Product, SavedCart, SavedLine
from minishop.checkout import Done, Shop
from minishop.inventory import StockKey
from minishop.orders import Address
from minishop.payments import BillRow, CaptureNotice, PaymentAnswer, PaymentRequest, Ready, RefundAnswer, RefundRequest
from minishop.quotes import Quote, QuoteRequest
from minishop.storage import Store
from minishop.storage.codec import encode

__all__ = [
    "ADDRESS",
    "GOODS",
    "KINDS",
    "SHOP",
    "TOTAL",
    "Connected",
    "Gateway",
    "Place",
    "Postgres",
    "Sqlite",
    "lines_of",
    "make_shop",
    "now",
    "owned",
    "place_and_pay",
    "seed_carts",
]

SHOP = "main"
TOTAL = 27800
"""What every cart costs, fen."""

KINDS = 20
"""Kinds of carts: each has two goods of its own, so that clients do not queue for one row of stock."""

GOODS = {
    f"{name}-{kind:02}": Product(unit_price=price, freight="standard")
    for kind in range(KINDS)
    for name, price in (("TEA", 12900), ("CUP", 5000))
}
ADDRESS = Address(name="Li Lei", phone="13800000000", region=("440000", "440300"), street="1 Tea Road")
RULES = """
format = 1

[[rule]]
id = "full-200"
layer = "order"
threshold = { amount = "200.00" }
benefit = { kind = "amount-off", amount = "30.00" }

[[freight]]
id = "standard"
by = "piece"
regions = [{ region = ["*"], start = "1", start_fee = "8.00", extra = "1", extra_fee = "2.00" }]
free = { amount = "99.00" }
"""


def now() -> datetime:
    """The clock of both sides."""
    return datetime.now(UTC)


def lines_of(kind: int) -> tuple[SavedLine, ...]:
    """Two lines, three units."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return (
        SavedLine(sku=f"TEA-{kind:02}", quantity=2, was=12900, changed_at=at),
        SavedLine(sku=f"CUP-{kind:02}", quantity=1, was=5000, changed_at=at),
    )


def cart_document(number: int, prefix: str) -> str:
    """The cart behind one order, as it is stored."""
    name = f"{prefix}-{number}"
    return encode(SavedCart(id=name, shopper=f"u-{name}", sequence=2, lines=lines_of(number % KINDS))).document


class ReadyEngine(minishop.Engine):
    """Prices every kind of cart once: what a price costs is measured elsewhere."""

    def quote_request(self, request: QuoteRequest) -> Quote:
        """The quote of that kind of cart."""
        known: dict[str, Quote] = self.__dict__.setdefault("_known", {})
        kind = request.cart.lines[0].sku
        if kind not in known:
            known[kind] = super().quote_request(request)
        return known[kind]


class Gateway:
    """Answers at once and keeps nothing: both sides ask it."""

    name = "fake"
    merchant = "M1"

    def create(self, request: PaymentRequest) -> PaymentAnswer:
        """The parameters of the payment."""
        return Ready({"pay": request.attempt})

    def pay(self, attempt: str, amount: int, at: datetime) -> CaptureNotice:
        """What it says when the shopper has paid."""
        return CaptureNotice(
            gateway=self.name,
            merchant=self.merchant,
            attempt=attempt,
            transaction=f"T{attempt}",
            amount=amount,
            captured_at=at,
        )

    def query(self, attempt: str) -> PaymentAnswer:
        """Not asked here."""
        raise NotImplementedError

    def close(self, attempt: str) -> PaymentAnswer:
        """Not asked here."""
        raise NotImplementedError

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Not asked here."""
        raise NotImplementedError

    def query_refund(self, leg: str) -> RefundAnswer:
        """Not asked here."""
        raise NotImplementedError

    def bill(self, day: date) -> tuple[BillRow, ...]:
        """Not asked here."""
        raise NotImplementedError


def make_shop(store: Store, clock: Callable[[], datetime] = now) -> Shop:
    """The library's side."""
    return Shop(
        SHOP,
        engine=ReadyEngine.from_toml(RULES),
        store=store,
        gateway=Gateway(),
        shelf=lambda skus, buyer: GOODS,
        clock=clock,
    )


def place_and_pay(shop: Shop, name: str, clock: Callable[[], datetime] = now) -> Done:
    """One order through the library, from the full cart of that name to the gateway's notification."""
    placed = shop.place_order(buyer=f"u-{name}", key=f"k-{name}", cart=name, expected_total=TOTAL, address=ADDRESS)
    assert isinstance(placed, Done), placed
    paid = shop.pay_notified(Gateway().pay(placed.attempt, TOTAL, clock()))
    assert isinstance(paid, Done), paid
    return paid


def stock_up(store: Store, clock: Callable[[], datetime] = now) -> None:
    """Goods for everybody."""
    make_shop(store, clock).receive_stock({StockKey(sku): 10**9 for sku in GOODS}, key="opening")


class Connected(Protocol):
    """A connection by hand: statements with named values, and transactions."""

    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def run(self, statement: str, values: Mapping[str, object]) -> int: ...
    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]: ...
    def look(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]: ...


class Place(Protocol):
    """A database that the benchmark owns."""

    name: str

    def store(self) -> Store:
        """The library's store, for one process."""

    def connect(self) -> Connected:
        """A connection for the script by hand, for one process."""

    def drop(self) -> None:
        """Leaves nothing behind."""


class Sqlite:
    """A file in a directory of its own."""

    name = "sqlite"

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self.directory = tempfile.mkdtemp(prefix="minishop-bench-")
        self.path = Path(self.directory) / "shop.db"
        store = SqliteStore(self.path, busy_timeout=30)
        stock_up(store, clock)
        store.close()

    def store(self) -> Store:
        """See :class:`Place`."""
        return SqliteStore(self.path, busy_timeout=30)

    def connect(self) -> Connected:
        """See :class:`Place`."""
        return SqliteByHand(self.path)

    def drop(self) -> None:
        """See :class:`Place`."""
        shutil.rmtree(self.directory)


class SqliteByHand:
    """The standard library's driver, with the pragmas of the library's adapter."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, timeout=30, isolation_level=None, cached_statements=256)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self.connection.execute(f"PRAGMA {pragma}")

    def begin(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        return self.connection.execute(statement, values).rowcount

    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        return self.connection.execute(statement, values).fetchall()

    look = rows


class Postgres:
    """A schema of its own on the server of the tests."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        url = os.environ.get("MINISHOP_TEST_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432/test"
        self.base: URL = make_url(url).set(drivername="postgresql+psycopg")
        self.schema = f"minishop_bench_{uuid4().hex[:12]}"
        self._execute(f"CREATE SCHEMA {self.schema}")
        engine = self.engine()
        create_all(engine)
        stock_up(SqlAlchemyStore(engine))
        engine.dispose()

    def engine(self) -> Engine:
        """An engine that sees nothing but the schema."""
        return create_engine(self.base.update_query_dict({"options": f"-csearch_path={self.schema}"}))

    def store(self) -> Store:
        """See :class:`Place`."""
        return SqlAlchemyStore(self.engine())

    def connect(self) -> Connected:
        """See :class:`Place`."""
        return PostgresByHand(self.engine())

    def drop(self) -> None:
        """See :class:`Place`."""
        self._execute(f"DROP SCHEMA {self.schema} CASCADE")

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.base, poolclass=NullPool, connect_args={"connect_timeout": 2})
        with engine.begin() as connection:
            connection.execute(text(statement))


class PostgresByHand:
    """SQLAlchemy Core, a pooled connection for each transaction as in any web application."""

    def __init__(self, engine: Engine) -> None:
        self.writing = engine.execution_options(isolation_level="READ COMMITTED")
        self.reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.prepared: dict[str, Any] = {}
        self.connection: Connection

    def begin(self) -> None:
        self.connection = self.writing.connect()
        self.connection.begin()

    def commit(self) -> None:
        self.connection.commit()
        self.connection.close()

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        return self.connection.execute(self._text(statement), values).rowcount

    def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        return self.connection.execute(self._text(statement), values).fetchall()

    def look(self, statement: str, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        with self.reading.connect() as connection:
            return connection.execute(self._text(statement), values).fetchall()

    def _text(self, statement: str) -> Any:
        known = self.prepared.get(statement)
        if known is None:
            known = self.prepared[statement] = text(statement)
        return known


CART = (
    "INSERT INTO minishop_records (record_kind, record_id, version, document, shop, shopper, label, facets, created_at)"
    " VALUES ('cart', :id, 1, :document, 'main', :shopper, '', '{}', 0)"
)


def seed_carts(connected: Connected, prefix: str, numbers: range) -> None:
    """Full carts, one for each order of a run."""
    connected.begin()
    for number in numbers:
        shopper = f"u-{prefix}-{number}"
        values = {"id": f"{prefix}-{number}", "document": cart_document(number, prefix), "shopper": shopper}
        connected.run(CART, values)
    connected.commit()


@contextmanager
def owned(place: Place) -> Iterator[Place]:
    """A database until the end of the block."""
    try:
        yield place
    finally:
        place.drop()
