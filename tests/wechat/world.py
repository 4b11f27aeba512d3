"""A mini-program and the fake platform it talks to, blocking or async behind one face."""

import asyncio
from datetime import timedelta
from inspect import isawaitable
from itertools import count

from minishop.adapters.memory import (
    AsyncMemoryNonceStore,
    AsyncMemoryTokenStore,
    MemoryNonceStore,
    MemoryTokenStore,
)
from minishop.testing.clock import FakeClock
from minishop.testing.wechat import AsyncFakeTransport, FakePlatform, FakeTransport, PushSender
from minishop.wechat import AsyncMiniProgram, MiniProgram, PushSettings

SECRET = "CANARYsecret0123456789abcdef0000"
AES_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
PUSH_TOKEN = "canaryPushToken00"


class Face:
    """Calls methods of either kind of object as if they were blocking."""

    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        method = getattr(self.inner, name)

        def call(*args, **kwargs):
            result = method(*args, **kwargs)
            return asyncio.run(_wait(result)) if isawaitable(result) else result

        return call


class Awaited:
    """A blocking transport of a test's own, for async apps."""

    def __init__(self, inner):
        self.inner = inner

    async def send(self, request):
        return self.inner.send(request)


async def _wait(awaitable):
    return await awaitable


class World:
    """One fake platform, one clock, any number of workers that share a store."""

    def __init__(self, *, is_async=False, form="json", aes_key="", **settings):
        self.is_async = is_async
        self.clock = FakeClock()
        self.slept = []
        self.numbers = count(1)
        sender = PushSender(
            appid="wx0000000000000001", token=PUSH_TOKEN, encoding_aes_key=aes_key, form=form, clock=self.clock
        )
        self.platform = FakePlatform(secret=SECRET, clock=self.clock, push=sender, **settings)
        self.tokens = MemoryTokenStore()
        self.nonces = MemoryNonceStore()
        self.push = PushSettings(token=PUSH_TOKEN, encoding_aes_key=aes_key)
        self.app = self.worker()

    def worker(self, *, transport=None, **settings):
        """A mini-program as one process of the app makes it."""
        settings = {"clock": self.clock, "nonce": self._nonce, "push": self.push, **settings}
        if self.is_async:
            return Face(
                AsyncMiniProgram(
                    appid=self.platform.appid,
                    secret=SECRET,
                    transport=Awaited(transport) if transport else AsyncFakeTransport(self.platform),
                    tokens=AsyncMemoryTokenStore(self.tokens),
                    nonces=AsyncMemoryNonceStore(self.nonces),
                    sleep=self._sleep_async,
                    **settings,
                )
            )
        return Face(
            MiniProgram(
                appid=self.platform.appid,
                secret=SECRET,
                transport=transport or FakeTransport(self.platform),
                tokens=self.tokens,
                nonces=self.nonces,
                sleep=self._sleep,
                **settings,
            )
        )

    def paths(self):
        """What was called, in order, by the last part of its path."""
        return [call.path.rsplit("/", 1)[1] for call in self.platform.calls]

    def _nonce(self):
        return f"nonce{next(self.numbers):027d}"

    def _sleep(self, seconds):
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    async def _sleep_async(self, seconds):
        self._sleep(seconds)
