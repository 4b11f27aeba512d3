"""Never run, only type-checked: the providers are providers, blocking and awaitable methods have their types."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_type

from minishop.errors import MinishopError
from minishop.flows import Flow, ask
from minishop.logistics import (
    AsyncTrackingProvider,
    PushResult,
    QueryParcel,
    QueryParcels,
    Shipment,
    ShipmentStatus,
    SubscribeRequest,
    TrackingProvider,
    TrackRequest,
    merge,
)
from minishop.logistics.kdniao import AsyncKdniao, Kdniao
from minishop.logistics.kuaidi100 import AsyncKuaidi100, Kuaidi100
from minishop.logistics.sf import AsyncSf, Sf


def providers(kuaidi100: Kuaidi100, kdniao: Kdniao, sf: Sf) -> Sequence[TrackingProvider]:
    return [kuaidi100, kdniao, sf]


def async_providers(kuaidi100: AsyncKuaidi100, kdniao: AsyncKdniao, sf: AsyncSf) -> Sequence[AsyncTrackingProvider]:
    return [kuaidi100, kdniao, sf]


def blocking(provider: Kuaidi100, parcel: TrackRequest, body: bytes, now: datetime) -> None:
    assert_type(provider.query(parcel), Shipment)
    assert_type(provider.query_many([parcel]), tuple[Shipment | MinishopError, ...])
    assert_type(provider.subscribe(SubscribeRequest(parcel=parcel)), Shipment)
    assert_type(provider.parse_push({}, body, now=now), PushResult)
    provider.query("YT0000000000001")  # type: ignore[arg-type]
    provider.parse_push({}, body)  # type: ignore[call-arg]


async def awaitable(provider: AsyncSf, parcel: TrackRequest) -> None:
    assert_type(await provider.query(parcel), Shipment)
    assert_type(await provider.query_many([parcel]), tuple[Shipment | MinishopError, ...])


def a_flow(parcel: TrackRequest) -> Flow[ShipmentStatus]:
    found = yield from ask(QueryParcel(parcel))
    assert_type(found, Shipment)
    many = yield from ask(QueryParcels((parcel,)))
    assert_type(many, tuple[Shipment | MinishopError, ...])
    assert_type(merge(found, found).delivered_at, datetime | None)
    return found.status
