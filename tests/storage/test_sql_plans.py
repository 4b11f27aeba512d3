"""No query of the ports reads a whole table, and none gets slower as the tables grow."""

import time
from contextlib import contextmanager
from itertools import count
from statistics import median

import pytest
from sqlalchemy import text

from minishop.adapters.sqlalchemy import SqlAlchemyStore, create_all
from minishop.adapters.sqlite import SqliteStore
from minishop.inventory import CommitHold, MoveKind, ReleaseHold, Reserve, StockKey, StockMove
from minishop.storage import (
    Batch,
    Committed,
    EventRow,
    Expect,
    GiveBack,
    LedgerEntry,
    Receipt,
    ReceiptKey,
    Take,
    Timer,
)
from tests.servers import MARIADB, POSTGRES, Corner, require
from tests.storage.batches import NOW, after, order, placed
from tests.storage.filled import TABLES, fill
from tests.storage.hooked import replace_database

pytestmark = pytest.mark.xdist_group("plans")
SCAN = "SELECT record_id FROM minishop_records WHERE document = :document"
"""Has no index: the test must see that."""

SERVERS = {"postgres": POSTGRES, "mariadb": MARIADB}


@contextmanager
def opened(name, directory):
    """A store with empty tables, its dialect, and what carries out one statement on it."""
    if name == "sqlite":
        with SqliteStore(directory / "shop.db") as store:
            yield store, "sqlite", lambda sql: store._file.write(lambda session: session.run(sql, {}))
        return
    corner = Corner(SERVERS[name])
    corner.make()
    engine = corner.engine()
    create_all(engine)

    def run(sql):
        with engine.begin() as connection:
            connection.execute(text(sql))

    try:
        yield SqlAlchemyStore(engine), engine.dialect.name, run
    finally:
        engine.dispose()
        corner.drop()


def gather_statistics(dialect, run):
    for table in _table_names() if dialect == "mysql" else [""]:
        run(f"ANALYZE TABLE {table}" if dialect == "mysql" else "ANALYZE")


def _table_names():
    return [f"minishop_{table.split()[0]}" for table in TABLES]


# --- plans -----------------------------------------------------------------------------------------------------


class Explaining:
    """A session that asks for the plan of each statement before it carries it out."""

    def __init__(self, session, name, plans):
        self.session, self.dialect, self.name, self.plans = session, session.dialect, name, plans

    def rows(self, statement, values):
        self.explain(statement, values)
        return self.session.rows(statement, values)

    def run(self, statement, values):
        if not statement.startswith("INSERT"):
            self.explain(statement, values)
        return self.session.run(statement, values)

    def explain(self, statement, values):
        if statement not in self.plans:
            prefix = "EXPLAIN QUERY PLAN " if self.name == "sqlite" else "EXPLAIN "
            self.plans[statement] = self.session.rows(prefix + statement, values)


class ExplainingDatabase:
    def __init__(self, database, name, plans):
        self.read = lambda work: database.read(lambda session: work(Explaining(session, name, plans)))
        self.write = lambda work: database.write(lambda session: work(Explaining(session, name, plans)))


def is_full_scan(name, row):
    if name == "sqlite":
        return row[3].startswith("SCAN") and "CONSTANT ROW" not in row[3] and "subquery" not in row[3].lower()
    if name == "postgres":
        return "Seq Scan" in row[0]
    return row[3] in {"ALL", "index"} and not str(row[2]).startswith("<")


