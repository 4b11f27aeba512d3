"""The port to a provider of tracking news, and the requests by which a flow asks one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import frozen

from minishop.errors import MinishopError
from minishop.flows import Handlers, Request
from minishop.logistics._requests import Capabilities, PushResult, SubscribeRequest, TrackRequest
from minishop.logistics._shipment import Shipment

__all__ = [
    "AsyncTrackingProvider",
    "QueryParcel",
    "QueryParcels",
    "SubscribeParcel",
    "TrackOutcome",
    "TrackingProvider",
    "tracking_handlers",
]

#: What became of one parcel of many: what is known of it, or why that could not be found out.
TrackOutcome: TypeAlias = Shipment | MinishopError


class TrackingProvider(Protocol):
    """Who knows where parcels are. Implement it to add one of your own.

    Every answer is a :class:`Shipment` that holds what the provider said this time, to be merged into what is stored.
    """

    @property
    def name(self) -> str:
        """A stable word: ``kuaidi100``, ``kdniao``, ``sf``."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def query(self, request: TrackRequest) -> Shipment:
        """What is known of one parcel now.

        Raises:
            ProviderError: By kind; nothing was changed anywhere.
            InvalidInput: ``unknown_carrier``, ``no_carrier_code``.
        """

    def query_many(self, requests: Sequence[TrackRequest]) -> tuple[TrackOutcome, ...]:
        """What is known of each, in the order of the requests. It never fails as a whole."""

    def subscribe(self, request: SubscribeRequest) -> Shipment:
        """Asks for pushes; asking again changes nothing.

        Returns:
            Shipment: With ``subscription`` active, and whatever the provider told at once.
        """

    def parse_push(self, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
        """Verifies and reads what came to the callback address; no I/O.

        Args:
            headers: Of the HTTP request, as any framework holds them: a mapping, pairs of str or bytes, a WSGI environ.
            body: The exact bytes.
            now: The app's clock; aware.
            method: The HTTP method; whatever is not POST is refused.

        Raises:
            PushRefused: It is forged or broken: answer with its ``http_status_hint``, do not acknowledge.
        """


class AsyncTrackingProvider(Protocol):
    """:class:`TrackingProvider` for async apps; reading a push waits for nothing and stays an ordinary call."""

    @property
    def name(self) -> str:
        """See :class:`TrackingProvider`."""

    @property
    def capabilities(self) -> Capabilities:
        """See :class:`TrackingProvider`."""

    async def query(self, request: TrackRequest) -> Shipment:
        """See :class:`TrackingProvider`."""

    async def query_many(self, requests: Sequence[TrackRequest]) -> tuple[TrackOutcome, ...]:
        """See :class:`TrackingProvider`."""

    async def subscribe(self, request: SubscribeRequest) -> Shipment:
        """See :class:`TrackingProvider`."""

    def parse_push(self, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
        """See :class:`TrackingProvider`."""


@frozen
class QueryParcel(Request[Shipment]):
    """:meth:`TrackingProvider.query`."""

    request: TrackRequest


@frozen
class QueryParcels(Request[tuple[TrackOutcome, ...]]):
    """:meth:`TrackingProvider.query_many`."""

    requests: tuple[TrackRequest, ...]


@frozen
class SubscribeParcel(Request[Shipment]):
    """:meth:`TrackingProvider.subscribe`."""

    request: SubscribeRequest


def tracking_handlers(provider: TrackingProvider | AsyncTrackingProvider) -> Handlers:
    """Answers every request of this module by a provider; an async one's answers are awaitables."""
    return {
        QueryParcel: lambda ask: provider.query(ask.request),
        QueryParcels: lambda ask: provider.query_many(ask.requests),
        SubscribeParcel: lambda ask: provider.subscribe(ask.request),
    }
