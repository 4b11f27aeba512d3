"""PostgreSQL, MariaDB and Redis for tests: which are there, and a corner of each that belongs to one test run.

A server is the one that its variable names, or that of the default local port. One that does not answer skips the tests
that ask for it, with the reason; with ``CI=true`` they fail instead. Its adapters then leave the coverage gate.
"""

import os
from functools import cache
from uuid import uuid4

import pytest
from attrs import frozen
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


@frozen
class Server:
    name: str
    variable: str
    default: str
    drivers: tuple[str, str] = ("", "")

    @property
    def url(self) -> str:
        return os.environ.get(self.variable) or self.default


POSTGRES = Server(
    "PostgreSQL",
    "MINISHOP_TEST_POSTGRES_URL",
    "postgresql://postgres@127.0.0.1:5432/test",
    ("postgresql+psycopg", "postgresql+psycopg"),
)
MARIADB = Server(
    "MariaDB", "MINISHOP_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test", ("mysql+pymysql", "mysql+aiomysql")
)
REDIS = Server("Redis", "MINISHOP_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")

NEEDED_BY = {"adapters/sqlalchemy": (POSTGRES, MARIADB), "adapters/redis": (REDIS,)}
"""Part of the house -> the servers without which nobody runs it; one of them is enough."""


def database_url(server, *, is_async=False) -> URL:
    return make_url(server.url).set(drivername=server.drivers[is_async])


@cache
def why_not(server) -> str | None:
    """Why a server cannot be used."""
    try:
        if server is REDIS:
            import redis

            with redis.Redis.from_url(server.url, socket_connect_timeout=2) as client:
                client.ping()
        else:
            engine = create_engine(database_url(server), poolclass=NullPool, connect_args={"connect_timeout": 2})
            engine.connect().close()
    except Exception as error:
        return f"{server.name} at {make_url(server.url)!r} cannot be used: {str(error).splitlines()[0]}"
    return None


def require(server) -> None:
    """Skips the test that cannot have its server, or fails it where there must be one."""
    reason = why_not(server)
    if reason is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


def left_out() -> list[str]:
    """The parts of the house that no server is there for."""
    return [part for part, servers in NEEDED_BY.items() if all(why_not(server) for server in servers)]


class Corner:
    """A schema (PostgreSQL) or database (MariaDB) of a test run's own."""

    def __init__(self, server) -> None:
        self.server = server
        self.name = f"minishop_{uuid4().hex[:12]}"
        self.noun = "SCHEMA" if server is POSTGRES else "DATABASE"

    def url(self, *, is_async=False) -> URL:
        url = database_url(self.server, is_async=is_async)
        if self.server is POSTGRES:
            return url.update_query_dict({"options": f"-csearch_path={self.name}"})
        return url.set(database=self.name)

    def engine(self, **options) -> Engine:
        return create_engine(self.url(), **options)

    def async_engine(self, **options):
        return create_async_engine(self.url(is_async=True), **options)

    def execute(self, statement: str) -> None:
        engine = create_engine(database_url(self.server), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement))

    def make(self) -> None:
        self.execute(f"CREATE {self.noun} {self.name}")

    def drop(self) -> None:
        self.execute(f"DROP {self.noun} {self.name}" + (" CASCADE" if self.server is POSTGRES else ""))


def _corner(server):
    require(server)
    corner = Corner(server)
    corner.make()
    try:
        yield corner
    finally:
        corner.drop()


@pytest.fixture(scope="session")
def postgres():
    yield from _corner(POSTGRES)


@pytest.fixture(scope="session")
def mariadb():
    yield from _corner(MARIADB)


@pytest.fixture(scope="session", params=[POSTGRES, MARIADB], ids=lambda server: server.name)
def corner(request):
    """Both, one after the other."""
    yield from _corner(request.param)


@pytest.fixture(scope="session")
def redis_url():
    require(REDIS)
    return REDIS.url


# --- the coverage gate -----------------------------------------------------------------------------------------


def pytest_collection_finish(session):
    plugin = session.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if controller is not None and controller.cov is not None:
        controller.cov.set_option("report:omit", [f"*/minishop/{part}/*" for part in left_out()])


def pytest_terminal_summary(terminalreporter):
    for part in left_out():
        reasons = "; ".join(why_not(server) for server in NEEDED_BY[part])
        terminalreporter.write_line(f"without coverage gate: minishop/{part} ({reasons})")
