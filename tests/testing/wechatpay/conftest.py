import pytest

from minishop.testing.clock import FakeClock
from minishop.testing.wechatpay import WechatPaySimulator
from tests.testing.wechatpay.merchant import Merchant


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def simulator(clock):
    return WechatPaySimulator(clock=clock)


@pytest.fixture
def merchant(simulator, clock):
    return Merchant(simulator, clock)
