"""What is particular to the store in a file. What every store must do is in the contract kit."""

import asyncio
import gc
import multiprocessing
import os
import sqlite3
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from minishop.adapters._sql import _retry
from minishop.adapters.sqlite import AsyncSqliteStore, SqliteStore, _database, _schema
from minishop.adapters.sqlite._files import network_file_system
from minishop.errors import CallerError, InvalidInput, OutcomeUnknown
from minishop.inventory import StockLevel
from minishop.storage import Batch, Committed, Insufficient, StoreBusy
from tests.storage.batches import NOW, SKU, after, order, placed, received


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shop.db"


@pytest.fixture
def store(path):
    with SqliteStore(path) as store:
        yield store


@pytest.fixture
def no_pause(monkeypatch):
    monkeypatch.setattr(_retry, "_FIRST_PAUSE", 0)


def pragma(store, name):
    return store._file.read(lambda session: session.rows(f"PRAGMA {name}", {})[0][0])


def test_the_file_is_opened_as_promised(store):
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "synchronous") == 2
    assert pragma(store, "foreign_keys") == 1
    assert pragma(store, "busy_timeout") == 5000


def test_what_is_committed_is_there_when_the_file_is_opened_again(path):
    with SqliteStore(path) as store:
        store.commit(received(3))
        store.commit(placed("o1"))
    with SqliteStore(str(path)) as again:
        assert again.load("order", "o1").version == 1
        assert again.stock([SKU], NOW) == {SKU: StockLevel(3, 1)}


@pytest.mark.parametrize("path", ["", ":memory:", "file:x?mode=memory"])
def test_a_database_that_only_one_thread_would_see_is_refused(path):
    with pytest.raises(InvalidInput, match="must be one") as caught:
        SqliteStore(path)
    assert caught.value.code == "not_a_file"


def test_a_directory_that_is_not_there(tmp_path):
    with pytest.raises(InvalidInput) as caught:
        SqliteStore(tmp_path / "none" / "shop.db")
    assert caught.value.code == "no_directory"


