"""Fixtures for pytest: a simulator, and one with a server in front of it.

They are never loaded by themselves: write ``pytest_plugins = ["minishop.testing.wechatpay.fixtures"]`` in the topmost
``conftest.py``, or ``-p minishop.testing.wechatpay.fixtures`` in ``addopts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from minishop.testing.wechatpay._server import SimulatorServer
from minishop.testing.wechatpay._simulator import WechatPaySimulator

__all__ = ["wechatpay_clock", "wechatpay_server", "wechatpay_simulator"]


@pytest.fixture
def wechatpay_clock() -> Callable[[], datetime]:
    """Tells the simulator the time: the machine's. Override it to return a clock of yours, which your app uses, too."""
    return lambda: datetime.now(UTC)


@pytest.fixture
def wechatpay_simulator(wechatpay_clock: Callable[[], datetime]) -> WechatPaySimulator:
    """A new gateway for each test; ``wechatpay_simulator.deliver_due(handler)`` brings its notifications."""
    return WechatPaySimulator(clock=wechatpay_clock)


@pytest.fixture
def wechatpay_server(wechatpay_simulator: WechatPaySimulator) -> Iterator[SimulatorServer]:
    """The same gateway behind a real HTTP server: ``wechatpay_server.url``."""
    with SimulatorServer(wechatpay_simulator) as server:
        yield server
