"""What is particular to the stores on a server. What every store must do is in the contract kit."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import define, field
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool

from minishop.adapters._sql import _retry
from minishop.adapters.sqlalchemy import AsyncSqlAlchemyStore, SqlAlchemyStore, create_all, metadata
from minishop.adapters.sqlite import SqliteStore
from minishop.errors import InvalidInput, OutcomeUnknown
from minishop.inventory import StockLevel
from minishop.storage import Batch, Committed, Insufficient, LedgerEntry, Receipt, ReceiptKey, StoreBusy, Take
from tests.storage.batches import NOW, SKU, after, order, placed, received
from tests.storage.sql_servers import empty

pytestmark = pytest.mark.xdist_group("sqlalchemy")


@pytest.fixture
def engine(corner):
    engine = corner.engine()
    empty(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine):
    return SqlAlchemyStore(engine)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(_retry, "_FIRST_PAUSE", 0.001)


# --- tables and engines ----------------------------------------------------------------------------------------


def test_other_databases_are_refused():
    @define
    class Dialect:
        name: str = "oracle"

    @define
    class Engine:
        dialect: Dialect = field(factory=Dialect)

    with pytest.raises(InvalidInput) as caught:
        SqlAlchemyStore(Engine())
    assert caught.value.code == "unknown_database"
    with pytest.raises(InvalidInput):
        AsyncSqlAlchemyStore(Engine())


def test_the_tables_are_those_of_the_store_in_a_file(tmp_path):
    SqliteStore(tmp_path / "ours.db").close()
    ours, theirs = (create_engine(f"sqlite:///{tmp_path / name}.db") for name in ("ours", "theirs"))
    create_all(theirs)

    def shape(engine, table):
        with engine.connect() as connection:
            at = inspect(connection)
            columns = {column["name"]: column["nullable"] for column in at.get_columns(table)}
            indexes = {index["name"]: index["column_names"] for index in at.get_indexes(table)}
            return columns, at.get_pk_constraint(table)["constrained_columns"], indexes

    for table in metadata.tables:
        assert shape(ours, table) == shape(theirs, table)
    with ours.connect() as connection:
        assert {*inspect(connection).get_table_names()} == {*metadata.tables, "minishop_schema"}
    ours.dispose()
    theirs.dispose()


def test_the_same_statements_run_on_sqlite_through_an_engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    create_all(engine)
    store = SqlAlchemyStore(engine)
    store.commit(received(1))
    assert isinstance(store.commit(placed("o1")), Committed)
    assert store.commit(placed("o2")) == Insufficient("stock", "S1")
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        impatient = create_engine(f"sqlite:///{tmp_path / 'shop.db'}", connect_args={"timeout": 0})
        with pytest.raises(StoreBusy):
            SqlAlchemyStore(impatient).commit(received(1, "again"))
        other.rollback()
    impatient.dispose()
    engine.dispose()


def test_tables_that_are_there_are_left_alone(engine, store):
    store.commit(received(3))
    create_all(engine)
    assert store.stock([SKU], NOW) == {SKU: StockLevel(3)}


def test_names_differ_by_case_accent_and_trailing_space(store):
    names = ["a", "A", "ä", "a ", " a", "ａ", "a\u0301", "😀", "~"]
    for name in names:
        assert isinstance(store.commit(Batch(now=NOW, puts=(order(name, unique=(name,)),))), Committed)
    assert [record.id for record in store.load_many("order", names)] == names
    listed = [record.id for record in store.list_records("order", limit=99).records]
    assert listed == sorted(names, reverse=True)  # by code point


def test_a_document_may_be_large(store):
    document = '{"x": "' + "茶" * 400_000 + '"}'
    store.commit(Batch(now=NOW, puts=(order("o1", document=document),)))
    assert store.load("order", "o1").document == document


@pytest.mark.parametrize("level", ["SERIALIZABLE", "REPEATABLE READ"])
def test_batches_are_read_committed_whatever_the_engine_is(corner, level):
    engine = corner.engine(isolation_level=level)
    empty(engine)
    store = SqlAlchemyStore(engine)
    store.commit(received(20))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: store.commit(placed(f"o{n}")), range(30)))
    assert sum(isinstance(answer, Committed) for answer in answers) == 20
    assert answers.count(Insufficient("stock", "S1")) == 10
    with engine.connect() as connection:
        assert connection.get_isolation_level() == level
    engine.dispose()


# --- busy, deadlocks, lost connections -------------------------------------------------------------------------


class Breaking:
    """Raises a database's error out of the n-th statement, or kills the connection there."""

    def __init__(self, engine):
        self.engine = engine
        self.left = 0

    def kill(self, connection):
        if self.engine.dialect.name == "postgresql":
            own, kill = "SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"
        else:
            own, kill = "SELECT connection_id()", "KILL {}"
        (pid,) = connection.exec_driver_sql(own).one()
        killer = create_engine(self.engine.url)
        with killer.connect() as other:
            other.execute(text(kill.format(pid)))
        killer.dispose()


