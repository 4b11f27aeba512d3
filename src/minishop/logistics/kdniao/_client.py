"""KDNiao as a :class:`~minishop.logistics.TrackingProvider`."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from minishop.flows import awaitable, blocking
from minishop.logistics._calls import Client
from minishop.logistics._requests import Capabilities, PushResult
from minishop.logistics.kdniao import _flows
from minishop.logistics.kdniao._account import CAPABILITIES, NAME, KdniaoAccount
from minishop.logistics.kdniao._push import parse_push

__all__ = ["AsyncKdniao", "Kdniao"]


class _Base(Client[KdniaoAccount]):
    name = NAME

    @property
    def capabilities(self) -> Capabilities:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        return evolve(CAPABILITIES, min_interval=self.desk.min_interval)

    def parse_push(self, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        return parse_push(self.desk, headers, body, now=now, method=method)


class Kdniao(_Base):
    """KDNiao for blocking code."""

    query = blocking(_flows.query)
    query_many = blocking(_flows.query_many)
    subscribe = blocking(_flows.subscribe)
    recognise = blocking(_flows.recognise)


class AsyncKdniao(_Base):
    """KDNiao for async code."""

    query = awaitable(_flows.query)
    query_many = awaitable(_flows.query_many)
    subscribe = awaitable(_flows.subscribe)
    recognise = awaitable(_flows.recognise)
