"""The stores on MariaDB keep the contract of a store."""

import pytest

from tests.storage.sql_servers import AsyncServerContract, ServerContract

pytestmark = [pytest.mark.oracle, pytest.mark.xdist_group("mariadb")]


@pytest.fixture
def server(mariadb):
    return mariadb


class TestMariadbStore(ServerContract):
    pass


class TestAsyncMariadbStore(AsyncServerContract):
    pass