def use_every_query(store):
    """Calls every method of the ports so that each of their statements is sent once."""
    key, sku = ReceiptKey("s", "a", "c", "k"), StockKey("S1")
    store.commit(Batch(now=NOW, stock=(Reserve("x1", ((sku, 1),), after(60)), Reserve("x2", ((sku, 1),), after(60)))))
    answer = store.commit(
        Batch(
            now=NOW,
            puts=(order("o3", 1, unique=("k3", "new"), timers=(Timer("t", "", NOW),)), order("fresh")),
            expects=(Expect("order", "o5", 1), Expect("order", "none", 0)),
            events=(EventRow("order", "o3", 0, "changed", "{}"),),
            receipt=Receipt(key, "f", "", after(60)),
            limits=(Take("c3", "new", 1, 10), Take("c4", "new", 1, 10), GiveBack("c4", "t")),
            stock=(
                Reserve("x2", ((sku, 2),), after(60)),
                CommitHold("x1"),
                StockMove("m1", sku, MoveKind.ALLOCATE, 1),
                StockMove("m2", StockKey("S2"), MoveKind.ALLOCATE, 1),
                ReleaseHold("none"),
            ),
            ledger=(LedgerEntry("l1", "a3", -1),),
        )
    )
    assert isinstance(answer, Committed)
    store.commit(Batch(now=NOW, limits=(Take("c5", "new", 1, 1),), puts=(order("o4", 1, unique=("k4",)),)))
    store.commit(
        Batch(now=NOW, stock=(StockMove("m1", sku, MoveKind.ALLOCATE, 1),), ledger=(LedgerEntry("l1", "a", 1),))
    )
    store.load("order", "o1")
    store.load_many("order", ["o1", "o2", "o3"])
    store.find_unique("k1")
    store.history("order", "o1")
    filters = {"shop": "s1", "shopper": "u1", "label": "l1"}
    for names in ((), ("shop",), ("shopper",), ("label",), ("shop", "label"), ("shopper", "label"), tuple(filters)):
        page = store.list_records("order", **{name: filters[name] for name in names}, limit=2)
        store.list_records("order", **{name: filters[name] for name in names}, limit=2, cursor=page.next)
    assert store.erase_personal("u1") > 0
    timers = store.due(NOW, 5)
    store.due(NOW, 5, ["unpaid", "t"])
    assert store.defer(timers[0], after(5))
    store.find_receipt(key, NOW)
    assert store.drop_receipts(NOW, 5) == 5
    store.stock([sku, StockKey("S2")], NOW)
    assert store.drop_holds(NOW, 1) == 1
    store.balance("a1")
    store.entries("a1", after="b1")
    store.taken(["c1", "c2"])
    store.holders("c1")
    claimed = store.claim(NOW, after(30), 5)
    assert store.ack(claimed[0])
    assert store.fail(claimed[1], NOW, 1)
    (parked, *_, last) = store.parked(5)
    assert store.requeue(parked, NOW)
    assert store.skip(last)


@pytest.mark.parametrize("name", ["sqlite", "postgres", "mariadb"])
def test_no_query_reads_a_whole_table(name, tmp_path):
    if name != "sqlite":
        require(SERVERS[name])
    with opened(name, tmp_path) as (store, dialect, run):
        fill(run, dialect, 1, 10_000)
        gather_statistics(dialect, run)
        plans = {}
        replace_database(store, lambda database: ExplainingDatabase(database, name, plans))
        use_every_query(store)
        store._database.read(lambda session: session.rows(SCAN, {"document": "x"}))
        full = {
            sql: [tuple(row) for row in plan] for sql, plan in plans.items() if any(is_full_scan(name, r) for r in plan)
        }
        assert [*full] == [SCAN]
        assert len(plans) > 40


# --- the same cost with many rows ------------------------------------------------------------------------------


def one_round(store, number):
    """What a shop does all day: place, change, look, act on clocks, relay."""
    id_ = f"new{number}"
    assert isinstance(store.commit(placed(id_, unique=(id_,))), Committed)
    assert isinstance(store.commit(Batch(now=NOW, puts=(order(id_, 1, label="paid"),))), Committed)
    assert store.load("order", id_).version == 2
    assert len(store.list_records("order", shop="s1", label="paid", limit=1).records) == 1
    assert len(store.list_records("order", shopper="u1", limit=5).records) == 5
    assert len(store.due(NOW, 5)) == 5
    (row,) = store.claim(NOW, after(30), 1)
    assert store.ack(row)


def ratio_of_medians(small, large, rounds=40):
    """How much longer a round takes on the large store; both take turns, so that noise meets both."""
    seconds = {0: [], 1: []}
    for number in range(rounds):
        for index, store in enumerate((small, large)):
            start = time.perf_counter()
            one_round(store, f"{next(_numbers)}")
            if number >= rounds // 4:
                seconds[index].append(time.perf_counter() - start)
    return median(seconds[1]) / median(seconds[0])


_numbers = count()
NOT_IN_A_ROUND = ("outbox", "holds", "held", "receipts", "limits", "takes", "accounts", "entries")


def check_flat(name, tmp_path, small_rows, large_rows):
    if name != "sqlite":
        require(SERVERS[name])
    (tmp_path / "large").mkdir()
    with opened(name, tmp_path) as small, opened(name, tmp_path / "large") as large:
        for (store, dialect, run), rows in ((small, small_rows), (large, large_rows)):
            fill(run, dialect, 1, rows, leave_out=NOT_IN_A_ROUND)
            gather_statistics(dialect, run)
            assert store.stock([StockKey("S1")], NOW)[StockKey("S1")].on_hand > 0
        ratios = []
        for _ in range(3):
            ratios.append(ratio_of_medians(small[0], large[0]))
            if ratios[-1] <= 1.5:
                break
        assert min(ratios) <= 1.5, ratios


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["sqlite", "postgres", "mariadb"])
def test_a_hundred_times_the_rows_cost_the_same(name, tmp_path):
    check_flat(name, tmp_path, 10**3, 10**5)


@pytest.mark.long
@pytest.mark.parametrize("name", ["sqlite", "postgres", "mariadb"])
def test_a_thousand_times_the_rows_cost_the_same(name, tmp_path):
    check_flat(name, tmp_path, 10**3, 10**6)
