"""Fixtures: ``pytest_plugins = ["minishop.testing.wechat.fixtures"]`` in the topmost ``conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minishop.testing.wechat._platform import FakePlatform
from minishop.testing.wechat._transports import FakePlatformServer

__all__ = ["fake_platform", "fake_platform_server"]


@pytest.fixture
def fake_platform() -> FakePlatform:
    """A fresh fake of the platform, whose clock stands until the test moves it."""
    return FakePlatform()


@pytest.fixture
def fake_platform_server(fake_platform: FakePlatform) -> Iterator[FakePlatformServer]:
    """The same fake on a loopback port; its ``url`` goes into ``MiniProgram(host=…)``."""
    with FakePlatformServer(fake_platform) as server:
        yield server
