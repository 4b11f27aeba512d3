"""SF as a :class:`~minishop.logistics.TrackingProvider`."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from minishop.flows import awaitable, blocking
from minishop.logistics._calls import Client
from minishop.logistics._requests import Capabilities, PushResult
from minishop.logistics.sf import _flows
from minishop.logistics.sf._account import CAPABILITIES, NAME, SfAccount
from minishop.logistics.sf._push import parse_push

__all__ = ["AsyncSf", "Sf"]


class _Base(Client[SfAccount]):
    name = NAME

    @property
    def capabilities(self) -> Capabilities:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        phone = {} if self.desk.owns_orders else CAPABILITIES.phone
        return evolve(CAPABILITIES, min_interval=self.desk.min_interval, phone=phone)

    def parse_push(self, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
        """See :class:`~minishop.logistics.TrackingProvider`."""
        return parse_push(self.desk, headers, body, now=now, method=method)


class Sf(_Base):
    """SF for blocking code."""

    query = blocking(_flows.query)
    query_many = blocking(_flows.query_many)
    subscribe = blocking(_flows.subscribe)


class AsyncSf(_Base):
    """SF for async code."""

    query = awaitable(_flows.query)
    query_many = awaitable(_flows.query_many)
    subscribe = awaitable(_flows.subscribe)
