"""The databases that processes die on: what is in one can be saved and put back, and none outlives its dead."""

import time
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from minishop.adapters.sqlalchemy import SqlAlchemyStore, create_all, metadata
from minishop.adapters.sqlite import SqliteStore


class Files:
    """The gateway's book and the consumer's list, which nobody kills."""

    names: tuple[str, ...] = ("book", "book-journal", "heard", "platform", "kuaidi100")

    def __init__(self, directory):
        self.directory = Path(directory)

    def save(self):
        paths = [self.directory / name for name in self.names]
        return {path.name: path.read_bytes() for path in paths if path.exists()}

    def restore(self, saved):
        for name in self.names:
            path = self.directory / name
            if name in saved:
                path.write_bytes(saved[name])
            else:
                path.unlink(missing_ok=True)


class SqliteGround(Files):
    """One file, and what a process that died leaves beside it."""

    names = (*Files.names, "shop", "shop-wal")
    send_commit = None

    def make(self):
        self.open().close()

    def open(self):
        return SqliteStore(self.directory / "shop")

    def rest(self, store):
        """Nothing of the store stays open, so that forks begin with their own."""
        store.close()

    def restore(self, saved):
        super().restore(saved)
        (self.directory / "shop-shm").unlink(missing_ok=True)

    def wait_until_gone(self):
        """The system closes a dead process's files at once."""


class PostgresGround(Files):
    """A schema; its rows are read and written as they are.

    Args:
        directory: For the files.
        url: Of the schema.
    """

    def __init__(self, directory, url):
        super().__init__(directory)
        self.engine = create_engine(url, poolclass=NullPool)
        # Only clients die, not the server: they need not wait for its disk.
        options = f"{make_url(url).query['options']} -csynchronous_commit=off"
        mark = {"application_name": f"minishop-{self.directory.name}"}
        self.client = create_engine(
            make_url(url).update_query_dict({"options": options}), pool_size=1, connect_args=mark
        )

    def make(self):
        create_all(self.engine)

    def open(self):
        return SqlAlchemyStore(self.client)

    def rest(self, store):
        """See :class:`SqliteGround`."""
        self.client.dispose()

    @staticmethod
    def send_commit(session):
        wire = session.connection.connection.dbapi_connection.pgconn
        wire.send_query(b"COMMIT")
        wire.flush()

    def save(self):
        with self.engine.connect() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in metadata.sorted_tables
            }
        return {**super().save(), "rows": rows}

    def restore(self, saved):
        super().restore(saved)
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
                if saved["rows"][table.name]:
                    connection.execute(table.insert(), saved["rows"][table.name])

    def wait_until_gone(self):
        """A server may go on for a client that is dead; nothing is looked at before it has stopped."""
        deadline = time.monotonic() + 10
        ask = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while connection.execute(ask, {"name": f"minishop-{self.directory.name}"}).scalar():
                if time.monotonic() > deadline:
                    raise TimeoutError("the dead process's backend is still there")
                connection.execute(text("SELECT pg_sleep(0.002)"))
