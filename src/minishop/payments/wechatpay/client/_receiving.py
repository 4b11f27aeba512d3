"""Notifications, as a client receives them: verified with its keys, and about its merchant and app."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import tee

from minishop.flows import Flow, Now, ask
from minishop.payments.wechatpay._errors import UnknownSerial
from minishop.payments.wechatpay._headers import HeaderSource
from minishop.payments.wechatpay._notifications import Notification, parse_notification
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._suite import RsaSuite

__all__ = ["receive"]


def receive(desk: Desk, headers: HeaderSource, body: bytes) -> Flow[Notification]:
    """A notification, verified with the client's keys.

    Verifying itself does no I/O. Newer keys are asked for in two cases: before it, when those of the key ring are old,
    and after it has failed because of a key that is not known. Both together happen not more often than the key ring
    allows, however many notifications come.

    Args:
        desk: The client's.
        headers: Your framework's ``request.headers``, or ASGI pairs, or a WSGI environ.
        body: The raw bytes as received.

    Raises:
        Unverified: One of its subclasses; answer with ``error.ack()``.
        InvalidInput: The body is not the raw bytes.
    """
    keys = yield from desk.keys.current()
    now = yield from ask(Now())
    again = headers
    if isinstance(headers, Iterator):  # can be read once, and may have to be read again
        headers, again = tee(headers)
    parse = partial(
        parse_notification,
        body=body,
        api_v3_key=desk.merchant.api_v3_key,
        now=now,
        suite=None if isinstance(desk.suite, RsaSuite) else desk.suite,
    )
    try:
        return parse(headers, keys=keys)
    except UnknownSerial:
        fresh = yield from desk.keys.refreshed(keys)
        if fresh is keys:
            raise
    return parse(again, keys=fresh)
