"""kuaidi100 as a :class:`~minishop.logistics.TrackingProvider`."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from minishop.flows import awaitable, blocking
from minishop.logistics._calls import Client
from minishop.logistics._requests import Capabilities, PushResult
from minishop.logistics.kuaidi100 import _flows
from minishop.logistics.kuaidi100._account import CAPABILITIES, NAME, Kuaidi100Account
from minishop.logistics.kuaidi100._push import parse_push

__all__ = ["AsyncKuaidi100", "Kuaidi100"]


class _Base(Client[Kuaidi100Account]):
    name = NAME

    @property
    def capabilities(self) -> Capabilities:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        return evolve(CAPABILITIES, min_interval=self.desk.min_interval)

    def parse_push(self, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        return parse_push(self.desk, headers, body, now=now, method=method)


class Kuaidi100(_Base):
    """kuaidi100 for blocking code."""

    query = blocking(_flows.query)
    query_many = blocking(_flows.query_many)
    subscribe = blocking(_flows.subscribe)
    recognise = blocking(_flows.recognise)


class AsyncKuaidi100(_Base):
    """kuaidi100 for async code."""

    query = awaitable(_flows.query)
    query_many = awaitable(_flows.query_many)
    subscribe = awaitable(_flows.subscribe)
    recognise = awaitable(_flows.recognise)
