"""Fixtures: ``pytest_plugins = ["minishop.testing.logistics.fixtures"]`` in the topmost ``conftest.py``."""

from __future__ import annotations

import pytest

from minishop.testing.clock import FakeClock
from minishop.testing.logistics._kdniao import FakeKdniao
from minishop.testing.logistics._kuaidi100 import FakeKuaidi100
from minishop.testing.logistics._sf import FakeSf

__all__ = ["fake_kdniao", "fake_kuaidi100", "fake_sf", "parcel_clock"]


@pytest.fixture
def parcel_clock() -> FakeClock:
    """The clock of the fakes; it stands until the test moves it."""
    return FakeClock()


@pytest.fixture
def fake_kuaidi100(parcel_clock: FakeClock) -> FakeKuaidi100:
    """A fresh fake of kuaidi100."""
    return FakeKuaidi100(clock=parcel_clock)


@pytest.fixture
def fake_kdniao(parcel_clock: FakeClock) -> FakeKdniao:
    """A fresh fake of KDNiao."""
    return FakeKdniao(clock=parcel_clock)


@pytest.fixture
def fake_sf(parcel_clock: FakeClock) -> FakeSf:
    """A fresh fake of SF."""
    return FakeSf(clock=parcel_clock)
