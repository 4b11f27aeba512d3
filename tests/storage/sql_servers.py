"""Stores on servers, for the contract: the tables stay, each test begins by emptying them."""

from functools import cache, partial

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from minishop.adapters.sqlalchemy import AsyncSqlAlchemyStore, SqlAlchemyStore, create_all, metadata
from minishop.testing.contract import AsyncStoreContract, StoreContract
from tests.storage.hooked import set_hook


@cache
def _make_tables(url):
    engine = create_engine(url, poolclass=NullPool)
    create_all(engine)


def empty(engine):
    """Makes the tables, or empties those that are there."""
    _make_tables(engine.url)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())


@cache
def _engine(url):
    return create_engine(url)


def open_store(url):
    """A store in another process, with a pool of that process's own."""
    return SqlAlchemyStore(_engine(url))


class _OnServer:
    """A contract on the server of the fixture ``server``."""

    examples = 5
    steps = 15

    @pytest.fixture(autouse=True)
    def _tables(self, server):
        self.corner = server
        self.engine = server.engine()
        yield
        self.engine.dispose()

    def set_hook(self, store, hook):
        set_hook(store, hook)


class ServerContract(_OnServer, StoreContract):
    def make_store(self):
        empty(self.engine)
        return SqlAlchemyStore(self.engine)

    def reopen(self, store):
        return partial(open_store, self.corner.url().render_as_string(hide_password=False))


class AsyncServerContract(_OnServer, AsyncStoreContract):
    async def make_store(self):
        empty(self.engine)
        self.async_engine = self.corner.async_engine()
        return AsyncSqlAlchemyStore(self.async_engine)

    async def drop_store(self, store):
        await self.async_engine.dispose()
