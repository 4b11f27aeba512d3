"""A WeChat Pay gateway (API v3) to build and test against, since WeChat has no sandbox for it.

It verifies every request as the gateway does, keeps orders, signs what it answers, encrypts and delivers
notifications, and can be made to misbehave. In a test it is a transport::

    simulator = WechatPaySimulator(clock=clock)
    transport = SimulatorTransport(simulator)

or a real server on this machine: ``python -m minishop wechatpay-simulator``. Needs ``cryptography`` and nothing else.
"""

from minishop.testing.wechatpay._credentials import Credentials
from minishop.testing.wechatpay._delivery import Delivery
from minishop.testing.wechatpay._faults import Fault, NoticeFault
from minishop.testing.wechatpay._outbox import RETRIES, Notice
from minishop.testing.wechatpay._platform import KeyMode
from minishop.testing.wechatpay._post import Poster
from minishop.testing.wechatpay._sample import (
    SignedNotification,
    paid_resource,
    refunded_resource,
    signed_notification,
)
from minishop.testing.wechatpay._server import SimulatorServer
from minishop.testing.wechatpay._simulator import NoAnswer, Seen, WechatPaySimulator
from minishop.testing.wechatpay._transports import AsyncSimulatorTransport, SimulatorTransport
from minishop.testing.wechatpay._wire import Received, Reply

__all__ = [
    "RETRIES",
    "AsyncSimulatorTransport",
    "Credentials",
    "Delivery",
    "Fault",
    "KeyMode",
    "NoAnswer",
    "Notice",
    "NoticeFault",
    "Poster",
    "Received",
    "Reply",
    "Seen",
    "SignedNotification",
    "SimulatorServer",
    "SimulatorTransport",
    "WechatPaySimulator",
    "paid_resource",
    "refunded_resource",
    "signed_notification",
]