def test_a_file_that_is_no_database_stays_as_it_is(path):
    path.write_text("not a database, but somebody's only copy of something\n" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SqliteStore(path)
    assert path.read_text().startswith("not a database")


# --- network file systems --------------------------------------------------------------------------------------

MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw - nfs4 filer:/srv rw
31 30 8:2 / /srv/local\\040disk rw shared:1 - xfs /dev/sdb rw
"""


def test_network_file_systems_are_seen_in_the_table_of_mounts(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)

    def kind(path):
        return network_file_system(type(tmp_path)(path), mounts)

    assert kind("/home/shop.db") is None
    assert kind("/srv/shop.db") == "nfs4"
    assert kind("/srv/local disk/shop.db") is None
    assert kind("/srvother/shop.db") is None
    assert network_file_system(tmp_path, tmp_path / "no-such-table") is None


def test_a_file_on_a_network_is_refused(path, monkeypatch):
    monkeypatch.setattr(_database, "network_file_system", lambda path: "nfs4")
    with pytest.raises(InvalidInput, match="nfs4") as caught:
        SqliteStore(path)
    assert caught.value.code == "network_file_system"
    assert not path.exists()


# --- the schema ------------------------------------------------------------------------------------------------


def test_a_newer_schema_is_refused_and_left_alone(path, monkeypatch):
    SqliteStore(path).close()
    with monkeypatch.context() as newer:
        newer.setattr(_schema, "MIGRATIONS", (*_schema.MIGRATIONS, ("CREATE TABLE later (x)",)))
        SqliteStore(path).close()
    with pytest.raises(CallerError) as caught:
        SqliteStore(path)
    assert caught.value.code == "newer_schema"
    assert caught.value.params["schema"] == caught.value.params["known"] + 1


def test_an_older_schema_is_migrated_and_keeps_its_rows(path, monkeypatch):
    with SqliteStore(path) as store:
        store.commit(received(2))
    monkeypatch.setattr(
        _schema, "MIGRATIONS", (*_schema.MIGRATIONS, ("ALTER TABLE minishop_stock ADD COLUMN shelf TEXT",))
    )
    with SqliteStore(path) as store:
        assert store.stock([SKU], NOW)[SKU].on_hand == 2
        assert store._file.read(lambda session: session.rows("SELECT shelf FROM minishop_stock", {})) == [(None,)]


def test_a_migration_that_fails_changes_nothing(path, monkeypatch):
    SqliteStore(path).close()
    with monkeypatch.context() as broken:
        broken.setattr(_schema, "MIGRATIONS", (*_schema.MIGRATIONS, ("CREATE TABLE later (x)", "NO SUCH THING")))
        with pytest.raises(sqlite3.OperationalError):
            SqliteStore(path)
    SqliteStore(path).close()


def _open_at(path, barrier, answers):
    barrier.wait()
    with SqliteStore(path) as store:
        answers.put(store.commit(received(1, entry=str(os.getpid()))))


def test_processes_that_open_a_new_file_together_migrate_it_once(path):
    spawn = multiprocessing.get_context("fork")
    barrier, answers = spawn.Barrier(4), spawn.Queue()
    processes = [spawn.Process(target=_open_at, args=(path, barrier, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    got = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert [type(answer) for answer in got] == [Committed] * 4
    with SqliteStore(path) as store:
        assert store.stock([SKU], NOW)[SKU].on_hand == 4


# --- threads, forks, processes ---------------------------------------------------------------------------------


def test_each_thread_has_its_connection_which_ends_with_it(store):
    store.load("order", "o1")

    def work():
        store.load("order", "o1")
        assert len(store._file._open) == 2

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    gc.collect()
    assert len(store._file._open) == 1


def test_a_store_can_be_used_again_after_it_was_closed(store):
    store.commit(received(1))
    store.close()
    assert store.stock([SKU], NOW)[SKU].on_hand == 1


def test_a_fork_leaves_the_connections_of_its_parent_alone(store):
    store.commit(received(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, from Python 3.12 on
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            inherited = store._file._threads.own
            is_right = isinstance(store.commit(placed("o1")), Committed) and store._file._threads.own is not inherited
            del inherited
            gc.collect()
            status = 0 if is_right and len(_database._inherited) == 1 else 1
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    assert store.load("order", "o1").version == 1
    assert isinstance(store.commit(placed("o2")), Committed)


def _buy(path, name, barrier, answers):
    barrier.wait()
    with SqliteStore(path) as store:
        for n in range(10):
            answers.put(store.commit(placed(f"{name}-{n}")))


def test_many_processes_sell_exactly_what_is_there(path, store):
    store.commit(received(25))
    fork = multiprocessing.get_context("fork")
    barrier, answers = fork.Barrier(4), fork.Queue()
    processes = [fork.Process(target=_buy, args=(path, n, barrier, answers)) for n in range(4)]
    for process in processes:
        process.start()
    got = [answers.get(timeout=60) for _ in range(40)]
    for process in processes:
        process.join()
    assert sum(isinstance(answer, Committed) for answer in got) == 25
    assert got.count(Insufficient("stock", "S1")) == 15
    assert store.stock([SKU], NOW) == {SKU: StockLevel(25, 25)}


# --- a busy file -----------------------------------------------------------------------------------------------


def test_a_file_that_stays_locked_is_busy_in_the_end(path, no_pause):
    with SqliteStore(path, busy_timeout=0.01) as store, sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy) as caught:
            store.commit(received(1))
        assert caught.value.retryable
        assert store.load("order", "o1") is None  # readers do not wait for writers
        other.execute("ROLLBACK")
        assert isinstance(store.commit(received(1)), Committed)
    other.close()


def test_a_lock_that_goes_away_is_waited_for(path, no_pause, monkeypatch):
    with SqliteStore(path, busy_timeout=0.01) as store, sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(_retry.time, "sleep", lambda pause: other.in_transaction and other.execute("ROLLBACK"))
        assert isinstance(store.commit(received(1)), Committed)
    other.close()


def test_work_that_raises_is_rolled_back(store):
    def work(session):
        session.run("DELETE FROM minishop_stock", {})
        raise RuntimeError("no")

    store.commit(received(1))
    with pytest.raises(RuntimeError):
        store._file.write(work)
    assert store.stock([SKU], NOW)[SKU].on_hand == 1


class FailingCommit:
    """A connection whose disk fails while it commits."""

    def __init__(self, *, in_transaction):
        self.in_transaction = in_transaction
        self.is_rolled_back = False

    def execute(self, statement):
        raise sqlite3.OperationalError("disk I/O error")

    def rollback(self):
        self.is_rolled_back = True


def test_a_commit_that_failed_half_way_has_an_unknown_outcome():
    with pytest.raises(OutcomeUnknown, match="disk"):
        _database._commit(FailingCommit(in_transaction=False))
    refused = FailingCommit(in_transaction=True)
    with pytest.raises(sqlite3.OperationalError):
        _database._commit(refused)
    assert refused.is_rolled_back


# --- values ----------------------------------------------------------------------------------------------------


def test_text_that_another_database_could_not_keep_is_refused_here_too(store):
    for bad, code in (("x" * 256, "too_long"), ("a\0b", "unstorable"), ("\ud800", "unstorable")):
        with pytest.raises(InvalidInput) as caught:
            store.commit(Batch(now=NOW, puts=(order(bad),)))
        assert (caught.value.field, caught.value.code) == ("puts.id", code)


def test_hundreds_of_rows_in_one_batch(store):
    store.commit(received(1000))
    puts = tuple(order(f"o{n:04}") for n in range(600))
    assert isinstance(store.commit(Batch(now=NOW, puts=puts, ledger=())), Committed)
    ids = [put.id for put in reversed(puts)]
    assert [record.id for record in store.load_many("order", [*ids, "none", ids[0]])] == [*ids, ids[0]]


# --- async -----------------------------------------------------------------------------------------------------


def test_async_calls_run_beside_each_other(path):
    async def main():
        async with AsyncSqliteStore(path) as store:
            await store.commit(received(5))
            answers = await asyncio.gather(*(store.commit(placed(f"o{n}")) for n in range(8)))
            return answers, await store.stock([SKU], after(1))

    answers, stock = asyncio.run(main())
    assert sum(isinstance(answer, Committed) for answer in answers) == 5
    assert stock == {SKU: StockLevel(5, 5)}


def test_an_async_store_works_in_one_loop_after_the_other_and_after_it_was_closed(path):
    store = AsyncSqliteStore(path)
    asyncio.run(store.commit(received(2)))
    assert asyncio.run(store.stock([SKU], NOW))[SKU].on_hand == 2
    asyncio.run(store.close())
    asyncio.run(store.close())
    assert asyncio.run(store.stock([SKU], NOW))[SKU].on_hand == 2
    asyncio.run(store.close())


def test_an_async_store_waits_for_a_lock_without_stopping_the_loop(path):
    async def main():
        async with AsyncSqliteStore(path) as store:
            await store.load("order", "o1")
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(store.commit(received(1)))
            await asyncio.sleep(0.05)
            assert not task.done()
            other.execute("ROLLBACK")
            other.close()
            return await task

    assert isinstance(asyncio.run(main()), Committed)


def test_threads_share_a_store(store):
    store.commit(received(10))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: store.commit(placed(f"o{n}")), range(16)))
    assert sum(isinstance(answer, Committed) for answer in answers) == 10
