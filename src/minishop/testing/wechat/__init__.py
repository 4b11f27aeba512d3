"""A fake of the WeChat platform's server, for the tests of apps.

In the process by :class:`FakeTransport` and :class:`AsyncFakeTransport`, or over a loopback socket by
:class:`FakePlatformServer`. For pytest: ``pytest_plugins = ["minishop.testing.wechat.fixtures"]``.
"""

from minishop.testing.wechat._payments import Payment
from minishop.testing.wechat._platform import FakePlatform, Fault
from minishop.testing.wechat._pushes import Push, PushSender
from minishop.testing.wechat._transports import AsyncFakeTransport, FakePlatformServer, FakeTransport
from minishop.testing.wechat._wire import Call, Reply

__all__ = [
    "AsyncFakeTransport",
    "Call",
    "FakePlatform",
    "FakePlatformServer",
    "FakeTransport",
    "Fault",
    "Payment",
    "Push",
    "PushSender",
    "Reply",
]
