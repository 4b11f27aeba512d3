"""Fakes of the three tracking providers, for the tests of apps and for trying things.

Each is a provider in miniature: it checks signatures, answers questions, takes subscriptions and pushes, all by a clock
that the test holds. :attr:`~FakeProvider.transport` is its other end in process, :class:`FakeServer` serves it on a
loopback port, and ``python -m minishop logistics-simulator`` does so from the command line. The fixtures are in
:mod:`minishop.testing.logistics.fixtures`, the contract for providers of one's own in
:mod:`minishop.testing.logistics.contract`.
"""

from minishop.testing.logistics._base import Delivery, FakeProvider
from minishop.testing.logistics._faults import Fault, PushFault
from minishop.testing.logistics._kdniao import FakeKdniao
from minishop.testing.logistics._kuaidi100 import FakeKuaidi100
from minishop.testing.logistics._parcels import FakeParcel, FakeScan
from minishop.testing.logistics._sf import FakeSf
from minishop.testing.logistics._wire import AsyncFakeTransport, CallbackTransport, FakeServer, FakeTransport

__all__ = [
    "AsyncFakeTransport",
    "CallbackTransport",
    "Delivery",
    "FakeKdniao",
    "FakeKuaidi100",
    "FakeParcel",
    "FakeProvider",
    "FakeScan",
    "FakeServer",
    "FakeSf",
    "FakeTransport",
    "Fault",
    "PushFault",
]
