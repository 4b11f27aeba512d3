"""The stores in a file keep the contract of a store."""

from functools import partial

import pytest

from minishop.adapters.sqlite import AsyncSqliteStore, SqliteStore
from minishop.testing.contract import AsyncStoreContract, StoreContract
from tests.storage.hooked import set_hook


class _InFiles:
    examples = 10
    steps = 25

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path):
        self.directory = tmp_path

    def new_path(self):
        return self.directory / f"{len(list(self.directory.iterdir()))}.db"

    def set_hook(self, store, hook):
        set_hook(store, hook)


class TestSqliteStore(_InFiles, StoreContract):
    def make_store(self):
        return SqliteStore(self.new_path())

    def drop_store(self, store):
        store.close()

    def reopen(self, store):
        return partial(SqliteStore, store._file._path)


class TestAsyncSqliteStore(_InFiles, AsyncStoreContract):
    async def make_store(self):
        return AsyncSqliteStore(self.new_path())

    async def drop_store(self, store):
        await store.close()
