import asyncio

import pytest

from minishop.testing.wechatpay import AsyncSimulatorTransport, SimulatorTransport, WechatPaySimulator
from tests.payments.wechatpay_client import lab


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def machine():
    return lab.Machine()


@pytest.fixture
def clock(machine):
    return machine.clock


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


@pytest.fixture
def script(kind, machine):
    """A gateway that says what it is told to."""
    return (lab.Script if kind == "sync" else lab.AsyncScript)(machine)


@pytest.fixture
def make(script, machine, runner):
    """Makes clients over the script."""

    def one(**settings):
        return lab.Face(lab.client(script, machine, **settings), runner)

    return one


@pytest.fixture
def pay(make):
    return make()


@pytest.fixture
def simulator(clock):
    return WechatPaySimulator(clock=clock)


@pytest.fixture
def shopkeeper(kind, simulator, machine, runner):
    """A client whose other end is the simulator."""
    return customer(kind, simulator, machine, runner)


def customer(kind, simulator, machine, runner, **settings):
    from minishop.payments.wechatpay import Merchant, PlatformKeys

    known = simulator.credentials
    merchant = Merchant.load(
        mchid=known.mchid, serial=known.serial, private_key=known.private_key, api_v3_key=known.api_v3_key
    )
    keys = PlatformKeys.of(public_keys={known.public_key_id: known.public_key}, merchant=merchant)
    transport = SimulatorTransport(simulator) if kind == "sync" else AsyncSimulatorTransport(simulator)
    made = lab.client(transport, machine, **{"merchant": merchant, "keys": keys, "appid": known.appid} | settings)
    return lab.Face(made, runner)
