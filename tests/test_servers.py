"""How tests do without servers."""

import pytest

from tests import servers

NOWHERE = servers.Server(
    "PostgreSQL", "MINISHOP_TEST_NOWHERE_URL", "postgresql://nobody@127.0.0.1:1/x", servers.POSTGRES.drivers
)


def test_a_server_that_is_not_there_skips_with_the_reason(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(
        pytest.skip.Exception, match=r"PostgreSQL at postgresql://nobody@127.0.0.1:1/x cannot be used: "
    ):
        servers.require(NOWHERE)


def test_in_ci_it_fails(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="cannot be used"):
        servers.require(NOWHERE)


def test_a_variable_names_another_server(monkeypatch):
    monkeypatch.setenv(NOWHERE.variable, "postgresql://somebody:secret@db/shop")
    url = servers.database_url(NOWHERE)
    assert (url.drivername, url.host, url.database) == ("postgresql+psycopg", "db", "shop")


def test_parts_that_no_server_is_there_for_leave_the_gate(monkeypatch):
    monkeypatch.setattr(servers, "why_not", lambda server: None if server is servers.MARIADB else "gone")
    assert servers.left_out() == ["adapters/redis"]
    monkeypatch.setattr(servers, "why_not", lambda server: "gone")
    assert servers.left_out() == ["adapters/sqlalchemy", "adapters/redis"]
