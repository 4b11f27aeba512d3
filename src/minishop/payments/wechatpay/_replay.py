"""Refuses a delivery that was seen before.

The age limit leaves ten minutes in which a recorded delivery could be sent again. The guard closes them: it notes the
serial, timestamp and nonce of each delivery, atomically, for longer than that. WeChat Pay's own repetitions are signed
anew, so they pass; that *they* take effect once is the business of the receipt that the shop writes with the effect.
"""

from __future__ import annotations

from datetime import timedelta

from minishop.errors import InvalidInput
from minishop.flows import (
    AsyncNonceStore,
    Flow,
    Handlers,
    NonceStore,
    Remember,
    ask,
    awaitable,
    blocking,
    nonce_handlers,
)
from minishop.payments.wechatpay._errors import Replayed
from minishop.payments.wechatpay._notifications import Notification
from minishop.payments.wechatpay._verifying import MAX_SKEW

__all__ = ["AsyncReplayGuard", "ReplayGuard", "admit"]

KEPT = timedelta(seconds=3 * MAX_SKEW)
"""A message is accepted for at most twice the skew; the rest is for machines whose clocks differ."""


def admit(namespace: str, notification: Notification) -> Flow[None]:
    """Notes a delivery. Call it once for each, after :func:`parse_notification` and before anything is done.

    Args:
        namespace: Put before the key in the store.
        notification: What was parsed.

    Raises:
        Replayed: This delivery has been noted before.
    """
    key = f"{namespace}:{notification.serial}:{notification.timestamp}:{notification.nonce}"
    now = notification.received_at
    if not (yield from ask(Remember(key, now, now + KEPT))):
        raise Replayed("this delivery was seen before")


class _Guard:
    def __init__(self, store: NonceStore | AsyncNonceStore, *, namespace: str = "wechatpay") -> None:
        if not namespace:
            raise InvalidInput("namespace", "empty", "must not be empty")
        self.desk = namespace
        self.handlers: Handlers = nonce_handlers(store)


class ReplayGuard(_Guard):
    """Admits each delivery once.

    Args:
        store: Where deliveries are noted; shared by all processes that receive notifications.
        namespace: Put before each key, for stores that hold other things too.
    """

    admit = blocking(admit)


class AsyncReplayGuard(_Guard):
    """:class:`ReplayGuard` for async apps."""

    admit = awaitable(admit)