def test_a_connection_lost_before_the_commit_is_replaced(engine, store):
    breaking = Breaking(engine)
    kills = [1]

    def before(connection, cursor, statement, parameters, context, many):
        if "minishop_outbox" in statement and kills:
            kills.pop()
            breaking.kill(connection)

    event.listen(engine, "before_cursor_execute", before)
    store.commit(received(1))
    assert isinstance(store.commit(placed("o1")), Committed)
    assert not kills
    assert store.stock([SKU], NOW) == {SKU: StockLevel(1, 1)}


def test_a_connection_lost_in_the_commit_has_an_unknown_outcome(engine, store):
    breaking = Breaking(engine)
    event.listen(engine, "commit", breaking.kill, once=True)
    with pytest.raises(OutcomeUnknown, match="while committing"):
        store.commit(received(1))
    assert isinstance(store.commit(received(1)), Committed)


def test_a_server_that_is_not_there_is_busy(corner):
    engine = create_engine(corner.url().set(port=1))
    with pytest.raises(StoreBusy):
        SqlAlchemyStore(engine).load("order", "o1")


def test_a_server_that_is_not_there_is_busy_for_tasks_too(corner):
    async def main():
        engine = create_async_engine(corner.url(is_async=True).set(port=1))
        with pytest.raises(StoreBusy) as caught:
            await AsyncSqlAlchemyStore(engine).load("order", "o1")
        await engine.dispose()
        return caught.value.params

    assert asyncio.run(main()) == {"tries": 6}


def test_a_commit_that_the_server_refused_is_tried_again(engine, store):
    class Refused(Exception):
        sqlstate = "40001"

    def refuse(connection):
        raise DBAPIError("COMMIT", None, Refused())

    event.listen(engine, "commit", refuse, once=True)
    assert isinstance(store.commit(received(1)), Committed)
    assert store.stock([SKU], NOW)[SKU].on_hand == 1


def test_a_pool_without_a_free_connection_is_busy(corner):
    engine = corner.engine(poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect(), pytest.raises(StoreBusy, match="free"):
        SqlAlchemyStore(engine).load("order", "o1")
    engine.dispose()


def test_other_errors_are_not_hidden(store):
    with pytest.raises(DBAPIError):
        store._database.write(lambda session: session.run("DELETE FROM minishop_no_such_table", {}))


def short_waits(corner):
    """An engine that waits one second at most for a lock."""
    if corner.server.name == "PostgreSQL":
        url = corner.url().update_query_dict({"options": f"-csearch_path={corner.name} -clock_timeout=100ms"})
        return create_engine(url)
    return corner.engine(connect_args={"init_command": "SET innodb_lock_wait_timeout = 1"})


def test_a_lock_that_is_never_given_back_is_busy_in_the_end(corner, engine, store, monkeypatch):
    monkeypatch.setattr(_retry, "_RETRIES", 1)
    store.commit(received(1))
    impatient = short_waits(corner)
    with engine.begin() as other:
        other.execute(text("SELECT * FROM minishop_stock FOR UPDATE"))
        with pytest.raises(StoreBusy):
            SqlAlchemyStore(impatient).commit(placed("o1"))
    impatient.dispose()
    assert isinstance(store.commit(placed("o1")), Committed)


def test_deadlocks_are_tried_again(store):
    meet = threading.Barrier(2, timeout=10)
    tries = []

    def work(first, second):
        def crosswise(session):
            tries.append(first)
            update = "UPDATE minishop_limits SET taken = taken + 1 WHERE limit_key = :key"
            session.run(update, {"key": first})
            if len(tries) <= 2:
                meet.wait()
            session.run(update, {"key": second})

        store._database.write(crosswise)

    store.commit(Batch(now=NOW, limits=(Take("a", "t"), Take("b", "t"))))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("a", "b"), ("b", "a")))
    assert store.taken(["a", "b"]) == {"a": 3, "b": 3}
    assert len(tries) == 3


# --- async -----------------------------------------------------------------------------------------------------


def test_async_calls_run_beside_each_other(corner, engine):
    async def main():
        loop_engine = corner.async_engine()
        store = AsyncSqlAlchemyStore(loop_engine)
        await store.commit(received(5))
        answers = await asyncio.gather(*(store.commit(placed(f"o{n}")) for n in range(8)))
        stock = await store.stock([SKU], after(1))
        await loop_engine.dispose()
        return answers, stock

    answers, stock = asyncio.run(main())
    assert sum(isinstance(answer, Committed) for answer in answers) == 5
    assert stock == {SKU: StockLevel(5, 5)}


def test_an_async_store_that_stays_busy(corner, monkeypatch):
    monkeypatch.setattr(_retry, "_RETRIES", 1)

    async def main():
        engine = corner.async_engine(pool_size=1, max_overflow=0, pool_timeout=0.01)
        store = AsyncSqlAlchemyStore(engine)
        async with engine.connect():
            with pytest.raises(StoreBusy):
                await store.load("order", "o1")
        await engine.dispose()

    asyncio.run(main())


def test_a_repeated_command_waits_for_the_first_and_gets_its_answer(store):
    receipt = Receipt(ReceiptKey("s", "u", "place", "k"), "f", "{}", after(60))
    batch = Batch(now=NOW, receipt=receipt, ledger=(LedgerEntry("e", "points:u1", 5),))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(store.commit, [batch] * 8))
    assert sum(isinstance(answer, Committed) for answer in answers) == 1
    assert store.balance("points:u1") == 5
