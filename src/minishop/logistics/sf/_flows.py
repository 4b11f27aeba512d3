"""Asking SF: routes of up to ten parcels in one call.

``msgData`` is made once; that text is signed, and that text is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID

from attrs import evolve

from minishop.errors import MinishopError
from minishop.flows import Flow, NewNonce, ask
from minishop.logistics._calls import answer_object, keep_pace, phone_required, send_form
from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._provider import TrackOutcome
from minishop.logistics._reading import list_of, object_of, text_of
from minishop.logistics._requests import SubscribeRequest, TrackRequest
from minishop.logistics._shipment import Shipment
from minishop.logistics.sf._account import BATCH, CAPABILITIES, NAME, SfAccount
from minishop.logistics.sf._codes import unwrap
from minishop.logistics.sf._parse import read_routes
from minishop.logistics.sf._sign import sign

__all__ = ["query", "query_many", "subscribe"]

_ROUTES = "EXP_RECE_SEARCH_ROUTES"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def query(account: SfAccount, request: TrackRequest) -> Flow[Shipment]:
    """What SF knows of one parcel now; only the last three months are there.

    Args:
        account: The shop's.
        request: Which parcel, with a phone number unless the account ordered it.

    Raises:
        ProviderError: By kind. ``no_routes``: SF gave none, which means no right to see them, no scan yet or a wrong
            phone number; it does not say which.
    """
    (outcome,) = yield from query_many(account, (request,))
    if isinstance(outcome, MinishopError):
        raise outcome
    return outcome


def query_many(account: SfAccount, requests: Sequence[TrackRequest]) -> Flow[tuple[TrackOutcome, ...]]:
    """What SF knows of each parcel, ten to a call. It never fails as a whole."""
    outcomes: dict[int, TrackOutcome] = {}
    asked: list[tuple[int, TrackRequest]] = []
    now = _EPOCH
    for place, request in enumerate(requests):
        try:
            _check(account, request)
            now = yield from keep_pace(NAME, NAME, request, account.min_interval)
            asked.append((place, request))
        except MinishopError as error:
            outcomes[place] = error.with_traceback(None)
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        answers = yield from _ask_for(account, [request for _, request in batch], now)
        outcomes.update({place: answers[request.number] for place, request in batch})
    return tuple(outcomes[place] for place in range(len(requests)))


def subscribe(account: SfAccount, request: SubscribeRequest) -> Flow[Shipment]:
    """Not offered: route pushes are switched on in SF's console.

    Raises:
        ProviderError: ``not_supported``.
    """
    yield from ()
    raise ProviderError(
        "route pushes of SF are switched on in its console, not by a call",
        kind=ErrorKind.INVALID_REQUEST,
        provider=NAME,
        code="not_supported",
        next_step="Register the callback address in SF's console.",
    )


def _check(account: SfAccount, request: TrackRequest) -> None:
    if request.carrier not in ("", *CAPABILITIES.phone):
        raise ProviderError(
            f"SF does not carry for {request.carrier}",
            kind=ErrorKind.INVALID_REQUEST,
            provider=NAME,
            field="carrier",
            code="wrong_carrier",
        )
    if not request.phone and not account.owns_orders:
        raise phone_required(NAME, NAME)


def _ask_for(account: SfAccount, requests: Sequence[TrackRequest], now: datetime) -> Flow[Mapping[str, TrackOutcome]]:
    """The outcome of each number of one call."""
    try:
        said = yield from _call(account, requests, now)
    except MinishopError as error:
        return {request.number: error.with_traceback(None) for request in requests}
    routes = {
        text_of(one.get("mailNo")).strip().upper(): list_of(one.get("routes"))
        for one in map(object_of, list_of(said.get("routeResps")))
    }
    return {request.number: _outcome(request, routes.get(request.number, []), now) for request in requests}


def _outcome(request: TrackRequest, routes: list[Any], now: datetime) -> TrackOutcome:
    if not routes:
        return ProviderError(
            "SF gave no routes",
            kind=ErrorKind.NOT_FOUND_YET,
            provider=NAME,
            code="no_routes",
            retry_after=timedelta(minutes=30),
            next_step="It was not scanned yet, or the account may not see it, or the phone number is wrong.",
        )
    read = read_routes(routes, number=request.number, seen_at=now)
    return evolve(read, shipped_with=request.carrier)


def _call(account: SfAccount, requests: Sequence[TrackRequest], now: datetime) -> Flow[Mapping[str, Any]]:
    phones = dict.fromkeys(request.phone for request in requests if request.phone)
    data = json.dumps(
        {
            "language": "zh-CN",
            "trackingType": "1",
            "trackingNumber": [request.number for request in requests],
            "methodType": "1",
            **({"checkPhoneNo": ",".join(phones)} if phones else {}),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    nonce = yield from ask(NewNonce())
    timestamp = str((now - _EPOCH) // _MILLISECOND)
    fields = (
        ("partnerID", account.partner_id),
        ("requestID", str(UUID(bytes=md5(nonce.encode(), usedforsecurity=False).digest(), version=4))),
        ("serviceCode", _ROUTES),
        ("timestamp", timestamp),
        ("msgDigest", sign(data, timestamp=timestamp, checkword=account.checkword)),
        ("msgData", data),
    )
    answer = answer_object((yield from send_form(account.url, fields, NAME)), NAME)
    return unwrap(account, answer)
