"""A process is killed at every call of a port, from cart to returned goods, and from parcel to settlement: nothing is
lost, nothing is double.

Sizes: every moment takes three processes and the rest of the journey. `make test` tries those that differ, as far as
the time for one database allows; `make test-long` all of them.
"""

import pytest

from tests.apart import Apart

SOME_ON_SQLITE, SOME_ON_POSTGRESQL = 80, 64
SOME_PARCELS_ON_SQLITE, SOME_PARCELS_ON_POSTGRESQL = 40, 16
PARCELS = "tests.crash.parcels:Parcels"


@pytest.fixture
def apart():
    with Apart() as process:
        yield process


def crash(apart, record_property, *, most=None, least=64, **arguments):
    found = apart.call("tests.crash.runner:run", timeout=3600 if most is None else 600, most=most, **arguments)
    for name in ("moments", "tried", "seconds"):
        record_property(name, found[name])
    assert found["tried"] >= least
    assert not found["wrong"], "\n".join(found["wrong"][:20])


def url_of(corner):
    return corner.url().render_as_string(hide_password=False)


@pytest.mark.oracle
@pytest.mark.xdist_group("crash-sqlite")
def test_sqlite(apart, record_property):
    crash(apart, record_property, most=SOME_ON_SQLITE)


@pytest.mark.oracle
@pytest.mark.xdist_group("postgres")
def test_postgresql(apart, record_property, crash_corner):
    crash(apart, record_property, url=url_of(crash_corner), most=SOME_ON_POSTGRESQL)


@pytest.mark.long
@pytest.mark.xdist_group("crash-sqlite")
def test_sqlite_at_every_moment(apart, record_property):
    crash(apart, record_property)


@pytest.mark.long
@pytest.mark.xdist_group("postgres")
def test_postgresql_at_every_moment(apart, record_property, crash_corner):
    crash(apart, record_property, url=url_of(crash_corner))


@pytest.mark.oracle
@pytest.mark.xdist_group("crash-sqlite")
def test_parcels_on_sqlite(apart, record_property):
    crash(apart, record_property, most=SOME_PARCELS_ON_SQLITE, least=36, journey=PARCELS)


@pytest.mark.oracle
@pytest.mark.xdist_group("postgres")
def test_parcels_on_postgresql(apart, record_property, crash_corner):
    some = {"most": SOME_PARCELS_ON_POSTGRESQL, "least": 14}
    crash(apart, record_property, url=url_of(crash_corner), journey=PARCELS, **some)


@pytest.mark.long
@pytest.mark.xdist_group("crash-sqlite")
def test_parcels_on_sqlite_at_every_moment(apart, record_property):
    crash(apart, record_property, journey=PARCELS)


@pytest.mark.long
@pytest.mark.xdist_group("postgres")
def test_parcels_on_postgresql_at_every_moment(apart, record_property, crash_corner):
    crash(apart, record_property, url=url_of(crash_corner), journey=PARCELS)
