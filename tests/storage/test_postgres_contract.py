"""The stores on PostgreSQL keep the contract of a store."""

import pytest

from tests.storage.sql_servers import AsyncServerContract, ServerContract

pytestmark = [pytest.mark.oracle, pytest.mark.xdist_group("postgres")]


@pytest.fixture
def server(postgres):
    return postgres


class TestPostgresStore(ServerContract):
    pass


class TestAsyncPostgresStore(AsyncServerContract):
    pass
